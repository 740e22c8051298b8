//! An auction never asks more than its top nor more than before, and a purchase keeps to what is due, for sale and wanted.

use crate::read;
use arbitrary::Arbitrary;
use finance::auction::{Curve, Lot};
use finance::valuation::Quote;
use finance::{Period, Price, Ratio, Rounding};

/// More steps than an auction takes: within them rounding is finer than the smallest cut.
const STEPS: u64 = 1 << 20;

#[derive(Arbitrary)]
struct Auction {
    top: u128,
    tail: u64,
    cut: u128,
    step: u64,
    moments: [u64; 2],
    decimals: [u8; 2],
    collateral: u128,
    due: u128,
    /// How much more or less is due than what is wanted costs, where the rules have their edges.
    nearly: Option<i8>,
    wanted: u128,
    dust: u128,
}

pub fn check(bytes: &[u8]) {
    let Some(auction) = read::<Auction>(bytes) else {
        return;
    };
    let step = auction.step.max(1);
    let cut = Ratio(auction.cut % Ratio::ONE.0);
    let curve = Curve::new(Period(auction.tail.max(1)), cut, Period(step));
    let mut moments = auction
        .moments
        .map(|moment| moment % step.saturating_mul(STEPS));
    moments.sort_unstable();
    let top = Price(auction.top);
    let [early, late] = moments.map(|elapsed| {
        curve
            .price(top, Period(elapsed), Rounding::Up)
            .expect("a part of the top")
    });
    assert!(late <= early && early <= top, "{early:?} {late:?}");
    let [collateral, cash] = auction.decimals.map(|decimals| 6 + decimals % 13);
    let quote = Quote::new(collateral, cash).expect("6 to 18 decimals");
    buys(&auction, late, &quote);
}

fn buys(auction: &Auction, price: Price, quote: &Quote) {
    let wanted = auction.wanted.min(auction.collateral);
    let near = |by: i8| {
        let cost = quote.value(wanted, price, Rounding::Up).ok()?;
        cost.checked_add_signed(by.into())
    };
    let lot = Lot {
        collateral: auction.collateral,
        due: auction.nearly.and_then(near).unwrap_or(auction.due),
    };
    let Ok(Some(bought)) = lot.purchase(auction.wanted, price, quote, auction.dust) else {
        return;
    };
    assert!(
        bought.collateral <= lot.collateral.min(auction.wanted),
        "{bought:?}"
    );
    assert!(bought.cost <= lot.due);
    // At the asked price, the last base unit of either token in favour of the lot.
    let least = quote.value(bought.collateral, price, Rounding::Up);
    assert!(least.is_ok_and(|least| bought.cost >= least));
    let left = lot.due - bought.cost;
    assert!(left == 0 || left >= auction.dust || bought.collateral == lot.collateral);
}
