use super::{at, auction, hundredths, parameters};
use finance::auction::Curve;
use finance::{MathError, Period, Price, Ratio};
use interfaces::liquidation_engine::Auction;
use interfaces::parameters::AuctionParameters;

#[test]
fn a_price_beyond_all_range_resets_nothing() {
    let reset = auction().reset(Price(u128::MAX), &parameters(), at(3_600));
    assert_eq!(reset, Err(MathError::Overflow));
}

#[test]
fn a_reset_takes_todays_price_and_curve_and_leaves_what_is_due() {
    let today = AuctionParameters {
        buffer: Ratio::from_bps(15_000),
        tail: Period::from_secs(7_200),
        cusp: Ratio::from_bps(3_000),
        penalty: Ratio::from_bps(2_000),
        dust: 500,
        ..parameters()
    };
    let reset = auction().reset(hundredths(200), &today, at(3_000));
    let expected = Auction {
        top: hundredths(300), // 2.00 × 150 %
        started_at: at(3_000),
        curve: Curve::Linear {
            length: Period::from_secs(7_200),
        },
        tail: Period::from_secs(7_200),
        cusp: Ratio::from_bps(3_000),
        ..auction().0
    };
    assert_eq!(reset.unwrap().0, expected);
}

#[test]
fn after_a_reset_the_price_falls_again() {
    let reset = auction().reset(hundredths(200), &parameters(), at(3_000));
    let reset = reset.unwrap();
    assert_eq!(reset.is_stale(at(3_000)), Ok(false));
    assert_eq!(reset.asked(at(3_000)), Ok(hundredths(240)));
    assert_eq!(reset.asked(at(3_900)), Ok(hundredths(180))); // 2.40 × 2 700 ÷ 3 600
    assert_eq!(reset.is_stale(at(3_000 + 2_161)), Ok(true));
}
