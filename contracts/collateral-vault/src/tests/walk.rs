//! Random walks over every transition of positions and lots with an oracle that holds jumps, Dutch auctions and a pool
//! that lends: each invariant is checked after each action, against a model that knows nothing of indexes.
//!
//! The model keeps, for each position, its debt as a floating-point number that grows by `exp(rate × pace × time)`, and of
//! cash, principal and collateral nothing but what moved.

use super::{account, originator, parameters, untouched};
use crate::book::{empty, Book};
use crate::loan::{Loan, Market};
use crate::portfolio::Priced;
use crate::Refused;
use finance::auction::{Curve, Lot as OnSale};
use finance::debt::Proceeds;
use finance::interest::{utilisation, InterestClock, PaceCurve};
use finance::{Period, Price, Ratio, Rounding, Timestamp};
use interfaces::collateral_vault::{
    CollateralType, Cut, Lot, Portfolio, Position, Sale, Stressed, VaultError,
};
use interfaces::oracle_adapter::Quotation;
use interfaces::parameters::{CollateralParameters, Lending};
use interfaces::types::{AuctionId, CollateralId, PositionId};
use proptest::prelude::RngCore;
use proptest::test_runner::{RngAlgorithm, TestRng};
use std::collections::BTreeMap;

const WALKS: u64 = 250;
const ACTIONS: u64 = 400;
const COIN: u128 = 1_000_000;
const START_CASH: u128 = 20_000_000 * COIN;
const TAIL: Period = Period::from_secs(86_400);

const CURVE: PaceCurve = PaceCurve {
    at_zero: Ratio::from_bps(5_000),
    kink: Ratio::from_bps(8_000),
    at_kink: Ratio::from_bps(10_000),
    at_full: Ratio::from_bps(40_000),
};

fn lending() -> Lending {
    Lending {
        parameters: CollateralParameters {
            debt_ceiling: u128::MAX,
            minimum_debt: 100 * COIN,
            whole_below: 2_000 * COIN,
            haircut: Ratio::from_bps(1_000),
            maximum_share: Ratio::from_bps(6_000),
            ..parameters()
        },
        curve: CURVE,
        originator_ceiling: u128::MAX,
        holds_collateral: false,
    }
}

const PENALTY: Ratio = Ratio::from_bps(1_000);

fn float(number: u128) -> f64 {
    number as f64
}

/// A lot on sale, as its auction sees it.
#[derive(Clone, Copy)]
struct Auction {
    lot: Lot,
    penalty: u128,
    top: Price,
    started_at: Timestamp,
}

/// What must be true whatever the vault's arithmetic says.
#[derive(Default)]
struct Model {
    cash: i128,
    principal: i128,
    collateral: i128,
    debts: [f64; 4],
    /// What the positions owed after the last action.
    last: [f64; 4],
    rates: [f64; 2],
    pace: f64,
}

struct World {
    rng: TestRng,
    now: Timestamp,
    clock: InterestClock,
    live: Price,
    pending: Price,
    cash: u128,
    book: Book,
    positions: Vec<Position>,
    auctions: Vec<Auction>,
    model: Model,
}

impl World {
    /// Four positions with collateral, two of each of two types, and a pool full of cash.
    fn new(seed: u64) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        let price = Price(100 * Price::ONE.0);
        let mut world = Self {
            rng: TestRng::from_seed(RngAlgorithm::ChaCha, &bytes),
            now: Timestamp(0),
            clock: InterestClock::new(Timestamp(0), Ratio::ONE),
            live: price,
            pending: price,
            cash: START_CASH,
            book: Book {
                types: vec![untouched(), untouched()],
            },
            positions: Vec::new(),
            auctions: Vec::new(),
            model: Model {
                pace: 1.0,
                ..Model::default()
            },
        };
        for id in [0, 1, 0, 1] {
            world.positions.push(empty(originator(), CollateralId(id)));
        }
        world
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.rng.next_u64() % limit
    }

    /// Up to `most` thousandths of `whole`.
    fn part(&mut self, whole: u128, most: u64) -> u128 {
        whole * u128::from(self.below(most) + 1) / 1_000
    }

    fn low(&self) -> Price {
        self.live.min(self.pending)
    }

    fn market(&self) -> Market {
        Market {
            price: self.low(),
            higher: self.live.max(self.pending),
            parameters: lending().parameters,
            now: self.now,
        }
    }

    fn loan(&self, place: usize) -> Loan {
        let time = self.clock.time(self.now).unwrap();
        *self.book.loan(self.positions[place], time).unwrap()
    }

    fn put(&mut self, place: usize, loan: &Loan) {
        self.book.put(loan);
        self.positions[place] = loan.position;
    }

    fn portfolio(&self) -> Portfolio {
        let mut quotation = Quotation::steady(self.live, self.now, 1);
        quotation.low = self.low();
        let prices = vec![Some(quotation); self.book.assets(Priced::Lent).len()];
        let time = self.clock.time(self.now).unwrap();
        self.book.portfolio(time, Priced::Lent, prices).unwrap()
    }

    fn pool_value(&self) -> u128 {
        let portfolio = self.portfolio();
        self.cash + portfolio.performing + portfolio.stressed
    }

    /// Time passes and prices move; a jump of more than a tenth is held until the next small move.
    fn pass(&mut self) {
        let elapsed = match self.below(20) {
            0 => self.below(20 * 86_400_000),
            _ => self.below(3_600_000),
        };
        self.now = Timestamp(self.now.0 + elapsed);
        let passed = elapsed as f64 / 31_536_000_000.0 * self.model.pace;
        for (debt, id) in self.model.debts.iter_mut().zip([0, 1, 0, 1]) {
            *debt *= (self.model.rates[id] * passed).exp();
        }
        let move_bps = match self.below(12) {
            0 => 5_500 + self.below(3_000),
            1 => 12_000 + self.below(5_000),
            _ => 9_700 + self.below(610),
        };
        let next = self.pending.0 * u128::from(move_bps) / 10_000;
        self.pending = Price(next.clamp(10 * Price::ONE.0, 1_000 * Price::ONE.0));
        if (9_000..11_000).contains(&move_bps) {
            self.live = self.pending;
        }
    }

    fn received(&mut self, proceeds: Proceeds) {
        self.cash += proceeds.principal + proceeds.interest;
        self.model.cash += (proceeds.principal + proceeds.interest) as i128;
        self.model.principal -= proceeds.principal as i128;
    }

    /// Pace and rate by what the pool has, here and in the model by a formula of its own.
    fn reprice(&mut self, place: usize) {
        let value = self.pool_value();
        let pace = CURVE.pace(utilisation(self.cash, value)).unwrap();
        self.clock = self.clock.at_pace(pace, self.now).unwrap();
        let mut loan = self.loan(place);
        loan.reprice(&lending(), value).unwrap();
        self.put(place, &loan);

        let lent = 1.0 - float(self.cash) / float(value);
        self.model.pace = if lent < 0.8 {
            0.5 + 0.5 * lent / 0.8
        } else {
            1.0 + 3.0 * (lent - 0.8) / 0.2
        };
        let kind = &loan.kind;
        let debt = float(kind.index.debt(kind.normalised_debt, Rounding::Up).unwrap())
            + float(kind.stressed.debt);
        let excess = ((debt / float(value) - 0.3) / 0.3).clamp(0.0, 1.0);
        self.model.rates[place % 2] = (0.10 + 0.04 * excess).min(0.25);
    }

    fn act(&mut self, action: &str, place: usize) -> Result<(), VaultError> {
        let mut loan = self.loan(place);
        let by = account(6);
        match action {
            "lock" => {
                let amount = self.part(1_000 * COIN, 1_000);
                self.model.collateral += amount as i128;
                loan.lock(amount)?;
                self.put(place, &loan);
            }
            "release" => {
                let amount = self.part(loan.position.collateral, 500);
                loan.release(amount)?;
                self.ensure_lendable(&loan)?;
                self.model.collateral -= amount as i128;
                self.put(place, &loan);
            }
            "draw" => self.draw(place, loan)?,
            "repay" => {
                let amount = self.part(loan.debt()?, 1_100);
                let late = loan.late(self.now)?;
                let proceeds = loan.repay(amount, self.now)?;
                let paid = proceeds.principal + proceeds.interest;
                let late_paid = late - loan.late(self.now)?;
                self.model.debts[place] -= float(paid - late_paid);
                self.received(proceeds);
                self.put(place, &loan);
                self.reprice(place);
            }
            "touch" => self.reprice(place),
            "impair" => self.judge(place, |loan, market| loan.impair(by, market))?,
            "restore" => self.judge(place, |loan, market| loan.restore(by, market))?,
            "mark overdue" => {
                loan.mark_overdue(by, parameters().late_rate, self.now)?;
                self.put(place, &loan);
            }
            "call margin" => self.judge(place, |loan, market| loan.call_margin(by, market))?,
            "seize" => self.seize(place, loan)?,
            "take" => return self.take(false),
            // Rarely, or nothing would ever be sold.
            "cure" if self.below(8) == 0 => return self.take(true),
            "cure" => return Err(VaultError::UnknownLot),
            "reset" => self.reset()?,
            _ => unreachable!("{action}"),
        }
        Ok(())
    }

    fn judge(
        &mut self,
        place: usize,
        change: impl Fn(&mut Loan, &Market) -> Result<(), Refused>,
    ) -> Result<(), VaultError> {
        let mut loan = self.loan(place);
        change(&mut loan, &self.market())?;
        self.put(place, &loan);
        Ok(())
    }

    fn ensure_lendable(&self, loan: &Loan) -> Result<(), VaultError> {
        if self.live != self.pending && loan.debt()? > 0 {
            return Err(VaultError::Unhealthy); // held
        }
        let value = self.pool_value();
        Ok(loan.ensure_within_borrow_ltv(self.live, self.now, value, &lending().parameters)?)
    }

    fn draw(&mut self, place: usize, loan: Loan) -> Result<(), VaultError> {
        let worth = loan.collateral_value(self.live)?;
        let amount = self.part(worth, 650).min(self.cash);
        let mut drawn = loan;
        drawn.draw(amount, self.now, &lending().parameters)?;
        drawn.ensure_within_maximum_share(self.pool_value(), &lending().parameters)?;
        self.ensure_lendable(&drawn)?;
        let owed = drawn.debt()? + drawn.late(self.now)?;
        assert!(owed * 10 <= worth * 6, "beyond the borrow LTV");
        self.cash -= amount;
        self.model.cash -= amount as i128;
        self.model.principal += amount as i128;
        self.model.debts[place] += float(amount);
        self.put(place, &drawn);
        self.reprice(place);
        Ok(())
    }

    fn seize(&mut self, place: usize, loan: Loan) -> Result<(), VaultError> {
        let room = match self.below(3) {
            0 => self.part(2 * loan.debt()?, 1_000),
            _ => u128::MAX >> 32,
        };
        let cut = Cut {
            room,
            penalty: PENALTY,
        };
        let id = PositionId(u32::try_from(place).unwrap());
        let market = self.market();
        let mut left = loan;
        let (lot, _) = left.seize(AuctionId(0), id, &cut, &market)?;
        let owed = lot.stressed.debt + lot.uncounted;
        if left.debt()? > 0 && room > 2 * loan.debt()? && loan.position.overdue.is_none() {
            assert!(!left.is_unhealthy(&market)?, "a part brings health");
        }
        self.model.debts[place] -= float(loan.debt()? - left.debt()?);
        self.put(place, &left);
        let high = self.live.max(self.pending);
        self.auctions.push(Auction {
            lot,
            penalty: PENALTY.of(owed, Rounding::Up)?,
            top: Price(high.0 / 10 * 12),
            started_at: self.now,
        });
        Ok(())
    }

    /// A purchase out of an auction, or a payment in full before the first.
    fn take(&mut self, cures: bool) -> Result<(), VaultError> {
        if self.auctions.is_empty() {
            return Err(VaultError::UnknownLot);
        }
        let number = self.below(self.auctions.len() as u64) as usize;
        let mut auction = self.auctions[number];
        let due = auction.lot.stressed.debt + auction.lot.uncounted;
        let on_sale = OnSale {
            collateral: auction.lot.collateral,
            due: due + auction.penalty,
        };
        let (collateral, cost) = if cures {
            (0, on_sale.due)
        } else {
            let Some(asked) = self.asked(&auction) else {
                return Err(VaultError::Unhealthy); // stale
            };
            let wanted = self.part(auction.lot.collateral, 2_000);
            let quote = self.book.types[0].quote;
            let bought = on_sale.purchase(wanted, asked, &quote, 100 * COIN)?;
            let bought = bought.ok_or(VaultError::BelowMinimumDebt { minimum: 0 })?;
            (bought.collateral, bought.cost)
        };
        let debt = cost.min(due);
        auction.penalty -= cost - debt;
        let left = on_sale.collateral - collateral;
        let last = left == 0 || cost == on_sale.due;
        let sale = Sale {
            to: account(4),
            collateral,
            debt,
            last,
            receiver: None,
        };
        self.sell(number, auction, &sale)
    }

    fn sell(&mut self, number: usize, before: Auction, sale: &Sale) -> Result<(), VaultError> {
        let mut auction = before;
        let place = auction.lot.position.index();
        let mut loan = self.loan(place);
        let (debt, principal) = (loan.debt()?, loan.position.principal);
        let proceeds = loan.sell(&mut auction.lot, sale)?;
        self.received(proceeds);
        self.model.collateral -= sale.collateral as i128;
        if sale.last {
            self.auctions.remove(number);
            let written_off = loan.close(&auction.lot, self.now)?;
            if written_off > 0 || loan.is_empty() {
                assert!(loan.is_empty(), "written off with something left");
                let lost = auction.lot.stressed.principal + principal;
                self.model.principal -= lost as i128;
                self.model.debts[place] = 0.0;
            } else {
                self.model.debts[place] += float(loan.debt()?) - float(debt);
            }
        } else {
            self.auctions[number] = auction;
        }
        self.put(place, &loan);
        Ok(())
    }

    fn asked(&self, auction: &Auction) -> Option<Price> {
        let curve = Curve::Linear { length: TAIL };
        let elapsed = self.now.since(auction.started_at);
        let cusp = Ratio::from_bps(4_000);
        let stale = curve.is_stale(auction.top, elapsed, TAIL, cusp).unwrap();
        let asked = curve.price(auction.top, elapsed, Rounding::Up).unwrap();
        (!stale).then_some(asked)
    }

    fn reset(&mut self) -> Result<(), VaultError> {
        let (now, top) = (self.now, Price(self.live.max(self.pending).0 / 10 * 12));
        let stale = self
            .auctions
            .iter()
            .position(|auction| self.asked(auction).is_none());
        let auction = &mut self.auctions[stale.ok_or(VaultError::UnknownLot)?];
        (auction.started_at, auction.top) = (now, top);
        Ok(())
    }

    /// A type as its positions and lots add up to it.
    fn sums(&self, id: CollateralId) -> CollateralType {
        let mut sums = *self.book.get(id).unwrap();
        (sums.normalised_debt, sums.principal, sums.held) = (0, 0, 0);
        sums.stressed = Stressed::default();
        for position in self.positions.iter().filter(|p| p.collateral_type == id) {
            sums.held += position.collateral;
            match position.impairment {
                Some(impairment) => add(&mut sums.stressed, impairment.stressed),
                None => {
                    sums.normalised_debt += position.normalised_debt;
                    sums.principal += position.principal;
                }
            }
        }
        for Auction { lot, .. } in &self.auctions {
            if self.positions[lot.position.index()].collateral_type == id {
                sums.held += lot.collateral;
                add(&mut sums.stressed, lot.stressed);
            }
        }
        sums
    }

    fn check(&mut self) {
        for id in [CollateralId(0), CollateralId(1)] {
            assert_eq!(self.sums(id), *self.book.get(id).unwrap());
        }
        let kinds = &self.book.types;
        let principal: u128 = kinds
            .iter()
            .map(|k| k.principal + k.stressed.principal)
            .sum();
        let held: u128 = kinds.iter().map(|kind| kind.held).sum();
        assert_eq!(principal as i128, self.model.principal, "principal");
        assert_eq!(held as i128, self.model.collateral, "collateral");
        assert_eq!(
            self.cash as i128,
            START_CASH as i128 + self.model.cash,
            "cash"
        );

        let portfolio = self.portfolio();
        assert!(portfolio.stressed <= portfolio.market);
        assert!(portfolio.market <= portfolio.seized_debt);
        for place in 0..self.positions.len() {
            // From here on the model starts from what is owed, so that rounding does not add up.
            self.model.debts[place] = self.check_position(place);
            self.model.last[place] = self.model.debts[place];
        }
    }

    fn check_position(&self, place: usize) -> f64 {
        let loan = self.loan(place);
        let (position, debt) = (&loan.position, loan.debt().unwrap());
        assert!(
            position.principal <= debt,
            "{} of {debt}",
            position.principal
        );
        if let Some(impairment) = position.impairment {
            let stressed = impairment.stressed;
            assert_eq!(stressed.principal, position.principal);
            assert!(stressed.principal <= stressed.debt && stressed.debt <= debt);
            assert!(stressed.mark <= stressed.debt);
        }
        let lots = self.auctions.iter();
        let lots = lots.filter(|auction| auction.lot.position.index() == place);
        assert_eq!(position.lots as usize, lots.count());
        assert!(
            debt == 0 || position.collateral > 0 || position.lots > 0,
            "nothing behind"
        );
        // An index counts whole seconds of its clock: a second at 100 % a year is 3 × 10^-8.
        let expected = self.model.debts[place];
        let tolerance = 8.0 + expected.max(self.model.last[place]) * 1e-7;
        assert!(
            (float(debt) - expected).abs() <= tolerance,
            "position {place} owes {debt}, the model says {expected}"
        );
        float(debt)
    }
}

fn add(sum: &mut Stressed, part: Stressed) {
    sum.debt += part.debt;
    sum.principal += part.principal;
    sum.mark += part.mark;
    sum.collateral += part.collateral;
}

/// What is tried, as often as it is named, and how many times it must have worked in all walks together.
const MENU: [(&str, usize); 24] = [
    ("lock", 1_000),
    ("lock", 0),
    ("release", 1_000),
    ("draw", 1_000),
    ("draw", 0),
    ("draw", 0),
    ("repay", 1_000),
    ("repay", 0),
    ("touch", 1_000),
    ("impair", 500),
    ("impair", 0),
    ("restore", 20),
    ("mark overdue", 50),
    ("call margin", 100),
    ("seize", 500),
    ("seize", 0),
    ("seize", 0),
    ("take", 500),
    ("take", 0),
    ("take", 0),
    ("take", 0),
    ("take", 0),
    ("reset", 100),
    ("cure", 50),
];

#[test]
fn a_hundred_thousand_actions_keep_every_invariant() {
    let mut worked = BTreeMap::<&str, usize>::new();
    let (mut written_off, mut came_back) = (0, 0);
    for seed in 0..WALKS {
        let mut world = World::new(seed);
        for step in 0..ACTIONS {
            world.pass();
            let (action, _) = MENU[world.below(MENU.len() as u64) as usize];
            let place = world.below(4) as usize;
            let losses = |world: &World| world.book.types[0].written_off;
            let before = losses(&world);
            let in_debt =
                |world: &World| world.positions.iter().filter(|p| p.principal > 0).count();
            let owing = in_debt(&world);
            let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                let done = world.act(action, place);
                world.check();
                done
            }));
            let done = done.unwrap_or_else(|_| panic!("walk {seed}, step {step}: {action}"));
            *worked.entry(action).or_default() += usize::from(done.is_ok());
            written_off += usize::from(losses(&world) > before);
            came_back += usize::from(action == "take" && in_debt(&world) > owing);
        }
    }
    for (action, least) in MENU {
        assert!(
            worked[action] >= least,
            "{action} worked {} times",
            worked[action]
        );
    }
    assert!(
        written_off > 20 && came_back > 10,
        "{written_off} {came_back}"
    );
}
