//! Orders, epochs, what an epoch may do.

use super::answer::{amount, count, list, map, Answer, Answers, Figure};
use super::given::{unsupported, Found, Given};
use super::number::{self, whole, Exact};
use super::pool::{self, Placed, Queue};
use super::Solved;
use finance::claim::Claim;
use finance::class::Class;
use finance::fills;
use finance::fixed::{add, sub};
use finance::{waterfall, MathError, Ratio, Rounding};
use num_traits::{ToPrimitive, Zero};

/// One side of a class: what its orders give and what they get.
#[derive(Clone, Copy)]
enum Side {
    Deposits,
    Redemptions,
}

impl Side {
    fn given(self) -> &'static str {
        match self {
            Self::Deposits => "currency",
            Self::Redemptions => "tokens",
        }
    }

    fn received(self) -> &'static str {
        match self {
            Self::Deposits => "tokens",
            Self::Redemptions => "currency",
        }
    }

    /// Cash that buys no whole base unit of a token stays in its order: below this many base units.
    fn keeps(self, price: &Exact) -> u128 {
        match self {
            Self::Deposits if *price > whole(2) => {
                number::floor(&price.ceil()).unwrap_or(u128::MAX)
            }
            _ => 1,
        }
    }

    /// What the part `called` up of all orders gives, and gets, at `price`.
    fn fill(self, price: &Exact, called: u128) -> Result<Option<(u128, u128)>, MathError> {
        let Some(mut class) = class_at(price, called) else {
            return Ok(None);
        };
        Ok(Some(match self {
            Self::Deposits => {
                let fill = pool::deposit(&mut class, called)?;
                (fill.deposited, fill.minted)
            }
            Self::Redemptions => {
                let fill = pool::redeem(&mut class, called)?;
                (fill.burned, fill.paid)
            }
        }))
    }
}

/// A class of at least `tokens` tokens at exactly `price`.
fn class_at(price: &Exact, tokens: u128) -> Option<Class> {
    let value = price.numer().to_u128()?;
    let supply = price.denom().to_u128()?;
    let copies = tokens.checked_div(supply)?.checked_add(1)?;
    Some(pool::class(
        value.checked_mul(copies)?,
        supply.checked_mul(copies)?,
    ))
}

pub fn deposits(given: &Given) -> Found<Solved> {
    queue(given, Side::Deposits)
}

pub fn redemptions(given: &Given) -> Found<Solved> {
    queue(given, Side::Redemptions)
}

/// tinlake-epoch-supply, -redeem: an order, alone in its book, that is filled in parts.
fn queue(given: &Given, side: Side) -> Found<Solved> {
    let mut queue = Queue::default();
    let order = queue.place(given.amount(&format!("order_{}", side.given()))?)?;
    let epochs = match given.has("epochs") {
        true => given.objects("epochs")?,
        false => vec![given.clone()],
    };
    let (given_name, received_name) = (side.given(), side.received());
    let (mut received, mut left) = (Vec::new(), Vec::new());
    let mut answers = Answers::new();
    let mut total = 0;
    let mut keeps = 1;
    for (terms, fills) in epochs.iter().zip(1..) {
        let output = settle(&mut queue, side, terms)?;
        total = add(total, output)?;
        let standing = queue.standing(order)?;
        let is_close = |sum: u128, part: u128| part <= sum && sum - part <= fills;
        if !is_close(total, standing.received) || !is_close(queue.book.pending, standing.left) {
            return Err(terms.wrong(
                "price",
                "makes an order differ from its book by more than a unit per fill",
            ));
        }
        let in_units = |base_units, of| coarse(base_units, of, given.unit);
        received.push(in_units(total, keeps));
        answers.insert(
            format!("{received_name}_epoch_{fills}"),
            in_units(output, keeps),
        );
        keeps = keeps.max(side.keeps(&terms.number("price")?));
        left.push(in_units(queue.book.pending, keeps));
        answers.insert(
            format!("{given_name}_left_epoch_{fills}"),
            in_units(queue.book.pending, keeps),
        );
    }
    // A single amount left, next to what each epoch gave, is the one after the first.
    let is_by_epoch = given.wanted.keys().any(|key| key.contains("_epoch_"));
    let one_left = if is_by_epoch {
        left.first()
    } else {
        left.last()
    };
    for (name, answer) in [
        (format!("{given_name}_left"), one_left),
        (received_name.to_owned(), received.last()),
        (format!("{received_name}_out"), received.last()),
    ] {
        answers.extend(answer.map(|answer| (name, answer.clone())));
    }
    answers.insert(format!("{received_name}_after"), list(received));
    answers.insert(format!("{given_name}_left_after"), list(left));
    if given.has("then") {
        let then = given.object("then")?;
        let received = replace(&mut queue, side, order, &then)?;
        for name in [
            format!("second_order_{received_name}_out"),
            format!("second_order_{received_name}"),
        ] {
            answers.insert(name, coarse(received, keeps, given.unit));
        }
    }
    Ok(Solved::by("fills, orders", answers))
}

/// An amount that is settled to within `of` base units.
fn coarse(base_units: u128, of: u128, unit: u128) -> Answer {
    Answer::Figure(Figure {
        value: whole(base_units) / whole(unit),
        unit: whole(of) / whole(unit),
    })
}

/// The order makes way for another, which is then filled. Returns what the new one received.
fn replace(queue: &mut Queue, side: Side, old: Placed, then: &Given) -> Found<u128> {
    queue.cancel(old)?;
    queue.place(then.amount(&format!("new_order_{}", side.given()))?)?;
    settle(queue, side, then)
}

/// Fills the share `fulfillment` of all orders at `price`. Returns what they received.
fn settle(queue: &mut Queue, side: Side, terms: &Given) -> Found<u128> {
    let called = terms
        .ratio("fulfillment")?
        .of(queue.book.pending, Rounding::Down)?;
    let filled = side.fill(&terms.number("price")?, called)?;
    let (filled, output) = filled.ok_or_else(|| terms.wrong("price", "is out of range"))?;
    queue.fill(filled, output)?;
    Ok(output)
}

/// cfg-fulfillment: shares of orders.
pub fn fulfillment(given: &Given) -> Found<Solved> {
    let given = given.clone().in_base_units();
    let mut executed = Vec::new();
    for (order, share) in given
        .objects("orders")?
        .iter()
        .zip(given.objects("fulfillment")?)
    {
        let mut both = Vec::new();
        for (key, side) in [("invest", Side::Deposits), ("redeem", Side::Redemptions)] {
            let called = share.ratio(key)?.of(order.amount(key)?, Rounding::Down)?;
            let filled = side.fill(&whole(1), called)?;
            both.push(count(filled.map_or(0, |(filled, _)| filled)));
        }
        executed.push(list(both));
    }
    Ok(Solved::by("fills", map([("executed", list(executed))])))
}

/// wildcat-queue: cash for those who leave, the senior class first.
pub fn senior_first(given: &Given) -> Found<Solved> {
    let queued = [
        given.amount("queued_senior")?,
        given.amount("queued_junior")?,
    ];
    let mut classes = queued.map(|value| Class {
        redemptions: value,
        ..pool::class(value, value)
    });
    let mut paid = [0; 2];
    let mut cash = 0;
    let mut answers = Answers::new();
    let moments = ["first", "second", "third", "fourth", "fifth", "sixth"];
    for (arrived, moment) in given.amounts("cash_in_order")?.into_iter().zip(moments) {
        cash = add(cash, arrived)?;
        for (fill, paid) in fills::fill(&mut classes, cash, false)?
            .iter()
            .zip(&mut paid)
        {
            *paid = add(*paid, fill.paid)?;
            cash = sub(cash, fill.paid)?;
        }
        let claimable = ["senior", "junior"]
            .into_iter()
            .zip(paid.map(|paid| amount(paid, given.unit)));
        answers.insert(
            format!("claimable_after_{moment}"),
            Answer::Map(map(claimable)),
        );
    }
    Ok(Solved::by("fills", answers))
}

/// tinlake-validate: which of our limits a proposed epoch breaks, in the peer's numbering.
pub fn validate(given: &Given) -> Found<Solved> {
    let code = match broken_limit(&Epoch::read(given)?)? {
        None => Exact::zero(),
        Some(limit) => -whole(limit as u128),
    };
    let unit = whole(1);
    let answers = map([("code", Answer::Figure(Figure { value: code, unit }))]);
    Ok(Solved::by(
        "orders, fills: caps, impairment; waterfall: cover",
        answers,
    ))
}

#[derive(Clone, Copy)]
enum Limit {
    Cash = 1,
    Orders = 2,
    Reserve = 3,
    LeastSenior = 4,
    MostSenior = 5,
    Impaired = 7,
}

/// An epoch as it is proposed; pairs are the senior and the junior class.
struct Epoch {
    nav: u128,
    reserve: u128,
    largest_reserve: u128,
    least_senior: Ratio,
    most_senior: Ratio,
    claim: u128,
    is_closing: bool,
    deposits: [u128; 2],
    redemptions: [u128; 2],
    /// Deposits and redemptions there are orders for.
    ordered: [[u128; 2]; 2],
}

impl Epoch {
    fn read(given: &Given) -> Found<Self> {
        let (pool, solution) = (given.object("pool")?, given.object("solution")?);
        let pair = |given: &Given, before: &str, after: &str| -> Found<[u128; 2]> {
            Ok([
                given.amount_or(&format!("{before}senior_{after}"), 0)?,
                given.amount_or(&format!("{before}junior_{after}"), 0)?,
            ])
        };
        let ratio_or = |key, default| match pool.has(key) {
            true => pool.ratio(key),
            false => Ok(default),
        };
        Ok(Self {
            nav: pool.amount("nav")?,
            reserve: pool.amount("reserve")?,
            largest_reserve: pool.amount_or("max_reserve", u128::MAX)?,
            least_senior: ratio_or("min_senior_ratio", Ratio::ZERO)?,
            most_senior: ratio_or("max_senior_ratio", Ratio::ONE)?,
            claim: match pool.maybe_amount("senior_asset")? {
                Some(claim) => claim,
                None => add(pool.amount("senior_debt")?, pool.amount("senior_balance")?)?,
            },
            is_closing: pool.flag("pool_closing"),
            deposits: pair(&solution, "", "supply")?,
            redemptions: pair(&solution, "", "redeem")?,
            ordered: [
                pair(&pool, "order_", "supply")?,
                pair(&pool, "order_", "redeem")?,
            ],
        })
    }

    /// The pool's cash afterwards; `None` if it does not suffice.
    fn cash_after(&self) -> Result<Option<u128>, MathError> {
        let with_deposits = self
            .deposits
            .iter()
            .try_fold(self.reserve, |sum, cash| add(sum, *cash))?;
        let paid = self
            .redemptions
            .iter()
            .try_fold(0, |sum, cash| add(sum, *cash))?;
        Ok(sub(with_deposits, paid).ok())
    }

    /// Whether books of the orders there are can fill what is proposed.
    fn is_ordered(&self) -> Result<bool, MathError> {
        for (ordered, filled) in self.ordered.iter().zip([&self.deposits, &self.redemptions]) {
            for (ordered, filled) in ordered.iter().zip(filled) {
                let mut queue = Queue::default();
                queue.place(*ordered)?;
                if queue.fill(*filled, *filled) == Err(MathError::Underflow) {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    /// Whether the classes as they stand take the deposits.
    fn is_open(&self) -> Result<bool, MathError> {
        let values = waterfall::distribute(add(self.nav, self.reserve)?, &[self.claim])?;
        let claims = [Some(Claim::new(self.claim)), None];
        let rows = values.iter().zip(claims).zip(self.deposits);
        let mut classes: Vec<Class> = rows
            .map(|((value, claim), deposits)| Class {
                claim,
                deposits,
                ..pool::class(*value, *value)
            })
            .collect();
        let fills = fills::fill(&mut classes, 0, false)?;
        Ok(fills
            .iter()
            .zip(self.deposits)
            .all(|(fill, deposits)| fill.deposited == deposits))
    }
}

fn broken_limit(epoch: &Epoch) -> Result<Option<Limit>, MathError> {
    let Some(cash) = epoch.cash_after()? else {
        return Ok(Some(Limit::Cash));
    };
    if !epoch.is_ordered()? {
        return Ok(Some(Limit::Orders));
    }
    if epoch.is_closing {
        return Ok((!epoch.is_open()?).then_some(Limit::Impaired));
    }
    // The cap of a class, on a class that holds the cash.
    let mut held = Class {
        cap: epoch.largest_reserve,
        ..pool::class(0, 0)
    };
    if pool::deposit(&mut held, cash)?.deposited < cash {
        return Ok(Some(Limit::Reserve));
    }
    let [deposit, redemption] = [epoch.deposits, epoch.redemptions].map(|[senior, _]| senior);
    let claim = Claim::new(epoch.claim).deposit(deposit)?.pay(redemption)?;
    let values = waterfall::distribute(add(epoch.nav, cash)?, &[claim.amount])?;
    // A least senior share is cover seen from below: the classes change places.
    let upturned: Vec<u128> = values.iter().rev().copied().collect();
    if !waterfall::is_covered(&upturned, 0, epoch.least_senior)? {
        return Ok(Some(Limit::LeastSenior));
    }
    let is_covered = waterfall::is_covered(&values, 0, epoch.most_senior.complement())?;
    Ok((!is_covered).then_some(Limit::MostSenior))
}

/// idle-linear-release.
pub fn release(_: &Given) -> Found<Solved> {
    unsupported("nothing is released over time: interest counts when it is paid, and orders settle at the end of an epoch")
}
