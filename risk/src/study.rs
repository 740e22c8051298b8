//! A deal on many paths of a market: what its classes lose, how often, and which loans are to blame.
//!
//! Each chunk of paths has a stream of random numbers of its own, named by the seed and the number of the chunk, and chunks are put
//! together in their order: the findings are the same for any number of threads.

use std::collections::BTreeMap;

use finance::{Period, Timestamp};
use rayon::prelude::*;
use term_sheet::{Mistake, TermSheet};

use crate::law::LossLaw;
use crate::market::Market;
use crate::montecarlo::stream;
use crate::paths::Paths;
use crate::replay::{price, replay, ClassOutcome, Course, Depth, LoanRecord, Outcome, Refusal};
use crate::YEAR_IN_MILLISECONDS;

/// How many paths share a stream.
const CHUNK: u64 = 64;

/// What to draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Study {
    /// How many paths.
    pub paths: u64,
    /// How long they are.
    pub horizon: Period,
    /// From one price to the next.
    pub step: Period,
    /// Of all that is random.
    pub seed: u64,
}

/// What many paths have shown. Losses are told to a millionth.
#[derive(Clone, Debug, PartialEq)]
pub struct Findings {
    /// Most senior class first.
    pub classes: Vec<ClassFindings>,
    /// The backers of the insurance fund, without a fan, if there is one.
    pub backers: Option<ClassFindings>,
    /// In the order of the originators.
    pub loans: Vec<LoanFindings>,
    /// Debt seized, as a share of what was lent: liquidations at risk.
    pub liquidated: LossLaw,
    /// Debt written off or still in auction at the end, as a share of what was lent.
    pub bad_debt: LossLaw,
    /// The ends of the epochs of the fans, in days from the first price.
    pub days: Vec<f64>,
}

/// What a class came to.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassFindings {
    /// Cash that its tokens were bought with, in base units, on the first path.
    pub invested: u128,
    /// Share of that lost at the end.
    pub losses: LossLaw,
    /// What each unit invested on all paths has become.
    pub mean_wealth: f64,
    /// What each unit invested had become, epoch by epoch.
    pub fan: Vec<Quantiles>,
}

/// Of what a unit invested has become, to a hundredth of its gain or loss.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantiles {
    /// At 1 %, 5 %, 25 %, 50 %, 75 %, 95 % and 99 %.
    pub at: [f64; LEVELS.len()],
}

/// The levels of [`Quantiles`].
pub const LEVELS: [f64; 7] = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99];

/// What became of a loan.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LoanFindings {
    /// Cash lent on the first path, in base units.
    pub drawn: u128,
    /// How likely it was liquidated.
    pub liquidated: f64,
    /// How likely it left a loss.
    pub lost: f64,
    /// Share of the debt seized that came back, of all paths on which it left a loss; one if it never did.
    pub recovery: f64,
}

impl Study {
    /// Draws the paths and runs `sheet` through each; `progress` is told of paths that are done, from any thread.
    ///
    /// # Errors
    /// The market lacks an asset of the deal, or amounts leave the range of the contracts.
    pub fn run(
        &self,
        sheet: &TermSheet,
        market: &Market,
        progress: impl Fn(u64) + Sync,
    ) -> anyhow::Result<Findings> {
        let course = Courses::new(self, sheet, market)?;
        let depth = Depth::of(market, sheet)?;
        let chunks = (0..self.paths.div_ceil(CHUNK)).into_par_iter();
        let run = |chunk: u64| {
            let first = chunk * CHUNK;
            let paths = (self.paths - first).min(CHUNK);
            let tally = course.chunk(chunk, paths, sheet, &depth);
            progress(paths);
            tally
        };
        let tally: Result<Tally, Refusal> = chunks
            .map(run)
            .try_reduce(Tally::default, |a, b| Ok(a.followed_by(b)));
        let epoch = sheet.epoch_length.0 as f64 / 86_400_000.0;
        let days = (0..course.settled_by.len()).map(|number| epoch * number as f64);
        Ok(tally?.findings(days.collect()))
    }
}

/// Draws the prices of a deal's collateral.
struct Courses<'a> {
    paths: Paths<'a>,
    seed: u64,
    times: Vec<Timestamp>,
    /// When the epochs within the horizon have been settled at the latest: when the next ones end.
    settled_by: Vec<Timestamp>,
    /// The market's number of each collateral type's asset.
    assets: Vec<usize>,
    of_market: usize,
}

impl<'a> Courses<'a> {
    fn new(study: &Study, sheet: &TermSheet, market: &'a Market) -> Result<Self, Mistake> {
        let steps = study.horizon.0.div_ceil(study.step.0);
        let types = sheet.collateral.iter();
        let assets = types.map(|collateral| market.number(&collateral.asset));
        Ok(Self {
            paths: Paths::new(
                market,
                steps as usize,
                study.step.0 as f64 / YEAR_IN_MILLISECONDS,
            ),
            seed: study.seed,
            times: (0..=steps)
                .map(|step| market.date.plus(Period(step * study.step.0)))
                .collect(),
            settled_by: (1..=study.horizon.0 / sheet.epoch_length.0 + 1)
                .map(|epoch| market.date.plus(Period(epoch * sheet.epoch_length.0)))
                .collect(),
            assets: assets.collect::<Result<_, _>>()?,
            of_market: market.assets.len(),
        })
    }

    fn chunk(
        &self,
        chunk: u64,
        paths: u64,
        sheet: &TermSheet,
        depth: &Depth,
    ) -> Result<Tally, Refusal> {
        let mut rng = stream(self.seed, chunk);
        let mut path = Vec::new();
        let mut course = Course {
            times: self.times.clone(),
            prices: Vec::new(),
        };
        let mut tally = Tally::default();
        for _ in 0..paths {
            self.paths.draw(&mut rng, &mut path);
            let rows = path.chunks(self.of_market);
            course.prices.clear();
            course.prices.extend(
                rows.flat_map(|row| self.assets.iter().map(|asset| Some(price(row[*asset])))),
            );
            tally.add(replay(sheet, depth, &course)?, &self.settled_by);
        }
        Ok(tally)
    }
}

/// What a number of paths came to, in their order.
#[derive(Default)]
struct Tally {
    paths: u64,
    classes: Vec<ClassTally>,
    backers: Option<ClassTally>,
    loans: Vec<LoanTally>,
    liquidated: Losses,
    bad_debt: Losses,
}

#[derive(Default)]
struct ClassTally {
    /// On the first path.
    invested: u128,
    /// On all paths together.
    brought: u128,
    has: u128,
    losses: Losses,
    fan: Vec<Histogram>,
}

/// How often each loss occurred, in millionths, so that memory does not grow with the number of paths.
#[derive(Default)]
struct Losses(BTreeMap<u64, u64>);

/// A loss of all there is.
const WHOLE: f64 = 1e6;

#[derive(Clone, Copy, Default)]
struct LoanTally {
    drawn: u128,
    liquidated: u64,
    lost: u64,
    /// Debt on the paths on which some was lost, and how much was.
    seized: u128,
    missing: u128,
}

impl Tally {
    fn add(&mut self, outcome: Outcome, settled_by: &[Timestamp]) {
        if self.paths == 0 {
            self.open(&outcome, settled_by.len());
        }
        self.paths += 1;
        let lent: u128 = outcome.loans.iter().map(|loan| loan.drawn).sum();
        // Where nothing was lent nothing was seized.
        let share = |amount: u128| amount as f64 / lent.max(1) as f64;
        self.liquidated.add(share(outcome.seized));
        self.bad_debt
            .add(share(outcome.written_off + outcome.unsold));
        let classes = self.classes.iter_mut().chain(&mut self.backers);
        let outcomes = outcome.classes.iter().chain(&outcome.backers);
        classes
            .zip(outcomes)
            .for_each(|(class, outcome)| class.add(outcome));
        let settlements = &outcome.settlements;
        for (epoch, end) in settled_by.iter().enumerate() {
            // A deal that is over stays as it was.
            let settled = settlements.partition_point(|settlement| settlement.at < *end);
            let classes = settlements[..settled]
                .last()
                .map(|settlement| &settlement.classes);
            for (class, outcome) in self.classes.iter_mut().zip(classes.into_iter().flatten()) {
                class.fan[epoch].add(outcome.wealth());
            }
        }
        for (loan, record) in self.loans.iter_mut().zip(&outcome.loans) {
            loan.add(record);
        }
    }

    fn open(&mut self, outcome: &Outcome, epochs: usize) {
        let class = |class: &ClassOutcome| ClassTally {
            invested: class.invested,
            fan: vec![Histogram::default(); epochs],
            ..ClassTally::default()
        };
        self.classes = outcome.classes.iter().map(class).collect();
        self.backers = outcome.backers.map(|backers| ClassTally {
            invested: backers.invested,
            ..ClassTally::default()
        });
        self.loans = vec![LoanTally::default(); outcome.loans.len()];
    }

    fn followed_by(mut self, next: Self) -> Self {
        if self.paths == 0 {
            return next;
        }
        self.paths += next.paths;
        self.liquidated.merge(next.liquidated);
        self.bad_debt.merge(next.bad_debt);
        let classes = self.classes.iter_mut().chain(&mut self.backers);
        classes
            .zip(next.classes.into_iter().chain(next.backers))
            .for_each(|(class, next)| class.merge(next));
        self.loans
            .iter_mut()
            .zip(next.loans)
            .for_each(|(loan, next)| loan.merge(next));
        self
    }

    fn findings(self, days: Vec<f64>) -> Findings {
        let paths = self.paths;
        let classes = self.classes.into_iter().map(ClassTally::findings);
        Findings {
            classes: classes.collect(),
            backers: self.backers.map(ClassTally::findings),
            loans: self.loans.iter().map(|loan| loan.findings(paths)).collect(),
            liquidated: self.liquidated.law(),
            bad_debt: self.bad_debt.law(),
            days,
        }
    }
}

impl ClassTally {
    fn add(&mut self, outcome: &ClassOutcome) {
        self.brought += outcome.invested;
        self.has += outcome.received + outcome.value;
        self.losses.add(outcome.loss());
    }

    fn merge(&mut self, next: Self) {
        self.brought += next.brought;
        self.has += next.has;
        self.losses.merge(next.losses);
        self.fan
            .iter_mut()
            .zip(next.fan)
            .for_each(|(fan, next)| fan.merge(&next));
    }

    fn findings(self) -> ClassFindings {
        let all = ClassOutcome {
            invested: self.brought,
            received: 0,
            value: self.has,
        };
        ClassFindings {
            invested: self.invested,
            losses: self.losses.law(),
            mean_wealth: all.wealth(),
            fan: self.fan.iter().map(Histogram::quantiles).collect(),
        }
    }
}

impl Losses {
    fn add(&mut self, share: f64) {
        *self.0.entry((WHOLE * share).round() as u64).or_default() += 1;
    }

    fn merge(&mut self, next: Self) {
        for (loss, count) in next.0 {
            *self.0.entry(loss).or_default() += count;
        }
    }

    fn law(&self) -> LossLaw {
        let counts = self.0.iter();
        LossLaw::of_counts(counts.map(|(loss, count)| (*loss as f64 / WHOLE, *count)))
    }
}

impl LoanTally {
    fn add(&mut self, record: &LoanRecord) {
        self.drawn = self.drawn.max(record.drawn);
        self.liquidated += u64::from(record.seized > 0);
        if record.lost > 0 {
            self.lost += 1;
            self.seized += record.seized;
            self.missing += record.lost;
        }
    }

    fn merge(&mut self, next: Self) {
        self.drawn = self.drawn.max(next.drawn);
        self.liquidated += next.liquidated;
        self.lost += next.lost;
        self.seized += next.seized;
        self.missing += next.missing;
    }

    fn findings(&self, paths: u64) -> LoanFindings {
        let share = |count: u64| count as f64 / paths as f64;
        LoanFindings {
            drawn: self.drawn,
            liquidated: share(self.liquidated),
            lost: share(self.lost),
            recovery: 1.0 - self.missing as f64 / self.seized.max(1) as f64,
        }
    }
}

/// Counts of what a unit invested became, so that memory does not grow with the number of paths.
#[derive(Clone)]
struct Histogram {
    counts: Vec<u32>,
    count: u64,
}

/// Bins are even on the scale `asinh((wealth − 1) ÷ FINE)`: those near one are a hundredth of `FINE` wide, others a hundredth of
/// their distance from one.
const FINE: f64 = 0.001;
const BINS_PER_UNIT: f64 = 100.0;
/// Wealth from which all is one bin.
const MOST: f64 = 3.0;

fn scaled(wealth: f64) -> f64 {
    BINS_PER_UNIT * (((wealth.min(MOST) - 1.0) / FINE).asinh() - (-1.0 / FINE).asinh())
}

impl Default for Histogram {
    fn default() -> Self {
        Self {
            counts: vec![0; scaled(MOST) as usize + 1],
            count: 0,
        }
    }
}

impl Histogram {
    fn add(&mut self, wealth: f64) {
        self.counts[scaled(wealth) as usize] += 1;
        self.count += 1;
    }

    fn merge(&mut self, next: &Self) {
        self.counts
            .iter_mut()
            .zip(&next.counts)
            .for_each(|(count, next)| *count += next);
        self.count += next.count;
    }

    fn quantiles(&self) -> Quantiles {
        Quantiles {
            at: LEVELS.map(|level| self.quantile(level)),
        }
    }

    /// The middle of the bin in which the share `level` is reached.
    fn quantile(&self, level: f64) -> f64 {
        let needed = (level * self.count as f64).ceil().max(1.0) as u64;
        let mut seen = 0;
        let reached = self.counts.iter().position(|count| {
            seen += u64::from(*count);
            seen >= needed
        });
        let middle = (reached.unwrap_or_default() as f64 + 0.5) / BINS_PER_UNIT;
        1.0 + FINE * (middle + (-1.0 / FINE).asinh()).sinh()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_of_a_histogram_are_those_of_what_was_counted() {
        let (mut low, mut high) = (Histogram::default(), Histogram::default());
        (0..500).for_each(|k| low.add(f64::from(k) / 500.0));
        (500..1_000).for_each(|k| high.add(f64::from(k) / 500.0));
        low.merge(&high);
        for (level, quantile) in LEVELS.into_iter().zip(low.quantiles().at) {
            let error = (quantile - 2.0 * level).abs();
            assert!(
                error <= 0.002 + 0.01 * (1.0 - quantile).abs(),
                "{level}: {quantile}"
            );
        }
        let mut steady = Histogram::default();
        (0..100).for_each(|_| steady.add(1.000_123));
        assert!((steady.quantile(0.5) - 1.000_123).abs() < 1e-5);
        steady.add(1e9);
        assert!((steady.quantile(1.0) / MOST - 1.0).abs() < 0.01);
    }
}
