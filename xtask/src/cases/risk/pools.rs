//! Loss laws of pools at one horizon.

use super::super::answer::{self, Answer};
use super::super::given::{unsupported, Found, Given};
use super::super::Solved;
use super::{float, floats, formula, gaussian, solved};
use risk::lhp::Lhp;
use risk::quadrature::Rule;
use risk::special::{normal_pdf, normal_quantile};
use risk::{rating, Copula, Default, LossLaw, Model, Name, Pool, Recovery, Tranche};

/// The horizon of pools whose default probabilities are given.
const NOW: f64 = 0.0;

/// Names with lists or formulas for default probability, recovery, loading and exposure.
fn mixed_pool(given: &Given) -> Found<Pool> {
    let count = given.size("names")?;
    let values = |key: &str, default: f64| match given.has(key) {
        true => formula::values(given, key, count),
        false => Ok(vec![default; count]),
    };
    let probability = match given.has("survival") {
        true => vec![1.0 - given.float("survival")?; count],
        false => values("default_probability", 0.0)?,
    };
    let loading = match given.has("factor_loading") {
        true => values("factor_loading", 0.0)?,
        false => vec![given.float_or("copula_correlation", 0.0)?.sqrt(); count],
    };
    let recovery = values("recovery", 0.0)?;
    let exposure = values("exposure", 1.0)?;
    let name = |i: usize| Name {
        exposure: exposure[i],
        recovery: Recovery::Fixed(recovery[i]),
        loading: loading[i],
        default: Default::Probability(probability[i]),
    };
    Ok(Pool::new((0..count).map(name).collect())?)
}

/// One tranche of names that may differ, beside the large pool if they do not.
pub fn survival(given: &Given) -> Found<Solved> {
    let tranches = given.tranches()?;
    let loss = gaussian().tranche_losses(&mixed_pool(given)?, NOW, &tranches)?[0];
    let mut answers = answer::map([
        ("exact", float(1.0 - loss)),
        ("expected_tranche_loss", float(loss)),
        ("tranche_survival", float(1.0 - loss)),
    ]);
    if given.has("survival") {
        let limit = Lhp::new(
            1.0 - given.float("survival")?,
            given.float("recovery")?,
            given.float("copula_correlation")?,
        )?;
        answers.insert(
            "lhp".to_owned(),
            float(1.0 - limit.tranche_loss(&tranches[0])),
        );
    }
    Ok(Solved::by("model", answers))
}

pub fn horizon(given: &Given) -> Found<Solved> {
    at_correlation(given, given.float("copula_correlation")?)
}

pub fn comonotonic(given: &Given) -> Found<Solved> {
    at_correlation(given, given.float_or("copula_correlation", 1.0)?)
}

pub fn independent(given: &Given) -> Found<Solved> {
    at_correlation(given, given.float_or("copula_correlation", 0.0)?)
}

fn at_correlation(given: &Given, correlation: f64) -> Found<Solved> {
    let probability = given.float("default_probability")?;
    let tranches = given.tranches()?;
    let pool = given.pool(correlation, Default::Probability(probability))?;
    let losses = gaussian().tranche_losses(&pool, NOW, &tranches)?;
    let percent = losses.iter().map(|loss| 100.0 * loss).collect::<Vec<_>>();
    let mut answers = answer::map([
        ("etl", floats(losses)),
        ("etl_percent_100_names", floats(percent.clone())),
        ("pool", floats(percent)),
    ]);
    if correlation < 1.0 {
        let limit = Lhp::new(probability, given.float("recovery")?, correlation)?;
        let of_limit = floats(
            tranches
                .iter()
                .map(|tranche| 100.0 * limit.tranche_loss(tranche)),
        );
        answers.insert("etl_percent_lhp".to_owned(), of_limit.clone());
        answers.insert("lhp".to_owned(), of_limit);
    }
    Ok(Solved::by("model", answers))
}

/// Losses of names with a notional of one, up to shares of their number or to a total.
pub fn capped(given: &Given) -> Found<Solved> {
    let pool = in_states(given)?;
    let count = pool.names().len() as f64;
    let law = gaussian().loss_law(&pool, NOW)?;
    let up_to = |share: f64| float(count * law.expected_min(share));
    let capped = match given.has("detachment_total") {
        true => up_to(given.float("detachment_total")? / count),
        false if given.has("detachment_fraction_of_names") => answer::list(
            given
                .floats("detachment_fraction_of_names")?
                .into_iter()
                .map(up_to),
        ),
        false => Answer::Nothing,
    };
    solved(
        "model",
        [
            ("prob_k", floats(law.points().iter().map(|(_, p)| *p))),
            ("expected_min_loss", capped),
            ("expected_loss", float(count * law.mean())),
        ],
    )
}

/// Names that lose all of `loss`, a share `lgd`, or one of several shares.
fn in_states(given: &Given) -> Found<Pool> {
    let loading = given.float_or("copula_correlation", 0.0)?.sqrt();
    let name = |probability: f64, exposure: f64, recovery: Recovery| Name {
        exposure,
        recovery,
        loading,
        default: Default::Probability(probability),
    };
    let states = |weights: &[f64], losses: &[f64]| {
        let total: f64 = weights.iter().sum();
        Recovery::States(
            weights
                .iter()
                .zip(losses)
                .map(|(weight, loss)| (weight / total, 1.0 - loss))
                .collect(),
        )
    };
    let names = if given.has("state_probabilities") {
        let rows = given
            .rows("state_probabilities")?
            .into_iter()
            .zip(given.rows("state_lgd")?);
        rows.map(|(weights, losses)| name(weights.iter().sum(), 1.0, states(&weights, &losses)))
            .collect()
    } else if given.has("state_weights") {
        let recovery = states(
            &given.floats("state_weights")?,
            &given.floats("state_losses")?,
        );
        vec![name(given.float("default_probability")?, 1.0, recovery); given.size("names")?]
    } else if given.has("lgd") {
        let losses = given.floats("lgd")?;
        let pairs = given.floats("default_probability")?.into_iter().zip(losses);
        pairs
            .map(|(probability, loss)| name(probability, 1.0, Recovery::Fixed(1.0 - loss)))
            .collect()
    } else if given.has("loss") {
        let pairs = given
            .floats("default_probability")?
            .into_iter()
            .zip(given.floats("loss")?);
        pairs
            .map(|(probability, loss)| name(probability, loss, Recovery::Fixed(0.0)))
            .collect()
    } else {
        return unsupported("losses given default are described in a way we do not know");
    };
    Ok(Pool::new(names)?)
}

/// Tranches in units of a notional of one.
pub fn units(given: &Given) -> Found<Solved> {
    let pool = mixed_pool(given)?;
    let count = pool.exposure();
    let law = gaussian().loss_law(&pool, NOW)?;
    let rows = given.rows("tranches_units")?;
    let lost = rows.iter().map(|row| match row[..] {
        [from, to] => Ok((to - from) * law.tranche_loss(&Tranche::new(from / count, to / count)?)),
        _ => Err(given.wrong("tranches_units", "is not a list of pairs")),
    });
    let lost: Found<Vec<f64>> = lost.collect();
    let mut answers = answer::map([
        ("expected_losses", float(count * law.mean())),
        ("variance", float(count * count * law.variance())),
        ("tranche_losses", floats(lost?)),
    ]);
    for (k, (_, p)) in law.points().iter().enumerate() {
        answers.insert(format!("p{k}"), float(*p));
    }
    Ok(Solved::by("model", answers))
}

/// Left ends of equal intervals, weighted with the normal density there.
pub fn rectangles(count: u32, reach: f64) -> Rule {
    let width = 2.0 * reach / f64::from(count);
    let node = |i: u32| {
        let x = -reach + f64::from(i) * width;
        (x, width * normal_pdf(x))
    };
    (0..count).map(node).collect()
}

/// How many names default: by the rectangles and the six-digit normal law of the source, and exactly.
pub fn counts(given: &Given) -> Found<Solved> {
    let (names, beta, probability) = (
        given.size("names")?,
        given.float("beta")?,
        given.float("default_probability")?,
    );
    let words = given.text("factor_rule")?.split_whitespace().next();
    let nodes = words
        .and_then(|word| word.parse().ok())
        .ok_or_else(|| given.wrong("factor_rule", "does not begin with a number"))?;
    let wanted = given
        .wanted
        .get("prob_times_1000")
        .and_then(|list| list.as_array())
        .map_or(0, Vec::len);
    let pool = |correlation: f64, probability: f64| {
        Pool::homogeneous(names, 0.0, correlation, Default::Probability(probability))
    };
    let rule = rectangles(nodes, 6.0);
    let thousandths = |model: Model| {
        Ok::<_, risk::Error>(floats(
            model
                .default_counts(&pool(beta * beta, probability)?, NOW)?
                .into_iter()
                .take(wanted)
                .map(|p| 1e3 * p),
        ))
    };
    let mut theirs = vec![0.0; names + 1];
    for (factor, weight) in &rule {
        let standard = (normal_quantile(probability) - beta * factor) / (1.0 - beta * beta).sqrt();
        let given_factor =
            gaussian().default_counts(&pool(0.0, six_digit_normal_cdf(standard))?, NOW)?;
        theirs
            .iter_mut()
            .zip(given_factor)
            .for_each(|(sum, p)| *sum += weight * p);
    }
    solved(
        "model",
        [
            (
                "prob_times_1000",
                floats(theirs.into_iter().take(wanted).map(|p| 1e3 * p)),
            ),
            (
                "same_rule_times_1000",
                thousandths(gaussian().with_rule(rule))?,
            ),
            ("exact_times_1000", thousandths(gaussian())?),
        ],
    )
}

/// Abramowitz and Stegun 26.2.17, right to 7.5e-8.
fn six_digit_normal_cdf(x: f64) -> f64 {
    const COEFFICIENTS: [f64; 5] = [
        1.330274429,
        -1.821255978,
        1.781477937,
        -0.356563782,
        0.319381530,
    ];
    let k = 1.0 / (1.0 + 0.2316419 * x.abs());
    let upper = normal_pdf(x)
        * COEFFICIENTS
            .iter()
            .fold(0.0, |sum, coefficient| (sum + coefficient) * k);
    if x < 0.0 {
        upper
    } else {
        1.0 - upper
    }
}

pub fn expansion(given: &Given) -> Found<Solved> {
    let law = rating::binomial_expansion(
        given.size("diversity_score")?,
        given.float("default_probability")?,
        given.float("recovery")?,
    )?;
    let losses = given
        .tranches()?
        .iter()
        .map(|tranche| law.tranche_loss(tranche))
        .collect::<Vec<_>>();
    solved(
        "rating",
        [("etl", floats(losses)), ("pool_el", float(law.mean()))],
    )
}

pub fn tail(given: &Given) -> Found<Solved> {
    let pool = mixed_pool(given)?;
    let law: LossLaw = Model::new(Copula::Gaussian).loss_law(&pool, NOW)?;
    let points = given.floats("x")?;
    let tails: Vec<f64> = points
        .iter()
        .map(|x| law.exceedance(x / pool.exposure()))
        .collect();
    solved(
        "model",
        [
            ("prob_gt_x", floats(tails)),
            ("mean_loss", float(pool.exposure() * law.mean())),
            ("total_exposure", float(pool.exposure())),
        ],
    )
}
