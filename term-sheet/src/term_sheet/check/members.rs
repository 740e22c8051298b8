//! Who may hold the tokens of a deal, and who says so.

use finance::Timestamp;
use interfaces::compliance::{
    Admission, Jurisdiction, Jurisdictions, Rule, Scope, Tranches, MAX_JURISDICTIONS,
};
use interfaces::types::TrancheId;
use toml::Spanned;

use super::{Check, Checked, Taken};
use crate::term_sheet::{written, Compliance, Issuer, Tranche};

impl Check<'_> {
    pub(super) fn compliance(
        &self,
        compliance: Option<written::Compliance>,
        tranches: &[Tranche],
        names: &mut Taken,
    ) -> Checked<Option<Compliance>> {
        let Some(compliance) = compliance else {
            return Ok(None);
        };
        Ok(Some(Compliance {
            officer: self.unique(compliance.officer, names)?,
            issuers: self.each(compliance.issuers, |issuer| {
                self.issuer(issuer, tranches, names)
            })?,
        }))
    }

    fn issuer(
        &self,
        issuer: written::Issuer,
        tranches: &[Tranche],
        names: &mut Taken,
    ) -> Checked<Issuer> {
        let mut scope = Tranches::ALL;
        if let Some(listed) = issuer.tranches {
            scope = Tranches(0);
            for name in listed {
                let known = tranches.iter().map(|tranche| tranche.name.clone());
                let number = self.number(&name, "tranche", known)?;
                scope.0 |= Tranches::only(TrancheId(number)).0;
            }
        }
        Ok(Issuer {
            name: self.unique(issuer.name, names)?,
            scope: Scope {
                tranches: scope,
                jurisdictions: self.countries(issuer.residents.unwrap_or_default())?,
            },
        })
    }

    /// The rule of a tranche, in a deal with or without somebody to apply it.
    pub(super) fn rule(&self, tranche: &written::Tranche, is_applied: bool) -> Checked<Rule> {
        let spans = [
            tranche.members.as_ref().map(Spanned::span),
            tranche.locked_until.as_ref().map(Spanned::span),
        ];
        if let Some(span) = spans.into_iter().flatten().next().filter(|_| !is_applied) {
            let message = "nobody applies this rule: add `[compliance]`, or remove this line";
            return Err(self.mistake(span, message));
        }
        let members = tranche.members.as_ref().map(Spanned::get_ref);
        Ok(Rule {
            admission: match members {
                Some(members) => Admission::Members(self.countries(members.clone())?),
                None => Admission::Open,
            },
            locked_until: tranche
                .locked_until
                .as_ref()
                .map_or(Timestamp::default(), |date| date.get_ref().0),
        })
    }

    fn countries(&self, written: written::Countries) -> Checked<Jurisdictions> {
        match (written.only, written.except) {
            (None, None) => Ok(Jurisdictions::ALL),
            (Some(only), None) => Ok(Jurisdictions::Only(self.codes(only)?)),
            (None, Some(except)) => Ok(Jurisdictions::Except(self.codes(except)?)),
            (Some(_), Some(except)) => {
                let message = "`only` says all of it: remove `except`";
                Err(self.mistake(except.span(), message))
            }
        }
    }

    fn codes(&self, codes: Spanned<Vec<Spanned<Jurisdiction>>>) -> Checked<Vec<Jurisdiction>> {
        self.ensure(codes.get_ref().len() <= MAX_JURISDICTIONS, &codes, || {
            format!("a list has at most {MAX_JURISDICTIONS} countries: list the others instead")
        })?;
        self.each(codes.into_inner(), |code| self.country(&code))
    }

    fn country(&self, code: &Spanned<Jurisdiction>) -> Checked<Jurisdiction> {
        self.ensure((1..1_000).contains(code.get_ref()), code, || {
            "a country is written as its number in ISO 3166: 756 is Switzerland".into()
        })?;
        Ok(*code.get_ref())
    }

    /// Where an investor in these tranches is resident, as somebody can attest.
    pub(super) fn residence(
        &self,
        resident: &Option<Spanned<Jurisdiction>>,
        deposits: impl Iterator<Item = TrancheId>,
        compliance: &Option<Compliance>,
    ) -> Checked<Option<Jurisdiction>> {
        let Some(code) = resident else {
            return Ok(None);
        };
        let jurisdiction = self.country(code)?;
        for tranche in deposits {
            let issuer = compliance
                .as_ref()
                .and_then(|compliance| compliance.issuer(tranche, jurisdiction));
            self.ensure(issuer.is_some(), code, || {
                "no issuer of `[compliance]` may attest this for the tranches of his deposits: widen one's scope, or remove this line".into()
            })?;
        }
        Ok(Some(jurisdiction))
    }
}
