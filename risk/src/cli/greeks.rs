//! What moves the classes.

use anyhow::Result;
use clap::Args;
use term_sheet::TermSheet;

use super::{Output, Subject};
use crate::report::{Cell, Table};
use crate::valuation::{ClassGreeks, Valuation};

/// What moves the classes
#[derive(Args)]
pub struct Greeks {
    #[command(flatten)]
    subject: Subject,
    #[command(flatten)]
    output: Output,
}

impl Greeks {
    pub fn run(&self) -> Result<()> {
        self.output.ensure_writable()?;
        let (sheet, market) = self.subject.load()?;
        let valuation = Valuation::new(&sheet, &market)?;
        let greeks = valuation.greeks()?;
        self.output.write(&tables(&sheet, &valuation, &greeks))
    }
}

/// By class, and by class and loan.
pub fn tables(sheet: &TermSheet, valuation: &Valuation, greeks: &[ClassGreeks]) -> Vec<Table> {
    vec![values(sheet, greeks), loans(sheet, valuation, greeks)]
}

/// Sensitivities of the value of protection on each class, in basis points of it.
fn values(sheet: &TermSheet, greeks: &[ClassGreeks]) -> Table {
    let columns = [
        "Class",
        "Loan spreads +1 bp",
        "Correlation +1 %",
        "Recoveries +1 %",
        "Interest +1 bp",
        "Spread per loan spread",
        "Gamma of 1 bp",
    ];
    let title = "Value of protection on each class, in basis points of the class, when …";
    let mut table = Table::new("values", title, &columns);
    for (tranche, class) in sheet.tranches.iter().zip(greeks) {
        let bp = |value: f64, places| Cell::Number(1e4 * value, places);
        table.row([
            Cell::Text(tranche.name.clone()),
            bp(class.value.spreads01, 3),
            bp(class.value.correlation01, 3),
            bp(class.value.recovery01, 3),
            bp(class.value.rate01, 4),
            Cell::Number(class.value.spread_by_spreads, 3),
            bp(class.value.spreads_gamma01, 6),
        ]);
    }
    table
}

/// What each loan does to the expected loss of each class, as shares of the class.
fn loans(sheet: &TermSheet, valuation: &Valuation, greeks: &[ClassGreeks]) -> Table {
    let columns = [
        "Class",
        "Loan",
        "Default probability +1 %",
        "Recovery +1 %",
        "Defaults now",
    ];
    let title = "Expected loss of each class, as a share of it, when a loan's …";
    let mut table = Table::new("loans", title, &columns);
    for (tranche, class) in sheet.tranches.iter().zip(greeks) {
        for ((number, _), loan) in valuation.loans.iter().zip(&class.loss.names) {
            table.row([
                Cell::Text(tranche.name.clone()),
                Cell::Text(sheet.originators[*number].name.clone()),
                Cell::Percent(0.01 * loan.delta, 4),
                Cell::Percent(0.01 * loan.recovery, 4),
                Cell::Percent(loan.jump_to_default, 2),
            ]);
        }
    }
    table
}
