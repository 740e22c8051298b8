//! The store of risk parameters that the vault and the engine read.
//!
//! It holds nothing but what is read: every call pays for its code. The rules of change are the configurator's.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

pub use self::parameters::{ParametersContract, ParametersContractRef};

#[cfg(test)]
mod tests;

#[ink::contract]
mod parameters {
    use finance::time;
    use ink::storage::{traits::ManualKey, Mapping};
    use interfaces::ensure;
    use interfaces::parameters::{
        AuctionParameters, CollateralParameters, Course, DealParameters, Entry, Lending,
        Parameters, ParametersError, Part, Pauses, Row,
    };
    use interfaces::types::CollateralId;
    use interfaces::upgradeable::replace_code;

    #[ink(storage)]
    pub struct ParametersContract {
        /// The only account that writes. Fixed at creation.
        configurator: AccountId,
        /// What is paused.
        pauses: Pauses,
        /// Of the deal, and two of every collateral type.
        rows: Mapping<Part, Row, ManualKey<1>>,
        /// Of originators who have a ceiling of their own.
        ceilings: Mapping<AccountId, Course, ManualKey<2>>,
    }

    impl ParametersContract {
        /// An empty store. The configurator has to be bound to it.
        #[ink(constructor)]
        pub fn new(configurator: AccountId) -> Self {
            Self {
                configurator,
                pauses: Pauses::default(),
                rows: Mapping::default(),
                ceilings: Mapping::default(),
            }
        }
    }

    impl Parameters for ParametersContract {
        #[ink(message)]
        fn lending(
            &self,
            collateral: CollateralId,
            originator: AccountId,
        ) -> Result<Lending, ParametersError> {
            let now = self.now();
            let deal = DealParameters::from_values(&self.known(Part::Deal)?.at(now));
            let row = self.known(Part::Loans(collateral))?;
            let mut parameters = CollateralParameters::in_force(row, now, deal.ramp);
            parameters.is_open &= !self.pauses.draws.stops(now);
            let own = self.ceilings.get(originator);
            Ok(Lending {
                parameters,
                curve: deal.curve(),
                originator_ceiling: own.map_or(deal.originator_ceiling, |course| course.at(now)),
                holds_collateral: self.pauses.withdrawals.stops(now),
            })
        }

        #[ink(message)]
        fn auction(&self, collateral: CollateralId) -> Result<AuctionParameters, ParametersError> {
            let row = self.known(Part::Auctions(collateral))?;
            Ok(AuctionParameters::from_values(&row.at(self.now())))
        }

        #[ink(message)]
        fn row(&self, part: Part) -> Option<Row> {
            self.rows.get(part)
        }

        #[ink(message)]
        fn ceiling(&self, originator: AccountId) -> Option<Course> {
            self.ceilings.get(originator)
        }

        #[ink(message)]
        fn pauses(&self) -> Pauses {
            self.pauses
        }

        #[ink(message)]
        fn configurator(&self) -> AccountId {
            self.configurator
        }

        #[ink(message)]
        fn write(&mut self, entry: Entry) -> Result<(), ParametersError> {
            let is_configurator = self.env().caller() == self.configurator;
            ensure!(is_configurator, ParametersError::NotTheConfigurator);
            match entry {
                Entry::Row(part, row) => {
                    self.rows.insert(part, &row);
                }
                Entry::Ceiling(originator, course) => {
                    self.ceilings.insert(originator, &course);
                }
                Entry::Pauses(pauses) => self.pauses = pauses,
                Entry::Code(hash) => {
                    replace_code(hash).map_err(|_| ParametersError::NoSuchCode)?;
                }
            }
            Ok(())
        }
    }

    #[ink(impl)]
    impl ParametersContract {
        fn now(&self) -> time::Timestamp {
            time::Timestamp(self.env().block_timestamp())
        }

        fn known(&self, part: Part) -> Result<Row, ParametersError> {
            let row = self.rows.get(part);
            row.ok_or(ParametersError::UnknownCollateral)
        }
    }
}
