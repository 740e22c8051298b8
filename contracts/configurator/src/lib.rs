//! The only writer of risk parameters: what tightens is in force at once, what loosens waits.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

pub use self::configurator::{ConfiguratorContract, ConfiguratorContractRef};

mod store;

#[ink::contract]
mod configurator {
    use crate::store::Store;
    use finance::parameters::{Change, Group};
    use finance::{time, Period};
    use ink::prelude::vec::Vec;
    use ink::storage::{traits::ManualKey, Lazy};
    use interfaces::calls::CallError;
    use interfaces::collateral_vault::MAX_COLLATERAL_TYPES;
    use interfaces::configurator::{
        ChangeError, CollateralAdded, Configurator, ParameterSet, ParametersTerms, Pausable, Pause,
        PauseSet, Powers, PowersNamed, Scope,
    };
    use interfaces::ensure;
    use interfaces::parameters::{
        CollateralTerms, Course, DealParameters, Entry, Parameter, Part, Pauses, Row,
    };
    use interfaces::types::CollateralId;
    use interfaces::upgradeable::{
        self, UpgradeError, Upgradeable, Upgrades, UpgradesCell, UpgradesView,
    };

    #[ink(storage)]
    pub struct ConfiguratorContract {
        /// Who may do what.
        powers: Powers,
        /// Whose configurator this is: within bounds and consistent, now and when what waits comes due. Never changes once
        /// it is named.
        store: Option<AccountId>,
        /// The collateral types that there are, retired ones included.
        types: u32,
        /// The governor replaces the code.
        upgrades: UpgradesCell,
        /// And the store's.
        store_upgrades: Lazy<Upgrades, ManualKey<2>>,
    }

    impl ConfiguratorContract {
        /// A configurator without a store; the caller may bind one, and name who governs. Until then nobody does: agent, vault
        /// and engine ask it whom to obey, and may be bound already.
        #[ink(constructor)]
        #[allow(clippy::new_without_default, reason = "it depends on who calls")]
        pub fn new() -> Self {
            let nobody = Self::env().account_id();
            Self {
                powers: Powers {
                    governor: nobody,
                    successor: None,
                    guardian: nobody,
                    deployer: Some(Self::env().caller()),
                },
                store: None,
                types: 0,
                upgrades: Default::default(),
                store_upgrades: Default::default(),
            }
        }
    }

    impl Configurator for ConfiguratorContract {
        #[ink(message)]
        fn bind(
            &mut self,
            store: AccountId,
            terms: ParametersTerms,
            governor: AccountId,
            guardian: AccountId,
        ) -> Result<(), ChangeError> {
            let is_deployer = self.powers.deployer == Some(self.env().caller());
            ensure!(is_deployer, ChangeError::NotPermitted);
            self.store = Some(store);
            self.powers = Powers {
                governor,
                successor: None,
                guardian,
                deployer: None,
            };
            self.tell_powers();
            self.begin(Part::Deal, Group::Deal, Row::constant(terms.deal.values()))?;
            for terms in &terms.collateral {
                self.list(terms, None)?;
            }
            Ok(())
        }

        #[ink(message)]
        fn store(&self) -> Option<AccountId> {
            self.store
        }

        #[ink(message)]
        fn waiting(&self, scope: Scope) -> Vec<(Parameter, Course)> {
            let now = self.now();
            let all = Parameter::ALL.iter().copied();
            let courses = all.filter_map(|parameter| {
                let course = course(&self.entry(scope, parameter).ok()?, parameter).ok()?;
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
            let collateral = CollateralId(self.types);
            let opens_at = self.now().plus(self.deal()?.timelock);
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
            let now = self.now();
            self.put_pause(action, |pause| pause.used(now, period))
        }

        #[ink(message)]
        fn arm(&mut self, action: Pausable) -> Result<(), ChangeError> {
            self.ensure_governor()?;
            self.put_pause(action, |_| Some(Pause::ARMED))
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
        fn upgrade_store(&mut self, code_hash: Hash) -> Result<(), ChangeError> {
            let mut store = self.kept()?;
            let upgrader = self.upgrades().upgrader;
            let upgrader = upgrader.ok_or(UpgradeError::NotTheUpgrader)?;
            let cell = &mut self.store_upgrades;
            match upgradeable::is_due(cell, upgrader, store.0, code_hash)? {
                true => store.write(Entry::Code(code_hash)),
                false => Ok(upgradeable::ensure_uploaded(code_hash)?),
            }
        }

        #[ink(message)]
        fn store_upgrades(&self) -> UpgradesView {
            upgradeable::view(&self.store_upgrades, self.upgrades().upgrader)
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

    impl Upgradeable for ConfiguratorContract {
        #[ink(message)]
        fn upgrade(&mut self, code_hash: Hash) -> Result<(), UpgradeError> {
            upgradeable::upgrade(&mut self.upgrades, self.powers.governor, code_hash)
        }

        #[ink(message)]
        fn renounce_upgrades(&mut self) -> Result<(), UpgradeError> {
            upgradeable::renounce(&mut self.upgrades, self.powers.governor)
        }

        #[ink(message)]
        fn upgrades(&self) -> UpgradesView {
            upgradeable::view(&self.upgrades, Some(self.powers.governor))
        }
    }

    #[ink(impl)]
    impl ConfiguratorContract {
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

        fn kept(&self) -> Result<Store, ChangeError> {
            Ok(Store(self.store.ok_or(CallError::Trapped)?))
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
            let entry = self.entry(scope, parameter)?;
            let course = course(&entry, parameter)?;
            let decided = match value {
                None => course.cancelled(now).ok_or(ChangeError::NothingWaits)?,
                Some(value) => {
                    course.set(value, parameter.declaration(), self.change(parameter)?)?
                }
            };
            let is_cautious = decided.at <= now && parameter != Parameter::IsOpen;
            ensure!(
                value.is_none() || is_cautious || by == self.powers.governor,
                ChangeError::OnlyTightens
            );
            self.put(entry, parameter, decided)?;
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

        fn change(&self, parameter: Parameter) -> Result<Change, ChangeError> {
            let deal = self.deal()?;
            Ok(Change {
                now: self.now(),
                wait: deal.timelock,
                ramp: match parameter {
                    Parameter::LiquidationLtv => deal.ramp,
                    _ => Period(0),
                },
            })
        }

        fn deal(&self) -> Result<DealParameters, ChangeError> {
            let row = self.row(Part::Deal)?;
            Ok(DealParameters::from_values(&row.at(self.now())))
        }

        /// Where a parameter is kept, as it is.
        fn entry(&self, scope: Scope, parameter: Parameter) -> Result<Entry, ChangeError> {
            let (group, place) = parameter.place();
            if let (Scope::Originator(account), Parameter::OriginatorCeiling) = (scope, parameter) {
                let own = self.kept()?.ceiling(account)?;
                // His first one follows on the deal's: a step is measured from that.
                let course = own.or(self.row(Part::Deal)?.course(place));
                return Ok(Entry::Ceiling(account, course.ok_or(ChangeError::Unknown)?));
            }
            let part = part(scope, group)?;
            Ok(Entry::Row(part, self.row(part)?))
        }

        fn put(
            &mut self,
            mut entry: Entry,
            parameter: Parameter,
            decided: Course,
        ) -> Result<(), ChangeError> {
            match &mut entry {
                Entry::Row(_, row) => {
                    let (group, place) = parameter.place();
                    row.put(place, decided);
                    row.ensure_consistent(group, self.now())?;
                }
                Entry::Ceiling(_, course) => *course = decided,
                _ => return Err(ChangeError::Unknown),
            }
            self.kept()?.write(entry)
        }

        fn row(&self, part: Part) -> Result<Row, ChangeError> {
            self.kept()?.row(part)?.ok_or(ChangeError::Unknown)
        }

        /// Adds a collateral type, which opens at once or, if it is to be open at all, at `opens_at`.
        fn list(
            &mut self,
            terms: &CollateralTerms,
            opens_at: Option<time::Timestamp>,
        ) -> Result<(), ChangeError> {
            let id = CollateralId(self.types);
            ensure!(
                id.index() < MAX_COLLATERAL_TYPES,
                ChangeError::TooManyCollateralTypes
            );
            self.types = id.0.saturating_add(1);
            let mut loans = Row::constant(terms.loans.values());
            if let Some(at) = opens_at.filter(|_| terms.loans.is_open) {
                let (_, place) = Parameter::IsOpen.place();
                let (from, to) = (0, 1);
                loans.put(place, Course { from, to, at });
            }
            self.begin(Part::Loans(id), Group::Loans, loans)?;
            let auctions = Row::constant(terms.auctions.values());
            self.begin(Part::Auctions(id), Group::Auctions, auctions)
        }

        /// Stores the first parameters of a part.
        fn begin(&mut self, part: Part, group: Group, row: Row) -> Result<(), ChangeError> {
            for parameter in group.parameters() {
                let (_, place) = parameter.place();
                let (course, bounds) = (row.course(place), parameter.bounds());
                ensure!(
                    course.is_some_and(|course| bounds.contain(course.to)),
                    ChangeError::OutOfBounds { parameter, bounds }
                );
            }
            row.ensure_consistent(group, self.now())?;
            self.kept()?.write(Entry::Row(part, row))
        }

        fn put_pause(
            &mut self,
            action: Pausable,
            replaced: impl FnOnce(&Pause) -> Option<Pause>,
        ) -> Result<(), ChangeError> {
            let mut store = self.kept()?;
            let mut pauses = store.pauses()?;
            let pause = pause_of(&mut pauses, action);
            *pause = replaced(pause).ok_or(ChangeError::PauseUsed)?;
            let until = pause.until;
            store.write(Entry::Pauses(pauses))?;
            let by = self.env().caller();
            self.env().emit_event(PauseSet { action, until, by });
            Ok(())
        }

        fn tell_powers(&self) {
            self.env().emit_event(PowersNamed {
                governor: self.powers.governor,
                successor: self.powers.successor,
                guardian: self.powers.guardian,
            });
        }
    }

    fn course(entry: &Entry, parameter: Parameter) -> Result<Course, ChangeError> {
        let course = match entry {
            Entry::Row(_, row) => row.course(parameter.place().1),
            Entry::Ceiling(_, course) => Some(*course),
            _ => None,
        };
        course.ok_or(ChangeError::Unknown)
    }

    /// Where the parameters of a group are kept.
    fn part(scope: Scope, group: Group) -> Result<Part, ChangeError> {
        match (scope, group) {
            (Scope::Deal, Group::Deal) => Ok(Part::Deal),
            (Scope::Collateral(id), Group::Loans) => Ok(Part::Loans(id)),
            (Scope::Collateral(id), Group::Auctions) => Ok(Part::Auctions(id)),
            _ => Err(ChangeError::Unknown),
        }
    }

    fn pause_of(pauses: &mut Pauses, action: Pausable) -> &mut Pause {
        match action {
            Pausable::Draws => &mut pauses.draws,
            Pausable::Withdrawals => &mut pauses.withdrawals,
        }
    }
}
