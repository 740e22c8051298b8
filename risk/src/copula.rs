//! How defaults hang together: given a common factor they are independent, and a copula says how likely each then is.

use crate::error::{ensure, Error, Result};
use crate::kernel::{Lanes, LANES};
use crate::quadrature::{trapezoid, Rule};
use crate::solve;
use crate::special::{
    normal_cdf, normal_cdf_all, normal_pdf, normal_quantile, student_cdf, student_pdf,
    student_quantile,
};
use multiversion::multiversion;
use statrs::function::gamma::ln_gamma;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Copula {
    /// Latent a·X + √(1−a²)·Z, both standard normal, a the loading.
    Gaussian,
    /// The Gaussian latent over √(W/ν), W ~ χ²(ν): tails of all names come together.
    Student { dof: f64 },
    /// Latent a·X + √(1−a²)·Z with t variables scaled to unit variance, normal where there are no degrees of freedom
    /// (Hull and White 2004).
    DoubleT {
        factor_dof: Option<f64>,
        idiosyncratic_dof: Option<f64>,
    },
    /// Given V ~ Γ(1/θ) a name defaults with exp(V·(1 − p^−θ)). Does not look at loadings.
    Clayton { theta: f64 },
    /// A share `common` of every hazard is one shock that hits all names alike, as an exploit or a failed oracle does.
    /// Does not look at loadings.
    MarshallOlkin { common: f64 },
}

/// A default probability and the loading of the name that has it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Threshold {
    pub probability: f64,
    pub loading: f64,
}

/// A point of the common factor.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    pub weight: f64,
    pub factor: f64,
    /// √(W/ν) of the Student copula, else one.
    pub scale: f64,
}

/// Weights of the factor's points, and each threshold's probability given each point, in blocks of `LANES`.
pub(crate) struct Mixture {
    /// By block; zero for the points that fill up the last one.
    pub weights: Vec<Lanes>,
    /// By block, each threshold's.
    conditional: Vec<Lanes>,
    thresholds: usize,
}

impl Mixture {
    /// Of `links` at `nodes`, of which there are whole blocks. Probabilities are right to about `error`.
    pub fn of_links(links: &[Link], nodes: &[Node], error: f64) -> Self {
        let mut mixture = Mixture {
            weights: Vec::with_capacity(nodes.len() / LANES),
            conditional: Vec::with_capacity(nodes.len() / LANES * links.len()),
            thresholds: links.len(),
        };
        for nodes in nodes.chunks(LANES) {
            let of_nodes =
                |value: fn(&Node) -> f64| std::array::from_fn(|lane| value(&nodes[lane]));
            let (factors, scales) = (of_nodes(|node| node.factor), of_nodes(|node| node.scale));
            mixture.weights.push(of_nodes(|node| node.weight));
            // A copula has links of one sort.
            match links.first() {
                Some(Link::Latent { dof: None, .. }) => {
                    standards(links, &factors, &scales, &mut mixture.conditional)
                }
                _ => mixture.conditional.extend(
                    links
                        .iter()
                        .map(|link| std::array::from_fn(|lane| link.probability(&nodes[lane]))),
                ),
            }
        }
        if let Some(Link::Latent { dof: None, .. }) = links.first() {
            normal_cdf_all(&mut mixture.conditional, error);
        }
        mixture
    }

    /// Probabilities of the thresholds given the points in `block`.
    pub fn given(&self, block: usize) -> &[Lanes] {
        &self.conditional[block * self.thresholds..][..self.thresholds]
    }

    /// Weights of some `points` of any blocks, and probabilities of the thresholds given them.
    pub fn select(&self, points: &[usize]) -> (Lanes, Vec<Lanes>) {
        let mut weights = [0.0; LANES];
        let mut sources = [(self.given(0), 0); LANES];
        for (lane, point) in points.iter().enumerate() {
            sources[lane] = (self.given(point / LANES), point % LANES);
            weights[lane] = self.weights[point / LANES][point % LANES];
        }
        let given = |threshold: usize| {
            let mut lanes = [0.0; LANES];
            for (lane, (given, place)) in lanes.iter_mut().zip(&sources) {
                *lane = given[threshold][*place];
            }
            lanes
        };
        (weights, (0..self.thresholds).map(given).collect())
    }
}

impl Copula {
    pub(crate) fn validate(&self) -> Result<()> {
        let positive = |field, value: f64, floor: f64| {
            ensure(
                value > floor && value.is_finite(),
                field,
                value,
                "above its least value, and finite",
            )
        };
        match *self {
            Self::Gaussian => Ok(()),
            Self::Student { dof } => positive("degrees of freedom", dof, 0.0),
            Self::DoubleT {
                factor_dof,
                idiosyncratic_dof,
            } => {
                let dof = [factor_dof, idiosyncratic_dof].into_iter().flatten();
                // Below two there is no variance to scale to one.
                dof.into_iter()
                    .try_for_each(|dof| positive("degrees of freedom (more than 2)", dof, 2.0))
            }
            Self::Clayton { theta } => positive("theta", theta, 0.0),
            Self::MarshallOlkin { common } => ensure(
                (0.0..=1.0).contains(&common),
                "common",
                common,
                "between 0 and 1",
            ),
        }
    }

    /// The law of `thresholds` for a pool of so many `names`. Probabilities of the pool's loss are right to about
    /// `error`, unless a `rule` for the factor is given.
    pub(crate) fn mixture(
        &self,
        thresholds: &[Threshold],
        names: usize,
        error: f64,
        stays: Stays,
        rule: Option<&Rule>,
    ) -> Result<Mixture> {
        let perfect = thresholds
            .first()
            .is_some_and(|threshold| threshold.loading == 1.0);
        let nodes = match (self, rule) {
            (Self::MarshallOlkin { .. }, _) => self.points(thresholds, names, error, stays),
            (Self::Gaussian | Self::Student { .. } | Self::DoubleT { .. }, _) if perfect => {
                return Ok(comonotonic(thresholds))
            }
            (_, Some(rule)) => given_nodes(rule),
            (_, None) => self.nodes(thresholds, names, error, stays),
        };
        self.at_nodes(thresholds, &nodes, error)
    }

    /// Points of the factor to sum over: those of [`Self::nodes`], or the pieces into which a common shock cuts time.
    pub(crate) fn points(
        &self,
        thresholds: &[Threshold],
        names: usize,
        error: f64,
        stays: Stays,
    ) -> Vec<Node> {
        let Self::MarshallOlkin { common } = *self else {
            return self.nodes(thresholds, names, error, stays);
        };
        let reaches = thresholds.iter();
        let reaches = reaches.map(|threshold| common * hazard(threshold.probability));
        pieces(reaches, |time| (-time).exp())
    }

    /// The law of `thresholds` at `nodes`, of which there are whole blocks. Probabilities are right to about `error`.
    pub(crate) fn at_nodes(
        &self,
        thresholds: &[Threshold],
        nodes: &[Node],
        error: f64,
    ) -> Result<Mixture> {
        let links: Vec<Link> = thresholds
            .iter()
            .map(|threshold| self.link(threshold, nodes))
            .collect::<Result<_>>()?;
        Ok(Mixture::of_links(&links, nodes, error))
    }

    /// Points of the factor, dense enough for the sharpest of `thresholds`.
    pub(crate) fn nodes(
        &self,
        thresholds: &[Threshold],
        names: usize,
        error: f64,
        stays: Stays,
    ) -> Vec<Node> {
        let loading = thresholds
            .iter()
            .map(|threshold| threshold.loading.abs())
            .fold(0.0, f64::max);
        let coarse = (14.0 / -error.log10()).max(1.0).powf(0.9);
        let spread = coarse / (names as f64).sqrt();
        let step = (spread * (1.0 - loading * loading).sqrt() / loading).min(0.4);
        let independent = loading == 0.0 && !matches!(self, Self::Clayton { .. });
        let factors = match *self {
            _ if independent => vec![(0.0, 1.0)],
            Self::Clayton { theta } => gamma_rule(1.0 / theta, spread),
            Self::DoubleT {
                factor_dof: Some(dof),
                ..
            } => student_rule(dof, step / 3.0),
            Self::Gaussian => normal_rule(step, error, quiet_ends(thresholds, names, error, stays)),
            _ => normal_rule(step, error, (f64::INFINITY, f64::INFINITY)),
        };
        let scales = match *self {
            Self::Student { dof } => chi_rule(dof, step.min(spread)),
            _ => vec![(1.0, 1.0)],
        };
        let node = |&(scale, share): &(f64, f64)| {
            factors.iter().map(move |&(factor, weight)| Node {
                weight: weight * share,
                factor,
                scale,
            })
        };
        filled(scales.iter().flat_map(node).collect())
    }

    /// How the probability of `threshold` depends on the factor. `nodes` serve to find the level of mixed laws.
    pub(crate) fn link(&self, threshold: &Threshold, nodes: &[Node]) -> Result<Link> {
        let Threshold {
            probability,
            loading,
        } = *threshold;
        Ok(match *self {
            Self::Clayton { theta } => Link::Frailty {
                log: -(-theta * probability.ln()).exp_m1(),
            },
            Self::MarshallOlkin { common } => {
                let hazard = hazard(probability);
                Link::Shock {
                    reach: common * hazard,
                    alone: -(-(1.0 - common) * hazard).exp_m1(),
                }
            }
            Self::DoubleT {
                idiosyncratic_dof, ..
            } => Link::latent(
                self.mixed_level(threshold, nodes)?,
                loading,
                idiosyncratic_dof,
            ),
            Self::Student { dof } => {
                Link::latent(student_quantile(probability, dof), loading, None)
            }
            Self::Gaussian => Link::latent(normal_quantile(probability), loading, None),
        })
    }

    /// Quantile of the sum of two scaled variables, by the same rule that integrates over the factor.
    fn mixed_level(&self, threshold: &Threshold, nodes: &[Node]) -> Result<f64> {
        let Self::DoubleT {
            idiosyncratic_dof, ..
        } = *self
        else {
            return Ok(normal_quantile(threshold.probability));
        };
        let Threshold {
            probability,
            loading,
        } = *threshold;
        if probability <= 0.0 || probability >= 1.0 {
            return Ok(normal_quantile(probability));
        }
        let residual = (1.0 - loading * loading).sqrt();
        let below = |level: f64, node: &Node| {
            rest_cdf(
                (level - loading * node.factor) / residual,
                idiosyncratic_dof,
            )
        };
        let excess = |level: f64| {
            nodes
                .iter()
                .map(|node| node.weight * below(level, node))
                .sum::<f64>()
                - probability
        };
        let mut reach = normal_quantile(probability).abs() + 1.0;
        while excess(-reach) > 0.0 || excess(reach) < 0.0 {
            reach *= 2.0;
            if reach > 1e9 {
                return Err(Error::NoSolution {
                    what: "threshold",
                    reason: format!("a default probability of {probability:e} is too extreme"),
                });
            }
        }
        solve::root("threshold", |level| Ok(excess(level)), -reach, reach)
    }

    /// How the probability of `threshold` given the factor changes with the unconditional one and with the loading. `nodes`
    /// are those of [`Self::points`].
    pub(crate) fn change(&self, threshold: &Threshold, nodes: &[Node]) -> Result<Change> {
        let Threshold {
            probability,
            loading,
        } = *threshold;
        let latent = |level: f64, density: f64, decay: f64| Change::Latent {
            loading,
            dof: None,
            level,
            level_slope: 1.0 / density,
            level_by_loading: 0.0,
            decay,
        };
        Ok(match *self {
            Self::Gaussian => {
                let level = normal_quantile(probability);
                latent(level, normal_pdf(level), level)
            }
            Self::Student { dof } => {
                let level = student_quantile(probability, dof);
                let decay = (dof + 1.0) * level / (dof + level * level);
                latent(level, student_pdf(level, dof), decay)
            }
            Self::DoubleT {
                idiosyncratic_dof, ..
            } => Change::mixed(
                self.mixed_level(threshold, nodes)?,
                loading,
                idiosyncratic_dof,
                nodes,
            ),
            Self::Clayton { theta } => Change::Frailty { probability, theta },
            Self::MarshallOlkin { common } => Change::shock(common, probability, nodes),
        })
    }
}

/// What the derivatives of a conditional probability depend on.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Change {
    /// The level rises by `level_slope` with the probability and by `level_by_loading` with the loading; the logarithm of the
    /// latent variable's density falls by `decay` there. The rest beside the factor is normal or a scaled t.
    Latent {
        loading: f64,
        dof: Option<f64>,
        level: f64,
        level_slope: f64,
        level_by_loading: f64,
        decay: f64,
    },
    Frailty {
        probability: f64,
        theta: f64,
    },
    /// A shock within `reach`, which rises with the probability: what a default costs at the end of its reach is, where
    /// others' end there too, the mean of both sides.
    Shock {
        reach: f64,
        alone: Slopes,
        /// Of the probability that the shock is within reach and nothing else has struck.
        edge: Slopes,
        /// Where the pieces before and after the end of the reach begin, and half of what each weighs is divided by.
        sides: [(f64, f64); 2],
    },
}

impl Change {
    /// Of the sum of two variables, by the rule that integrates over the factor.
    fn mixed(level: f64, loading: f64, dof: Option<f64>, nodes: &[Node]) -> Self {
        let square = 1.0 - loading * loading;
        let residual = square.sqrt();
        let (mut density, mut bend, mut pull) = (0.0, 0.0, 0.0);
        for node in nodes {
            let standard = (level - loading * node.factor) / residual;
            let share = node.weight * rest_pdf(standard, dof) / residual;
            density += share;
            bend += share * rest_decay(standard, dof) / residual;
            pull += share * (node.factor - loading * level) / square;
        }
        Self::Latent {
            loading,
            dof,
            level,
            level_slope: 1.0 / density,
            level_by_loading: pull / density,
            decay: bend / density,
        }
    }

    /// With s = 1 − p and the share c of the hazard in the shock, a name defaults alone with 1 − s^(1−c), and the shock is within
    /// reach with 1 − s^c.
    fn shock(common: f64, probability: f64, nodes: &[Node]) -> Self {
        let survival = 1.0 - probability;
        let reach = common * hazard(probability);
        let side = |node: Option<&Node>| {
            node.map_or((f64::NAN, 0.0), |node| (node.factor, 0.5 / node.weight))
        };
        let mut pieces = nodes.iter().filter(|node| node.weight > 0.0);
        let after = pieces.clone().find(|node| node.factor >= reach);
        let before = pieces.rfind(|node| node.factor < reach);
        Self::Shock {
            reach,
            alone: Slopes {
                value: 1.0 - survival.powf(1.0 - common),
                probability: (1.0 - common) * survival.powf(-common),
                probability_twice: common * (1.0 - common) * survival.powf(-common - 1.0),
                loading: 0.0,
            },
            edge: Slopes {
                value: 0.0,
                probability: common,
                probability_twice: -common * (1.0 - common) / survival,
                loading: 0.0,
            },
            sides: [side(before), side(after)],
        }
    }

    /// At a point of the factor.
    pub fn slopes(&self, node: &Node) -> Slopes {
        match *self {
            Self::Latent {
                loading,
                dof,
                level,
                level_slope,
                level_by_loading,
                decay,
            } => {
                let residual_square = 1.0 - loading * loading;
                let residual = residual_square.sqrt();
                let standard = (node.scale * level - loading * node.factor) / residual;
                let density = rest_pdf(standard, dof);
                let slope = node.scale / residual;
                let tilt = loading * node.scale * level - node.factor;
                let by_loading = tilt / (residual_square * residual) + slope * level_by_loading;
                Slopes {
                    value: rest_cdf(standard, dof),
                    probability: density * slope * level_slope,
                    probability_twice: density
                        * slope
                        * level_slope
                        * level_slope
                        * (decay - rest_decay(standard, dof) * slope),
                    loading: density * by_loading,
                }
            }
            Self::Shock {
                reach,
                alone,
                edge,
                sides,
            } => {
                let mut slopes = match node.factor < reach {
                    true => Slopes {
                        value: 1.0,
                        ..Slopes::default()
                    },
                    false => alone,
                };
                // Points that fill up a block weigh nothing.
                let here = sides.iter().filter(|(start, _)| *start == node.factor);
                for (_, share) in here.filter(|_| node.weight > 0.0) {
                    slopes.probability += share * edge.probability;
                    slopes.probability_twice += share * edge.probability_twice;
                }
                slopes
            }
            Self::Frailty { probability, theta } => {
                let value = (-node.factor * (-theta * probability.ln()).exp_m1()).exp();
                let growth = node.factor * theta * probability.powf(-theta - 1.0);
                let bend = growth - (theta + 1.0) / probability;
                Slopes {
                    value,
                    probability: value * growth,
                    probability_twice: value * growth * bend,
                    loading: 0.0,
                }
            }
        }
    }
}

/// A conditional probability as a function of the factor.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Link {
    /// The latent variable is below its level; the rest beside the factor is normal or a scaled t.
    Latent {
        level: f64,
        loading: f64,
        residual: f64,
        dof: Option<f64>,
    },
    /// exp(V · log), V the factor.
    Frailty { log: f64 },
    /// Sure if the factor is within reach.
    Shock { reach: f64, alone: f64 },
}

impl Link {
    fn latent(level: f64, loading: f64, dof: Option<f64>) -> Self {
        Self::Latent {
            level,
            loading,
            residual: (1.0 - loading * loading).sqrt(),
            dof,
        }
    }

    pub fn probability(&self, node: &Node) -> f64 {
        match *self {
            Self::Latent { dof, .. } => rest_cdf(self.standard(node), dof),
            Self::Frailty { log } => (node.factor * log).exp(),
            Self::Shock { reach, .. } if node.factor < reach => 1.0,
            Self::Shock { alone, .. } => alone,
        }
    }

    /// How far the rest beside the factor may rise before the latent variable is above its level, and what that rest is
    /// multiplied by. Zero for other links.
    fn margin(&self, node: &Node) -> (f64, f64) {
        match *self {
            Self::Latent {
                level,
                loading,
                residual,
                ..
            } => (node.scale * level - loading * node.factor, residual),
            _ => (0.0, 0.0),
        }
    }

    fn standard(&self, node: &Node) -> f64 {
        let (margin, residual) = self.margin(node);
        margin / residual
    }
}

/// [`Link::standard`] of each of `links` at several points.
#[multiversion(targets("x86_64+avx2", "aarch64+neon"))]
fn standards(links: &[Link], factors: &Lanes, scales: &Lanes, values: &mut Vec<Lanes>) {
    for link in links {
        if let Link::Latent {
            level,
            loading,
            residual,
            ..
        } = link
        {
            let share = 1.0 / residual;
            let mut standards = [0.0; LANES];
            for lane in 0..LANES {
                standards[lane] = (scales[lane] * level - factors[lane] * loading) * share;
            }
            values.push(standards);
        }
    }
}

/// A conditional probability and its derivatives.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Slopes {
    pub value: f64,
    pub probability: f64,
    pub probability_twice: f64,
    pub loading: f64,
}

pub(crate) fn given_nodes(rule: &Rule) -> Vec<Node> {
    filled(
        rule.iter()
            .map(|&(factor, weight)| Node {
                weight,
                factor,
                scale: 1.0,
            })
            .collect(),
    )
}

/// Up to whole blocks of `LANES`, with points that weigh nothing.
pub(crate) fn filled(mut nodes: Vec<Node>) -> Vec<Node> {
    nodes.resize(
        nodes.len().next_multiple_of(LANES),
        Node {
            weight: 0.0,
            factor: 0.0,
            scale: 1.0,
        },
    );
    nodes
}

fn normalised(mut rule: Rule) -> Rule {
    let total: f64 = rule.iter().map(|(_, weight)| weight).sum();
    rule.iter_mut().for_each(|(_, weight)| *weight /= total);
    rule
}

fn weighted(rule: Rule, density: impl Fn(f64) -> f64, at: impl Fn(f64) -> f64) -> Rule {
    normalised(
        rule.into_iter()
            .map(|(u, width)| (at(u), width * density(u)))
            .collect(),
    )
}

/// From −`low` to `high`, or to where what lies beyond is much less than the error: small tails of losses come from there. The first
/// and the last node stand for all beyond them.
fn normal_rule(step: f64, error: f64, (low, high): (f64, f64)) -> Rule {
    let reach = (-2.0 * 1.25 * error.ln()).sqrt();
    let (low, high) = (low.min(reach), high.min(reach));
    let mut rule = in_blocks(-low, high, step);
    let step = rule[0].1;
    let nodes_beyond = |end: f64| {
        let weights = (1..).map(|k| step * normal_pdf(end + f64::from(k) * step));
        weights.take_while(|weight| *weight > 1e-20).sum::<f64>()
    };
    rule.iter_mut()
        .for_each(|(x, weight)| *weight *= normal_pdf(*x));
    rule[0].1 += nodes_beyond(low);
    let last = rule.len() - 1;
    rule[last].1 += nodes_beyond(high);
    rule
}

/// Bounds the probability that the loss is one that matters if every name defaults with this one at least.
pub(crate) type Stays<'a> = Option<&'a dyn Fn(f64) -> f64>;

/// How far below and above zero the normal factor has to go. Above, nobody defaults; below, so many that more of them change
/// nothing: of both the contrary is, with the probability to get there, less likely than a thousandth of `error`, so that no
/// probability changes by more if all beyond is taken for the end.
fn quiet_ends(thresholds: &[Threshold], names: usize, error: f64, stays: Stays) -> (f64, f64) {
    let loadings = thresholds.iter().map(|threshold| threshold.loading);
    let loading = loadings.fold(1.0, f64::min);
    let probabilities = || thresholds.iter().map(|threshold| threshold.probability);
    let quiet = |p: f64, matters: &dyn Fn(f64) -> f64| {
        quiet_from(normal_quantile(p), loading, |reached, rest| {
            reached * matters(rest) < 1e-3 * error
        })
    };
    let defaults = |probability: f64| names as f64 * probability;
    let low = stays.map_or(f64::INFINITY, |stays| {
        let least = probabilities().fold(1.0, f64::min);
        quiet(1.0 - least, &|survival| stays(1.0 - survival))
    });
    (low, quiet(probabilities().fold(0.0, f64::max), &defaults))
}

/// The value of the factor from which on `is_quiet`, told the probability to get there and a bound of every name's probability
/// to be below its level, which is no higher than `level`, while it loads no less than `loading`.
fn quiet_from(level: f64, loading: f64, is_quiet: impl Fn(f64, f64) -> bool) -> f64 {
    if loading <= 0.0 {
        return f64::INFINITY;
    }
    let residual = (1.0 - loading * loading).sqrt();
    let candidates = (12..40).map(|quarters| 0.25 * f64::from(quarters));
    // Only beyond the level a higher loading makes it less likely.
    let mut candidates = candidates.filter(|factor| *factor >= level);
    let found = candidates.find(|factor| {
        is_quiet(
            normal_cdf(-factor),
            normal_cdf((level - loading * factor) / residual),
        )
    });
    found.unwrap_or(f64::INFINITY)
}

/// Equally spaced nodes, `step` apart or so much less that they fill whole blocks.
fn in_blocks(low: f64, high: f64, step: f64) -> Rule {
    let count = ((high - low) / step).ceil() + 1.0;
    let count = (count / LANES as f64).ceil() * LANES as f64;
    trapezoid(
        low,
        high,
        (high - low) / (count - 1.0) * (1.0 + f64::EPSILON),
    )
}

/// Of a t variable scaled to unit variance, x = sinh u: its tails fall exponentially in u.
fn student_rule(dof: f64, step: f64) -> Rule {
    let unit = ((dof - 2.0) / dof).sqrt();
    let reach = 40.0 / dof + 2.0;
    let density = |u: f64| student_pdf(u.sinh() / unit, dof) * u.cosh();
    weighted(trapezoid(-reach, reach, step), density, f64::sinh)
}

/// P(Z ≤ x) of the rest beside the factor: normal, or a t variable scaled to unit variance.
fn rest_cdf(x: f64, dof: Option<f64>) -> f64 {
    match dof {
        None => normal_cdf(x),
        Some(dof) => student_cdf(x * (dof / (dof - 2.0)).sqrt(), dof),
    }
}

fn rest_pdf(x: f64, dof: Option<f64>) -> f64 {
    match dof {
        None => normal_pdf(x),
        Some(dof) => {
            let unit = (dof / (dof - 2.0)).sqrt();
            unit * student_pdf(x * unit, dof)
        }
    }
}

/// By how much the logarithm of its density falls.
fn rest_decay(x: f64, dof: Option<f64>) -> f64 {
    match dof {
        None => x,
        Some(dof) => (dof + 1.0) * x / (dof - 2.0 + x * x),
    }
}

fn hazard(probability: f64) -> f64 {
    // Finite, so that no share of it is undefined.
    (-(-probability).ln_1p()).min(f64::MAX)
}

/// Of V ~ Γ(shape), on ln V.
fn gamma_rule(shape: f64, step: f64) -> Rule {
    log_gamma_rule(shape, step, f64::exp)
}

/// Of √(W/ν), W ~ χ²(ν): W/2 ~ Γ(ν/2).
fn chi_rule(dof: f64, step: f64) -> Rule {
    log_gamma_rule(0.5 * dof, 2.0 * step, |u| (2.0 * u.exp() / dof).sqrt())
}

/// The density of u = ln V is exp(shape·u − e^u) / Γ(shape), with its peak at ln shape.
fn log_gamma_rule(shape: f64, step: f64, at: impl Fn(f64) -> f64) -> Rule {
    const NEGLIGIBLE: f64 = -42.0;
    let peak = shape.ln();
    let log_density = |u: f64| shape * u - u.exp() - ln_gamma(shape);
    let mut low = peak - 1.0 / shape.sqrt();
    while log_density(low) > NEGLIGIBLE {
        low -= 0.5 / shape.sqrt();
    }
    let mut high = peak + 1.0 / shape.sqrt();
    while log_density(high) > NEGLIGIBLE {
        high += 0.5 / shape.sqrt();
    }
    let step = step.min(0.3 / shape.sqrt());
    weighted(trapezoid(low, high, step), |u| log_density(u).exp(), at)
}

/// The range of a factor above zero, cut where the `reaches` of names end: who defaults surely is the same within a piece, which
/// is named by where it begins. A factor lies beyond a point with the probability `beyond`.
fn pieces(reaches: impl Iterator<Item = f64>, beyond: impl Fn(f64) -> f64) -> Vec<Node> {
    let mut starts: Vec<f64> = reaches.chain([0.0]).collect();
    starts.sort_by(f64::total_cmp);
    starts.dedup();
    let ends = starts.iter().skip(1).map(|end| beyond(*end)).chain([0.0]);
    let piece = |(start, after): (&f64, f64)| Node {
        weight: beyond(*start) - after,
        factor: *start,
        scale: 1.0,
    };
    filled(starts.iter().zip(ends).map(piece).collect())
}

/// One uniform factor decides: all names with a probability above it default.
fn comonotonic(thresholds: &[Threshold]) -> Mixture {
    let reaches = thresholds.iter().map(|threshold| threshold.probability);
    let nodes = pieces(reaches.clone(), |rank| 1.0 - rank);
    let links: Vec<Link> = reaches
        .map(|reach| Link::Shock { reach, alone: 0.0 })
        .collect();
    Mixture::of_links(&links, &nodes, 0.0)
}
