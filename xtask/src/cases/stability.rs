//! Liquity's stability pool: deposits are orders, a liquidation fills part of them all.

use super::answer::{amount, list, map, Answer, Answers};
use super::given::{Found, Given};
use super::number::{self, ten_to, whole, Exact};
use super::pool::{Placed, Queue};
use super::Solved;
use finance::fixed::{add, sub};
use finance::{mul_div, Rounding};
use std::collections::BTreeMap;

struct Pool {
    queue: Queue,
    /// Who deposited, his order, and what earlier orders of his received.
    depositors: BTreeMap<String, (Placed, u128)>,
    /// What those who withdrew had.
    left: BTreeMap<String, (u128, u128)>,
    /// The share of collateral that depositors get.
    share: Exact,
}

impl Pool {
    fn deposit(&mut self, name: &str, amount: u128) -> Found<()> {
        let (remaining, received) = self.withdraw(name)?;
        let order = self.queue.place(add(remaining, amount)?)?;
        self.depositors.insert(name.to_owned(), (order, received));
        self.left.remove(name);
        Ok(())
    }

    /// Takes a depositor out. Returns what is left of his deposit and what he received.
    fn withdraw(&mut self, name: &str) -> Found<(u128, u128)> {
        let Some((order, earlier)) = self.depositors.remove(name) else {
            return Ok(self
                .left
                .get(name)
                .map_or((0, 0), |(_, received)| (0, *received)));
        };
        let standing = self.queue.cancel(order)?;
        let had = (standing.left, add(earlier, standing.received)?);
        self.left.insert(name.to_owned(), had);
        Ok(had)
    }

    /// Burns `debt` of the deposits, as far as they go, and hands out the collateral for it.
    fn liquidate(&mut self, debt: u128, collateral: u128) -> Found<()> {
        let burned = debt.min(self.queue.book.pending);
        let reward = number::floor(&(whole(collateral) * &self.share)).unwrap_or(0);
        let reward = match debt {
            0 => 0,
            _ => mul_div(reward, burned, debt, Rounding::Down)?,
        };
        Ok(self.queue.fill(burned, reward)?)
    }

    fn standing(&self) -> Found<BTreeMap<String, (u128, u128)>> {
        let mut all = self.left.clone();
        for (name, (order, earlier)) in &self.depositors {
            let standing = self.queue.standing(*order)?;
            all.insert(
                name.clone(),
                (standing.left, add(*earlier, standing.received)?),
            );
        }
        Ok(all)
    }
}

/// liquity-sp.
pub fn pool(given: &Given) -> Found<Solved> {
    let mut pool = Pool {
        queue: Queue::default(),
        depositors: BTreeMap::new(),
        left: BTreeMap::new(),
        share: whole(1) - compensation(given),
    };
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
    Ok(Solved::by("orders", answers))
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
                pool.withdraw(name)?;
            }
        }
        [names, verb, amount] if verb.starts_with("withdraw") => {
            let Some(amount) = base_units(amount) else {
                return Ok(None);
            };
            for name in names.split(',') {
                let (remaining, _) = pool.withdraw(name)?;
                pool.deposit(name, sub(remaining, amount.min(remaining))?)?;
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
        let mut pool = Pool {
            queue: Queue::default(),
            depositors: BTreeMap::new(),
            left: BTreeMap::new(),
            share: whole(1),
        };
        for event in [
            "A,B deposit 100",
            "1 liquidation 50/10",
            "B withdraws 25",
            "C arrives",
        ] {
            let is_read = happen(&mut pool, event, 1)?.is_some();
            assert_eq!(is_read, event != "C arrives", "{event}");
        }
        let standing = pool.standing()?;
        assert_eq!(standing.get("A"), Some(&(75, 5)));
        assert_eq!(standing.get("B"), Some(&(50, 5)));
        Ok(())
    }
}
