//! All of it as one page.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use term_sheet::TermSheet;

use super::stress::{self, Paths};
use super::{ensure_writable, greeks, price, write, Subject};
use crate::report::{fan, lines, tornado, Chart, Line, Page, Part, Table};
use crate::study::{Findings, LEVELS};
use crate::valuation::{ClassGreeks, Valuation};

/// All of it as one page
#[derive(Args)]
pub struct Report {
    #[command(flatten)]
    subject: Subject,
    #[command(flatten)]
    paths: Paths,
    /// Where to write the page
    #[arg(long, value_name = "PATH", default_value = "risk.html")]
    out: PathBuf,
}

/// The least probability and the least spread that charts show.
const RARE: f64 = 1e-4;
const BASIS_POINT: f64 = 1e-4;

impl Report {
    pub fn run(&self) -> Result<()> {
        ensure_writable(&self.out)?;
        let (sheet, market) = self.subject.load()?;
        let valuation = Valuation::new(&sheet, &market)?;
        let greeks = valuation.greeks()?;
        let findings = self.paths.study(&sheet, &market, false)?;
        let study = self.paths.study_terms();
        let mut parts = vec![
            Part::Charts(vec![
                losses(&sheet, &findings)?,
                spreads(&sheet, &valuation)?,
            ]),
            Part::Charts(fans(&sheet, &findings)?),
        ];
        let mut add = |tables: Vec<Table>, remark: &str| {
            let tables = tables.into_iter();
            parts.extend(tables.map(|table| Part::Table(table, remark.to_owned())));
        };
        add(
            stress::tables(&sheet, &study, &findings),
            "Every path runs the deal's own settlements and auctions; keepers' sales move the market.",
        );
        add(
            price::tables(&sheet, &market, &valuation)?,
            "A one-factor Gaussian copula of the loans, computed exactly.",
        );
        add(
            greeks::tables(&sheet, &valuation, &greeks),
            "Derivatives of the same model.",
        );
        parts.push(Part::Charts(tornados(&sheet, &valuation, &greeks)?));
        let page = Page {
            title: format!("{}: risk of the classes", sheet.name),
            introduction: format!("Market: {}. {} paths of {} days. Amounts in {}.", market.name, study.paths, study.horizon.whole_secs() / 86_400, sheet.cash.symbol),
            parts,
            footer: format!(
                "Computed off chain from {} and {} with seed {}. A model is no promise: what it leaves out may happen.",
                file_name(&sheet.file),
                file_name(&market.file),
                study.seed
            ),
        };
        write(&self.out, &page.html())
    }
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn percent(value: f64) -> String {
    match value {
        value if value.abs() >= 0.01 || value == 0.0 => format!("{:.0} %", 100.0 * value),
        value => format!("{:.2} %", 100.0 * value),
    }
}

/// To three digits.
fn basis_points(share: f64) -> String {
    let value = share / BASIS_POINT;
    match value.abs() {
        size if size < 1e-9 => "0".to_owned(),
        size if size < 1.0 => format!("{value:.3} bp"),
        size if size < 100.0 => format!("{value:.1} bp"),
        _ => format!("{value:.0} bp"),
    }
}

/// P(loss > x), class by class.
fn losses(sheet: &TermSheet, findings: &Findings) -> Result<Chart> {
    let line = |(class, name): (usize, &str)| {
        let law = &findings.classes[class].losses;
        let points = (0..=400).map(|step| f64::from(step) / 400.0);
        Line {
            name: name.to_owned(),
            points: points.map(|loss| (loss, law.exceedance(loss))).collect(),
        }
    };
    let names = sheet
        .tranches
        .iter()
        .map(|tranche| tranche.name.as_str())
        .enumerate();
    lines(
        "How likely each class loses more",
        "Across: the share of what was invested. Up: the probability that more is lost, on a logarithmic scale.",
        &names.map(line).collect::<Vec<_>>(),
        RARE,
        (percent, percent),
    )
}

/// The fair spread of each class at correlations from 0 to 90 %.
fn spreads(sheet: &TermSheet, valuation: &Valuation) -> Result<Chart> {
    let correlations = (0..=45).map(|step| 0.02 * f64::from(step));
    let mut drawn: Vec<Line> = sheet
        .tranches
        .iter()
        .map(|tranche| Line {
            name: tranche.name.clone(),
            points: Vec::new(),
        })
        .collect();
    for correlation in correlations {
        let spreads = valuation.spreads(correlation)?;
        drawn
            .iter_mut()
            .zip(spreads)
            .for_each(|(line, spread)| line.points.push((correlation, spread)));
    }
    lines(
        "Fair spread against correlation",
        "Across: the correlation of any two loans. Up: the premium a year that pays for a class's losses, on a logarithmic scale. \
         Loans that fail together hurt the top of the stack and spare the bottom.",
        &drawn,
        0.01 * BASIS_POINT,
        (percent, basis_points),
    )
}

/// What a unit invested in each class has become, day by day.
fn fans(sheet: &TermSheet, findings: &Findings) -> Result<Vec<Chart>> {
    let [outer, middle, inner] = [0, 1, 2].map(|level| 100.0 - 200.0 * LEVELS[level]);
    let mut charts = Vec::new();
    for (number, class) in findings.classes.iter().enumerate() {
        let epochs = findings.days.iter().zip(&class.fan);
        let rows: Vec<_> = epochs
            .map(|(day, worth)| (*day, worth.at.to_vec()))
            .collect();
        charts.push(fan(
            format!("What a unit of {} becomes", sheet.tranches[number].name),
            format!("Over days: the middle, and the bands in which {inner:.0} %, {middle:.0} % and {outer:.0} % of the paths lie."),
            &rows,
            number,
            (|day| format!("{day:.0} d"), |worth| format!("{worth:.3}")),
        )?);
    }
    Ok(charts)
}

fn tornados(
    sheet: &TermSheet,
    valuation: &Valuation,
    greeks: &[ClassGreeks],
) -> Result<Vec<Chart>> {
    let mut charts = Vec::new();
    for (tranche, class) in sheet.tranches.iter().zip(greeks) {
        charts.push(tornado(
            format!("What moves {}", tranche.name),
            "Change of the value of protection on the class, in a straight line from its Greeks; for a default, of its expected loss \
             when that loan is gone with a recovery that no longer depends on the others.",
            effects(sheet, valuation, class),
            basis_points,
        )?);
    }
    Ok(charts)
}

fn effects(sheet: &TermSheet, valuation: &Valuation, class: &ClassGreeks) -> Vec<(String, f64)> {
    let value = &class.value;
    let moves = [
        ("loan spreads +100 bp", 100.0 * value.spreads01),
        ("correlation +10 %", 10.0 * value.correlation01),
        ("recoveries +10 %", 10.0 * value.recovery01),
        ("interest +100 bp", 100.0 * value.rate01),
    ];
    let loans = valuation.loans.iter().zip(&class.loss.names);
    let defaults = loans.map(|((number, _), loan)| {
        let name = &sheet.originators[*number].name;
        (format!("{name} defaults"), loan.jump_to_default)
    });
    let moves = moves.map(|(name, effect)| (name.to_owned(), effect));
    moves.into_iter().chain(defaults).collect()
}
