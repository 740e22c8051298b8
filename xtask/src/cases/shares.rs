//! Shares for assets and back, fees, rounding.

use super::answer::{amount, count, list, map, Answer, Answers, Figure};
use super::given::{unsupported, Found, Given, Miss};
use super::number::{self, whole};
use super::pool;
use super::Solved;
use finance::class::Class;
use finance::fixed::{add, sub};
use finance::{fees, Price, Ratio, Rounding};
use std::collections::BTreeMap;

/// The holder whom nobody is: OpenZeppelin's virtual shares are `10^offset` tokens of his, worth one unit.
fn with_virtual_holder(given: &Given, assets: u128, supply: u128) -> Found<Class> {
    let offset = given.integer("offset")?;
    let tokens = u32::try_from(offset)
        .ok()
        .and_then(|offset| 10u128.checked_pow(offset));
    let tokens = tokens.ok_or_else(|| given.wrong("offset", "is out of range"))?;
    Ok(pool::class(add(assets, 1)?, add(supply, tokens)?))
}

/// oz4626: assets in, shares out, and the reverse.
pub fn vault(given: &Given) -> Found<Solved> {
    let given = &given.clone().in_base_units();
    if given.has("fee_bps") {
        return fee(given);
    }
    if given.has("steps") {
        return scenario(given);
    }
    let assets = given
        .amount_of(&["assets", "donation", "total_assets"])
        .or_else(absent_is_zero)?;
    let supply = given
        .amount_of(&["supply", "initial_supply", "total_supply"])
        .or_else(absent_is_zero)?;
    let mut class = with_virtual_holder(given, assets, supply)?;
    let mut answers = Answers::new();
    let mut bought = None;
    if let Some(cash) = first(given, &["victim_deposit", "deposit"])? {
        let minted = pool::deposit(&mut class, cash)?.minted;
        answers.extend(map([
            ("victim_shares", count(minted)),
            ("shares", count(minted)),
        ]));
        bought = Some(minted);
    } else if let Some(tokens) = first(given, &["mint_shares", "mint", "victim_mint_shares"])? {
        let cost = pool::cost_of(&class, tokens)?;
        answers.insert("assets_in".to_owned(), cost.map_or_else(refused, count));
        bought = Some(pool::deposit(&mut class, cost.unwrap_or(0))?.minted);
    } else if let Some(cash) = first(given, &["withdraw", "withdraw_assets"])? {
        let burned = pool::tokens_for(&class, cash)?.map_or_else(refused, count);
        answers.extend(
            ["shares", "shares_in", "shares_burned"].map(|key| (key.to_owned(), burned.clone())),
        );
    } else {
        let tokens = first(given, &["redeem_shares", "redeem"])?;
        let tokens = tokens.ok_or_else(|| given.wrong("deposit_wei", "is not an amount"))?;
        let paid = count(pool::redeem(&mut class, tokens)?.paid);
        answers.extend(["assets", "assets_out"].map(|key| (key.to_owned(), paid.clone())));
    }
    if let Some(tokens) = bought {
        answers.insert(
            "redeemable".to_owned(),
            count(pool::redeem(&mut class, tokens)?.paid),
        );
    }
    Ok(Solved::by("fills, beside a virtual holder", answers))
}

fn first(given: &Given, stems: &[&str]) -> Found<Option<u128>> {
    for stem in stems {
        if let Some(amount) = given.maybe_amount(stem)? {
            return Ok(Some(amount));
        }
    }
    Ok(None)
}

fn absent_is_zero(miss: Miss) -> Found<u128> {
    match miss {
        Miss::Input(problem) if problem.ends_with("is missing") => Ok(0),
        other => Err(other),
    }
}

fn refused() -> Answer {
    Answer::Refused("no amount is enough".to_owned())
}

/// A vault and its holders, step by step: `A mints 2000 shares`, `+3000 yield`.
fn scenario(given: &Given) -> Found<Solved> {
    let (mut assets, mut supply) = (0, 0);
    let mut holdings: BTreeMap<&str, u128> = BTreeMap::new();
    let mut results = Vec::new();
    for step in given.texts("steps")? {
        let wrong = || {
            given.wrong(
                "steps",
                &format!("has a step that is not understood, `{step}`, in"),
            )
        };
        let mut words = step.split_whitespace();
        let (who, what) = (
            words.next().ok_or_else(wrong)?,
            words.next().ok_or_else(wrong)?,
        );
        let integer =
            |word: &str| number::parse(word).and_then(|number| number::floor(&number.value));
        let mut class = with_virtual_holder(given, assets, supply)?;
        if what == "yield" {
            assets = add(assets, integer(who).ok_or_else(wrong)?)?;
            let class = with_virtual_holder(given, assets, supply)?;
            let worth = |tokens: &u128| Ok(pool::redeem(&mut class.clone(), *tokens)?.paid);
            results.push(sentence(
                holdings.values().map(worth).collect::<Found<Vec<u128>>>()?,
            ));
            continue;
        }
        let asked = words.next().and_then(integer).ok_or_else(wrong)?;
        let held = holdings.entry(who).or_default();
        let none = || Miss::Unsupported(format!("no amount is enough for `{step}`"));
        let result = match what {
            "deposits" => {
                let minted = pool::deposit(&mut class, asked)?.minted;
                (assets, supply, *held) = (
                    add(assets, asked)?,
                    add(supply, minted)?,
                    add(*held, minted)?,
                );
                minted
            }
            "mints" => {
                let cost = pool::cost_of(&class, asked)?.ok_or_else(none)?;
                (assets, supply, *held) =
                    (add(assets, cost)?, add(supply, asked)?, add(*held, asked)?);
                cost
            }
            "redeems" => {
                let paid = pool::redeem(&mut class, asked)?.paid;
                (assets, supply, *held) =
                    (sub(assets, paid)?, sub(supply, asked)?, sub(*held, asked)?);
                paid
            }
            "withdraws" => {
                let burned = pool::tokens_for(&class, asked)?.ok_or_else(none)?;
                (assets, supply, *held) = (
                    sub(assets, asked)?,
                    sub(supply, burned)?,
                    sub(*held, burned)?,
                );
                burned
            }
            _ => return Err(wrong()),
        };
        results.push(sentence(vec![result]));
    }
    let last = Answer::Map(map([("assets", count(assets)), ("supply", count(supply))]));
    let answers = map([("results", list(results)), ("final", last)]);
    Ok(Solved::by("fills, beside a virtual holder", answers))
}

fn sentence(numbers: Vec<u128>) -> Answer {
    let figure = |number| Figure {
        value: whole(number),
        unit: whole(1),
    };
    Answer::Sentence(numbers.into_iter().map(figure).collect())
}

/// oz4626-fee: on top of an amount, or out of it.
fn fee(given: &Given) -> Found<Solved> {
    let fee = given.bps("fee_bps")?;
    let amount = given.amount("amount")?;
    let (other, charged) = match given.text("op")? {
        "deposit" | "redeem" => {
            let with_fee = Ratio(add(Ratio::ONE.0, fee.0)?);
            let net = with_fee.divide(amount, Rounding::Down)?;
            (net, sub(amount, net)?)
        }
        "mint" | "withdraw" => {
            let charged = fee.of(amount, Rounding::Up)?;
            (add(amount, charged)?, charged)
        }
        _ => return Err(given.wrong("op", "is not an operation")),
    };
    let answers = map([("other_side", count(other)), ("fee", count(charged))]);
    Ok(Solved::by("fixed: Ratio", answers))
}

/// maple-preview: what assets buy and shares cost.
pub fn preview(given: &Given) -> Found<Solved> {
    let given = &given.clone().in_base_units();
    let (assets, supply) = (given.amount("total_assets")?, given.amount("total_supply")?);
    let class = pool::class(assets, supply);
    let is_worthless = supply > 0 && assets == 0;
    let (mut shares, mut costs) = (Vec::new(), Vec::new());
    for input in given.amounts("inputs")? {
        shares.push(match is_worthless {
            true => {
                // The fill is not made, not even for a large amount.
                let fill = pool::deposit(&mut class.clone(), u128::MAX >> 1)?;
                match fill.minted {
                    0 => Answer::Refused("a class worth nothing takes no deposit".to_owned()),
                    minted => count(minted),
                }
            }
            false => count(pool::deposit(&mut class.clone(), input)?.minted),
        });
        costs.push(match is_worthless {
            true => count(fees::price(assets, supply, Rounding::Up).of(input, Rounding::Up)?),
            false => pool::cost_of(&class, input)?.map_or_else(refused, count),
        });
    }
    let answers = map([("deposit_shares", list(shares)), ("mint_cost", list(costs))]);
    Ok(Solved::by("fills, fees: price", answers))
}

/// maple-exit: those who leave are paid without what is in doubt.
pub fn exit(given: &Given) -> Found<Solved> {
    let given = &given.clone().in_base_units();
    let (assets, supply) = (given.amount("total_assets")?, given.amount("total_supply")?);
    let losses = given.amount_or("unrealized_losses", 0)?;
    let shares = given.amount("shares")?;
    let paid = match supply {
        // A class without tokens begins at one.
        0 => Price::ONE.of(shares, Rounding::Down)?,
        _ => {
            let mut class = Class {
                exit: assets.saturating_sub(losses),
                ..pool::class(assets, supply)
            };
            pool::redeem(&mut class, shares)?.paid
        }
    };
    Ok(Solved::by(
        "fills: exit price",
        map([("exit_assets", count(paid))]),
    ))
}

/// maple-frontrun: a first holder raises the price by a gift.
pub fn frontrun(given: &Given) -> Found<Solved> {
    let given = &given.clone().in_base_units();
    if given.amount_or("bootstrap", 0)? > 0 {
        return unsupported("no bootstrap shares: gifts are in no account, and an order keeps the cash that buys no whole token");
    }
    let held = given.amount("attacker_deposit")?;
    let mut class = pool::class(0, 0);
    pool::deposit(&mut class, held)?;
    let mut class = pool::class(
        add(class.value, given.amount_or("donation", 0)?)?,
        class.supply,
    );
    let asked = given.amount_or("victim_deposit", 0)?;
    let fill = pool::deposit(&mut class, asked)?;
    if asked > 0 && fill.minted == 0 {
        let refusal = Answer::Refused("the fill would mint nothing".to_owned());
        return Ok(Solved::by("fills", map([("result", refusal)])));
    }
    let value = |tokens| Ok::<_, Miss>(pool::redeem(&mut class.clone(), tokens)?.paid);
    let (attacker, victim) = (value(held)?, value(fill.minted)?);
    let answers = map([
        ("result", Answer::Text("ok".to_owned())),
        ("victim_shares", count(fill.minted)),
        ("attacker_value", count(attacker)),
        ("victim_value", count(victim)),
    ]);
    let solved = Solved::by("fills", answers);
    Ok(match fill.deposited < asked {
        true => solved.unlike("", "an order keeps the cash that buys no whole token"),
        false => solved,
    })
}

/// tranchess-round: every leg of a conversion rounds down on its own.
pub fn legs(given: &Given) -> Found<Solved> {
    let given = &given.clone().in_base_units();
    let mut totals = Vec::new();
    for amounts in given.objects("amounts")? {
        let mut total = 0;
        for leg in amounts.keys() {
            let ratio = given.ratio(&format!("ratio_{leg}2Q"))?;
            total = add(total, ratio.of(amounts.amount(leg)?, Rounding::Down)?)?;
        }
        totals.push(amount(total, given.unit));
    }
    Ok(Solved::by("fixed: Ratio", map([("Q", list(totals))])))
}
