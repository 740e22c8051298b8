use crate::ParametersContract;
use finance::parameters::{CollateralTerms, Course, DealParameters, Group, Parameter, Row};
use finance::{Period, Ratio, Timestamp};
use ink::env::test::{default_accounts, set_block_timestamp, set_caller};
use ink::env::DefaultEnvironment;
use ink::primitives::AccountId;
use ink::storage::traits::Storable;
use interfaces::parameters::{Entry, Parameters, ParametersError, Part, Pause, Pauses};
use interfaces::types::CollateralId;
use Parameter::*;

const ETHER: CollateralId = CollateralId(0);
const GOLD: CollateralId = CollateralId(1);
const DAY: u64 = 86_400_000;
const NOW: Timestamp = Timestamp(1_000 * DAY);

fn alice() -> AccountId {
    default_accounts::<DefaultEnvironment>().alice
}

fn bob() -> AccountId {
    default_accounts::<DefaultEnvironment>().bob
}

fn deal() -> DealParameters {
    DealParameters {
        timelock: Period(2 * DAY),
        ramp: Period(10 * DAY),
        originator_ceiling: 1_000,
        pace_at_zero: Ratio::from_bps(5_000),
        pace_kink: Ratio::from_bps(8_000),
        pace_at_kink: Ratio::from_bps(10_000),
        pace_at_full: Ratio::from_bps(40_000),
    }
}

/// Every parameter differs from its neighbours: none can be taken for another.
fn terms() -> CollateralTerms {
    let numbered = |parameter: &Parameter| parameter.bounds().minimum + parameter.place().1 as u128;
    let of = |group: Group| {
        let numbers: Vec<_> = group.parameters().map(|each| numbered(&each)).collect();
        let mut values = [0; Group::LONGEST];
        values[..numbers.len()].copy_from_slice(&numbers);
        values
    };
    let mut terms = CollateralTerms {
        loans: finance::parameters::CollateralParameters::from_values(&of(Group::Loans)),
        auctions: finance::parameters::AuctionParameters::from_values(&of(Group::Auctions)),
    };
    terms.loans.liquidation_ltv = Ratio::from_bps(8_000);
    terms.loans.is_open = true;
    terms
}

/// A store with one type, written by Alice; it is her turn.
fn store() -> ParametersContract {
    set_caller::<DefaultEnvironment>(alice());
    set_block_timestamp::<DefaultEnvironment>(NOW.0);
    let mut store = ParametersContract::new(alice());
    for (part, values) in [
        (Part::Deal, deal().values()),
        (Part::Loans(ETHER), terms().loans.values()),
        (Part::Auctions(ETHER), terms().auctions.values()),
    ] {
        store
            .write(Entry::Row(part, Row::constant(values)))
            .unwrap();
    }
    store
}

/// Writes one parameter of ether.
fn write(store: &mut ParametersContract, parameter: Parameter, course: Course) {
    let (group, place) = parameter.place();
    let part = match group {
        Group::Deal => Part::Deal,
        Group::Loans => Part::Loans(ETHER),
        Group::Auctions => Part::Auctions(ETHER),
    };
    let mut row = store.row(part).unwrap();
    row.put(place, course);
    store.write(Entry::Row(part, row)).unwrap();
}

fn at(days: u64) {
    set_block_timestamp::<DefaultEnvironment>(NOW.0 + days * DAY);
}

#[ink::test]
fn readers_get_what_was_written() {
    let store = store();
    let lending = store.lending(ETHER, bob()).unwrap();
    assert_eq!(lending.parameters, terms().loans);
    assert_eq!(lending.curve, deal().curve());
    assert_eq!(lending.originator_ceiling, 1_000);
    assert!(!lending.holds_collateral);
    assert_eq!(store.auction(ETHER), Ok(terms().auctions));
    assert_eq!(store.configurator(), alice());
}

#[ink::test]
fn nobody_but_the_configurator_writes() {
    let mut store = store();
    set_caller::<DefaultEnvironment>(bob());
    let mine = Course::constant(u128::MAX);
    let nothing = Row::constant(vec![0; Group::LONGEST]);
    for entry in [
        Entry::Row(Part::Deal, nothing),
        Entry::Ceiling(bob(), mine),
        Entry::Pauses(Pauses::default()),
        Entry::Code([1; 32].into()),
    ] {
        let refused = Err(ParametersError::NotTheConfigurator);
        assert_eq!(store.write(entry), refused);
    }
    assert_eq!(store.row(Part::Deal), Some(Row::constant(deal().values())));
    assert_eq!(store.ceiling(bob()), None);
}

#[ink::test]
fn what_is_not_listed_has_no_parameters() {
    let store = store();
    let unknown = ParametersError::UnknownCollateral;
    assert_eq!(store.lending(GOLD, bob()), Err(unknown));
    assert_eq!(store.auction(GOLD), Err(unknown));
    assert_eq!(store.row(Part::Loans(GOLD)), None);
}

#[ink::test]
fn what_waited_is_in_force_when_it_is_due_without_anybody() {
    let mut store = store();
    let due = NOW.plus(Period(2 * DAY));
    for (parameter, to) in [(BorrowLtv, 7), (Penalty, 8), (OriginatorCeiling, 9)] {
        let course = Course {
            from: 5,
            to,
            at: due,
        };
        write(&mut store, parameter, course);
    }
    let read = || {
        let lending = store.lending(ETHER, bob()).unwrap();
        let penalty = store.auction(ETHER).unwrap().penalty.0;
        let borrow_ltv = lending.parameters.borrow_ltv.0;
        (borrow_ltv, penalty, lending.originator_ceiling)
    };
    assert_eq!(read(), (5, 5, 5));
    set_block_timestamp::<DefaultEnvironment>(due.0 - 1);
    assert_eq!(read(), (5, 5, 5));
    at(2);
    assert_eq!(read(), (7, 8, 9));
}

#[ink::test]
fn a_lowered_liquidation_ltv_comes_down_over_the_ramp() {
    let mut store = store();
    let course = Course {
        from: Ratio::from_bps(8_000).0,
        to: Ratio::from_bps(7_000).0,
        at: NOW,
    };
    write(&mut store, LiquidationLtv, course);
    for (days, bps) in [(0, 8_000), (1, 7_900), (9, 7_100), (10, 7_000), (99, 7_000)] {
        at(days);
        let lending = store.lending(ETHER, bob()).unwrap();
        assert_eq!(lending.parameters.liquidation_ltv, Ratio::from_bps(bps));
    }
}

#[ink::test]
fn an_originator_has_a_ceiling_of_his_own() {
    let mut store = store();
    let (from, to, at_day_one) = (300, 400, NOW.plus(Period(DAY)));
    let own = Course {
        from,
        to,
        at: at_day_one,
    };
    store.write(Entry::Ceiling(bob(), own)).unwrap();
    let ceiling = |who| store.lending(ETHER, who).unwrap().originator_ceiling;
    assert_eq!((ceiling(bob()), ceiling(alice())), (300, 1_000));
    at(1);
    assert_eq!((ceiling(bob()), ceiling(alice())), (400, 1_000));
}

#[ink::test]
fn pauses_close_types_and_hold_collateral_until_they_end() {
    let mut store = store();
    let pause = |days| Pause {
        until: NOW.plus(Period(days * DAY)),
    };
    let pauses = Pauses {
        draws: pause(1),
        withdrawals: pause(2),
    };
    store.write(Entry::Pauses(pauses)).unwrap();
    assert_eq!(store.pauses(), pauses);
    for (days, expected) in [(0, (false, true)), (1, (true, true)), (2, (true, false))] {
        at(days);
        let lending = store.lending(ETHER, bob()).unwrap();
        let read = (lending.parameters.is_open, lending.holds_collateral);
        assert_eq!(read, expected);
    }
}

/// What the first layout kept under its keys, in hexadecimal: later code has to read it.
const LAYOUT_1: &str = include_str!("layout-1.txt");

fn bytes(text: &str) -> Vec<u8> {
    let pairs = text.as_bytes().chunks(2);
    let byte = |pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    pairs.map(byte).collect()
}

/// Bytes that stand for themselves.
struct Raw(Vec<u8>);

impl scale::Encode for Raw {
    fn encode_to<T: scale::Output + ?Sized>(&self, dest: &mut T) {
        dest.write(&self.0);
    }
}

impl scale::Decode for Raw {
    fn decode<I: scale::Input>(_: &mut I) -> Result<Self, scale::Error> {
        Err("never read back".into())
    }
}

#[ink::test]
fn a_store_of_the_first_layout_is_read_by_this_code() {
    set_block_timestamp::<DefaultEnvironment>(NOW.0);
    let mut store = None;
    for line in LAYOUT_1.lines() {
        let (key, value) = line.split_once(' ').unwrap();
        let (key, value) = (bytes(key), bytes(value));
        if key == [0; 4] {
            store = ParametersContract::decode(&mut &value[..]).ok();
        } else {
            ink::env::set_contract_storage(&Raw(key), &Raw(value));
        }
    }
    let store: ParametersContract = store.expect("a root");
    assert_eq!(store.configurator(), alice());
    assert_eq!(store.pauses().draws.until, NOW.plus(Period(DAY)));
    let lending = store.lending(ETHER, bob()).unwrap();
    let expected = finance::parameters::CollateralParameters {
        is_open: false,
        ..terms().loans
    };
    assert_eq!(lending.parameters, expected);
    assert_eq!(lending.originator_ceiling, 300);
    assert_eq!(lending.curve, deal().curve());
    assert_eq!(store.auction(ETHER), Ok(terms().auctions));
    let due = NOW.plus(Period(DAY));
    let course = store.ceiling(bob()).unwrap();
    assert_eq!((course.from, course.to, course.at), (300, 400, due));
    set_block_timestamp::<DefaultEnvironment>(due.0);
    let lending = store.lending(ETHER, bob()).unwrap();
    assert_eq!(lending.parameters.haircut, Ratio(7));
}
