//! The term sheet of a deal, in the units of the chain. [`written`] is how people write it.

mod check;
mod written;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use finance::governance::settings::Settings;
use finance::insurance::Rules;
use finance::interest::PaceCurve;
use finance::settlement::{Accrual, ClassTerms, Terms};
use finance::{Period, Ratio, Timestamp};
use interfaces::compliance::{Jurisdiction, Rule, Scope, Tranches};
use interfaces::oracle_adapter::{FeedTerms, Feeder, Key};
use interfaces::parameters::CollateralTerms;
use interfaces::types::{AccountId, Balance, CollateralId, TrancheId};

use crate::Mistake;

/// A deal and the people who take part in its demonstration.
#[derive(Clone, Debug)]
pub struct TermSheet {
    /// Where it was read.
    pub file: PathBuf,
    /// The name of the deal.
    pub name: String,
    /// The token that investors pay and are paid in.
    pub cash: Token,
    /// The least time between two settlements.
    pub epoch_length: Period,
    /// How long before the end of an epoch orders start to count for the next.
    pub cut_off: Period,
    /// The least cash of a deposit order, in base units.
    pub minimum_order: Balance,
    /// The share of the pool's value that draws must leave as cash.
    pub liquidity_buffer: Ratio,
    /// What claims grow on.
    pub accrual: Accrual,
    /// What is charged.
    pub fees: Fees,
    /// When principal starts to be paid back.
    pub amortises_at: Option<Timestamp>,
    /// When the deal is wound down.
    pub ends_at: Option<Timestamp>,
    /// After how many settlements in a row with a broken test the deal amortises.
    pub patience: Option<u32>,
    /// How long a price may be missing before settlements only amortise.
    pub frozen_limit: Period,
    /// Who may change risk parameters.
    pub governor: Governor,
    /// Whose account may tighten and cancel changes of risk parameters, stop deposits, draws, withdrawals and liquidations
    /// for a time, and cancel what was voted for while it waits.
    pub guardian: String,
    /// How long a change of parameters waits that does not tighten.
    pub timelock: Period,
    /// How long a lowered liquidation LTV takes to come into force.
    pub ramp: Period,
    /// How fast interest accrues.
    pub pace: PaceCurve,
    /// The most principal that an originator may owe, in base units of cash.
    pub originator_ceiling: Balance,
    /// Who receives the penalties of liquidations, and what nobody owns.
    pub insurance: Insurance,
    /// Who says who may hold the tokens; if nobody does, anyone may.
    pub compliance: Option<Compliance>,
    /// From the most senior to the residual.
    pub tranches: Vec<Tranche>,
    /// What may be lent against.
    pub collateral: Vec<Collateral>,
    /// Where prices come from.
    pub oracle: OracleTerms,
    /// Who backs the insurance fund.
    pub backers: Vec<Backer>,
    /// Who funds the pool.
    pub investors: Vec<Investor>,
    /// Who borrows from it.
    pub originators: Vec<Originator>,
    /// Who liquidates.
    pub keepers: Vec<Keeper>,
}

/// What is charged for running the deal.
#[derive(Clone, Debug, Default)]
pub struct Fees {
    /// A year, on the principal lent.
    pub management: Ratio,
    /// Of the residual's gains.
    pub performance: Ratio,
    /// For whoever closes an epoch, out of the other two, in base units of cash.
    pub close_reward: Balance,
    /// Whose account receives them; nobody's where there are none.
    pub beneficiary: Option<String>,
}

/// Who governs a deal.
#[derive(Clone, Debug)]
pub enum Governor {
    /// An account, by its name.
    Account(String),
    /// Votes.
    Votes(Governance),
}

/// How a deal is governed by votes.
#[derive(Clone, Debug)]
pub struct Governance {
    /// Who votes.
    pub electorate: Electorate,
    /// Which classes may veto.
    pub vetoes: Vec<TrancheId>,
    /// When, and how many it takes.
    pub settings: Settings,
}

/// Who votes.
#[derive(Clone, Debug)]
pub enum Electorate {
    /// Who holds a token that is there for nothing else.
    Token {
        /// It.
        token: Token,
        /// By name, what each has at first, in base units.
        holders: Vec<(String, Balance)>,
    },
    /// Who locks tokens of the residual class.
    Residual,
}

/// Who receives the penalties of liquidations, and what nobody owns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Insurance {
    /// The account of that name, which covers nothing.
    Account(String),
    /// A fund, which covers losses.
    Fund {
        /// Its target, limits and times.
        rules: Rules,
        /// The share of interest that goes to it.
        premium: Ratio,
    },
}

/// One who backs the insurance fund.
#[derive(Clone, Debug)]
pub struct Backer {
    /// Whose account.
    pub name: String,
    /// His stake, in base units of cash.
    pub stake: Balance,
}

/// A token's name.
#[derive(Clone, Debug)]
pub struct Token {
    /// In words.
    pub name: String,
    /// In letters.
    pub symbol: String,
    /// Base units are `10^-decimals` of a whole token.
    pub decimals: u8,
}

/// A class of investors.
#[derive(Clone, Debug)]
pub struct Tranche {
    /// In a word: `Senior`.
    pub name: String,
    /// Its token.
    pub token: Token,
    /// Its terms.
    pub terms: ClassTerms,
    /// Who may receive its token.
    pub rule: Rule,
}

/// Who says who may hold the tokens of a deal.
#[derive(Clone, Debug)]
pub struct Compliance {
    /// Whose account freezes others.
    pub officer: String,
    /// Who attests where somebody is resident.
    pub issuers: Vec<Issuer>,
}

impl Compliance {
    /// The first who may attest this for `tranche`.
    pub fn issuer(&self, tranche: TrancheId, jurisdiction: Jurisdiction) -> Option<&Issuer> {
        let tranche = Tranches::only(tranche);
        let mut issuers = self.issuers.iter();
        issuers.find(|issuer| issuer.scope.covers(tranche, jurisdiction))
    }
}

/// One who attests.
#[derive(Clone, Debug)]
pub struct Issuer {
    /// Whose account.
    pub name: String,
    /// What he may attest.
    pub scope: Scope,
}

/// A type of collateral.
#[derive(Clone, Debug)]
pub struct Collateral {
    /// The scenario's column of its price.
    pub asset: String,
    /// Its token.
    pub token: Token,
    /// Its risk parameters.
    pub terms: CollateralTerms,
}

/// How collateral is priced.
#[derive(Clone, Debug)]
pub struct OracleTerms {
    /// Whose accounts report, on every asset.
    pub feeders: Vec<String>,
    /// Who else does: keys that sign, and contracts that are asked.
    pub others: Vec<Feeder>,
    /// How far a source may think that it is off, as a share of the price.
    pub max_confidence: Ratio,
    /// How many reports must be in force.
    pub quorum: u32,
    /// How often feeders report at least: an older price is late.
    pub heartbeat: Period,
    /// How old a report in force may be.
    pub max_age: Period,
    /// How far a report may lie ahead of the chain's clock.
    pub future_tolerance: Period,
    /// The most a price may move within the time of a hold before it is held.
    pub max_deviation: Ratio,
    /// How long a jump is held; with none, nothing is.
    pub hold: Period,
    /// The time constant of the moving average.
    pub averaging: Period,
    /// How long a change of all this is public before it comes into force.
    pub change_delay: Period,
}

impl OracleTerms {
    /// The terms of each feed, where a feeder of this name has that account.
    ///
    /// # Errors
    /// The first that `account` gives.
    pub fn feed(&self, account: impl Fn(&str) -> Result<AccountId>) -> Result<FeedTerms> {
        let named = self.feeders.iter().map(|name| {
            let (account, key) = (account(name)?, Key::Sr25519);
            Ok(Feeder { account, key })
        });
        let others = self.others.iter().copied().map(Ok);
        Ok(FeedTerms {
            feeders: named.chain(others).collect::<Result<_>>()?,
            quorum: self.quorum,
            heartbeat: self.heartbeat,
            max_age: self.max_age,
            future_tolerance: self.future_tolerance,
            max_deviation: self.max_deviation,
            hold: self.hold,
            averaging: self.averaging,
            max_confidence: self.max_confidence,
            base: None,
        })
    }
}

/// One who funds the pool.
#[derive(Clone, Debug)]
pub struct Investor {
    /// Whose account.
    pub name: String,
    /// Where he is resident, by what is attested of him.
    pub resident: Option<Jurisdiction>,
    /// What he deposits at the start, in base units of cash.
    pub deposits: Vec<(TrancheId, Balance)>,
    /// When he wants to leave.
    pub redeems: Option<Reaction>,
}

/// One who borrows from the pool.
#[derive(Clone, Debug)]
pub struct Originator {
    /// Whose account.
    pub name: String,
    /// What he locks.
    pub collateral: CollateralId,
    /// How much of it, in base units.
    pub amount: Balance,
    /// How much he draws against its value.
    pub draw_ltv: Ratio,
    /// When he repays.
    pub repays: Option<Reaction>,
}

/// Something done once, when prices have fallen.
#[derive(Clone, Copy, Debug)]
pub struct Reaction {
    /// How far the price of a collateral must have fallen since the start.
    pub after_fall: Ratio,
    /// What part of his holding or debt it concerns.
    pub share: Ratio,
}

/// One who liquidates, buys in auctions and sells on.
#[derive(Clone, Debug)]
pub struct Keeper {
    /// Whose account.
    pub name: String,
    /// What he can spend before he has sold on, in base units of cash.
    pub cash: Balance,
    /// How far below the market he wants to buy.
    pub margin: Ratio,
    /// How long he takes to sell on.
    pub turnover: Period,
}

impl TermSheet {
    /// Reads a term sheet.
    ///
    /// # Errors
    /// The file cannot be read, or the first [`Mistake`] in it.
    pub fn load(file: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(file)
            .with_context(|| format!("cannot read the term sheet {}", file.display()))?;
        Ok(Self::parse(file, &text)?)
    }

    /// Reads a term sheet from `text`, the content of `file`.
    ///
    /// # Errors
    /// The first [`Mistake`].
    pub fn parse(file: &Path, text: &str) -> Result<Self, Mistake> {
        let written: written::Sheet = toml::from_str(text).map_err(|error| {
            let span = error.span().unwrap_or_default();
            Mistake::at(file, text, span, error.message())
        })?;
        check::Check { file, text }.sheet(written)
    }

    /// What settlements go by.
    pub fn terms(&self) -> Terms {
        Terms {
            accrual: self.accrual,
            management_fee: self.fees.management,
            performance_fee: self.fees.performance,
            amortises_at: self.amortises_at,
            ends_at: self.ends_at,
            patience: self.patience,
            frozen_limit: self.frozen_limit,
            classes: self.tranches.iter().map(|tranche| tranche.terms).collect(),
        }
    }

    /// The number of the residual class.
    pub fn residual(&self) -> usize {
        self.tranches.len().saturating_sub(1)
    }
}
