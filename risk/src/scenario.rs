//! One scenario after the other of who defaults, given the common factor.
//!
//! Each name has a uniform number and defaults if it is below the name's probability given the factor. That probability
//! is hardly ever needed: it lies between those at the corners of the cell of a grid in which the factor falls, and only
//! numbers between these two leave anything open.

use crate::copula::{filled, Link, Mixture, Node};
use crate::kernel::LANES;
use crate::lattice::Units;
use crate::uniforms::{Batch, Uniforms, BATCH};
use multiversion::multiversion;
use rand::RngCore;

/// What decides about one name: from the worst outcome, its link, and its units with their shares.
pub(crate) type Bands = Vec<(Link, Units)>;

/// How many names are alike, and what decides about each.
pub(crate) type Obligors = (usize, Bands);

/// Names, and bounds of their default probabilities.
pub(crate) struct Scenarios<'a> {
    /// One by one.
    names: Vec<&'a Bands>,
    grid: Grid,
    /// By cell and name: 32-bit numbers below `sure` are a default, those above `possible` none.
    sure: Vec<Batch>,
    possible: Vec<Batch>,
    /// What a default of each name costs that is sure.
    units: Vec<Batch>,
}

/// Values of the factor and of its scale between which cells lie.
struct Grid {
    factors: Vec<f64>,
    scales: Vec<f64>,
}

/// What scenarios are drawn with, one after the other.
pub(crate) struct Scratch {
    uniforms: Uniforms,
    numbers: Vec<Batch>,
    open: Vec<usize>,
}

impl<'a> Scenarios<'a> {
    /// Of `kinds` of names. The grid covers the range of `nodes`; it is the finer the more scenarios are to `come`.
    pub fn new(kinds: &'a [Obligors], nodes: &[Node], come: u64) -> Self {
        let each = |(count, bands): &'a Obligors| std::iter::repeat_n(bands, *count);
        let names: Vec<&Bands> = kinds.iter().flat_map(each).collect();
        let units = batches(names.iter().map(|bands| whole(bands).unwrap_or(0)));
        let finest = (TABLE / units.len()).clamp(16, 256);
        let grid = Grid::new(nodes, (come / 32).clamp(4, finest as u64) as usize);
        let links: Vec<Link> = kinds.iter().map(|(_, bands)| mildest(bands)).collect();
        let limits = grid.limits(&links);
        let (mut sure, mut possible) = (Vec::new(), Vec::new());
        for corners in grid.corners() {
            let of_kind = |(kind, (count, bands)): (usize, &'a Obligors)| {
                let limits = corners.map(|corner| limits[corner * kinds.len() + kind]);
                let least = whole(bands).and(limits.into_iter().min());
                let most = limits.into_iter().max();
                std::iter::repeat_n((least.unwrap_or(0), most.unwrap_or(0)), *count)
            };
            let bounds = kinds.iter().enumerate().flat_map(of_kind);
            let (least, most): (Vec<u32>, Vec<u32>) = bounds.unzip();
            sure.extend(batches(least.into_iter()));
            possible.extend(batches(most.into_iter()));
        }
        Self {
            names,
            grid,
            sure,
            possible,
            units,
        }
    }

    pub fn scratch(&self, random: &mut impl RngCore) -> Scratch {
        Scratch {
            uniforms: Uniforms::new(random),
            numbers: vec![[0; BATCH]; self.units.len()],
            open: Vec::new(),
        }
    }

    /// Units lost in a scenario with this point of the factor.
    pub fn draw(&self, node: &Node, scratch: &mut Scratch, random: &mut impl RngCore) -> usize {
        scratch.uniforms.fill(&mut scratch.numbers);
        scratch.open.clear();
        let Some(cell) = self.grid.cell(node) else {
            let each = self.names.iter().zip(scratch.numbers.as_flattened());
            return each
                .map(|(bands, number)| exact(bands, *number, node, random))
                .sum();
        };
        let row = cell * self.units.len()..(cell + 1) * self.units.len();
        let (sure, possible) = (&self.sure[row.clone()], &self.possible[row]);
        let lost = sure_losses(
            &scratch.numbers,
            sure,
            possible,
            &self.units,
            &mut scratch.open,
        );
        let names = scratch.open.iter().filter_map(|place| {
            let number = scratch.numbers.as_flattened()[*place];
            Some(exact(self.names.get(*place)?, number, node, random))
        });
        lost as usize + names.sum::<usize>()
    }
}

/// Batches in each of the two tables, or about as many.
const TABLE: usize = 1 << 11;

/// In whole batches, with zeros at the end.
fn batches(numbers: impl Iterator<Item = u32>) -> Vec<Batch> {
    let numbers: Vec<u32> = numbers.collect();
    let batch = |numbers: &[u32]| {
        let mut batch = [0; BATCH];
        batch[..numbers.len()].copy_from_slice(numbers);
        batch
    };
    numbers.chunks(BATCH).map(batch).collect()
}

impl Grid {
    /// Of about so many `cells`.
    fn new(nodes: &[Node], cells: usize) -> Self {
        let range = |value: fn(&Node) -> f64| {
            let values = nodes.iter().map(value);
            values.fold((f64::MAX, f64::MIN), |(low, high), value| {
                (low.min(value), high.max(value))
            })
        };
        let spread = |(low, high): (f64, f64), cells: usize| -> Vec<f64> {
            let point = |i: usize| low + (high - low) * i as f64 / cells as f64;
            (0..=cells).map(point).collect()
        };
        let scales = range(|node| node.scale);
        let rows = if scales.0 < scales.1 {
            cells.isqrt()
        } else {
            1
        };
        Self {
            factors: spread(range(|node| node.factor), cells / rows),
            scales: spread(scales, rows),
        }
    }

    /// Of each cell: its corners' places among the points, which lie row by row. Probabilities are monotonous in the
    /// factor and in its scale, so that those of a cell lie between its corners'.
    fn corners(&self) -> impl Iterator<Item = [usize; 4]> {
        let (rows, columns) = (self.scales.len() - 1, self.factors.len() - 1);
        let corners = move |row: usize, column: usize| {
            let first = row * (columns + 1) + column;
            [first, first + 1, first + columns + 1, first + columns + 2]
        };
        (0..rows).flat_map(move |row| (0..columns).map(move |column| corners(row, column)))
    }

    /// At each point, below which 32-bit numbers the names with these links default.
    fn limits(&self, links: &[Link]) -> Vec<u32> {
        let row = |scale: &f64| {
            let scale = *scale;
            self.factors.iter().map(move |factor| Node {
                weight: 0.0,
                factor: *factor,
                scale,
            })
        };
        let nodes = filled(self.scales.iter().flat_map(row).collect());
        let mixture = Mixture::of_links(links, &nodes, 0.0);
        let mut limits = Vec::with_capacity(nodes.len() * links.len());
        for block in 0..mixture.weights.len() {
            for lane in 0..LANES {
                let given = mixture.given(block).iter();
                limits.extend(given.map(|given| (limit(given[lane]) >> 32) as u32));
            }
        }
        limits
    }

    /// None if `node` lies outside.
    fn cell(&self, node: &Node) -> Option<usize> {
        let column = place(&self.factors, node.factor)?;
        let row = place(&self.scales, node.scale)?;
        Some(row * (self.factors.len() - 1) + column)
    }
}

/// Between which two of equally spaced `points` a value lies.
fn place(points: &[f64], value: f64) -> Option<usize> {
    let (low, high) = (points[0], points[points.len() - 1]);
    let cells = points.len() - 1;
    if !(low..=high).contains(&value) {
        return None;
    }
    let near = (value - low) / (high - low) * cells as f64;
    // In a range of no width, and at its end.
    let near = (near as usize).min(cells - 1);
    // Rounding may have moved it over a point.
    let near = if value < points[near] { near - 1 } else { near };
    Some(if value > points[near + 1] {
        near + 1
    } else {
        near
    })
}

/// What decides about any default.
fn mildest(bands: &Bands) -> Link {
    bands[bands.len() - 1].0
}

/// What a default costs if that is all there is to know about it.
fn whole(bands: &Bands) -> Option<u32> {
    match &bands[..] {
        [(_, units)] if units.len() == 1 => Some(units[0].0 as u32),
        _ => None,
    }
}

/// The integer below which one of 64 random bits lies with this probability.
pub(crate) fn limit(probability: f64) -> u64 {
    // From 2^64 on the conversion saturates, and one number of 2^64 is lost.
    (probability * 2f64.powi(64)) as u64
}

/// Units that a name loses whose uniform number begins with the 32 bits of `number`.
fn exact(bands: &Bands, number: u32, node: &Node, random: &mut impl RngCore) -> usize {
    let number = u64::from(number) << 32 | u64::from(random.next_u32());
    let band = bands
        .iter()
        .find(|(link, _)| number < limit(link.probability(node)));
    match band.map(|(_, units)| &units[..]) {
        Some([(units, _)]) => *units,
        // One of the two neighbours between which the true loss lies.
        Some([(below, share), (above, _)]) => {
            if random.next_u64() < limit(*share) {
                *below
            } else {
                *above
            }
        }
        _ => 0,
    }
}

/// Units lost by names whose default is sure, and which of them are `open`.
#[multiversion(targets("x86_64+avx2", "aarch64+neon"))]
fn sure_losses(
    numbers: &[Batch],
    sure: &[Batch],
    possible: &[Batch],
    units: &[Batch],
    open: &mut Vec<usize>,
) -> u32 {
    let mut lost = [0u32; BATCH];
    let bounds = sure.iter().zip(possible).zip(units);
    for (place, (numbers, ((sure, possible), units))) in numbers.iter().zip(bounds).enumerate() {
        let mut undecided = [0u32; BATCH];
        for lane in 0..BATCH {
            let is_sure = numbers[lane] < sure[lane];
            lost[lane] += if is_sure { units[lane] } else { 0 };
            undecided[lane] = u32::from(!is_sure & (numbers[lane] <= possible[lane]));
        }
        if undecided.iter().fold(0, |any, lane| any | lane) != 0 {
            let lanes = (0..BATCH).filter(|lane| undecided[*lane] != 0);
            open.extend(lanes.map(|lane| place * BATCH + lane));
        }
    }
    lost.iter().sum()
}
