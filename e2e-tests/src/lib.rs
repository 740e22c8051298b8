//! A deal on an embedded chain in one line, and the verbs of the people around it.
//!
//! Amounts are base units: [`usd`] and [`eth`] make them from whole tokens. The deal is `deal.toml`.

pub mod accounts;
pub mod conformance;
pub mod proposals;
pub mod wiring;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::Debug;
use std::path::Path;

use finance::insurance::Rules;
use finance::{Period, Price, Ratio, Timestamp};
use ink::codegen::TraitCallBuilder;
use interfaces::async_vault::{AsyncVault as _, Conditions, OrderView};
use interfaces::collateral_vault::{CollateralVault, LoanServicing};
use interfaces::liquidation_engine::LiquidationEngine;
use interfaces::oracle_adapter::{OracleAdapter, OracleError};
use interfaces::tranche_pool::Settlement;
use interfaces::transfer_agent::{Distributions as _, TransferAgent};
use interfaces::types::{
    AccountId, AssetId, AuctionId, Balance, CollateralId, PositionId, TrancheId,
};
use scale::Decode;
use simulator::chain::{Called, Chain, Message};
use simulator::contracts::{
    Agent, AsyncVault, Configurator, Distributions, Engine, Fund, Oracle, Parameters, Pool,
    Servicing, TrancheToken, Upgrades, Vault,
};
use simulator::deployment::Deal;
use simulator::input::term_sheet::{Insurance, TermSheet};

pub const SENIOR: TrancheId = TrancheId(0);
pub const MEZZANINE: TrancheId = TrancheId(1);
pub const JUNIOR: TrancheId = TrancheId(2);
pub const ETH: CollateralId = CollateralId(0);
pub const BTC: CollateralId = CollateralId(1);

/// Who reports prices.
pub const FEEDERS: [&str; 3] = ["feeder one", "feeder two", "feeder three"];
/// 11 March 2020, midnight.
pub const START: Timestamp = Timestamp(1_583_884_800_000);
pub const HOUR: Period = Period::from_secs(3_600);
pub const DAY: Period = Period::from_secs(86_400);
pub const YEAR: Period = Period::from_secs(31_536_000);
/// What the oracle answers when every report is too old.
pub const FROZEN: OracleError = OracleError::Frozen {
    reports: 0,
    quorum: 2,
};
/// A deadline that does not pass.
pub const NEVER: Timestamp = Timestamp(u64::MAX);
/// A limit that no asked price reaches.
pub const ANY_PRICE: Price = Price(u128::MAX);
/// An order that takes part at any price, until it is filled or cancelled.
pub const AT_ANY_PRICE: Conditions = Conditions {
    limit: None,
    until: None,
};

/// Base units of `whole` dollars.
pub fn usd(whole: u128) -> Balance {
    whole * 1_000_000
}

/// Base units of `thousandths` of an ether.
pub fn milli_eth(thousandths: u128) -> Balance {
    thousandths * 1_000_000_000_000_000
}

/// Base units of `whole` ether.
pub fn eth(whole: u128) -> Balance {
    milli_eth(whole * 1_000)
}

/// A price of `whole` dollars for a whole token.
pub fn price(whole: u128) -> Price {
    Price(whole * Price::ONE.0)
}

/// The messages of a contract: `world.agent().close_epoch()` is one, ready to be sent.
pub type Messages<Contract> = <Contract as TraitCallBuilder>::Builder;

/// A chain with the test deal on it.
pub struct World {
    pub chain: Chain,
    pub deal: Deal,
    /// Everybody who was ever named.
    names: RefCell<BTreeSet<String>>,
}

impl World {
    /// The deal as deployed: no investor, no loan, no price.
    pub fn deployed() -> Self {
        Self::with(|_| ())
    }

    /// The deal with changed terms, as deployed.
    pub fn with(change: impl FnOnce(&mut TermSheet)) -> Self {
        let mut sheet =
            TermSheet::parse(Path::new("deal.toml"), include_str!("deal.toml")).unwrap();
        change(&mut sheet);
        Self::of(sheet)
    }

    /// Any deal, as deployed.
    pub fn of(sheet: TermSheet) -> Self {
        let chain = Chain::new(START).unwrap();
        let deal = Deal::deploy(&chain, sheet).unwrap();
        let names = RefCell::default();
        Self { chain, deal, names }
    }

    /// The deal with an insurance fund by these rules, which a tenth of all interest is paid to, as deployed.
    pub fn insured(rules: Rules) -> Self {
        Self::with(|sheet| {
            sheet.insurance = Insurance::Fund {
                rules,
                premium: Ratio::from_bps(1_000),
            };
        })
    }

    /// One epoch on: "ann" holds 600 senior, "ben" 250 mezzanine and "cal" 150 junior, unclaimed. Ether
    /// costs 100 and bitcoin 5000.
    pub fn funded() -> Self {
        Self::deployed().fund()
    }

    /// The three investors of [`World::funded`] enter a deal of any terms.
    pub fn fund(self) -> Self {
        self.deposit("ann", SENIOR, usd(600));
        self.deposit("ben", MEZZANINE, usd(250));
        self.deposit("cal", JUNIOR, usd(150));
        self.close_epoch();
        self.quote(100, 5_000);
        self
    }

    /// The funded deal in which "olga" owes 600 against 8 ether, the most that is allowed.
    pub fn lent() -> (Self, PositionId) {
        let world = Self::funded();
        let position = world.borrow("olga", eth(8), usd(600));
        (world, position)
    }

    /// The lent deal after ether fell to 90: 600 > 0.8 × 720, the position is in auction.
    pub fn in_auction() -> (Self, PositionId, AuctionId) {
        let (world, position) = Self::lent();
        world.quote(90, 5_000);
        let auction = world.does("kim", world.engine().liquidate(ETH, position));
        (world, position, auction)
    }

    /// What can be said to the pool.
    pub fn pool(&self) -> Messages<Pool> {
        self.deal.pool.into()
    }

    /// What can be said to the transfer agent about claims in all classes and distributions.
    pub fn distributions(&self) -> Messages<Distributions> {
        self.deal.agent.into()
    }

    /// What can be said to the transfer agent about epochs.
    pub fn agent(&self) -> Messages<Agent> {
        self.deal.agent.into()
    }

    /// What can be said to the transfer agent about orders.
    pub fn orders(&self) -> Messages<AsyncVault> {
        self.deal.agent.into()
    }

    /// What can be said to the token of a tranche.
    pub fn token(&self, tranche: TrancheId) -> Messages<TrancheToken> {
        self.deal.tranche_token(tranche).into()
    }

    /// What can be said to the vault.
    pub fn vault(&self) -> Messages<Vault> {
        self.deal.vault.into()
    }

    /// What can be said to the vault about loans that may not be paid, and read from it.
    pub fn servicing(&self) -> Messages<Servicing> {
        self.deal.vault.into()
    }

    /// What can be said to the liquidation engine.
    pub fn engine(&self) -> Messages<Engine> {
        self.deal.engine.into()
    }

    /// What can be said to the insurance fund. Panics if the deal has none.
    pub fn insurance(&self) -> Messages<Fund> {
        self.deal.insurance.into()
    }

    /// What can be said to the oracle.
    pub fn oracle(&self) -> Messages<Oracle> {
        self.deal.oracle.into()
    }

    /// What can be said to the parameters.
    pub fn parameters(&self) -> Messages<Parameters> {
        self.deal.parameters.into()
    }

    /// What can be said to the configurator.
    pub fn configurator(&self) -> Messages<Configurator> {
        self.deal.configurator.into()
    }

    /// What can be said to the configurator about its code.
    pub fn upgrades(&self) -> Messages<Upgrades> {
        self.deal.configurator.into()
    }

    /// An account by its name.
    pub fn account(&self, name: &str) -> AccountId {
        self.names.borrow_mut().insert(name.to_owned());
        self.chain.account(name)
    }

    /// The accounts of all who were ever named.
    pub fn people(&self) -> Vec<AccountId> {
        let names = self.names.borrow();
        names.iter().map(|name| self.chain.account(name)).collect()
    }

    /// What holds tranche tokens for those who veto with them.
    pub fn lockers(&self) -> Vec<AccountId> {
        let votes = self.deal.governance.votes.as_ref();
        votes.map_or(vec![], |votes| votes.vetoes.clone())
    }

    /// "olga", who alone has borrowed, pays all interest to the end of the epoch, and somebody closes it.
    #[track_caller]
    pub fn close_epoch_with_interest(&self, position: PositionId) -> Settlement {
        self.end_epoch();
        let view = self.reads(self.servicing().position(position)).unwrap();
        let principal = self.reads(self.vault().portfolio()).unwrap().principal;
        let interest = view.debt - principal;
        self.provide_cash("olga", interest);
        self.does("olga", self.vault().repay(position, interest));
        self.close_epoch()
    }

    /// Sends a message that must succeed.
    #[track_caller]
    pub fn does<T: Decode, E: Decode + Debug>(
        &self,
        actor: &str,
        message: impl Into<Message<Result<T, E>>>,
    ) -> T {
        self.sends(actor, message).answer
    }

    /// Sends a message that must succeed; with its events and weight.
    #[track_caller]
    pub fn sends<T: Decode, E: Decode + Debug>(
        &self,
        actor: &str,
        message: impl Into<Message<Result<T, E>>>,
    ) -> Called<T> {
        self.chain.execute(self.account(actor), message).unwrap()
    }

    /// Sends a message that must be refused with exactly this error, and shows that nothing changed.
    #[track_caller]
    pub fn refuses<T: Decode + Debug + PartialEq, E: Decode + Debug + PartialEq>(
        &self,
        actor: &str,
        message: impl Into<Message<Result<T, E>>>,
        error: E,
    ) {
        let actor = self.account(actor);
        let before = self.chain.state_digest();
        let called = self.chain.call(actor, message).unwrap();
        assert_eq!(called.answer, Err(error));
        assert_eq!(called.emitted, []);
        assert_eq!(
            self.chain.state_digest(),
            before,
            "a refused message changed the chain"
        );
    }

    /// What a message that only looks answers.
    #[track_caller]
    pub fn reads<R: Decode>(&self, message: impl Into<Message<R>>) -> R {
        self.chain.read(message).unwrap()
    }

    /// All feeders report new prices, in whole dollars, a second later.
    pub fn quote(&self, eth: u128, btc: u128) {
        self.chain.advance(Period::from_secs(1));
        self.report(AssetId(0), price(eth));
        self.report(AssetId(1), price(btc));
    }

    /// All feeders report a new price of ether, a second later.
    pub fn quote_ether(&self, price: Price) {
        self.chain.advance(Period::from_secs(1));
        self.report(AssetId(0), price);
    }

    /// All feeders report a price as of now.
    pub fn report(&self, asset: AssetId, price: Price) {
        for feeder in FEEDERS {
            let report = self.oracle().report(asset, price, self.chain.now());
            self.does(feeder, report);
        }
    }

    /// Every feeder repeats what he last said, if he said it before now.
    pub fn repeat_prices(&self) {
        let now = self.chain.now();
        for asset in [0, 1].map(AssetId) {
            for (feeder, last) in self.reads(self.oracle().feed(asset)).unwrap().by_feeder() {
                if let Some(last) = last.filter(|last| last.observed_at < now) {
                    let report = self.oracle().report(asset, last.price, now);
                    self.chain.execute(feeder, report).unwrap();
                }
            }
        }
    }

    /// Time runs until every report is a millisecond too old.
    pub fn outlive_reports(&self) {
        let max_age = self.deal.sheet.oracle.max_age;
        self.chain.advance(Period(max_age.0 + 1));
    }

    /// Gives `who` `amount` of a token and lets `spender` take it.
    pub fn provide(&self, token: AccountId, who: &str, spender: AccountId, amount: Balance) {
        let owner = self.account(who);
        self.deal.mint(&self.chain, token, owner, amount).unwrap();
        self.deal
            .approve(&self.chain, token, owner, spender, amount)
            .unwrap();
    }

    /// `who` is given cash that the pool may take, and the engine: for repayments and purchases.
    pub fn provide_cash(&self, who: &str, amount: Balance) {
        let (cash, owner) = (self.deal.cash, self.account(who));
        self.provide(cash, who, self.deal.pool, amount);
        self.deal
            .approve(&self.chain, cash, owner, self.deal.engine, amount)
            .unwrap();
    }

    /// `who` orders a deposit of cash he is given for it.
    pub fn deposit(&self, who: &str, tranche: TrancheId, amount: Balance) {
        self.deposit_on(who, tranche, amount, AT_ANY_PRICE);
    }

    /// [`World::deposit`] on conditions.
    pub fn deposit_on(&self, who: &str, tranche: TrancheId, amount: Balance, on: Conditions) {
        self.provide(self.deal.cash, who, self.deal.agent, amount);
        let owner = self.account(who);
        let order = self.orders().request_deposit(tranche, amount, owner, on);
        self.does(who, order);
    }

    /// `who` orders the redemption of `amount`.
    pub fn redeem(&self, who: &str, tranche: TrancheId, amount: Balance) {
        self.redeem_on(who, tranche, amount, AT_ANY_PRICE);
    }

    /// [`World::redeem`] on conditions.
    pub fn redeem_on(&self, who: &str, tranche: TrancheId, amount: Balance, on: Conditions) {
        let owner = self.account(who);
        let order = self.orders().request_redeem(tranche, amount, owner, on);
        self.does(who, order);
    }

    /// `who` takes back what is unfilled of his deposit. Returns the cash that he gets at once.
    pub fn cancel_deposit(&self, who: &str, tranche: TrancheId) -> Balance {
        let owner = self.account(who);
        self.does(who, self.orders().cancel_deposit(tranche, owner))
    }

    /// `who` takes back what is unfilled of his redemption. Returns the tokens that he gets at once.
    pub fn cancel_redeem(&self, who: &str, tranche: TrancheId) -> Balance {
        let owner = self.account(who);
        self.does(who, self.orders().cancel_redeem(tranche, owner))
    }

    /// Somebody sends `who` what settlements gave him in one tranche.
    pub fn claim(&self, who: &str, tranche: TrancheId) -> OrderView {
        let owner = self.account(who);
        self.does("anybody", self.orders().claim(tranche, owner))
    }

    /// Somebody sends `who` all that settlements gave him and his tokens. Returns the cash.
    pub fn claim_all(&self, who: &str) -> Balance {
        let owner = self.account(who);
        self.does("anybody", self.distributions().claim_all(owner))
    }

    /// Where the orders of `who` stand.
    pub fn order(&self, who: &str, tranche: TrancheId) -> OrderView {
        let owner = self.account(who);
        self.reads(self.orders().order(tranche, owner)).unwrap()
    }

    /// The number of the running epoch.
    pub fn epoch(&self) -> u32 {
        self.reads(self.agent().epoch()).number
    }

    /// Time runs to the end of the epoch.
    pub fn end_epoch(&self) {
        let epoch = self.reads(self.agent().epoch());
        self.chain.advance_to(epoch.ends_at);
    }

    /// Time runs to the cut-off of the epoch: orders are late from now on.
    pub fn cut_off(&self) {
        let epoch = self.reads(self.agent().epoch());
        self.chain.advance_to(epoch.cut_off_at);
    }

    /// Whether anything is owed to the pool.
    pub fn is_lent(&self) -> bool {
        let portfolio = self.reads(self.vault().portfolio()).unwrap();
        portfolio.performing > 0 || portfolio.seized_debt > 0
    }

    /// Time runs to the end of the epoch, feeders repeat themselves if anything is lent, and somebody closes it.
    pub fn close_epoch(&self) -> Settlement {
        self.end_epoch();
        if self.is_lent() {
            self.repeat_prices();
        }
        self.does("anybody", self.agent().close_epoch())
    }

    /// Time runs to the end of the epoch, feeders report, and somebody closes it.
    pub fn close_epoch_at(&self, eth: u128, btc: u128) -> Settlement {
        self.end_epoch();
        self.quote(eth, btc);
        self.does("anybody", self.agent().close_epoch())
    }

    /// `who` opens a position with ether he is given for it.
    pub fn open(&self, who: &str, amount: Balance) -> PositionId {
        self.provide(
            self.deal.collateral_token(ETH),
            who,
            self.deal.vault,
            amount,
        );
        self.does(who, self.vault().open(ETH, amount))
    }

    /// `who` opens a position and draws against it.
    pub fn borrow(&self, who: &str, collateral: Balance, cash: Balance) -> PositionId {
        let position = self.open(who, collateral);
        self.does(who, self.vault().draw(position, cash));
        position
    }

    /// What `who` has of a token.
    pub fn balance(&self, token: AccountId, who: &str) -> Balance {
        self.deal
            .balance(&self.chain, token, self.account(who))
            .unwrap()
    }
}
