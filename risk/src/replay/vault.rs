//! The vault of a deal: positions and lots in memory, changed by the vault's own transitions.

use collateral_vault::book::{empty, listed, Book};
use collateral_vault::loan::{Loan, Market};
use collateral_vault::portfolio::Priced;
use collateral_vault::Refused;
use finance::debt::Proceeds;
use finance::fixed::{add, decrease};
use finance::interest::{utilisation, InterestClock, PaceCurve};
use finance::valuation::Quote;
use finance::{Growth, MathError, Price, Rate, Ratio, Timestamp};
use interfaces::collateral_vault::{
    CollateralType, Cut, Listing, Lot, Portfolio, Position, Sale, Seizure, VaultError,
};
use interfaces::oracle_adapter::Quotation;
use interfaces::parameters::{CollateralTerms, Lending};
use interfaces::tranche_pool::{Funding, Payment};
use interfaces::types::{AccountId, AssetId, AuctionId, PositionId};
use term_sheet::TermSheet;

use super::oracle::Oracle;
use super::pool::Pool;
use super::{account, to_f64, Refusal, ORIGINATORS};

/// Custody of collateral and the books of all loans. Positions are numbered as their originators.
#[derive(Clone)]
pub struct Vault<'a> {
    sheet: &'a TermSheet,
    book: Book,
    clock: InterestClock,
    curve: PaceCurve,
    positions: Vec<Position>,
    lots: Vec<Lot>,
    /// Principal that each originator owes or lost.
    borrowed: Vec<u128>,
    /// Base units of cash that a base unit of each collateral type is worth at a price of one unit, nearly.
    worth: Vec<f64>,
}

/// Within this share of its limit a loan is looked at exactly.
const NEAR: f64 = 0.999;

impl<'a> Vault<'a> {
    pub fn new(sheet: &'a TermSheet, now: Timestamp) -> Result<Self, Refusal> {
        let mut book = Book::default();
        let mut worth = Vec::new();
        for (number, collateral) in (0..).zip(&sheet.collateral) {
            let decimals = [collateral.token.decimals, sheet.cash.decimals];
            let quote = Quote::new(decimals[0], decimals[1]).ok_or(VaultError::InvalidDecimals)?;
            let listing = Listing {
                token: AccountId::from([0; 32]),
                asset: AssetId(number),
            };
            book.types.push(listed(&listing, quote, now));
            worth.push(10f64.powi(i32::from(decimals[1]) - i32::from(decimals[0]) - 18));
        }
        let positions = sheet.originators.iter().enumerate().map(|(number, terms)| {
            let originator = account(ORIGINATORS, number);
            empty(originator, terms.collateral)
        });
        Ok(Self {
            sheet,
            book,
            clock: InterestClock::new(now, Ratio::ONE),
            curve: PaceCurve::LEVEL,
            positions: positions.collect(),
            lots: Vec::new(),
            borrowed: vec![0; sheet.originators.len()],
            worth,
        })
    }

    /// The number of the collateral type behind a position.
    pub fn kind(&self, position: usize) -> usize {
        self.positions[position].collateral_type.index()
    }

    pub fn terms(&self, kind: usize) -> &'a CollateralTerms {
        &self.sheet.collateral[kind].terms
    }

    /// What is owed on a position without late charges, rounded up.
    pub fn debt(&self, position: usize, now: Timestamp) -> Result<u128, Refusal> {
        Ok(self.loan(position, now)?.debt()?)
    }

    /// Debt of the pool in lots or impaired.
    pub fn stressed_debt(&self) -> u128 {
        let kinds = self.book.types.iter();
        kinds.map(|kind| kind.stressed.debt).sum()
    }

    pub fn portfolio(
        &self,
        priced: Priced,
        oracle: &Oracle,
        now: Timestamp,
    ) -> Result<Portfolio, MathError> {
        let prices = oracle.quotations(&self.book.assets(priced), now);
        self.book.portfolio(self.clock.time(now)?, priced, prices)
    }

    /// The originator locks `amount`. Returns what all his collateral is worth at `price`, rounded down.
    pub fn lock(
        &mut self,
        position: usize,
        amount: u128,
        price: Price,
        now: Timestamp,
    ) -> Result<u128, Refusal> {
        let mut loan = self.loan(position, now)?;
        loan.lock(amount)?;
        self.put(position, &loan);
        Ok(loan.collateral_value(price)?)
    }

    /// Lends `amount` against a position at a firm `price`. One that is refused leaves vault and pool half changed.
    pub fn lend(
        &mut self,
        pool: &mut Pool,
        oracle: &Oracle,
        position: usize,
        amount: u128,
        price: Price,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        if amount == 0 {
            return Err(VaultError::ZeroAmount.into());
        }
        let mut loan = self.loan(position, now)?;
        let lending = self.lending(&loan);
        let parameters = &lending.parameters;
        loan.draw(amount, now, parameters)?;
        self.borrow_within(position, amount, lending.originator_ceiling)?;
        self.put(position, &loan);
        let portfolio = self.portfolio(Priced::Stressed, oracle, now)?;
        let funding = pool.draw(amount, portfolio, now)?;
        loan.ensure_within_maximum_share(funding.value, parameters)?;
        loan.ensure_within_borrow_ltv(price, now, funding.value, parameters)?;
        self.curve = lending.curve;
        self.set_pace(funding, now)?;
        loan.reprice(&lending, funding.value)?;
        self.book.put(&loan);
        Ok(())
    }

    fn borrow_within(
        &mut self,
        position: usize,
        amount: u128,
        ceiling: u128,
    ) -> Result<(), Refusal> {
        let borrowed = add(self.borrowed[position], amount)?;
        if borrowed > ceiling {
            return Err(VaultError::AboveOriginatorCeiling { ceiling }.into());
        }
        self.borrowed[position] = borrowed;
        Ok(())
    }

    /// Pays back up to `amount`. Returns what was paid.
    pub fn repay(
        &mut self,
        pool: &mut Pool,
        oracle: &Oracle,
        position: usize,
        amount: u128,
        now: Timestamp,
    ) -> Result<u128, Refusal> {
        let mut loan = self.loan(position, now)?;
        let proceeds = loan.repay(amount, now)?;
        decrease(&mut self.borrowed[position], proceeds.principal)?;
        self.put(position, &loan);
        let portfolio = self.portfolio(Priced::Stressed, oracle, now)?;
        let funding = pool.collect(payment(&loan, proceeds), portfolio, now)?;
        self.set_pace(funding, now)?;
        Ok(add(proceeds.principal, proceeds.interest)?)
    }

    /// Whether a loan is past its term and nobody has marked it.
    pub fn is_due(&self, position: usize, now: Timestamp) -> bool {
        let position = &self.positions[position];
        position.normalised_debt > 0 && now > position.due_at && position.overdue.is_none()
    }

    pub fn mark_overdue(
        &mut self,
        position: usize,
        by: AccountId,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let mut loan = self.loan(position, now)?;
        let rate = self.lending(&loan).parameters.late_rate;
        loan.mark_overdue(by, rate, now)?;
        self.put(position, &loan);
        Ok(())
    }

    /// Whether a position has to be looked at exactly: it is near its limit at the price `low`, or overdue.
    pub fn may_be_liquidatable(
        &self,
        position: usize,
        low: Price,
        now: Timestamp,
    ) -> Result<bool, MathError> {
        let number = self.kind(position);
        let (position, kind) = (&self.positions[position], &self.book.types[number]);
        if position.normalised_debt == 0 || position.overdue.is_some() {
            return Ok(position.normalised_debt > 0);
        }
        let owed = position.normalised_debt as f64 * growth(kind, self.clock.time(now)?);
        let worth = position.collateral as f64 * self.worth[number] * low.0 as f64;
        let limit = to_f64(self.terms(number).loans.liquidation_ltv.0);
        Ok(owed > NEAR * limit * worth)
    }

    /// Makes a lot of as much of a position as there is room for.
    pub fn seize(
        &mut self,
        number: usize,
        cut: Cut,
        quotation: &Quotation,
        now: Timestamp,
    ) -> Result<Seizure, Refusal> {
        let (mut loan, market) = self.judged(number, quotation, now)?;
        let (id, position) = (self.lots.len() as u32, number as u32);
        let (lot, seizure) = loan.seize(AuctionId(id), PositionId(position), &cut, &market)?;
        self.put(number, &loan);
        self.lots.push(lot);
        Ok(seizure)
    }

    pub fn impair(
        &mut self,
        position: usize,
        by: AccountId,
        quotation: &Quotation,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let (mut loan, market) = self.judged(position, quotation, now)?;
        loan.impair(by, &market)?;
        self.put(position, &loan);
        Ok(())
    }

    /// An impaired position counts at face again, if it is sound.
    pub fn restore(
        &mut self,
        position: usize,
        quotation: &Quotation,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let (mut loan, market) = self.judged(position, quotation, now)?;
        match loan.restore(loan.position.originator, &market) {
            Ok(()) => self.put(position, &loan),
            Err(refused) => match *refused {
                VaultError::NotImpaired | VaultError::Unhealthy => {}
                error => return Err(error.into()),
            },
        }
        Ok(())
    }

    /// Carries out a sale out of a lot. Returns the position it came from and, if it was the last sale, what is written off.
    pub fn sell(
        &mut self,
        pool: &mut Pool,
        oracle: &Oracle,
        id: AuctionId,
        sale: &Sale,
        now: Timestamp,
    ) -> Result<(usize, u128), Refusal> {
        let mut lot = self.lots[id.index()];
        let number = lot.position.index();
        let mut loan = self.loan(number, now)?;
        let proceeds = loan.sell(&mut lot, sale)?;
        decrease(&mut self.borrowed[number], proceeds.principal)?;
        let mut written_off = 0;
        if sale.last {
            written_off = loan.close(&lot, now)?;
        }
        self.lots[id.index()] = lot;
        self.put(number, &loan);
        let portfolio = self.portfolio(Priced::Nothing, oracle, now)?;
        pool.collect(payment(&loan, proceeds), portfolio, now)?;
        Ok((number, written_off))
    }

    /// A loan, and what it is judged by.
    fn judged(
        &self,
        position: usize,
        quotation: &Quotation,
        now: Timestamp,
    ) -> Result<(Box<Loan>, Market), Refusal> {
        let mut loan = self.loan(position, now)?;
        let market = Market {
            price: quotation.low,
            higher: quotation.high,
            parameters: self.lending(&loan).parameters,
            now,
        };
        loan.note(&market.parameters);
        Ok((loan, market))
    }

    fn lending(&self, loan: &Loan) -> Lending {
        Lending {
            parameters: self.terms(loan.position.collateral_type.index()).loans,
            curve: self.sheet.pace,
            originator_ceiling: self.sheet.originator_ceiling,
            holds_collateral: false,
        }
    }

    fn set_pace(&mut self, funding: Funding, now: Timestamp) -> Result<(), MathError> {
        let pace = self.curve.pace(utilisation(funding.cash, funding.value))?;
        self.clock = self.clock.at_pace(pace, now)?;
        Ok(())
    }

    fn loan(&self, position: usize, now: Timestamp) -> Result<Box<Loan>, Refused> {
        let time = self.clock.time(now)?;
        self.book.loan(self.positions[position], time)
    }

    fn put(&mut self, position: usize, loan: &Loan) {
        self.book.put(loan);
        self.positions[position] = loan.position;
    }
}

fn payment(loan: &Loan, proceeds: Proceeds) -> Payment {
    Payment {
        payer: loan.position.originator,
        principal: proceeds.principal,
        interest: proceeds.interest,
    }
}

/// What a unit of normalised debt has become at `time` of the clock of interest, nearly.
fn growth(kind: &CollateralType, time: Timestamp) -> f64 {
    let since = time.since(kind.index.accrued_at).whole_secs() as f64;
    let rate = kind.index.rate.0 as f64 / Rate::ONE.0 as f64;
    kind.index.growth.0 as f64 / Growth::ONE.0 as f64 * (rate * since).exp()
}
