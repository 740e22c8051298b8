//! Sets of countries and of tranches.

use finance::MAX_TRANCHES;
use interfaces::compliance::{ComplianceError, Jurisdictions, Scope, Tranches, MAX_JURISDICTIONS};
use interfaces::types::TrancheId;

const FRANCE: u16 = 250;
const JAPAN: u16 = 392;

#[test]
fn countries_are_listed_or_excepted() {
    for (listed, of_france) in [
        (Jurisdictions::Only(vec![FRANCE]), true),
        (Jurisdictions::Except(vec![FRANCE]), false),
    ] {
        assert_eq!(listed.include(FRANCE), of_france);
        assert_eq!(listed.include(JAPAN), !of_france);
    }
    assert!(Jurisdictions::ALL.include(JAPAN));
}

#[test]
fn a_list_is_no_longer_than_the_longest() {
    let most = vec![JAPAN; MAX_JURISDICTIONS];
    let more = vec![JAPAN; MAX_JURISDICTIONS + 1];
    for list in [Jurisdictions::Only, Jurisdictions::Except] {
        assert_eq!(list(most.clone()).validate(), Ok(()));
        let refused = Err(ComplianceError::TooManyJurisdictions);
        assert_eq!(list(more.clone()).validate(), refused);
    }
}

#[test]
fn a_set_of_tranches_has_a_bit_for_each() {
    assert_eq!(Tranches::only(TrancheId(0)), Tranches(0b1));
    assert_eq!(Tranches::only(TrancheId(4)), Tranches(0b1_0000));
    assert_eq!(Tranches::only(TrancheId(8)), Tranches(0));
    let each: Vec<_> = Tranches(0b1_0110).each().collect();
    assert_eq!(each, [1, 2, 4].map(TrancheId));
    assert_eq!(Tranches::ALL.each().count(), MAX_TRANCHES);
}

#[test]
fn a_set_includes_another_if_it_has_all_of_it() {
    let some = Tranches(0b110);
    for (others, are_included) in [
        (0, true),
        (0b10, true),
        (0b110, true),
        (0b1, false),
        (0b111, false),
    ] {
        assert_eq!(some.include(Tranches(others)), are_included);
    }
}

#[test]
fn an_issuer_speaks_of_his_tranches_and_his_countries() {
    let scope = Scope {
        tranches: Tranches(0b110),
        jurisdictions: Jurisdictions::Only(vec![FRANCE]),
    };
    assert!(scope.covers(Tranches(0b10), FRANCE));
    assert!(!scope.covers(Tranches(0b10), JAPAN));
    assert!(!scope.covers(Tranches(0b11), FRANCE));
    assert!(!scope.covers(Tranches(0), FRANCE));
}
