//! The ABI of Sluice, one file per contract: its trait with the documentation of every message, its
//! errors, its events and the structures its views return.
//!
//! Contracts reach one another only through `contract_ref!` of these traits. Trait names are part of the
//! selectors and of the ABI: renaming one breaks clients.
#![cfg_attr(not(feature = "std"), no_std)]
#![warn(missing_docs)]

pub mod async_vault;
pub mod calls;
pub mod collateral_vault;
pub mod configurator;
pub mod liquidation_engine;
pub mod oracle_adapter;
pub mod parameters;
pub mod permit;
pub mod price_source;
pub mod purchase_receiver;
pub mod test_asset;
pub mod test_market;
pub mod test_source;
pub mod tranche_pool;
pub mod tranche_token;
pub mod transfer_agent;
pub mod transfer_rule;
pub mod types;
pub mod upgradeable;
pub mod waterfall;

pub use ink::prelude::boxed::Box as Boxed;

/// Returns the error unless the condition holds.
#[macro_export]
macro_rules! ensure {
    ($condition:expr, $error:expr $(,)?) => {
        if !$condition {
            return Err($error.into());
        }
    };
}

/// Lets `?` wrap a foreign error in the variant that carries it, and move errors between the stack and the heap: a large
/// one on its way out of nested functions is copied at every `?` unless it is boxed.
#[macro_export]
macro_rules! wrap_errors {
    ($error:ident { $($variant:ident($inner:ty)),* $(,)? }) => {
        impl From<$crate::Boxed<$error>> for $error {
            fn from(error: $crate::Boxed<$error>) -> Self {
                *error
            }
        }

        $(
            impl From<$inner> for $error {
                fn from(error: $inner) -> Self {
                    Self::$variant(error)
                }
            }

            impl From<$inner> for $crate::Boxed<$error> {
                fn from(error: $inner) -> Self {
                    Self::new(error.into())
                }
            }
        )*
    };
}
