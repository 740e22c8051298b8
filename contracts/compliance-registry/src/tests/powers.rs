//! Who may do what.

use super::*;
use finance::MAX_TRANCHES;
use interfaces::compliance::{Powers, MAX_JURISDICTIONS};

const NOT_PERMITTED: Result<(), ComplianceError> = Err(ComplianceError::NotPermitted);
const TOO_MANY: Result<(), ComplianceError> = Err(ComplianceError::TooManyJurisdictions);

/// A list of countries that is too long by `more`.
fn countries(more: usize) -> Jurisdictions {
    Jurisdictions::Only(vec![SWITZERLAND; MAX_JURISDICTIONS + more])
}

fn scope(jurisdictions: Jurisdictions) -> Scope {
    Scope {
        tranches: Tranches::ALL,
        jurisdictions,
    }
}

#[ink::test]
fn a_registry_is_bound_once_by_its_deployer() {
    let mut registry = registry(NETWORK);
    assert_eq!(registry.powers().deployer, Some(DEPLOYER));
    call_as(GOVERNOR);
    assert_eq!(registry.bind(GOVERNOR, vec![], vec![]), NOT_PERMITTED);
    call_as(DEPLOYER);
    let tokens = vec![(TOKENS[0], Rule::OPEN); MAX_TRANCHES + 1];
    let too_many = Err(ComplianceError::TooManyTranches);
    assert_eq!(registry.bind(GOVERNOR, tokens.clone(), vec![]), too_many);
    assert_eq!(
        registry.bind(GOVERNOR, vec![], vec![(BANK, scope(countries(1)))]),
        TOO_MANY
    );
    let long = members(countries(1));
    assert_eq!(
        registry.bind(GOVERNOR, vec![(TOKENS[0], long)], vec![]),
        TOO_MANY
    );
    assert_eq!(
        registry.bind(GOVERNOR, tokens[1..].to_vec(), issuers()),
        Ok(())
    );
    assert_eq!(registry.bind(GOVERNOR, vec![], vec![]), NOT_PERMITTED);
    let powers = Powers {
        governor: GOVERNOR,
        successor: None,
        officer: OFFICER,
        deployer: None,
    };
    assert_eq!(registry.powers(), powers);
}

#[ink::test]
fn before_it_is_bound_nobody_governs_a_registry() {
    let mut registry = registry(NETWORK);
    call_as(DEPLOYER);
    let everything = Some(scope(countries(0)));
    assert_eq!(registry.set_issuer(BANK, everything), NOT_PERMITTED);
    assert_eq!(registry.set_officer(BANK), NOT_PERMITTED);
}

#[ink::test]
fn the_governor_sets_rules() {
    let mut registry = for_members();
    for who in [DEPLOYER, OFFICER, BANK, TOKENS[0]] {
        call_as(who);
        assert_eq!(registry.set_rule(TOKENS[0], Rule::OPEN), NOT_PERMITTED);
    }
    call_as(GOVERNOR);
    let unknown = Err(ComplianceError::UnknownTranche);
    assert_eq!(registry.set_rule(ANN, Rule::OPEN), unknown);
    assert_eq!(
        registry.set_rule(TOKENS[0], members(countries(1))),
        TOO_MANY
    );
    assert_eq!(registry.set_rule(TOKENS[0], members(countries(0))), Ok(()));
    assert_eq!(registry.set_rule(TOKENS[1], Rule::OPEN), Ok(()));
    let bound = registry.rule(TOKENS[1]).unwrap();
    assert_eq!((bound.tranche, bound.rule), (JUNIOR, Rule::OPEN));
    assert!(!admits(&registry, SENIOR, ANN) && admits(&registry, JUNIOR, ANN));
}

#[ink::test]
fn the_governor_names_issuers() {
    let mut registry = for_members();
    for who in [DEPLOYER, OFFICER, BANK] {
        call_as(who);
        assert_eq!(registry.set_issuer(ANN, None), NOT_PERMITTED);
    }
    call_as(GOVERNOR);
    let long = Some(scope(countries(1)));
    assert_eq!(registry.set_issuer(ANN, long), TOO_MANY);
    let all = Some(scope(Jurisdictions::ALL));
    assert_eq!(registry.set_issuer(ANN, all.clone()), Ok(()));
    assert_eq!(registry.scope(ANN), all);
}

#[ink::test]
fn the_officer_freezes_and_the_governor_names_him() {
    let mut registry = for_members();
    for who in [DEPLOYER, GOVERNOR, BANK, ANN] {
        call_as(who);
        assert_eq!(registry.freeze(ANN, true), NOT_PERMITTED);
    }
    for who in [DEPLOYER, OFFICER, BANK, ANN] {
        call_as(who);
        assert_eq!(registry.set_officer(ANN), NOT_PERMITTED);
    }
    call_as(GOVERNOR);
    assert_eq!(registry.set_officer(BEN), Ok(()));
    call_as(OFFICER);
    assert_eq!(registry.freeze(ANN, true), NOT_PERMITTED);
    call_as(BEN);
    assert_eq!(registry.freeze(ANN, true), Ok(()));
    assert!(registry.member(ANN, SENIOR).0.is_frozen);
}

#[ink::test]
fn the_governor_is_followed_by_who_accepts() {
    let mut registry = for_members();
    for who in [DEPLOYER, OFFICER, BANK, ANN] {
        call_as(who);
        assert_eq!(registry.hand_over(Some(ANN)), NOT_PERMITTED);
        assert_eq!(registry.accept(), NOT_PERMITTED);
    }
    call_as(GOVERNOR);
    assert_eq!(registry.accept(), NOT_PERMITTED);
    assert_eq!(registry.hand_over(Some(BEN)), Ok(()));
    assert_eq!(registry.hand_over(Some(ANN)), Ok(()));
    assert_eq!(registry.powers().successor, Some(ANN));
    call_as(BEN);
    assert_eq!(registry.accept(), NOT_PERMITTED);
    call_as(ANN);
    assert_eq!(registry.set_officer(ANN), NOT_PERMITTED);
    assert_eq!(registry.accept(), Ok(()));
    assert_eq!(registry.accept(), NOT_PERMITTED);
    assert_eq!(
        (registry.powers().governor, registry.powers().successor),
        (ANN, None)
    );
    call_as(GOVERNOR);
    assert_eq!(registry.set_officer(ANN), NOT_PERMITTED);
}

#[ink::test]
fn freezing_forgets_no_statement() {
    let mut registry = for_members();
    attest(&mut registry, ANN, SWITZERLAND);
    call_as(OFFICER);
    registry.freeze(ANN, true).unwrap();
    registry.freeze(ANN, false).unwrap();
    // Or an older signature would count again.
    assert_eq!(registry.member(ANN, SENIOR).0.nonce, 1);
}
