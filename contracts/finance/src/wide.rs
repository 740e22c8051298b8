//! Products of 256 bits and their division, in few bytes of code and few steps: a chain charges for both.

/// Quotient and remainder of `a × b ÷ divisor`; none if the quotient exceeds 128 bits or the divisor is zero.
pub fn mul_div_rem(a: u128, b: u128, divisor: u128) -> Option<(u128, u128)> {
    let (high, low) = product(a, b);
    if high >= divisor {
        return None;
    }
    if high == 0 && low < divisor {
        return Some((0, low));
    }
    Some(match divisor.leading_zeros().checked_sub(SPARE) {
        Some(shift) => divide(high, low, divisor, shift),
        None => divide_by_bits(high, low, divisor),
    })
}

/// The lower half of 128 bits.
const LOW: u128 = u128::MAX >> 64;

/// `a × b` as its upper and its lower 128 bits.
fn product(a: u128, b: u128) -> (u128, u128) {
    // Of four halves no product and no sum below exceeds 128 bits, so none wraps.
    let part = |a: u128, b: u128| a.wrapping_mul(b);
    let low = part(a & LOW, b & LOW);
    let cross = part(a >> 64, b & LOW).wrapping_add(low >> 64);
    let other = part(a & LOW, b >> 64).wrapping_add(cross & LOW);
    let high = part(a >> 64, b >> 64)
        .wrapping_add(cross >> 64)
        .wrapping_add(other >> 64);
    (high, (other << 64) | (low & LOW))
}

/// The bits that a divisor must leave free for [`divide`].
const SPARE: u32 = 2;

/// Quotient and remainder of a product by a divisor above its upper half, with `shift` more leading zeros than
/// [`SPARE`]: long division by digits of 32 bits.
///
/// Source: Knuth, The Art of Computer Programming, volume 2, algorithm 4.3.1 D, but with estimates that are never too
/// high.
fn divide(high: u128, low: u128, divisor: u128, shift: u32) -> (u128, u128) {
    let divisor = divisor << shift;
    let leading = digits(divisor >> 94).saturating_add(1);
    let mut remainder = (high << shift) | ((low >> 1) >> 127u32.saturating_sub(shift));
    // Digits of the quotient enter where those of the product leave.
    let mut quotient = low << shift;
    for _ in 0..4 {
        let mut digit = u128::from(digits(remainder >> 62).checked_div(leading).unwrap_or(0));
        // At most three below the true digit: what is left is less than four divisors, which 128 bits hold, so it is
        // right although both sides of the difference wrap.
        remainder =
            ((remainder << 32) | (quotient >> 96)).wrapping_sub(divisor.wrapping_mul(digit));
        while remainder >= divisor {
            remainder = remainder.wrapping_sub(divisor);
            digit = digit.wrapping_add(1);
        }
        quotient = (quotient << 32) | digit;
    }
    (quotient, remainder >> shift)
}

/// The lower 64 bits.
fn digits(bits: u128) -> u64 {
    u64::try_from(bits & LOW).unwrap_or(0)
}

/// As [`divide`], bit by bit: for divisors that fill 128 bits, of which there are hardly any.
fn divide_by_bits(high: u128, low: u128, divisor: u128) -> (u128, u128) {
    let (mut remainder, mut quotient) = (high, low);
    for _ in 0..u128::BITS {
        let carry = remainder >> 127;
        remainder = (remainder << 1) | (quotient >> 127);
        quotient <<= 1;
        if carry == 1 || remainder >= divisor {
            remainder = remainder.wrapping_sub(divisor);
            quotient |= 1;
        }
    }
    (quotient, remainder)
}
