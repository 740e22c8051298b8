//! What each class may lose and should pay for that.

use anyhow::Result;
use clap::Args;
use term_sheet::TermSheet;

use super::{Output, Subject};
use crate::market::{Credit, Market};
use crate::report::{Cell, Table};
use crate::valuation::{Valuation, LEVEL};

/// What each class may lose and should pay for that
#[derive(Args)]
pub struct Price {
    #[command(flatten)]
    subject: Subject,
    #[command(flatten)]
    output: Output,
}

impl Price {
    pub fn run(&self) -> Result<()> {
        self.output.ensure_writable()?;
        let (sheet, market) = self.subject.load()?;
        let valuation = Valuation::new(&sheet, &market)?;
        self.output.write(&tables(&sheet, &market, &valuation)?)
    }
}

/// The loans, the classes, and where they would have to stand.
pub fn tables(sheet: &TermSheet, market: &Market, valuation: &Valuation) -> Result<Vec<Table>> {
    Ok(vec![
        loans(sheet, market, valuation),
        classes(sheet, valuation)?,
        attachments(valuation)?,
    ])
}

/// Targets that rating agencies set for the probability and for the mean of a class's loss.
const PROBABILITIES: [f64; 4] = [0.05, 0.01, 0.001, 0.000_2];
const LOSSES: [f64; 3] = [0.01, 0.001, 0.000_5];

/// Where a class must attach to be as safe as asked.
fn attachments(valuation: &Valuation) -> Result<Table> {
    let mut table = Table::new(
        "attachments",
        "Where the top class must attach",
        &["For", "At most", "Attaches", "Stands at"],
    );
    let stands = valuation
        .classes()?
        .first()
        .map_or(0.0, |class| class.tranche.attachment);
    let mut row = |target: &str, at_most: f64, attaches: f64| {
        let cells = [
            Cell::from(target),
            Cell::Percent(at_most, 2),
            Cell::Percent(attaches, 2),
            Cell::Percent(stands, 2),
        ];
        table.row(cells);
    };
    for probability in PROBABILITIES {
        row(
            "probability of a loss",
            probability,
            valuation.attachment_for_probability(probability)?,
        );
    }
    for loss in LOSSES {
        row("expected loss", loss, valuation.attachment_for_loss(loss)?);
    }
    Ok(table)
}

/// The loans that are priced.
fn loans(sheet: &TermSheet, market: &Market, valuation: &Valuation) -> Table {
    let columns = [
        "Loan",
        "Collateral",
        "Lent",
        "Default a year",
        "Mean recovery",
    ];
    let mut table = Table::new(
        "loans",
        "The loans and what they are thought to lose",
        &columns,
    );
    for (number, drawn) in &valuation.loans {
        let originator = &sheet.originators[*number];
        let collateral = &sheet.collateral[originator.collateral.index()];
        let asset = market
            .assets
            .iter()
            .find(|asset| asset.name == collateral.asset);
        let risk = asset.and_then(|asset| asset.loans.as_ref());
        table.row([
            Cell::Text(originator.name.clone()),
            Cell::Text(collateral.token.symbol.clone()),
            Cell::cash(*drawn, sheet.cash.decimals),
            risk.map_or(Cell::None, |risk| {
                Cell::Percent(risk.default_probability, 2)
            }),
            risk.map_or(Cell::None, |risk| {
                Cell::Percent(1.0 - risk.recovery.mean_loss(), 1)
            }),
        ]);
    }
    table
}

/// The classes, priced. The fair coupon is what cash earns and the premium on top.
fn classes(sheet: &TermSheet, valuation: &Valuation) -> Result<Table> {
    let columns = [
        "Class",
        "Value",
        "Attaches",
        "Detaches",
        "Hit",
        "Wiped out",
        "Expected loss",
        "VaR 99 %",
        "ES 99 %",
        "Fair spread",
        "Fair coupon",
        "Target rate",
    ];
    let Credit {
        correlation,
        rate,
        maturity,
    } = valuation.credit;
    let title = format!(
        "The classes over {:.2} years, loans correlated by {:.0} % (VaR and ES at {:.0} %)",
        maturity,
        100.0 * correlation,
        100.0 * LEVEL
    );
    let mut table = Table::new("classes", title, &columns);
    for (number, class) in valuation.classes()?.iter().enumerate() {
        let terms = &sheet.tranches[number];
        let is_residual = number == sheet.residual();
        table.row([
            Cell::Text(terms.name.clone()),
            Cell::cash(valuation.values[number], sheet.cash.decimals),
            Cell::Percent(class.tranche.attachment, 1),
            Cell::Percent(class.tranche.detachment, 1),
            Cell::Percent(class.risk.hit_probability, 3),
            Cell::Percent(class.risk.wipe_out_probability, 3),
            Cell::Percent(class.risk.expected_loss, 3),
            Cell::Percent(class.risk.value_at_risk, 1),
            Cell::Percent(class.risk.expected_shortfall, 1),
            Cell::Percent(class.spread, 3),
            Cell::Percent(rate + class.spread, 3),
            if is_residual {
                Cell::None
            } else {
                Cell::Percent(terms.terms.target_rate.0 as f64 / 1e18, 2)
            },
        ]);
    }
    Ok(table)
}
