use crate::servicer::ServicerContract;
use collateral_vault::book::{listed, Book};
use collateral_vault::state::Vault;
use finance::valuation::Quote;
use finance::Timestamp;
use ink::env::test::{recorded_events, set_caller};
use ink::env::DefaultEnvironment;
use interfaces::collateral_vault::{
    Borrower, CollateralType, Cut, Listing, LoanServicing, VaultError, VaultTerms,
};
use interfaces::types::{AccountId, AssetId, AuctionId, CollateralId, Hash, PositionId};

const NEVER_OPENED: PositionId = PositionId(0);
const NEVER_SEIZED: AuctionId = AuctionId(0);
const CUT: Cut = Cut {
    room: 1_000,
    penalty: finance::Ratio::ZERO,
};

fn account(seed: u8) -> AccountId {
    AccountId::from([seed; 32])
}

fn deployer() -> AccountId {
    account(7)
}

fn engine() -> AccountId {
    account(8)
}

fn call_as(caller: AccountId) {
    set_caller::<DefaultEnvironment>(caller);
}

/// A type on which nobody holds or owes anything.
fn untouched() -> CollateralType {
    let listing = Listing {
        token: account(9),
        asset: AssetId(0),
    };
    listed(&listing, Quote::new(6, 6).unwrap(), Timestamp(0))
}

/// The storage of a vault with one collateral type and no engine.
fn unbound() -> ServicerContract {
    let terms = VaultTerms {
        pool: account(2),
        cash: account(3),
        oracle: account(4),
        parameters: account(5),
        servicer: Hash::default(),
        collateral: Vec::new(),
    };
    let book = Book {
        types: vec![untouched()],
    };
    let vault = Vault::new(deployer(), &terms, book, Timestamp(0));
    ServicerContract { vault }
}

/// [`unbound`], when its engine is named.
fn bound() -> ServicerContract {
    let mut servicer = unbound();
    servicer.vault.state.engine = Some(engine());
    servicer
}

#[ink::test]
fn nobody_makes_an_instance() {
    let refused = ServicerContract::new().err();
    assert_eq!(refused, Some(VaultError::NoInstance));
}

// Only a chain keeps a code, as naming the engine asks it to: what follows is tested there.
#[ink::test]
fn only_the_deployer_names_the_engine_and_only_once() {
    let mut servicer = unbound();
    call_as(engine());
    assert_eq!(servicer.bind(engine()), Err(VaultError::NotTheDeployer));

    let mut servicer = bound();
    call_as(deployer());
    assert_eq!(servicer.bind(account(1)), Err(VaultError::AlreadyBound));
}

#[ink::test]
fn only_the_engine_seizes() {
    for (servicer, caller) in [
        (unbound(), engine()),
        (bound(), deployer()),
        (bound(), account(1)),
    ] {
        let mut servicer = servicer;
        call_as(caller);
        let refused = servicer.seize(NEVER_OPENED, CUT);
        assert_eq!(refused, Err(VaultError::NotTheEngine));
    }
}

#[ink::test]
fn a_position_that_was_never_opened_is_unknown() {
    let mut servicer = bound();
    let unknown = || Err(VaultError::UnknownPosition);
    assert_eq!(servicer.impair(NEVER_OPENED), unknown());
    assert_eq!(servicer.restore(NEVER_OPENED), unknown());
    assert_eq!(servicer.mark_overdue(NEVER_OPENED), unknown());
    assert_eq!(servicer.margin_call(NEVER_OPENED), unknown());
    let viewed = servicer.position(NEVER_OPENED).err();
    assert_eq!(viewed, Some(VaultError::UnknownPosition));
    call_as(engine());
    let refused = servicer.seize(NEVER_OPENED, CUT);
    assert_eq!(refused, Err(VaultError::UnknownPosition));

    assert_eq!(servicer.lot(NEVER_SEIZED), None);
    assert_eq!(servicer.position_count(), 0);
    assert_eq!(servicer.collateral_types(), [untouched()]);
    assert_eq!(recorded_events().count(), 0);
}

#[ink::test]
fn a_type_that_is_not_listed_is_unknown() {
    let unlisted = CollateralId(1);
    assert_eq!(
        bound().unattributed(unlisted),
        Err(VaultError::UnknownCollateral)
    );
}

#[ink::test]
fn an_originator_names_and_dismisses_who_acts_for_him() {
    let mut servicer = bound();
    call_as(account(1));
    servicer.set_delegate(Some(account(6)));
    let named = Borrower {
        principal: 0,
        delegate: Some(account(6)),
    };
    assert_eq!(servicer.borrower(account(1)), named);
    assert_eq!(servicer.borrower(account(6)), Borrower::default());
    servicer.set_delegate(None);
    assert_eq!(servicer.borrower(account(1)), Borrower::default());
    assert_eq!(recorded_events().count(), 2);
}
