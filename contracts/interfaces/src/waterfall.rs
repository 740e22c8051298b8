//! The settlement of an epoch as a contract that keeps nothing.

use finance::settlement::{Inputs, Settled, State, Terms};
use finance::MathError;

/// Computes settlements.
#[ink::trait_definition]
pub trait Waterfall {
    /// What a settlement does to a pool in `state`: [`finance::settlement::settle`].
    ///
    /// # Errors
    /// [`MathError`] beyond the range of amounts.
    #[ink(message)]
    fn settle(&self, terms: Terms, state: State, inputs: Inputs) -> Result<Settled, MathError>;
}
