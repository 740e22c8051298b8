//! What tokens are told.

use super::*;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const RECIPIENT: Result<(), TransferRefused> = Err(TransferRefused::Recipient);
const SENDER: Result<(), TransferRefused> = Err(TransferRefused::Sender);
const TRANSFER: Result<(), TransferRefused> = Err(TransferRefused::Transfer);

#[ink::test]
fn anyone_may_hold_an_open_class() {
    let registry = with(Rule::OPEN);
    assert_eq!(asked(&registry, SENIOR, None, ANN), Ok(()));
    assert_eq!(asked(&registry, SENIOR, Some(ANN), BEN), Ok(()));
}

#[ink::test]
fn a_class_for_members_admits_nobody_else() {
    let mut registry = for_members();
    assert_eq!(asked(&registry, SENIOR, None, ANN), RECIPIENT);
    attest(&mut registry, ANN, SWITZERLAND);
    assert_eq!(asked(&registry, SENIOR, None, ANN), Ok(()));
    // Who is no member gives, and receives nothing.
    assert_eq!(asked(&registry, SENIOR, Some(BEN), ANN), Ok(()));
    assert_eq!(asked(&registry, SENIOR, Some(ANN), BEN), RECIPIENT);
    // Of one class is not of the other.
    assert_eq!(asked(&registry, JUNIOR, None, ANN), RECIPIENT);
}

#[ink::test]
fn members_come_from_countries_that_are_allowed() {
    let mut registry = with(members(Jurisdictions::Only(vec![AUSTRIA, SWITZERLAND])));
    attest(&mut registry, ANN, SWITZERLAND);
    assert!(admits(&registry, SENIOR, ANN));
    attest(&mut registry, ANN, GERMANY);
    assert!(!admits(&registry, SENIOR, ANN));
}

#[ink::test]
fn members_come_from_countries_that_are_not_excluded() {
    let mut registry = with(members(Jurisdictions::Except(vec![AUSTRIA, SWITZERLAND])));
    attest(&mut registry, ANN, SWITZERLAND);
    assert!(!admits(&registry, SENIOR, ANN));
    attest(&mut registry, ANN, GERMANY);
    assert!(admits(&registry, SENIOR, ANN));
}

#[ink::test]
fn holders_pass_nothing_on_before_the_lock_up_ends() {
    let registry = with(Rule {
        locked_until: Timestamp(100),
        ..Rule::OPEN
    });
    at(99);
    assert_eq!(asked(&registry, SENIOR, Some(ANN), BEN), TRANSFER);
    assert_eq!(asked(&registry, SENIOR, None, ANN), Ok(()));
    at(100);
    assert_eq!(asked(&registry, SENIOR, Some(ANN), BEN), Ok(()));
}

#[ink::test]
fn a_frozen_account_neither_gives_nor_receives() {
    for rule in [Rule::OPEN, members(Jurisdictions::ALL)] {
        let mut registry = with(rule);
        attest(&mut registry, ANN, SWITZERLAND);
        attest(&mut registry, BEN, SWITZERLAND);
        call_as(OFFICER);
        registry.freeze(ANN, true).unwrap();
        assert_eq!(asked(&registry, SENIOR, Some(ANN), BEN), SENDER);
        assert_eq!(asked(&registry, SENIOR, Some(BEN), ANN), RECIPIENT);
        assert_eq!(asked(&registry, SENIOR, None, ANN), RECIPIENT);
        call_as(OFFICER);
        registry.freeze(ANN, false).unwrap();
        assert_eq!(asked(&registry, SENIOR, Some(ANN), BEN), Ok(()));
        assert_eq!(asked(&registry, SENIOR, Some(BEN), ANN), Ok(()));
    }
}

#[ink::test]
fn who_is_no_token_of_the_deal_is_refused() {
    let registry = with(Rule::OPEN);
    call_as(ANN);
    assert_eq!(registry.may_transfer(None, ANN, 1), TRANSFER);
    assert_eq!(registry.rule(ANN), None);
}

/// What a history of statements, dismissals and freezes comes to, by lists.
#[derive(Default)]
struct Model {
    /// By account and class: who said it, of where, until when.
    said: BTreeMap<(usize, u32), (usize, Jurisdiction, u64)>,
    issuers: BTreeMap<usize, (u8, Vec<Jurisdiction>)>,
    frozen: BTreeSet<usize>,
}

impl Model {
    fn may_attest(&self, issuer: usize, tranche: u32, code: Jurisdiction) -> bool {
        let scope = self.issuers.get(&issuer);
        scope.is_some_and(|(tranches, codes)| tranches >> tranche & 1 == 1 && codes.contains(&code))
    }

    fn residence(&self, account: usize, tranche: u32, now: u64) -> Option<Jurisdiction> {
        let (issuer, code, until) = *self.said.get(&(account, tranche))?;
        (now <= until && self.may_attest(issuer, tranche, code)).then_some(code)
    }

    fn attest(
        &mut self,
        issuer: usize,
        tranches: u8,
        account: usize,
        code: Jurisdiction,
        until: u64,
        now: u64,
    ) -> bool {
        let meant: Vec<_> = (0..2)
            .filter(|tranche| tranches >> tranche & 1 == 1)
            .collect();
        let is_his = meant.iter().all(|tranche| {
            let before = self.residence(account, *tranche, now).unwrap_or(code);
            self.may_attest(issuer, *tranche, code) && self.may_attest(issuer, *tranche, before)
        });
        if is_his {
            self.said.extend(
                meant
                    .into_iter()
                    .map(|tranche| ((account, tranche), (issuer, code, until))),
            );
        }
        is_his
    }

    fn admits(&self, rule: &[Jurisdiction], tranche: u32, account: usize, now: u64) -> bool {
        let residence = self.residence(account, tranche, now);
        !self.frozen.contains(&account) && residence.is_some_and(|code| rule.contains(&code))
    }
}

#[derive(Clone, Debug)]
enum Step {
    Name(usize, u8, Vec<Jurisdiction>),
    Dismiss(usize),
    Attest(usize, u8, usize, Jurisdiction, u64),
    Freeze(usize, bool),
    Wait(u64),
}

fn countries() -> impl Strategy<Value = Vec<Jurisdiction>> {
    let all = vec![AUSTRIA, GERMANY, SWITZERLAND];
    prop::sample::subsequence(all, 0..=3)
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let who = || 0..3usize;
    let country = prop::sample::select(vec![AUSTRIA, GERMANY, SWITZERLAND]);
    let step = prop_oneof![
        2 => (who(), 0..4u8, countries()).prop_map(|(who, tranches, codes)| Step::Name(who, tranches, codes)),
        1 => who().prop_map(Step::Dismiss),
        8 => (who(), 1..4u8, who(), country, 0..100u64)
            .prop_map(|(by, tranches, of, code, until)| Step::Attest(by, tranches, of, code, until)),
        2 => (who(), any::<bool>()).prop_map(|(who, is_frozen)| Step::Freeze(who, is_frozen)),
        1 => (0..20u64).prop_map(Step::Wait),
    ];
    prop::collection::vec(step, 1..40)
}

/// A registry and its model, side by side.
struct Both {
    registry: ComplianceRegistryContract,
    model: Model,
    now: u64,
}

impl Both {
    fn account(index: usize) -> AccountId {
        [ANN, BEN, BANK][index]
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Name(who, tranches, codes) => {
                let scope = Scope {
                    tranches: Tranches(tranches),
                    jurisdictions: Jurisdictions::Only(codes.clone()),
                };
                self.model.issuers.insert(who, (tranches, codes));
                self.name(who, Some(scope));
            }
            Step::Dismiss(who) => {
                self.model.issuers.remove(&who);
                self.name(who, None);
            }
            Step::Attest(by, tranches, of, code, until) => {
                let is_taken = self.model.attest(by, tranches, of, code, until, self.now);
                let statement = Statement {
                    account: Self::account(of),
                    tranches: Tranches(tranches),
                    jurisdiction: code,
                    until: Timestamp(until),
                };
                call_as(Self::account(by));
                assert_eq!(self.registry.attest(statement).is_ok(), is_taken);
            }
            Step::Freeze(who, is_frozen) => {
                match is_frozen {
                    true => self.model.frozen.insert(who),
                    false => self.model.frozen.remove(&who),
                };
                call_as(OFFICER);
                let account = Self::account(who);
                self.registry.freeze(account, is_frozen).unwrap();
            }
            Step::Wait(time) => {
                self.now += time;
                at(self.now);
            }
        }
    }

    fn name(&mut self, issuer: usize, scope: Option<Scope>) {
        call_as(GOVERNOR);
        let issuer = Self::account(issuer);
        self.registry.set_issuer(issuer, scope).unwrap();
    }

    /// Each of three accounts is asked about as each class's sender and recipient.
    fn assert_same(&self, allowed: &[Jurisdiction], locks: [u64; 2]) {
        for ((tranche, lock), (from, to)) in [SENIOR, JUNIOR]
            .into_iter()
            .zip(locks)
            .flat_map(|class| (0..9).map(move |pair| (class, (pair / 3, pair % 3))))
        {
            let admitted = self.model.admits(allowed, tranche.0, to, self.now);
            let may_give = !self.model.frozen.contains(&from) && self.now >= lock;
            let (from, to) = (Self::account(from), Self::account(to));
            assert_eq!(admits(&self.registry, tranche, to), admitted);
            let answer = asked(&self.registry, tranche, Some(from), to);
            assert_eq!(answer.is_ok(), admitted && may_give);
        }
    }
}

proptest! {
    #[test]
    fn answers_are_those_of_a_naive_model(steps in steps(), allowed in countries(), lock in 0..100u64) {
        ink::env::test::run_test::<DefaultEnvironment, _>(|_| {
            let locks = [lock, 0];
            let rules = locks.map(|lock| Rule {
                locked_until: Timestamp(lock),
                ..members(Jurisdictions::Only(allowed.clone()))
            });
            let mut registry = registry(NETWORK);
            registry.bind(GOVERNOR, TOKENS.into_iter().zip(rules).collect(), vec![]).unwrap();
            let mut both = Both { registry, model: Model::default(), now: 0 };
            for step in steps {
                both.take(step);
                both.assert_same(&allowed, locks);
            }
            Ok(())
        }).unwrap();
    }
}
