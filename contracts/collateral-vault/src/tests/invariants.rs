//! A random walk over all transitions of several positions, checked after each step.

use super::{market, originator, price, untouched};
use crate::book::Book;
use crate::loan::{Loan, Market};
use crate::portfolio::Priced;
use finance::debt::Proceeds;
use finance::Timestamp;
use interfaces::collateral_vault::{
    CollateralType, Portfolio, Position, Sale, Seized, Standing, VaultError,
};
use interfaces::oracle_adapter::Quotation;
use interfaces::parameters::CollateralParameters;
use interfaces::types::CollateralId;
use proptest::prelude::*;

/// What may be done to a position, in thousandths of what there is.
#[derive(Clone, Debug)]
enum Action {
    Lock(u128),
    Release(u128),
    Draw(u128),
    Repay(u128),
    Seize,
    Sell {
        collateral: u128,
        debt: u128,
        last: bool,
    },
}

#[derive(Clone, Debug)]
struct Step {
    position: usize,
    action: Action,
    elapsed: u64,
    price: u128,
}

fn action() -> impl Strategy<Value = Action> {
    let sell = (0u128..1_001, 0u128..1_001, 0u8..4);
    prop_oneof![
        1 => (1u128..1_000).prop_map(Action::Lock),
        1 => (1u128..1_100).prop_map(Action::Release),
        2 => (100u128..650).prop_map(Action::Draw),
        1 => (1u128..1_100).prop_map(Action::Repay),
        2 => Just(Action::Seize),
        3 => sell.prop_map(|(collateral, debt, rest)| Action::Sell {
            collateral,
            debt,
            last: rest == 0,
        }),
    ]
}

/// Mostly at a high price, at which originators draw, and at times at one that ruins them.
fn step() -> impl Strategy<Value = Step> {
    let price = prop_oneof![2 => 6..9u128, 1 => 2..4u128];
    (0..4usize, action(), 0..1_000_000_000u64, price).prop_map(
        |(position, action, elapsed, price)| Step {
            position,
            action,
            elapsed,
            price,
        },
    )
}

/// Four positions with collateral, two of each of two types.
struct World {
    now: Timestamp,
    book: Book,
    positions: Vec<Position>,
}

impl World {
    fn new() -> Self {
        let mut world = Self {
            now: Timestamp(0),
            book: Book {
                types: vec![untouched(), untouched()],
            },
            positions: Vec::new(),
        };
        for id in [0, 1, 0, 1] {
            let opened = world.book.open(originator(), CollateralId(id));
            let loan = opened.unwrap().lock(1_000_000).unwrap();
            world.book.put(&loan);
            world.positions.push(loan.position);
        }
        world
    }

    fn market(&self, step: &Step) -> Market {
        Market {
            price: price(step.price),
            parameters: CollateralParameters {
                debt_ceiling: 100_000_000,
                ..market().parameters
            },
        }
    }

    fn portfolio(&self, market: Market) -> Portfolio {
        let quotation = Quotation::steady(market.price, self.now, 1);
        let prices = vec![Some(quotation); self.book.assets(Priced::Lent).len()];
        let haircut = |_| Some(market.parameters.haircut);
        let portfolio = self.book.portfolio(self.now, Priced::Lent, prices, haircut);
        portfolio.unwrap()
    }

    /// All that is owed.
    fn face(&self, market: Market) -> i128 {
        let portfolio = self.portfolio(market);
        (portfolio.performing + portfolio.seized_debt) as i128
    }

    /// All principal, of performing and of seized loans.
    fn principal(&self) -> u128 {
        let kinds = self.book.types.iter();
        kinds
            .map(|kind| kind.principal + kind.seized.principal)
            .sum()
    }

    /// A position with interest up to now.
    fn loan(&self, position: &Position) -> Loan {
        self.book.loan(*position).unwrap().accrue(self.now).unwrap()
    }

    /// Takes a step. Returns what it moved.
    fn take(&mut self, step: &Step) -> Result<Flow, VaultError> {
        let market = self.market(step);
        let loan = self.book.loan(self.positions[step.position])?;
        let loan = loan.accrue(self.now)?;
        let loan = loan.at_rate(market.parameters.annual_rate)?;
        let (next, flow) = apply(loan, &step.action, &market)?;
        self.book.put(&next);
        self.positions[step.position] = next.position;
        let written_off = next.kind.written_off - loan.kind.written_off;
        assert_eq!(flow.written_off, written_off);
        Ok(flow)
    }

    /// The type as its positions add up to it.
    fn sums(&self, id: CollateralId) -> CollateralType {
        let mut sums = *self.book.get(id).unwrap();
        (sums.normalised_debt, sums.principal, sums.held) = (0, 0, 0);
        sums.seized = Seized::default();
        for position in &self.positions {
            if position.collateral_type == id {
                add_to(&mut sums, position);
            }
        }
        sums
    }
}

fn add_to(sums: &mut CollateralType, position: &Position) {
    sums.held += position.collateral;
    match position.standing {
        Standing::Performing {
            normalised_debt,
            principal,
        } => {
            sums.normalised_debt += normalised_debt;
            sums.principal += principal;
        }
        Standing::Seized(seized) => {
            sums.seized.debt += seized.debt;
            sums.seized.principal += seized.principal;
            sums.seized.mark += seized.mark;
            sums.seized.collateral += seized.collateral;
        }
    }
}

/// What a step moved, in base units of cash.
#[derive(Default)]
struct Flow {
    lent: u128,
    principal: u128,
    interest: u128,
    written_off: u128,
    /// The part of it that was principal.
    principal_lost: u128,
}

impl Flow {
    fn received(proceeds: Proceeds) -> Self {
        Self {
            principal: proceeds.principal,
            interest: proceeds.interest,
            ..Self::default()
        }
    }

    /// Cash that the pool received.
    fn cash(&self) -> i128 {
        (self.principal + self.interest) as i128 - self.lent as i128
    }
}

fn thousandths(share: u128, whole: u128) -> u128 {
    whole * share / 1_000
}

fn apply(loan: Loan, action: &Action, market: &Market) -> Result<(Loan, Flow), VaultError> {
    match *action {
        Action::Lock(share) => {
            let loan = loan.lock(1 + thousandths(share, 1_000_000))?;
            Ok((loan, Flow::default()))
        }
        Action::Release(share) => {
            let loan = loan.release(thousandths(share, loan.position.collateral))?;
            loan.ensure_within_borrow_ltv(market)?;
            Ok((loan, Flow::default()))
        }
        Action::Draw(share) => {
            let lent = thousandths(share, loan.collateral_value(market.price)?);
            let flow = Flow {
                lent,
                ..Flow::default()
            };
            Ok((loan.draw(lent, market)?, flow))
        }
        Action::Repay(share) => repay(loan, thousandths(share, loan.debt()?), market),
        Action::Seize => Ok((loan.seize(market)?, Flow::default())),
        Action::Sell {
            collateral,
            debt,
            last,
        } => {
            let sale = Sale {
                buyer: originator(),
                collateral: thousandths(collateral, loan.position.collateral),
                debt: thousandths(debt, loan.debt()?),
                penalty: 0,
                last,
            };
            sell(loan, &sale)
        }
    }
}

/// A repayment, of which interest is the first part.
fn repay(loan: Loan, offered: u128, market: &Market) -> Result<(Loan, Flow), VaultError> {
    let debt = loan.debt()?;
    let (_, principal) = loan.performing()?;
    let (left, proceeds) = loan.repay(offered, market.parameters.minimum_debt)?;
    assert_eq!(proceeds.principal + proceeds.interest, offered.min(debt));
    assert_eq!(proceeds.interest, offered.min(debt - principal));
    Ok((left, Flow::received(proceeds)))
}

/// A sale, of which principal is the first part, and which leaves no more collateral in the books than the
/// share of the debt that is left.
fn sell(loan: Loan, sale: &Sale) -> Result<(Loan, Flow), VaultError> {
    let before = loan.seized()?;
    let (sold, proceeds) = loan.sell(sale)?;
    let after = sold.seized()?;
    assert_eq!(proceeds.principal + proceeds.interest, sale.debt);
    assert_eq!(proceeds.principal, sale.debt.min(before.principal));
    assert!(after.mark <= after.debt && after.principal <= after.debt);
    assert!(after.collateral <= sold.position.collateral);
    // Up to the rounding of one base unit.
    let share = before.collateral * after.debt;
    assert!(after.collateral * before.debt < share + before.debt.max(1));

    let flow = Flow::received(proceeds);
    if !sale.last {
        return Ok((sold, flow));
    }
    let flow = Flow {
        written_off: after.debt,
        principal_lost: after.principal,
        ..flow
    };
    Ok((sold.close()?, flow))
}

proptest! {
    #[test]
    fn totals_are_the_sums_over_positions_and_no_value_gets_lost(
        steps in prop::collection::vec(step(), 1..80),
    ) {
        let mut world = World::new();
        for step in &steps {
            world.now = Timestamp(world.now.0 + step.elapsed);
            let market = world.market(step);
            let before = world.face(market);
            let principal = world.principal();
            let flow = world.take(step).unwrap_or_default();
            let after = world.face(market);

            for id in [CollateralId(0), CollateralId(1)] {
                prop_assert_eq!(world.sums(id), *world.book.get(id).unwrap());
            }
            let portfolio = world.portfolio(market);
            prop_assert!(portfolio.stressed <= portfolio.market);
            prop_assert!(portfolio.market <= portfolio.seized_debt);
            for position in &world.positions {
                let loan = world.loan(position);
                if let Ok((_, principal)) = loan.performing() {
                    prop_assert!(principal <= loan.debt().unwrap());
                }
            }
            // No principal gets lost: it is lent, comes back or is written off.
            prop_assert_eq!(
                principal + flow.lent,
                world.principal() + flow.principal + flow.principal_lost
            );
            // What is owed falls by what is paid or written off and rises by what is drawn; rounding, in
            // favour of the pool, adds less than three units at an index below 1.3.
            let accounted = after + flow.cash() + flow.written_off as i128;
            prop_assert!((before..before + 3).contains(&accounted), "{step:?}: {before} {after}");
        }
    }
}
