//! The deal on many paths, or on one history.

use std::path::PathBuf;

use anyhow::{ensure, Context, Result};
use clap::Args;
use finance::Period;
use indicatif::{ProgressBar, ProgressStyle};
use rayon::ThreadPoolBuilder;
use term_sheet::calendar::Moment;
use term_sheet::{find, show, Scenario, TermSheet};

use super::{Format, Output, Subject};
use crate::market::Market;
use crate::replay::{replay, Course, Depth, Outcome};
use crate::report::{Cell, Table};
use crate::study::{Findings, Study};
use crate::LossLaw;

/// Run the deal's own settlements and auctions on many paths, or on one history
#[derive(Args)]
pub struct Stress {
    #[command(flatten)]
    subject: Subject,
    /// One price history instead of random paths; also the name of one in scenarios/
    #[arg(long, value_name = "FILE", conflicts_with_all = ["paths", "days", "step_minutes", "seed", "threads"])]
    scenario: Option<PathBuf>,
    #[command(flatten)]
    paths: Paths,
    #[command(flatten)]
    output: Output,
}

/// What to draw.
#[derive(Args)]
pub struct Paths {
    /// How many paths to draw
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    paths: u64,
    /// How long they are
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3_660))]
    days: u64,
    /// How often there is a new price
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=1_440))]
    step_minutes: u64,
    /// Seed of all that is random
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// How many threads work; all processors unless given. The result does not depend on it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1_024))]
    threads: Option<u16>,
}

impl Stress {
    pub fn run(&self) -> Result<()> {
        self.output.ensure_writable()?;
        let (sheet, market) = self.subject.load()?;
        if let Some(file) = &self.scenario {
            let history = Scenario::load(&find(file, "scenarios", "csv")?)?;
            let course = Course::of_history(&history, &sheet)?;
            let outcome = replay(&sheet, &Depth::of(&market, &sheet)?, &course)?;
            return self.output.write(&[
                settlements(&sheet, &outcome),
                loans_of_one(&sheet, &outcome),
                others(&sheet, &outcome),
            ]);
        }
        let findings = self
            .paths
            .study(&sheet, &market, self.output.format != Format::Table)?;
        self.output
            .write(&tables(&sheet, &self.paths.study_terms(), &findings))
    }
}

impl Paths {
    pub fn study_terms(&self) -> Study {
        Study {
            paths: self.paths,
            horizon: Period::from_secs(self.days * 86_400),
            step: Period::from_secs(self.step_minutes * 60),
            seed: self.seed,
        }
    }

    /// Draws the paths, with a bar of progress on a terminal unless it is to be `quiet`.
    pub fn study(&self, sheet: &TermSheet, market: &Market, quiet: bool) -> Result<Findings> {
        let steps = self.days * 1_440 / self.step_minutes;
        ensure!(
            steps <= 1_000_000,
            "{steps} prices on a path are too many: choose fewer --days or more --step-minutes"
        );
        let style =
            ProgressStyle::with_template("{spinner} {bar:30} {pos} of {len} paths [{elapsed}]")?;
        let hidden = quiet.then(ProgressBar::hidden);
        let bar = hidden.unwrap_or_else(|| ProgressBar::new(self.paths).with_style(style));
        let threads = usize::from(self.threads.unwrap_or(0));
        let pool = ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .context("starting threads")?;
        let findings = pool.install(|| {
            self.study_terms()
                .run(sheet, market, |paths| bar.inc(paths))
        });
        bar.finish_and_clear();
        findings
    }
}

/// Classes, loans and bad debt over many paths.
pub fn tables(sheet: &TermSheet, study: &Study, findings: &Findings) -> Vec<Table> {
    vec![
        classes(sheet, study, findings),
        loans(sheet, findings),
        debt(findings),
    ]
}

fn classes(sheet: &TermSheet, study: &Study, findings: &Findings) -> Table {
    let columns = [
        "Class",
        "Invested",
        "Mean return",
        "P(loss)",
        "Expected loss",
        "VaR 95 %",
        "VaR 99 %",
        "ES 99 %",
        "Worst",
    ];
    let days = study.horizon.whole_secs() / 86_400;
    let title = format!(
        "What the classes lose in {days} days, of what was invested ({} paths, seed {})",
        study.paths, study.seed
    );
    let mut table = Table::new("classes", title, &columns);
    let names = sheet.tranches.iter().map(|tranche| tranche.name.as_str());
    let names = names.chain([BACKERS]);
    for (name, class) in names.zip(findings.classes.iter().chain(&findings.backers)) {
        let law = &class.losses;
        let worst = law.points().last().map_or(0.0, |(loss, _)| *loss);
        table.row([
            Cell::from(name),
            Cell::cash(class.invested, sheet.cash.decimals),
            Cell::Percent(class.mean_wealth - 1.0, 3),
            Cell::Percent(law.exceedance(NEGLIGIBLE), 3),
            Cell::Percent(law.mean(), 3),
            Cell::Percent(law.quantile(0.95), 2),
            Cell::Percent(law.quantile(0.99), 2),
            Cell::Percent(law.expected_shortfall(0.99), 2),
            Cell::Percent(worst, 2),
        ]);
    }
    table
}

/// The row of those who back the insurance fund.
const BACKERS: &str = "Insurance";
/// Rounding and a day's fees are no loss.
const NEGLIGIBLE: f64 = 1e-4;

fn loans(sheet: &TermSheet, findings: &Findings) -> Table {
    let columns = ["Loan", "Lent", "P(liquidated)", "P(loss)", "Recovery then"];
    let mut table = Table::new("loans", "What becomes of the loans", &columns);
    for (originator, loan) in sheet.originators.iter().zip(&findings.loans) {
        table.row([
            Cell::Text(originator.name.clone()),
            Cell::cash(loan.drawn, sheet.cash.decimals),
            Cell::Percent(loan.liquidated, 2),
            Cell::Percent(loan.lost, 3),
            if loan.lost > 0.0 {
                Cell::Percent(loan.recovery, 1)
            } else {
                Cell::None
            },
        ]);
    }
    table
}

/// Liquidations at risk and bad debt.
fn debt(findings: &Findings) -> Table {
    let columns = [
        "Share of what was lent",
        "P(any)",
        "Mean",
        "95 %",
        "99 %",
        "ES 99 %",
    ];
    let mut table = Table::new("debt", "Liquidations and bad debt at risk", &columns);
    let mut row = |name: &str, law: &LossLaw| {
        table.row([
            Cell::from(name),
            Cell::Percent(law.exceedance(0.0), 3),
            Cell::Percent(law.mean(), 3),
            Cell::Percent(law.quantile(0.95), 2),
            Cell::Percent(law.quantile(0.99), 2),
            Cell::Percent(law.expected_shortfall(0.99), 2),
        ]);
    };
    row("Liquidated", &findings.liquidated);
    row("Bad debt", &findings.bad_debt);
    table
}

fn settlements(sheet: &TermSheet, outcome: &Outcome) -> Table {
    let columns = [
        "Settled",
        "State",
        "Class",
        "Invested",
        "Value",
        "Paid out",
        "Of each unit",
    ];
    let mut table = Table::new("settlements", "The classes at each settlement", &columns);
    for settlement in &outcome.settlements {
        for (tranche, class) in sheet.tranches.iter().zip(&settlement.classes) {
            let cash = |units| Cell::cash(units, sheet.cash.decimals);
            table.row([
                Cell::Text(Moment::from(settlement.at).to_string()),
                Cell::from(show::phase(settlement.phase)),
                Cell::Text(tranche.name.clone()),
                cash(class.invested),
                cash(class.value),
                cash(class.received),
                Cell::Number(class.wealth(), 4),
            ]);
        }
    }
    table
}

fn loans_of_one(sheet: &TermSheet, outcome: &Outcome) -> Table {
    let columns = ["Loan", "Lent", "Debt seized", "Written off"];
    let mut table = Table::new("loans", "What became of the loans", &columns);
    for (originator, loan) in sheet.originators.iter().zip(&outcome.loans) {
        let cash = |units| Cell::cash(units, sheet.cash.decimals);
        table.row([
            Cell::Text(originator.name.clone()),
            cash(loan.drawn),
            cash(loan.seized),
            cash(loan.lost),
        ]);
    }
    table
}

fn others(sheet: &TermSheet, outcome: &Outcome) -> Table {
    let mut table = Table::new("others", "What others paid and were paid", &["", "Cash"]);
    let settlements = outcome.settlements.iter();
    let backers = outcome.backers.unwrap_or_default();
    for (what, units) in [
        (
            "Losses paid by insurance",
            settlements.map(|settled| settled.cover).sum(),
        ),
        ("Its backers staked", backers.invested),
        ("They have", backers.received + backers.value),
        ("Penalties raised for insurance", outcome.penalties),
        ("Rewards of keepers, out of penalties", outcome.rewards),
        (
            "Rewards of who closed epochs, out of fees",
            outcome.close_rewards,
        ),
    ] {
        table.row([Cell::from(what), Cell::cash(units, sheet.cash.decimals)]);
    }
    table
}
