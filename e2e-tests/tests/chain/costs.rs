//! How costs grow: not with the number of holders, hardly with time, and never far beyond a transfer of a plain
//! token.

use std::fmt::Write;
use std::path::Path;

use e2e_tests::*;
use finance::{Period, Price};
use ink::codegen::TraitCallBuilder;
use ink::env::call::{build_create, ExecutionInput, Selector};
use ink::primitives::{AccountId, Hash};
use ink::selector_bytes;
use ink_e2e::{alice, bob, ContractsBackend};
use interfaces::async_vault::{AsyncVault, Conditions};
use interfaces::collateral_vault::CollateralVault;
use interfaces::liquidation_engine::LiquidationEngine;
use interfaces::parameters::Parameters;
use interfaces::tranche_pool::Settlement;
use interfaces::transfer_agent::TransferAgent;
use interfaces::types::Balance;
use psp22::PSP22;
use simulator::chain::Called;
use simulator::contracts::Psp22;

use crate::snapshots;

type Client = ink_e2e::SandboxClient<AccountId, Hash, ink_e2e::DefaultSandbox>;

/// What a transfer of the reference token costs in computation: the contract of the crate `psp22` 2.0.0 as it is
/// published, built by `cargo contract build --release` into `snapshots/psp22.wasm`.
async fn reference_transfer() -> u64 {
    let code = Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots/psp22.wasm");
    let mut client = Client::new([code]);
    let arguments = (1_000u128, None::<String>, None::<String>, 0u8);
    let new = ExecutionInput::new(Selector::new(selector_bytes!("new"))).push_arg(arguments);
    let mut constructor = build_create::<Psp22>().exec_input(new).returns::<Psp22>();
    let deployed = client
        .instantiate("psp22", &alice(), &mut constructor)
        .submit()
        .await;
    let mut token = Psp22::from(deployed.unwrap().account_id);
    let bob = AccountId::from(bob().public_key().0);
    let transfer = token.call_mut().transfer(bob, 400, vec![]);
    let tried = client.call(&alice(), &transfer).dry_run().await.unwrap();
    let cost = tried.exec_result.gas_consumed.ref_time();
    assert_eq!(tried.return_value(), Ok(()));
    cost
}

fn ref_time<T>(called: &Called<T>) -> u64 {
    called.weight.ref_time()
}

/// What messages cost at most, in tenths of a transfer of the reference token.
const REQUEST: u64 = 35;
const CLAIM: u64 = 30;
const SETTLEMENT: u64 = 105;
const COVERED: u64 = 125;
const DRAW: u64 = 70;
const REPAY: u64 = 55;
const LIQUIDATE: u64 = 80;
const TAKE_PART: u64 = 90;
const TAKE_REST: u64 = 110;
const LENDING: u64 = 6;

/// Each message and its cost beside the most that it may cost, as published in the snapshot.
#[derive(Default)]
struct Table {
    reference: u64,
    lines: String,
}

impl Table {
    fn note(&mut self, what: &str, cost: u64, goal: u64) {
        let cost = cost as f64 / self.reference as f64;
        let goal = goal as f64 / 10.0;
        assert!(
            cost <= goal,
            "{what} costs {cost:.2} transfers: above {goal}"
        );
        writeln!(self.lines, "{what:<40}{cost:>6.2}  (most {goal})").unwrap();
    }
}

#[tokio::test]
async fn costs_relative_to_a_transfer_of_a_plain_token_are_as_published() {
    let mut table = Table {
        reference: reference_transfer().await,
        ..Table::default()
    };
    let mut note = |what: &str, cost, goal| table.note(what, cost, goal);
    let world = World::deployed();
    world.deposit("cal", JUNIOR, usd(300));
    let ann = world.account("ann");
    let at_par = Conditions {
        limit: Some(Price::ONE),
        until: Some(9),
    };
    for (what, tranche, conditions) in [
        ("request_deposit", SENIOR, AT_ANY_PRICE),
        ("request_deposit with a limit", MEZZANINE, at_par),
    ] {
        world.provide(world.deal.cash, "ann", world.deal.agent, usd(300));
        let order = world
            .orders()
            .request_deposit(tranche, usd(300), ann, conditions);
        note(what, ref_time(&world.sends("ann", order)), REQUEST);
    }
    world.end_epoch();
    let close = world.sends("anybody", world.agent().close_epoch());
    let tranches = &close.answer.tranches;
    assert!(tranches.iter().all(|class| class.fill.minted > 0));
    note(
        "close_epoch, three classes enter",
        ref_time(&close),
        SETTLEMENT,
    );
    let claim = world.sends("ann", world.orders().claim(SENIOR, ann));
    note("claim of tokens", ref_time(&claim), CLAIM);

    let order = world
        .orders()
        .request_redeem(SENIOR, usd(100), ann, AT_ANY_PRICE);
    note(
        "request_redeem",
        ref_time(&world.sends("ann", order)),
        REQUEST,
    );
    world.quote(100, 5_000);
    world.borrow("olga", eth(8), usd(400));
    world.end_epoch();
    world.repeat_prices();
    let close = world.sends("anybody", world.agent().close_epoch());
    assert!(close.answer.tranches[0].fill.burned > 0);
    note(
        "close_epoch, one class leaves",
        ref_time(&close),
        SETTLEMENT,
    );
    let claim = world.sends("ann", world.orders().claim(SENIOR, ann));
    note("claim of cash", ref_time(&claim), CLAIM);
    let covered = crate::insurance::settlement_with_cover();
    note("close_epoch, with cover", ref_time(&covered), COVERED);
    let goals = [
        ("draw", DRAW),
        ("repay", REPAY),
        ("liquidate", LIQUIDATE),
        ("take, a part", TAKE_PART),
        ("take, the rest", TAKE_REST),
    ];
    for ((what, goal), cost) in goals.into_iter().zip(loans_among(1)) {
        note(what, cost, goal);
    }
    let lending = world.parameters().lending(ETH, ann);
    note(
        "lending, all parameters of a loan",
        ref_time(&world.sends("anybody", lending)),
        LENDING,
    );
    snapshots::compare("costs.txt", &table.lines, 0.01);
}

/// What it costs to draw, to repay, to start a liquidation, and to take a part and the rest, where so many positions
/// are open.
fn loans_among(positions: u32) -> [u64; 5] {
    let world = World::funded();
    for _ in 1..positions {
        world.open("others", eth(1));
    }
    let position = world.open("olga", eth(8));
    let draw = world.sends("olga", world.vault().draw(position, usd(600)));
    world.provide_cash("olga", usd(10));
    let repay = world.sends("olga", world.vault().repay(position, usd(10)));
    world.quote(88, 5_000);
    let started = world.sends("kim", world.engine().liquidate(ETH, position));
    world.provide_cash("tess", usd(1_000));
    let take = |wanted| {
        let take = world
            .engine()
            .take(started.answer, wanted, ANY_PRICE, NEVER);
        world.sends("tess", take)
    };
    let (part, rest) = (take(eth(1)), take(eth(8)));
    // The rest pays the penalty as well.
    assert!(world.reads(world.engine().owed(world.account("reserve"))) > 0);
    let loans = [ref_time(&draw), ref_time(&repay), ref_time(&started)];
    let takes = [ref_time(&part), ref_time(&rest)];
    [loans.as_slice(), &takes].concat().try_into().unwrap()
}

#[test]
fn loans_and_liquidations_cost_the_same_for_one_position_and_for_a_thousand() {
    let (one, thousand) = (loans_among(1), loans_among(1_000));
    for (one, thousand) in one.into_iter().zip(thousand) {
        let ratio = thousand as f64 / one as f64;
        println!("{ratio:.4} times the computation");
        assert!(ratio <= 1.02, "{ratio}");
    }
}

/// A settlement in which so many people enter the senior class and leave the junior in part; the amounts are the
/// same in sum.
fn settlement_of(people: Balance) -> Called<Settlement> {
    let world = World::funded();
    let name = |number: Balance| format!("holder {number}");
    for number in 0..people {
        world.deposit(&name(number), JUNIOR, usd(1_000) / people);
    }
    world.close_epoch();
    world.repeat_prices();
    world.borrow("olga", eth(8), usd(600));
    for number in 0..people {
        let who = name(number);
        world.redeem(&who, JUNIOR, usd(1_000) / people);
        world.deposit(&who, SENIOR, usd(1_000) / people);
    }
    world.end_epoch();
    world.repeat_prices();
    let close = world.sends("anybody", world.agent().close_epoch());
    let tranches = &close.answer.tranches;
    assert!(tranches[0].fill.deposited > 0);
    assert!((1..usd(1_000)).contains(&tranches[2].fill.burned));
    close
}

#[test]
fn a_settlement_costs_the_same_for_one_holder_and_for_a_thousand() {
    let (one, thousand) = (settlement_of(1), settlement_of(1_000));
    let ratio = ref_time(&thousand) as f64 / ref_time(&one) as f64;
    println!("{ratio:.4} times the computation");
    assert!(ratio <= 1.02, "{ratio}");
    let proof = |called: &Called<Settlement>| called.weight.proof_size() as f64;
    let ratio = proof(&thousand) / proof(&one);
    assert!(ratio <= 1.02, "{ratio}");
}

#[test]
fn a_settlement_costs_hardly_more_after_a_thousand_epochs_that_nobody_closed() {
    let after = |skipped: u64| {
        let (world, _) = World::lent();
        world.deposit("dan", JUNIOR, usd(10));
        world.redeem("ann", SENIOR, usd(10));
        world.chain.advance(Period(DAY.0 * skipped));
        world.end_epoch();
        world.repeat_prices();
        world.sends("anybody", world.agent().close_epoch())
    };
    let (one, thousand) = (after(1), after(1_000));
    assert!(thousand.answer.tranches[0].fill.burned > 0);
    let ratio = ref_time(&thousand) as f64 / ref_time(&one) as f64;
    println!("{ratio:.4} times the computation");
    assert!(ratio <= 1.1, "{ratio}");
}
