//! The settlement of an epoch as a contract that keeps nothing.

use finance::settlement::{Inputs, Settled, State, Terms};
use finance::MathError;

/// A pool and all that its settlement depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, TypeInfo)]
pub struct Case {
    /// The terms of the deal.
    pub terms: Terms,
    /// The state before, as many classes as in the terms.
    pub state: State,
    /// Cash, loans, orders and the time.
    pub inputs: Inputs,
}

/// Computes settlements.
#[ink::trait_definition]
pub trait Waterfall {
    /// What a settlement does to a pool: [`finance::settlement::settle`].
    ///
    /// # Errors
    /// [`MathError`] beyond the range of amounts.
    #[ink(message)]
    fn settle(&self, case: Case) -> Result<Settled, MathError>;
}

crate::decode_fields!(Case {
    terms,
    state,
    inputs
});
