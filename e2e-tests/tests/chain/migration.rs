//! A store of parameters from before its first layout, taken to today's code: by its configurator, who writes every row anew.

use e2e_tests::*;
use finance::parameters::Changed;
use finance::Timestamp;
use ink::env::call::{build_call, ExecutionInput, Selector};
use ink::env::DefaultEnvironment;
use ink::selector_bytes;
use interfaces::parameters::{
    AuctionParameters, CollateralParameters, Course, DealParameters, Entry, Group, Parameters,
    ParametersError, Part, Row,
};
use interfaces::types::AccountId;
use scale::{Decode, DecodeAll, Encode};
use simulator::chain::{Chain, Failure, Message};
use simulator::deployment::{Code, Host};

/// The code that kept its rows in layout 0, as it was built from revision 13d9f0c.
const CODE_0: &[u8] = include_bytes!("../../snapshots/parameters-0.wasm");
/// What such a store held, key by key in hexadecimal: the root, then rows, then ceilings.
const LAYOUT_0: &str = include_str!("../../snapshots/parameters-0.txt");
/// The same store in layout 1.
const LAYOUT_1: &str = include_str!("../../../contracts/parameters/src/layout-1.txt");
/// When it held that: 1000 days into time, with changes that wait for a day more.
const FROZEN_AT: Timestamp = Timestamp(1_000 * DAY.0);
/// Who wrote it.
const CONFIGURATOR: AccountId = AccountId([1; 32]);
/// Who had a ceiling of his own.
const ORIGINATOR: AccountId = AccountId([2; 32]);
/// The parts of the frozen store.
const PARTS: [Part; 3] = [Part::Deal, Part::Loans(ETH), Part::Auctions(ETH)];

/// Before the part, in the key of a row.
const ROWS: &[u8] = &[1, 0, 0, 0];
/// The key of the root.
const ROOT: &[u8] = &[0, 0, 0, 0];

/// A row of layout 0: zeros behind the numbers of its group, and no count before them.
#[derive(Encode, Decode)]
struct Row0 {
    to: [u128; Group::LONGEST],
    changed: Vec<Changed>,
}

impl Row0 {
    fn migrated(self, part: Part) -> Row {
        let count = match part {
            Part::Deal => DealParameters::COUNT,
            Part::Loans(_) => CollateralParameters::COUNT,
            Part::Auctions(_) => AuctionParameters::COUNT,
        };
        Row {
            to: self.to[..count].to_vec(),
            changed: self.changed,
        }
    }
}

/// The keys of a layout, and what was under each.
fn entries(layout: &str) -> impl Iterator<Item = (Vec<u8>, Vec<u8>)> + '_ {
    layout.lines().map(|line| {
        let (key, value) = line.split_once(' ').unwrap();
        (hex::decode(key).unwrap(), hex::decode(value).unwrap())
    })
}

/// A message of the old code, where that encodes rows otherwise.
fn message<R>(store: AccountId, selector: [u8; 4], argument: impl Encode) -> Message<R> {
    let input = ExecutionInput::new(Selector::new(selector)).push_arg(argument);
    let call = build_call::<DefaultEnvironment>().call(store);
    call.exec_input(input).returns::<R>().into()
}

fn write_row(store: AccountId, part: Part, row: Row0) -> Message<Result<(), ParametersError>> {
    /// Of [`Entry::Row`].
    const ROW: u8 = 0;
    message(
        store,
        selector_bytes!("Parameters::write"),
        (ROW, part, row),
    )
}

fn row(store: AccountId, part: Part) -> Message<Option<Row0>> {
    message(store, selector_bytes!("Parameters::row"), part)
}

fn parameters(store: AccountId) -> Messages<simulator::contracts::Parameters> {
    store.into()
}

fn write(chain: &Chain, message: impl Into<Message<Result<(), ParametersError>>>) {
    chain.execute(CONFIGURATOR, message).unwrap();
}

/// A chain at the time of the fixture.
fn chain() -> Chain {
    let chain = Chain::new(FROZEN_AT).unwrap();
    chain.fund(CONFIGURATOR);
    chain
}

/// A store with the old code that holds what was frozen.
fn store_of_layout_0(chain: &Chain, salt: &str) -> AccountId {
    let new = (selector_bytes!("new"), CONFIGURATOR).encode();
    let code = Code::new("parameters", CODE_0.to_vec());
    let store = chain.instantiate(CONFIGURATOR, &code, &new, salt);
    let store = store.unwrap().unwrap();
    for (key, value) in entries(LAYOUT_0) {
        restore(chain, store, &key, &value);
    }
    assert_holds(chain, store, LAYOUT_0);
    store
}

/// Writes what was frozen under a key.
fn restore(chain: &Chain, store: AccountId, key: &[u8], mut value: &[u8]) {
    let (kind, mut of) = key.split_at(4);
    let entry = match kind {
        ROOT => {
            let (configurator, pauses) = DecodeAll::decode_all(&mut value).unwrap();
            assert_eq!(CONFIGURATOR, configurator);
            Entry::Pauses(pauses)
        }
        ROWS => {
            let part = Part::decode_all(&mut of).unwrap();
            let row = Row0::decode_all(&mut value).unwrap();
            return write(chain, write_row(store, part, row));
        }
        _ => {
            let originator = AccountId::decode_all(&mut of).unwrap();
            Entry::Ceiling(originator, Course::decode_all(&mut value).unwrap())
        }
    };
    write(chain, parameters(store).write(entry));
}

/// The store gets today's code.
fn replace_code(chain: &Chain, store: AccountId) {
    let code_hash = chain.upload("parameters", CONFIGURATOR).unwrap();
    let entry = Entry::Code(code_hash);
    write(chain, parameters(store).write(entry));
    assert_eq!(chain.code_hash(store), Some(code_hash));
}

/// The store holds the entries of a layout, byte by byte.
#[track_caller]
fn assert_holds(chain: &Chain, store: AccountId, layout: &str) {
    for (key, value) in entries(layout) {
        assert_eq!(chain.stored(store, &key), Some(value), "{key:?}");
    }
}

/// All that a store tells, but for its rows as they are kept.
fn told(chain: &Chain, store: AccountId) -> Vec<Vec<u8>> {
    let store = parameters(store);
    let of = |originator| {
        let lending = chain.read(store.lending(ETH, originator)).unwrap();
        let ceiling = chain.read(store.ceiling(originator)).unwrap();
        (lending.unwrap(), ceiling).encode()
    };
    let auction = chain.read(store.auction(ETH)).unwrap();
    let pauses = chain.read(store.pauses()).unwrap();
    let configurator = chain.read(store.configurator()).unwrap();
    vec![
        of(ORIGINATOR),
        of(CONFIGURATOR),
        auction.unwrap().encode(),
        (pauses, configurator).encode(),
    ]
}

#[test]
fn a_migrated_store_tells_what_the_old_one_tells_now_and_later() {
    let chain = chain();
    let old = store_of_layout_0(&chain, "stays");
    let store = store_of_layout_0(&chain, "is migrated");
    let rows = PARTS.map(|part| chain.read(row(store, part)).unwrap().unwrap());
    replace_code(&chain, store);
    for (part, row) in PARTS.into_iter().zip(rows) {
        let entry = Entry::Row(part, row.migrated(part));
        write(&chain, parameters(store).write(entry));
    }
    assert_holds(&chain, store, LAYOUT_1);
    let before = told(&chain, store);
    assert_eq!(before, told(&chain, old));
    chain.advance(DAY);
    let after = told(&chain, store);
    assert_eq!(after, told(&chain, old));
    assert_ne!(before[0], after[0], "nothing waited");
}

#[test]
fn todays_code_stops_at_rows_that_were_not_migrated() {
    let chain = chain();
    let store = store_of_layout_0(&chain, "stays");
    replace_code(&chain, store);
    let lending = chain.read(parameters(store).lending(ETH, ORIGINATOR));
    assert_eq!(lending, Err(Failure::Trapped));
    let auction = chain.read(parameters(store).auction(ETH));
    assert_eq!(auction, Err(Failure::Trapped));
    for part in PARTS {
        let row = chain.read(parameters(store).row(part));
        assert_eq!(row, Err(Failure::Trapped));
    }
}
