//! A term sheet as it is written. Fields that are checked remember where they stand.

use finance::distribution::Policy;
use finance::settlement::Accrual;
use serde::Deserialize;
use toml::Spanned;

use crate::quantity::{Amount, Date, Duration, Hex, Percent};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sheet {
    pub name: String,
    pub epoch_length: Spanned<Duration>,
    pub cut_off: Option<Spanned<Duration>>,
    pub minimum_order: Option<Spanned<Amount>>,
    pub liquidity_buffer: Spanned<Percent>,
    #[serde(default, with = "AccrualName")]
    pub accrual: Accrual,
    pub amortises: Option<Date>,
    pub ends: Option<Spanned<Date>>,
    pub patience: Option<Spanned<u32>>,
    pub frozen_limit: Option<Duration>,
    pub governor: Option<Spanned<String>>,
    pub governance: Option<Governance>,
    pub guardian: Option<Spanned<String>>,
    pub timelock: Option<Duration>,
    pub ramp: Option<Duration>,
    pub originator_ceiling: Option<Spanned<Amount>>,
    pub interest: Option<Pace>,
    pub insurance: Option<Spanned<String>>,
    pub insurance_fund: Option<Spanned<InsuranceFund>>,
    pub compliance: Option<Compliance>,
    pub fees: Option<Fees>,
    pub cash: Token,
    pub tranches: Spanned<Vec<Tranche>>,
    pub collateral: Spanned<Vec<Collateral>>,
    pub oracle: Oracle,
    #[serde(default)]
    pub backers: Vec<Backer>,
    #[serde(default)]
    pub investors: Vec<Investor>,
    #[serde(default)]
    pub originators: Vec<Originator>,
    #[serde(default)]
    pub keepers: Vec<Keeper>,
}

#[derive(Deserialize)]
#[serde(remote = "Accrual", rename_all = "lowercase")]
enum AccrualName {
    Deployed,
    #[serde(rename = "all")]
    Whole,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pace {
    pub at_zero: Percent,
    pub kink: Percent,
    pub at_kink: Percent,
    pub at_full: Percent,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fees {
    pub management: Option<Spanned<Percent>>,
    pub performance: Option<Spanned<Percent>>,
    pub close_reward: Option<Spanned<Amount>>,
    pub beneficiary: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Governance {
    pub token: Option<VotingToken>,
    #[serde(default)]
    pub vetoes: Vec<Spanned<String>>,
    pub voting_delay: Option<Spanned<Duration>>,
    pub voting_period: Option<Spanned<Duration>>,
    pub late_extension: Option<Spanned<Duration>>,
    pub threshold: Option<Spanned<Percent>>,
    pub quorum: Option<Spanned<Percent>>,
    pub super_quorum: Option<Spanned<Percent>>,
    pub delay: Option<Spanned<Duration>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InsuranceFund {
    pub target: Spanned<Amount>,
    pub minimum_stake: Option<Spanned<Amount>>,
    pub event_limit: Option<Spanned<Amount>>,
    pub period_limit: Option<Spanned<Amount>>,
    pub period: Option<Spanned<Duration>>,
    pub cool_down: Option<Duration>,
    pub window: Option<Spanned<Duration>>,
    pub premium: Option<Spanned<Percent>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VotingToken {
    pub name: String,
    pub symbol: Spanned<String>,
    pub decimals: Spanned<u8>,
    pub holders: Spanned<Vec<Holder>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holder {
    pub name: Spanned<String>,
    pub amount: Spanned<Amount>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Backer {
    pub name: Spanned<String>,
    pub stake: Spanned<Amount>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Token {
    pub name: String,
    pub symbol: Spanned<String>,
    pub decimals: Spanned<u8>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tranche {
    pub name: Spanned<String>,
    pub symbol: Spanned<String>,
    pub target_rate: Option<Spanned<Percent>>,
    pub minimum_subordination: Option<Spanned<Percent>>,
    pub interest_cover: Option<Spanned<Percent>>,
    #[serde(default, with = "PolicyName")]
    pub distribution: Policy,
    pub cap: Spanned<Amount>,
    pub members: Option<Spanned<Countries>>,
    pub locked_until: Option<Spanned<Date>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Compliance {
    pub officer: Spanned<String>,
    pub issuers: Vec<Issuer>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Issuer {
    pub name: Spanned<String>,
    pub tranches: Option<Vec<Spanned<String>>>,
    pub residents: Option<Countries>,
}

#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Countries {
    pub only: Option<Spanned<Vec<Spanned<u16>>>>,
    pub except: Option<Spanned<Vec<Spanned<u16>>>>,
}

#[derive(Deserialize)]
#[serde(remote = "Policy", rename_all = "lowercase")]
enum PolicyName {
    Accumulate,
    #[serde(rename = "pay out")]
    PayOut,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Collateral {
    pub asset: String,
    pub name: String,
    pub symbol: Spanned<String>,
    pub decimals: Spanned<u8>,
    pub borrow_ltv: Spanned<Percent>,
    pub liquidation_ltv: Spanned<Percent>,
    pub annual_rate: Percent,
    pub debt_ceiling: Spanned<Amount>,
    pub minimum_debt: Spanned<Amount>,
    pub haircut: Percent,
    pub liquidation_penalty: Percent,
    pub auction_buffer: Percent,
    pub auction_tail: Duration,
    pub auction_cusp: Percent,
    pub auction_cut: Option<Percent>,
    pub auction_step: Option<Duration>,
    pub auction_dust: Option<Spanned<Amount>>,
    pub auction_debt_limit: Option<Spanned<Amount>>,
    pub auction_total_limit: Option<Spanned<Amount>>,
    pub start_reward: Option<Spanned<Amount>>,
    pub start_share: Option<Percent>,
    pub mark_reward: Option<Spanned<Amount>>,
    pub margin_ltv: Option<Percent>,
    pub target_ltv: Option<Percent>,
    pub whole_below: Option<Spanned<Amount>>,
    pub target_share: Option<Percent>,
    pub maximum_share: Option<Percent>,
    pub ltv_cut: Option<Percent>,
    pub surcharge: Option<Percent>,
    pub rate_cap: Option<Percent>,
    pub late_rate: Option<Percent>,
    pub longest_term: Option<Duration>,
    pub grace: Option<Duration>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Oracle {
    pub feeders: Vec<Spanned<String>>,
    #[serde(default)]
    pub sr25519_keys: Vec<Spanned<Hex<32>>>,
    #[serde(default)]
    pub ecdsa_keys: Vec<Spanned<Hex<33>>>,
    #[serde(default)]
    pub sources: Vec<Spanned<Hex<32>>>,
    pub max_confidence: Option<Spanned<Percent>>,
    pub quorum: Spanned<u32>,
    pub heartbeat: Option<Spanned<Duration>>,
    pub max_age: Spanned<Duration>,
    pub future_tolerance: Spanned<Duration>,
    pub max_deviation: Option<Spanned<Percent>>,
    pub hold: Option<Spanned<Duration>>,
    pub averaging: Option<Spanned<Duration>>,
    pub change_delay: Option<Spanned<Duration>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Investor {
    pub name: Spanned<String>,
    pub resident: Option<Spanned<u16>>,
    pub deposits: Vec<Deposit>,
    pub redeems: Option<Reaction>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deposit {
    pub tranche: Spanned<String>,
    pub cash: Spanned<Amount>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Originator {
    pub name: Spanned<String>,
    pub collateral: Spanned<String>,
    pub amount: Spanned<Amount>,
    pub draw_ltv: Spanned<Percent>,
    pub repays: Option<Reaction>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reaction {
    pub share: Spanned<Percent>,
    pub after_fall: Spanned<Percent>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keeper {
    pub name: Spanned<String>,
    pub cash: Spanned<Amount>,
    pub margin: Spanned<Percent>,
    pub turnover: Duration,
}
