//! The embedded chain, tried with the simplest contract.

use finance::{Period, Timestamp};
use ink::codegen::TraitCallBuilder;
use interfaces::test_asset::TestAsset;
use interfaces::tranche_pool::TranchePool;
use psp22::{PSP22Error, PSP22};
use simulator::chain::{Chain, Failure};
use simulator::contracts::{Asset, Pool, Psp22};
use simulator::journal::Action;

const START: Timestamp = Timestamp(1_583_899_200_000);

fn asset(chain: &Chain) -> ink::primitives::AccountId {
    let deployer = chain.account("deployer");
    let arguments = (Some("Test dollar"), Some("USDX"), 6u8);
    chain.deploy("test-asset", deployer, arguments, "").unwrap()
}

#[test]
fn a_call_commits_and_its_events_are_decoded() {
    let chain = Chain::new(START).unwrap();
    let (alice, token) = (chain.account("alice"), asset(&chain));
    let minted = chain
        .call(alice, Asset::from(token).call_mut().mint_to(alice, 5))
        .unwrap();
    assert_eq!(minted.answer, Ok(()));
    let transfers = minted.events::<psp22::Transfer>();
    assert_eq!(transfers.len(), 1);
    assert_eq!((transfers[0].to, transfers[0].value), (Some(alice), 5));
    assert_eq!(
        chain.read(Psp22::from(token).call().balance_of(alice)),
        Ok(5)
    );
}

#[test]
fn a_dry_run_answers_and_changes_nothing() {
    let chain = Chain::new(START).unwrap();
    let (alice, token) = (chain.account("alice"), asset(&chain));
    let before = chain.state_digest();
    let minted = chain
        .dry_run(alice, Asset::from(token).call_mut().mint_to(alice, 5))
        .unwrap();
    assert_eq!(minted.answer, Ok(()));
    assert_eq!(chain.state_digest(), before);
    assert_eq!(
        chain.read(Psp22::from(token).call().balance_of(alice)),
        Ok(0)
    );
}

#[test]
fn a_refusal_is_typed_and_changes_nothing() {
    let chain = Chain::new(START).unwrap();
    let (alice, bob, token) = (chain.account("alice"), chain.account("bob"), asset(&chain));
    let before = chain.state_digest();
    let refused = chain
        .call(
            alice,
            Psp22::from(token).call_mut().transfer(bob, 1, vec![]),
        )
        .unwrap();
    assert_eq!(refused.answer, Err(PSP22Error::InsufficientBalance));
    assert_eq!(refused.emitted, []);
    assert_eq!(chain.state_digest(), before);
    chain
        .call(alice, Asset::from(token).call_mut().mint_to(bob, 1))
        .unwrap()
        .answer
        .unwrap();
    assert_ne!(chain.state_digest(), before);
}

#[test]
fn a_message_that_gets_no_answer_says_why() {
    let chain = Chain::new(START).unwrap();
    let (alice, token) = (chain.account("alice"), asset(&chain));
    let stranger = chain.read(Pool::from(token).call().books());
    assert_eq!(stranger, Err(Failure::NotUnderstood));
    let nowhere = chain.read(Psp22::from(alice).call().total_supply());
    assert_eq!(nowhere, Err(Failure::NoContract));
    chain.set_gas_limit(drink::Weight::from_parts(1_000_000, 1_000_000));
    let starved = chain.read(Psp22::from(token).call().total_supply());
    assert_eq!(starved, Err(Failure::OutOfGas));
}

#[test]
fn the_clock_moves_forward_only_and_in_milliseconds() {
    let chain = Chain::new(START).unwrap();
    chain.advance(Period(1_500));
    assert_eq!(chain.now(), START.plus(Period(1_500)));
    chain.advance_to(START);
    assert_eq!(chain.now(), START.plus(Period(1_500)));
}

#[test]
fn a_chain_that_stands_in_for_another_notes_what_it_commits() {
    let chain = Chain::standing_in(START, [7; 32], |name| [name.len() as u8; 32].into()).unwrap();
    let (alice, token) = (chain.account("alice"), asset(&chain));
    assert_eq!(alice, [5; 32].into());
    let mint = Asset::from(token).call_mut().mint_to(alice, 5);
    chain.execute(alice, mint).unwrap();
    let transfer = Psp22::from(token).call_mut().transfer(token, 6, vec![]);
    chain.call(alice, transfer).unwrap().answer.unwrap_err();
    let journal = chain.journal();
    let times: Vec<_> = journal.iter().map(|noted| noted.at).collect();
    assert_eq!(times, [START, START.plus(Period(1))]);
    assert!(matches!(&journal[0].action, Action::Instantiate { address, .. } if *address == token));
    assert!(matches!(&journal[1].action, Action::Call { contract, .. } if *contract == token));
    let stored = chain.storage_root(token).unwrap();
    let mint = Asset::from(token).call_mut().mint_to(alice, 1);
    chain.execute(alice, mint).unwrap();
    assert_ne!(chain.storage_root(token).unwrap(), stored);
}
