//! The token of one tranche: `PSP22`, `PSP22Metadata`, `PSP22Mintable` and `PSP22Burnable` with the
//! standard selectors.
//!
//! Minting and burning are for the pool alone: `mint` creates for the caller and `burn` destroys the
//! caller's own, so the pool holds what it issued until the owner claims it. Everyone else is answered
//! with [`PSP22Error::Custom`]`(`[`ONLY_THE_POOL`]`)`.

use crate::types::AccountId;
pub use psp22::{PSP22Burnable, PSP22Error, PSP22Metadata, PSP22Mintable, PSP22};

/// The message of the error that anyone but the pool gets for minting or burning.
pub const ONLY_THE_POOL: &str = "only the pool of this tranche may mint or burn";

/// What a tranche token offers beside the standard.
#[ink::trait_definition]
pub trait TrancheToken {
    /// The pool that issues this token.
    #[ink(message)]
    fn pool(&self) -> AccountId;
}
