//! What tokens refuse: those of tranches, and the assets of the tests.

use e2e_tests::*;
use ink::codegen::TraitCallBuilder;
use interfaces::test_asset::TestAsset;
use interfaces::tranche_pool::TranchePool;
use interfaces::tranche_token::{TrancheToken as _, ONLY_THE_POOL};
use interfaces::types::AccountId;
use psp22::{PSP22Burnable, PSP22Error, PSP22Metadata, PSP22Mintable, Transfer, PSP22};
use simulator::contracts::{
    Asset, Psp22, Psp22Burnable, Psp22Metadata, Psp22Mintable, TrancheToken,
};

fn only_the_pool() -> PSP22Error {
    PSP22Error::Custom(ONLY_THE_POOL.into())
}

/// A funded deal with a token of which "ann" holds 600 whole ones: the senior's.
fn held_by_ann() -> (World, AccountId) {
    let world = World::funded();
    let claim = world.pool().claim(SENIOR, world.account("ann"));
    world.does("ann", claim);
    let token = world.deal.tranche_token(SENIOR);
    (world, token)
}

/// A deal with an asset of which "ann" holds 600 whole ones: the cash.
fn asset_of_ann() -> (World, AccountId) {
    let world = World::deployed();
    let token = world.deal.cash;
    world
        .deal
        .mint(&world.chain, token, world.account("ann"), usd(600))
        .unwrap();
    (world, token)
}

#[test]
fn nobody_but_the_pool_mints_and_burns() {
    let (world, token) = held_by_ann();
    for who in ["ann", "Deployer", "governor"] {
        for amount in [0, 1, usd(600)] {
            let mint = Psp22Mintable::from(token).call_mut().mint(amount);
            world.refuses(who, mint, only_the_pool());
            let burn = Psp22Burnable::from(token).call_mut().burn(amount);
            world.refuses(who, burn, only_the_pool());
        }
    }
}

#[test]
fn the_issuer_burns_no_more_than_it_holds_and_mints_no_more_than_fits() {
    let world = World::deployed();
    let issuer = world.account("issuer");
    let token = world.deploys(
        "tranche-token",
        (issuer, None::<String>, None::<String>, 6u8),
    );
    let mint = |amount| Psp22Mintable::from(token).call_mut().mint(amount);
    let burn = |amount| Psp22Burnable::from(token).call_mut().burn(amount);
    world.does("issuer", mint(u128::MAX));
    world.refuses("issuer", mint(1), full());
    let give = Psp22::from(token)
        .call_mut()
        .transfer(world.account("ann"), 1, vec![]);
    world.does("issuer", give);
    world.refuses("issuer", burn(u128::MAX), PSP22Error::InsufficientBalance);
    world.does("issuer", burn(u128::MAX - 1));
    assert_eq!(world.reads(Psp22::from(token).call().total_supply()), 1);
}

#[test]
fn nobody_mints_an_asset_beyond_128_bits() {
    let (world, token) = asset_of_ann();
    let ann = world.account("ann");
    let mint = Asset::from(token)
        .call_mut()
        .mint_to(ann, u128::MAX - usd(600) + 1);
    world.refuses("anybody", mint, full());
}

fn full() -> PSP22Error {
    PSP22Error::Custom("Max PSP22 supply exceeded. Max supply limited to 2^128-1.".into())
}

#[test]
fn a_token_moves_from_balance_and_allowance() {
    for (world, token) in [held_by_ann(), asset_of_ann()] {
        assert_moves_are_guarded(&world, token);
    }
}

#[track_caller]
fn assert_moves_are_guarded(world: &World, token: AccountId) {
    let (ann, dan, spender) = ("ann", "dan", "spender");
    let account = |who| world.account(who);
    let psp22 = || Psp22::from(token);
    let pull = |value| {
        psp22()
            .call_mut()
            .transfer_from(account(ann), account(dan), value, vec![])
    };
    let short = || PSP22Error::InsufficientBalance;
    let disallowed = || PSP22Error::InsufficientAllowance;

    let too_much = psp22()
        .call_mut()
        .transfer(account(dan), usd(600) + 1, vec![]);
    world.refuses(ann, too_much, short());
    world.refuses(spender, pull(1), disallowed());
    world.does(ann, psp22().call_mut().approve(account(spender), usd(100)));
    world.refuses(spender, pull(usd(100) + 1), disallowed());
    let less = psp22()
        .call_mut()
        .decrease_allowance(account(spender), usd(100) + 1);
    world.refuses(ann, less, disallowed());

    world.does(spender, pull(usd(40)));
    // 100 − 40 are left of the allowance, and 600 − 40 of the balance.
    world.refuses(spender, pull(usd(60) + 1), disallowed());
    world.does(
        ann,
        psp22()
            .call_mut()
            .increase_allowance(account(spender), usd(940)),
    );
    world.refuses(spender, pull(usd(560) + 1), short());
    world.does(spender, pull(usd(560)));
    assert_eq!(
        (world.balance(token, ann), world.balance(token, dan)),
        (0, usd(600))
    );
    let left = world.reads(psp22().call().allowance(account(ann), account(spender)));
    assert_eq!(left, usd(440));
}

#[test]
fn nothing_and_to_oneself_moves_nothing() {
    for (world, token) in [held_by_ann(), asset_of_ann()] {
        let (ann, dan) = (world.account("ann"), world.account("dan"));
        let before = world.chain.state_digest();
        for (to, value) in [(ann, usd(900)), (dan, 0)] {
            let sent = world.sends(
                "ann",
                Psp22::from(token).call_mut().transfer(to, value, vec![]),
            );
            assert_eq!(sent.emitted, []);
        }
        assert_eq!(world.chain.state_digest(), before);
    }
}

#[test]
fn a_transfer_is_told() {
    for (world, token) in [held_by_ann(), asset_of_ann()] {
        let (ann, dan) = (world.account("ann"), world.account("dan"));
        let transfer = Psp22::from(token).call_mut().transfer(dan, usd(1), vec![]);
        let sent = world.sends("ann", transfer);
        let told = sent.events::<Transfer>();
        assert_eq!((told.len(), sent.emitted.len()), (1, 1));
        assert_eq!(
            (told[0].from, told[0].to, told[0].value),
            (Some(ann), Some(dan), usd(1))
        );
    }
}

#[test]
fn tokens_tell_what_they_are() {
    let world = World::deployed();
    let about = |token| {
        let token = Psp22Metadata::from(token);
        let name = world.reads(token.call().token_name()).unwrap();
        let symbol = world.reads(token.call().token_symbol()).unwrap();
        (name, symbol, world.reads(token.call().token_decimals()))
    };
    let expected = |name: &str, symbol: &str, decimals| (name.into(), symbol.into(), decimals);
    assert_eq!(about(world.deal.cash), expected("Dollar X", "USDX", 6));
    assert_eq!(
        about(world.deal.collateral_token(BTC)),
        expected("Wrapped bitcoin", "BTC", 8)
    );
    let senior = world.deal.tranche_token(SENIOR);
    assert_eq!(about(senior), expected("Senior class", "SLC-A", 6));
    assert_eq!(
        world.reads(TrancheToken::from(senior).call().pool()),
        world.deal.pool
    );
}
