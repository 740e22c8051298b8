//! What is known of a code before it is put in place; the chain alone puts it there.

use finance::Timestamp;
use ink::env::test::{recorded_events, set_block_timestamp, set_caller};
use ink::env::DefaultEnvironment;
use ink::scale::Decode;
use interfaces::types::{AccountId, Hash};
use interfaces::upgradeable::{
    is_due, renounce, view, UpgradeAnnounced, UpgradeError, Upgraded, UpgradesCell, UpgradesView,
    UPGRADE_WINDOW,
};

const FORTNIGHT: u64 = 1_209_600_000;

fn governor() -> AccountId {
    [1; 32].into()
}

fn contract() -> AccountId {
    [9; 32].into()
}

fn code(seed: u8) -> Hash {
    [seed; 32].into()
}

fn at(now: u64) {
    set_caller::<DefaultEnvironment>(governor());
    set_block_timestamp::<DefaultEnvironment>(now);
}

/// Whether the governor may put the first code in place.
fn due(cell: &mut UpgradesCell) -> Result<bool, UpgradeError> {
    is_due(cell, governor(), contract(), code(1))
}

fn announced(cell: &UpgradesCell) -> Option<(Hash, Timestamp)> {
    view(cell, Some(governor())).announced
}

#[ink::test]
fn a_code_waits_a_fortnight_in_public_and_is_put_in_place_once() {
    let mut cell = UpgradesCell::new();
    at(1_000);
    assert_eq!(announced(&cell), None);
    assert_eq!(due(&mut cell), Ok(false));
    let due_at = Timestamp(1_000 + FORTNIGHT);
    assert_eq!(announced(&cell), Some((code(1), due_at)));
    at(due_at.0 - 1);
    assert_eq!(due(&mut cell), Err(UpgradeError::TooEarly(due_at)));
    at(due_at.0);
    assert_eq!(due(&mut cell), Ok(true));
    assert_eq!(announced(&cell), None);
    assert_eq!(due(&mut cell), Ok(false), "announced anew");

    let events: Vec<_> = recorded_events().map(|event| event.data).collect();
    let told = UpgradeAnnounced::decode(&mut &events[0][..]).unwrap();
    assert_eq!((told.code_hash, told.due_at), (code(1), due_at));
    let told = Upgraded::decode(&mut &events[1][..]).unwrap();
    assert_eq!((told.contract, told.code_hash), (contract(), code(1)));
    assert_eq!(events.len(), 3);
}

#[ink::test]
fn another_code_takes_the_place_of_the_one_announced() {
    let mut cell = UpgradesCell::new();
    at(0);
    assert_eq!(due(&mut cell), Ok(false));
    at(FORTNIGHT);
    let other = is_due(&mut cell, governor(), contract(), code(2));
    assert_eq!(other, Ok(false));
    let due_at = Timestamp(2 * FORTNIGHT);
    assert_eq!(announced(&cell), Some((code(2), due_at)));
}

#[ink::test]
fn a_code_that_was_not_put_in_place_in_time_is_announced_anew() {
    let window = UPGRADE_WINDOW.0;
    for (late, in_time) in [(window - 1, true), (window, false)] {
        let mut cell = UpgradesCell::new();
        at(0);
        due(&mut cell).unwrap();
        at(FORTNIGHT + late);
        assert_eq!(due(&mut cell), Ok(in_time));
        let anew = Timestamp(2 * FORTNIGHT + late);
        assert_eq!(
            announced(&cell),
            (!in_time).then_some((code(1), anew)),
            "{late}"
        );
    }
}

#[ink::test]
fn nobody_but_the_upgrader_announces_or_gives_up() {
    let mut cell = UpgradesCell::new();
    at(0);
    set_caller::<DefaultEnvironment>([5; 32].into());
    let refused = Err(UpgradeError::NotTheUpgrader);
    assert_eq!(due(&mut cell), refused.map(|()| false));
    assert_eq!(renounce(&mut cell, governor()), refused);
    assert_eq!(announced(&cell), None);
}

#[ink::test]
fn who_gave_up_upgrades_never_announces_again() {
    let mut cell = UpgradesCell::new();
    at(0);
    due(&mut cell).unwrap();
    assert_eq!(renounce(&mut cell, governor()), Ok(()));
    let nobody = UpgradesView {
        upgrader: None,
        announced: None,
    };
    assert_eq!(view(&cell, Some(governor())), nobody);
    assert_eq!(due(&mut cell), Err(UpgradeError::NotTheUpgrader));
}

#[ink::test]
fn the_upgrader_is_shown_as_far_as_he_is_known() {
    let cell = UpgradesCell::new();
    assert_eq!(view(&cell, Some(governor())).upgrader, Some(governor()));
    assert_eq!(view(&cell, None).upgrader, None);
}
