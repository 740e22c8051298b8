//! From what is written to what is meant: each rule with the place where it is broken.

use std::ops::RangeInclusive;
use std::path::Path;

use finance::Period;
use term_sheet::quantity::{Amount, Fraction};
use term_sheet::Mistake;
use toml::Spanned;

use super::{written, Asset, Credit, Jumps, LoanRisk, Market, IMPACT_HALF_LIFE};
use crate::correlation::Correlation;
use crate::pool::Recovery;
use crate::YEAR_IN_MILLISECONDS;

type Checked<T> = Result<T, Mistake>;

pub struct Check<'a> {
    pub file: &'a Path,
    pub text: &'a str,
}

impl Check<'_> {
    pub fn market(&self, market: written::Market) -> Checked<Market> {
        let assets = self.assets(&market.assets)?;
        let half_life = market.impact_half_life.as_ref();
        if let Some(half_life) = half_life {
            let lasts = half_life.get_ref().0 .0 > 0;
            self.ensure(lasts, half_life, || {
                "must last: write it like \"6 h\"".into()
            })?;
        }
        Ok(Market {
            correlation: self.correlation(&market, &assets)?,
            common_jumps: self
                .optional(&market.common_jumps, 0.0..=1.0)?
                .unwrap_or(1.0),
            impact_half_life: half_life.map_or(IMPACT_HALF_LIFE, |field| years(field.get_ref().0)),
            credit: market
                .credit
                .map(|credit| self.credit(&credit))
                .transpose()?,
            file: self.file.to_owned(),
            name: market.name,
            date: market.date.0,
            assets,
        })
    }

    fn assets(&self, assets: &Spanned<Vec<written::Asset>>) -> Checked<Vec<Asset>> {
        let list = assets.get_ref();
        self.ensure(!list.is_empty(), assets, || {
            "a market needs at least one asset".into()
        })?;
        let mut checked: Vec<Asset> = Vec::new();
        for asset in list {
            let name = asset.asset.get_ref();
            let is_new = !name.is_empty() && checked.iter().all(|other| other.name != *name);
            self.ensure(is_new, &asset.asset, || {
                format!("each asset needs a name of its own, and `{name}` is none")
            })?;
            checked.push(self.asset(asset)?);
        }
        Ok(checked)
    }

    fn asset(&self, asset: &written::Asset) -> Checked<Asset> {
        Ok(Asset {
            name: asset.asset.get_ref().clone(),
            price: self.positive(&asset.price)?,
            drift: self.optional(&asset.drift, -10.0..=10.0)?.unwrap_or(0.0),
            volatility: self.within(&asset.volatility, 0.0001..=10.0)?,
            jumps: match &asset.jumps {
                Some(jumps) => self.jumps(jumps)?,
                None => Jumps::default(),
            },
            depth: asset
                .depth
                .as_ref()
                .map(|depth| self.positive(depth))
                .transpose()?,
            loans: asset
                .loans
                .as_ref()
                .map(|loans| self.loans(loans))
                .transpose()?,
        })
    }

    fn jumps(&self, jumps: &written::Jumps) -> Checked<Jumps> {
        let per_year = jumps.per_year.get_ref().0.approximate();
        self.ensure(per_year <= 1_000.0, &jumps.per_year, || {
            "what happens more than 1 000 times a year is volatility".into()
        })?;
        Ok(Jumps {
            per_year,
            mean: self.within(&jumps.mean, -5.0..=5.0)?,
            deviation: self.within(&jumps.deviation, 0.0..=5.0)?,
        })
    }

    fn loans(&self, loans: &written::LoanRisk) -> Checked<LoanRisk> {
        Ok(LoanRisk {
            default_probability: self.within(&loans.default_probability, 0.0..=0.999_999)?,
            recovery: match (&loans.recovery, &loans.recoveries) {
                (Some(recovery), None) => Recovery::Fixed(self.within(recovery, 0.0..=1.0)?),
                (None, Some(states)) => self.recoveries(states)?,
                _ => {
                    let message = "write either `recovery` or `recoveries`";
                    return Err(self.mistake(&loans.default_probability, message));
                }
            },
        })
    }

    /// The higher ones first: they belong to the milder defaults.
    fn recoveries(&self, states: &Spanned<Vec<written::RecoveryState>>) -> Checked<Recovery> {
        let list = states.get_ref().iter();
        let list = list.map(|state| {
            Ok((
                self.within(&state.weight, 0.0..=1.0)?,
                self.within(&state.recovery, 0.0..=1.0)?,
            ))
        });
        let list: Vec<(f64, f64)> = list.collect::<Checked<_>>()?;
        let total: f64 = list.iter().map(|state| state.0).sum();
        self.ensure((total - 1.0).abs() < 1e-9, states, || {
            format!(
                "the weights must add up to 100 %, and these to {:.4} %",
                100.0 * total
            )
        })?;
        Ok(Recovery::States(list))
    }

    fn credit(&self, credit: &written::Credit) -> Checked<Credit> {
        let maturity = years(credit.maturity.get_ref().0);
        self.ensure(maturity > 0.0, &credit.maturity, || {
            "must last: write it like \"365 d\"".into()
        })?;
        Ok(Credit {
            correlation: self.within(&credit.correlation, 0.0..=0.999_999)?,
            rate: self.within(&credit.rate, -1.0..=1.0)?,
            maturity,
        })
    }

    fn correlation(&self, market: &written::Market, assets: &[Asset]) -> Checked<Correlation> {
        let size = assets.len();
        let mut entries = vec![None; size * size];
        for pair in &market.correlations {
            let (one, other) = self.pair(&pair.between, assets)?;
            let value = self.within(&pair.correlation, -1.0..=1.0)?;
            let is_new = entries[one * size + other].replace(value).is_none();
            self.ensure(is_new, &pair.between, || {
                "this pair was given before".into()
            })?;
        }
        for (one, other) in (0..size).flat_map(|one| (one + 1..size).map(move |other| (one, other)))
        {
            self.ensure(entries[one * size + other].is_some(), &market.assets, || {
                let (one, other) = (&assets[one].name, &assets[other].name);
                format!("how `{one}` and `{other}` move together is missing: add [[correlations]] with between = [\"{one}\", \"{other}\"]")
            })?;
        }
        let entry = |row: usize, column: usize| entries[row * size + column].unwrap_or_default();
        Correlation::new(size, entry).ok_or_else(|| self.impossible(market, assets, entry))
    }

    fn pair(&self, pair: &Spanned<[String; 2]>, assets: &[Asset]) -> Checked<(usize, usize)> {
        let number = |name: &String| {
            let found = assets.iter().position(|asset| asset.name == *name);
            found.ok_or_else(|| self.mistake(pair, format!("`{name}` is no asset of this market")))
        };
        let (one, other) = (number(&pair.get_ref()[0])?, number(&pair.get_ref()[1])?);
        self.ensure(one != other, pair, || "name two different assets".into())?;
        Ok((one.min(other), one.max(other)))
    }

    fn impossible(
        &self,
        market: &written::Market,
        assets: &[Asset],
        entry: impl Fn(usize, usize) -> f64,
    ) -> Mistake {
        let (nearest, _) = Correlation::nearest(assets.len(), entry);
        let pairs = market.correlations.iter().filter_map(|pair| {
            let (one, other) = self.pair(&pair.between, assets).ok()?;
            // A little less, so that what is proposed may be rounded.
            let percent = 99.9 * nearest.between(one, other);
            Some(format!(
                "{}/{} {percent:.2} %",
                assets[one].name, assets[other].name
            ))
        });
        let message = format!(
            "no assets can move together like this; the nearest that can: {}",
            pairs.collect::<Vec<_>>().join(", ")
        );
        match market.correlations.first() {
            Some(pair) => self.mistake(&pair.correlation, message),
            None => Mistake::in_file(self.file, message),
        }
    }

    fn positive(&self, amount: &Spanned<Amount>) -> Checked<f64> {
        let value = amount.get_ref().0.approximate();
        self.ensure(value > 0.0, amount, || "must be above zero".into())?;
        Ok(value)
    }

    fn optional(
        &self,
        field: &Option<Spanned<Fraction>>,
        range: RangeInclusive<f64>,
    ) -> Checked<Option<f64>> {
        field
            .as_ref()
            .map(|field| self.within(field, range))
            .transpose()
    }

    fn within(&self, field: &Spanned<Fraction>, range: RangeInclusive<f64>) -> Checked<f64> {
        let value = field.get_ref().0;
        self.ensure(range.contains(&value), field, || {
            let [least, most] = [range.start(), range.end()].map(|end| end * 100.0);
            format!("must lie between {least} % and {most} %")
        })?;
        Ok(value)
    }

    fn ensure<T>(
        &self,
        holds: bool,
        field: &Spanned<T>,
        message: impl FnOnce() -> String,
    ) -> Checked<()> {
        if holds {
            return Ok(());
        }
        Err(self.mistake(field, message()))
    }

    fn mistake<T>(&self, field: &Spanned<T>, message: impl Into<String>) -> Mistake {
        Mistake::at(self.file, self.text, field.span(), message)
    }
}

fn years(period: Period) -> f64 {
    period.0 as f64 / YEAR_IN_MILLISECONDS
}
