use super::{account, at, auction, hundredths, parameters, seizure, ROOM, START};
use crate::auction::DutchAuction;
use finance::auction::Curve;
use finance::{MathError, Period, Price, Ratio};
use interfaces::collateral_vault::Seizure;
use interfaces::liquidation_engine::{Auction, AuctionView, Reward};
use interfaces::parameters::AuctionParameters;
use interfaces::types::{AuctionId, CollateralId, PositionId};

#[test]
fn a_price_beyond_all_range_opens_nothing() {
    let seizure = Seizure {
        price: Price(u128::MAX),
        ..seizure()
    };
    let opened = DutchAuction::open(PositionId(7), &seizure, &parameters(), ROOM, START);
    assert_eq!(opened, Err(MathError::Overflow));
}

#[test]
fn the_whole_lot_is_for_sale_above_the_live_price() {
    let expected = Auction {
        position: PositionId(7),
        collateral_type: CollateralId(2),
        collateral: 1_000,
        sold: 0,
        debt: 3_000,
        penalty: 300, // 3 000 × 10 %
        counted: 3_300,
        top: hundredths(480), // 4.00 × 120 %
        started_at: START,
        curve: Curve::Linear {
            length: Period::from_secs(3_600),
        },
        tail: Period::from_secs(3_600),
        cusp: Ratio::from_bps(4_000),
        dust: 100,
        quote: seizure().quote,
    };
    assert_eq!(auction().0, expected);
    assert_eq!(auction().due(), Ok(3_300));
}

#[test]
fn a_cut_makes_the_price_go_down_stairs() {
    let parameters = AuctionParameters {
        cut: Ratio::from_bps(9_000),
        step: Period::from_secs(600),
        ..parameters()
    };
    let opened = DutchAuction::open(PositionId(7), &seizure(), &parameters, ROOM, START).unwrap();
    // 4.80, and after twenty minutes 81 % of it.
    assert_eq!(opened.asked(at(599)), Ok(hundredths(480)));
    assert_eq!(
        opened.asked(at(1_200)),
        Ok(Price(3_888_000_000_000_000_000))
    );
    // It never comes to 40 %: the tail ends it.
    assert_eq!(opened.is_stale(at(3_600)), Ok(false));
    assert_eq!(opened.is_stale(at(3_601)), Ok(true));
}

#[test]
fn penalty_and_top_round_against_the_debtor() {
    let seizure = Seizure {
        debt: 3_001,
        price: Price(1),
        ..seizure()
    };
    let opened = DutchAuction::open(PositionId(7), &seizure, &parameters(), ROOM, START).unwrap();
    assert_eq!(opened.0.penalty, 301); // 300.1
    assert_eq!(opened.0.top, Price(2)); // 1.2
}

#[test]
fn the_asked_price_falls_until_a_reset_is_due() {
    let seen = |seconds| {
        let view = auction().view(AuctionId(3), vec![], at(seconds)).unwrap();
        (view.asked, view.stale)
    };
    assert_eq!(seen(0), (hundredths(480), false));
    assert_eq!(seen(900), (hundredths(360), false)); // 4.80 × 2 700 ÷ 3 600
    assert_eq!(seen(2_160), (hundredths(192), false)); // exactly 4.80 × 40 %
    assert!(seen(2_161).1);
    assert_eq!(seen(3_600), (Price(0), true));
}

#[test]
fn a_view_shows_the_stored_auction() {
    let reward = Reward {
        keeper: account(1),
        amount: 7,
    };
    let expected = AuctionView {
        id: AuctionId(3),
        auction: auction().0,
        asked: hundredths(480),
        stale: false,
        rewards: vec![reward],
    };
    assert_eq!(
        auction().view(AuctionId(3), vec![reward], START),
        Ok(expected)
    );
}
