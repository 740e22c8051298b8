use super::{at, auction, auction_due, bid, hundredths, ANY};
use crate::auction::{Bid, DutchAuction};
use finance::auction::Purchase;
use finance::Timestamp;
use interfaces::liquidation_engine::EngineError;

fn purchase(auction: &DutchAuction, bid: &Bid, now: Timestamp) -> Result<Purchase, EngineError> {
    bid.ensure_timely(now)?;
    auction.purchase(bid, now)
}

#[test]
fn nothing_cannot_be_bought() {
    let refused = purchase(&auction(), &bid(0), at(0));
    assert_eq!(refused, Err(EngineError::ZeroAmount));
}

#[test]
fn the_deadline_is_the_last_moment() {
    let bid = Bid {
        deadline: at(900),
        ..bid(100)
    };
    assert!(purchase(&auction(), &bid, at(900)).is_ok());
    let now = Timestamp(at(900).0 + 1);
    let refused = purchase(&auction(), &bid, now);
    assert_eq!(refused, Err(EngineError::Expired { now }));
}

#[test]
fn a_stale_auction_does_not_sell() {
    assert!(purchase(&auction(), &bid(100), at(2_160)).is_ok());
    for seconds in [2_161, 3_600, 7_200] {
        let refused = purchase(&auction(), &bid(100), at(seconds));
        assert_eq!(refused, Err(EngineError::Stale));
    }
}

#[test]
fn a_taker_never_pays_more_than_his_limit() {
    let limited = |max_price| Bid {
        max_price: hundredths(max_price),
        ..bid(100)
    };
    assert!(purchase(&auction(), &limited(360), at(900)).is_ok());
    let refused = purchase(&auction(), &limited(359), at(900));
    let asked = hundredths(360);
    assert_eq!(refused, Err(EngineError::PriceAboveLimit { asked }));
}

#[test]
fn dust_must_be_bought_whole() {
    let dust = auction_due(60, 40);
    let refused = purchase(&dust, &bid(20), at(0)); // 96 of 100
    assert_eq!(refused, Err(EngineError::LeavesDust { due: 100 }));
    let whole = Purchase {
        collateral: 20, // ⌊100 ÷ 4.80⌋
        cost: 100,
    };
    assert_eq!(purchase(&dust, &bid(21), at(0)), Ok(whole));
}

#[test]
fn a_purchase_cut_back_to_nothing_is_refused() {
    // 20 × 4.80 = 96 would leave 5: cut back to 1, which buys no base unit.
    let refused = purchase(&auction_due(101, 0), &bid(20), at(0));
    assert_eq!(refused, Err(EngineError::ZeroAmount));
}

#[test]
fn what_is_due_ends_the_auction_even_if_it_buys_nothing() {
    // 1 × 4.80 = 4.8 is more than the 3 that are due, and 3 buy no base unit.
    let nothing = Purchase {
        collateral: 0,
        cost: 3,
    };
    assert_eq!(purchase(&auction_due(3, 0), &bid(1), at(0)), Ok(nothing));
}

#[test]
fn guards_stand_in_the_documented_order() {
    let auction = auction_due(100, 0);
    let now = at(3_000);
    let mut bid = Bid {
        wanted: 0,
        max_price: hundredths(0),
        deadline: at(0),
    };
    assert_eq!(purchase(&auction, &bid, now), Err(EngineError::ZeroAmount));
    bid.wanted = 1;
    assert_eq!(
        purchase(&auction, &bid, now),
        Err(EngineError::Expired { now })
    );
    bid.deadline = now;
    assert_eq!(purchase(&auction, &bid, now), Err(EngineError::Stale));
    let asked = hundredths(480);
    assert_eq!(
        purchase(&auction, &bid, at(0)),
        Err(EngineError::PriceAboveLimit { asked })
    );
    bid.max_price = ANY;
    assert_eq!(
        purchase(&auction, &bid, at(0)),
        Err(EngineError::LeavesDust { due: 100 })
    );
}

#[test]
fn a_part_costs_the_asked_price() {
    let bought = Purchase {
        collateral: 100,
        cost: 360,
    };
    assert_eq!(purchase(&auction(), &bid(100), at(900)), Ok(bought));
}

#[test]
fn the_cost_rounds_up() {
    // 3 × 4.80 = 14.4
    let bought = Purchase {
        collateral: 3,
        cost: 15,
    };
    assert_eq!(purchase(&auction(), &bid(3), at(0)), Ok(bought));
}

#[test]
fn a_part_leaves_at_least_dust() {
    // 680 × 4.80 = 3 264 would leave 36: cut back to 3 200, which buys ⌊666.67⌋.
    let bought = Purchase {
        collateral: 666,
        cost: 3_200,
    };
    assert_eq!(purchase(&auction(), &bid(680), at(0)), Ok(bought));
}

#[test]
fn no_more_is_raised_than_is_due() {
    // 1 000 × 4.80 = 4 800 exceeds 3 300, which buys ⌊687.5⌋.
    let bought = Purchase {
        collateral: 687,
        cost: 3_300,
    };
    assert_eq!(purchase(&auction(), &bid(5_000), at(0)), Ok(bought));
}

#[test]
fn no_more_is_sold_than_there_is() {
    let bought = Purchase {
        collateral: 1_000,
        cost: 1_920, // at 1.92
    };
    assert_eq!(purchase(&auction(), &bid(5_000), at(2_160)), Ok(bought));
}
