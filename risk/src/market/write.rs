//! A market as a file.

use std::fmt;

use term_sheet::calendar;

use super::{Asset, Market};
use crate::pool::Recovery;
use crate::YEAR_IN_MILLISECONDS;

pub struct Page<'a>(pub &'a Market);

impl fmt::Display for Page<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let market = self.0;
        writeln!(f, "name = {}", quoted(&market.name))?;
        writeln!(f, "date = \"{}\"", calendar::write(market.date))?;
        writeln!(f, "common_jumps = {}", Percent(market.common_jumps))?;
        writeln!(f, "impact_half_life = {}", Length(market.impact_half_life))?;
        if let Some(credit) = &market.credit {
            writeln!(
                f,
                "\n[credit]\ncorrelation = {}",
                Percent(credit.correlation)
            )?;
            writeln!(f, "rate = {}", Percent(credit.rate))?;
            writeln!(f, "maturity = {}", Length(credit.maturity))?;
        }
        market
            .assets
            .iter()
            .try_for_each(|asset| write_asset(f, asset))?;
        self.write_correlations(f)
    }
}

fn write_asset(f: &mut fmt::Formatter, asset: &Asset) -> fmt::Result {
    writeln!(f, "\n[[assets]]\nasset = {}", quoted(&asset.name))?;
    writeln!(f, "price = \"{}\"", asset.price)?;
    writeln!(f, "drift = {}", Percent(asset.drift))?;
    writeln!(f, "volatility = {}", Percent(asset.volatility))?;
    if asset.jumps.per_year > 0.0 {
        let jumps = &asset.jumps;
        let (mean, deviation) = (Percent(jumps.mean), Percent(jumps.deviation));
        let per_year = jumps.per_year;
        writeln!(
            f,
            "jumps = {{ per_year = \"{per_year:.4}\", mean = {mean}, deviation = {deviation} }}"
        )?;
    }
    if let Some(depth) = asset.depth {
        writeln!(f, "depth = \"{depth}\"")?;
    }
    if let Some(loans) = &asset.loans {
        let (probability, recovery) = (
            Percent(loans.default_probability),
            recovery(&loans.recovery),
        );
        writeln!(
            f,
            "loans = {{ default_probability = {probability}, {recovery} }}"
        )?;
    }
    Ok(())
}

fn recovery(recovery: &Recovery) -> String {
    let state = |(weight, recovery): &(f64, f64)| {
        format!(
            "{{ weight = {}, recovery = {} }}",
            Percent(*weight),
            Percent(*recovery)
        )
    };
    match recovery {
        Recovery::Fixed(recovery) => format!("recovery = {}", Percent(*recovery)),
        Recovery::States(states) => {
            let states: Vec<_> = states.iter().map(state).collect();
            format!("recoveries = [{}]", states.join(", "))
        }
    }
}

impl Page<'_> {
    fn write_correlations(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Market {
            assets,
            correlation,
            ..
        } = self.0;
        for (number, other) in assets.iter().enumerate() {
            for (earlier, one) in assets.iter().enumerate().take(number) {
                let between = Percent(correlation.between(earlier, number));
                let (one, other) = (quoted(&one.name), quoted(&other.name));
                writeln!(f, "\n[[correlations]]\nbetween = [{one}, {other}]")?;
                writeln!(f, "correlation = {between}")?;
            }
        }
        Ok(())
    }
}

fn quoted(text: &str) -> toml::Value {
    toml::Value::from(text)
}

struct Percent(f64);

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        // Rounded to four decimals, and shown with no more than it needs.
        let rounded = (self.0 * 1e6).round() / 1e4;
        write!(f, "\"{rounded} %\"")
    }
}

/// A number of years, to the minute.
struct Length(f64);

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let minutes = (self.0 * YEAR_IN_MILLISECONDS / 60_000.0).round().max(1.0) as u64;
        match (minutes % 1_440, minutes % 60) {
            (0, _) => write!(f, "\"{} d\"", minutes / 1_440),
            (_, 0) => write!(f, "\"{} h\"", minutes / 60),
            _ => write!(f, "\"{minutes} min\""),
        }
    }
}
