//! A market as it is written. Fields that are checked remember where they stand.

use serde::Deserialize;
use term_sheet::quantity::{Amount, Date, Duration, Fraction};
use toml::Spanned;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Market {
    pub name: String,
    pub date: Date,
    pub assets: Spanned<Vec<Asset>>,
    #[serde(default)]
    pub correlations: Vec<Pair>,
    pub common_jumps: Option<Spanned<Fraction>>,
    pub impact_half_life: Option<Spanned<Duration>>,
    pub credit: Option<Credit>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asset {
    pub asset: Spanned<String>,
    pub price: Spanned<Amount>,
    pub drift: Option<Spanned<Fraction>>,
    pub volatility: Spanned<Fraction>,
    pub jumps: Option<Jumps>,
    pub depth: Option<Spanned<Amount>>,
    pub loans: Option<LoanRisk>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Jumps {
    pub per_year: Spanned<Amount>,
    pub mean: Spanned<Fraction>,
    pub deviation: Spanned<Fraction>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoanRisk {
    pub default_probability: Spanned<Fraction>,
    pub recovery: Option<Spanned<Fraction>>,
    pub recoveries: Option<Spanned<Vec<RecoveryState>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecoveryState {
    pub weight: Spanned<Fraction>,
    pub recovery: Spanned<Fraction>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pair {
    pub between: Spanned<[String; 2]>,
    pub correlation: Spanned<Fraction>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credit {
    pub correlation: Spanned<Fraction>,
    pub rate: Spanned<Fraction>,
    pub maturity: Spanned<Duration>,
}
