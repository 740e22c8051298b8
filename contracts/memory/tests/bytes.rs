//! What is done by words is what would be done byte by byte, at every alignment and wherever ranges overlap.

use memory::bytes::{compare, copy_backwards, copy_forwards, fill};
use proptest::prelude::*;

/// More than the longest step of any loop, at each end.
const ROOM: usize = 40;
const LONGEST: usize = 100;

fn bytes() -> Vec<u8> {
    (0..ROOM + LONGEST + ROOM).map(|at| at as u8).collect()
}

#[test]
fn copies_are_exact_at_every_length_and_distance() {
    for count in 0..=LONGEST {
        for distance in 0..=ROOM {
            let (near, far) = (ROOM / 2, ROOM / 2 + distance);
            // Towards the front from first to last, towards the back from last to first.
            for (to, from) in [(near, far), (far, near)] {
                let mut memory = bytes();
                let mut expected = bytes();
                expected.copy_within(from..from + count, to);
                let start = memory.as_mut_ptr();
                // SAFETY: both ranges are within the vector, and overlap as allowed.
                unsafe {
                    if to <= from {
                        copy_forwards(start.add(to), start.add(from), count);
                    } else {
                        copy_backwards(start.add(to), start.add(from), count);
                    }
                }
                assert_eq!(memory, expected, "{count} bytes from {from} to {to}");
            }
        }
    }
}

#[test]
fn what_is_filled_ends_where_it_should() {
    for count in 0..=LONGEST {
        for at in 0..ROOM {
            let mut memory = bytes();
            let mut expected = bytes();
            expected[at..at + count].fill(0xA5);
            // SAFETY: the range is within the vector.
            unsafe { fill(memory.as_mut_ptr().add(at), 0xA5, count) };
            assert_eq!(memory, expected, "{count} bytes at {at}");
        }
    }
}

#[test]
fn nothing_is_equal_to_nothing() {
    let (one, other) = ([1], [2]);
    // SAFETY: no byte is read.
    assert_eq!(unsafe { compare(one.as_ptr(), other.as_ptr(), 0) }, 0);
}

proptest! {
    /// Also where the first difference is followed by others, and where the highest bit is set.
    #[test]
    fn the_first_difference_decides(
        one in prop::collection::vec(any::<u8>(), 1..LONGEST),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3),
        skipped in 0..8_usize,
    ) {
        let mut other = one.clone();
        for (at, byte) in changes {
            let at = at.index(other.len());
            other[at] = byte;
        }
        let skipped = skipped.min(one.len());
        let (one, other) = (&one[skipped..], &other[skipped..]);
        // SAFETY: both slices have that length.
        let difference = unsafe { compare(one.as_ptr(), other.as_ptr(), one.len()) };
        let expected = one.iter().zip(other).find(|(a, b)| a != b);
        let expected = expected.map_or(0, |(a, b)| i32::from(*a).wrapping_sub(i32::from(*b)));
        prop_assert_eq!(difference, expected);
        prop_assert_eq!(difference.signum(), one.cmp(other) as i32);
    }
}
