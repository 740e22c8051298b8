//! Who governs a deal.

use std::ops::{Range, RangeInclusive};

use finance::governance::settings::{
    SettingError, Settings, DELAYS, QUORUMS, SUPER_QUORUMS, THRESHOLDS, VOTING_DELAYS,
    VOTING_PERIODS,
};
use finance::{Period, Ratio};
use interfaces::types::{Balance, TrancheId};
use toml::Spanned;

use super::{written, Check, Checked, Taken};
use crate::quantity::{Duration, Percent};
use crate::term_sheet::{Electorate, Governance, Governor, Token, Tranche};
use crate::Mistake;

const DAY: Period = Period::from_secs(86_400);

/// How votes go unless the sheet says otherwise.
const USUAL: Settings = Settings {
    voting_delay: DAY,
    voting_period: Period(3 * DAY.0),
    late_extension: DAY,
    threshold: Ratio::from_bps(100),
    quorum: Ratio::from_bps(2_000),
    super_quorum: Ratio::from_bps(6_600),
    delay: Period(2 * DAY.0),
};

impl Check<'_> {
    /// An account that governs alone.
    pub(super) fn governor(
        &self,
        name: Option<Spanned<String>>,
        names: &mut Taken,
    ) -> Checked<Governor> {
        let Some(name) = name else {
            let message =
                "nobody governs the deal: write `governor = \"…\"`, or a table `[governance]`";
            return Err(Mistake::in_file(self.file, message));
        };
        Ok(Governor::Account(self.unique(name, names)?))
    }

    /// Votes.
    pub(super) fn governance(
        &self,
        written: written::Governance,
        governor: &Option<Spanned<String>>,
        tranches: &[Tranche],
        symbols: &mut Taken,
        is_ruled: bool,
    ) -> Checked<Governor> {
        if let Some(governor) = governor {
            let message = "those who vote govern this deal: remove this line, or `[governance]`";
            return Err(self.mistake(governor.span(), message));
        }
        let settings = self.settings(&written)?;
        let known = || tranches.iter().map(|tranche| tranche.name.clone());
        let vetoes = self.each(written.vetoes, |class| {
            let number = self.number(&class, "tranche", known())?;
            let id = TrancheId(number);
            self.ensure_lockable(&tranches[id.index()], Some(class.span()), is_ruled)?;
            Ok(id)
        })?;
        let electorate = match written.token {
            Some(token) => self.voting_token(token, symbols)?,
            None => {
                // A deal has tranches.
                self.ensure_lockable(&tranches[tranches.len() - 1], None, is_ruled)?;
                Electorate::Residual
            }
        };
        Ok(Governor::Votes(Governance {
            electorate,
            vetoes,
            settings,
        }))
    }

    /// The guardian: of an account that governs, itself unless another is named.
    pub(super) fn guardian(&self, named: Option<String>, governor: &Governor) -> Checked<String> {
        match (named, governor) {
            (Some(named), _) => Ok(named),
            (None, Governor::Account(governor)) => Ok(governor.clone()),
            (None, Governor::Votes(_)) => {
                let message =
                    "a vote takes days: write `guardian = \"…\"`, who stops what cannot wait";
                Err(Mistake::in_file(self.file, message))
            }
        }
    }

    /// A registry may refuse transfers into a locker and back.
    fn ensure_lockable(
        &self,
        tranche: &Tranche,
        span: Option<Range<usize>>,
        is_ruled: bool,
    ) -> Checked<()> {
        if !is_ruled {
            return Ok(());
        }
        let instead = match &span {
            Some(_) => "take it out of `vetoes`",
            None => "write who votes instead into `[governance.token]`",
        };
        let message = format!(
            "to vote, tokens of {} are locked, and the registry could refuse to give them back: {instead}, or remove \
             `[compliance]`",
            tranche.name
        );
        Err(self.mistake_at(span, message))
    }

    /// A mistake at its line, or of the whole sheet where what is wrong is nowhere written.
    fn mistake_at(&self, span: Option<Range<usize>>, message: String) -> Mistake {
        match span {
            Some(span) => self.mistake(span, message),
            None => Mistake::in_file(self.file, message),
        }
    }

    fn voting_token(
        &self,
        written: written::VotingToken,
        symbols: &mut Taken,
    ) -> Checked<Electorate> {
        let token = Token {
            name: written.name,
            symbol: self.unique(written.symbol, symbols)?,
            decimals: self.decimals(&written.decimals)?,
        };
        let span = written.holders.span();
        let mut names = Taken::default();
        let holders = self.each(written.holders.into_inner(), |holder| {
            let amount = self.positive(&holder.amount, &token)?;
            Ok((self.unique(holder.name, &mut names)?, amount))
        })?;
        let mut amounts = holders.iter().map(|(_, amount)| *amount);
        let sum = amounts.try_fold(0, |sum: Balance, amount| sum.checked_add(amount));
        match sum {
            Some(1..) => Ok(Electorate::Token { token, holders }),
            Some(0) => Err(self.mistake(span, "nobody could vote: name who holds the token")),
            None => Err(self.mistake(span, "more than there can be of a token")),
        }
    }

    fn settings(&self, written: &written::Governance) -> Checked<Settings> {
        let settings = Settings {
            voting_delay: period(&written.voting_delay, USUAL.voting_delay),
            voting_period: period(&written.voting_period, USUAL.voting_period),
            late_extension: period(&written.late_extension, USUAL.late_extension),
            threshold: share(&written.threshold, USUAL.threshold),
            quorum: share(&written.quorum, USUAL.quorum),
            super_quorum: share(&written.super_quorum, USUAL.super_quorum),
            delay: period(&written.delay, USUAL.delay),
        };
        settings.ensure_valid().map_err(|error| {
            let (span, allowed) = match error {
                SettingError::VotingDelay => (span(&written.voting_delay), times(&VOTING_DELAYS)),
                SettingError::VotingPeriod => {
                    (span(&written.voting_period), times(&VOTING_PERIODS))
                }
                SettingError::LateExtension => (
                    span(&written.late_extension),
                    times(&(Period(0)..=settings.voting_period)),
                ),
                SettingError::Threshold => (span(&written.threshold), shares(&THRESHOLDS)),
                SettingError::Quorum => (span(&written.quorum), shares(&QUORUMS)),
                SettingError::SuperQuorum => (span(&written.super_quorum), shares(&SUPER_QUORUMS)),
                SettingError::Delay => (span(&written.delay), times(&DELAYS)),
            };
            self.mistake_at(span, format!("the governor allows {allowed}"))
        })?;
        Ok(settings)
    }
}

fn period(written: &Option<Spanned<Duration>>, usual: Period) -> Period {
    written.as_ref().map_or(usual, |period| period.get_ref().0)
}

fn share(written: &Option<Spanned<Percent>>, usual: Ratio) -> Ratio {
    written.as_ref().map_or(usual, |share| share.get_ref().0)
}

fn span<T>(written: &Option<Spanned<T>>) -> Option<Range<usize>> {
    written.as_ref().map(Spanned::span)
}

fn times(bounds: &RangeInclusive<Period>) -> String {
    let [least, most] = [bounds.start(), bounds.end()].map(|period| crate::show::duration(*period));
    format!("{least} to {most}")
}

fn shares(bounds: &RangeInclusive<Ratio>) -> String {
    let [least, most] = [bounds.start(), bounds.end()].map(|share| {
        let bps = share.0 / Ratio::from_bps(1).0;
        format!("{}.{:02} %", bps / 100, bps % 100)
    });
    format!("{least} to {most} of all votes")
}
