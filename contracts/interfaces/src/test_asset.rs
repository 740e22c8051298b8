//! A PSP22 asset that anyone may mint: for tests and demonstrations only.

use crate::types::{AccountId, Balance};
use psp22::PSP22Error;

/// What the test asset offers beside `PSP22` and `PSP22Metadata`.
#[ink::trait_definition]
pub trait TestAsset {
    /// Creates `value` base units for `to`. Anyone may call it.
    ///
    /// # Errors
    /// [`PSP22Error::Custom`] if the supply would exceed `u128`.
    #[ink(message)]
    fn mint_to(&mut self, to: AccountId, value: Balance) -> Result<(), PSP22Error>;
}
