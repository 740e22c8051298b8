//! Bounded risk parameters: what tightens is in force at once, what loosens waits.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

pub use self::parameters::{ParametersContract, ParametersContractRef};

#[cfg(test)]
mod tests;

#[ink::contract]
mod parameters {
    use finance::parameters::{Change, Group, Row, RAMPS};
    use finance::{time, Period};
    use ink::prelude::vec::Vec;
    use ink::storage::{traits::ManualKey, Mapping};
    use interfaces::collateral_vault::MAX_COLLATERAL_TYPES;
    use interfaces::ensure;
    use interfaces::parameters::{
        AuctionParameters, ChangeError, CollateralAdded, CollateralParameters, CollateralTerms,
        Course, DealParameters, Lending, Parameter, ParameterSet, Parameters, ParametersError,
        ParametersTerms, Pausable, Pause, PauseSet, Powers, PowersNamed, Scope,
    };
    use interfaces::types::CollateralId;
    use interfaces::upgradeable::{self, UpgradeError, Upgradeable, UpgradesCell};

    /// The row of the deal; those of collateral types come after, two of each.
    const DEAL: u32 = 0;

    #[ink(storage)]
    pub struct ParametersContract {
        /// Who may do what, and what is paused.
        powers: Powers,
        /// Within bounds and consistent, today and when what waits comes due.
        rows: Mapping<u32, Row, ManualKey<1>>,
        /// Of originators who have a ceiling of their own.
        ceilings: Mapping<AccountId, Course, ManualKey<2>>,
        /// The governor replaces the code.
        upgrades: UpgradesCell,
    }

    impl ParametersContract {
        /// Parameters for collateral types numbered in the order given.
        ///
        /// # Errors
        /// [`ChangeError::TooManyCollateralTypes`], [`ChangeError::OutOfBounds`],
        /// [`ChangeError::Contradiction`], [`ChangeError::InvalidRamp`].
        #[ink(constructor)]
        pub fn new(terms: ParametersTerms) -> Result<Self, ChangeError> {
            ensure!(RAMPS.contains(&terms.ramp), ChangeError::InvalidRamp);
            let mut parameters = Self {
                powers: Powers {
                    governor: terms.governor,
                    successor: None,
                    guardian: terms.guardian,
                    ramp: terms.ramp,
                    types: 0,
                    draws: Pause::ARMED,
                    withdrawals: Pause::ARMED,
                },
                rows: Mapping::default(),
                ceilings: Mapping::default(),
                upgrades: Default::default(),
            };
            let deal = Row::constant(terms.deal.values());
            parameters.begin(DEAL, Group::Deal, &deal)?;
            for terms in &terms.collateral {
                parameters.list(terms, None)?;
            }
            Ok(parameters)
        }
    }

    impl Parameters for ParametersContract {
        #[ink(message)]
        fn lending(
            &self,
            collateral: CollateralId,
            originator: AccountId,
        ) -> Result<Lending, ParametersError> {
            let (now, powers) = (self.now(), &self.powers);
            let row = self.of_type(collateral, Group::Loans)?;
            let mut parameters = CollateralParameters::in_force(&row, now, powers.ramp);
            parameters.is_open &= !powers.draws.stops(now);
            let deal = self.deal();
            let own = self.ceilings.get(originator);
            Ok(Lending {
                parameters,
                curve: deal.curve(),
                originator_ceiling: own.map_or(deal.originator_ceiling, |course| course.at(now)),
                holds_collateral: powers.withdrawals.stops(now),
            })
        }

        #[ink(message)]
        fn auction(&self, collateral: CollateralId) -> Result<AuctionParameters, ParametersError> {
            let row = self.of_type(collateral, Group::Auctions)?;
            Ok(AuctionParameters::from_values(&row.at(self.now())))
        }

        #[ink(message)]
        fn collateral(&self, collateral: CollateralId) -> Result<CollateralTerms, ParametersError> {
            let row = self.of_type(collateral, Group::Loans)?;
            Ok(CollateralTerms {
                loans: CollateralParameters::from_values(&row.at(self.now())),
                auctions: self.auction(collateral)?,
            })
        }

        #[ink(message)]
        fn deal(&self) -> DealParameters {
            let row = self.rows.get(DEAL);
            let values = row.map_or([0; Group::LONGEST], |row| row.at(self.now()));
            DealParameters::from_values(&values)
        }

        #[ink(message)]
        fn waiting(&self, scope: Scope) -> Vec<(Parameter, Course)> {
            let now = self.now();
            let all = Parameter::ALL.iter().copied();
            let courses = all.filter_map(|parameter| {
                let course = self.course(scope, parameter).ok()?;
                (now < course.at).then_some((parameter, course))
            });
            courses.collect()
        }

        #[ink(message)]
        fn powers(&self) -> Powers {
            self.powers
        }

        #[ink(message)]
        fn set(
            &mut self,
            scope: Scope,
            parameter: Parameter,
            value: u128,
        ) -> Result<time::Timestamp, ChangeError> {
            self.decide(scope, parameter, Some(value))
        }

        #[ink(message)]
        fn cancel(&mut self, scope: Scope, parameter: Parameter) -> Result<(), ChangeError> {
            self.decide(scope, parameter, None).map(drop)
        }

        #[ink(message)]
        fn add_collateral(&mut self, terms: CollateralTerms) -> Result<CollateralId, ChangeError> {
            self.ensure_governor()?;
            let collateral = CollateralId(self.powers.types);
            let opens_at = self.now().plus(self.deal().timelock);
            self.list(&terms, Some(opens_at))?;
            self.env().emit_event(CollateralAdded {
                collateral,
                terms,
                opens_at,
            });
            Ok(collateral)
        }

        #[ink(message)]
        fn pause(&mut self, action: Pausable, period: Period) -> Result<(), ChangeError> {
            self.ensure_governor_or_guardian()?;
            let used = self.pause_of(action).used(self.now(), period);
            self.put_pause(action, used.ok_or(ChangeError::PauseUsed)?);
            Ok(())
        }

        #[ink(message)]
        fn arm(&mut self, action: Pausable) -> Result<(), ChangeError> {
            self.ensure_governor()?;
            self.put_pause(action, Pause::ARMED);
            Ok(())
        }

        #[ink(message)]
        fn name(
            &mut self,
            guardian: AccountId,
            successor: Option<AccountId>,
        ) -> Result<(), ChangeError> {
            self.ensure_governor()?;
            (self.powers.guardian, self.powers.successor) = (guardian, successor);
            self.tell_powers();
            Ok(())
        }

        #[ink(message)]
        fn accept(&mut self) -> Result<(), ChangeError> {
            let caller = self.env().caller();
            let is_successor = self.powers.successor == Some(caller);
            ensure!(is_successor, ChangeError::NotPermitted);
            (self.powers.governor, self.powers.successor) = (caller, None);
            self.tell_powers();
            Ok(())
        }
    }

    impl Upgradeable for ParametersContract {
        #[ink(message)]
        fn upgrade(&mut self, code_hash: Hash) -> Result<(), UpgradeError> {
            upgradeable::upgrade(&mut self.upgrades, self.powers.governor, code_hash)
        }

        #[ink(message)]
        fn renounce_upgrades(&mut self) -> Result<(), UpgradeError> {
            upgradeable::renounce(&mut self.upgrades, self.powers.governor)
        }

        #[ink(message)]
        fn upgrader(&self) -> Option<AccountId> {
            upgradeable::upgrader(&self.upgrades, self.powers.governor)
        }
    }

    #[ink(impl)]
    impl ParametersContract {
        fn ensure_governor(&self) -> Result<(), ChangeError> {
            let is_governor = self.env().caller() == self.powers.governor;
            ensure!(is_governor, ChangeError::NotPermitted);
            Ok(())
        }

        fn ensure_governor_or_guardian(&self) -> Result<(), ChangeError> {
            match self.env().caller() == self.powers.guardian {
                true => Ok(()),
                false => self.ensure_governor(),
            }
        }

        fn now(&self) -> time::Timestamp {
            time::Timestamp(self.env().block_timestamp())
        }

        /// Sets a parameter, or without a value cancels what waits.
        fn decide(
            &mut self,
            scope: Scope,
            parameter: Parameter,
            value: Option<u128>,
        ) -> Result<time::Timestamp, ChangeError> {
            self.ensure_governor_or_guardian()?;
            let (now, by) = (self.now(), self.env().caller());
            let course = self.course(scope, parameter)?;
            let decided = match value {
                None => course.cancelled(now).ok_or(ChangeError::NothingWaits)?,
                Some(value) => {
                    course.set(value, parameter.declaration(), self.change(parameter))?
                }
            };
            let is_cautious = decided.at <= now && parameter != Parameter::IsOpen;
            ensure!(
                value.is_none() || is_cautious || by == self.powers.governor,
                ChangeError::OnlyTightens
            );
            self.put(scope, parameter, decided)?;
            self.env().emit_event(ParameterSet {
                scope,
                parameter,
                old: course.at(now),
                new: decided.to,
                at: decided.at.max(now),
                by,
            });
            Ok(decided.at)
        }

        fn change(&self, parameter: Parameter) -> Change {
            Change {
                now: self.now(),
                wait: self.deal().timelock,
                ramp: match parameter {
                    Parameter::LiquidationLtv => self.powers.ramp,
                    _ => Period(0),
                },
            }
        }

        fn course(&self, scope: Scope, parameter: Parameter) -> Result<Course, ChangeError> {
            let (group, place) = parameter.place();
            if let (Scope::Originator(account), Parameter::OriginatorCeiling) = (scope, parameter) {
                let of_deal = self.deal().originator_ceiling;
                let own = self.ceilings.get(account);
                return Ok(own.unwrap_or(Course::constant(of_deal)));
            }
            let course = self.row(key(scope, group)?)?.course(place);
            course.ok_or(ChangeError::Unknown)
        }

        fn put(
            &mut self,
            scope: Scope,
            parameter: Parameter,
            course: Course,
        ) -> Result<(), ChangeError> {
            if let Scope::Originator(account) = scope {
                self.ceilings.insert(account, &course);
                return Ok(());
            }
            let (group, place) = parameter.place();
            let key = key(scope, group)?;
            let mut row = self.row(key)?;
            row.put(place, course);
            row.ensure_consistent(group, self.now())?;
            self.rows.insert(key, &row);
            Ok(())
        }

        fn of_type(&self, id: CollateralId, group: Group) -> Result<Row, ParametersError> {
            let row = key(id.into(), group).and_then(|key| self.row(key));
            row.map_err(|_| ParametersError::UnknownCollateral)
        }

        fn row(&self, key: u32) -> Result<Row, ChangeError> {
            self.rows.get(key).ok_or(ChangeError::Unknown)
        }

        /// Adds a collateral type, which opens at once or, if it is to be open at all, at `opens_at`.
        fn list(
            &mut self,
            terms: &CollateralTerms,
            opens_at: Option<time::Timestamp>,
        ) -> Result<(), ChangeError> {
            let id = CollateralId(self.powers.types);
            ensure!(
                id.index() < MAX_COLLATERAL_TYPES,
                ChangeError::TooManyCollateralTypes
            );
            self.powers.types = id.0.saturating_add(1);
            let mut loans = Row::constant(terms.loans.values());
            if let Some(at) = opens_at.filter(|_| terms.loans.is_open) {
                let (_, place) = Parameter::IsOpen.place();
                let (from, to) = (0, 1);
                loans.put(place, Course { from, to, at });
            }
            self.begin(key(id.into(), Group::Loans)?, Group::Loans, &loans)?;
            let auctions = Row::constant(terms.auctions.values());
            self.begin(key(id.into(), Group::Auctions)?, Group::Auctions, &auctions)
        }

        /// Stores the first parameters of a row.
        fn begin(&mut self, key: u32, group: Group, row: &Row) -> Result<(), ChangeError> {
            for parameter in group.parameters() {
                let (_, place) = parameter.place();
                let (course, bounds) = (row.course(place), parameter.bounds());
                ensure!(
                    course.is_some_and(|course| bounds.contain(course.to)),
                    ChangeError::OutOfBounds { parameter, bounds }
                );
            }
            row.ensure_consistent(group, self.now())?;
            self.rows.insert(key, row);
            Ok(())
        }

        fn pause_of(&self, action: Pausable) -> Pause {
            match action {
                Pausable::Draws => self.powers.draws,
                Pausable::Withdrawals => self.powers.withdrawals,
            }
        }

        fn put_pause(&mut self, action: Pausable, pause: Pause) {
            match action {
                Pausable::Draws => self.powers.draws = pause,
                Pausable::Withdrawals => self.powers.withdrawals = pause,
            }
            self.env().emit_event(PauseSet {
                action,
                until: pause.until,
                by: self.env().caller(),
            });
        }

        fn tell_powers(&self) {
            self.env().emit_event(PowersNamed {
                governor: self.powers.governor,
                successor: self.powers.successor,
                guardian: self.powers.guardian,
            });
        }
    }

    /// The row of a scope's group.
    fn key(scope: Scope, group: Group) -> Result<u32, ChangeError> {
        let first = |id: CollateralId| id.0.saturating_mul(2).saturating_add(1);
        match (scope, group) {
            (Scope::Deal, Group::Deal) => Ok(DEAL),
            (Scope::Collateral(id), Group::Loans) => Ok(first(id)),
            (Scope::Collateral(id), Group::Auctions) => Ok(first(id).saturating_add(1)),
            _ => Err(ChangeError::Unknown),
        }
    }
}
