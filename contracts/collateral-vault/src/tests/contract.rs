use super::{account, originator, performing, untouched, NOW};
use crate::book::Book;
use crate::collateral_vault::CollateralVaultContract;
use ink::env::test::{recorded_events, set_caller};
use ink::env::DefaultEnvironment;
use ink::scale::Decode;
use interfaces::collateral_vault::{
    Action, Borrower, CollateralVault, Portfolio, PositionChanged, Sale, VaultError, VaultTerms,
    WriteOff, MAX_COLLATERAL_TYPES,
};
use interfaces::types::{AccountId, AuctionId, CollateralId, Hash, PositionId};

const NEVER_OPENED: PositionId = PositionId(0);
const NEVER_SEIZED: AuctionId = AuctionId(0);

fn deployer() -> AccountId {
    account(7)
}

fn engine() -> AccountId {
    account(8)
}

fn call_as(caller: AccountId) {
    set_caller::<DefaultEnvironment>(caller);
}

fn terms() -> VaultTerms {
    VaultTerms {
        pool: account(2),
        cash: account(3),
        oracle: account(4),
        parameters: account(5),
        servicer: Hash::default(),
        collateral: Vec::new(),
    }
}

/// A vault with one collateral type, bound to [`engine`].
fn vault() -> CollateralVaultContract {
    call_as(deployer());
    let book = Book {
        types: vec![untouched()],
    };
    let mut contract = CollateralVaultContract::with_book(&terms(), book);
    contract.vault.state.engine = Some(engine());
    contract
}

fn sale() -> Sale {
    Sale {
        to: account(1),
        collateral: 1,
        debt: 1,
        last: false,
        receiver: None,
    }
}

#[ink::test]
fn a_vault_lists_one_to_sixteen_types() {
    let listing = interfaces::collateral_vault::Listing {
        token: account(9),
        asset: untouched().asset,
    };
    for types in [0, MAX_COLLATERAL_TYPES + 1] {
        let created = CollateralVaultContract::new(VaultTerms {
            collateral: vec![listing; types],
            ..terms()
        });
        assert_eq!(created.err(), Some(VaultError::InvalidListing));
    }
}

#[ink::test]
fn only_the_engine_sells() {
    let mut vault = vault();
    for caller in [deployer(), account(1)] {
        call_as(caller);
        assert_eq!(
            vault.sell(NEVER_SEIZED, sale()),
            Err(VaultError::NotTheEngine)
        );
    }
}

#[ink::test]
fn zero_is_no_amount() {
    let mut vault = vault();
    let zero = || Err(VaultError::ZeroAmount);
    assert_eq!(
        vault.open(CollateralId(0), 0),
        zero().map(|()| NEVER_OPENED)
    );
    assert_eq!(vault.withdraw_collateral(NEVER_OPENED, 0), zero());
    assert_eq!(vault.draw(NEVER_OPENED, 0), zero());
    assert_eq!(vault.repay(NEVER_OPENED, 0), zero().map(|()| 0));
}

#[ink::test]
fn a_type_that_is_not_listed_is_unknown() {
    let mut vault = vault();
    let unlisted = CollateralId(1);
    assert_eq!(vault.open(unlisted, 1), Err(VaultError::UnknownCollateral));
    assert_eq!(vault.price(unlisted), Err(VaultError::UnknownCollateral));
    assert_eq!(vault.touch(unlisted), Err(VaultError::UnknownCollateral));
    assert_eq!(vault.vault.state.position_count, 0);
}

#[ink::test]
fn a_position_that_was_never_opened_is_unknown() {
    let mut vault = vault();
    let unknown = || Err(VaultError::UnknownPosition);
    assert_eq!(vault.add_collateral(NEVER_OPENED, 1), unknown());
    assert_eq!(vault.withdraw_collateral(NEVER_OPENED, 1), unknown());
    assert_eq!(vault.draw(NEVER_OPENED, 1), unknown());
    assert_eq!(vault.repay(NEVER_OPENED, 1), unknown().map(|()| 0));
    call_as(engine());
    let refused = vault.sell(NEVER_SEIZED, sale());
    assert_eq!(refused, Err(VaultError::UnknownLot));

    assert_eq!(vault.vault.state.book.types, [untouched()]);
    assert_eq!(recorded_events().count(), 0);
}

#[ink::test]
fn a_portfolio_without_debt_needs_nobody() {
    call_as(deployer());
    let book = Book {
        types: vec![performing(1_000, 0).kind, performing(10, 0).kind],
    };
    let vault = CollateralVaultContract::with_book(&terms(), book.clone());
    assert_eq!(vault.portfolio(), Ok(Portfolio::default()));
    assert_eq!(vault.vault.state.book, book);
}

#[test]
fn types_of_the_same_token_share_what_is_held() {
    let book = Book {
        types: vec![performing(1_000, 0).kind, performing(10, 0).kind],
    };
    assert_eq!(book.held(account(9)), Ok(1_010));
    assert_eq!(book.held(account(8)), Ok(0));
}

#[ink::test]
fn a_position_is_kept_and_told_until_nothing_is_left_of_it() {
    let mut vault = vault().vault;
    let position = PositionId(3);
    let loan = performing(1_000, 500);
    vault.write(account(6), position, &loan, Action::Drawn, 500);
    assert_eq!(vault.state.book.types, [loan.kind]);
    let kept = vault.loan(position, NOW);
    assert_eq!(kept.map(|kept| kept.position), Ok(loan.position));
    let events: Vec<_> = recorded_events().collect();
    assert_eq!(events.len(), 1);
    let told = PositionChanged::decode(&mut &events[0].data[..]).unwrap();
    assert_eq!((told.position, told.by), (position, account(6)));
    assert_eq!((told.action, told.amount), (Action::Drawn, 500));
    assert_eq!(told.now, loan.position);

    vault.put(position, &performing(0, 0));
    let gone = vault.loan(position, NOW);
    assert_eq!(gone, Err(VaultError::UnknownPosition.into()));
}

#[ink::test]
fn a_loss_is_noted_with_all_there_were_up_to_it() {
    let mut vault = vault().vault;
    let position = PositionId(3);
    vault.state.book.types[0].written_off = 700;
    vault.write_off(position, 0).unwrap();
    assert_eq!(vault.write_offs.get(position), None);
    vault.write_off(position, 200).unwrap();
    let noted = WriteOff {
        amount: 200,
        up_to: 700,
    };
    assert_eq!(vault.write_offs.get(position), Some(noted));
}

#[ink::test]
fn an_originator_is_known_while_he_owes_or_has_a_delegate() {
    let mut vault = vault().vault;
    assert_eq!(vault.borrower(originator()), Borrower::default());
    let borrower = Borrower {
        principal: 500,
        delegate: None,
    };
    vault.note(originator(), borrower);
    assert_eq!(vault.borrower(originator()), borrower);
    vault.note(originator(), Borrower::default());
    assert_eq!(vault.borrowers.get(originator()), None);
}
