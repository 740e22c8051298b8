//! A deal in the course of prices, computed by the contracts' own mathematics.
//!
//! Settlements, waterfall, interest, marks, auctions and health are `finance`, in integers, exactly as on chain; only the
//! books around them and what people do are written down here. The story is that of the demonstration: investors
//! subscribe one epoch before the first row and originators borrow at it; at every row unhealthy loans are seized, keepers bid, a
//! due epoch settles and people react; while an auction runs keepers look at it every ten minutes; after the last row prices stand
//! still until the auctions are over and one more epoch is settled.
//!
//! What the demonstration has and this has not: feeders that disagree or fall silent, and the chain itself.

mod keepers;
mod loans;
mod pool;

use std::path::Path;

use finance::settlement::Phase;
use finance::valuation::Quote;
use finance::{MathError, Period, Price, Ratio, Rounding, Timestamp};
use term_sheet::{Investor, Mistake, Originator, Reaction, Scenario, TermSheet};

use crate::market::Market;
use crate::YEAR_IN_MILLISECONDS;
use keepers::{Keeper, Outlet};
use loans::{Book, Kind, Loan};
use pool::Pool;

pub use loans::LoanRecord;

/// How often keepers look at a running auction.
const STEP: Period = Period::from_secs(10 * 60);
/// How long auctions may go on after the last row.
const PATIENCE: Period = Period::from_secs(7 * 24 * 3_600);

/// Prices over time, in whole cash per whole token, by collateral type of a deal.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Course {
    /// In the order of time.
    pub times: Vec<Timestamp>,
    /// `prices[row × types + type]`.
    pub prices: Vec<f64>,
}

impl Course {
    /// The prices of a history for a deal; an asset that did not trade keeps its last price.
    ///
    /// # Errors
    /// The history has no column for a collateral type, or no price in its first row.
    pub fn of_history(history: &Scenario, sheet: &TermSheet) -> Result<Self, Mistake> {
        let mut course = Self::default();
        let mut last = Vec::new();
        for collateral in &sheet.collateral {
            let asset = &collateral.asset;
            let column = history
                .column(asset)
                .ok_or_else(|| no_column(&history.file, asset, &history.assets))?;
            let first = history.rows.first().and_then(|row| row.prices[column]);
            let first = first.ok_or_else(|| {
                let message = format!(
                    "column {asset}: the first row must have a price, or nobody could borrow"
                );
                Mistake::in_file(&history.file, message)
            })?;
            last.push((column, first));
        }
        for row in &history.rows {
            course.times.push(row.at);
            for (column, price) in &mut last {
                *price = row.prices[*column].unwrap_or(*price);
                course.prices.push(to_f64(price.0));
            }
        }
        Ok(course)
    }
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
    /// In the order of the originators.
    pub loans: Vec<LoanRecord>,
    /// Debt ever seized.
    pub seized: u128,
    /// Debt ever written off.
    pub written_off: u128,
    /// Debt in auctions that nobody ended.
    pub unsold: u128,
    /// What the classes had come to at each settlement.
    pub settlements: Vec<Settlement>,
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

/// Runs `sheet` through `course`.
///
/// # Errors
/// Amounts beyond the range of the contracts; they would refuse them as well.
pub fn replay(sheet: &TermSheet, depth: &Depth, course: &Course) -> Result<Outcome, MathError> {
    let mut replay = Replay::new(sheet, depth, course);
    replay.subscribe();
    let types = sheet.collateral.len();
    for (at, prices) in course.times.iter().zip(course.prices.chunks(types)) {
        replay.step_to(*at)?;
        replay.row(prices)?;
    }
    replay.run_out()?;
    Ok(replay.outcome())
}

struct Replay<'a> {
    sheet: &'a TermSheet,
    now: Timestamp,
    priced_at: Timestamp,
    epoch_ends: Timestamp,
    half_life: f64,
    pool: Pool,
    book: Book,
    outlets: Vec<Outlet>,
    /// The price that each collateral type had first.
    first: Vec<f64>,
    keepers: Vec<Keeper>,
    /// By originator: whether he still means to borrow, and when he means to repay.
    borrows: Vec<bool>,
    repays: Vec<Option<Reaction>>,
    redeems: Vec<Option<Reaction>>,
    outcome: Outcome,
}

impl<'a> Replay<'a> {
    fn new(sheet: &'a TermSheet, depth: &Depth, course: &Course) -> Self {
        let first_row = course.times.first().copied().unwrap_or_default();
        let now = Timestamp(first_row.0.saturating_sub(sheet.epoch_length.0));
        let mut kinds = Vec::new();
        let mut outlets = Vec::new();
        for (collateral, depth) in sheet.collateral.iter().zip(&depth.tokens) {
            let decimals = [collateral.token.decimals, sheet.cash.decimals];
            // The term sheet's reader has refused decimals that have no quote.
            if let Some(quote) = Quote::new(decimals[0], decimals[1]) {
                kinds.push(Kind::new(collateral.terms, quote, decimals, now));
                outlets.push(Outlet::new(quote, decimals[0], *depth));
            }
        }
        Self {
            sheet,
            now,
            priced_at: now,
            epoch_ends: now.plus(sheet.epoch_length),
            half_life: depth.half_life,
            pool: Pool::new(sheet.terms(), sheet.liquidity_buffer, now),
            book: Book::new(kinds, sheet.originators.iter().map(Loan::of).collect()),
            outlets,
            first: Vec::new(),
            keepers: sheet.keepers.iter().map(Keeper::new).collect(),
            borrows: vec![true; sheet.originators.len()],
            repays: sheet
                .originators
                .iter()
                .map(|originator| originator.repays)
                .collect(),
            redeems: sheet
                .investors
                .iter()
                .map(|investor| investor.redeems)
                .collect(),
            outcome: Outcome::default(),
        }
    }

    fn subscribe(&mut self) {
        let deposits = self
            .sheet
            .investors
            .iter()
            .flat_map(|investor| &investor.deposits);
        for (tranche, cash) in deposits {
            self.pool.order_deposit(tranche.index(), *cash);
        }
    }

    fn row(&mut self, prices: &[f64]) -> Result<(), MathError> {
        if self.first.is_empty() {
            self.first = prices.to_vec();
        }
        for (outlet, price) in self.outlets.iter_mut().zip(prices) {
            outlet.undisturbed = *price;
        }
        self.report();
        self.liquidate()?;
        self.trade()?;
        self.settle_if_due()?;
        self.borrow()?;
        self.react()
    }

    fn liquidate(&mut self) -> Result<(), MathError> {
        self.outcome.seized += self.book.liquidate(self.now)?;
        Ok(())
    }

    /// Feeders report what the market says.
    fn report(&mut self) {
        for (kind, outlet) in self.book.kinds.iter_mut().zip(&self.outlets) {
            kind.set_price(outlet.price());
        }
        self.priced_at = self.now;
    }

    /// Lets time pass up to `moment`, in short steps while an auction runs or an epoch ends.
    fn step_to(&mut self, moment: Timestamp) -> Result<(), MathError> {
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
        let tick = if self.book.auctions.is_empty() {
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

    fn run_out(&mut self) -> Result<(), MathError> {
        let last = self.now;
        while !self.book.auctions.is_empty() && self.now.since(last) < PATIENCE {
            self.pass(self.now.plus(STEP));
            self.report();
            // The market moves no more, but for what keepers sell.
            self.liquidate()?;
            self.trade()?;
            self.settle_if_due()?;
        }
        self.pass(self.epoch_ends.max(self.now.plus(Period(1))));
        self.report();
        self.settle_if_due()
    }

    /// One look at all auctions by all keepers.
    fn trade(&mut self) -> Result<(), MathError> {
        for keeper in &mut self.keepers {
            keeper.sell_on(&mut self.outlets, self.now);
        }
        for auction in 0..self.book.auctions.len() {
            let asked = self.book.ask(auction, self.now)?;
            for keeper in 0..self.keepers.len() {
                self.bid(keeper, auction, asked)?;
            }
        }
        self.book.close_auctions()
    }

    fn bid(&mut self, keeper: usize, number: usize, asked: Price) -> Result<(), MathError> {
        let auction = &self.book.auctions[number];
        let kind = auction.kind;
        let keeper = &mut self.keepers[keeper];
        let wanted = keeper.wants(auction, &self.book.kinds[kind], &self.outlets[kind], asked)?;
        let Some(wanted) = wanted else {
            return Ok(());
        };
        if let Some(purchase) = self.book.purchase(number, wanted, asked)? {
            keeper.buy(kind, purchase, self.now);
            let paid = self.book.sell(number, purchase)?;
            let portfolio = self.book.portfolio(self.now)?;
            self.pool.collect(paid, &portfolio, self.now)?;
        }
        Ok(())
    }

    /// Settles an epoch that is over, once prices are newer than its cut-off.
    fn settle_if_due(&mut self) -> Result<(), MathError> {
        if self.now < self.epoch_ends || self.pool.state.phase == Phase::Closed {
            return Ok(());
        }
        let portfolio = self.book.portfolio(self.now)?;
        let lent = portfolio.performing > 0 || portfolio.seized_debt > 0;
        let cut_off = Timestamp(self.epoch_ends.0 - self.sheet.cut_off.0);
        if lent && self.priced_at < cut_off {
            return Ok(());
        }
        self.pool.settle(portfolio, self.now)?;
        let epoch = self.sheet.epoch_length.0;
        let over = self.now.since(self.epoch_ends).0 / epoch;
        self.epoch_ends = self.epoch_ends.plus(Period((over + 1) * epoch));
        self.outcome.settlements.push(Settlement {
            at: self.now,
            phase: self.pool.state.phase,
            classes: self.pool.outcomes(),
        });
        Ok(())
    }

    /// Originators borrow, once, what the pool can lend.
    fn borrow(&mut self) -> Result<(), MathError> {
        for number in 0..self.borrows.len() {
            if std::mem::take(&mut self.borrows[number]) {
                self.draw(number, &self.sheet.originators[number])?;
            }
        }
        Ok(())
    }

    fn draw(&mut self, number: usize, terms: &Originator) -> Result<(), MathError> {
        let type_of = terms.collateral.index();
        let kind = &self.book.kinds[type_of];
        let wanted = terms
            .draw_ltv
            .of(kind.value(terms.amount)?, Rounding::Down)?;
        let limits = kind.terms.loans;
        let portfolio = self.book.portfolio(self.now)?;
        let amount = wanted.min(self.pool.drawable(&portfolio, self.now)?);
        let debt = self.book.debt_of_kind(type_of, self.now)? + amount;
        if amount < limits.minimum_debt || debt > limits.debt_ceiling {
            return Ok(());
        }
        self.book.draw(number, amount, self.now)?;
        let portfolio = self.book.portfolio(self.now)?;
        self.pool.lend(amount, &portfolio)
    }

    fn react(&mut self) -> Result<(), MathError> {
        for number in 0..self.redeems.len() {
            let due = |reaction: &Reaction| self.any_has_fallen(reaction.after_fall);
            if let Some(reaction) = self.redeems[number].filter(due) {
                self.redeems[number] = None;
                self.redeem(&self.sheet.investors[number], reaction)?;
            }
        }
        for number in 0..self.repays.len() {
            let asset = self.sheet.originators[number].collateral.index();
            let due = |reaction: &Reaction| self.has_fallen(asset, reaction.after_fall);
            if let Some(reaction) = self.repays[number].filter(due) {
                self.repays[number] = None;
                self.repay(number, reaction)?;
            }
        }
        Ok(())
    }

    /// Orders the redemption of part of what an investor's orders were filled with.
    fn redeem(&mut self, investor: &Investor, reaction: Reaction) -> Result<(), MathError> {
        let late = self.now.plus(self.sheet.cut_off) >= self.epoch_ends;
        for (tranche, cash) in &investor.deposits {
            let class = &self.pool.classes[tranche.index()];
            let held = finance::mul_div(class.issued, *cash, class.ordered, Rounding::Down)?;
            let tokens = reaction.share.of(held, Rounding::Down)?;
            self.pool.order_redemption(tranche.index(), tokens, late);
        }
        Ok(())
    }

    fn repay(&mut self, loan: usize, reaction: Reaction) -> Result<(), MathError> {
        let debt = self.book.debt(loan, self.now)?;
        let paid = self
            .book
            .repay(loan, reaction.share.of(debt, Rounding::Down)?, self.now)?;
        if paid.principal + paid.interest > 0 {
            let portfolio = self.book.portfolio(self.now)?;
            self.pool.collect(paid, &portfolio, self.now)?;
        }
        Ok(())
    }

    fn has_fallen(&self, asset: usize, fall: Ratio) -> bool {
        self.outlets[asset].price() <= self.first[asset] * (1.0 - to_f64(fall.0))
    }

    fn any_has_fallen(&self, fall: Ratio) -> bool {
        (0..self.outlets.len()).any(|asset| self.has_fallen(asset, fall))
    }

    fn outcome(self) -> Outcome {
        Outcome {
            classes: self.pool.outcomes(),
            loans: self.book.loans.iter().map(|loan| loan.record).collect(),
            written_off: self.book.written_off,
            unsold: self.book.unsold(),
            ..self.outcome
        }
    }
}

/// A number scaled 1e18, for judgements that move no money.
fn to_f64(units: u128) -> f64 {
    units as f64 / 1e18
}
