//! A token sent to a contract by itself is nobody's: it changes nothing but what is unattributed.

use e2e_tests::*;
use ink::codegen::TraitCallBuilder;
use interfaces::collateral_vault::{CollateralVault, LoanServicing};
use interfaces::tranche_pool::TranchePool;
use interfaces::transfer_agent::TransferAgent;
use interfaces::types::{AccountId, Balance};
use psp22::PSP22;
use simulator::contracts::Psp22;

fn donate(world: &World, token: AccountId, to: AccountId, amount: Balance) {
    let donor = world.account("donor");
    world.deal.mint(&world.chain, token, donor, amount).unwrap();
    world.does(
        "donor",
        Psp22::from(token).call_mut().transfer(to, amount, vec![]),
    );
}

#[test]
fn cash_given_to_the_pool_belongs_to_no_class() {
    let (world, _) = World::lent();
    let seen = || {
        let books = world.reads(world.pool().books());
        let drawable = world.reads(world.pool().drawable_cash());
        (
            books,
            drawable,
            world.reads(world.agent().preview_settlement()),
        )
    };
    let before = seen();
    donate(&world, world.deal.cash, world.deal.pool, usd(5_000));
    assert_eq!(seen(), before);
    assert_eq!(world.reads(world.pool().unattributed()), Ok(usd(5_000)));
    world.close_epoch();
    assert_eq!(world.reads(world.pool().unattributed()), Ok(usd(5_000)));
    world.assert_balanced();
}

#[test]
fn a_donation_before_the_first_deposit_inflates_no_price() {
    let world = World::deployed();
    world.deposit("mallory", JUNIOR, 1);
    world.close_epoch();
    donate(&world, world.deal.cash, world.deal.pool, usd(1_000));
    world.deposit("cal", JUNIOR, usd(150));
    let settled = world.close_epoch();
    assert_eq!(settled.tranches[2].fill.minted, usd(150));
}

#[test]
fn collateral_given_to_the_vault_is_in_no_position() {
    let (world, position) = World::lent();
    let seen = || {
        let types = world.reads(world.servicing().collateral_types());
        (
            types,
            world.reads(world.servicing().position(position)),
            world.reads(world.vault().portfolio()),
        )
    };
    let before = seen();
    donate(
        &world,
        world.deal.collateral_token(ETH),
        world.deal.vault,
        eth(3),
    );
    assert_eq!(seen(), before);
    assert_eq!(world.reads(world.servicing().unattributed(ETH)), Ok(eth(3)));
    assert_eq!(world.reads(world.servicing().unattributed(BTC)), Ok(0));
}

#[test]
fn cash_given_to_the_transfer_agent_is_nobodys_claim() {
    let world = World::funded();
    world.redeem("ann", SENIOR, usd(100));
    donate(&world, world.deal.cash, world.deal.agent, usd(5_000));
    assert_eq!(world.reads(world.agent().unattributed()), Ok(usd(5_000)));
    world.close_epoch();
    assert_eq!(world.claim_all("ann"), usd(100));
    assert_eq!(world.reads(world.agent().unattributed()), Ok(usd(5_000)));
    world.assert_balanced();
}

#[test]
fn tranche_tokens_given_to_the_transfer_agent_redeem_nothing() {
    let world = World::funded();
    world.claim("cal", JUNIOR);
    let junior = Psp22::from(world.deal.tranche_token(JUNIOR))
        .call_mut()
        .transfer(world.deal.agent, usd(50), vec![]);
    world.does("cal", junior);
    let settled = world.close_epoch();
    assert_eq!(settled.tranches[2].supply_after, usd(150));
    assert_eq!(settled.tranches[2].fill.burned, 0);
    world.assert_balanced();
}
