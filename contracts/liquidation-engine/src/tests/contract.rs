use super::{account, at, auction, hundredths, ANY, START};
use crate::liquidation_engine::LiquidationEngineContract;
use crate::rewards::Rewards;
use finance::{Period, Price, Timestamp};
use ink::env::test::{recorded_events, set_block_timestamp, set_caller};
use ink::env::DefaultEnvironment;
use interfaces::liquidation_engine::{EngineError, EngineTerms, LiquidationEngine, MAX_PAGE};
use interfaces::types::{AuctionId, CollateralId, PositionId};

const FIRST: AuctionId = AuctionId(0);
const TYPE: CollateralId = CollateralId(2);
const HOUR: Period = Period::from_secs(3_600);

/// An engine with `auctions` auctions that began at [`START`].
pub fn engine(auctions: u32) -> LiquidationEngineContract {
    set_now(START);
    set_caller::<DefaultEnvironment>(account(5));
    let mut engine = LiquidationEngineContract::new(EngineTerms {
        vault: account(1),
        parameters: account(2),
        cash: account(3),
        insurance: account(4),
    });
    for id in (0..auctions).map(AuctionId) {
        engine.add(id, &auction(), &Rewards::default()).unwrap();
    }
    engine
}

pub fn set_now(now: Timestamp) {
    set_block_timestamp::<DefaultEnvironment>(now.0);
}

/// The numbers on a page.
fn page(engine: &LiquidationEngineContract, from: u32, limit: u32) -> Vec<u32> {
    let views = engine.auctions(AuctionId(from), limit);
    views.iter().map(|view| view.id.0).collect()
}

#[ink::test]
fn an_auction_that_never_was_is_unknown() {
    let mut engine = engine(1);
    let never = AuctionId(1);
    assert_eq!(
        engine.take(never, 1, ANY, at(0)),
        Err(EngineError::UnknownAuction)
    );
    assert_eq!(engine.reset(never), Err(EngineError::UnknownAuction));
    assert_eq!(engine.cure(never), Err(EngineError::UnknownAuction));
    assert_eq!(engine.auction(never), Err(EngineError::UnknownAuction));
}

#[ink::test]
fn a_refused_taker_changes_nothing() {
    let mut engine = engine(1);
    let mut refused = |wanted, max_price, deadline, error: fn() -> EngineError| {
        let taken = engine.take(FIRST, wanted, max_price, deadline);
        assert_eq!(taken, Err(error()));
        let taken = engine.take_through(account(7), vec![], FIRST, wanted, max_price, deadline);
        assert_eq!(taken, Err(error()));
        assert_eq!(engine.auction(FIRST).unwrap().auction, auction().0);
    };
    let below = Price(hundredths(360).0 - 1);

    set_now(at(900));
    refused(0, ANY, at(900), || EngineError::ZeroAmount);
    refused(1, ANY, at(899), || EngineError::Expired { now: at(900) });
    refused(1, below, at(900), || EngineError::PriceAboveLimit {
        asked: hundredths(360),
    });
    set_now(at(2_161));
    refused(1, ANY, at(2_161), || EngineError::Stale);

    assert_eq!(recorded_events().count(), 0);
}

#[ink::test]
fn only_a_stale_auction_is_reset() {
    let mut engine = engine(1);
    set_now(at(2_160));
    assert_eq!(engine.reset(FIRST), Err(EngineError::NotStale));
    assert_eq!(engine.auction(FIRST).unwrap().auction, auction().0);
}

#[ink::test]
fn what_is_in_auction_is_counted_by_type_and_in_all() {
    let mut engine = engine(2);
    let mut other = auction();
    other.0.collateral_type = CollateralId(0);
    engine
        .add(AuctionId(2), &other, &Rewards::default())
        .unwrap();
    assert_eq!(engine.in_auction(TYPE), (6_600, 9_900));
    assert_eq!(engine.in_auction(CollateralId(0)), (3_300, 9_900));
    assert_eq!(engine.in_auction(CollateralId(1)), (0, 9_900));
}

#[ink::test]
fn auctions_come_in_pages() {
    let engine = engine(MAX_PAGE + 3);
    assert_eq!(engine.auction_count(), 53);
    assert_eq!(page(&engine, 1, 2), [1, 2]);
    assert_eq!(page(&engine, 51, 10), [51, 52]);
    assert_eq!(page(&engine, 0, u32::MAX).len(), 50);
    assert!(page(&engine, u32::MAX, u32::MAX).is_empty());
}

#[ink::test]
fn who_is_owed_nothing_claims_nothing() {
    let mut engine = engine(0);
    assert_eq!(engine.owed(account(4)), 0);
    assert_eq!(engine.claim(account(4)), Err(EngineError::NothingOwed));
}

#[ink::test]
fn a_breaker_stops_for_a_time_and_once() {
    let mut engine = engine(1);
    let stopped = || EngineError::Stopped { until: at(3_600) };
    engine.trip(2, HOUR).unwrap();
    assert_eq!(engine.liquidate(TYPE, PositionId(0)), Err(stopped()));
    assert_eq!(engine.reset(FIRST), Err(stopped()));
    // Purchases go on: this one is refused for itself.
    let taken = engine.take(FIRST, 0, ANY, at(0));
    assert_eq!(taken, Err(EngineError::ZeroAmount));
    engine.trip(3, HOUR).unwrap();
    assert_eq!(engine.take(FIRST, 1, ANY, at(0)), Err(stopped()));

    set_now(at(3_600));
    assert_eq!(engine.reset(FIRST), Err(EngineError::NotStale));
    assert_eq!(engine.trip(1, HOUR), Err(EngineError::BreakerUsed));
    assert_eq!(engine.trip(0, HOUR), Ok(()));
    assert_eq!(engine.trip(4, HOUR), Err(EngineError::InvalidLevel));
    engine.put_breaker(engine.breaker().armed(at(3_600)));
    assert_eq!(engine.trip(1, HOUR), Ok(()));
}

#[ink::test]
fn prices_stand_still_while_purchases_are_stopped() {
    let mut engine = engine(1);
    set_now(at(900));
    engine.trip(3, HOUR).unwrap();
    let asked = |engine: &LiquidationEngineContract| engine.auction(FIRST).unwrap().asked;
    assert_eq!(asked(&engine), hundredths(360));
    set_now(at(4_500));
    assert_eq!(asked(&engine), hundredths(360));
    set_now(at(5_400));
    assert_eq!(asked(&engine), hundredths(240)); // 4.80 × 1 800 ÷ 3 600
}
