//! The rules of an auction.

use finance::auction::{Curve, Lot, Purchase};
use finance::fixed::{add, sub};
use finance::{MathError, Price, Rounding, Timestamp};
use interfaces::collateral_vault::{Sale, Seizure};
use interfaces::ensure;
use interfaces::liquidation_engine::{Auction, AuctionView, EngineError};
use interfaces::parameters::CollateralParameters;
use interfaces::types::{AccountId, AuctionId, Balance, PositionId};

/// A Dutch auction in progress. Every transition returns the next state, so that a refused one leaves
/// nothing behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DutchAuction(pub Auction);

/// What a taker asks for, and the bounds within which he wants it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bid {
    pub wanted: Balance,
    pub max_price: Price,
    pub deadline: Timestamp,
}

impl DutchAuction {
    /// An auction that begins `now`, of all that was seized.
    pub fn open(
        position: PositionId,
        seizure: &Seizure,
        parameters: &CollateralParameters,
        now: Timestamp,
    ) -> Result<Self, MathError> {
        let penalty = parameters.liquidation_penalty;
        Ok(Self(Auction {
            position,
            collateral_type: seizure.collateral_type,
            collateral: seizure.collateral,
            debt: seizure.debt,
            penalty: penalty.of(seizure.debt, Rounding::Up)?,
            top: top(seizure.price, parameters)?,
            started_at: now,
            curve: curve(parameters),
            cusp: parameters.auction_cusp,
            dust: parameters.minimum_debt,
            quote: seizure.quote,
        }))
    }

    /// The price asked at `now`.
    pub fn asked(&self, now: Timestamp) -> Result<Price, MathError> {
        let Self(auction) = self;
        auction
            .curve
            .price(auction.top, now.since(auction.started_at))
    }

    /// Whether the auction must be reset before it sells.
    pub fn is_stale(&self, now: Timestamp) -> Result<bool, MathError> {
        let Self(auction) = self;
        let elapsed = now.since(auction.started_at);
        auction.curve.is_stale(auction.top, elapsed, auction.cusp)
    }

    /// Debt and penalty left to raise.
    pub fn due(&self) -> Result<Balance, MathError> {
        add(self.0.debt, self.0.penalty)
    }

    pub fn view(&self, id: AuctionId, now: Timestamp) -> Result<AuctionView, MathError> {
        Ok(AuctionView {
            id,
            auction: self.0,
            asked: self.asked(now)?,
            stale: self.is_stale(now)?,
        })
    }

    /// What a bid buys at `now`.
    pub fn purchase(&self, bid: &Bid, now: Timestamp) -> Result<Purchase, EngineError> {
        ensure!(bid.wanted > 0, EngineError::ZeroAmount);
        ensure!(now <= bid.deadline, EngineError::Expired { now });
        ensure!(!self.is_stale(now)?, EngineError::Stale);
        let asked = self.asked(now)?;
        ensure!(
            asked <= bid.max_price,
            EngineError::PriceAboveLimit { asked }
        );
        self.purchase_at(asked, bid.wanted)
    }

    fn purchase_at(&self, asked: Price, wanted: Balance) -> Result<Purchase, EngineError> {
        let Self(auction) = self;
        let due = self.due()?;
        let lot = Lot {
            collateral: auction.collateral,
            due,
        };
        let purchase = lot.purchase(wanted, asked, &auction.quote, auction.dust)?;
        let purchase = purchase.ok_or(EngineError::LeavesDust { due })?;
        // What is due may buy no base unit of a coarse token: paying it still ends the auction.
        ensure!(
            purchase.collateral > 0 || purchase.cost == due,
            EngineError::ZeroAmount
        );
        Ok(purchase)
    }

    /// What is left after a purchase, and the sale that the vault carries out. Cash goes to the debt
    /// first and then to the penalty; the sale is the last when all is raised or all is sold.
    pub fn sell(self, buyer: AccountId, purchase: Purchase) -> Result<(Self, Sale), MathError> {
        let debt = purchase.cost.min(self.0.debt);
        let penalty = sub(purchase.cost, debt)?;
        let left = Self(Auction {
            collateral: sub(self.0.collateral, purchase.collateral)?,
            debt: sub(self.0.debt, debt)?,
            penalty: sub(self.0.penalty, penalty)?,
            ..self.0
        });
        let sale = Sale {
            buyer,
            collateral: purchase.collateral,
            debt,
            penalty,
            last: left.0.collateral == 0 || left.due()? == 0,
        };
        Ok((left, sale))
    }

    /// Begins again from the live price, on the terms of today.
    pub fn reset(
        self,
        price: Price,
        parameters: &CollateralParameters,
        now: Timestamp,
    ) -> Result<Self, MathError> {
        Ok(Self(Auction {
            top: top(price, parameters)?,
            started_at: now,
            curve: curve(parameters),
            cusp: parameters.auction_cusp,
            ..self.0
        }))
    }
}

/// The first asked price: the oracle's with the buffer on top, rounded up.
fn top(price: Price, parameters: &CollateralParameters) -> Result<Price, MathError> {
    let top = parameters.auction_buffer.of(price.0, Rounding::Up)?;
    Ok(Price(top))
}

fn curve(parameters: &CollateralParameters) -> Curve {
    Curve::Linear {
        tail: parameters.auction_tail,
    }
}
