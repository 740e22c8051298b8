//! Copies, fillings and comparisons of bytes, eight at a time; copies towards the end one at a time, which are few.

use core::mem::MaybeUninit;

const WORD: usize = size_of::<u64>();

/// Copies the bytes of one `T`; they may be anything, and anywhere.
#[inline(always)]
unsafe fn copy_one<T>(to: *mut u8, from: *const u8) {
    let bytes = from.cast::<MaybeUninit<T>>().read_unaligned();
    to.cast::<MaybeUninit<T>>().write_unaligned(bytes);
}

/// As [`copy_one`] twice.
#[inline(always)]
unsafe fn copy_two_words(to: *mut u8, from: *const u8) {
    copy_one::<u64>(to, from);
    copy_one::<u64>(to.add(WORD), from.add(WORD));
}

/// Copies `count` bytes, first to last.
///
/// # Safety
/// Both ranges must be valid for `count` bytes. They may overlap if `to` is not after `from`.
#[inline(always)]
pub unsafe fn copy_forwards(mut to: *mut u8, mut from: *const u8, mut count: usize) {
    while count >= 4 * WORD {
        copy_two_words(to, from);
        copy_two_words(to.add(2 * WORD), from.add(2 * WORD));
        to = to.add(4 * WORD);
        from = from.add(4 * WORD);
        count = count.wrapping_sub(4 * WORD);
    }
    // Fewer than 32 are left: by the bits of their number.
    macro_rules! rest {
        ($($copy:expr, $bytes:expr;)*) => {$(
            if count & $bytes != 0 {
                $copy(to, from);
                to = to.add($bytes);
                from = from.add($bytes);
            }
        )*};
    }
    rest! {
        copy_two_words, 2 * WORD;
        copy_one::<u64>, WORD;
        copy_one::<u32>, 4;
        copy_one::<u16>, 2;
    }
    if count & 1 != 0 {
        copy_one::<u8>(to, from);
    }
}

/// Copies `count` bytes, last to first.
///
/// # Safety
/// Both ranges must be valid for `count` bytes. They may overlap if `to` is not before `from`.
#[inline(always)]
pub unsafe fn copy_backwards(to: *mut u8, from: *const u8, mut count: usize) {
    while count > 0 {
        count = count.wrapping_sub(1);
        copy_one::<u8>(to.add(count), from.add(count));
    }
}

/// Sets `count` bytes to `byte`.
///
/// # Safety
/// The range must be valid for `count` bytes.
#[inline(always)]
pub unsafe fn fill(mut to: *mut u8, byte: u8, mut count: usize) {
    let word = u64::from_ne_bytes([byte; WORD]);
    while count >= WORD {
        to.cast::<u64>().write_unaligned(word);
        to = to.add(WORD);
        count = count.wrapping_sub(WORD);
    }
    while count > 0 {
        to.write(byte);
        to = to.add(1);
        count = count.wrapping_sub(1);
    }
}

/// Compares `count` bytes: what the first that differ differ by, or zero.
///
/// # Safety
/// Both ranges must be valid for `count` bytes, all of them written.
#[inline(always)]
pub unsafe fn compare(mut one: *const u8, mut other: *const u8, mut count: usize) -> i32 {
    let word = |at: *const u8| at.cast::<u64>().read_unaligned();
    while count >= WORD && word(one) == word(other) {
        one = one.add(WORD);
        other = other.add(WORD);
        count = count.wrapping_sub(WORD);
    }
    while count > 0 {
        let difference = i32::from(one.read()).wrapping_sub(i32::from(other.read()));
        if difference != 0 {
            return difference;
        }
        one = one.add(1);
        other = other.add(1);
        count = count.wrapping_sub(1);
    }
    0
}
