//! Bounded risk parameters, changed by one governor.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

mod bounds;
mod ramp;

pub use self::parameters::{ParametersContract, ParametersContractRef};

#[cfg(test)]
mod tests;

#[ink::contract]
mod parameters {
    use crate::bounds;
    use crate::ramp::Listed;
    use finance::interest::PaceCurve;
    use finance::{time, Period};
    use ink::storage::{traits::ManualKey, Mapping};
    use interfaces::collateral_vault::MAX_COLLATERAL_TYPES;
    use interfaces::ensure;
    use interfaces::parameters::{
        AuctionParameters, Bounds, CollateralParameter, CollateralTerms, CurveChanged, Lending,
        OriginatorCeilingChanged, ParameterChanged, Parameters, ParametersError, ParametersTerms,
    };
    use interfaces::types::CollateralId;

    #[ink(storage)]
    pub struct ParametersContract {
        /// The only account that changes parameters. Fixed at creation.
        governor: AccountId,
        /// How long a lowered liquidation LTV takes to come into force. Fixed at creation.
        ramp: Period,
        /// Valid.
        curve: PaceCurve,
        /// Of every originator without one of his own. Fixed at creation.
        originator_ceiling: Balance,
        /// Valid as a whole; numbered from zero without gaps; no type is ever added or removed.
        collateral: Mapping<CollateralId, Listed, ManualKey<1>>,
        /// Of originators who have one of their own.
        ceilings: Mapping<AccountId, Balance, ManualKey<2>>,
    }

    impl ParametersContract {
        /// Parameters for collateral types numbered in the order given.
        ///
        /// # Errors
        /// [`ParametersError::TooManyCollateralTypes`], [`ParametersError::OutOfBounds`],
        /// [`ParametersError::LtvsOutOfOrder`], [`ParametersError::SharesOutOfOrder`],
        /// [`ParametersError::CuspAboveMarket`], [`ParametersError::InvalidCurve`],
        /// [`ParametersError::InvalidRamp`].
        #[ink(constructor)]
        pub fn new(terms: ParametersTerms) -> Result<Self, ParametersError> {
            ensure!(
                terms.collateral.len() <= MAX_COLLATERAL_TYPES,
                ParametersError::TooManyCollateralTypes
            );
            ensure!(
                bounds::RAMPS.contains(&terms.ramp),
                ParametersError::InvalidRamp
            );
            bounds::ensure_valid_curve(&terms.curve)?;
            let mut collateral = Mapping::default();
            for (id, terms) in (0..).map(CollateralId).zip(terms.collateral) {
                bounds::ensure_valid(&terms)?;
                collateral.insert(id, &Listed::new(terms));
            }
            Ok(Self {
                governor: terms.governor,
                ramp: terms.ramp,
                curve: terms.curve,
                originator_ceiling: terms.originator_ceiling,
                collateral,
                ceilings: Mapping::default(),
            })
        }
    }

    impl Parameters for ParametersContract {
        #[ink(message)]
        fn lending(
            &self,
            collateral: CollateralId,
            originator: AccountId,
        ) -> Result<Lending, ParametersError> {
            let ceiling = self.ceilings.get(originator);
            Ok(Lending {
                parameters: self.listed(collateral)?.loans(self.now(), self.ramp),
                curve: self.curve,
                originator_ceiling: ceiling.unwrap_or(self.originator_ceiling),
            })
        }

        #[ink(message)]
        fn auction(&self, collateral: CollateralId) -> Result<AuctionParameters, ParametersError> {
            Ok(self.listed(collateral)?.terms.auctions)
        }

        #[ink(message)]
        fn collateral(&self, collateral: CollateralId) -> Result<CollateralTerms, ParametersError> {
            Ok(self.listed(collateral)?.terms)
        }

        #[ink(message)]
        fn bounds(&self, parameter: CollateralParameter) -> Bounds {
            parameter.bounds()
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
            self.ensure_governor()?;
            let mut listed = self.listed(collateral)?;
            let old = listed.set(parameter, value, self.now(), self.ramp);
            bounds::ensure_valid(&listed.terms)?;
            self.collateral.insert(collateral, &listed);
            self.env().emit_event(ParameterChanged {
                collateral,
                parameter,
                old,
                new: value,
            });
            Ok(())
        }

        #[ink(message)]
        fn set_curve(&mut self, curve: PaceCurve) -> Result<(), ParametersError> {
            self.ensure_governor()?;
            bounds::ensure_valid_curve(&curve)?;
            self.curve = curve;
            self.env().emit_event(CurveChanged { curve });
            Ok(())
        }

        #[ink(message)]
        fn set_originator_ceiling(
            &mut self,
            originator: AccountId,
            ceiling: Option<Balance>,
        ) -> Result<(), ParametersError> {
            self.ensure_governor()?;
            match ceiling {
                Some(ceiling) => drop(self.ceilings.insert(originator, &ceiling)),
                None => self.ceilings.remove(originator),
            }
            self.env().emit_event(OriginatorCeilingChanged {
                originator,
                ceiling,
            });
            Ok(())
        }
    }

    #[ink(impl)]
    impl ParametersContract {
        fn ensure_governor(&self) -> Result<(), ParametersError> {
            ensure!(
                self.env().caller() == self.governor,
                ParametersError::NotTheGovernor
            );
            Ok(())
        }

        fn now(&self) -> time::Timestamp {
            time::Timestamp(self.env().block_timestamp())
        }

        fn listed(&self, id: CollateralId) -> Result<Listed, ParametersError> {
            let listed = self.collateral.get(id);
            listed.ok_or(ParametersError::UnknownCollateral)
        }
    }
}
