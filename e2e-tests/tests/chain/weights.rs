//! What messages cost, and how often they call each kind of function of the chain. Weights depend on the contracts and
//! their compiler, not on the machine: a change of one shows up in review as a change of the snapshot.

use std::env;
use std::fmt::{Debug, Display, Write};

use e2e_tests::proposals::{action, payload};
use e2e_tests::*;
use finance::distribution::Policy;
use finance::governance::ballot::Vote;
use finance::{Period, Price, Ratio};
use ink::codegen::TraitCallBuilder;
use interfaces::async_vault::{AsyncVault, Conditions};
use interfaces::collateral_vault::{CollateralVault, LoanServicing};
use interfaces::compliance::{ComplianceRegistry as _, Statement, Tranches};
use interfaces::configurator::Configurator;
use interfaces::governance_token::{Delegation as _, Locker as _};
use interfaces::governor::{Governor as _, Payload};
use interfaces::insurance_fund::InsuranceFund;
use interfaces::liquidation_engine::LiquidationEngine;
use interfaces::oracle_adapter::OracleAdapter;
use interfaces::parameters::{Parameter, Parameters};
use interfaces::test_asset::TestAsset;
use interfaces::tranche_pool::TranchePool;
use interfaces::transfer_agent::{Distributions, TransferAgent};
use interfaces::types::{AssetId, Balance, PositionId, TrancheId};
use psp22::PSP22;
use scale::Decode;
use simulator::chain::Message;
use simulator::contracts::{Asset, Delegation, Governor, Locker, Psp22};
use simulator::input::term_sheet::Electorate;

use crate::self_governed::{governed_by, SETTINGS};
use crate::{compliance, insurance, snapshots};

/// Kinds of functions of the chain, as columns of the snapshot. All that are in none of them are `others`: input and
/// result, caller, time, own address, hashes.
const HOST_CALLS: [(&str, &[&str]); 6] = [
    ("calls", &["call"]),
    ("delegated", &["delegate_call"]),
    ("reads", &["get_storage", "contains_storage"]),
    ("writes", &["set_storage"]),
    ("clears", &["clear_storage", "take_storage"]),
    ("events", &["deposit_event"]),
];

/// A deal and what each message in it cost, one line per message.
struct Story {
    world: World,
    weights: String,
    host_calls: String,
}

impl Story {
    /// A deal that is not bound yet, whose senior class is paid coupons.
    fn new() -> Self {
        let world = World::unbound_with(|sheet| {
            sheet.tranches[0].terms.policy = Policy::PayOut;
        });
        let titles = HOST_CALLS.map(|(title, _)| title);
        Self {
            world,
            weights: String::new(),
            host_calls: row("message", titles.into_iter().chain(["others"])),
        }
    }

    /// Sends a message and notes its weight and its calls of the chain.
    fn sends<T: Decode, E: Decode + Debug>(
        &mut self,
        what: &str,
        actor: &str,
        message: impl Into<Message<Result<T, E>>>,
    ) -> T {
        let message = message.into();
        self.counts(what, actor, &message);
        let sent = self.world.sends(actor, message);
        let milliseconds = sent.weight.ref_time() as f64 / 1e9;
        let kibibytes = sent.weight.proof_size() as f64 / 1024.0;
        writeln!(
            self.weights,
            "{what:<40}{milliseconds:>8.3} ms{kibibytes:>8.1} KiB"
        )
        .unwrap();
        sent.answer
    }

    fn counts<R>(&mut self, what: &str, actor: &str, message: &Message<R>) {
        let chain = &self.world.chain;
        let counted = chain
            .host_calls(self.world.account(actor), message)
            .unwrap();
        let listed = HOST_CALLS.map(|(_, names)| counted.of(names));
        let others = counted.total() - listed.iter().sum::<usize>();
        self.host_calls += &row(what, listed.into_iter().chain([others]));
    }

    /// Somebody closes the epoch at its end, at fresh prices.
    fn closes(&mut self, what: &str) {
        self.world.end_epoch();
        self.world.repeat_prices();
        let close = self.world.agent().close_epoch();
        self.sends(what, "anybody", close);
    }

    /// "dan" orders a deposit of cash he is given for it.
    fn dan_deposits(&mut self, what: &str, tranche: TrancheId, amount: Balance, on: Conditions) {
        let (cash, agent) = (self.world.deal.cash, self.world.deal.agent);
        self.world.provide(cash, "dan", agent, amount);
        let dan = self.world.account("dan");
        let order = self
            .world
            .orders()
            .request_deposit(tranche, amount, dan, on);
        self.sends(what, "dan", order);
    }

    fn set_up(&mut self) {
        let deal = &self.world.deal;
        let bind = self
            .world
            .pool()
            .bind(deal.agent, deal.vault, deal.waterfall);
        self.sends("pool bind", "Deployer", bind);
        let bind = self.world.agent().bind(self.world.deal.tranches.clone());
        self.sends("agent bind", "Deployer", bind);
        let bind = self.world.servicing().bind(self.world.deal.engine);
        self.sends("vault bind", "Deployer", bind);
        let report = self.world.oracle().report(AssetId(0), price(99), START);
        self.sends("oracle report", "feeder one", report);
        let higher = Ratio::from_bps(1_500).0;
        let configurator = || self.world.configurator();
        let set = configurator().set(ETH.into(), Parameter::Haircut, higher);
        self.sends("configurator set", "governor", set);
        let olga = self.world.account("olga");
        let lending = self.world.parameters().lending(ETH, olga);
        self.sends("parameters lending", "anybody", lending);
        let auction = self.world.parameters().auction(ETH);
        self.sends("parameters auction", "anybody", auction);
    }

    fn invest(&mut self) {
        let (ann, dan) = (self.world.account("ann"), self.world.account("dan"));
        let (cash, agent) = (self.world.deal.cash, self.world.deal.agent);
        let mint = Asset::from(cash).call_mut().mint_to(ann, usd(600));
        self.sends("asset mint_to", "ann", mint);
        let approve = Psp22::from(cash).call_mut().approve(agent, usd(600));
        self.sends("asset approve", "ann", approve);
        let set = self.world.orders().set_operator(dan, true);
        self.sends("agent set_operator", "ann", set);
        let orders = || self.world.orders();
        let order = orders().request_deposit(SENIOR, usd(600), ann, AT_ANY_PRICE);
        self.sends("agent request_deposit", "ann", order);
        self.world.deposit("ben", MEZZANINE, usd(250));
        self.world.deposit("cal", JUNIOR, usd(150));
        self.dan_deposits(
            "agent request_deposit, another",
            JUNIOR,
            usd(9),
            AT_ANY_PRICE,
        );
        let cancel = self.world.orders().cancel_deposit(JUNIOR, dan);
        self.sends("agent cancel_deposit", "dan", cancel);
        let at_par = Conditions {
            limit: Some(Price::ONE),
            until: Some(9),
        };
        self.dan_deposits(
            "agent request_deposit, with a limit",
            JUNIOR,
            usd(9),
            at_par,
        );
        self.world.cut_off();
        let late = AT_ANY_PRICE;
        self.dan_deposits("agent request_deposit, late", MEZZANINE, usd(9), late);
        let cancel = self.world.orders().cancel_deposit(JUNIOR, dan);
        self.sends("agent cancel_deposit, late", "dan", cancel);
        self.closes("agent close_epoch, three classes enter");
        let claim = self.world.orders().claim(SENIOR, ann);
        self.sends("agent claim, tokens", "ann", claim);
        let senior = self.world.deal.tranche_token(SENIOR);
        let transfer = Psp22::from(senior).call_mut().transfer(dan, usd(1), vec![]);
        self.sends("tranche token transfer", "ann", transfer);
    }

    fn lend(&mut self) {
        self.world.quote(100, 5_000);
        let ether = self.world.deal.collateral_token(ETH);
        self.world
            .provide(ether, "olga", self.world.deal.vault, eth(9));
        let open = self.world.vault().open(ETH, eth(8));
        let position = self.sends("vault open", "olga", open);
        let add = self.world.vault().add_collateral(position, eth(1));
        self.sends("vault add_collateral", "olga", add);
        let draw = self.world.vault().draw(position, usd(500));
        self.sends("vault draw", "olga", draw);
        self.world.provide_cash("olga", usd(100));
        self.world.chain.advance(HOUR);
        let repay = self.world.vault().repay(position, usd(100));
        self.sends("vault repay", "olga", repay);
        self.world.repeat_prices();
        let withdraw = self.world.vault().withdraw_collateral(position, eth(2));
        self.sends("vault withdraw_collateral", "olga", withdraw);
        self.closes("agent close_epoch, a coupon is paid");
        let ann = self.world.account("ann");
        let claim = self.world.distributions().claim_distribution(SENIOR, ann);
        self.sends("agent claim_distribution", "ann", claim);
        let dan = self.world.account("dan");
        let claim = self.world.distributions().claim_all(dan);
        self.sends("agent claim_all", "dan", claim);
    }

    fn liquidate(&mut self) {
        self.world.quote(70, 5_000);
        self.world.provide_cash("tess", usd(1_000));
        let position = PositionId(0);
        let liquidate = self.world.engine().liquidate(ETH, position);
        let auction = self.sends("engine liquidate", "kim", liquidate);
        let take = self.world.engine().take(auction, eth(1), ANY_PRICE, NEVER);
        self.sends("engine take, a part", "tess", take);
        self.world.chain.advance(Period(7 * HOUR.0));
        self.world.quote(70, 5_000);
        let reset = self.world.engine().reset(auction);
        self.sends("engine reset", "kim", reset);
        let take = self.world.engine().take(auction, eth(7), ANY_PRICE, NEVER);
        self.sends("engine take, the rest", "tess", take);
        let reserve = self.world.account("reserve");
        let claim = self.world.engine().claim(reserve);
        self.sends("engine claim", "anybody", claim);
        let reconcile = self.world.pool().reconcile();
        self.sends("pool reconcile", "anybody", reconcile);
    }

    fn leave(&mut self) {
        let ann = self.world.account("ann");
        let orders = || self.world.orders();
        let order = orders().request_redeem(SENIOR, usd(499), ann, AT_ANY_PRICE);
        self.sends("agent request_redeem", "ann", order);
        let cancel = self.world.orders().cancel_redeem(SENIOR, ann);
        self.sends("agent cancel_redeem", "ann", cancel);
        self.world.redeem("ann", SENIOR, usd(100));
        self.closes("agent close_epoch, one class leaves");
        let claim = self.world.orders().claim(SENIOR, ann);
        self.sends("agent claim, cash", "ann", claim);
        self.closes("agent close_epoch, nobody moves");
        let surrender = self.world.agent().surrender(SENIOR, usd(1));
        self.sends("agent surrender", "ann", surrender);
    }

    /// In a deal of its own.
    fn insure(&mut self) {
        self.world = insurance::backed(insurance::RULES, usd(400));
        self.earn_a_premium();
        let fund = || self.world.insurance();
        let (cash, address) = (self.world.deal.cash, self.world.deal.insurance);
        self.world.provide(cash, "iris", address, usd(50));
        let deposit = fund().deposit(usd(50));
        self.sends("insurance deposit, a premium", "iris", deposit);
        let request = self.world.insurance().request_withdrawal(usd(50));
        self.sends("insurance request_withdrawal", "iris", request);
        let position = insurance::loses(&self.world);
        self.closes("agent close_epoch, a loss is covered");
        self.world.provide(cash, "olga", address, usd(10));
        let recover = self.world.insurance().recover(position, usd(10));
        self.sends("insurance recover", "olga", recover);
        let collect = self.world.insurance().collect();
        self.sends("insurance collect", "anybody", collect);
        let iris = self.world.account("iris");
        let claim = self.world.insurance().claim(iris);
        self.sends("insurance claim", "anybody", claim);
        self.world.chain.advance(insurance::RULES.cool_down);
        let withdraw = self.world.insurance().withdraw(0);
        self.sends("insurance withdraw", "iris", withdraw);
    }

    /// In a deal of its own, whose senior class vetoes.
    fn vote(&mut self) {
        self.world = World::with(|sheet| {
            governed_by(Electorate::Residual)(sheet);
            sheet.tranches[0].terms.policy = Policy::PayOut;
        })
        .fund();
        let votes = self.world.deal.governance.votes.clone().unwrap();
        let veto = votes.vetoes[0];
        for (who, class, locker) in [("cal", JUNIOR, votes.electorate), ("ann", SENIOR, veto)] {
            self.world.claim(who, class);
            let token = self.world.deal.tranche_token(class);
            let approve = Psp22::from(token).call_mut().approve(locker, usd(150));
            self.world.does(who, approve);
        }
        let lock = Locker::from(votes.electorate).call_mut().lock(usd(150));
        self.world.does("cal", lock);
        let lock = Locker::from(veto).call_mut().lock(usd(150));
        self.sends("locker lock", "ann", lock);
        let position = self.world.borrow("olga", eth(8), usd(300));
        self.world.close_epoch_with_interest(position);
        let (ann, ben) = (self.world.account("ann"), self.world.account("ben"));
        let give = Psp22::from(veto).call_mut().transfer(ben, usd(1), vec![]);
        self.sends("locker transfer", "ann", give);
        let delegate = Delegation::from(veto).call_mut().delegate(ben);
        self.sends("locker delegate", "ann", delegate);
        let claim = Locker::from(veto).call_mut().claim_distribution(ann);
        self.sends("locker claim_distribution", "ann", claim);

        let mut configurator = self.world.configurator();
        let set = configurator.set(ETH.into(), Parameter::BorrowLtv, Ratio::from_bps(7_700).0);
        let payload = payload(vec![action(set)]);
        let another = Payload {
            description: [2; 32],
            ..payload.clone()
        };
        let propose = self.governor().propose(payload.clone());
        let executed = self.sends("governor propose", "cal", propose);
        let vetoed = self.world.does("cal", self.governor().propose(another));
        self.world.chain.advance(Period(HOUR.0 + 1));
        let vote = |id| self.governor().vote(id, Vote::For);
        self.world.does("cal", vote(vetoed));
        let vote = vote(executed);
        self.sends("governor vote", "cal", vote);
        self.world.does("anybody", self.governor().queue(vetoed));
        let queue = self.governor().queue(executed);
        self.sends("governor queue", "anybody", queue);
        self.world.chain.advance(Period(SETTINGS.delay.0 / 2 + 1));
        let veto_it = self.governor().veto(vetoed, 0);
        self.sends("governor veto", "ben", veto_it);
        self.world.chain.advance(SETTINGS.delay);
        let execute = self.governor().execute(executed, payload);
        self.sends("governor execute", "anybody", execute);
        let unlock = Locker::from(veto).call_mut().unlock(usd(149));
        self.sends("locker unlock", "ann", unlock);
    }

    fn governor(&self) -> Messages<Governor> {
        self.world.deal.governance.governor.into()
    }

    /// In a deal of its own, for members only.
    fn admit(&mut self) {
        self.world = compliance::members();
        let eve = self.world.account("eve");
        let statement = Statement {
            account: eve,
            tranches: Tranches::only(SENIOR),
            jurisdiction: compliance::SWITZERLAND,
            until: NEVER,
        };
        let attest = compliance::registry(&self.world).attest(statement);
        self.sends("registry attest", "Custody bank", attest);
        let mut senior = Psp22::from(self.world.deal.tranche_token(SENIOR));
        let give = senior.call_mut().transfer(eve, usd(1), vec![]);
        self.sends("tranche token transfer, to a member", "ann", give);
        let freeze = compliance::registry(&self.world).freeze(eve, true);
        self.sends("registry freeze", "Compliance officer", freeze);
    }

    /// A loan is repaid, of which the pool owes a part of the interest to insurance.
    fn earn_a_premium(&self) {
        let loan = self.world.borrow("oscar", eth(8), usd(200));
        self.world.chain.advance(HOUR);
        self.world.provide_cash("oscar", usd(201));
        let repay = self.world.vault().repay(loan, usd(201));
        self.world.does("oscar", repay);
        self.world.close_epoch();
    }
}

fn row(what: &str, columns: impl Iterator<Item = impl Display>) -> String {
    let columns: String = columns.map(|column| format!("{column:>10}")).collect();
    format!("{what:<40}{columns}\n")
}

/// Whether the contracts were built with the compiler of the snapshot.
fn compiler_is_pinned() -> bool {
    let pinned = include_str!("../../../rust-toolchain.toml");
    let channel = pinned
        .lines()
        .find_map(|line| line.strip_prefix("channel = "));
    let channel = channel.unwrap().trim_matches('"');
    env::var("RUSTUP_TOOLCHAIN").is_ok_and(|toolchain| toolchain.starts_with(channel))
}

#[test]
fn weights_are_as_committed() {
    let mut story = Story::new();
    story.set_up();
    story.invest();
    story.lend();
    story.liquidate();
    story.leave();
    story.insure();
    story.vote();
    story.admit();
    if !compiler_is_pinned() {
        return println!("another compiler than the snapshot's: weights are not compared");
    }
    snapshots::compare("weights.txt", &story.weights, 0.001);
    snapshots::compare("host-calls.txt", &story.host_calls, 0.001);
}
