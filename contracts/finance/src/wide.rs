//! Products of 256 bits and their division, in as few bytes and steps as the chain can be made to charge for.
//!
//! Long division in two digits of 64 bits, each of them guessed by long division in two digits of 32, the widest
//! that the machine divides.
//!
//! Source: Knuth, The Art of Computer Programming, volume 2, algorithm D, for divisors of two digits.

/// Quotient and remainder of `a × b ÷ divisor`; none if the quotient exceeds 128 bits or the divisor is zero.
pub fn mul_div_rem(a: u128, b: u128, divisor: u128) -> Option<(u128, u128)> {
    let (high, low) = product(a, b);
    if high >= divisor {
        return None;
    }
    // A guess is at most two too high if the divisor's first bit is set.
    let shift = divisor.leading_zeros();
    let divisor = divisor.wrapping_shl(shift);
    // In two steps, for a shift by all 128 bits at once would be none.
    let carried = (low >> 1).wrapping_shr(127 ^ shift);
    let high = high.wrapping_shl(shift) | carried;
    let (upper, lower) = halves(low.wrapping_shl(shift));
    let (first, rest) = digit(high, upper, divisor);
    let (second, rest) = digit(rest, lower, divisor);
    Some((joined(first, second), rest.wrapping_shr(shift)))
}

/// `a × b` as its upper and its lower 128 bits.
fn product(a: u128, b: u128) -> (u128, u128) {
    const LOW: u128 = u128::MAX >> 64;
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

macro_rules! digit {
    ($(#[$doc:meta])* $name:ident, $whole:ty, $half:ty, $guess:expr) => {
        $(#[$doc])*
        fn $name(rest: $whole, next: $half, divisor: $whole) -> ($half, $whole) {
            const BITS: u32 = <$half>::BITS;
            let upper = divisor >> BITS;
            let lower = divisor & (<$whole>::MAX >> BITS);
            let (mut digit, mut left) = $guess(rest, upper);
            let brought_down = |left: $whole| (left << BITS) | <$whole>::from(next);
            // Once `left` has more than a digit, the guess cannot be too high any more.
            while left >> BITS == 0
                && (digit >> BITS > 0 || digit.wrapping_mul(lower) > brought_down(left))
            {
                digit = digit.wrapping_sub(1);
                left = left.wrapping_add(upper);
            }
            // What wraps here cancels: the difference is below the divisor.
            let rest = brought_down(left).wrapping_sub(digit.wrapping_mul(lower));
            (<$half>::try_from(digit).unwrap_or(<$half>::MAX), rest)
        }
    };
}

digit!(
    /// The next digit of a quotient and the new rest: `rest` is below the divisor, whose first bit is set.
    digit, u128, u64, guess
);
digit!(
    /// As [`digit`], half as wide.
    half_digit, u64, u32, |rest: u64, by: u64| (
        rest.checked_div(by).unwrap_or_default(),
        rest.checked_rem(by).unwrap_or_default(),
    )
);

/// `rest ÷ by` and what is left, `by` having one digit and its first bit set; a quotient of more than one digit
/// becomes the highest digit.
fn guess(rest: u128, by: u128) -> (u128, u128) {
    const HIGHEST: u128 = u128::MAX >> 64;
    let ((upper, lower), (_, divisor)) = (halves(rest), halves(by));
    if upper >= divisor {
        return (HIGHEST, rest.wrapping_sub(HIGHEST.wrapping_mul(by)));
    }
    let half = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    let (first, left) = half_digit(upper, half(lower >> 32), divisor);
    let (second, left) = half_digit(left, half(lower & (u64::MAX >> 32)), divisor);
    let quotient = (u64::from(first) << 32) | u64::from(second);
    (quotient.into(), left.into())
}

fn halves(number: u128) -> (u64, u64) {
    let half = |number: u128| u64::try_from(number).unwrap_or(u64::MAX);
    (half(number >> 64), half(number & (u128::MAX >> 64)))
}

fn joined(upper: u64, lower: u64) -> u128 {
    (u128::from(upper) << 64) | u128::from(lower)
}
