use super::{at, auction, hundredths, ANY, START};
use crate::liquidation_engine::LiquidationEngineContract;
use finance::{Price, Timestamp};
use ink::env::test::{recorded_events, set_block_timestamp};
use ink::env::DefaultEnvironment;
use interfaces::liquidation_engine::{EngineError, LiquidationEngine, MAX_PAGE};
use interfaces::types::{AccountId, AuctionId};

const FIRST: AuctionId = AuctionId(0);

/// An engine with `auctions` auctions that began at [`START`].
fn engine(auctions: u32) -> LiquidationEngineContract {
    set_now(START);
    let [vault, parameters] = [[1; 32], [2; 32]].map(AccountId::from);
    let mut engine = LiquidationEngineContract::new(vault, parameters);
    for _ in 0..auctions {
        engine.add(&auction().0).unwrap();
    }
    engine
}

fn set_now(now: Timestamp) {
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
    assert_eq!(engine.auction(never), Err(EngineError::UnknownAuction));
}

#[ink::test]
fn a_refused_taker_changes_nothing() {
    let mut engine = engine(1);
    let mut refused = |wanted, max_price, deadline, error| {
        let taken = engine.take(FIRST, wanted, max_price, deadline);
        assert_eq!(taken, Err(error));
        assert_eq!(engine.auction(FIRST).unwrap().auction, auction().0);
    };
    let asked = hundredths(360);

    set_now(at(900));
    refused(0, ANY, at(900), EngineError::ZeroAmount);
    refused(1, ANY, at(899), EngineError::Expired { now: at(900) });
    let above = EngineError::PriceAboveLimit { asked };
    refused(1, Price(asked.0 - 1), at(900), above);
    set_now(at(2_161));
    refused(1, ANY, at(2_161), EngineError::Stale);

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
fn auctions_come_in_pages() {
    let engine = engine(MAX_PAGE + 3);
    assert_eq!(engine.auction_count(), 53);
    assert_eq!(page(&engine, 1, 2), [1, 2]);
    assert_eq!(page(&engine, 51, 10), [51, 52]);
    assert_eq!(page(&engine, 0, u32::MAX).len(), 50);
    assert!(page(&engine, u32::MAX, u32::MAX).is_empty());
}
