//! Liquity's stability pool: deposits are stakes in an insurance fund, a liquidation is a loss that brings income.

use super::answer::{amount, list, map, Answer, Answers};
use super::given::{Found, Given};
use super::number::{self, ten_to, whole, Exact};
use super::Solved;
use finance::fixed::add;
use finance::insurance::{Fund, Rules, Stake, HIGHEST_TARGET};
use finance::{mul_div, MathError, Period, Rounding, Timestamp};
use std::collections::BTreeMap;

/// A fund that takes any stake and pays for any loss.
const RULES: Rules = Rules {
    target: HIGHEST_TARGET,
    minimum_stake: 1,
    event_limit: u128::MAX,
    period_limit: u128::MAX,
    period: Period(1),
    cool_down: Period(0),
    window: Period(1),
};

struct Pool {
    fund: Fund,
    /// The index at which each generation ended.
    ends: BTreeMap<u32, u128>,
    /// Who deposited, his stake and his income so far.
    depositors: BTreeMap<String, (Stake, u128)>,
    /// What those who withdrew last took out.
    left: BTreeMap<String, u128>,
    /// The share of collateral that depositors get.
    share: Exact,
}

impl Pool {
    fn new(share: Exact) -> Self {
        Self {
            fund: Fund::default(),
            ends: BTreeMap::new(),
            depositors: BTreeMap::new(),
            left: BTreeMap::new(),
            share,
        }
    }

    /// A depositor as of now.
    fn counted(&self, name: &str) -> Found<(Stake, u128)> {
        let (mut stake, income) = self.depositors.get(name).copied().unwrap_or_default();
        let ended = self.ends.get(&stake.generation).copied();
        let earned = self.fund.count(&mut stake, ended)?;
        Ok((stake, add(income, earned)?))
    }

    fn deposit(&mut self, name: &str, amount: u128) -> Found<()> {
        let (mut stake, income) = self.counted(name)?;
        self.changes(|fund| fund.join(&RULES, &mut stake, amount))?;
        self.depositors.insert(name.to_owned(), (stake, income));
        self.left.remove(name);
        Ok(())
    }

    /// Takes `amount` out, or all if it is more.
    fn withdraw(&mut self, name: &str, amount: u128) -> Found<()> {
        let (mut stake, income) = self.counted(name)?;
        let worth = self.fund.worth(&stake)?;
        if amount >= worth {
            self.left.insert(name.to_owned(), worth);
        }
        self.changes(|fund| fund.leave(&mut stake, amount.min(worth), 0))?;
        self.depositors.insert(name.to_owned(), (stake, income));
        Ok(())
    }

    /// Burns `debt` of the deposits, as far as they go, and hands out the collateral for it.
    fn liquidate(&mut self, debt: u128, collateral: u128) -> Found<()> {
        let burned = debt.min(self.fund.stakes);
        let reward = number::floor(&(whole(collateral) * &self.share)).unwrap_or(0);
        if burned > 0 {
            let reward = mul_div(reward, burned, debt, Rounding::Down)?;
            self.fund.earn(&RULES, reward)?;
        }
        self.changes(|fund| fund.cover(&RULES, burned, Timestamp::default()))?;
        Ok(())
    }

    fn changes<T>(&mut self, change: impl FnOnce(&mut Fund) -> Result<T, MathError>) -> Found<T> {
        let generation = self.fund.generation;
        let changed = change(&mut self.fund)?;
        if self.fund.generation != generation {
            self.ends.insert(generation, self.fund.index);
        }
        Ok(changed)
    }

    fn standing(&self) -> Found<BTreeMap<String, (u128, u128)>> {
        let names = self.depositors.keys();
        let standing = names.map(|name| {
            let (stake, income) = self.counted(name)?;
            let worth = self.fund.worth(&stake)?;
            let deposit = self.left.get(name).copied().unwrap_or(worth);
            Ok((name.clone(), (deposit, income)))
        });
        standing.collect()
    }
}

/// liquity-sp.
pub fn pool(given: &Given) -> Found<Solved> {
    let mut pool = Pool::new(whole(1) - compensation(given));
    if given.has("order") {
        for event in given.texts("order")? {
            let wrong = || {
                given.wrong(
                    "order",
                    &format!("has an event that is not understood, `{event}`, in"),
                )
            };
            happen(&mut pool, event, given.unit)?.ok_or_else(wrong)?;
        }
    } else {
        for (name, deposit) in deposits(given)? {
            pool.deposit(&name, deposit)?;
        }
        for liquidation in given.objects("liquidations")? {
            pool.liquidate(liquidation.amount("debt")?, liquidation.amount("coll")?)?;
        }
    }
    let both =
        |(deposit, collateral)| list([amount(deposit, given.unit), amount(collateral, given.unit)]);
    let standing = pool.standing()?;
    let total = standing
        .values()
        .try_fold(0, |sum, (deposit, _)| add(sum, *deposit))?;
    let standing: Answers = standing
        .into_iter()
        .map(|(name, had)| (name, both(had)))
        .collect();
    let answers = map([
        ("deposit_and_collateral", Answer::Map(standing)),
        ("total_deposits", amount(total, given.unit)),
    ]);
    Ok(Solved::by("insurance", answers))
}

/// By name, or in the order of the alphabet.
fn deposits(given: &Given) -> Found<Vec<(String, u128)>> {
    if let Ok(named) = given.object("deposits") {
        return named
            .keys()
            .map(|name| Ok((name.to_owned(), named.amount(name)?)))
            .collect();
    }
    let names = ('A'..='Z').map(String::from);
    Ok(names.zip(given.amounts("deposits")?).collect())
}

/// What the keeper keeps of the collateral: half a percent unless the procedure says otherwise.
fn compensation(given: &Given) -> Exact {
    let said = given.text("procedure").ok().and_then(|text| {
        let (before, _) = text.split_once(" percent keeper compensation")?;
        number::parse(before.split_whitespace().last()?)
    });
    said.map_or_else(
        || ten_to(-3) * whole(5),
        |percent| percent.value * ten_to(-2),
    )
}

/// `A,B deposit 10000`, `2 liquidations 10000/100`, `D withdraws`; `None` if it is none of these.
fn happen(pool: &mut Pool, event: &str, unit: u128) -> Found<Option<()>> {
    let event = event.replace(", ", ",").replace(" and ", ",");
    let words: Vec<&str> = event.split_whitespace().collect();
    let base_units = |text: &str| {
        let number = number::parse(text)?;
        number::floor(&(number.value * whole(unit)))
    };
    match words.as_slice() {
        [names, verb, amount] if verb.starts_with("deposit") => {
            let Some(amount) = base_units(amount) else {
                return Ok(None);
            };
            for name in names.split(',') {
                pool.deposit(name, amount)?;
            }
        }
        [count, noun, sizes] if noun.starts_with("liquidation") => {
            let sizes = sizes.split_once('/');
            let sizes = sizes.and_then(|(debt, coll)| Some((base_units(debt)?, base_units(coll)?)));
            let (Ok(count), Some((debt, collateral))) = (count.parse::<u16>(), sizes) else {
                return Ok(None);
            };
            for _ in 0..count {
                pool.liquidate(debt, collateral)?;
            }
        }
        [names, verb] if verb.starts_with("withdraw") => {
            for name in names.split(',') {
                pool.withdraw(name, u128::MAX)?;
            }
        }
        [names, verb, amount] if verb.starts_with("withdraw") => {
            let Some(amount) = base_units(amount) else {
                return Ok(None);
            };
            for name in names.split(',') {
                pool.withdraw(name, amount)?;
            }
        }
        _ => return Ok(None),
    }
    Ok(Some(()))
}

#[cfg(test)]
mod tests {
    use super::super::given::Miss;
    use super::*;

    #[test]
    fn events_are_read() -> Result<(), Miss> {
        let mut pool = Pool::new(whole(1));
        for event in [
            "A,B deposit 100",
            "1 liquidation 50/10",
            "B withdraws 25",
            "C arrives",
        ] {
            let is_read = happen(&mut pool, event, 1_000)?.is_some();
            assert_eq!(is_read, event != "C arrives", "{event}");
        }
        let standing = pool.standing()?;
        assert_eq!(standing.get("A"), Some(&(75_000, 5_000)));
        // A base unit is left behind with what is taken out.
        assert_eq!(standing.get("B"), Some(&(49_999, 5_000)));
        Ok(())
    }
}
