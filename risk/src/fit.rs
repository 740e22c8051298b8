//! Volatility, jumps and correlation of a market, estimated from a history of prices.
//!
//! Returns are logarithmic, between rows in which an asset traded, each divided by the root of its time. A return is a jump
//! when it exceeds four standard deviations of the others; the standard deviation starts from bipower variation, which jumps do not
//! disturb, and is refined until no return changes sides. Sources: Barndorff-Nielsen and Shephard 2004, Mancini 2009.

use term_sheet::{Mistake, Scenario};

use crate::correlation::Correlation;
use crate::market::Jumps;
use crate::YEAR_IN_MILLISECONDS;

/// Standard deviations beyond which a return is a jump: of 16 000 normal returns one is taken for one.
const JUMP: f64 = 4.0;
const ROUNDS: usize = 100;
/// The fewest returns that a standard deviation is estimated from.
const FEWEST: usize = 30;

/// A market as its history shows it.
#[derive(Clone, Debug)]
pub struct Fit {
    /// In the order asked for.
    pub assets: Vec<AssetFit>,
    /// Of the returns that are no jumps.
    pub correlation: Correlation,
    /// How far the estimates by pairs were from a possible matrix; zero if they were one.
    pub repair: f64,
    /// See [`crate::market::Market::common_jumps`].
    pub common_jumps: f64,
}

/// One asset as its history shows it.
#[derive(Clone, Debug)]
pub struct AssetFit {
    /// Its column.
    pub name: String,
    /// The last price in whole cash.
    pub price: f64,
    /// How many returns there are, and over how many years.
    pub returns: usize,
    /// The years they cover.
    pub years: f64,
    /// Standard deviation a year, jumps apart.
    pub volatility: f64,
    /// The rest.
    pub jumps: Jumps,
    /// Growth a year, continuously compounded. A record, not a forecast.
    pub growth: f64,
    /// The lowest logarithmic return of a step.
    pub worst: f64,
}

/// A logarithmic return: the row it ends in, its length in years, its size.
#[derive(Clone, Copy)]
struct Return {
    row: usize,
    years: f64,
    size: f64,
}

impl Return {
    fn standardised(&self) -> f64 {
        self.size / self.years.sqrt()
    }
}

/// Fits `assets`, columns of `history`.
///
/// # Errors
/// An asset has no column, or fewer than 30 returns.
pub fn fit(history: &Scenario, assets: &[String]) -> Result<Fit, Mistake> {
    let mut returns = Vec::new();
    for asset in assets {
        returns.push(returns_of(history, asset)?);
    }
    let volatilities: Vec<f64> = returns.iter().map(|returns| volatility(returns)).collect();
    let calm = |asset: usize, at: &Return| !is_jump(at, volatilities[asset]);
    let (correlation, repair) = Correlation::nearest(assets.len(), |one, other| {
        let pairs = together(&returns[one], &returns[other]);
        let calm = pairs.filter(|(a, b)| calm(one, a) && calm(other, b));
        correlation(calm.map(|(a, b)| (a.standardised(), b.standardised())))
    });
    let fits = returns.iter().zip(&volatilities).zip(assets);
    let fits =
        fits.map(|((returns, volatility), asset)| asset_fit(history, asset, returns, *volatility));
    Ok(Fit {
        assets: fits.collect(),
        correlation,
        repair,
        common_jumps: common_jumps(&returns, &volatilities),
    })
}

fn returns_of(history: &Scenario, asset: &str) -> Result<Vec<Return>, Mistake> {
    let column = history.column(asset).ok_or_else(|| {
        let message = format!(
            "there is no column `{asset}`: choose from {}",
            history.assets.join(", ")
        );
        Mistake::in_file(&history.file, message)
    })?;
    let mut returns = Vec::new();
    let mut before = None;
    for (row, cells) in history.rows.iter().enumerate() {
        let Some(price) = cells.prices.get(column).copied().flatten() else {
            continue;
        };
        let now = (cells.at, (price.0 as f64).ln());
        if let Some((at, logarithm)) = before.replace(now) {
            returns.push(Return {
                row,
                years: now.0.since(at).0 as f64 / YEAR_IN_MILLISECONDS,
                size: now.1 - logarithm,
            });
        }
    }
    if returns.len() < FEWEST {
        let message = format!(
            "column {asset}: {} returns are too few to fit, {FEWEST} are needed",
            returns.len()
        );
        return Err(Mistake::in_file(&history.file, message));
    }
    Ok(returns)
}

/// Standard deviation a year of the returns that are no jumps.
fn volatility(returns: &[Return]) -> f64 {
    let neighbours = returns.windows(2);
    let products =
        neighbours.map(|pair| pair[0].standardised().abs() * pair[1].standardised().abs());
    let mean = products.sum::<f64>() / (returns.len() - 1) as f64;
    let mut volatility = (std::f64::consts::FRAC_PI_2 * mean).sqrt();
    for _ in 0..ROUNDS {
        let calm = returns.iter().map(Return::standardised);
        let calm: Vec<f64> = calm
            .filter(|size| size.abs() <= JUMP * volatility)
            .collect();
        let squares: f64 = calm.iter().map(|size| size * size).sum();
        let refined = (squares / calm.len() as f64).sqrt();
        if refined == volatility {
            break;
        }
        volatility = refined;
    }
    volatility
}

fn is_jump(at: &Return, volatility: f64) -> bool {
    at.standardised().abs() > JUMP * volatility
}

fn asset_fit(history: &Scenario, name: &str, returns: &[Return], volatility: f64) -> AssetFit {
    let years: f64 = returns.iter().map(|at| at.years).sum();
    let growth = returns.iter().map(|at| at.size).sum::<f64>() / years;
    let jumps: Vec<&Return> = returns
        .iter()
        .filter(|at| is_jump(at, volatility))
        .collect();
    let column = history.column(name);
    let last = history
        .rows
        .iter()
        .rev()
        .find_map(|row| *row.prices.get(column?)?);
    AssetFit {
        name: name.to_owned(),
        price: last.map_or(0.0, |price| price.0 as f64 / 1e18),
        returns: returns.len(),
        years,
        volatility,
        jumps: jumps_of(&jumps, volatility, years),
        growth,
        worst: returns.iter().map(|at| at.size).fold(0.0, f64::min),
    }
}

/// A return with a jump in it holds an ordinary move as well, whose variance is taken off.
fn jumps_of(jumps: &[&Return], volatility: f64, years: f64) -> Jumps {
    if jumps.is_empty() {
        return Jumps::default();
    }
    let count = jumps.len() as f64;
    let mean = jumps.iter().map(|at| at.size).sum::<f64>() / count;
    let spread = |at: &&Return| (at.size - mean).powi(2) - volatility.powi(2) * at.years;
    let variance = jumps.iter().map(spread).sum::<f64>() / count;
    Jumps {
        per_year: count / years,
        mean,
        deviation: variance.max(0.0).sqrt(),
    }
}

/// The returns of two assets over the same time.
fn together<'a>(
    one: &'a [Return],
    other: &'a [Return],
) -> impl Iterator<Item = (&'a Return, &'a Return)> {
    one.iter().filter_map(move |a| {
        let found = other.binary_search_by_key(&a.row, |b| b.row).ok()?;
        let b = &other[found];
        (a.years == b.years).then_some((a, b))
    })
}

/// Around zero: over a step the mean is nothing beside the deviation. Zero for fewer than two pairs.
fn correlation(pairs: impl Iterator<Item = (f64, f64)>) -> f64 {
    let sums = pairs.fold([0.0; 3], |[xx, xy, yy], (x, y)| {
        [xx + x * x, xy + x * y, yy + y * y]
    });
    let [xx, xy, yy] = sums;
    let scale = (xx * yy).sqrt();
    if scale > 0.0 {
        (xy / scale).clamp(-1.0, 1.0)
    } else {
        0.0
    }
}

/// The share of the jumps of the calmest asset in which all others jump as well.
fn common_jumps(returns: &[Vec<Return>], volatilities: &[f64]) -> f64 {
    let rows = |asset: usize| {
        let jumps = returns[asset]
            .iter()
            .filter(move |at| is_jump(at, volatilities[asset]));
        jumps.map(|at| at.row).collect::<Vec<_>>()
    };
    let jumps: Vec<Vec<usize>> = (0..returns.len()).map(rows).collect();
    let Some(fewest) = jumps
        .iter()
        .min_by_key(|rows| rows.len())
        .filter(|rows| !rows.is_empty())
    else {
        return 1.0;
    };
    let common = fewest
        .iter()
        .filter(|row| jumps.iter().all(|rows| rows.contains(row)));
    common.count() as f64 / fewest.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::{Asset, Market};
    use crate::paths::Paths;
    use finance::{Price, Timestamp};
    use rand::SeedableRng;
    use rand_xoshiro::Xoshiro256PlusPlus;
    use term_sheet::scenario::Row;

    const DAY: u64 = 86_400_000;

    fn history(
        assets: &[&str],
        days: usize,
        price: impl Fn(usize, usize) -> Option<f64>,
    ) -> Scenario {
        let row = |day: usize| Row {
            at: Timestamp(day as u64 * DAY),
            prices: (0..assets.len())
                .map(|asset| price(day, asset).map(|price| Price((price * 1e18) as u128)))
                .collect(),
        };
        Scenario {
            file: "history.csv".into(),
            assets: assets.iter().map(|name| (*name).to_owned()).collect(),
            rows: (0..days).map(row).collect(),
        }
    }

    fn drawn_from(market: &Market, days: usize) -> Scenario {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(3);
        let mut path = Vec::new();
        Paths::new(market, days, 1.0 / 365.0).draw(&mut rng, &mut path);
        let count = market.assets.len();
        let names: Vec<&str> = market
            .assets
            .iter()
            .map(|asset| asset.name.as_str())
            .collect();
        history(&names, days, |day, asset| Some(path[day * count + asset]))
    }

    fn market() -> Market {
        let asset = |name: &str, volatility, per_year| Asset {
            name: name.into(),
            price: 100.0,
            drift: 0.0,
            volatility,
            jumps: Jumps {
                per_year,
                mean: -0.25,
                deviation: 0.04,
            },
            depth: None,
            loans: None,
        };
        Market {
            file: "test.toml".into(),
            name: "Test".into(),
            date: Timestamp(0),
            assets: vec![asset("eth", 0.6, 8.0), asset("btc", 0.4, 4.0)],
            correlation: Correlation::new(2, |_, _| 0.8).unwrap(),
            common_jumps: 0.5,
            impact_half_life: 1.0,
            credit: None,
        }
    }

    #[test]
    fn what_paths_were_drawn_from_is_found_again() {
        let market = market();
        let fit = fit(&drawn_from(&market, 12_000), &["eth".into(), "btc".into()]).unwrap();
        // 12 000 days are 33 years: deviations are known to 1/√24 000, jumps to 1/√(33 × 4) of their rate.
        for (found, given) in fit.assets.iter().zip(&market.assets) {
            assert!(
                (found.volatility / given.volatility - 1.0).abs() < 0.03,
                "{found:?}"
            );
            assert!(
                (found.jumps.per_year / given.jumps.per_year - 1.0).abs() < 0.35,
                "{found:?}"
            );
            assert!(
                (found.jumps.mean - given.jumps.mean).abs() < 0.02,
                "{found:?}"
            );
            assert!(
                (found.jumps.deviation - given.jumps.deviation).abs() < 0.02,
                "{found:?}"
            );
        }
        assert!((fit.correlation.between(0, 1) - 0.8).abs() < 0.02);
        assert!((fit.common_jumps - 0.5).abs() < 0.2, "{}", fit.common_jumps);
        assert_eq!(fit.repair, 0.0);
    }

    #[test]
    fn days_without_a_price_are_skipped_and_longer_returns_count_for_their_time() {
        let whole = |day: usize, _: usize| Some(100.0 * (0.02 * (day as f64 * 1.7).sin()).exp());
        let gaps =
            |day: usize, asset: usize| whole(day, asset).filter(|_| asset == 0 || day % 7 != 3);
        let fit = fit(&history(&["a", "b"], 200, gaps), &["a".into(), "b".into()]).unwrap();
        assert_eq!(
            (fit.assets[0].returns, fit.assets[1].returns),
            (199, 199 - 29)
        );
        // Of the returns that both have, each is the same; one ten-thousandth less is a possible correlation.
        assert!((fit.correlation.between(0, 1) - 1.0).abs() < 2e-4);
    }

    #[test]
    fn a_history_that_is_too_short_says_which_column_and_what_is_needed() {
        let history = history(&["eth"], 20, |day, _| Some(100.0 + day as f64));
        let says = |assets: &[String]| fit(&history, assets).unwrap_err().to_string();
        assert_eq!(
            says(&["eth".into()]),
            "history.csv: column eth: 19 returns are too few to fit, 30 are needed"
        );
        assert_eq!(
            says(&["dot".into()]),
            "history.csv: there is no column `dot`: choose from eth"
        );
    }

    /// Real price histories that lie beside the repository on some machines.
    #[test]
    fn real_histories_have_plausible_fits() {
        let file = term_sheet::workspace_root().join("../shared/data/daily-2019-2025.csv");
        if !file.exists() {
            println!("skipped: there is no {}", file.display());
            return;
        }
        let history = Scenario::load(&file).unwrap();
        let fit = fit(&history, &history.assets).unwrap();
        for asset in &fit.assets {
            assert!((0.3..1.5).contains(&asset.volatility), "{asset:?}");
            assert!((0.5..30.0).contains(&asset.jumps.per_year), "{asset:?}");
        }
        assert!((0.6..0.95).contains(&fit.correlation.between(0, 1)));
        // Ether lost 45 % on 12 March 2020.
        assert!(
            (fit.assets[0].worst - (-0.5905)).abs() < 0.01,
            "{}",
            fit.assets[0].worst
        );
    }
}
