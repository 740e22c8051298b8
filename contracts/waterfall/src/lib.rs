//! Computes the settlement of an epoch: the mathematics of [`finance::settlement`] at an address of its own.
//!
//! It keeps nothing and holds nothing, and one instance serves any number of pools. The pool, which calls it, checks
//! that what comes back conserves every base unit.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

pub use self::waterfall::{WaterfallContract, WaterfallContractRef};

#[ink::contract]
mod waterfall {
    use finance::settlement::{settle, Settled};
    use finance::MathError;
    use interfaces::waterfall::{Case, Waterfall};

    #[ink(storage)]
    #[derive(Default)]
    pub struct WaterfallContract {}

    impl WaterfallContract {
        /// A waterfall.
        #[ink(constructor)]
        pub fn new() -> Self {
            Self::default()
        }
    }

    impl Waterfall for WaterfallContract {
        #[ink(message)]
        fn settle(&self, case: Case) -> Result<Settled, MathError> {
            settle(&case.terms, case.state, &case.inputs)
        }
    }
}
