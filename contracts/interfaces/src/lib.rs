//! The ABI of Sluice, one file per contract: its trait with the documentation of every message, its
//! errors, its events and the structures its views return.
//!
//! Contracts reach one another only through `contract_ref!` of these traits. Trait names are part of the
//! selectors and of the ABI: renaming one breaks clients.
//!
//! Beside its kind an event has one topic at most, whom or what it is about: a chain charges for each as for a record
//! in storage, a tenth of a transfer.
#![cfg_attr(not(feature = "std"), no_std)]
#![warn(missing_docs)]

pub mod async_vault;
pub mod calls;
pub mod collateral_vault;
pub mod compliance;
pub mod configurator;
pub mod earnings;
pub mod governance_token;
pub mod governor;
pub mod insurance_fund;
pub mod liquidation_engine;
pub mod oracle_adapter;
pub mod parameters;
pub mod permit;
pub mod price_source;
pub mod purchase_receiver;
pub mod read;
pub mod relayed;
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

// What every contract links.
use memory as _;

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
/// one on its way out of nested functions is copied at every `?` unless it is boxed. Errors of other contracts that are
/// only passed on are carried as [`Relayed`](crate::relayed::Relayed) ones.
#[macro_export]
macro_rules! wrap_errors {
    (
        $error:ident { $($variant:ident($inner:ty)),* $(,)? }
        $(relayed { $($relaying:ident($relayed:ty)),* $(,)? })?
    ) => {
        impl From<$crate::Boxed<$error>> for $error {
            fn from(error: $crate::Boxed<$error>) -> Self {
                *error
            }
        }

        $(
            $crate::wrap_error!($error, $inner, Self::$variant);
            $crate::wrap_error!($error, $crate::relayed::Relayed<$inner>, |error| {
                let error = error.error();
                error.map_or(Self::Call($crate::calls::CallError::Trapped), Self::$variant)
            });
        )*
        $($(
            $crate::wrap_error!($error, $relayed, |error| Self::$relaying(error.into()));
            $crate::wrap_error!($error, $crate::relayed::Relayed<$relayed>, Self::$relaying);
        )*)?
    };
}

/// Turns one error into another, on the stack or on the heap.
#[macro_export]
macro_rules! wrap_error {
    ($error:ident, $inner:ty, $wrap:expr) => {
        impl From<$inner> for $error {
            fn from(error: $inner) -> Self {
                let wrap: fn($inner) -> Self = $wrap;
                wrap(error)
            }
        }

        impl From<$inner> for $crate::Boxed<$error> {
            fn from(error: $inner) -> Self {
                Self::new(error.into())
            }
        }
    };
}
