//! Many loans in the place of the few of a term sheet.

use anyhow::{Context, Result};
use finance::valuation::Quote;
use finance::{mul_div, Price, Ratio, Rounding};
use interfaces::types::Balance;

use crate::input::scenario::Scenario;
use crate::input::term_sheet::{Originator, TermSheet};

/// The share of all deposits that is lent.
const LENT: Ratio = Ratio::from_bps(8_500);
/// How far below the term sheet's the lowest loan-to-value lies, as a share of it.
const SPREAD: Ratio = Ratio::from_bps(3_000);

/// Replaces the originators of `sheet` by so many others, who owe the same each. They take turns in what they lock,
/// and their loan-to-value falls from that of the originator they replace to seven tenths of it.
///
/// # Errors
/// The scenario begins without a price for what somebody locks, or there are no originators.
pub fn crowd(sheet: &mut TermSheet, scenario: &Scenario, positions: usize) -> Result<()> {
    let deposits = sheet.investors.iter().flat_map(|terms| &terms.deposits);
    let deposited: Balance = deposits.map(|(_, cash)| cash).sum();
    let each = LENT.of(deposited, Rounding::Down).unwrap_or_default() / positions as Balance;
    let templates = std::mem::take(&mut sheet.originators);
    let templates = templates.iter().cycle().zip(1..=positions);
    let crowd = templates.map(|(template, number)| {
        let place = Ratio::from_fraction(number as u128, positions as u128, Rounding::Down);
        let below = SPREAD.times(place.unwrap_or_default(), Rounding::Down);
        let draw_ltv = below
            .unwrap_or_default()
            .complement()
            .times(template.draw_ltv, Rounding::Down)
            .unwrap_or_default();
        Ok(Originator {
            name: format!("{} {number}", template.name),
            amount: locked(sheet, scenario, template, each, draw_ltv)?,
            draw_ltv,
            ..*template
        })
    });
    sheet.originators = crowd.collect::<Result<_>>()?;
    Ok(())
}

/// What must be locked to draw `cash` at `ltv`.
fn locked(
    sheet: &TermSheet,
    scenario: &Scenario,
    template: &Originator,
    cash: Balance,
    ltv: Ratio,
) -> Result<Balance> {
    let terms = &sheet.collateral[template.collateral.index()];
    let first = scenario.column(&terms.asset).and_then(|column| {
        let rows = scenario.rows.first()?;
        rows.prices.get(column).copied().flatten()
    });
    let price: Price =
        first.with_context(|| format!("no price of {} in the first row", terms.asset))?;
    let quote = Quote::new(terms.token.decimals, sheet.cash.decimals);
    let value = mul_div(cash, Ratio::ONE.0, ltv.0, Rounding::Up).ok();
    let amount = quote
        .zip(value)
        .and_then(|(quote, value)| quote.amount(value, price, Rounding::Up).ok());
    amount.context("a loan out of range")
}
