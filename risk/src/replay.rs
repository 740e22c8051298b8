//! A deal in the course of prices, by the contracts' own code.
//!
//! Loans, lots, auctions, rewards, the pool, its settlements, the insurance fund and held prices are the state transitions that the
//! contracts run on chain (`collateral_vault`, `liquidation_engine`, `tranche_pool`, `finance`), in integers; only storage and calls are
//! left out. The story is that of the demonstration, and ends alike to the base unit: investors
//! subscribe one epoch before the first row and originators borrow at it; at every row unhealthy and overdue loans are seized, keepers bid, a
//! due epoch settles and people react; while an auction runs keepers look at it every ten minutes; after the last row prices stand
//! still until the auctions are over and one more epoch is settled.
//!
//! What the demonstration has and this has not: feeders that disagree, and the chain itself. What this has besides: a market that
//! forced sales move.

mod engine;
mod keepers;
mod oracle;
mod pool;
mod vault;

use std::path::Path;

use collateral_vault::portfolio::Priced;
use finance::settlement::Phase;
use finance::valuation::Quote;
use finance::{mul_div, MathError, Period, Price, Rounding, Timestamp};
use interfaces::collateral_vault::VaultError;
use interfaces::liquidation_engine::EngineError;
use interfaces::oracle_adapter::Quotation;
use interfaces::tranche_pool::PoolError;
use interfaces::types::AccountId;
use liquidation_engine::auction::Bid;
use term_sheet::{Investor, Mistake, Originator, Reaction, Scenario, TermSheet};

use crate::market::Market;
use crate::YEAR_IN_MILLISECONDS;
use engine::Engine;
use keepers::{Keeper, Outlet};
use oracle::Oracle;
use pool::Pool;
use vault::Vault;

/// How often keepers look at a running auction.
const STEP: Period = Period::from_secs(10 * 60);
/// How long auctions may go on after the last row.
const PATIENCE: Period = Period::from_secs(7 * 24 * 3_600);

/// Prices over time by collateral type of a deal.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Course {
    /// In the order of time.
    pub times: Vec<Timestamp>,
    /// `prices[row × types + type]`; `None` where the collateral did not trade and nobody reports it, which it does in
    /// the first row.
    pub prices: Vec<Option<Price>>,
}

impl Course {
    /// The prices of a history for a deal.
    ///
    /// # Errors
    /// The history has no column for a collateral type, or no price in its first row.
    pub fn of_history(history: &Scenario, sheet: &TermSheet) -> Result<Self, Mistake> {
        let mut columns = Vec::new();
        for collateral in &sheet.collateral {
            let asset = &collateral.asset;
            let column = history
                .column(asset)
                .ok_or_else(|| no_column(&history.file, asset, &history.assets))?;
            let first = history.rows.first().and_then(|row| row.prices[column]);
            first.ok_or_else(|| {
                let message = format!(
                    "column {asset}: the first row must have a price, or nobody could borrow"
                );
                Mistake::in_file(&history.file, message)
            })?;
            columns.push(column);
        }
        let rows = history.rows.iter();
        let prices = rows.flat_map(|row| columns.iter().map(|column| row.prices[*column]));
        Ok(Self {
            prices: prices.collect(),
            times: history.rows.iter().map(|row| row.at).collect(),
        })
    }
}

/// A price of a model, in whole cash per whole token: it has no more than 17 digits anyway.
pub fn price(whole: f64) -> Price {
    Price((whole * 1e18) as u128)
}

fn no_column(file: &Path, asset: &str, known: &[String]) -> Mistake {
    let message = format!(
        "the deal lends against `{asset}` and there is no such column; there are {}",
        known.join(", ")
    );
    Mistake::in_file(file, message)
}

/// How deep the market is that keepers sell into.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Depth {
    /// By collateral type: whole tokens whose sale lowers the price by a factor e; `None` for any depth.
    pub tokens: Vec<Option<f64>>,
    /// Years in which half of that comes back.
    pub half_life: f64,
}

impl Depth {
    /// A market that no sale moves.
    pub fn unlimited(sheet: &TermSheet) -> Self {
        Self {
            tokens: vec![None; sheet.collateral.len()],
            half_life: 1.0,
        }
    }

    /// That of a market file.
    ///
    /// # Errors
    /// The market has no table for a collateral type.
    pub fn of(market: &Market, sheet: &TermSheet) -> Result<Self, Mistake> {
        let types = sheet.collateral.iter();
        let numbers = types.map(|collateral| market.number(&collateral.asset));
        let tokens = numbers.map(|number| Ok(market.assets[number?].depth));
        Ok(Self {
            tokens: tokens.collect::<Result<_, Mistake>>()?,
            half_life: market.impact_half_life,
        })
    }
}

/// What became of a deal. Amounts are base units of cash.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// Most senior class first.
    pub classes: Vec<ClassOutcome>,
    /// The backers of the insurance fund, if there is one: what they staked, earned and have left.
    pub backers: Option<ClassOutcome>,
    /// In the order of the originators.
    pub loans: Vec<LoanRecord>,
    /// Debt ever seized.
    pub seized: u128,
    /// Debt ever written off.
    pub written_off: u128,
    /// Debt that is still in auction or impaired.
    pub unsold: u128,
    /// Paid out of penalties to keepers who started, reset and marked.
    pub rewards: u128,
    /// The rest of the penalties: insurance's.
    pub penalties: u128,
    /// Paid out of fees to whoever closed epochs.
    pub close_rewards: u128,
    /// What the classes had come to at each settlement.
    pub settlements: Vec<Settlement>,
}

/// What became of a loan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LoanRecord {
    /// Ever drawn.
    pub drawn: u128,
    /// Debt of all its lots.
    pub seized: u128,
    /// Debt written off.
    pub lost: u128,
}

/// What became of a class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClassOutcome {
    /// Cash that bought its tokens.
    pub invested: u128,
    /// Cash its holders were paid: coupons, principal, redemptions.
    pub received: u128,
    /// What the tokens left are worth.
    pub value: u128,
}

/// The classes at a settlement.
#[derive(Clone, Debug, PartialEq)]
pub struct Settlement {
    /// When.
    pub at: Timestamp,
    /// The state of the deal afterwards.
    pub phase: Phase,
    /// What the insurance fund paid for losses.
    pub cover: u128,
    /// Most senior first.
    pub classes: Vec<ClassOutcome>,
}

impl ClassOutcome {
    /// What each unit invested has become; one if nothing was.
    pub fn wealth(&self) -> f64 {
        match self.invested {
            0 => 1.0,
            invested => (self.received + self.value) as f64 / invested as f64,
        }
    }

    /// The share of the money invested that is lost.
    pub fn loss(&self) -> f64 {
        (1.0 - self.wealth()).max(0.0)
    }
}

/// What a contract refuses although the story needs it: amounts beyond its range, books that do not balance.
#[derive(Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The vault.
    Vault(Box<VaultError>),
    /// The pool.
    Pool(PoolError),
    /// The engine.
    Engine(EngineError),
    /// Arithmetic.
    Math(MathError),
}

impl Refusal {
    /// Whether books or numbers are at fault, and not what was asked for.
    fn is_fault(&self) -> bool {
        match self {
            Self::Vault(error) => matches!(**error, VaultError::Math(_)),
            Self::Pool(error) => matches!(error, PoolError::Math(_) | PoolError::NotConserved),
            Self::Engine(_) | Self::Math(_) => true,
        }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(f, "the contracts refuse: {self:?}")
    }
}

impl std::error::Error for Refusal {}

macro_rules! refusals {
    ($($error:ty => $refusal:expr),* $(,)?) => {$(
        impl From<$error> for Refusal {
            fn from(error: $error) -> Self {
                $refusal(error)
            }
        }
    )*};
}

refusals!(
    Box<VaultError> => Self::Vault,
    VaultError => |error| Self::Vault(Box::new(error)),
    PoolError => Self::Pool,
    EngineError => Self::Engine,
    MathError => Self::Math,
);

/// Runs `sheet` through `course`.
///
/// # Errors
/// The contracts refuse what the story needs.
pub fn replay(sheet: &TermSheet, depth: &Depth, course: &Course) -> Result<Outcome, Refusal> {
    let types = sheet.collateral.len();
    let Some(first) = course.prices.get(..types) else {
        return Ok(Outcome::default());
    };
    let mut replay = Replay::new(sheet, depth, course, first)?;
    for (at, prices) in course.times.iter().zip(course.prices.chunks(types)) {
        replay.step_to(*at)?;
        replay.row(prices)?;
    }
    replay.run_out()?;
    replay.outcome()
}

struct Replay<'a> {
    sheet: &'a TermSheet,
    now: Timestamp,
    reported_at: Timestamp,
    epoch_ends: Timestamp,
    half_life: f64,
    oracle: Oracle<'a>,
    vault: Vault<'a>,
    engine: Engine,
    pool: Pool,
    outlets: Vec<Outlet>,
    keepers: Vec<Keeper>,
    /// By originator: whether he still means to borrow, what he has of what he borrowed, and when he means to repay.
    borrows: Vec<bool>,
    has: Vec<u128>,
    repays: Vec<Option<Reaction>>,
    redeems: Vec<Option<Reaction>>,
    outcome: Outcome,
}

/// Whose accounts are whose.
const ORIGINATORS: u8 = 1;
const KEEPERS: u8 = 2;

fn account(role: u8, number: usize) -> AccountId {
    let mut bytes = [role; 32];
    bytes[..8].copy_from_slice(&(number as u64).to_le_bytes());
    bytes.into()
}

impl<'a> Replay<'a> {
    /// A deal one epoch before the first row: all investors have subscribed, and feeders are at work.
    fn new(
        sheet: &'a TermSheet,
        depth: &Depth,
        course: &Course,
        first: &[Option<Price>],
    ) -> Result<Self, Refusal> {
        let first_row = course.times.first().copied().unwrap_or_default();
        let now = Timestamp(first_row.0.saturating_sub(sheet.epoch_length.0));
        let mut replay = Self {
            sheet,
            now,
            reported_at: now,
            epoch_ends: now.plus(sheet.epoch_length),
            half_life: depth.half_life,
            oracle: Oracle::new(&sheet.oracle, sheet.collateral.len()),
            vault: Vault::new(sheet, now)?,
            engine: Engine::default(),
            pool: Pool::new(sheet, now)?,
            outlets: outlets(sheet, depth, first)?,
            keepers: sheet.keepers.iter().map(Keeper::new).collect(),
            borrows: vec![true; sheet.originators.len()],
            has: vec![0; sheet.originators.len()],
            repays: sheet.originators.iter().map(|terms| terms.repays).collect(),
            redeems: sheet.investors.iter().map(|terms| terms.redeems).collect(),
            outcome: Outcome {
                loans: vec![LoanRecord::default(); sheet.originators.len()],
                ..Outcome::default()
            },
        };
        replay.subscribe();
        replay.report();
        Ok(replay)
    }

    fn subscribe(&mut self) {
        let investors = self.sheet.investors.iter();
        for (tranche, cash) in investors.flat_map(|investor| &investor.deposits) {
            self.pool.order_deposit(tranche.index(), *cash);
        }
    }

    fn row(&mut self, prices: &[Option<Price>]) -> Result<(), Refusal> {
        for (kind, price) in prices.iter().enumerate() {
            if let Some(price) = price {
                self.outlets[kind].undisturbed = *price;
                self.report_one(kind);
            }
        }
        self.reported_at = self.now;
        self.liquidate()?;
        self.trade()?;
        self.settle_if_due()?;
        self.borrow()?;
        self.react()
    }

    /// Feeders report what the market says.
    fn report(&mut self) {
        (0..self.outlets.len()).for_each(|kind| self.report_one(kind));
        self.reported_at = self.now;
    }

    fn report_one(&mut self, kind: usize) {
        let price = self.outlets[kind].price();
        self.oracle.report(kind, price, self.now);
    }

    /// Lets time pass up to `moment`, in short steps while an auction runs or an epoch ends.
    fn step_to(&mut self, moment: Timestamp) -> Result<(), Refusal> {
        loop {
            let next = self.next_event().min(moment);
            self.pass(next);
            if next == moment {
                return Ok(());
            }
            self.trade()?;
            self.settle_if_due()?;
        }
    }

    fn next_event(&self) -> Timestamp {
        let tick = if self.engine.running.is_empty() {
            Timestamp(u64::MAX)
        } else {
            self.now.plus(STEP)
        };
        if self.now < self.epoch_ends {
            tick.min(self.epoch_ends)
        } else {
            tick
        }
    }

    fn pass(&mut self, moment: Timestamp) {
        let elapsed = moment.since(self.now).0 as f64 / YEAR_IN_MILLISECONDS;
        for outlet in &mut self.outlets {
            outlet.recover(elapsed, self.half_life);
        }
        self.now = moment;
    }

    /// After the last row the market moves no more, but for what keepers sell.
    fn run_out(&mut self) -> Result<(), Refusal> {
        let last = self.now;
        loop {
            // What the limits kept out of auctions, and what these left unpaid.
            self.liquidate()?;
            if self.engine.running.is_empty() || self.now.since(last) >= PATIENCE {
                break;
            }
            self.end_auctions(last)?;
        }
        self.pass(self.epoch_ends.max(self.now.plus(Period(1))));
        self.report();
        self.restore()?;
        self.settle_if_due()
    }

    fn end_auctions(&mut self, last: Timestamp) -> Result<(), Refusal> {
        while !self.engine.running.is_empty() && self.now.since(last) < PATIENCE {
            self.pass(self.now.plus(STEP));
            // Before the last report is too old.
            if self.now.since(self.reported_at).0 >= self.sheet.oracle.max_age.0 / 2 {
                self.report();
            }
            self.trade()?;
            self.settle_if_due()?;
        }
        Ok(())
    }

    /// Seizes from every position that is unhealthy or overdue, as far as there is room in auctions, and impairs the others.
    fn liquidate(&mut self) -> Result<(), Refusal> {
        if self.keepers.is_empty() {
            return Ok(());
        }
        for position in 0..self.has.len() {
            if self.vault.is_due(position, self.now) {
                let keeper = account(KEEPERS, 0);
                self.vault.mark_overdue(position, keeper, self.now)?;
            }
            let quotation = self.quotation(self.vault.kind(position));
            if let Some(quotation) = quotation {
                let low = quotation.low;
                if self.vault.may_be_liquidatable(position, low, self.now)? {
                    self.liquidate_one(position, &quotation)?;
                }
            }
        }
        Ok(())
    }

    fn liquidate_one(&mut self, position: usize, quotation: &Quotation) -> Result<(), Refusal> {
        let kind = self.vault.kind(position);
        let (terms, keeper) = (&self.vault.terms(kind).auctions, account(KEEPERS, 0));
        let cut = self.engine.cut(kind, terms)?;
        let seized = cut.map(|cut| {
            let seized = self.vault.seize(position, cut, quotation, self.now);
            seized.map(|seizure| (seizure, cut.room))
        });
        match seized {
            Some(Ok((seizure, room))) => {
                self.outcome.seized += seizure.debt;
                self.outcome.loans[position].seized += seizure.debt;
                Ok(self.engine.open(&seizure, terms, room, keeper, self.now)?)
            }
            Some(Err(refused)) if refused.is_fault() => Err(refused),
            Some(Err(Refusal::Vault(error))) if *error != VaultError::NoRoom => Ok(()),
            // No room.
            _ => match self.vault.impair(position, keeper, quotation, self.now) {
                Err(refused) if refused.is_fault() => Err(refused),
                _ => Ok(()),
            },
        }
    }

    /// Impaired loans that are sound again count at face from now on.
    fn restore(&mut self) -> Result<(), Refusal> {
        for position in 0..self.has.len() {
            if let Some(quotation) = self.quotation(self.vault.kind(position)) {
                self.vault.restore(position, &quotation, self.now)?;
            }
        }
        Ok(())
    }

    fn quotation(&self, kind: usize) -> Option<Quotation> {
        self.oracle.quotation(kind, self.now)
    }

    /// One look at all auctions by all keepers.
    fn trade(&mut self) -> Result<(), Refusal> {
        for keeper in &mut self.keepers {
            keeper.sell_on(&mut self.outlets, self.now);
        }
        for auction in 0..self.engine.running.len() {
            if self.engine.running[auction].auction.is_stale(self.now)? {
                self.reset(auction)?;
                continue;
            }
            for keeper in 0..self.keepers.len() {
                self.bid(keeper, auction)?;
            }
        }
        self.engine.running.retain(|running| !running.is_over);
        Ok(())
    }

    /// Begins a stale auction anew; one without a price waits for it.
    fn reset(&mut self, auction: usize) -> Result<(), Refusal> {
        let kind = self.engine.running[auction].kind();
        if let Some(quotation) = self.quotation(kind) {
            let (terms, keeper) = (&self.vault.terms(kind).auctions, account(KEEPERS, 0));
            self.engine
                .reset(auction, &quotation, terms, keeper, self.now)?;
        }
        Ok(())
    }

    fn bid(&mut self, number: usize, auction: usize) -> Result<(), Refusal> {
        let running = &self.engine.running[auction];
        if running.is_over {
            return Ok(());
        }
        let (id, kind) = (running.id, running.kind());
        let asked = running.auction.asked(self.now)?;
        let keeper = &mut self.keepers[number];
        let wanted = keeper.wants(&running.auction.0, &self.outlets[kind], asked)?;
        let Some(wanted) = wanted else {
            return Ok(());
        };
        let bid = Bid {
            wanted,
            max_price: asked,
            deadline: self.now,
        };
        let Some(sold) = self.engine.bid(auction, &bid, self.now)? else {
            return Ok(());
        };
        keeper.buy(kind, sold.purchase()?, self.now);
        let sale = sold.sale(account(KEEPERS, number));
        let (pool, oracle) = (&mut self.pool, &self.oracle);
        let (position, lost) = self.vault.sell(pool, oracle, id, &sale, self.now)?;
        self.outcome.written_off += lost;
        self.outcome.loans[position].lost += lost;
        Ok(())
    }

    /// Settles an epoch that is over, once prices are newer than its cut-off.
    fn settle_if_due(&mut self) -> Result<(), Refusal> {
        if self.now < self.epoch_ends || self.pool.is_closed() {
            return Ok(());
        }
        let portfolio = self.vault.portfolio(Priced::Lent, &self.oracle, self.now)?;
        let cut_off = Timestamp(self.epoch_ends.0 - self.sheet.cut_off.0);
        if portfolio.prices_at.is_some_and(|at| at < cut_off) {
            return Ok(());
        }
        let (settlement, reward) = self.pool.settle(portfolio, self.now)?;
        self.outcome.settlements.push(settlement);
        self.outcome.close_rewards += reward;
        if let Some(closer) = self.keepers.first_mut() {
            closer.cash += reward;
        }
        let epoch = self.sheet.epoch_length.0;
        let over = self.now.since(self.epoch_ends).0 / epoch;
        self.epoch_ends = self.epoch_ends.plus(Period((over + 1) * epoch));
        Ok(())
    }

    /// Originators borrow, once, what the pool can lend, as soon as nothing casts doubt on their price.
    fn borrow(&mut self) -> Result<(), Refusal> {
        for number in 0..self.borrows.len() {
            let terms = &self.sheet.originators[number];
            let firm = self.oracle.firm_price(terms.collateral.index(), self.now);
            if let Some(price) = firm.filter(|_| self.borrows[number]) {
                self.borrows[number] = false;
                self.draw(number, terms, price)?;
            }
        }
        Ok(())
    }

    fn draw(&mut self, number: usize, terms: &Originator, price: Price) -> Result<(), Refusal> {
        let value = self.vault.lock(number, terms.amount, price, self.now)?;
        let wanted = terms.draw_ltv.of(value, Rounding::Down)?;
        let portfolio = self.vault.portfolio(Priced::Lent, &self.oracle, self.now)?;
        let amount = wanted.min(self.pool.drawable(portfolio, self.now)?);
        let before = (self.vault.clone(), self.pool.clone());
        let (pool, oracle) = (&mut self.pool, &self.oracle);
        match self
            .vault
            .lend(pool, oracle, number, amount, price, self.now)
        {
            Ok(()) => {
                self.has[number] = amount;
                self.outcome.loans[number].drawn = amount;
            }
            Err(refused) if refused.is_fault() => return Err(refused),
            // He goes without.
            Err(_) => (self.vault, self.pool) = before,
        }
        Ok(())
    }

    fn react(&mut self) -> Result<(), Refusal> {
        for number in 0..self.redeems.len() {
            let due = |reaction: &mut Reaction| {
                let mut outlets = self.outlets.iter();
                outlets.any(|outlet| outlet.has_fallen(reaction.after_fall))
            };
            if let Some(reaction) = self.redeems[number].take_if(due) {
                self.redeem(&self.sheet.investors[number], reaction)?;
            }
        }
        for number in 0..self.repays.len() {
            let outlet = &self.outlets[self.vault.kind(number)];
            let due = |reaction: &mut Reaction| outlet.has_fallen(reaction.after_fall);
            if let Some(reaction) = self.repays[number].take_if(due) {
                self.repay(number, reaction)?;
            }
        }
        Ok(())
    }

    /// Orders the redemption of part of what an investor's orders were filled with.
    fn redeem(&mut self, investor: &Investor, reaction: Reaction) -> Result<(), Refusal> {
        if self.pool.is_closed() {
            return Ok(());
        }
        let late = self.now.plus(self.sheet.cut_off) >= self.epoch_ends;
        for (tranche, cash) in &investor.deposits {
            let class = &self.pool.classes[tranche.index()];
            let held = mul_div(class.issued, *cash, class.ordered, Rounding::Down)?;
            let tokens = reaction.share.of(held, Rounding::Down)?;
            self.pool.order_redemption(tranche.index(), tokens, late);
        }
        Ok(())
    }

    /// Pays back part of a loan, unless less than the minimum debt would be left of it.
    fn repay(&mut self, loan: usize, reaction: Reaction) -> Result<(), Refusal> {
        let debt = self.vault.debt(loan, self.now)?;
        let amount = reaction.share.of(debt, Rounding::Down)?.min(self.has[loan]);
        if amount == 0 {
            return Ok(());
        }
        let before = (self.vault.clone(), self.pool.clone());
        let (pool, oracle) = (&mut self.pool, &self.oracle);
        match self.vault.repay(pool, oracle, loan, amount, self.now) {
            Ok(paid) => self.has[loan] -= paid,
            Err(refused) if refused.is_fault() => return Err(refused),
            Err(_) => (self.vault, self.pool) = before,
        }
        Ok(())
    }

    fn outcome(self) -> Result<Outcome, Refusal> {
        let Engine {
            rewards, penalties, ..
        } = self.engine;
        Ok(Outcome {
            classes: self.pool.outcomes(),
            backers: self.pool.backers(penalties)?,
            unsold: self.vault.stressed_debt(),
            rewards,
            penalties,
            ..self.outcome
        })
    }
}

/// Where each collateral type is sold.
fn outlets(
    sheet: &TermSheet,
    depth: &Depth,
    first: &[Option<Price>],
) -> Result<Vec<Outlet>, Refusal> {
    let types = sheet.collateral.iter().zip(&depth.tokens).zip(first);
    let outlet = types.map(|((collateral, depth), first)| {
        let decimals = collateral.token.decimals;
        let quote = Quote::new(decimals, sheet.cash.decimals).ok_or(VaultError::InvalidDecimals)?;
        Ok(Outlet::new(
            quote,
            decimals,
            *depth,
            first.unwrap_or_default(),
        ))
    });
    outlet.collect()
}

/// A number scaled 1e18, for judgements that move no money.
fn to_f64(units: u128) -> f64 {
    units as f64 / 1e18
}
