//! From what is written to what is meant: each rule with the place where it is broken.

mod governance;
mod insurance;
mod members;

use std::ops::Range;
use std::path::Path;

use finance::fees::{HIGHEST_MANAGEMENT_FEE, HIGHEST_PERFORMANCE_FEE};
use finance::interest::PaceCurve;
use finance::oracle::answer::CONFIDENCES;
use finance::oracle::MAX_FUTURE_TOLERANCE;
use finance::settlement::ClassTerms;
use finance::{valuation, Period, Ratio, Timestamp, MAX_TRANCHES};
use ink::env::hash::Blake2x256;
use ink::env::hash_bytes;
use interfaces::collateral_vault::MAX_COLLATERAL_TYPES;
use interfaces::oracle_adapter::{Feeder, Key, MAX_FEEDERS};
use interfaces::parameters::{AuctionParameters, CollateralParameters, CollateralTerms};
use interfaces::types::{Balance, CollateralId, TrancheId};
use toml::Spanned;

use super::{
    written, Collateral, Compliance, Fees, Investor, Keeper, OracleTerms, Originator, Reaction,
};
use super::{TermSheet, Token, Tranche};
use crate::quantity::{Amount, Date, Duration, Hex, Percent};
use crate::show;
use crate::Mistake;

/// How long a price may be missing unless the sheet says otherwise.
const FROZEN_LIMIT: Period = Period::from_secs(48 * 3_600);

/// How long a change of parameters waits that does not tighten, unless the sheet says otherwise.
const TIMELOCK: Period = Period::from_secs(2 * 86_400);
/// How long a lowered liquidation LTV takes to come into force unless the sheet says otherwise.
const RAMP: Period = Period::from_secs(7 * 86_400);
/// How long a loan may last, and an overdue one is spared, unless the sheet says otherwise.
const LONGEST_TERM: Period = Period::from_secs(3_650 * 86_400);
const GRACE: Period = Period::from_secs(7 * 86_400);
/// The step of an auction's stairs unless the sheet says otherwise.
const STEP: Period = Period::from_secs(60);

/// How uncertain a source may be, what the moving average reaches back to, and how long a change of the oracle's terms
/// is public, unless the sheet says otherwise.
const MAX_CONFIDENCE: Ratio = Ratio::from_bps(100);
const AVERAGING: Period = Period::from_secs(3_600);
const CHANGE_DELAY: Period = Period::from_secs(2 * 86_400);

type Checked<T> = Result<T, Mistake>;

/// Names and letters that were given away, with what they stand for.
#[derive(Default)]
struct Taken(Vec<String>);

pub struct Check<'a> {
    pub file: &'a Path,
    pub text: &'a str,
}

impl Check<'_> {
    pub fn sheet(&self, sheet: written::Sheet) -> Checked<TermSheet> {
        let mut symbols = Taken::default();
        let mut names = Taken::default();
        let cash = self.token(sheet.cash, &mut symbols)?;
        let is_ruled = sheet.compliance.is_some();
        let tranches = self.tranches(sheet.tranches, &cash, &mut symbols, is_ruled)?;
        let compliance = self.compliance(sheet.compliance, &tranches, &mut names)?;
        let collateral = self.collateral(sheet.collateral, &cash, &mut symbols)?;
        let guardian = sheet.guardian;
        let guardian = guardian.map(|guardian| self.unique(guardian, &mut names));
        let governor = match sheet.governance {
            Some(governance) => self.governance(
                governance,
                &sheet.governor,
                &tranches,
                &mut symbols,
                is_ruled,
            )?,
            None => self.governor(sheet.governor, &mut names)?,
        };
        let guardian = self.guardian(guardian.transpose()?, &governor)?;
        let epoch_length = sheet.epoch_length.get_ref().0;
        self.ensure(epoch_length.0 > 0, &sheet.epoch_length, || {
            "an epoch must last".into()
        })?;
        let minimum_order = self.positive_or_none(&sheet.minimum_order, &cash)?;
        let fund = sheet.insurance_fund;
        let insurance = self.insurance(sheet.insurance, fund, &cash, &mut names)?;
        Ok(TermSheet {
            file: self.file.to_owned(),
            name: sheet.name,
            epoch_length,
            cut_off: self.cut_off(&sheet.cut_off, epoch_length)?,
            minimum_order,
            liquidity_buffer: self.below_one(&sheet.liquidity_buffer)?,
            accrual: sheet.accrual,
            ends_at: self.end(&sheet.ends, sheet.amortises)?,
            amortises_at: sheet.amortises.map(|date| date.0),
            patience: self.patience(&sheet.patience)?,
            frozen_limit: sheet.frozen_limit.map_or(FROZEN_LIMIT, |limit| limit.0),
            guardian,
            governor,
            backers: self.each(sheet.backers, |backer| {
                self.backer(backer, &insurance, &cash, &mut names)
            })?,
            timelock: sheet.timelock.map_or(TIMELOCK, |timelock| timelock.0),
            ramp: sheet.ramp.map_or(RAMP, |ramp| ramp.0),
            pace: sheet.interest.map_or(PaceCurve::LEVEL, pace),
            originator_ceiling: self.amount_or(&sheet.originator_ceiling, Balance::MAX, &cash)?,
            fees: self.fees(sheet.fees, &cash, &mut names)?,
            oracle: self.oracle(sheet.oracle, &mut names)?,
            investors: self.each(sheet.investors, |investor| {
                self.investor(
                    investor,
                    &tranches,
                    &compliance,
                    minimum_order,
                    &cash,
                    &mut names,
                )
            })?,
            originators: self.each(sheet.originators, |originator| {
                self.originator(originator, &collateral, &mut names)
            })?,
            keepers: self.each(sheet.keepers, |keeper| {
                self.keeper(keeper, &cash, &mut names)
            })?,
            cash,
            insurance,
            compliance,
            tranches,
            collateral,
        })
    }

    fn cut_off(&self, cut_off: &Option<Spanned<Duration>>, epoch: Period) -> Checked<Period> {
        let Some(cut_off) = cut_off else {
            return Ok(Period::default());
        };
        let period = cut_off.get_ref().0;
        self.ensure(period < epoch, cut_off, || {
            format!(
                "the cut-off must be shorter than the epoch of {}",
                show::duration(epoch)
            )
        })?;
        Ok(period)
    }

    fn end(
        &self,
        ends: &Option<Spanned<Date>>,
        amortises: Option<Date>,
    ) -> Checked<Option<Timestamp>> {
        let Some(date) = ends else {
            return Ok(None);
        };
        let end = date.get_ref().0;
        let is_later = amortises.is_none_or(|amortises| amortises.0 < end);
        self.ensure(is_later, date, || {
            "the deal must end after it starts to amortise".into()
        })?;
        Ok(Some(end))
    }

    fn patience(&self, patience: &Option<Spanned<u32>>) -> Checked<Option<u32>> {
        let Some(count) = patience else {
            return Ok(None);
        };
        self.ensure(*count.get_ref() > 0, count, || {
            "the deal would amortise before a test was broken: write 1 or more, or remove this line"
                .into()
        })?;
        Ok(Some(*count.get_ref()))
    }

    fn fees(&self, fees: Option<written::Fees>, cash: &Token, names: &mut Taken) -> Checked<Fees> {
        let Some(fees) = fees else {
            return Ok(Fees::default());
        };
        let base = "of the principal lent a year";
        let management = self.fee(&fees.management, HIGHEST_MANAGEMENT_FEE, base)?;
        let base = "of the residual's gains";
        let performance = self.fee(&fees.performance, HIGHEST_PERFORMANCE_FEE, base)?;
        let close_reward = self.positive_or_none(&fees.close_reward, cash)?;
        if let Some(reward) = &fees.close_reward {
            let is_funded = management > Ratio::ZERO || performance > Ratio::ZERO;
            self.ensure(is_funded, reward, || {
                "the reward is paid out of fees, and there are none: charge one, or remove this line"
                    .into()
            })?;
        }
        Ok(Fees {
            management,
            performance,
            close_reward,
            beneficiary: Some(self.unique(fees.beneficiary, names)?),
        })
    }

    fn fee(&self, fee: &Option<Spanned<Percent>>, highest: Ratio, base: &str) -> Checked<Ratio> {
        let Some(fee) = fee else {
            return Ok(Ratio::ZERO);
        };
        let ratio = fee.get_ref().0;
        self.ensure(ratio <= highest, fee, || {
            format!("the pool charges at most {} {base}", show::percent(highest))
        })?;
        Ok(ratio)
    }

    fn token(&self, token: written::Token, symbols: &mut Taken) -> Checked<Token> {
        Ok(Token {
            name: token.name,
            symbol: self.unique(token.symbol, symbols)?,
            decimals: self.decimals(&token.decimals)?,
        })
    }

    fn tranches(
        &self,
        tranches: Spanned<Vec<written::Tranche>>,
        cash: &Token,
        symbols: &mut Taken,
        is_ruled: bool,
    ) -> Checked<Vec<Tranche>> {
        let count = tranches.get_ref().len();
        self.ensure((2..=MAX_TRANCHES).contains(&count), &tranches, || {
            format!("a deal has 2 to {MAX_TRANCHES} tranches, and this one has {count}")
        })?;
        let mut names = Taken::default();
        let mut place = 0;
        self.each(tranches.into_inner(), |tranche| {
            place += 1;
            let terms = self.tranche_terms(&tranche, place == count, cash)?;
            let rule = self.rule(&tranche, is_ruled)?;
            let name = self.unique(tranche.name, &mut names)?;
            Ok(Tranche {
                token: Token {
                    name: format!("{name} class"),
                    symbol: self.unique(tranche.symbol, symbols)?,
                    decimals: cash.decimals,
                },
                name,
                terms,
                rule,
            })
        })
    }

    fn tranche_terms(
        &self,
        tranche: &written::Tranche,
        residual: bool,
        cash: &Token,
    ) -> Checked<ClassTerms> {
        let written::Tranche {
            target_rate,
            minimum_subordination,
            interest_cover,
            ..
        } = tranche;
        let not_of_the_residual = [
            (target_rate, "it takes what is left and has no target rate"),
            (minimum_subordination, "nothing stands below it"),
            (interest_cover, "no coupon is due to it"),
        ];
        for (field, why) in not_of_the_residual {
            if let Some(field) = field.as_ref().filter(|_| residual) {
                let message = format!("the last tranche is the residual: {why}; remove this line");
                return Err(self.mistake(field.span(), message));
            }
        }
        let needed = [
            (target_rate, "target_rate"),
            (minimum_subordination, "minimum_subordination"),
        ];
        for (field, name) in needed {
            self.ensure(residual || field.is_some(), &tranche.name, || {
                format!("a tranche above the residual needs `{name}`")
            })?;
        }
        let ratio = |field: &Option<Spanned<Percent>>| {
            let percent = field.as_ref().map(Spanned::get_ref);
            percent.map_or(Ratio::ZERO, |percent| percent.0)
        };
        if let Some(minimum) = minimum_subordination {
            self.below_one(minimum)?;
        }
        Ok(ClassTerms {
            target_rate: ratio(target_rate),
            minimum_subordination: ratio(minimum_subordination),
            interest_cover: ratio(interest_cover),
            cap: self.positive(&tranche.cap, cash)?,
            policy: tranche.distribution,
        })
    }

    fn collateral(
        &self,
        collateral: Spanned<Vec<written::Collateral>>,
        cash: &Token,
        symbols: &mut Taken,
    ) -> Checked<Vec<Collateral>> {
        let count = collateral.get_ref().len();
        self.ensure((1..=MAX_COLLATERAL_TYPES).contains(&count), &collateral, || {
            format!("a deal has 1 to {MAX_COLLATERAL_TYPES} collateral types, and this one has {count}")
        })?;
        self.each(collateral.into_inner(), |collateral| {
            let terms = self.collateral_terms(&collateral, cash)?;
            Ok(Collateral {
                asset: collateral.asset,
                token: Token {
                    name: collateral.name,
                    symbol: self.unique(collateral.symbol, symbols)?,
                    decimals: self.decimals(&collateral.decimals)?,
                },
                terms,
            })
        })
    }

    fn collateral_terms(
        &self,
        collateral: &written::Collateral,
        cash: &Token,
    ) -> Checked<CollateralTerms> {
        Ok(CollateralTerms {
            loans: self.loans(collateral, cash)?,
            auctions: self.auctions(collateral, cash)?,
        })
    }

    fn loans(
        &self,
        collateral: &written::Collateral,
        cash: &Token,
    ) -> Checked<CollateralParameters> {
        let borrow_ltv = collateral.borrow_ltv.get_ref().0;
        let liquidation_ltv = collateral.liquidation_ltv.get_ref().0;
        self.ensure(borrow_ltv < liquidation_ltv, &collateral.borrow_ltv, || {
            "the borrow LTV must lie below the liquidation LTV, or a fresh loan could be liquidated"
                .into()
        })?;
        let debt_ceiling = self.positive(&collateral.debt_ceiling, cash)?;
        let minimum_debt = self.positive(&collateral.minimum_debt, cash)?;
        self.ensure(
            minimum_debt <= debt_ceiling,
            &collateral.minimum_debt,
            || "the minimum debt exceeds the debt ceiling: nobody could borrow".into(),
        )?;
        Ok(CollateralParameters {
            borrow_ltv,
            // Halfway unless the sheet says otherwise.
            margin_ltv: ratio_or(
                &collateral.margin_ltv,
                Ratio((borrow_ltv.0 + liquidation_ltv.0) / 2),
            ),
            liquidation_ltv,
            target_ltv: ratio_or(&collateral.target_ltv, borrow_ltv),
            whole_below: self.amount_or(
                &collateral.whole_below,
                minimum_debt.saturating_mul(5),
                cash,
            )?,
            haircut: collateral.haircut.0,
            debt_ceiling,
            minimum_debt,
            target_share: ratio_or(&collateral.target_share, Ratio::ONE),
            maximum_share: ratio_or(&collateral.maximum_share, Ratio::ONE),
            ltv_cut: ratio_or(&collateral.ltv_cut, Ratio::ZERO),
            surcharge: ratio_or(&collateral.surcharge, Ratio::ZERO),
            annual_rate: collateral.annual_rate.0,
            rate_cap: ratio_or(&collateral.rate_cap, Ratio::ONE),
            late_rate: ratio_or(&collateral.late_rate, Ratio::ZERO),
            longest_term: collateral.longest_term.map_or(LONGEST_TERM, |term| term.0),
            grace: collateral.grace.map_or(GRACE, |grace| grace.0),
            is_open: true,
        })
    }

    fn auctions(
        &self,
        collateral: &written::Collateral,
        cash: &Token,
    ) -> Checked<AuctionParameters> {
        let minimum_debt = self.positive(&collateral.minimum_debt, cash)?;
        let amount = |written, default| self.amount_or(written, default, cash);
        Ok(AuctionParameters {
            penalty: collateral.liquidation_penalty.0,
            buffer: collateral.auction_buffer.0,
            tail: collateral.auction_tail.0,
            cusp: collateral.auction_cusp.0,
            cut: ratio_or(&collateral.auction_cut, Ratio::ZERO),
            step: collateral.auction_step.map_or(STEP, |step| step.0),
            dust: amount(&collateral.auction_dust, minimum_debt)?,
            debt_limit: amount(&collateral.auction_debt_limit, Balance::MAX)?,
            total_limit: amount(&collateral.auction_total_limit, Balance::MAX)?,
            start_reward: amount(&collateral.start_reward, 0)?,
            start_share: ratio_or(&collateral.start_share, Ratio::ZERO),
            mark_reward: amount(&collateral.mark_reward, 0)?,
        })
    }

    fn oracle(&self, oracle: written::Oracle, names: &mut Taken) -> Checked<OracleTerms> {
        let others = self.others(&oracle)?;
        let count = oracle.feeders.len() + others.len();
        let quorum = *oracle.quorum.get_ref();
        let enough = usize::try_from(quorum).is_ok_and(|quorum| quorum <= count);
        self.ensure(quorum > 0, &oracle.quorum, || {
            "at least one report must be in force".into()
        })?;
        self.ensure(enough, &oracle.quorum, || {
            format!("{quorum} reports can never be in force: there are {count} feeders; lower the quorum or add feeders")
        })?;
        self.ensure(count <= MAX_FEEDERS, &oracle.quorum, || {
            format!("an asset may have {MAX_FEEDERS} feeders at most, and there are {count}")
        })?;
        let (max_deviation, hold) = self.hold(&oracle)?;
        Ok(OracleTerms {
            others,
            max_confidence: self.max_confidence(&oracle.max_confidence)?,
            quorum,
            heartbeat: self.heartbeat(&oracle)?,
            max_age: oracle.max_age.get_ref().0,
            future_tolerance: self.future_tolerance(&oracle)?,
            max_deviation,
            hold,
            averaging: self.averaging(&oracle.averaging)?,
            change_delay: self.change_delay(&oracle, hold)?,
            feeders: self.each(oracle.feeders, |feeder| self.unique(feeder, names))?,
        })
    }

    /// Keys and sources, all different.
    fn others(&self, oracle: &written::Oracle) -> Checked<Vec<Feeder>> {
        let key =
            |key| move |place: &Spanned<Hex<32>>| (place.get_ref().0.into(), key, place.span());
        let signers = oracle.sr25519_keys.iter().map(key(Key::Sr25519));
        let ecdsa = oracle.ecdsa_keys.iter().map(|key| {
            let mut account = [0; 32];
            hash_bytes::<Blake2x256>(&key.get_ref().0, &mut account);
            (account.into(), Key::Ecdsa, key.span())
        });
        let sources = oracle.sources.iter().map(key(Key::Source));
        let mut others: Vec<Feeder> = Vec::new();
        for (account, key, span) in signers.chain(ecdsa).chain(sources) {
            if others.iter().any(|other| other.account == account) {
                return Err(self.mistake(span, "this feeder is listed twice: remove one"));
            }
            others.push(Feeder { account, key });
        }
        Ok(others)
    }

    fn max_confidence(&self, percent: &Option<Spanned<Percent>>) -> Checked<Ratio> {
        let Some(percent) = percent else {
            return Ok(MAX_CONFIDENCE);
        };
        let ratio = percent.get_ref().0;
        self.ensure(CONFIDENCES.contains(&ratio), percent, || {
            let (least, most) = (CONFIDENCES.start(), CONFIDENCES.end());
            let (least, most) = (show::percent(*least), show::percent(*most));
            format!("the doubt of a source is bounded by {least} to {most} of the price")
        })?;
        Ok(ratio)
    }

    fn heartbeat(&self, oracle: &written::Oracle) -> Checked<Period> {
        let max_age = oracle.max_age.get_ref().0;
        self.ensure(max_age > Period(0), &oracle.max_age, || {
            "a report must be in force for some time".into()
        })?;
        let Some(heartbeat) = &oracle.heartbeat else {
            return Ok(max_age);
        };
        let period = heartbeat.get_ref().0;
        self.ensure(period > Period(0) && period <= max_age, heartbeat, || {
            let max_age = show::duration(max_age);
            format!("the heartbeat must last, and no longer than the maximum age of {max_age}")
        })?;
        Ok(period)
    }

    fn future_tolerance(&self, oracle: &written::Oracle) -> Checked<Period> {
        let most = oracle.max_age.get_ref().0.min(MAX_FUTURE_TOLERANCE);
        let tolerance = oracle.future_tolerance.get_ref().0;
        self.ensure(tolerance <= most, &oracle.future_tolerance, || {
            let most = show::duration(most);
            format!("a report may be dated ahead by {most} at most")
        })?;
        Ok(tolerance)
    }

    /// From which move on a jump is held, and how long: both or neither.
    fn hold(&self, oracle: &written::Oracle) -> Checked<(Ratio, Period)> {
        match (&oracle.max_deviation, &oracle.hold) {
            (None, None) => Ok((Ratio::ZERO, Period(0))),
            (Some(deviation), Some(hold)) => {
                let period = hold.get_ref().0;
                self.ensure(period > Period(0), hold, || {
                    "a jump must be held for some time: write more, or remove this line and `max_deviation`".into()
                })?;
                Ok((self.below_one(deviation)?, period))
            }
            (Some(deviation), None) => {
                let message = "without `hold` no jump is held: write how long, or remove this line";
                Err(self.mistake(deviation.span(), message))
            }
            (None, Some(hold)) => {
                let message =
                    "without `max_deviation` nothing is a jump: write how far, or remove this line";
                Err(self.mistake(hold.span(), message))
            }
        }
    }

    fn averaging(&self, averaging: &Option<Spanned<Duration>>) -> Checked<Period> {
        let Some(averaging) = averaging else {
            return Ok(AVERAGING);
        };
        let period = averaging.get_ref().0;
        self.ensure(period > Period(0), averaging, || {
            "an average must be taken over some time".into()
        })?;
        Ok(period)
    }

    /// No report outlives a change of the feeders, and no hold the terms that it began under.
    fn change_delay(&self, oracle: &written::Oracle, hold: Period) -> Checked<Period> {
        let max_age = oracle.max_age.get_ref().0;
        let least = max_age
            .0
            .saturating_add(oracle.future_tolerance.get_ref().0 .0);
        let least = Period(least.max(hold.0));
        let refusal = || {
            let least = show::duration(least);
            format!("a change must be public for {least} at least: as long as a report is in force and a jump is held")
        };
        match &oracle.change_delay {
            Some(delay) => {
                self.ensure(delay.get_ref().0 >= least, delay, refusal)?;
                Ok(delay.get_ref().0)
            }
            None => Ok(CHANGE_DELAY.max(least)),
        }
    }

    fn investor(
        &self,
        investor: written::Investor,
        tranches: &[Tranche],
        compliance: &Option<Compliance>,
        minimum_order: Balance,
        cash: &Token,
        names: &mut Taken,
    ) -> Checked<Investor> {
        let known = |tranche: &Tranche| tranche.name.clone();
        let deposits = self.each(investor.deposits, |deposit| {
            let tranche = self.number(&deposit.tranche, "tranche", tranches.iter().map(known))?;
            let amount = self.positive(&deposit.cash, cash)?;
            self.ensure(amount >= minimum_order, &deposit.cash, || {
                let minimum = show::amount(minimum_order, cash, 2);
                format!("less than the `minimum_order` of {minimum}: the pool would refuse it")
            })?;
            Ok((TrancheId(tranche), amount))
        })?;
        let entered = deposits.iter().map(|(tranche, _)| *tranche);
        Ok(Investor {
            name: self.unique(investor.name, names)?,
            resident: self.residence(&investor.resident, entered, compliance)?,
            deposits,
            redeems: investor
                .redeems
                .map(|reaction| self.reaction(&reaction))
                .transpose()?,
        })
    }

    fn originator(
        &self,
        originator: written::Originator,
        collateral: &[Collateral],
        names: &mut Taken,
    ) -> Checked<Originator> {
        let known = collateral
            .iter()
            .map(|collateral| collateral.token.symbol.clone());
        let number = self.number(&originator.collateral, "collateral", known)?;
        let id = CollateralId(number);
        let Some(Collateral { token, terms, .. }) = collateral.get(id.index()) else {
            return Err(self.mistake(originator.collateral.span(), "unknown collateral"));
        };
        let draw_ltv = originator.draw_ltv.get_ref().0;
        self.ensure(
            draw_ltv <= terms.loans.borrow_ltv,
            &originator.draw_ltv,
            || {
                format!(
                    "more than the borrow LTV of {} cannot be drawn",
                    token.symbol
                )
            },
        )?;
        Ok(Originator {
            name: self.unique(originator.name, names)?,
            collateral: id,
            amount: self.positive(&originator.amount, token)?,
            draw_ltv,
            repays: originator
                .repays
                .map(|reaction| self.reaction(&reaction))
                .transpose()?,
        })
    }

    fn keeper(&self, keeper: written::Keeper, cash: &Token, names: &mut Taken) -> Checked<Keeper> {
        Ok(Keeper {
            name: self.unique(keeper.name, names)?,
            cash: self.positive(&keeper.cash, cash)?,
            margin: self.below_one(&keeper.margin)?,
            turnover: keeper.turnover.0,
        })
    }

    fn reaction(&self, reaction: &written::Reaction) -> Checked<Reaction> {
        let share = reaction.share.get_ref().0;
        self.ensure(
            share > Ratio::ZERO && share <= Ratio::ONE,
            &reaction.share,
            || "a share lies above 0 % and is 100 % at most".into(),
        )?;
        Ok(Reaction {
            share,
            after_fall: self.below_one(&reaction.after_fall)?,
        })
    }

    fn number(
        &self,
        name: &Spanned<String>,
        kind: &str,
        known: impl Iterator<Item = String>,
    ) -> Checked<u32> {
        let known: Vec<_> = known.collect();
        (0..)
            .zip(&known)
            .find_map(|(number, other)| (other == name.get_ref()).then_some(number))
            .ok_or_else(|| {
                let message = format!(
                    "there is no {kind} `{}`: choose from {}",
                    name.get_ref(),
                    known.join(", ")
                );
                self.mistake(name.span(), message)
            })
    }

    fn decimals(&self, decimals: &Spanned<u8>) -> Checked<u8> {
        let (least, most) = (valuation::DECIMALS.start(), valuation::DECIMALS.end());
        self.ensure(
            valuation::DECIMALS.contains(decimals.get_ref()),
            decimals,
            || format!("a token's decimals must be {least} to {most}"),
        )?;
        Ok(*decimals.get_ref())
    }

    fn positive(&self, amount: &Spanned<Amount>, token: &Token) -> Checked<Balance> {
        let units = amount
            .get_ref()
            .0
            .units(u32::from(token.decimals))
            .ok_or_else(|| {
                let message = format!(
                    "{} has {} decimals: this amount has more, or is too large",
                    token.symbol, token.decimals
                );
                self.mistake(amount.span(), message)
            })?;
        self.ensure(units > 0, amount, || "the amount must be above zero".into())?;
        Ok(units)
    }

    fn positive_or_none(
        &self,
        amount: &Option<Spanned<Amount>>,
        token: &Token,
    ) -> Checked<Balance> {
        self.amount_or(amount, 0, token)
    }

    fn amount_or(
        &self,
        amount: &Option<Spanned<Amount>>,
        default: Balance,
        token: &Token,
    ) -> Checked<Balance> {
        amount
            .as_ref()
            .map_or(Ok(default), |amount| self.positive(amount, token))
    }

    fn below_one(&self, percent: &Spanned<Percent>) -> Checked<Ratio> {
        let ratio = percent.get_ref().0;
        self.ensure(ratio < Ratio::ONE, percent, || "must be below 100 %".into())?;
        Ok(ratio)
    }

    fn unique(&self, name: Spanned<String>, taken: &mut Taken) -> Checked<String> {
        let free = !name.get_ref().is_empty() && !taken.0.contains(name.get_ref());
        self.ensure(free, &name, || {
            format!(
                "`{}` is taken or empty: choose another name",
                name.get_ref()
            )
        })?;
        taken.0.push(name.get_ref().clone());
        Ok(name.into_inner())
    }

    fn each<A, B>(&self, list: Vec<A>, check: impl FnMut(A) -> Checked<B>) -> Checked<Vec<B>> {
        list.into_iter().map(check).collect()
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
        Err(self.mistake(field.span(), message()))
    }

    fn mistake(&self, span: Range<usize>, message: impl Into<String>) -> Mistake {
        Mistake::at(self.file, self.text, span, message)
    }
}

fn ratio_or(percent: &Option<Percent>, default: Ratio) -> Ratio {
    percent.map_or(default, |percent| percent.0)
}

fn pace(written: written::Pace) -> PaceCurve {
    PaceCurve {
        at_zero: written.at_zero.0,
        kink: written.kink.0,
        at_kink: written.at_kink.0,
        at_full: written.at_full.0,
    }
}
