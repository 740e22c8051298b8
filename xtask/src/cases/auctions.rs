//! Auctions, and what there is not yet of liquidation and governance.

use super::answer::{amount, list, map, price, Answer, Answers};
use super::given::{unsupported, Found, Given};
use super::number::{self, whole, Exact};
use super::Solved;
use finance::auction::{Curve, Lot};
use finance::debt::DebtIndex;
use finance::fixed::{add, sub};
use finance::valuation::Quote;
use finance::{Growth, Period, Price, Rate, Ratio, Rounding, Timestamp};

/// maker: told apart by what is given.
pub fn maker(given: &Given) -> Found<Solved> {
    let has = |key: &str| {
        given.has(key) || given.has(&format!("{key}_wei")) || given.has(&format!("{key}_rad"))
    };
    if has("tip") || has("market_price") && has("lot") {
        return unsupported("not there yet — liquidation-engine: keepers earn the discount of the auction, no incentive");
    }
    if has("levels") {
        return unsupported("not there yet — liquidation-engine: no breaker");
    }
    if has("normalized_debt") {
        return kick(given);
    }
    if has("buffers") || has("buffer") && has("market_price") {
        return top(given);
    }
    if has("tab") {
        return take(given);
    }
    if !given.has("curve") {
        return unsupported("not there yet — liquidation-engine");
    }
    let curve = given.text("curve")?;
    if !curve.starts_with("linear") {
        return unsupported(format!(
            "not there yet — liquidation-engine: a straight line is the only curve, no {curve} one"
        ));
    }
    match given.has("cusp") || given.has("tail_seconds") {
        true => reset(given),
        false => line(given),
    }
}

fn curve(given: &Given, key: &str) -> Found<Curve> {
    let tail = Period::from_secs(given.seconds(key)?);
    Ok(Curve::Linear { tail })
}

/// The price after each of the given times.
fn line(given: &Given) -> Found<Solved> {
    let curve = curve(given, "tau_seconds")?;
    let top = Price(given.ratio("top")?.0);
    let mut prices = Vec::new();
    for seconds in given.integers("t_seconds")? {
        let seconds =
            u64::try_from(seconds).map_err(|_| given.wrong("t_seconds", "is too long"))?;
        prices.push(price(curve.price(top, Period::from_secs(seconds))?));
    }
    let is_list = given
        .raw("t_seconds")
        .is_some_and(serde_json::Value::is_array);
    let prices = match prices.pop() {
        Some(only) if !is_list => only,
        last => list(prices.into_iter().chain(last)),
    };
    Ok(Solved::by("auction: price", map([("price", prices)])))
}

/// Whether an auction must begin anew.
fn reset(given: &Given) -> Found<Solved> {
    let elapsed = given.seconds("t_seconds")?;
    let (tau, tail) = (
        given.seconds("tau_seconds")?,
        given.seconds("tail_seconds")?,
    );
    if tail < tau && elapsed > tail {
        return unsupported("an auction has one end, the tail, at which its price is zero");
    }
    let top = Price(given.ratio("top")?.0);
    let cusp = match given.has("cusp") {
        true => given.ratio("cusp")?,
        false => Ratio::ZERO,
    };
    let is_stale = curve(given, "tau_seconds")?.is_stale(top, Period::from_secs(elapsed), cusp)?;
    let again = match is_stale {
        false => Answer::Nothing,
        true => match given.has("market_price") && given.has("buffer") {
            true => price(asked(given.ratio("market_price")?, given.ratio("buffer")?)?),
            // Unless it says otherwise, the market stands where it stood.
            false => price(top),
        },
    };
    let answers = map([
        ("needs_reset", Answer::Flag(is_stale)),
        ("new_top_if_reset", again),
    ]);
    Ok(Solved::by("auction: is_stale", answers))
}

fn asked(market: Ratio, buffer: Ratio) -> Found<Price> {
    Ok(Price(buffer.of(market.0, Rounding::Up)?))
}

fn top(given: &Given) -> Found<Solved> {
    let market = given.ratio("market_price")?;
    let key = if given.has("buffers") {
        "buffers"
    } else {
        "buffer"
    };
    let mut tops = Vec::new();
    for buffer in given.numbers(key)? {
        let buffer = number::ratio(&buffer).ok_or_else(|| given.wrong(key, "is out of range"))?;
        tops.push(price(asked(market, buffer)?));
    }
    let answer = match (key, tops.pop()) {
        ("buffer", Some(only)) => only,
        (_, last) => list(tops.into_iter().chain(last)),
    };
    Ok(Solved::by("fixed: Ratio", map([("top", answer)])))
}

/// A position is seized whole, with a penalty on top.
fn kick(given: &Given) -> Found<Solved> {
    let growth = given.number("rate")? * whole(Growth::ONE.0);
    let growth = number::floor(&growth)
        .map(Growth)
        .ok_or_else(|| given.wrong("rate", "is out of range"))?;
    let index = DebtIndex {
        growth,
        ..DebtIndex::new(Rate::ZERO, Timestamp(0))
    };
    let debt = index.debt(given.amount("normalized_debt")?, Rounding::Up)?;
    let penalty = sub(given.ratio("penalty_chop")?.0, Ratio::ONE.0)?;
    let due = add(debt, Ratio(penalty).of(debt, Rounding::Up)?)?;
    let unit = given.unit;
    let is_over = match given.raw("limit") {
        Some(_) => whole(due) / whole(unit) > given.number("limit")?,
        None => false,
    };
    let mut answers = map([
        ("tab", amount(due, unit)),
        ("debt_left", amount(0, unit)),
        ("collateral_left", amount(0, unit)),
        ("limit_exceeded", Answer::Flag(is_over)),
        ("result", Answer::Text("ok".to_owned())),
    ]);
    if let Some(collateral) = given.maybe_amount("collateral")? {
        answers.insert("lot".to_owned(), amount(collateral, unit));
    }
    let solved = Solved::by("debt, fixed: Ratio", answers);
    Ok(match is_over {
        true => solved.unlike("", "not there yet — liquidation-engine: no limit on what is in auction; a position is seized whole"),
        false => solved,
    })
}

/// Purchases from a lot. The money has nine decimals on paper, so that a price counts in 1e-27.
fn take(given: &Given) -> Found<Solved> {
    let quote = Quote::new(18, 9).ok_or_else(|| given.wrong("lot", "has no quote"))?;
    let unit = given.unit;
    let dust = given.amount_or("chost", 0)?;
    let mut lot = Lot {
        collateral: given.amount("lot")?,
        due: given.amount("tab")?,
    };
    let bids = match given.has("bids") {
        true => given.objects("bids")?,
        false => vec![given.clone()],
    };
    let mut answers = Answers::new();
    let mut last = Answers::new();
    for (bid, name) in bids
        .iter()
        .zip(["first", "second", "third", "fourth", "fifth"])
    {
        let wanted = match bid.text("amount") {
            Ok("all") => lot.collateral,
            _ => bid.amount("amount")?,
        };
        let Some(bought) = lot.purchase(wanted, ray_price(bid)?, &quote, dust)? else {
            let refusal = Answer::Refused("a partial purchase would leave dust".to_owned());
            last = map([("result", refusal.clone())]);
            answers.insert(name.to_owned(), refusal);
            continue;
        };
        lot = Lot {
            collateral: sub(lot.collateral, bought.collateral)?,
            due: sub(lot.due, bought.cost)?,
        };
        last = map([
            ("paid", amount(bought.cost, unit)),
            ("received", amount(bought.collateral, unit)),
        ]);
        answers.insert(name.to_owned(), Answer::Map(last.clone()));
    }
    let is_over = lot.due == 0 || lot.collateral == 0;
    let (returned, lost) = match is_over {
        true => (lot.collateral, lot.due),
        false => (0, 0),
    };
    answers.append(&mut last);
    answers.extend(map([
        ("tab_left", amount(lot.due, unit)),
        ("lot_left", amount(lot.collateral, unit)),
        ("returned", amount(returned, unit)),
        ("bad_debt", amount(lost, unit)),
        (
            "auction",
            Answer::Text(if is_over { "closed" } else { "open" }.to_owned()),
        ),
    ]));
    Ok(Solved::by("auction: purchase", answers))
}

fn ray_price(bid: &Given) -> Found<Price> {
    if bid.has("price_ray") {
        return bid.integer("price_ray").map(Price);
    }
    let ray: Exact = bid.number("price")? * whole(Growth::ONE.0);
    number::floor(&ray)
        .map(Price)
        .ok_or_else(|| bid.wrong("price", "is out of range"))
}

pub fn ramp(_: &Given) -> Found<Solved> {
    unsupported("not there yet — parameters: a change acts at once, without a ramp")
}

pub fn seizure(_: &Given) -> Found<Solved> {
    unsupported(
        "collateral is auctioned, not handed over at a discount; what stays owed is written off",
    )
}

pub fn absorption(_: &Given) -> Found<Solved> {
    unsupported("collateral is auctioned, not absorbed at the oracle's price; what is left of it is the originator's")
}

pub fn governance(_: &Given) -> Found<Solved> {
    unsupported("not there yet — governor")
}
