//! Bounded risk parameters, changed by one governor.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

mod bounds;
mod fields;

pub use self::parameters::{ParametersContract, ParametersContractRef};

#[cfg(test)]
mod tests;

#[ink::contract]
mod parameters {
    use crate::{bounds, fields};
    use ink::prelude::vec::Vec;
    use ink::storage::{traits::ManualKey, Mapping};
    use interfaces::collateral_vault::MAX_COLLATERAL_TYPES;
    use interfaces::ensure;
    use interfaces::parameters::{
        Bounds, CollateralParameter, CollateralParameters, ParameterChanged, Parameters,
        ParametersError,
    };
    use interfaces::types::CollateralId;

    #[ink(storage)]
    pub struct ParametersContract {
        /// The only account that changes parameters. Fixed at creation.
        governor: AccountId,
        /// Valid as a whole; numbered from zero without gaps; no type is ever added or removed.
        collateral: Mapping<CollateralId, CollateralParameters, ManualKey<1>>,
    }

    impl ParametersContract {
        /// Parameters for collateral types numbered in the order given.
        ///
        /// # Errors
        /// [`ParametersError::TooManyCollateralTypes`], [`ParametersError::OutOfBounds`],
        /// [`ParametersError::BorrowAboveLiquidation`].
        #[ink(constructor)]
        pub fn new(
            governor: AccountId,
            collateral: Vec<CollateralParameters>,
        ) -> Result<Self, ParametersError> {
            ensure!(
                collateral.len() <= MAX_COLLATERAL_TYPES,
                ParametersError::TooManyCollateralTypes
            );
            let mut listed = Mapping::default();
            for (id, parameters) in (0..).map(CollateralId).zip(&collateral) {
                bounds::ensure_valid(parameters)?;
                listed.insert(id, parameters);
            }
            Ok(Self {
                governor,
                collateral: listed,
            })
        }
    }

    impl Parameters for ParametersContract {
        #[ink(message)]
        fn collateral(
            &self,
            collateral: CollateralId,
        ) -> Result<CollateralParameters, ParametersError> {
            self.collateral
                .get(collateral)
                .ok_or(ParametersError::UnknownCollateral)
        }

        #[ink(message)]
        fn bounds(&self, parameter: CollateralParameter) -> Bounds {
            bounds::of(parameter)
        }

        #[ink(message)]
        fn governor(&self) -> AccountId {
            self.governor
        }

        #[ink(message)]
        fn set(
            &mut self,
            collateral: CollateralId,
            parameter: CollateralParameter,
            value: u128,
        ) -> Result<(), ParametersError> {
            ensure!(
                self.env().caller() == self.governor,
                ParametersError::NotTheGovernor
            );
            let current = self.collateral(collateral)?;
            let changed = fields::with(current, parameter, value);
            bounds::ensure_valid(&changed)?;
            self.collateral.insert(collateral, &changed);
            self.env().emit_event(ParameterChanged {
                collateral,
                parameter,
                old: fields::get(&current, parameter),
                new: value,
            });
            Ok(())
        }
    }
}
