//! Claims, the waterfall, subordination.

use super::answer::{self, amount, list, map, percent, price, Answer, Answers, Figure};
use super::given::{unsupported, Found, Given, Miss, WHOLE};
use super::number::{self, whole, Exact};
use super::pool;
use super::Solved;
use finance::claim::{deployed_share, Claim};
use finance::class::Class;
use finance::fees::Fees;
use finance::fills::{self, Fill};
use finance::fixed::{add, sub};
use finance::{waterfall, MathError, Price, Rate, Ratio, Rounding, MAX_TRANCHES};
use num_traits::{Signed, Zero};

/// What `claims` get of `assets`, and what the residual gets.
fn divide(assets: u128, claim: u128) -> Result<(u128, u128), MathError> {
    let values = waterfall::distribute(assets, &[claim])?;
    Ok((
        values.first().copied().unwrap_or(0),
        values.get(1).copied().unwrap_or(0),
    ))
}

/// The share of a pool of `assets` that `part` is; above one if it is more than all.
fn share(part: u128, assets: u128) -> Result<Ratio, MathError> {
    match assets.checked_sub(part) {
        Some(rest) => waterfall::subordination(&[rest, part], 0),
        None if assets == 0 => Ok(Ratio::ZERO),
        None => Ratio::from_fraction(part, assets, Rounding::Down),
    }
}

/// The senior claim as it stands, whole or in parts.
fn claim_before(given: &Given) -> Found<u128> {
    let stems = [
        "current_senior_asset",
        "senior_asset_before",
        "senior_asset",
    ];
    for stem in stems {
        if let Some(claim) = given.maybe_amount(stem)? {
            return Ok(claim);
        }
    }
    let debt = given.amount_or("senior_debt", 0)?;
    Ok(add(debt, given.amount_or("senior_balance", 0)?)?)
}

/// The senior claim after the orders of a case.
fn claim_after(given: &Given) -> Found<u128> {
    let claim = Claim::new(claim_before(given)?).deposit(given.amount_or("senior_supply", 0)?)?;
    Ok(claim.pay(given.amount_or("senior_redeem", 0)?)?.amount)
}

/// tinlake-senior-asset, -state, -ratio: a claim after its orders, capped by the pool.
pub fn senior(given: &Given) -> Found<Solved> {
    let assets = given.assets()?;
    let claim = claim_after(given)?;
    let (senior, _) = divide(assets, claim)?;
    // An asset that is given, not computed from orders, is not capped.
    let of_pool = if given.has("senior_asset") {
        claim
    } else {
        senior
    };
    let answers = map([
        ("senior_asset", amount(senior, given.unit)),
        ("senior_ratio", answer::ratio(share(of_pool, assets)?)),
    ]);
    Ok(Solved::by("claim, waterfall", answers))
}

/// tinlake-rebalance: the part of a claim that grows is the deployed share of it.
pub fn rebalance(given: &Given) -> Found<Solved> {
    let (nav, reserve) = (
        given.amount("nav")?,
        given.amount_of(&["reserve_after", "reserve"])?,
    );
    let assets = add(nav, reserve)?;
    let claim = claim_after(given)?;
    let (senior, _) = divide(assets, claim)?;
    let debt = deployed_share(nav, reserve)?.of(senior, Rounding::Down)?;
    // The share has 18 decimals, and no amount computed by it is finer.
    let unit = whole(senior.max(Ratio::ONE.0)) / whole(Ratio::ONE.0) / whole(given.unit);
    let by_share = |base_units| {
        let value = whole(base_units) / whole(given.unit);
        Answer::Figure(Figure {
            value,
            unit: unit.clone(),
        })
    };
    let answers = map([
        ("senior_ratio", answer::ratio(share(senior, assets)?)),
        ("senior_asset", amount(senior, given.unit)),
        ("senior_debt", by_share(debt)),
        ("senior_balance", by_share(sub(claim, debt)?)),
    ]);
    Ok(Solved::by("claim: deployed share; waterfall", answers))
}

/// tinlake-execute-epoch: all orders fill.
pub fn execute(given: &Given) -> Found<Solved> {
    let (nav, reserve) = (given.amount("nav")?, given.amount("reserve")?);
    let claim = claim_before(given)?;
    let (senior, junior) = divide(add(nav, reserve)?, claim)?;
    let mut classes = [pool::class(senior, senior), pool::class(junior, junior)];
    if let Some(class) = classes.first_mut() {
        class.claim = Some(Claim::new(claim));
    }
    for (class, name) in classes.iter_mut().zip(["senior", "junior"]) {
        class.deposits = given.amount_or(&format!("{name}_supply"), 0)?;
        class.redemptions = given.amount_or(&format!("{name}_redeem"), 0)?;
    }
    let fills = fills::fill(&mut classes, reserve, false)?;
    let total = |part: fn(&Fill) -> u128| fills.iter().map(part).try_fold(0, add);
    let reserve = sub(
        add(reserve, total(|fill| fill.deposited)?)?,
        total(|fill| fill.paid)?,
    )?;
    let claims = classes.iter().filter_map(|class| class.claim);
    let (senior, junior) = divide(add(nav, reserve)?, claims.map(|claim| claim.amount).sum())?;
    let answers = map([
        ("new_reserve", amount(reserve, given.unit)),
        ("senior_asset", amount(senior, given.unit)),
        ("junior_asset", amount(junior, given.unit)),
        (
            "senior_ratio",
            answer::ratio(share(senior, add(nav, reserve)?)?),
        ),
    ]);
    Ok(Solved::by("fills, waterfall", answers))
}

/// tinlake-senior-price, -junior-price, -price: value per token.
pub fn token_price(given: &Given) -> Found<Solved> {
    let assets = given.assets()?;
    let claim = claim_before(given)?;
    let (senior, mut junior) = divide(assets, claim)?;
    if assets >= claim {
        junior = add(junior, given.amount_or("junior_stake", 0)?)?;
    }
    let both = given.maybe_amount("supplies")?;
    let mut answers = Answers::new();
    for (name, value) in [("senior", senior), ("junior", junior)] {
        let Some(supply) = given.maybe_amount(&format!("{name}_supply"))?.or(both) else {
            continue;
        };
        if supply > 0 && supply <= DUST_SUPPLY {
            return unsupported("a price is value ÷ supply however few tokens there are; a deposit that buys no whole token is not taken");
        }
        if supply > 0 && assets == 0 {
            return unsupported(
                "only a class without tokens is priced 1; tokens of an empty pool are worth 0",
            );
        }
        answers.insert(format!("{name}_price"), price(pool::price(value, supply)));
    }
    Ok(Solved::by("waterfall, fees: price", answers))
}

/// Supplies at which the peer no longer divides.
const DUST_SUPPLY: u128 = 5;

/// tinlake-system: a year of a pool in a day, its rates quoted per day.
pub fn system(given: &Given) -> Found<Solved> {
    let per_day = |key| -> Found<Rate> {
        let percent = given
            .text(key)?
            .split_whitespace()
            .next()
            .and_then(number::parse);
        let rate =
            percent.and_then(|percent| number::floor(&(percent.value * whole(Rate::ONE.0 / 100))));
        rate.map(Rate)
            .ok_or_else(|| given.wrong(key, "is not a rate in percent per day"))
    };
    let days = given.seconds("elapsed_days")?;
    let (senior, junior) = (
        given.amount("senior_supply")?,
        given.amount("junior_supply")?,
    );
    let lent = given.amount("borrow")?;
    let cash = sub(add(senior, junior)?, lent)?;
    // A day is one step of compounding.
    let nav = per_day("loan_rate")?
        .compound(days, Rounding::Up)?
        .of(lent, Rounding::Down)?;
    let claim =
        Claim::new(senior).accrue(per_day("senior_rate")?, deployed_share(lent, cash)?, days)?;
    let (value, residual) = divide(add(nav, cash)?, claim.amount)?;
    let then = given.object("then_supply")?;
    let (more, below) = (then.amount_or("senior", 0)?, then.amount_or("junior", 0)?);
    let assets = add(add(nav, cash)?, add(more, below)?)?;
    let (after, _) = divide(assets, claim.deposit(more)?.amount)?;
    let unit = given.unit;
    let mut answers = map([
        ("senior_asset_after_supply", amount(after, unit)),
        ("nav_plus_reserve_after_supply", amount(assets, unit)),
        ("senior_ratio", answer::ratio(share(after, assets)?)),
    ]);
    for day in [format!("{days}_day"), format!("{days}_days")] {
        answers.insert(format!("nav_after_{day}"), amount(nav, unit));
        answers.insert(format!("senior_asset_after_{day}"), amount(value, unit));
        answers.insert(
            format!("senior_price_after_{day}"),
            price(pool::price(value, senior)),
        );
        answers.insert(
            format!("junior_price_after_{day}"),
            price(pool::price(residual, junior)),
        );
    }
    Ok(Solved::by("claim, waterfall, fees: price", answers))
}

/// cfg-waterfall: accrued claims, most junior class first.
pub fn tranches(given: &Given) -> Found<Solved> {
    let Ok(tranches) = given.objects("tranches") else {
        return untouched(given);
    };
    let seconds = match given.maybe_number("seconds_elapsed")? {
        Some(_) => given.seconds("seconds_elapsed")?,
        None => {
            let years = given
                .maybe_number("years_elapsed")?
                .unwrap_or_else(Exact::zero);
            let seconds = number::floor(&(years * year(given, Rate::SECONDS_PER_YEAR)?))
                .and_then(|secs| u64::try_from(secs).ok());
            seconds.ok_or_else(|| given.wrong("years_elapsed", "is out of range"))?
        }
    };
    if tranches.len() > MAX_TRANCHES {
        return unsupported(format!("a deal has at most {MAX_TRANCHES} classes"));
    }
    let mut claims = Vec::new();
    for tranche in tranches.iter().skip(1).rev() {
        let mut claim = Claim::new(tranche.amount_or("debt", 0)?);
        if let Some(annual) = tranche.maybe_number("rate_per_year")? {
            let rate = rate(
                &(annual * whole(Rate::SECONDS_PER_YEAR) / year(given, Rate::SECONDS_PER_YEAR)?),
            );
            let rate = rate.ok_or_else(|| tranche.wrong("rate_per_year", "is out of range"))?;
            claim = claim.accrue(rate?, Ratio::ONE, seconds)?;
        }
        claims.push(claim.deposit(tranche.amount_or("reserve", 0)?)?.amount);
    }
    let values = waterfall::distribute(given.amount("pool_value")?, &claims)?;
    let mut prices = Answers::new();
    let mut worth = Answers::new();
    for (tranche, value) in tranches.iter().zip(values.iter().rev()) {
        let name = tranche.text("name")?;
        prices.insert(
            name.to_owned(),
            price(pool::price(*value, tranche.amount("issuance")?)),
        );
        worth.insert(name.to_owned(), amount(*value, given.unit));
    }
    let answers = map([
        ("prices", Answer::Map(prices)),
        ("values", Answer::Map(worth)),
    ]);
    Ok(Solved::by("claim, waterfall, fees: price", answers))
}

/// Classes of which only the supply is given.
fn untouched(given: &Given) -> Found<Solved> {
    let names = ["residual".to_owned()]
        .into_iter()
        .chain((1..).map(|rank| format!("NR{rank}")));
    let value = given
        .maybe_amount("pool_value")
        .ok()
        .flatten()
        .unwrap_or(WHOLE);
    let supplies = given.amounts("issuance")?;
    if supplies.iter().any(|supply| *supply > 0) {
        return Err(given.wrong("tranches", "is not a list"));
    }
    let values = waterfall::distribute(value, &vec![0; supplies.len().saturating_sub(1)])?;
    let prices = supplies
        .iter()
        .zip(values)
        .map(|(supply, value)| price(pool::price(value, *supply)));
    let answers = map([("prices", Answer::Map(map(names.zip(prices))))]);
    Ok(Solved::by("fees: price", answers))
}

/// Seconds in the year of a case, by default `usual`.
fn year(given: &Given, usual: u128) -> Found<Exact> {
    let year = given
        .maybe_number("year_seconds")?
        .unwrap_or_else(|| whole(usual));
    match year.is_positive() {
        true => Ok(year),
        false => Err(given.wrong("year_seconds", "is not positive")),
    }
}

fn rate(annual: &Exact) -> Option<Result<Rate, MathError>> {
    number::ratio(annual).map(Rate::from_annual)
}

/// cfg-risk-buffer: subordination, most junior class first.
pub fn buffers(given: &Given) -> Found<Solved> {
    let prices = given.numbers("prices")?;
    let mut values = Vec::new();
    for (supply, price) in given.amounts("supplies")?.iter().zip(&prices) {
        let price = number::ratio(price).ok_or_else(|| given.wrong("prices", "is out of range"))?;
        values.push(Price(price.0).of(*supply, Rounding::Down)?);
    }
    values.reverse();
    let buffers = (0..values.len())
        .rev()
        .map(|class| waterfall::subordination(&values, class));
    let buffers: Vec<Ratio> = buffers.collect::<Result<_, _>>()?;
    let answers = map([("risk_buffers", list(buffers.into_iter().map(answer::ratio)))]);
    Ok(Solved::by("waterfall: subordination", answers))
}

/// cfg-ratio: a class reaches from its subordination to that of the class above, most junior class first.
pub fn ratios(given: &Given) -> Found<Solved> {
    let mut values = given.amounts("tranche_values")?;
    values.reverse();
    let mut detachment = Ratio::ONE;
    let mut ratios = Vec::new();
    for class in 0..values.len() {
        let attachment = waterfall::subordination(&values, class)?;
        ratios.push(answer::ratio(Ratio(sub(detachment.0, attachment.0)?)));
        detachment = attachment;
    }
    ratios.reverse();
    Ok(Solved::by(
        "waterfall: subordination",
        map([("ratios", list(ratios))]),
    ))
}

/// Seconds in a mean Gregorian year.
const MEAN_YEAR: u128 = 31_556_952;

/// ytranche: claims at simple interest, a reserve below them.
pub fn reserve_first(given: &Given) -> Found<Solved> {
    let (rates, shares) = (
        given.object("target_rate_bps")?,
        given.object("excess_share_bps")?,
    );
    let names: Vec<&str> = rates.keys().collect();
    let year = year(given, MEAN_YEAR)?;
    let elapsed = given.seconds("elapsed_seconds")?;
    let mut claims = Vec::new();
    let mut deposits = given.number("risky_pnl")?;
    for name in &names {
        let principal = given.amount(name)?;
        let annual = rates.number(name)? / whole(10_000) * whole(Rate::SECONDS_PER_YEAR) / &year;
        let annual = number::ratio(&annual).ok_or_else(|| rates.wrong(name, "is out of range"))?;
        claims.push(add(
            principal,
            Fees::default().accrue(principal, annual, elapsed)?.owed,
        )?);
        deposits += given.number(name)?;
    }
    let risky = number::floor(&(deposits * whole(given.unit)));
    let risky = risky.ok_or_else(|| given.wrong("risky_pnl", "loses more than there is"))?;
    let reserve = given.amount("reserve")?;
    let values = waterfall::distribute(add(risky, reserve)?, &claims)?;
    let residual = values.last().copied().unwrap_or(0);
    let surplus = residual.saturating_sub(reserve);
    let last = names.last().copied().unwrap_or_default();
    if surplus > 0 && shares.number(last)? != whole(10_000) {
        return unsupported(
            "excess is not shared out: classes get their claims, the residual all the rest",
        );
    }
    let mut answers = Answers::new();
    let mut paused = Vec::new();
    for ((name, value), claim) in names.iter().zip(&values).zip(&claims) {
        let gain = if *name == last { surplus } else { 0 };
        answers.insert((*name).to_owned(), amount(add(*value, gain)?, given.unit));
        if *value == 0 && *claim > 0 {
            paused.push(Answer::Text((*name).to_owned()));
        }
    }
    let is_cut = |(value, claim): (&u128, &u128)| value < claim;
    let cut = values
        .iter()
        .zip(&claims)
        .filter(|pair| is_cut(*pair))
        .count();
    let wiped = paused.len();
    answers.insert(
        "reserve".to_owned(),
        amount(residual.min(reserve), given.unit),
    );
    answers.insert("accrual_paused".to_owned(), list(paused));
    let solved = Solved::by("fees: simple interest; waterfall", answers);
    Ok(match cut != wiped {
        true => solved.unlike(
            "accrual_paused",
            "a class that is cut keeps growing; only one that is worth nothing stands still",
        ),
        false => solved,
    })
}

/// wildcat-split, wildcat-acme: two classes.
pub fn split(given: &Given) -> Found<Solved> {
    if given.has("senior_rate_percent") {
        return split_after_interest(given);
    }
    let value = given.amount_of(&["value", "recovery"])?;
    let claim = given.amount_of(&["senior_owed", "senior_claim"])?;
    let (senior, junior) = divide(value, claim)?;
    let answers = map([
        ("senior", amount(senior, given.unit)),
        ("junior", amount(junior, given.unit)),
    ]);
    Ok(Solved::by("waterfall", answers))
}

fn split_after_interest(given: &Given) -> Found<Solved> {
    let of = |name| -> Found<u128> {
        let in_millions = given.number(&format!("{name}_millions"));
        let whole_units = in_millions.or_else(|_| given.number(name))? * whole(given.unit);
        number::floor(&whole_units).ok_or_else(|| given.wrong(name, "is out of range"))
    };
    let seconds = given.number("years")? * whole(Rate::SECONDS_PER_YEAR);
    let seconds = number::floor(&seconds).and_then(|seconds| u64::try_from(seconds).ok());
    let seconds = seconds.ok_or_else(|| given.wrong("years", "is out of range"))?;
    let grown = |principal, key| -> Found<u128> {
        let annual = number::ratio(&(given.number(key)? / whole(100)));
        let annual = annual.ok_or_else(|| given.wrong(key, "is out of range"))?;
        Ok(add(
            principal,
            Fees::default().accrue(principal, annual, seconds)?.owed,
        )?)
    };
    let (senior, junior) = (of("senior")?, of("junior")?);
    let value = grown(add(senior, junior)?, "asset_rate_percent")?;
    let (senior, junior) = divide(value, grown(senior, "senior_rate_percent")?)?;
    let answers = map([
        ("senior", amount(senior, given.unit)),
        ("junior", amount(junior, given.unit)),
    ]);
    Ok(Solved::by("fees: simple interest; waterfall", answers))
}

/// wildcat-floor: what may enter above a minimum subordination.
pub fn floor(given: &Given) -> Found<Solved> {
    let given = match given.counts_integers() {
        true => given.clone().in_base_units(),
        false => given.clone(),
    };
    let minimum = match given.has("min_junior_bips") {
        true => given.bps("min_junior_bips")?,
        false => given.bps("min_junior_bps")?,
    };
    let (junior, senior) = (given.amount("junior")?, given.amount("senior")?);
    let enter = |cash| -> Found<u128> {
        let top = Class {
            claim: Some(Claim::new(senior)),
            minimum,
            deposits: cash,
            ..pool::class(senior, senior)
        };
        let mut classes = [top, pool::class(junior, junior)];
        let fills = fills::fill(&mut classes, 0, true)?;
        Ok(fills.first().map_or(0, |fill| fill.deposited))
    };
    // More than any pool holds, and still within range when added to it.
    let most = enter(u128::MAX >> 3)?;
    let mut answers = map([("max_extra_senior", amount(most, given.unit))]);
    for extra in (given.wanted.keys()).filter_map(|key| Some((key, key.strip_prefix("extra_")?))) {
        let asked = number::parse(extra.1)
            .and_then(|asked| number::floor(&(asked.value * whole(given.unit))));
        let asked =
            asked.ok_or_else(|| Miss::Input(format!("expected.{} names no amount", extra.0)))?;
        let answer = match enter(asked)? == asked {
            true => Answer::Text("ok".to_owned()),
            false => Answer::Refused("not all of it fills".to_owned()),
        };
        answers.insert(extra.0.clone(), answer);
    }
    Ok(Solved::by("fills: minimum subordination", answers))
}

/// royco-recovery: claims stand, recovery refills them from the top.
pub fn recovery(given: &Given) -> Found<Solved> {
    let start = given.object("start")?;
    let signed = |number: &Exact| number::floor(&(number.abs() * whole(given.unit)));
    let (senior, mut junior) = (start.amount("st")?, start.amount("jt")?);
    let mut assets = add(senior, junior)?;
    let mut shared = 0;
    let (mut was_impaired, mut lost_itself) = (false, false);
    for step in given.objects("steps")? {
        for key in ["delta_jt", "delta_st"] {
            let Some(delta) = step.maybe_number(key)? else {
                continue;
            };
            let size = signed(&delta).ok_or_else(|| step.wrong(key, "is out of range"))?;
            if delta.is_negative() {
                assets = sub(assets, size)?;
                lost_itself |= key == "delta_jt";
            } else {
                let is_shared = key == "delta_st";
                let short = divide(assets, add(senior, junior)?)?.0 < add(senior, junior)?;
                if is_shared && short && (was_impaired || lost_itself) {
                    return unsupported("claims stand and refill from the top; there is no ledger of who covered whom");
                }
                assets = add(assets, size)?;
                let over = assets.saturating_sub(add(senior, junior)?);
                if is_shared {
                    (shared, assets) = (add(shared, over)?, sub(assets, over)?);
                } else {
                    junior = add(junior, over)?;
                }
            }
            was_impaired |= divide(assets, senior)?.0 < senior;
        }
    }
    let values = waterfall::distribute(assets, &[senior, junior])?;
    let value = |class: usize| values.get(class).copied().unwrap_or(0);
    let mut answers = map([
        ("st", amount(value(0), given.unit)),
        ("jt", amount(value(1), given.unit)),
        ("jt_before_split", amount(value(1), given.unit)),
        ("surplus_to_split", amount(shared, given.unit)),
        ("st_loss_ledger", amount(sub(senior, value(0))?, given.unit)),
    ]);
    if !was_impaired && !lost_itself {
        answers.insert(
            "jt_coverage_ledger".to_owned(),
            amount(sub(junior, value(1))?, given.unit),
        );
    }
    Ok(Solved::by("waterfall", answers))
}

/// recon-prebooked-loss: a loss after some have left at the old price.
pub fn late_loss(given: &Given) -> Found<Solved> {
    let (value, supply) = (given.amount("pool")?, given.amount("shares")?);
    let loss = given.scaled("true_loss_units")?;
    let price = given.ratio("redeem_price")?;
    let mut class = pool::class(value, supply);
    class.exit = Price(price.0).of(supply, Rounding::Down)?;
    class.redemptions = given.amount_of(&["redeem_before_booking_shares", "redeem_shares"])?;
    fills::fill(std::slice::from_mut(&mut class), value, false)?;
    let lost = |value: u128, supply: u128| -> Found<Ratio> {
        let left = divide(value.saturating_sub(loss), 0)?.1;
        let (before, after) = (pool::price(value, supply), pool::price(left, supply));
        Ok(Ratio::from_fraction(after.0, before.0, Rounding::Down)?.complement())
    };
    let answers = map([
        (
            "loss_percent_if_booked_first",
            percent(lost(value, supply)?),
        ),
        (
            "loss_percent_of_remaining_holders",
            percent(lost(class.value, class.supply)?),
        ),
    ]);
    Ok(Solved::by("fills, waterfall, fees: price", answers))
}
