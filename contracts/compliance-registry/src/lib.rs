//! Who may hold the tranche tokens of a deal: rules, attestations, freezes.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

pub use self::compliance_registry::{ComplianceRegistryContract, ComplianceRegistryContractRef};

#[cfg(test)]
mod tests;

#[ink::contract]
mod compliance_registry {
    use finance::{time, MAX_TRANCHES};
    use ink::prelude::vec::Vec;
    use ink::storage::{traits::ManualKey, Mapping};
    use interfaces::compliance::{
        Admission, Attestation, Attested, BoundRule, ComplianceError, ComplianceRegistry, Frozen,
        IssuerChanged, Jurisdiction, Powers, PowersChanged, RegistryTerms, Rule, RuleChanged,
        Scope, Standing, Statement, StatementMessage, Tranches,
    };
    use interfaces::ensure;
    use interfaces::transfer_rule::{TransferRefused, TransferRule};
    use interfaces::types::TrancheId;
    use interfaces::upgradeable::{self, UpgradeError, Upgradeable, UpgradesCell, UpgradesView};

    #[ink(storage)]
    pub struct ComplianceRegistryContract {
        /// Who may do what.
        powers: Powers,
        /// Fixed at creation.
        network: [u8; 32],
        /// The rule of each token that was bound.
        rules: Mapping<AccountId, BoundRule, ManualKey<1>>,
        /// What each issuer may attest.
        issuers: Mapping<AccountId, Scope, ManualKey<2>>,
        /// Everybody of whom anything was ever said, or who is frozen.
        accounts: Mapping<AccountId, Standing, ManualKey<3>>,
        /// What was last said of an account for a tranche, unless that ended it.
        attestations: Mapping<(AccountId, TrancheId), Attestation, ManualKey<4>>,
        /// The governor replaces the code.
        upgrades: UpgradesCell,
    }

    impl ComplianceRegistryContract {
        /// A registry without a token; the caller may bind them.
        #[ink(constructor)]
        pub fn new(terms: RegistryTerms) -> Self {
            let deployer = Self::env().caller();
            Self {
                powers: Powers {
                    // Nobody, until the tokens are bound.
                    governor: Self::env().account_id(),
                    successor: None,
                    officer: terms.officer,
                    deployer: Some(deployer),
                },
                network: terms.network,
                rules: Mapping::default(),
                issuers: Mapping::default(),
                accounts: Mapping::default(),
                attestations: Mapping::default(),
                upgrades: Default::default(),
            }
        }

        fn now(&self) -> time::Timestamp {
            time::Timestamp(self.env().block_timestamp())
        }

        fn ensure_caller_is(&self, permitted: Option<AccountId>) -> Result<(), ComplianceError> {
            let caller = Some(self.env().caller());
            ensure!(caller == permitted, ComplianceError::NotPermitted);
            Ok(())
        }

        fn ensure_governor(&self) -> Result<(), ComplianceError> {
            self.ensure_caller_is(Some(self.powers.governor))
        }

        /// Tells of the powers after a change.
        fn tell_powers(&self) {
            let powers = self.powers;
            self.env().emit_event(PowersChanged { powers });
        }

        fn keep_rule(
            &mut self,
            token: AccountId,
            tranche: TrancheId,
            rule: Rule,
        ) -> Result<(), ComplianceError> {
            if let Admission::Members(jurisdictions) = &rule.admission {
                jurisdictions.validate()?;
            }
            let rule = BoundRule { tranche, rule };
            self.rules.insert(token, &rule);
            self.env().emit_event(RuleChanged { token, rule });
            Ok(())
        }

        fn keep_issuer(
            &mut self,
            issuer: AccountId,
            scope: Option<Scope>,
        ) -> Result<(), ComplianceError> {
            match &scope {
                Some(scope) => {
                    scope.jurisdictions.validate()?;
                    self.issuers.insert(issuer, scope);
                }
                None => self.issuers.remove(issuer),
            }
            self.env().emit_event(IssuerChanged { issuer, scope });
            Ok(())
        }

        fn standing(&self, account: AccountId) -> Standing {
            self.accounts.get(account).unwrap_or_default()
        }

        fn keep_standing(&mut self, account: AccountId, standing: &Standing) {
            if *standing == Standing::default() {
                self.accounts.remove(account);
            } else {
                self.accounts.insert(account, standing);
            }
        }

        /// Where the account is resident by an attestation that counts now.
        fn residence(&self, account: AccountId, tranche: TrancheId) -> Option<Jurisdiction> {
            let attestation = self.attestations.get((account, tranche))?;
            if attestation.until < self.now() {
                return None;
            }
            let code = attestation.jurisdiction;
            let scope = self.issuers.get(attestation.issuer)?;
            scope.covers(Tranches::only(tranche), code).then_some(code)
        }

        /// Takes what `issuer` says, for whom the caller is or has a signature.
        fn take(&mut self, issuer: AccountId, said: &Statement) -> Result<(), ComplianceError> {
            let &Statement {
                account,
                tranches,
                jurisdiction,
                until,
            } = said;
            self.ensure_in_scope(issuer, said)?;
            let attestation = Attestation {
                issuer,
                jurisdiction,
                until,
            };
            for tranche in tranches.each() {
                self.keep_attestation(account, tranche, &attestation);
            }
            self.count_statement(account);
            self.env().emit_event(Attested {
                account,
                tranches,
                attestation,
            });
            Ok(())
        }

        /// That `issuer` may say this, and might have said what it replaces.
        fn ensure_in_scope(
            &self,
            issuer: AccountId,
            said: &Statement,
        ) -> Result<(), ComplianceError> {
            let has_number = (1..1_000).contains(&said.jurisdiction);
            ensure!(has_number, ComplianceError::NoJurisdiction);
            let scope = self.issuers.get(issuer);
            let scope = scope.ok_or(ComplianceError::OutOfScope)?;
            let covers = |code| scope.covers(said.tranches, code);
            let mut before = said
                .tranches
                .each()
                .filter_map(|tranche| self.residence(said.account, tranche));
            let is_his = covers(said.jurisdiction) && before.all(covers);
            ensure!(is_his, ComplianceError::OutOfScope);
            Ok(())
        }

        fn keep_attestation(
            &mut self,
            account: AccountId,
            tranche: TrancheId,
            attestation: &Attestation,
        ) {
            if attestation.until < self.now() {
                self.attestations.remove((account, tranche));
            } else {
                self.attestations.insert((account, tranche), attestation);
            }
        }

        fn count_statement(&mut self, account: AccountId) {
            let mut standing = self.standing(account);
            // Nobody is spoken of as often.
            standing.nonce = standing.nonce.wrapping_add(1);
            self.keep_standing(account, &standing);
        }
    }

    impl TransferRule for ComplianceRegistryContract {
        #[ink(message)]
        fn may_transfer(
            &self,
            from: Option<AccountId>,
            to: AccountId,
            _value: Balance,
        ) -> Result<(), TransferRefused> {
            let bound = self.rules.get(self.env().caller());
            let BoundRule { tranche, rule } = bound.ok_or(TransferRefused::Transfer)?;
            if let Some(from) = from {
                ensure!(!self.standing(from).is_frozen, TransferRefused::Sender);
                ensure!(rule.locked_until <= self.now(), TransferRefused::Transfer);
            }
            ensure!(!self.standing(to).is_frozen, TransferRefused::Recipient);
            if let Admission::Members(allowed) = rule.admission {
                let residence = self.residence(to, tranche);
                let is_allowed = residence.is_some_and(|code| allowed.include(code));
                ensure!(is_allowed, TransferRefused::Recipient);
            }
            Ok(())
        }
    }

    impl ComplianceRegistry for ComplianceRegistryContract {
        #[ink(message)]
        fn bind(
            &mut self,
            governor: AccountId,
            tranches: Vec<(AccountId, Rule)>,
            issuers: Vec<(AccountId, Scope)>,
        ) -> Result<(), ComplianceError> {
            self.ensure_caller_is(self.powers.deployer)?;
            ensure!(
                tranches.len() <= MAX_TRANCHES,
                ComplianceError::TooManyTranches
            );
            for (tranche, (token, rule)) in (0..).zip(tranches) {
                self.keep_rule(token, TrancheId(tranche), rule)?;
            }
            for (issuer, scope) in issuers {
                self.keep_issuer(issuer, Some(scope))?;
            }
            self.powers = Powers {
                governor,
                successor: None,
                deployer: None,
                ..self.powers
            };
            self.tell_powers();
            Ok(())
        }

        #[ink(message)]
        fn powers(&self) -> Powers {
            self.powers
        }

        #[ink(message)]
        fn rule(&self, token: AccountId) -> Option<BoundRule> {
            self.rules.get(token)
        }

        #[ink(message)]
        fn scope(&self, issuer: AccountId) -> Option<Scope> {
            self.issuers.get(issuer)
        }

        #[ink(message)]
        fn member(
            &self,
            account: AccountId,
            tranche: TrancheId,
        ) -> (Standing, Option<Attestation>) {
            let attestation = self.attestations.get((account, tranche));
            (self.standing(account), attestation)
        }

        #[ink(message)]
        fn set_rule(&mut self, token: AccountId, rule: Rule) -> Result<(), ComplianceError> {
            self.ensure_governor()?;
            let bound = self.rules.get(token);
            let bound = bound.ok_or(ComplianceError::UnknownTranche)?;
            self.keep_rule(token, bound.tranche, rule)
        }

        #[ink(message)]
        fn set_issuer(
            &mut self,
            issuer: AccountId,
            scope: Option<Scope>,
        ) -> Result<(), ComplianceError> {
            self.ensure_governor()?;
            self.keep_issuer(issuer, scope)
        }

        #[ink(message)]
        fn set_officer(&mut self, officer: AccountId) -> Result<(), ComplianceError> {
            self.ensure_governor()?;
            self.powers.officer = officer;
            self.tell_powers();
            Ok(())
        }

        #[ink(message)]
        fn hand_over(&mut self, successor: Option<AccountId>) -> Result<(), ComplianceError> {
            self.ensure_governor()?;
            self.powers.successor = successor;
            self.tell_powers();
            Ok(())
        }

        #[ink(message)]
        fn accept(&mut self) -> Result<(), ComplianceError> {
            self.ensure_caller_is(self.powers.successor)?;
            self.powers.governor = self.env().caller();
            self.powers.successor = None;
            self.tell_powers();
            Ok(())
        }

        #[ink(message)]
        fn freeze(&mut self, account: AccountId, is_frozen: bool) -> Result<(), ComplianceError> {
            self.ensure_caller_is(Some(self.powers.officer))?;
            let standing = Standing {
                is_frozen,
                ..self.standing(account)
            };
            self.keep_standing(account, &standing);
            self.env().emit_event(Frozen { account, is_frozen });
            Ok(())
        }

        #[ink(message)]
        fn attest(&mut self, statement: Statement) -> Result<(), ComplianceError> {
            let issuer = self.env().caller();
            self.take(issuer, &statement)
        }

        #[ink(message)]
        fn attest_signed(
            &mut self,
            issuer: AccountId,
            statement: Statement,
            deadline: time::Timestamp,
            signature: [u8; 64],
        ) -> Result<(), ComplianceError> {
            ensure!(self.now() <= deadline, ComplianceError::Expired);
            let message = StatementMessage {
                network: &self.network,
                registry: &self.env().account_id(),
                issuer: &issuer,
                statement: &statement,
                deadline,
                nonce: self.standing(statement.account).nonce,
            };
            ensure!(
                message.text().is_signed(&signature, &issuer),
                ComplianceError::WrongSignature
            );
            self.take(issuer, &statement)
        }
    }
    impl Upgradeable for ComplianceRegistryContract {
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
}
