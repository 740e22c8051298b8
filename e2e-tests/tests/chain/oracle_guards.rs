//! What the oracle refuses, and whom it obeys.

use e2e_tests::*;
use finance::{Period, Price, Timestamp};
use interfaces::collateral_vault::CollateralVault;
use interfaces::oracle_adapter::{
    FeedTerms, Feeder, Key, OracleAdapter, OracleError, OracleTerms, PriceReported, Quotation,
    MAX_ASSETS, MAX_FEEDERS,
};
use interfaces::types::{AccountId, AssetId};

const ETHER: AssetId = AssetId(0);
const NO_ASSET: AssetId = AssetId(2);
const MAX_AGE: Period = Period::from_secs(5 * 3_600);
const TOLERANCE: Period = Period::from_secs(60);

/// Nobody can make an oracle of these feeds.
fn refuses_feeds(world: &World, feeds: Vec<FeedTerms>, error: OracleError) {
    let settings = *world.reads(world.oracle().settings());
    let feeds = feeds.into_iter().map(Box::new).collect();
    world.refuses_to_deploy("oracle-adapter", OracleTerms { settings, feeds }, error);
}

fn feed_terms(world: &World) -> FeedTerms {
    *world.reads(world.oracle().feed(ETHER)).unwrap().terms
}

/// `who` reports a price of ether of `whole` dollars, observed `age` ago.
fn reports(world: &World, who: &str, whole: u128, age: Period) {
    let observed_at = Timestamp(world.chain.now().0 - age.0);
    let report = world.oracle().report(ETHER, price(whole), observed_at);
    world.does(who, report);
}

#[test]
fn a_feed_has_at_most_sixteen_feeders_who_all_differ() {
    let world = World::deployed();
    let terms = feed_terms(&world);
    let many = (0..=MAX_FEEDERS as u8).map(|number| Feeder {
        account: AccountId([number; 32]),
        key: Key::Sr25519,
    });
    let many: Vec<_> = many.collect();
    let twice = vec![terms.feeders[0], terms.feeders[1], terms.feeders[0]];
    for feeders in [many, twice] {
        let feeds = vec![
            terms.clone(),
            FeedTerms {
                feeders,
                ..terms.clone()
            },
        ];
        refuses_feeds(&world, feeds, OracleError::InvalidFeeders);
    }
}

#[test]
fn an_oracle_prices_at_most_sixteen_assets() {
    let world = World::deployed();
    let feeds = vec![feed_terms(&world); MAX_ASSETS + 1];
    refuses_feeds(&world, feeds, OracleError::InvalidFeeders);
}

#[test]
fn a_quorum_is_one_to_all_feeders() {
    let world = World::deployed();
    for quorum in [0, 4] {
        let feeds = vec![FeedTerms {
            quorum,
            ..feed_terms(&world)
        }];
        refuses_feeds(&world, feeds, OracleError::InvalidQuorum);
    }
}

#[test]
fn a_price_has_an_age_beyond_the_tolerance() {
    let world = World::deployed();
    for (max_age, future_tolerance) in [(0, 0), (1_000, 1_001)] {
        let (max_age, future_tolerance) = (Period(max_age), Period(future_tolerance));
        let feeds = vec![FeedTerms {
            heartbeat: max_age,
            max_age,
            future_tolerance,
            ..feed_terms(&world)
        }];
        refuses_feeds(&world, feeds, OracleError::InvalidAge);
    }
}

#[test]
fn an_asset_must_be_known() {
    let world = World::deployed();
    let report = world.oracle().report(NO_ASSET, price(100), START);
    world.refuses("feeder one", report, OracleError::UnknownAsset);
    let unknown = OracleError::UnknownAsset;
    assert_eq!(world.reads(world.oracle().price(NO_ASSET)), Err(unknown));
    assert_eq!(world.reads(world.oracle().feed(NO_ASSET)), Err(unknown));
}

#[test]
fn nobody_but_feeders_report() {
    let world = World::deployed();
    for who in ["mallory", "Deployer", "governor"] {
        let report = world.oracle().report(ETHER, price(100), START);
        world.refuses(who, report, OracleError::NotAFeeder);
    }
}

#[test]
fn zero_is_no_price() {
    let world = World::deployed();
    let report = world.oracle().report(ETHER, Price::ZERO, START);
    world.refuses("feeder one", report, OracleError::ZeroPrice);
}

#[test]
fn a_report_is_hardly_ahead_of_the_clock() {
    let world = World::deployed();
    let now = world.chain.now();
    let report = |observed_at| world.oracle().report(ETHER, price(100), observed_at);
    let latest = now.plus(TOLERANCE);
    let refused = OracleError::FromTheFuture { now };
    world.refuses("feeder one", report(latest.plus(Period(1))), refused);
    world.refuses("feeder one", report(NEVER), refused);
    world.does("feeder one", report(latest));
}

#[test]
fn a_report_is_not_too_old() {
    let world = World::deployed();
    let now = world.chain.now();
    let report = |observed_at| world.oracle().report(ETHER, price(100), observed_at);
    let oldest = now.0 - MAX_AGE.0;
    world.refuses(
        "feeder one",
        report(Timestamp(oldest - 1)),
        OracleError::TooOld { now },
    );
    world.does("feeder one", report(Timestamp(oldest)));
}

#[test]
fn a_report_is_newer_than_the_last() {
    let world = World::deployed();
    let last = world.chain.now();
    let report = |observed_at| world.oracle().report(ETHER, price(99), observed_at);
    reports(&world, "feeder one", 100, Period(0));
    world.refuses("feeder one", report(last), OracleError::NotNewer { last });
    world.refuses(
        "feeder one",
        report(Timestamp(last.0 - 1)),
        OracleError::NotNewer { last },
    );
    // Another's last report is no hindrance.
    world.does("feeder two", report(last));
    world.does("feeder one", report(last.plus(Period(1))));
}

#[test]
fn a_price_rests_on_a_quorum_of_reports_in_force() {
    let world = World::deployed();
    let quotation = || world.reads(world.oracle().price(ETHER));
    let frozen = |reports| Err(OracleError::Frozen { reports, quorum: 2 });
    assert_eq!(quotation(), frozen(0));
    reports(&world, "feeder one", 100, MAX_AGE);
    assert_eq!(quotation(), frozen(1));
    reports(&world, "feeder two", 110, Period(0));
    let oldest = Timestamp(START.0 - MAX_AGE.0);
    assert_eq!(quotation(), Ok(Quotation::steady(price(105), oldest, 2)));
    // A millisecond later the first report is too old.
    world.chain.advance(Period(1));
    assert_eq!(quotation(), frozen(1));
}

#[test]
fn one_feeder_moves_the_price_no_further_than_his_neighbours() {
    let world = World::deployed();
    for (feeder, whole) in [
        ("feeder one", 100),
        ("feeder two", 102),
        ("feeder three", 1_000_000),
    ] {
        reports(&world, feeder, whole, Period(0));
    }
    assert_eq!(world.reads(world.vault().price(ETH)), Ok(price(102)));
}

#[test]
fn a_report_is_told_and_can_be_looked_up() {
    let world = World::deployed();
    let report = world.oracle().report(ETHER, price(100), START);
    let sent = world.sends("feeder two", report);
    let told = sent.events::<PriceReported>();
    let feeder = world.account("feeder two");
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].asset, told[0].feeder), (ETHER, feeder));
    assert_eq!((told[0].price, told[0].observed_at), (price(100), START));
    let feed = world.reads(world.oracle().feed(ETHER)).unwrap();
    let reports: Vec<_> = feed.by_feeder().collect();
    let of_feeder = reports.iter().find(|(who, _)| *who == feeder);
    let last = of_feeder.unwrap().1.unwrap();
    assert_eq!((last.price, last.observed_at), (price(100), START));
    assert_eq!(reports.iter().filter(|(_, last)| last.is_some()).count(), 1);
}
