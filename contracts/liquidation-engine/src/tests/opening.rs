use super::{at, auction, hundredths, parameters, seizure, START};
use crate::auction::DutchAuction;
use finance::auction::Curve;
use finance::{MathError, Period, Price, Ratio};
use interfaces::collateral_vault::Seizure;
use interfaces::liquidation_engine::{Auction, AuctionView};
use interfaces::types::{AuctionId, CollateralId, PositionId};

#[test]
fn a_price_beyond_all_range_opens_nothing() {
    let seizure = Seizure {
        price: Price(u128::MAX),
        ..seizure()
    };
    let opened = DutchAuction::open(PositionId(7), &seizure, &parameters(), START);
    assert_eq!(opened, Err(MathError::Overflow));
}

#[test]
fn the_whole_position_is_for_sale_above_the_live_price() {
    let expected = Auction {
        position: PositionId(7),
        collateral_type: CollateralId(2),
        collateral: 1_000,
        debt: 3_000,
        penalty: 300,         // 3 000 × 10 %
        top: hundredths(480), // 4.00 × 120 %
        started_at: START,
        curve: Curve::Linear {
            tail: Period::from_secs(3_600),
        },
        cusp: Ratio::from_bps(4_000),
        dust: 100,
        quote: seizure().quote,
    };
    assert_eq!(auction().0, expected);
    assert_eq!(auction().due(), Ok(3_300));
}

#[test]
fn penalty_and_top_round_against_the_position() {
    let seizure = Seizure {
        debt: 3_001,
        price: Price(1),
        ..seizure()
    };
    let opened = DutchAuction::open(PositionId(7), &seizure, &parameters(), START).unwrap();
    assert_eq!(opened.0.penalty, 301); // 300.1
    assert_eq!(opened.0.top, Price(2)); // 1.2
}

#[test]
fn the_asked_price_falls_until_a_reset_is_due() {
    let seen = |seconds| {
        let view = auction().view(AuctionId(3), at(seconds)).unwrap();
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
    let expected = AuctionView {
        id: AuctionId(3),
        auction: auction().0,
        asked: hundredths(480),
        stale: false,
    };
    assert_eq!(auction().view(AuctionId(3), START), Ok(expected));
}
