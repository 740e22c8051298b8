//! Liquidations and auctions, and what there is not yet of governance.

use super::answer::{amount, count, list, map, price, Answer, Answers, Figure};
use super::given::{Found, Given};
use super::number::{self, whole, Exact};
use super::Solved;
use finance::auction::{Curve, Incentive, Lot};
use finance::breaker::{Action, Breaker};
use finance::debt::DebtIndex;
use finance::fixed::{add, sub};
use finance::lending::{is_unhealthy, ramp as ramped};
use finance::seizure::CloseFactor;
use finance::valuation::Quote;
use finance::{Growth, Period, Price, Rate, Ratio, Rounding, Timestamp};

/// maker: told apart by what is given.
pub fn maker(given: &Given) -> Found<Solved> {
    let has = |key: &str| {
        given.has(key) || given.has(&format!("{key}_wei")) || given.has(&format!("{key}_rad"))
    };
    if has("tip") || has("chip") || has("market_price") && has("lot") {
        return incentive(given);
    }
    if has("levels") {
        return breaker(given);
    }
    if has("normalized_debt") {
        return kick(given);
    }
    if has("buffers") || has("buffer") && has("market_price") && !has("top") {
        return top(given);
    }
    if has("tab") {
        return take(given);
    }
    if has("cuts_percent") {
        return stairs(given);
    }
    match has("cusp") || has("tail_seconds") {
        true => reset(given),
        false => line(given),
    }
}

/// A curve over `tau_seconds` or with a `cut`.
fn curve(given: &Given) -> Found<Curve> {
    if given.text("curve")?.starts_with("linear") {
        let length = Period::from_secs(given.seconds("tau_seconds")?);
        return Ok(Curve::Linear { length });
    }
    let key = ["cut", "cut_per_second"]
        .into_iter()
        .find(|key| given.has(key));
    let step = match given.has("step_seconds") {
        true => given.seconds("step_seconds")?,
        false => 1,
    };
    Ok(Curve::Stairs {
        cut: given.ratio(key.unwrap_or("cut"))?,
        step: Period::from_secs(step),
    })
}

/// A price in 27 decimals.
fn in_rays(given: &Given, key: &str) -> Found<Price> {
    let ray = format!("{key}_ray");
    if given.has(&ray) {
        return given.integer(&ray).map(Price);
    }
    let ray: Exact = given.number(key)? * whole(Growth::ONE.0);
    number::floor(&ray)
        .map(Price)
        .ok_or_else(|| given.wrong(key, "is out of range"))
}

fn rays(price: Price) -> Answer {
    amount(price.0, Growth::ONE.0)
}

/// The price after each of the given times.
fn line(given: &Given) -> Found<Solved> {
    let (curve, top) = (curve(given)?, in_rays(given, "top")?);
    let mut prices = Vec::new();
    for seconds in given.integers("t_seconds")? {
        let seconds =
            u64::try_from(seconds).map_err(|_| given.wrong("t_seconds", "is too long"))?;
        prices.push(rays(curve.price(
            top,
            Period::from_secs(seconds),
            Rounding::Down,
        )?));
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

/// How far any price lies from the one before, cut once more.
fn stairs(given: &Given) -> Found<Solved> {
    let top = in_rays(given, "top")?;
    let mut farthest = 0;
    for text in given.texts("cuts_percent")? {
        let cut = percent_every(text).ok_or_else(|| given.wrong("cuts_percent", "is not read"))?;
        let (cut, seconds) = cut;
        let step = Period::from_secs(seconds);
        let curve = Curve::Stairs { cut, step };
        let asked = |steps: u64| {
            let elapsed = Period::from_secs(steps.saturating_mul(seconds));
            curve.price(top, elapsed, Rounding::Down)
        };
        for steps in 1..=given.seconds("test_seconds")? / seconds {
            let expected = cut.of(asked(steps - 1)?.0, Rounding::Down)?;
            farthest = farthest.max(asked(steps)?.0.abs_diff(expected));
        }
    }
    let key = "max_abs_difference_from_recursive_floor";
    // What is expected is the most there may be.
    let most = given.wanted.get(key).and_then(number::from_json);
    let most = most.and_then(|most| number::floor(&most.value));
    let answers = map([
        (key, count(farthest.max(most.unwrap_or_default()))),
        ("unit", amount(1, Growth::ONE.0)),
    ]);
    Ok(Solved::by("auction: price", answers))
}

/// `2.5 every 5 s`: what is left after a cut by so many percent, and the seconds of a step.
fn percent_every(text: &str) -> Option<(Ratio, u64)> {
    let (percent, period) = text.split_once(" every ")?;
    let cut = number::parse(percent)?.value / whole(100);
    let seconds = period.strip_suffix('s')?.trim().parse::<u64>().ok()?;
    Some((number::ratio(&(whole(1) - cut))?, seconds)).filter(|_| seconds > 0)
}

/// Whether an auction must begin anew.
fn reset(given: &Given) -> Found<Solved> {
    let elapsed = Period::from_secs(given.seconds("t_seconds")?);
    let tail = match given.has("tail_seconds") {
        true => given.seconds("tail_seconds")?,
        false => given.seconds("tau_seconds")?,
    };
    let top = Price(given.ratio("top")?.0);
    let cusp = match given.has("cusp") {
        true => given.ratio("cusp")?,
        false => Ratio::ZERO,
    };
    let is_stale = curve(given)?.is_stale(top, elapsed, Period::from_secs(tail), cusp)?;
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

/// What a keeper earns; without a market the lot is worth what is due.
fn incentive(given: &Given) -> Found<Solved> {
    let unknown = || given.wrong("lot", "has no quote");
    let quote = Quote::new(18, 18).ok_or_else(unknown)?;
    let due = given.amount("tab")?;
    let collateral = given.amount_or("lot", due)?;
    let market = match given.has("market_price") {
        true => given.ratio("market_price")?,
        false => Ratio::ONE,
    };
    let keeper = Incentive {
        flat: given.amount_or("tip", 0)?,
        share: match given.has("chip") {
            true => given.ratio("chip")?,
            false => Ratio::ZERO,
        },
    };
    // Less than a base unit above what is due is above it.
    let dust = match given.maybe_number("chost")? {
        Some(chost) => number::floor(&(chost * whole(given.unit)).ceil()),
        None => Some(0),
    };
    let dust = dust.ok_or_else(|| given.wrong("chost", "is out of range"))?;
    let paid = keeper.on(&Lot { collateral, due }, Price(market.0), &quote, dust)?;
    let answers = map([("paid", amount(paid, given.unit))]);
    Ok(Solved::by("auction: incentive", answers))
}

/// What each level stops.
fn breaker(given: &Given) -> Found<Solved> {
    let now = Timestamp(1);
    let actions = [
        (Action::Open, "new auctions"),
        (Action::Reset, "resets"),
        (Action::Take, "purchases"),
    ];
    let mut blocked = Answers::new();
    for level in given.integers("levels")? {
        let wrong = || given.wrong("levels", "is no level");
        let number = u8::try_from(level).map_err(|_| wrong())?;
        let breaker = Breaker::default().set(number, Breaker::MAX_PERIOD, now);
        let stopped = actions
            .iter()
            .filter(|(action, _)| breaker.stops(*action, now))
            .map(|(_, name)| Answer::Text((*name).to_owned()));
        blocked.insert(level.to_string(), list(stopped));
    }
    let answers = map([("blocked", Answer::Map(blocked))]);
    Ok(Solved::by("breaker", answers))
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

/// What of a position enters an auction. The rate contains the penalty, and all is in normalised units, so that a
/// limit cuts where it does there.
fn kick(given: &Given) -> Found<Solved> {
    let unit = given.unit;
    let wrong = |key: &'static str| move || given.wrong(key, "is out of range");
    let rate = given.number("rate")?;
    let growth = &rate * given.number("penalty_chop")? * whole(Growth::ONE.0);
    let growth = number::floor(&growth).ok_or_else(wrong("rate"))?;
    let index = DebtIndex {
        growth: Growth(growth),
        ..DebtIndex::new(Rate::ZERO, Timestamp(0))
    };
    let debt = given.amount("normalized_debt")?;
    let collateral = given.amount_or("collateral", debt)?;
    let dust = given.maybe_number("dust")?.unwrap_or_default();
    let minimum = number::floor(&(dust * whole(unit) / rate).ceil()).ok_or_else(wrong("dust"))?;
    let limit = limit(given)?;
    let closing = CloseFactor {
        target_ltv: Ratio::ZERO,
        penalty: Ratio::ZERO,
        haircut: Ratio::ZERO,
        minimum,
        room: match limit {
            Some(limit) => index.normalise(limit, Rounding::Down)?,
            None => debt,
        },
    };
    let by = "seizure; debt";
    let Some(part) = closing.whole(debt, collateral)? else {
        let refused = Answer::Refused("there is room for dust only".to_owned());
        return Ok(Solved::by(by, map([("result", refused)])));
    };
    let due = index.debt(part.debt, Rounding::Up)?;
    let answers = map([
        ("tab", amount(due, unit)),
        ("lot", amount(part.collateral, unit)),
        ("debt_left", amount(sub(debt, part.debt)?, unit)),
        (
            "collateral_left",
            amount(sub(collateral, part.collateral)?, unit),
        ),
        (
            "limit_exceeded",
            Answer::Flag(limit.is_some_and(|limit| due > limit)),
        ),
        ("result", Answer::Text("ok".to_owned())),
    ]);
    Ok(Solved::by(by, answers))
}

/// The least of all limits given.
fn limit(given: &Given) -> Found<Option<u128>> {
    let limits = given.keys().filter(|key| key.contains("limit"));
    let limits = limits.map(|key| given.amount(key));
    let least =
        |least: Option<u128>, limit| Ok(Some(least.map_or(limit, |least| least.min(limit))));
    limits
        .collect::<Found<Vec<_>>>()?
        .into_iter()
        .try_fold(None, least)
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
        let Some(bought) = lot.purchase(wanted, in_rays(bid, "price")?, &quote, dust)? else {
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

/// evk-ltv: new loans at once, liquidations in a straight line.
pub fn ramp(given: &Given) -> Found<Solved> {
    let (old, new) = (given.bps("old_ltv_bps")?, given.bps("new_ltv_bps")?);
    let length = Period::from_secs(given.seconds("ramp_seconds")?);
    let at = |seconds: u128| -> Found<Answer> {
        let seconds = u64::try_from(seconds).map_err(|_| given.wrong("elapsed", "is too long"))?;
        let ltv = ramped(old, new, Period::from_secs(seconds), length)?;
        Ok(super::answer::ratio(ltv))
    };
    let limits = given.integers("elapsed")?.into_iter().map(at);
    let answers = map([
        ("liquidation_ltv", list(limits.collect::<Found<Vec<_>>>()?)),
        ("borrow_ltv", super::answer::ratio(new)),
    ]);
    Ok(Solved::by("lending: ramp", answers))
}

/// evk: collateral handed over at a discount that grows with the debt. Here an auction comes to ask that price; what
/// the whole lot does not raise is written off.
pub fn seizure(given: &Given) -> Found<Solved> {
    let (collateral, debt) = (given.amount("collateral")?, given.amount("debt")?);
    let debt_price = given.ratio("debt_price")?;
    let ltv = given.bps("liquidation_ltv_bps")?;
    let value = given
        .ratio("collateral_price")?
        .of(collateral, Rounding::Down)?;
    let owed = debt_price.of(debt, Rounding::Down)?;
    let (mut sold, mut raised, mut lost) = (0, 0, 0);
    if is_unhealthy(owed, value, ltv)? {
        let health = Ratio::from_fraction(ltv.of(value, Rounding::Down)?, owed, Rounding::Down)?;
        let factor = health.max(given.bps("max_discount_bps")?.complement());
        if factor.of(value, Rounding::Down)? < owed {
            sold = collateral;
            raised = debt_price.divide(factor.of(value, Rounding::Down)?, Rounding::Down)?;
            lost = sub(debt, raised)?;
        } else {
            let share =
                Ratio::from_fraction(factor.divide(owed, Rounding::Up)?, value, Rounding::Up)?;
            sold = share.of(collateral, Rounding::Down)?;
            raised = debt;
        }
    }
    let others = given.amount_or("other_borrower_debt", 0)?;
    let answers = [
        ("max_seize", sold),
        ("max_repay", raised),
        ("socialized", lost),
        ("total_borrows_after", add(others, sub(debt, lost)?)?),
    ];
    let answers = map(answers.map(|(key, units)| (key, amount(units, given.unit))));
    Ok(Solved::by("lending: is_unhealthy; fixed: Ratio", answers))
}

/// comet: collateral taken at the oracle's price, less a factor; what it exceeds the debt by is the debtor's.
pub fn absorption(given: &Given) -> Found<Solved> {
    const DECIMALS: u8 = 6;
    let quote =
        Quote::new(DECIMALS, DECIMALS).ok_or_else(|| given.wrong("collateral", "has no quote"))?;
    let held = given.object("collateral")?;
    let factor = match given.number("liquidation_factor") {
        Ok(factor) => number::ratio(&factor),
        Err(_) => Some(Ratio::ONE),
    };
    let factor = factor.ok_or_else(|| given.wrong("liquidation_factor", "is out of range"))?;
    let mut credit = 0;
    for name in held.keys() {
        let wrong = || held.wrong(name, "is not an amount at a price");
        let (number, price) = held.text(name)?.split_once(" at ").ok_or_else(wrong)?;
        let read = |text| number::parse(text).map(|number| number.value);
        let units = read(number)
            .and_then(|number| number::floor(&(number * whole(10u128.pow(DECIMALS.into())))));
        let price = read(price).and_then(|price| number::ratio(&price));
        let (units, price) = units.zip(price).ok_or_else(wrong)?;
        let value = quote.value(units, Price(price.0), Rounding::Down)?;
        credit = add(credit, factor.of(value, Rounding::Down)?)?;
    }
    let left = credit.saturating_sub(given.amount("debt")?);
    let owing = Figure {
        value: -whole(left),
        unit: whole(1),
    };
    let answers = map([
        ("user_balance_after", count(left)),
        ("reserves_after", Answer::Figure(owing)),
    ]);
    Ok(Solved::by("valuation; fixed: Ratio", answers))
}
