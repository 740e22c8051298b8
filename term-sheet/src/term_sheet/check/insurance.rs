//! Who is insured by whom.

use std::ops::RangeInclusive;

use finance::fees::HIGHEST_PREMIUM;
use finance::insurance::{least_stake, Rules};
use finance::Period;
use interfaces::types::Balance;
use toml::Spanned;

use super::{written, Check, Checked, Taken};
use crate::show;
use crate::term_sheet::{Backer, Insurance, Token};
use crate::Mistake;

/// Unless the sheet says otherwise: the limit of a period counts for 30 days, and who leaves waits for 14 days and then has 7.
const PERIOD: Period = Period::from_secs(30 * 86_400);
const COOL_DOWN: Period = Period::from_secs(14 * 86_400);
const WINDOW: Period = Period::from_secs(7 * 86_400);

impl Check<'_> {
    pub(super) fn insurance(
        &self,
        account: Option<Spanned<String>>,
        fund: Option<Spanned<written::InsuranceFund>>,
        cash: &Token,
        names: &mut Taken,
    ) -> Checked<Insurance> {
        match (account, fund) {
            (Some(account), None) => Ok(Insurance::Account(self.unique(account, names)?)),
            (None, Some(fund)) => self.fund(fund.into_inner(), cash),
            (Some(account), Some(_)) => Err(self.mistake(
                account.span(),
                "the insurance fund is paid what goes to insurance: remove this line, or [insurance_fund]",
            )),
            (None, None) => Err(Mistake::in_file(
                self.file,
                "nobody is insurance: add the line `insurance = \"a name\"`, or the table [insurance_fund]",
            )),
        }
    }

    fn fund(&self, fund: written::InsuranceFund, cash: &Token) -> Checked<Insurance> {
        let target = self.positive(&fund.target, cash)?;
        let one = 10_u128.pow(u32::from(cash.decimals));
        let least = least_stake(target);
        let usual = one.max(least).min(target);
        let minimum_stake = self.amount_or(&fund.minimum_stake, usual, cash)?;
        if let Some(minimum) = &fund.minimum_stake {
            let limits = least..=target;
            self.ensure(limits.contains(&minimum_stake), minimum, || {
                between("the smallest stake", &limits, cash)
            })?;
        }
        for period in [&fund.period, &fund.window].into_iter().flatten() {
            let lasts = period.get_ref().0 > Period::default();
            self.ensure(lasts, period, || "this time must not be zero".into())?;
        }
        let or = |period: &Option<Spanned<crate::quantity::Duration>>, default| {
            period.as_ref().map_or(default, |period| period.get_ref().0)
        };
        let rules = Rules {
            target,
            minimum_stake,
            event_limit: self.amount_or(&fund.event_limit, Balance::MAX, cash)?,
            period_limit: self.amount_or(&fund.period_limit, Balance::MAX, cash)?,
            period: or(&fund.period, PERIOD),
            cool_down: fund.cool_down.map_or(COOL_DOWN, |period| period.0),
            window: or(&fund.window, WINDOW),
        };
        let premium = self.fee(&fund.premium, HIGHEST_PREMIUM, "of interest to insurance")?;
        Ok(Insurance::Fund { rules, premium })
    }

    pub(super) fn backer(
        &self,
        backer: written::Backer,
        insurance: &Insurance,
        cash: &Token,
        names: &mut Taken,
    ) -> Checked<Backer> {
        let stake = self.positive(&backer.stake, cash)?;
        let Insurance::Fund { rules, .. } = insurance else {
            return Err(self.mistake(
                backer.name.span(),
                "there is no fund to back: add the table [insurance_fund], or remove this backer",
            ));
        };
        let limits = rules.minimum_stake..=rules.target;
        self.ensure(limits.contains(&stake), &backer.stake, || {
            between("a stake", &limits, cash)
        })?;
        Ok(Backer {
            name: self.unique(backer.name, names)?,
            stake,
        })
    }
}

/// Says what a stake may be.
fn between(what: &str, limits: &RangeInclusive<Balance>, cash: &Token) -> String {
    let [least, most] = [limits.start(), limits.end()].map(|limit| {
        let exact = show::amount(*limit, cash, cash.decimals.into());
        let exact = exact.trim_end_matches('0').trim_end_matches('.');
        exact.to_owned()
    });
    format!("{what} is between {least} and {most}, the target of the fund")
}
