//! Deals in the course of prices, by the contracts' mathematics.

use finance::{Period, Price, Ratio};
use rayon::ThreadPoolBuilder;
use risk::market::{Jumps, Market};
use risk::replay::{price, replay, ClassOutcome, Course, Depth, Outcome};
use risk::structural::FirstPassage;
use risk::study::{Findings, Study};
use risk::valuation::Valuation;
use risk::Tranche;
use term_sheet::{find, Scenario, TermSheet};

fn deal(name: &str) -> TermSheet {
    TermSheet::load(&find(name.as_ref(), "deals", "toml").unwrap()).unwrap()
}

fn market() -> Market {
    Market::load(&find("eth-btc".as_ref(), "markets", "toml").unwrap()).unwrap()
}

fn march_2020(sheet: &TermSheet, depth: &Depth) -> Outcome {
    let history = find("march-2020".as_ref(), "scenarios", "csv").unwrap();
    let course = Course::of_history(&Scenario::load(&history).unwrap(), sheet).unwrap();
    replay(sheet, depth, &course).unwrap()
}

/// The demonstration's tests run the same on the embedded chain, to the base unit. Here: what it comes to.
#[test]
fn insurance_pays_its_limits_and_the_residual_the_rest_of_march_2020() {
    let sheet = deal("eth-btc-credit");
    let outcome = march_2020(&sheet, &Depth::unlimited(&sheet));
    let covers: Vec<u128> = outcome
        .settlements
        .iter()
        .map(|settled| settled.cover)
        .collect();
    // At most 150 000 for the losses of one epoch, and 250 000 of 30 days.
    assert_eq!(covers, [0, 0, 150_000_000_000, 100_000_000_000, 0]);
    let backers = outcome.backers.unwrap();
    assert_eq!(
        (backers.invested, backers.value),
        (300_000_000_000, 50_000_000_000)
    );
    let lost: Vec<u128> = outcome.loans.iter().map(|loan| loan.lost).collect();
    assert_eq!(lost.iter().sum::<u128>(), outcome.written_off);
    assert!(lost[0] > 0 && lost[1] > 0 && lost[3] == 0, "{lost:?}");
    let [senior, mezzanine, junior] = &outcome.classes[..] else {
        panic!("three classes")
    };
    assert_eq!((senior.loss(), mezzanine.loss()), (0.0, 0.0));
    // What insurance does not pay; interest has made up for a little of it.
    let borne = (outcome.written_off - 250_000_000_000) as f64 / junior.invested as f64;
    assert!(
        (borne - 0.002..borne).contains(&junior.loss()),
        "{}",
        junior.loss()
    );
}

#[test]
fn sales_that_move_the_market_lose_more() {
    let sheet = deal("eth-btc-credit");
    let unmoved = march_2020(&sheet, &Depth::unlimited(&sheet));
    let moved = march_2020(&sheet, &Depth::of(&market(), &sheet).unwrap());
    assert!(moved.written_off > unmoved.written_off);
    assert!(moved.classes[2].loss() > unmoved.classes[2].loss());
}

#[test]
fn a_deal_in_18_decimals_earns_in_still_prices() {
    let sheet = deal("btc-two-tranche");
    let week = (0..=14).map(|row| finance::Timestamp(1_600_000_000_000 + row * 43_200_000));
    let course = Course {
        times: week.collect(),
        prices: vec![Some(price(7_924.0)); 15],
    };
    let outcome = replay(&sheet, &Depth::unlimited(&sheet), &course).unwrap();
    let [senior, equity] = &outcome.classes[..] else {
        panic!("two classes")
    };
    assert_eq!((outcome.seized, outcome.written_off), (0, 0));
    assert!(
        senior.wealth() > 1.0 && equity.wealth() > senior.wealth(),
        "{senior:?} {equity:?}"
    );
}

/// Without interest and fees nothing comes in but what was paid in, and nothing is lost but what is written off.
#[test]
fn to_the_last_unit_classes_lose_what_is_written_off() {
    let mut sheet = deal("eth-btc-credit");
    sheet.fees = Default::default();
    sheet
        .tranches
        .iter_mut()
        .for_each(|tranche| tranche.terms.target_rate = Ratio::ZERO);
    for collateral in &mut sheet.collateral {
        collateral.terms.loans.annual_rate = Ratio::ZERO;
    }
    let history = find("march-2020".as_ref(), "scenarios", "csv").unwrap();
    let course = Course::of_history(&Scenario::load(&history).unwrap(), &sheet).unwrap();
    let mut losses = Vec::new();
    for percent in 80..=110 {
        let mut course = course.clone();
        course
            .prices
            .iter_mut()
            .skip(2)
            .for_each(|price| *price = price.map(|price| Price(price.0 / 100 * percent)));
        let outcome = replay(&sheet, &Depth::of(&market(), &sheet).unwrap(), &course).unwrap();
        assert_eq!(outcome.unsold, 0);
        let sum =
            |amount: fn(&ClassOutcome) -> u128| outcome.classes.iter().map(amount).sum::<u128>();
        let lost = sum(|class| class.invested) - sum(|class| class.value + class.received);
        let covered: u128 = outcome
            .settlements
            .iter()
            .map(|settled| settled.cover)
            .sum();
        assert_eq!(lost, outcome.written_off - covered, "at {percent} %");
        losses.push(lost);
    }
    assert!(losses[0] > losses[30] && losses[0] > 0, "{losses:?}");
}

/// Ten days in steps of four hours.
fn terms(paths: u64, seed: u64) -> Study {
    Study {
        paths,
        horizon: Period::from_secs(10 * 86_400),
        step: Period::from_secs(4 * 3_600),
        seed,
    }
}

fn study(paths: u64, seed: u64, threads: usize) -> Findings {
    let (sheet, market) = (deal("eth-btc-credit"), market());
    let pool = ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .unwrap();
    pool.install(|| terms(paths, seed).run(&sheet, &market, |_| ()))
        .unwrap()
}

/// Without jumps and interest a loan is liquidated when a geometric Brownian motion passes its barrier; looked at in steps, as
/// if the barrier lay lower by exp(0.5826 σ √Δt) (Broadie, Glasserman and Kou 1997).
#[test]
fn loans_are_liquidated_as_often_as_the_closed_form_says() {
    let (mut sheet, mut market) = (deal("eth-btc-credit"), market());
    for asset in &mut market.assets {
        (asset.jumps, asset.depth) = (Jumps::default(), None);
    }
    for collateral in &mut sheet.collateral {
        collateral.terms.loans.annual_rate = Ratio::ZERO;
    }
    let paths = 3_000;
    let findings = terms(paths, 11).run(&sheet, &market, |_| ()).unwrap();
    let (year, step) = (10.0 / 365.0, 4.0 / 8_760.0f64);
    // Exchange lender and market maker against ether, mining company against bitcoin: draw ÷ liquidation LTV.
    for (loan, asset, barrier) in [(0, 0, 0.74 / 0.8), (1, 1, 0.70 / 0.8), (2, 0, 0.60 / 0.8)] {
        let volatility = market.assets[asset].volatility;
        let seen = barrier * (-0.5826 * volatility * step.sqrt()).exp();
        let expected = FirstPassage::new(volatility, 0.0, seen)
            .unwrap()
            .probability(year);
        let found = findings.loans[loan].liquidated;
        let error = (expected * (1.0 - expected) / paths as f64).sqrt();
        assert!(
            (found - expected).abs() < 4.0 * error,
            "{found} is not {expected} ± {error}"
        );
    }
}

#[test]
fn a_study_is_the_same_for_any_number_of_threads_and_another_for_another_seed() {
    let one = study(200, 7, 1);
    assert_eq!(one, study(200, 7, 3));
    assert_ne!(one, study(200, 8, 3));
}

#[test]
fn losses_of_a_study_rise_from_the_bottom() {
    let findings = study(600, 1, 2);
    let expected: Vec<f64> = findings
        .classes
        .iter()
        .map(|class| class.losses.mean())
        .collect();
    assert!(
        expected[0] <= expected[1] && expected[1] < expected[2],
        "{expected:?}"
    );
    assert!(
        findings.bad_debt.exceedance(0.0) > 0.0
            && findings.bad_debt.mean() < findings.liquidated.mean()
    );
    for class in &findings.classes {
        // One settlement a day, and the one at which the deal began.
        assert!(class.fan.len() == 11, "{}", class.fan.len());
        assert!(class.fan.iter().all(|quantiles| quantiles.at.is_sorted()));
    }
}

#[test]
fn classes_bear_in_price_what_the_loans_lose() {
    let valuation = Valuation::new(&deal("eth-btc-credit"), &market()).unwrap();
    let classes = valuation.classes().unwrap();
    let borne: f64 = classes
        .iter()
        .map(|class| class.tranche.width() * class.risk.expected_loss)
        .sum();
    let lost = valuation.loss_law().unwrap().mean();
    assert!((borne / lost - 1.0).abs() < 1e-9, "{borne} is not {lost}");
    assert!(classes.is_sorted_by(|upper, lower| upper.spread < lower.spread));
    let (probability, loss) = (0.01, 0.001);
    let law = valuation.loss_law().unwrap();
    assert!(
        law.exceedance(valuation.attachment_for_probability(probability).unwrap()) <= probability
    );
    let top = Tranche::new(valuation.attachment_for_loss(loss).unwrap(), 1.0).unwrap();
    assert!((law.tranche_loss(&top) - loss).abs() < 1e-9);
    // Greeks of a class by the parts of the pool add up: more correlation moves losses, it makes none.
    let greeks = valuation.greeks().unwrap();
    let moved = classes
        .iter()
        .zip(&greeks)
        .map(|(class, greeks)| class.tranche.width() * greeks.loss.correlation);
    assert!(moved.sum::<f64>().abs() < 1e-9);
}
