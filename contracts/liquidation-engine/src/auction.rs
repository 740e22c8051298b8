//! The rules of an auction.

use finance::auction::{Curve, Lot, Purchase};
use finance::fixed::{add, sub};
use finance::{MathError, Price, Rounding, Timestamp};
use ink::prelude::vec::Vec;
use interfaces::collateral_vault::{Sale, Seizure};
use interfaces::ensure;
use interfaces::liquidation_engine::{Auction, AuctionView, EngineError, Reward};
use interfaces::parameters::AuctionParameters;
use interfaces::types::{AccountId, AuctionId, Balance, PositionId};

/// A Dutch auction in progress. Every transition returns the next state, so that a refused one leaves
/// nothing behind. All times are those of the auctions' clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DutchAuction(pub Auction);

/// What a taker asks for, and the bounds within which he wants it; the deadline is on the chain's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bid {
    pub wanted: Balance,
    pub max_price: Price,
    pub deadline: Timestamp,
}

impl Bid {
    pub fn ensure_timely(&self, now: Timestamp) -> Result<(), EngineError> {
        ensure!(self.wanted > 0, EngineError::ZeroAmount);
        ensure!(now <= self.deadline, EngineError::Expired { now });
        Ok(())
    }
}

/// What is left after a purchase, and how it is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sold {
    pub left: DutchAuction,
    pub collateral: Balance,
    pub debt: Balance,
    pub penalty: Balance,
    /// By how much less counts against the limits now.
    pub relief: Balance,
}

impl DutchAuction {
    /// An auction that begins `now`, of all that was seized where there was so much `room` for it.
    pub fn open(
        position: PositionId,
        seizure: &Seizure,
        parameters: &AuctionParameters,
        room: Balance,
        now: Timestamp,
    ) -> Result<Self, MathError> {
        let penalty = parameters.penalty.of(seizure.debt, Rounding::Up)?;
        Ok(Self(Auction {
            position,
            collateral_type: seizure.collateral_type,
            collateral: seizure.collateral,
            sold: 0,
            debt: seizure.debt,
            penalty,
            counted: add(seizure.debt, penalty)?.min(room),
            top: top(seizure.price, parameters)?,
            started_at: now,
            curve: curve(parameters),
            tail: parameters.tail,
            cusp: parameters.cusp,
            dust: parameters.dust,
            quote: seizure.quote,
        }))
    }

    /// The price asked at `now`.
    pub fn asked(&self, now: Timestamp) -> Result<Price, MathError> {
        let Self(auction) = self;
        let elapsed = now.since(auction.started_at);
        auction.curve.price(auction.top, elapsed, Rounding::Up)
    }

    /// Whether the auction must be reset before it sells.
    pub fn is_stale(&self, now: Timestamp) -> Result<bool, MathError> {
        let Self(auction) = self;
        let elapsed = now.since(auction.started_at);
        let (tail, cusp) = (auction.tail, auction.cusp);
        auction.curve.is_stale(auction.top, elapsed, tail, cusp)
    }

    /// Debt and penalty left to raise.
    pub fn due(&self) -> Result<Balance, MathError> {
        add(self.0.debt, self.0.penalty)
    }

    /// What is for sale.
    pub fn lot(&self) -> Result<Lot, MathError> {
        Ok(Lot {
            collateral: self.0.collateral,
            due: self.due()?,
        })
    }

    pub fn view(
        &self,
        id: AuctionId,
        rewards: Vec<Reward>,
        now: Timestamp,
    ) -> Result<AuctionView, MathError> {
        Ok(AuctionView {
            id,
            auction: self.0,
            asked: self.asked(now)?,
            stale: self.is_stale(now)?,
            rewards,
        })
    }

    /// What a bid buys at `now`.
    pub fn purchase(&self, bid: &Bid, now: Timestamp) -> Result<Purchase, EngineError> {
        ensure!(!self.is_stale(now)?, EngineError::Stale);
        let asked = self.asked(now)?;
        ensure!(
            asked <= bid.max_price,
            EngineError::PriceAboveLimit { asked }
        );
        let (lot, Auction { quote, dust, .. }) = (self.lot()?, self.0);
        let purchase = lot.purchase(bid.wanted, asked, &quote, dust)?;
        let purchase = purchase.ok_or(EngineError::LeavesDust { due: lot.due })?;
        // What is due may buy no base unit of a coarse token: paying it still ends the auction.
        ensure!(
            purchase.collateral > 0 || purchase.cost == lot.due,
            EngineError::ZeroAmount
        );
        Ok(purchase)
    }

    /// After a purchase: cash goes to the debt first and then to the penalty.
    pub fn sell(self, purchase: Purchase) -> Result<Sold, MathError> {
        let debt = purchase.cost.min(self.0.debt);
        let penalty = sub(purchase.cost, debt)?;
        let left = Self(Auction {
            collateral: sub(self.0.collateral, purchase.collateral)?,
            sold: add(self.0.sold, purchase.collateral)?,
            debt: sub(self.0.debt, debt)?,
            penalty: sub(self.0.penalty, penalty)?,
            ..self.0
        });
        let mut sold = Sold {
            left,
            collateral: purchase.collateral,
            debt,
            penalty,
            relief: 0,
        };
        let due = if sold.is_last() { 0 } else { left.due()? };
        sold.left.0.counted = due.min(self.0.counted);
        sold.relief = sub(self.0.counted, sold.left.0.counted)?;
        Ok(sold)
    }

    /// After all that is due was paid for nothing, before anything is sold or where nothing can be any more.
    pub fn cure(self, now: Timestamp) -> Result<Sold, EngineError> {
        let may_be = self.0.sold == 0 || self.is_stale(now)?;
        ensure!(may_be, EngineError::AlreadyTaken);
        let cost = self.due()?;
        Ok(self.sell(Purchase {
            collateral: 0,
            cost,
        })?)
    }

    /// Begins again from `price`, on the terms of today.
    pub fn reset(
        self,
        price: Price,
        parameters: &AuctionParameters,
        now: Timestamp,
    ) -> Result<Self, MathError> {
        Ok(Self(Auction {
            top: top(price, parameters)?,
            started_at: now,
            curve: curve(parameters),
            tail: parameters.tail,
            cusp: parameters.cusp,
            ..self.0
        }))
    }
}

impl Sold {
    /// Whether all is raised or all is sold.
    pub fn is_last(&self) -> bool {
        let Auction {
            collateral,
            debt,
            penalty,
            ..
        } = self.left.0;
        collateral == 0 || (debt == 0 && penalty == 0)
    }

    /// The whole of it, debt and penalty.
    pub fn purchase(&self) -> Result<Purchase, MathError> {
        Ok(Purchase {
            collateral: self.collateral,
            cost: add(self.debt, self.penalty)?,
        })
    }

    /// What the vault carries out: `to` pays and receives.
    pub fn sale(&self, to: AccountId) -> Sale {
        Sale {
            to,
            collateral: self.collateral,
            debt: self.debt,
            last: self.is_last(),
            receiver: None,
        }
    }
}

/// The first asked price: the oracle's with the buffer on top, rounded up.
fn top(price: Price, parameters: &AuctionParameters) -> Result<Price, MathError> {
    parameters.buffer.of(price.0, Rounding::Up).map(Price)
}

fn curve(parameters: &AuctionParameters) -> Curve {
    Curve::new(parameters.tail, parameters.cut, parameters.step)
}
