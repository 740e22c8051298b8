//! A source of prices that says what it is told, and misbehaves: for tests only.

use finance::oracle::answer::Answer;

/// How many bytes an oversized answer has: as many as a contract can return, and more than another that asked for it
/// has room for.
pub const OVERSIZE: usize = 16 * 1024;

/// What the test source does when it is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub enum Behaviour {
    /// It knows nothing.
    #[default]
    Silent,
    /// It answers this, whatever the asset.
    Answers(Answer),
    /// It returns [`OVERSIZE`] bytes.
    Oversized,
    /// It traps.
    Traps,
    /// It never ends.
    Loops,
}

/// What the test source offers beside [`PriceSource`](crate::price_source::PriceSource).
#[ink::trait_definition]
pub trait TestSource {
    /// From now on it does this. Anyone may call it.
    #[ink(message)]
    fn behave(&mut self, behaviour: Behaviour);
}
