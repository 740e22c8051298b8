//! A deal as large as a deal gets: five classes, sixteen types of collateral, and many of everybody. What each message
//! costs there beside one with hardly anybody, what an account leaves as a deposit for storage, and how many blocks it
//! takes until all have ordered their exit and got their cash.

use std::fmt::{Debug, Write};

use e2e_tests::*;
use finance::{Ratio, MAX_TRANCHES};
use ink::codegen::TraitCallBuilder;
use interfaces::async_vault::AsyncVault;
use interfaces::collateral_vault::CollateralVault;
use interfaces::liquidation_engine::LiquidationEngine;
use interfaces::transfer_agent::TransferAgent;
use interfaces::types::{
    AccountId, AssetId, AuctionId, Balance, CollateralId, PositionId, TrancheId,
};
use psp22::PSP22;
use scale::Decode;
use simulator::chain::{Message, Weight, ENDOWMENT};
use simulator::contracts::Psp22;
use simulator::input::term_sheet::TermSheet;

use crate::snapshots;

const TYPES: u32 = 16;
/// What all holders together bring, and what is lent of it.
const CASH: Balance = 1_000_000_000_000;
const LENT: Balance = 600_000_000_000;
/// What a block may hold: two seconds of computation and 5 MiB of proof, of which ordinary transactions get three
/// quarters.
const BLOCK: Weight = Weight::from_parts(1_500_000_000_000, 5 * 1024 * 1024 * 3 / 4);

/// How many there are.
#[derive(Clone, Copy)]
struct Size {
    holders: u32,
    positions: u32,
    auctions: u32,
}

const SMALL: Size = Size {
    holders: 10,
    positions: 16,
    auctions: 2,
};

/// What was sent, in the order of the day.
#[derive(Default)]
struct Measured {
    /// Every kind of message, and the weight of the last one.
    last: Vec<(&'static str, Weight)>,
    /// Of the orders and claims of the exit of all holders, and of the settlement between.
    exit: Weight,
    /// Base units of the native token that a holder leaves for his order, and for the tokens he claimed.
    deposits: [u128; 2],
}

struct Load {
    world: World,
    measured: Measured,
}

fn enlarge(sheet: &mut TermSheet) {
    let middle = sheet.tranches[1].clone();
    while sheet.tranches.len() < MAX_TRANCHES {
        let mut class = middle.clone();
        class.name = format!("Class {}", sheet.tranches.len());
        class.token.symbol = format!("SLC-{}", sheet.tranches.len());
        class.terms.minimum_subordination = Ratio::ZERO;
        sheet.tranches.insert(2, class);
    }
    for tranche in &mut sheet.tranches {
        tranche.terms.cap = CASH;
    }
    let terms = &mut sheet.collateral[0].terms;
    terms.loans.debt_ceiling = CASH;
    terms.loans.whole_below = CASH;
    terms.auctions.debt_limit = CASH;
    terms.auctions.total_limit = CASH;
    let ether = sheet.collateral[0].clone();
    sheet.collateral = (0..TYPES)
        .map(|number| {
            let mut collateral = ether.clone();
            collateral.asset = format!("asset-{number}");
            collateral
        })
        .collect();
}

impl Load {
    /// All enter, borrow, fall into auction and leave.
    fn of(size: Size) -> Measured {
        let mut load = Self {
            world: World::with(enlarge),
            measured: Measured::default(),
        };
        load.enter(size.holders);
        load.borrow(size.positions);
        load.liquidate(size.auctions);
        load.leave(size.holders);
        load.measured
    }

    fn enter(&mut self, holders: u32) {
        let (cash, agent) = (self.world.deal.cash, self.world.deal.agent);
        let amount = CASH / Balance::from(holders);
        for (owner, class) in self.holders(holders) {
            self.provide(cash, owner, agent, amount);
            let order = self.world.orders();
            let order = { order }.request_deposit(class, amount, owner, AT_ANY_PRICE);
            let before = self.native(owner);
            self.sends("request_deposit", owner, order);
            self.measured.deposits[0] = before - self.native(owner);
        }
        self.close("close_epoch, all enter");
        for (owner, class) in self.holders(holders) {
            self.sends(
                "claim of tokens",
                owner,
                self.world.orders().claim(class, owner),
            );
        }
        let holders = self.holders(holders);
        self.measured.deposits[1] = ENDOWMENT - self.native(holders[holders.len() - 1].0);
    }

    /// By forty originators, in all types.
    fn borrow(&mut self, positions: u32) {
        self.quote(100);
        let draw = LENT / Balance::from(positions);
        // 75 % of a price of 100, in base units.
        let collateral = draw * 1_000_000_000_000 / 75 + 1;
        for number in 0..positions {
            let owner = self
                .world
                .chain
                .account(&format!("originator {}", number % 40));
            let id = CollateralId(number % TYPES);
            let token = self.world.deal.collateral_token(id);
            self.provide(token, owner, self.world.deal.vault, collateral);
            let position = self.sends("open", owner, self.world.vault().open(id, collateral));
            self.sends("draw", owner, self.world.vault().draw(position, draw));
        }
        let first = self.world.chain.account("originator 0");
        self.provide(self.world.deal.cash, first, self.world.deal.pool, usd(1));
        self.sends(
            "repay",
            first,
            self.world.vault().repay(PositionId(0), usd(1)),
        );
    }

    fn liquidate(&mut self, auctions: u32) {
        self.quote(85);
        let keeper = self.world.chain.account("keeper");
        self.world.provide_cash("keeper", LENT);
        for number in 0..auctions {
            let id = CollateralId(number % TYPES);
            let liquidate = self.world.engine().liquidate(id, PositionId(number));
            self.sends("liquidate", keeper, liquidate);
        }
        let last = AuctionId(auctions - 1);
        for (what, wanted) in [
            ("take, a part", milli_eth(1)),
            ("take, the rest", Balance::MAX),
        ] {
            let take = self.world.engine().take(last, wanted, ANY_PRICE, NEVER);
            self.sends(what, keeper, take);
        }
    }

    fn leave(&mut self, holders: u32) {
        // What was sent last.
        let sum = |load: &mut Self| {
            let (_, weight) = load.measured.last[load.measured.last.len() - 1];
            load.measured.exit += weight;
        };
        for (owner, class) in self.holders(holders) {
            let held = Psp22::from(self.world.deal.tranche_token(class));
            let held = self.world.reads(held.call().balance_of(owner));
            let order = self.world.orders();
            let order = { order }.request_redeem(class, held, owner, AT_ANY_PRICE);
            self.sends("request_redeem", owner, order);
            sum(self);
        }
        self.close("close_epoch, all leave");
        sum(self);
        for (owner, class) in self.holders(holders) {
            if self
                .world
                .reads(self.world.orders().order(class, owner))
                .unwrap()
                .claimable_cash
                > 0
            {
                self.sends(
                    "claim of cash",
                    owner,
                    self.world.orders().claim(class, owner),
                );
                sum(self);
            }
        }
    }

    /// Everybody, and the class he is in.
    fn holders(&self, count: u32) -> Vec<(AccountId, TrancheId)> {
        let account = |number| self.world.chain.account(&format!("holder {number}"));
        let classes = (0..self.world.deal.tranches.len() as u32)
            .map(TrancheId)
            .cycle();
        (0..count).map(account).zip(classes).collect()
    }

    fn native(&self, account: AccountId) -> Balance {
        self.world.chain.native_balance(account)
    }

    fn provide(&self, token: AccountId, owner: AccountId, spender: AccountId, amount: Balance) {
        let (deal, chain) = (&self.world.deal, &self.world.chain);
        deal.mint(chain, token, owner, amount).unwrap();
        deal.approve(chain, token, owner, spender, amount).unwrap();
    }

    /// All feeders report the same price of all types, in whole dollars.
    fn quote(&self, whole: u128) {
        self.world.chain.advance(finance::Period::from_secs(1));
        for asset in (0..TYPES).map(AssetId) {
            self.world.report(asset, price(whole));
        }
    }

    fn close(&mut self, what: &'static str) {
        self.world.end_epoch();
        self.quote(85);
        let anybody = self.world.chain.account("anybody");
        self.sends(what, anybody, self.world.agent().close_epoch());
    }

    fn sends<T: Decode, E: Decode + Debug>(
        &mut self,
        what: &'static str,
        actor: AccountId,
        message: impl Into<Message<Result<T, E>>>,
    ) -> T {
        let called = self.world.chain.execute(actor, message).unwrap();
        let last = &mut self.measured.last;
        last.retain(|(known, _)| *known != what);
        last.push((what, called.weight));
        called.answer
    }
}

impl Measured {
    /// No message costs more than two hundredths beyond what it costs among few.
    fn assert_flat(&self, few: &Self) {
        for ((what, weight), (_, among_few)) in self.last.iter().zip(&few.last) {
            let ratio = weight.ref_time() as f64 / among_few.ref_time() as f64;
            assert!(ratio <= 1.02, "{what}: {ratio:.4} times the computation");
            let ratio = weight.proof_size() as f64 / among_few.proof_size() as f64;
            assert!(ratio <= 1.02, "{what}: {ratio:.4} times the proof");
        }
    }

    fn table(&self, size: Size) -> String {
        let mut text = String::new();
        let Size {
            holders,
            positions,
            auctions,
        } = size;
        writeln!(
            text,
            "{holders} holders in {MAX_TRANCHES} classes, {positions} positions in {TYPES} types, {auctions} auctions\n"
        )
        .unwrap();
        for (what, weight) in &self.last {
            let (time, proof) = (weight.ref_time() as f64 / 1e9, weight.proof_size() / 1_024);
            writeln!(text, "{what:<26}{time:>8.3} ms {proof:>6} KiB").unwrap();
        }
        let part = |part: u64, whole: u64| part.div_ceil(whole);
        let blocks = part(self.exit.ref_time(), BLOCK.ref_time())
            .max(part(self.exit.proof_size(), BLOCK.proof_size()));
        let [order, holder] = self.deposits;
        writeln!(
            text,
            "\nblocks in which all order their exit, are settled and claim: {blocks}"
        )
        .unwrap();
        writeln!(
            text,
            "deposit for an order, in base units of the native token: {order}"
        )
        .unwrap();
        writeln!(text, "and for tokens that were claimed: {holder}").unwrap();
        text
    }
}

#[test]
fn messages_cost_the_same_among_few_and_among_many() {
    let many = Size {
        holders: 300,
        positions: 100,
        auctions: 32,
    };
    Load::of(many).assert_flat(&Load::of(SMALL));
}

#[test]
#[ignore = "takes minutes: scripts/load.sh"]
fn a_deal_of_ten_thousand_holders_costs_what_is_published() {
    let many = Size {
        holders: 10_000,
        positions: 1_000,
        auctions: 64,
    };
    let measured = Load::of(many);
    measured.assert_flat(&Load::of(SMALL));
    let table = measured.table(many);
    print!("{table}");
    snapshots::compare("load.txt", &table, 0.0);
}
