//! Laws that hold for any bytes.

pub mod auction;
pub mod insurance;
#[cfg(feature = "fuzzer")]
pub mod messages;
pub mod orders;
pub mod records;
pub mod scenario;
pub mod settlement;
pub mod term_sheet;
pub mod waterfall;

use arbitrary::{Arbitrary, Unstructured};

/// Panics where the bytes break it.
pub type Law = fn(&[u8]);

/// Laws by the names of their targets and of the folders of what is kept. Of messages and term sheets nothing is: what reaches all
/// of their code are 1 500 inputs and 400 kB.
pub const LAWS: [(&str, Law); 7] = [
    ("auction", auction::check),
    ("insurance", insurance::check),
    ("orders", orders::check),
    ("records", records::check),
    ("scenario", scenario::check),
    ("settlement", settlement::check),
    ("waterfall", waterfall::check),
];

/// What bytes stand for, if they suffice.
fn read<'a, T: Arbitrary<'a>>(bytes: &'a [u8]) -> Option<T> {
    T::arbitrary_take_rest(Unstructured::new(bytes)).ok()
}
