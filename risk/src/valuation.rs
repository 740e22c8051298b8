//! What the classes of a deal should pay for the losses they may take, in a copula model of its loans.
//!
//! The deal is taken as it stands when its loans have just been drawn. Loans default as the market file says; idle cash is a name
//! that cannot. Losses of a class are shares of it, so a class that stands on others attaches where their values end.

use anyhow::{Context, Result};
use term_sheet::{Mistake, TermSheet};

use crate::calibrate::attachment_for_expected_loss;
use crate::greeks::{spread_greeks, tranche_greeks, Contract, SpreadGreeks, TrancheGreeks};
use crate::law::ClassRisk;
use crate::market::{Credit, Market};
use crate::pool::{Default, Name, Pool, Recovery};
use crate::replay::{price, replay, Course, Depth};
use crate::spread::{tranche_legs, Convention, Schedule};
use crate::tranche::Tranche;
use crate::{Copula, LossLaw, Model};

/// Premiums are compared four times a year.
const PAYMENTS_A_YEAR: f64 = 4.0;
/// The level of value at risk and expected shortfall.
pub const LEVEL: f64 = 0.99;

/// A deal as a pool of names and its classes as tranches of it.
#[derive(Clone, Debug)]
pub struct Valuation {
    model: Model,
    pool: Pool,
    /// What premiums are discounted with, and until when.
    pub credit: Credit,
    /// Most senior first.
    tranches: Vec<Tranche>,
    /// Cash lent on each loan of the pool, in base units, with its originator's number.
    pub loans: Vec<(usize, u128)>,
    /// What the classes are worth, in base units of cash.
    pub values: Vec<u128>,
}

/// What a class loses and what that is worth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClassValue {
    /// Where it stands in the pool's loss.
    pub tranche: Tranche,
    /// Up to the maturity.
    pub risk: ClassRisk,
    /// The premium a year that pays for its losses.
    pub spread: f64,
}

/// What moves a class.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassGreeks {
    /// Of the value of its protection, per unit of it.
    pub value: SpreadGreeks,
    /// Of the share lost on average by the maturity, loan by loan.
    pub loss: TrancheGreeks,
}

impl Valuation {
    /// Draws the loans of `sheet` at the prices of `market`.
    ///
    /// # Errors
    /// The market lacks an asset of the deal or what its loans are thought to lose, or the deal lends nothing.
    pub fn new(sheet: &TermSheet, market: &Market) -> Result<Self> {
        let credit = market.credit.ok_or_else(|| {
            let message =
                "prices need a [credit] table: correlation, rate and maturity of the loans";
            Mistake::in_file(&market.file, message)
        })?;
        let Opening { loans, values } = opening(sheet, market)?;
        let mut names = Vec::new();
        for (originator, drawn) in &loans {
            let collateral = &sheet.collateral[sheet.originators[*originator].collateral.index()];
            names.push(name(market, &collateral.asset, *drawn, &credit)?);
        }
        let lent: u128 = loans.iter().map(|(_, drawn)| drawn).sum();
        let total: u128 = values.iter().sum();
        if let Some(cash) = total.checked_sub(lent).filter(|cash| *cash > 0) {
            names.push(idle(cash));
        }
        Ok(Self {
            model: Model::new(Copula::Gaussian),
            pool: Pool::new(names).context("the loans of the deal")?,
            credit,
            tranches: tranches(&values)?,
            loans,
            values,
        })
    }

    /// The loss of the pool up to the maturity, as a share of its value.
    pub fn loss_law(&self) -> Result<LossLaw> {
        Ok(self.model.loss_law(&self.pool, self.credit.maturity)?)
    }

    /// Where a class that takes all losses from there up must attach, for it to be hit with a probability of no more than
    /// `probability`.
    ///
    /// # Errors
    /// The model has no answer.
    pub fn attachment_for_probability(&self, probability: f64) -> Result<f64> {
        Ok(self.loss_law()?.quantile(1.0 - probability))
    }

    /// The same, for it to lose no more than `loss` of itself on average; zero if the whole pool does not.
    ///
    /// # Errors
    /// The model has no answer.
    pub fn attachment_for_loss(&self, loss: f64) -> Result<f64> {
        let law = self.loss_law()?;
        Ok(attachment_for_expected_loss(
            |tranche| law.tranche_loss(tranche),
            loss,
        )?)
    }

    /// Every class, most senior first.
    pub fn classes(&self) -> Result<Vec<ClassValue>> {
        let law = self.loss_law()?;
        let spreads = self.spreads_of(&self.pool)?;
        let class = |(tranche, spread): (&Tranche, f64)| ClassValue {
            tranche: *tranche,
            risk: law.class(tranche, LEVEL),
            spread,
        };
        Ok(self.tranches.iter().zip(spreads).map(class).collect())
    }

    /// The fair premiums of all classes if any two loans correlated by `correlation`.
    pub fn spreads(&self, correlation: f64) -> Result<Vec<f64>> {
        let loading = correlation.sqrt();
        let pool = self.pool.map(|name| match name.loading {
            0.0 => name.clone(),
            _ => Name {
                loading,
                ..name.clone()
            },
        })?;
        self.spreads_of(&pool)
    }

    fn spreads_of(&self, pool: &Pool) -> Result<Vec<f64>> {
        let schedule: Schedule = self.contract().schedule()?;
        let legs = tranche_legs(&self.model, pool, &schedule, &self.tranches)?;
        Ok(legs.iter().map(|legs| legs.spread()).collect())
    }

    /// What moves every class, most senior first. The Greeks of the loans are in the order of [`Self::loans`].
    pub fn greeks(&self) -> Result<Vec<ClassGreeks>> {
        let values = spread_greeks(&self.model, &self.pool, &self.contract(), &self.tranches)?;
        let losses = tranche_greeks(
            &self.model,
            &self.pool,
            self.credit.maturity,
            &self.tranches,
        )?;
        let both = values.into_iter().zip(losses);
        Ok(both
            .map(|(value, loss)| ClassGreeks { value, loss })
            .collect())
    }

    fn contract(&self) -> Contract {
        Contract {
            maturity: self.credit.maturity,
            payments_a_year: PAYMENTS_A_YEAR,
            rate: self.credit.rate,
            convention: Convention::MidPeriod,
        }
    }
}

/// Who has drawn how much, by number, and what the classes are worth.
struct Opening {
    loans: Vec<(usize, u128)>,
    values: Vec<u128>,
}

/// The deal once it has begun.
fn opening(sheet: &TermSheet, market: &Market) -> Result<Opening> {
    let prices = sheet.collateral.iter().map(|collateral| {
        let number = market.number(&collateral.asset)?;
        Ok(Some(price(market.assets[number].price)))
    });
    let course = Course {
        times: vec![market.date],
        prices: prices.collect::<Result<_, Mistake>>()?,
    };
    let outcome = replay(sheet, &Depth::unlimited(sheet), &course).context("drawing the loans")?;
    let drawn = outcome.loans.iter().map(|loan| loan.drawn).enumerate();
    let loans: Vec<_> = drawn.filter(|(_, drawn)| *drawn > 0).collect();
    anyhow::ensure!(
        !loans.is_empty(),
        "{}: the deal lends nothing at the prices of {}",
        sheet.file.display(),
        market.file.display()
    );
    // Orders are settled and loans drawn at the first prices.
    let first = outcome.settlements.first();
    let classes = first.map_or(&[][..], |settlement| &settlement.classes);
    Ok(Opening {
        loans,
        values: classes.iter().map(|class| class.value).collect(),
    })
}

fn name(market: &Market, asset: &str, drawn: u128, credit: &Credit) -> Result<Name, Mistake> {
    let risk = market.assets[market.number(asset)?].loans.as_ref().ok_or_else(|| {
        let message = format!("asset {asset}: prices need loans = {{ default_probability = \"2 %\", recovery = \"70 %\" }}");
        Mistake::in_file(&market.file, message)
    })?;
    Ok(Name {
        exposure: drawn as f64,
        recovery: risk.recovery.clone(),
        loading: credit.correlation.sqrt(),
        default: Default::Hazard(-(-risk.default_probability).ln_1p()),
    })
}

/// A name that loses nothing. Derivatives ask for a hazard above zero.
fn idle(cash: u128) -> Name {
    Name {
        exposure: cash as f64,
        recovery: Recovery::Fixed(1.0),
        loading: 0.0,
        default: Default::Hazard(1e-12),
    }
}

/// Where classes of these values stand, most senior first.
fn tranches(values: &[u128]) -> Result<Vec<Tranche>> {
    let total: u128 = values.iter().sum();
    let mut above = 0;
    let mut tranches = Vec::new();
    for value in values {
        let detachment = 1.0 - above as f64 / total as f64;
        above += value;
        let attachment = (total - above) as f64 / total as f64;
        tranches.push(
            Tranche::new(attachment, detachment)
                .context("a class that is worth nothing has no price")?,
        );
    }
    Ok(tranches)
}
