//! What the oracle and the parameters refuse, and whom they obey.

use e2e_tests::*;
use finance::{Period, Price, Ratio, Timestamp};
use interfaces::collateral_vault::{CollateralVault, VaultError, MAX_COLLATERAL_TYPES};
use interfaces::oracle_adapter::{
    FeedTerms, Feeder, Key, OracleAdapter, OracleError, OracleTerms, PriceReported, Quotation,
    MAX_ASSETS, MAX_FEEDERS,
};
use interfaces::parameters::{
    Bounds, CollateralParameter, CollateralTerms, ParameterChanged, Parameters, ParametersError,
    ParametersTerms,
};
use interfaces::types::{AccountId, AssetId, CollateralId};

const ETHER: AssetId = AssetId(0);
const NO_ASSET: AssetId = AssetId(2);
const NO_TYPE: CollateralId = CollateralId(2);
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

fn percent(whole: u32) -> u128 {
    Ratio::from_bps(whole * 100).0
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

/// The parameters of ether with one of them replaced.
fn changed(world: &World, parameter: CollateralParameter, value: u128) -> CollateralTerms {
    let mut terms = world.reads(world.parameters().collateral(ETH)).unwrap();
    terms.set(parameter, value);
    terms
}

/// Refuses to make parameters of these types.
#[track_caller]
fn assert_not_made(world: &World, collateral: Vec<CollateralTerms>, refused: ParametersError) {
    let sheet = &world.deal.sheet;
    let terms = ParametersTerms {
        governor: world.account("governor"),
        ramp: sheet.ramp,
        curve: sheet.pace,
        originator_ceiling: sheet.originator_ceiling,
        collateral,
    };
    world.refuses_to_deploy("parameters", terms, refused);
}

#[test]
fn there_are_no_more_types_than_a_vault_can_list() {
    let world = World::deployed();
    let one = world.reads(world.parameters().collateral(ETH)).unwrap();
    let types = vec![one; MAX_COLLATERAL_TYPES + 1];
    assert_not_made(&world, types, ParametersError::TooManyCollateralTypes);
}

#[test]
fn parameters_are_made_within_their_bounds() {
    use CollateralParameter::*;
    let world = World::deployed();
    let wide = changed(&world, Haircut, percent(90) + 1);
    let refused = ParametersError::OutOfBounds {
        parameter: Haircut,
        bounds: Haircut.bounds(),
    };
    assert_not_made(&world, vec![wide], refused);
    let level = changed(&world, BorrowLtv, percent(80));
    assert_not_made(&world, vec![level], ParametersError::LtvsOutOfOrder);
    let steep = changed(&world, Cusp, percent(76));
    assert_not_made(&world, vec![steep], ParametersError::CuspAboveMarket);
}

#[test]
fn nobody_but_the_governor_sets() {
    let world = World::deployed();
    for who in ["mallory", "Deployer", "feeder one"] {
        let set = world.parameters().set(ETH, CollateralParameter::Haircut, 0);
        world.refuses(who, set, ParametersError::NotTheGovernor);
    }
}

#[test]
fn parameters_belong_to_a_listed_type() {
    let world = World::deployed();
    let set = world
        .parameters()
        .set(NO_TYPE, CollateralParameter::Haircut, 0);
    world.refuses("governor", set, ParametersError::UnknownCollateral);
    let read = world.reads(world.parameters().collateral(NO_TYPE));
    assert_eq!(read, Err(ParametersError::UnknownCollateral));
}

#[test]
fn no_parameter_leaves_its_bounds() {
    use CollateralParameter::*;
    let world = World::deployed();
    let table = [
        (BorrowLtv, 0, percent(90)),
        (LiquidationLtv, percent(10), percent(95)),
        (AnnualRate, 0, percent(100)),
        (DebtCeiling, 0, u128::MAX),
        (MinimumDebt, 1, u128::MAX),
        (Haircut, 0, percent(90)),
        (Penalty, 0, percent(30)),
        (Buffer, percent(100), percent(150)),
        (Tail, 600_000, 86_400_000),
        (Cusp, percent(10), percent(90)),
    ];
    for (parameter, minimum, maximum) in table {
        let bounds = Bounds { minimum, maximum };
        assert_eq!(world.reads(world.parameters().bounds(parameter)), bounds);
        let outside = [minimum.checked_sub(1), maximum.checked_add(1)];
        for value in outside.into_iter().flatten() {
            let set = world.parameters().set(ETH, parameter, value);
            world.refuses(
                "governor",
                set,
                ParametersError::OutOfBounds { parameter, bounds },
            );
        }
    }
}

#[test]
fn nobody_borrows_up_to_liquidation() {
    let world = World::deployed();
    let set = |parameter, value| world.parameters().set(ETH, parameter, value);
    let refused = ParametersError::LtvsOutOfOrder;
    world.refuses(
        "governor",
        set(CollateralParameter::BorrowLtv, percent(80)),
        refused,
    );
    world.refuses(
        "governor",
        set(CollateralParameter::LiquidationLtv, percent(75)),
        refused,
    );
}

#[test]
fn an_auction_can_ask_less_than_the_market() {
    let world = World::deployed();
    let set = |parameter, value| world.parameters().set(ETH, parameter, value);
    let refused = ParametersError::CuspAboveMarket;
    // 1.2 × 75 % = 90 %.
    let most = percent(75);
    world.refuses(
        "governor",
        set(CollateralParameter::Cusp, most + 1),
        refused,
    );
    world.does("governor", set(CollateralParameter::Cusp, most));
    let most = percent(120);
    world.refuses(
        "governor",
        set(CollateralParameter::Buffer, most + 1),
        refused,
    );
}

#[test]
fn a_change_is_told_and_binds_the_next_draw() {
    let world = World::funded();
    let position = world.open("olga", eth(8));
    let parameter = CollateralParameter::MinimumDebt;
    let set = world.parameters().set(ETH, parameter, usd(60));
    let sent = world.sends("governor", set);
    let told = sent.events::<ParameterChanged>();
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].collateral, told[0].parameter), (ETH, parameter));
    assert_eq!((told[0].old, told[0].new), (usd(50), usd(60)));
    let draw = |amount| world.vault().draw(position, amount);
    let minimum = usd(60);
    world.refuses(
        "olga",
        draw(usd(60) - 1),
        VaultError::BelowMinimumDebt { minimum },
    );
    world.does("olga", draw(usd(60)));
}
