//! What the vault refuses.

use e2e_tests::wiring::NOBODY;
use e2e_tests::*;
use finance::{MathError, Period, Price, Ratio};
use ink::codegen::TraitCallBuilder;
use interfaces::async_vault::Conditions;
use interfaces::calls::CallError;
use interfaces::collateral_vault::{
    CollateralVault, Cut, Listing, LoanServicing, Sale, VaultError, VaultTerms,
    MAX_COLLATERAL_TYPES,
};
use interfaces::configurator::Configurator;
use interfaces::liquidation_engine::{EngineError, LiquidationEngine};
use interfaces::oracle_adapter::OracleError;
use interfaces::parameters::ParametersError;
use interfaces::tranche_pool::{PoolError, TranchePool};
use interfaces::types::{AccountId, AssetId, AuctionId, Balance, CollateralId, PositionId};
use psp22::PSP22Error;
use simulator::contracts::Vault;

const NO_TYPE: CollateralId = CollateralId(2);
const NO_POSITION: PositionId = PositionId(7);
const NO_LOT: AuctionId = AuctionId(7);
/// Room for everything.
const CUT: Cut = Cut {
    room: u128::MAX >> 32,
    penalty: Ratio::ZERO,
};

fn frozen() -> VaultError {
    VaultError::from(FROZEN)
}

/// A sale of `collateral` for `debt` to "tess".
fn sale(world: &World, collateral: Balance, debt: Balance) -> Sale {
    let tess = world.account("tess");
    Sale {
        to: tess,
        collateral,
        debt,
        last: false,
        receiver: None,
    }
}

/// Another vault with changed terms and a position of "olga" in it, of 8 units of `collateral_type`.
fn vault_with(
    world: &World,
    collateral_type: CollateralId,
    change: impl FnOnce(&mut VaultTerms),
) -> (Vault, PositionId) {
    let mut terms = world.vault_terms();
    change(&mut terms);
    let vault = world.deploys("collateral-vault", &terms);
    let token = terms.collateral[collateral_type.index()].token;
    world.provide(token, "olga", vault, eth(8));
    let mut vault = Vault::from(vault);
    let position = world.does("olga", vault.call_mut().open(collateral_type, eth(8)));
    (vault, position)
}

#[test]
fn a_vault_lists_one_to_sixteen_types() {
    let world = World::deployed();
    let listing = world.vault_terms().collateral[0];
    for count in [0, MAX_COLLATERAL_TYPES + 1] {
        let terms = VaultTerms {
            collateral: vec![listing; count],
            ..world.vault_terms()
        };
        world.refuses_to_deploy("collateral-vault", terms, VaultError::InvalidListing);
    }
}

#[test]
fn tokens_have_six_to_eighteen_decimals() {
    let world = World::deployed();
    for decimals in [5u8, 19] {
        let token = world.deploys("test-asset", (None::<String>, None::<String>, decimals));
        let listing = Listing {
            token,
            asset: AssetId(0),
        };
        let as_collateral = VaultTerms {
            collateral: vec![listing],
            ..world.vault_terms()
        };
        world.refuses_to_deploy(
            "collateral-vault",
            as_collateral,
            VaultError::InvalidDecimals,
        );
        let as_cash = VaultTerms {
            cash: token,
            ..world.vault_terms()
        };
        world.refuses_to_deploy("collateral-vault", as_cash, VaultError::InvalidDecimals);
    }
}

#[test]
fn a_type_is_listed_later_by_the_governor_under_the_number_of_its_parameters() {
    let world = World::deployed();
    let listing = world.vault_terms().collateral[1];
    let list = |number, listing| world.servicing().list(CollateralId(number), listing);
    for who in ["Deployer", "mallory"] {
        world.refuses(who, list(2, listing), VaultError::NotTheGovernor);
    }
    let unknown = VaultError::from(ParametersError::UnknownCollateral);
    world.refuses("governor", list(2, listing), unknown);
    for _ in 0..2 {
        let terms = world.deal.sheet.collateral[1].terms;
        world.does("governor", world.configurator().add_collateral(terms));
    }
    for number in [0, 1, 3, u32::MAX] {
        let refused = VaultError::InvalidListing;
        world.refuses("governor", list(number, listing), refused);
    }
    for (token, error) in [
        (NOBODY, CallError::Trapped),
        (world.deal.oracle, CallError::NotUnderstood),
    ] {
        let listing = Listing { token, ..listing };
        world.refuses("governor", list(2, listing), VaultError::Call(error));
    }
    let token = world.deploys("test-asset", (None::<String>, None::<String>, 5u8));
    let short = Listing { token, ..listing };
    world.refuses("governor", list(2, short), VaultError::InvalidDecimals);
    world.does("governor", list(2, listing));
    let types = world.reads(world.servicing().collateral_types());
    // The same token and feed as those of the second: all but what was ever done with it.
    assert_eq!(types[2].quote, types[1].quote);
    assert_eq!((types.len(), types[2].token), (3, listing.token));
    world.does("governor", list(3, listing));
}

#[test]
fn what_is_no_token_is_not_listed() {
    let world = World::deployed();
    for (token, error) in [
        (NOBODY, CallError::Trapped),
        (world.deal.oracle, CallError::NotUnderstood),
    ] {
        let listing = Listing {
            token,
            asset: AssetId(0),
        };
        let as_collateral = VaultTerms {
            collateral: vec![listing],
            ..world.vault_terms()
        };
        world.refuses_to_deploy("collateral-vault", as_collateral, VaultError::Call(error));
        let as_cash = VaultTerms {
            cash: token,
            ..world.vault_terms()
        };
        world.refuses_to_deploy("collateral-vault", as_cash, VaultError::Call(error));
    }
}

#[test]
fn nobody_but_the_deployer_names_the_engine() {
    let world = World::unbound();
    let bind = world.servicing().bind(world.account("mallory"));
    world.refuses("mallory", bind, VaultError::NotTheDeployer);
}

#[test]
fn the_engine_is_named_once() {
    let world = World::deployed();
    let bind = world.servicing().bind(world.account("Deployer"));
    world.refuses("Deployer", bind, VaultError::AlreadyBound);
}

#[test]
fn nothing_is_no_amount() {
    let (world, position) = World::lent();
    world.refuses("olga", world.vault().open(ETH, 0), VaultError::ZeroAmount);
    world.refuses(
        "olga",
        world.vault().add_collateral(position, 0),
        VaultError::ZeroAmount,
    );
    let withdraw = world.vault().withdraw_collateral(position, 0);
    world.refuses("olga", withdraw, VaultError::ZeroAmount);
    world.refuses(
        "olga",
        world.vault().draw(position, 0),
        VaultError::ZeroAmount,
    );
    world.refuses(
        "olga",
        world.vault().repay(position, 0),
        VaultError::ZeroAmount,
    );
}

#[test]
fn a_collateral_type_must_be_listed() {
    let world = World::funded();
    world.refuses(
        "olga",
        world.vault().open(NO_TYPE, 1),
        VaultError::UnknownCollateral,
    );
    assert_eq!(
        world.reads(world.vault().price(NO_TYPE)),
        Err(VaultError::UnknownCollateral)
    );
    let unattributed = world.reads(world.servicing().unattributed(NO_TYPE));
    assert_eq!(unattributed, Err(VaultError::UnknownCollateral));
}

#[test]
fn collateral_is_taken_from_allowance_and_balance() {
    let world = World::funded();
    let olga = world.account("olga");
    let ether = world.deal.collateral_token(ETH);
    let open = || world.vault().open(ETH, eth(2));

    world
        .deal
        .mint(&world.chain, ether, olga, eth(2) - 1)
        .unwrap();
    let no_allowance = || VaultError::from(PSP22Error::InsufficientAllowance);
    world.refuses("olga", open(), no_allowance());
    world
        .deal
        .approve(&world.chain, ether, olga, world.deal.vault, eth(2))
        .unwrap();
    let no_balance = || VaultError::from(PSP22Error::InsufficientBalance);
    world.refuses("olga", open(), no_balance());

    world.deal.mint(&world.chain, ether, olga, 1).unwrap();
    let position = world.does("olga", open());
    let add = || world.vault().add_collateral(position, eth(2));
    world.refuses("olga", add(), no_allowance());
    world
        .deal
        .approve(&world.chain, ether, olga, world.deal.vault, eth(2))
        .unwrap();
    world.refuses("olga", add(), no_balance());
}

#[test]
fn a_position_must_exist() {
    let world = World::funded();
    assert_unknown(&world, NO_POSITION);
}

#[test]
fn a_position_that_holds_and_owes_nothing_is_gone() {
    let world = World::funded();
    let position = world.open("olga", eth(1));
    world.does("olga", world.vault().withdraw_collateral(position, eth(1)));
    assert_unknown(&world, position);
}

#[track_caller]
fn assert_unknown(world: &World, position: PositionId) {
    let unknown = || VaultError::UnknownPosition;
    world.provide(
        world.deal.collateral_token(ETH),
        "olga",
        world.deal.vault,
        1,
    );
    world.provide_cash("olga", 1);
    world.refuses("olga", world.vault().add_collateral(position, 1), unknown());
    world.refuses(
        "olga",
        world.vault().withdraw_collateral(position, 1),
        unknown(),
    );
    world.refuses("olga", world.vault().draw(position, usd(50)), unknown());
    world.refuses("olga", world.vault().repay(position, 1), unknown());
    assert_eq!(
        world.reads(world.servicing().position(position)),
        Err(unknown())
    );
}

#[test]
fn while_all_of_a_position_is_on_sale_it_stays_as_it_is() {
    let (world, position, _) = World::in_auction();
    let in_auction = || VaultError::InAuction;
    let token = world.deal.collateral_token(ETH);
    world.provide(token, "olga", world.deal.vault, eth(8));
    world.provide_cash("olga", usd(1_000));
    // A base unit would put off the loss that the lot may leave.
    world.refuses(
        "olga",
        world.vault().add_collateral(position, 1),
        in_auction(),
    );
    let withdraw = world.vault().withdraw_collateral(position, 1);
    world.refuses("olga", withdraw, in_auction());
    world.refuses("olga", world.vault().draw(position, usd(50)), in_auction());
    // All that she owes is in the lot: she may cure it at the engine.
    let repay = world.vault().repay(position, usd(1_000));
    world.refuses("olga", repay, VaultError::NothingOwed);
    world.assert_balanced();
}

#[test]
fn nobody_but_the_originator_withdraws_and_draws() {
    let world = World::funded();
    let position = world.open("olga", eth(8));
    let stranger = || VaultError::NotTheOriginator;
    for who in ["mallory", "Deployer", "governor"] {
        let withdraw = world.vault().withdraw_collateral(position, 1);
        world.refuses(who, withdraw, stranger());
        world.refuses(who, world.vault().draw(position, usd(50)), stranger());
    }
}

#[test]
fn no_more_collateral_is_withdrawn_than_there_is() {
    let world = World::funded();
    let position = world.open("olga", eth(8));
    world.open("omar", eth(8));
    let withdraw = world.vault().withdraw_collateral(position, eth(8) + 1);
    world.refuses("olga", withdraw, VaultError::InsufficientCollateral);
}

#[test]
fn collateral_that_the_debt_needs_is_not_withdrawn() {
    let (world, position) = World::lent();
    let withdraw = |amount| world.vault().withdraw_collateral(position, amount);
    // 7.999 ether at 100 and a borrow LTV of 75 % carry 599.925.
    let above = VaultError::AboveBorrowLtv {
        debt: usd(600),
        limit: 599_925_000,
    };
    world.refuses("olga", withdraw(milli_eth(1)), above);
    let above = VaultError::AboveBorrowLtv {
        debt: usd(600),
        limit: 0,
    };
    world.refuses("olga", withdraw(eth(8)), above);
    // One base unit less of ether is less than one base unit of cash: the limit rounds down.
    let above = VaultError::AboveBorrowLtv {
        debt: usd(600),
        limit: usd(600) - 1,
    };
    world.refuses("olga", withdraw(1), above);
}

#[test]
fn no_more_is_drawn_than_the_collateral_carries() {
    let world = World::funded();
    let position = world.open("olga", eth(8));
    let draw = |amount| world.vault().draw(position, amount);
    // 8 × 100 × 75 % = 600.
    let above = VaultError::AboveBorrowLtv {
        debt: usd(600) + 1,
        limit: usd(600),
    };
    world.refuses("olga", draw(usd(600) + 1), above);
    world.does("olga", draw(usd(600)));
    let above = VaultError::AboveBorrowLtv {
        debt: usd(600) + 1,
        limit: usd(600),
    };
    world.refuses("olga", draw(1), above);
}

#[test]
fn interest_counts_when_more_is_drawn() {
    let world = World::funded();
    let position = world.borrow("olga", eth(8), usd(599));
    world.chain.advance(HOUR);
    // 599 × (1 + 0.1 ÷ 31 536 000)^3600 = 599.006837…, and 1; both round up.
    let above = VaultError::AboveBorrowLtv {
        debt: 600_006_839,
        limit: usd(600),
    };
    world.refuses("olga", world.vault().draw(position, usd(1)), above);
}

#[test]
fn a_debt_is_not_small() {
    let world = World::funded();
    let position = world.open("olga", eth(8));
    let draw = |amount| world.vault().draw(position, amount);
    let minimum = usd(50);
    world.refuses(
        "olga",
        draw(minimum - 1),
        VaultError::BelowMinimumDebt { minimum },
    );
    world.does("olga", draw(minimum));
    world.does("olga", draw(1));
}

#[test]
fn a_type_does_not_owe_more_than_its_ceiling() {
    let (world, _) = World::lent();
    let position = world.open("omar", eth(8));
    let draw = |amount| world.vault().draw(position, amount);
    let ceiling = usd(700);
    // Olga owes 600.
    world.refuses(
        "omar",
        draw(usd(100) + 1),
        VaultError::AboveDebtCeiling { ceiling },
    );
    world.does("omar", draw(usd(100)));
}

#[test]
fn debt_in_auction_counts_towards_the_ceiling() {
    let (world, ..) = World::in_auction();
    let position = world.open("omar", eth(8));
    let draw = |amount| world.vault().draw(position, amount);
    let ceiling = usd(700);
    // Olga owes 600.000002. What is drawn is normalised and rounds up, by a base unit.
    world.refuses(
        "omar",
        draw(99_999_998),
        VaultError::AboveDebtCeiling { ceiling },
    );
    world.does("omar", draw(99_999_997));
}

#[test]
fn the_pool_keeps_its_buffer() {
    let world =
        World::with(|sheet| sheet.collateral[0].terms.loans.debt_ceiling = usd(2_000)).fund();
    let position = world.open("olga", eth(20));
    let draw = |amount| world.vault().draw(position, amount);
    // 1000 less 5 %.
    let short = VaultError::from(PoolError::InsufficientCash { drawable: usd(950) });
    world.refuses("olga", draw(usd(950) + 1), short);
    world.does("olga", draw(usd(950)));
    let short = VaultError::from(PoolError::InsufficientCash { drawable: 0 });
    world.refuses("olga", draw(1), short);
}

#[test]
fn the_pool_keeps_what_redemptions_that_a_settlement_did_not_fill_are_worth() {
    let world = World::funded();
    // For twice what a token is worth nobody lets him leave.
    let at_two = Conditions {
        limit: Some(Price(2 * Price::ONE.0)),
        until: Some(world.epoch() + 9),
    };
    world.redeem_on("ann", SENIOR, usd(300), at_two);
    world.cut_off();
    // Late orders wait as well.
    world.redeem_on("ann", SENIOR, usd(100), at_two);
    world.close_epoch();
    world.quote(100, 5_000);
    let position = world.open("olga", eth(8));
    // 1000 less 400 tokens at 1.
    let short = VaultError::from(PoolError::InsufficientCash { drawable: usd(600) });
    world.refuses("olga", world.vault().draw(position, usd(600) + 1), short);
    world.does("olga", world.vault().draw(position, usd(500)));
    let left = world.reads(world.pool().drawable_cash());
    assert_eq!(left, Ok(usd(100)));
}

#[test]
fn an_order_that_can_be_taken_back_stops_no_draw() {
    let world = World::funded();
    world.redeem("ann", SENIOR, usd(400));
    let position = world.open("olga", eth(8));
    world.does("olga", world.vault().draw(position, usd(550) + 1));
}

#[test]
fn waiting_deposits_are_not_lent() {
    let world =
        World::with(|sheet| sheet.collateral[0].terms.loans.debt_ceiling = usd(2_000)).fund();
    world.deposit("dan", JUNIOR, usd(500));
    let position = world.open("olga", eth(20));
    let short = VaultError::from(PoolError::InsufficientCash { drawable: usd(950) });
    world.refuses("olga", world.vault().draw(position, usd(950) + 1), short);
}

#[test]
fn nothing_is_lent_while_the_senior_class_is_thinly_covered() {
    let (world, _, auction) = World::in_auction();
    // The whole lot brings 8 × 54 = 432 five hours later.
    world.chain.advance(Period::from_secs(5 * 3_600 - 1));
    world.quote(90, 5_000);
    world.provide_cash("tess", usd(432));
    world.does(
        "tess",
        world.engine().take(auction, eth(8), ANY_PRICE, NEVER),
    );
    let position = world.open("omar", eth(8));
    // 832 are left, of which 600 and its growth are the senior's: less than 40 % lies below it.
    let thin = VaultError::from(PoolError::ThinSubordination { tranche: SENIOR });
    world.refuses("omar", world.vault().draw(position, usd(50)), thin);
}

#[test]
fn nothing_is_lent_while_the_mezzanine_class_is_thinly_covered() {
    let world = World::with(|sheet| {
        sheet.tranches[0].terms.minimum_subordination = Ratio::ZERO;
        sheet.tranches[1].terms.target_rate = Ratio::from_bps(4_000);
        sheet.collateral[0].terms.loans.debt_ceiling = usd(2_000);
    });
    let world = world.fund();
    let position = world.borrow("olga", eth(8), usd(600));
    world.chain.advance(YEAR);
    world.quote(100, 5_000);
    world.provide_cash("olga", usd(600));
    // 400 + 600 e^0.1 = 1063.10 are worth more than 1000, but 600 e^0.03 + 250 e^0.24 = 936.08 are owed
    // above the junior: it is worth 127.02, 11.9 % and not 15 %.
    let other = world.open("omar", eth(8));
    let thin = VaultError::from(PoolError::ThinSubordination { tranche: MEZZANINE });
    world.refuses("omar", world.vault().draw(other, usd(50)), thin);
    assert_eq!(
        world.does("olga", world.vault().repay(position, usd(600))),
        usd(600)
    );
}

#[test]
fn a_debt_is_repaid_from_allowance_and_balance() {
    let (world, position) = World::lent();
    let (cash, dan) = (world.deal.cash, world.account("dan"));
    let repay = || world.vault().repay(position, usd(100));

    world
        .deal
        .mint(&world.chain, cash, dan, usd(100) - 1)
        .unwrap();
    let no_allowance = PoolError::Token(PSP22Error::InsufficientAllowance.into());
    world.refuses("dan", repay(), VaultError::from(no_allowance));
    world
        .deal
        .approve(&world.chain, cash, dan, world.deal.pool, usd(100))
        .unwrap();
    let no_balance = PoolError::Token(PSP22Error::InsufficientBalance.into());
    world.refuses("dan", repay(), VaultError::from(no_balance));

    world.deal.mint(&world.chain, cash, dan, 1).unwrap();
    assert_eq!(world.does("dan", repay()), usd(100));
}

#[test]
fn an_allowance_to_the_vault_repays_nothing() {
    let (world, position) = World::lent();
    world.provide(world.deal.cash, "olga", world.deal.vault, usd(600));
    let no_allowance = PoolError::Token(PSP22Error::InsufficientAllowance.into());
    let repay = world.vault().repay(position, usd(600));
    world.refuses("olga", repay, VaultError::from(no_allowance));
}

#[test]
fn a_repayment_leaves_nothing_or_the_minimum() {
    let (world, position) = World::lent();
    world.provide_cash("olga", usd(1_000));
    let repay = |amount| world.vault().repay(position, amount);
    let minimum = usd(50);
    world.refuses(
        "olga",
        repay(usd(550) + 1),
        VaultError::BelowMinimumDebt { minimum },
    );
    world.refuses(
        "olga",
        repay(usd(600) - 1),
        VaultError::BelowMinimumDebt { minimum },
    );
    assert_eq!(world.does("olga", repay(usd(550))), usd(550));
    assert_eq!(world.does("olga", repay(usd(1_000))), usd(50));
}

#[test]
fn what_is_not_owed_is_not_repaid() {
    let world = World::funded();
    let position = world.open("olga", eth(8));
    world.provide_cash("olga", usd(600));
    let repay = || world.vault().repay(position, usd(600));
    world.refuses("olga", repay(), VaultError::NothingOwed);
    world.does("olga", world.vault().draw(position, usd(600)));
    world.does("olga", repay());
    world.refuses("olga", repay(), VaultError::NothingOwed);
}

#[test]
fn without_a_price_nothing_is_drawn_and_no_collateral_of_a_debtor_returns() {
    let (world, position) = World::lent();
    world.outlive_reports();
    world.refuses("olga", world.vault().draw(position, usd(1)), frozen());
    world.refuses(
        "olga",
        world.vault().withdraw_collateral(position, 1),
        frozen(),
    );
    assert_eq!(world.reads(world.vault().price(ETH)), Err(frozen()));
    let view = world.reads(world.servicing().position(position)).unwrap();
    assert_eq!(view.collateral_value, None);
}

#[test]
fn collateral_worth_more_than_128_bits_carries_nothing() {
    let world = World::funded();
    let position = world.open("olga", 1 << 110);
    world.quote_ether(Price(u128::MAX));
    // 2^110 × (2^128 − 1) ÷ 10^30 base units of cash.
    let beyond = || VaultError::Math(MathError::Overflow);
    world.refuses("olga", world.vault().draw(position, usd(50)), beyond());
    assert_eq!(
        world.reads(world.servicing().position(position)),
        Err(beyond())
    );
    world.does(
        "olga",
        world.vault().withdraw_collateral(position, 1 << 110),
    );
}

#[test]
fn without_parameters_nothing_is_drawn() {
    let world = World::funded();
    let unknown = VaultError::from(ParametersError::UnknownCollateral);
    let (mut vault, position) = vault_with(&world, NO_TYPE, |terms| {
        terms.collateral.push(terms.collateral[0]);
    });
    world.refuses("olga", vault.call_mut().draw(position, usd(50)), unknown);
}

#[test]
fn an_asset_that_the_oracle_does_not_know_has_no_price() {
    let world = World::funded();
    let unknown = || VaultError::from(OracleError::UnknownAsset);
    let (mut vault, position) =
        vault_with(&world, ETH, |terms| terms.collateral[0].asset = AssetId(9));
    world.refuses("olga", vault.call_mut().draw(position, usd(50)), unknown());
    assert_eq!(world.reads(vault.call().price(ETH)), Err(unknown()));
}

#[test]
fn a_vault_of_another_pool_draws_nothing() {
    let world = World::funded();
    let (mut vault, position) = vault_with(&world, ETH, |_| ());
    let draw = vault.call_mut().draw(position, usd(50));
    world.refuses("olga", draw, VaultError::from(PoolError::NotTheVault));
}

#[test]
fn peers_that_are_no_contracts_lend_nothing_and_give_collateral_back() {
    assert_no_draw(|_| NOBODY, || CallError::Trapped);
}

#[test]
fn peers_that_are_other_contracts_lend_nothing_and_give_collateral_back() {
    assert_no_draw(|world| world.deal.cash, || CallError::NotUnderstood);
}

#[track_caller]
fn assert_no_draw(peer: impl Fn(&World) -> AccountId, error: impl Fn() -> CallError) {
    let world = World::funded();
    let wrong: [fn(&mut VaultTerms, AccountId); 3] = [
        |terms, peer| terms.oracle = peer,
        |terms, peer| terms.parameters = peer,
        |terms, peer| terms.pool = peer,
    ];
    for wire in wrong {
        let (mut vault, position) = vault_with(&world, ETH, |terms| wire(terms, peer(&world)));
        let draw = vault.call_mut().draw(position, usd(50));
        world.refuses("olga", draw, VaultError::Call(error()));
        world.does(
            "olga",
            vault.call_mut().withdraw_collateral(position, eth(8)),
        );
    }
}

#[test]
fn nobody_but_the_engine_seizes_and_sells() {
    let (world, position) = World::lent();
    world.quote(90, 5_000);
    world.provide_cash("mallory", usd(1_000));
    for who in ["mallory", "olga", "Deployer", "governor"] {
        let seize = world.servicing().seize(position, CUT);
        world.refuses(who, seize, VaultError::NotTheEngine);
        let sell = world.vault().sell(NO_LOT, sale(&world, eth(8), 0));
        world.refuses(who, sell, VaultError::NotTheEngine);
    }
}

#[test]
fn without_an_engine_nobody_seizes() {
    let world = World::unbound();
    let seize = world.servicing().seize(NO_POSITION, CUT);
    world.refuses("Deployer", seize, VaultError::NotTheEngine);
    let sell = world.vault().sell(NO_LOT, sale(&world, 0, 0));
    world.refuses("Deployer", sell, VaultError::NotTheEngine);
}

#[test]
fn the_engine_seizes_only_unhealthy_positions() {
    let world = World::with_manned_engine().fund();
    let position = world.borrow("olga", eth(8), usd(600));
    let seize = |position| world.servicing().seize(position, CUT);
    world.refuses("engine", seize(NO_POSITION), VaultError::UnknownPosition);
    // 8 × 100 × 80 % = 640.
    let healthy = VaultError::Healthy {
        debt: usd(600),
        limit: usd(640),
    };
    world.refuses("engine", seize(position), healthy);
    let unborrowed = world.open("omar", eth(1));
    world.refuses("engine", seize(unborrowed), VaultError::NothingOwed);
    world.quote(90, 5_000);
    world.outlive_reports();
    world.refuses("engine", seize(position), frozen());
    world.quote(90, 5_000);
    world.does("engine", seize(position));
    world.refuses("engine", seize(position), VaultError::NothingOwed);
}

#[test]
fn a_debt_at_the_limit_is_healthy() {
    let world =
        World::with(|sheet| sheet.collateral[0].terms.loans.annual_rate = Ratio::ZERO).fund();
    world.quote(130, 5_000);
    let position = world.borrow("olga", milli_eth(6_250), usd(600));
    world.quote(120, 5_000);
    // 6.25 × 120 × 80 % = 600.
    let healthy = VaultError::Healthy {
        debt: usd(600),
        limit: usd(600),
    };
    let liquidate = || world.engine().liquidate(ETH, position);
    world.refuses("kim", liquidate(), EngineError::from(healthy));
    world.quote(119, 5_000);
    world.does("kim", liquidate());
}

#[test]
fn the_engine_sells_only_what_is_seized_and_owed() {
    let world = World::with_manned_engine().fund();
    let position = world.borrow("olga", eth(8), usd(600));
    let sell = |lot, collateral, debt| world.vault().sell(lot, sale(&world, collateral, debt));
    world.refuses("engine", sell(NO_LOT, 1, 1), VaultError::UnknownLot);
    world.quote(90, 5_000);
    let seizure = world.does("engine", world.servicing().seize(position, CUT));
    let (lot, owed) = (seizure.lot, seizure.debt);
    let too_much = VaultError::InsufficientCollateral;
    world.refuses("engine", sell(lot, eth(8) + 1, 1), too_much);
    world.refuses("engine", sell(lot, eth(8), owed + 1), VaultError::Overpaid);
    let unpaid = PoolError::Token(PSP22Error::InsufficientAllowance.into());
    let refused = VaultError::from(unpaid);
    world.refuses("engine", sell(lot, eth(8), owed), refused);
}
