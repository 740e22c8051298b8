//! The auctions of a deal: lots in memory, sold by the engine's own rules.

use finance::fixed::add;
use finance::{MathError, Timestamp};
use interfaces::collateral_vault::{Cut, Seizure};
use interfaces::liquidation_engine::EngineError;
use interfaces::oracle_adapter::Quotation;
use interfaces::parameters::AuctionParameters;
use interfaces::types::{AccountId, AuctionId};
use liquidation_engine::auction::{Bid, DutchAuction, Sold};
use liquidation_engine::rewards::{reward, Rewards};

/// All auctions in progress, and what their penalties have raised.
#[derive(Default)]
pub struct Engine {
    pub running: Vec<Running>,
    /// Raised for the keepers who started, reset and marked.
    pub rewards: u128,
    /// Raised for insurance: the rest.
    pub penalties: u128,
}

/// An auction in progress.
pub struct Running {
    pub id: AuctionId,
    pub auction: DutchAuction,
    /// Whether all is raised or all is sold.
    pub is_over: bool,
    rewards: Rewards,
}

impl Running {
    pub fn kind(&self) -> usize {
        self.auction.0.collateral_type.index()
    }
}

impl Engine {
    /// What may be seized of a type, if there is room at all.
    pub fn cut(&self, kind: usize, terms: &AuctionParameters) -> Result<Option<Cut>, MathError> {
        let of_kind = self.counted(|running| running.kind() == kind)?;
        let of_kind = terms.debt_limit.saturating_sub(of_kind);
        let room = of_kind.min(terms.total_limit.saturating_sub(self.counted(|_| true)?));
        Ok((room > 0).then_some(Cut {
            room,
            penalty: terms.penalty,
        }))
    }

    /// Debt and penalties that count against the limits.
    fn counted(&self, among: impl Fn(&Running) -> bool) -> Result<u128, MathError> {
        let running = self.running.iter().filter(|running| among(running));
        let mut counted = running.map(|running| running.auction.0.counted);
        counted.try_fold(0, add)
    }

    pub fn open(
        &mut self,
        seizure: &Seizure,
        terms: &AuctionParameters,
        room: u128,
        keeper: AccountId,
        now: Timestamp,
    ) -> Result<(), MathError> {
        // Positions are named by the lot: the engine needs them for its events alone.
        let auction = DutchAuction::open(Default::default(), seizure, terms, room, now)?;
        self.running.push(Running {
            id: seizure.lot,
            is_over: false,
            rewards: Rewards::of_opening(&auction, seizure, terms, keeper)?,
            auction,
        });
        Ok(())
    }

    /// Begins an auction anew at the live price.
    pub fn reset(
        &mut self,
        number: usize,
        quotation: &Quotation,
        terms: &AuctionParameters,
        keeper: AccountId,
        now: Timestamp,
    ) -> Result<(), MathError> {
        let running = &mut self.running[number];
        running.auction = running.auction.reset(quotation.high, terms, now)?;
        let reward = reward(&running.auction, quotation.high, terms)?;
        let penalty = running.auction.0.penalty;
        running.rewards.promise(keeper, reward, penalty)?;
        Ok(())
    }

    /// What a bid buys now; nothing if it would leave dust or buy nothing.
    pub fn bid(
        &mut self,
        number: usize,
        bid: &Bid,
        now: Timestamp,
    ) -> Result<Option<Sold>, EngineError> {
        let running = &mut self.running[number];
        let purchase = match running.auction.purchase(bid, now) {
            Ok(purchase) => purchase,
            Err(EngineError::LeavesDust { .. } | EngineError::ZeroAmount) => return Ok(None),
            Err(error) => return Err(error),
        };
        let sold = running.auction.sell(purchase)?;
        let (paid, left) = running.rewards.pay(sold.penalty)?;
        running.auction = sold.left;
        running.is_over = sold.is_last();
        self.rewards += paid.iter().map(|reward| reward.amount).sum::<u128>();
        self.penalties += left;
        Ok(Some(sold))
    }
}
