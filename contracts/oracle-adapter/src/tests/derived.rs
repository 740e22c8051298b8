//! Assets whose feed reports what they are worth in another.

use super::*;
use finance::oracle::cap::RateCap;
use interfaces::oracle_adapter::Base;

const STAKED: AssetId = AssetId(1);
const YEAR: Period = Period::from_secs(31_536_000);

/// 1.2 at the start, and at most a tenth more a year later.
const CAP: RateCap = RateCap {
    snapshot: Price(1_200_000_000_000_000_000),
    taken_at: START,
    max_growth: Ratio::from_bps(1_000),
};

/// Ether, and staked ether in ether.
fn of(cap: RateCap) -> Vec<FeedTerms> {
    let staked = FeedTerms {
        base: Some(Base { asset: ETHER, cap }),
        heartbeat: Period::from_secs(60),
        ..two_of_three()
    };
    vec![two_of_three(), staked]
}

/// Alice and Bob report.
fn quote(adapter: &mut OracleAdapterContract, asset: AssetId, price: Price, now: Timestamp) {
    set_time(now);
    for feeder in [accounts().alice, accounts().bob] {
        set_caller::<DefaultEnvironment>(feeder);
        adapter.report(asset, price, now).unwrap();
    }
}

fn rate(thousandths: u128) -> Price {
    Price(thousandths * Price::ONE.0 / 1_000)
}

#[ink::test]
fn a_derived_price_is_the_product_of_two_feeds() {
    set_time(START);
    let mut adapter = made_with(of(CAP)).unwrap();
    let frozen = Err(OracleError::Frozen {
        reports: 0,
        quorum: 2,
    });
    quote(&mut adapter, STAKED, rate(1_100), START);
    assert_eq!(adapter.price(STAKED), frozen);

    quote(&mut adapter, ETHER, usd(2_000), minutes_later(1));
    let product = Quotation::steady(usd(2_200), START, 2);
    assert_eq!(adapter.price(STAKED), Ok(product));
    assert_eq!(adapter.prices(vec![STAKED]), [Some(product)]);

    // As late as the later of the two.
    set_time(minutes_later(2));
    assert_eq!(
        adapter.price(STAKED).unwrap().firm(),
        Err(OracleError::Late { oldest: START })
    );
}

#[ink::test]
fn a_rate_counts_as_its_cap_at_most_and_falls_freely() {
    set_time(START);
    let mut adapter = made_with(of(CAP)).unwrap();
    let later = START.plus(YEAR);
    quote(&mut adapter, ETHER, usd(2_000), later);
    let mut priced = |thousandths, seconds| {
        let at = later.plus(Period::from_secs(seconds));
        quote(&mut adapter, STAKED, rate(thousandths), at);
        adapter.price(STAKED).unwrap().price
    };
    // After a year 1.32, and a little more each second.
    assert_eq!(priced(1_320, 0), usd(2_640));
    let capped = priced(5_000, 1);
    assert!(usd(2_640) < capped && capped < usd(2_641), "{capped:?}");
    assert_eq!(priced(700, 2), usd(1_400));
}

#[ink::test]
fn what_is_held_in_either_feed_is_held_in_the_product() {
    set_time(START);
    let mut terms = of(CAP);
    for terms in &mut terms {
        terms.max_deviation = Ratio::from_bps(1_000);
        terms.hold = Period::from_secs(600);
    }
    let mut adapter = made_with(terms).unwrap();
    for minute in [0, 10] {
        quote(&mut adapter, ETHER, usd(2_000), minutes_later(minute));
        quote(&mut adapter, STAKED, rate(1_000), minutes_later(minute));
    }
    quote(&mut adapter, STAKED, rate(1_300), minutes_later(11));
    quote(&mut adapter, ETHER, usd(1_500), minutes_later(12));
    let quotation = adapter.price(STAKED).unwrap();
    // Lowest × lowest, highest × highest: at most 1.2 for the rate.
    assert_eq!(quotation.price, usd(2_000));
    let high = Price(2_000 * CAP.at(minutes_later(12)).0);
    assert_eq!((quotation.low, quotation.high), (usd(1_500), high));
    assert_eq!(quotation.held_until, Some(minutes_later(22)));
}

#[ink::test]
fn a_base_has_a_lower_number() {
    let mut terms = of(CAP);
    terms.swap(0, 1);
    assert_eq!(made_with(terms).err(), Some(OracleError::InvalidBase));
}

#[ink::test]
fn a_product_beyond_amounts_is_no_price() {
    set_time(START);
    let mut adapter = made_with(of(RateCap {
        snapshot: Price(u128::MAX),
        ..CAP
    }))
    .unwrap();
    quote(&mut adapter, ETHER, Price(u128::MAX), START);
    quote(&mut adapter, STAKED, rate(1_001), START);
    let beyond = OracleError::Math(finance::MathError::Overflow);
    assert_eq!(adapter.price(STAKED), Err(beyond));
}
