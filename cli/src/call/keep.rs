//! What keepers do; most of it anybody may.

use anyhow::Result;
use clap::Subcommand;
use finance::Period;
use ink::codegen::TraitCallBuilder;
use interfaces::collateral_vault::{CollateralVault, LoanServicing};
use interfaces::liquidation_engine::LiquidationEngine;
use interfaces::oracle_adapter::OracleAdapter;
use interfaces::tranche_pool::{Due, TranchePool};
use interfaces::types::{AssetId, AuctionId, PositionId};

use super::desk::{price, Desk};
use super::Step;

/// How long a purchase may wait to be in a block.
const PATIENCE: Period = Period::from_secs(600);

#[derive(Subcommand)]
pub enum Keep {
    /// Ask a contract for the price of a collateral that it is a source of
    Poke { collateral: String, source: String },
    /// Bring interest and rate of a collateral type up to date
    Touch { collateral: String },
    /// Count a position by its mark
    Impair { position: u32 },
    /// Count a position by its debt again
    Restore { position: u32 },
    /// Mark a position overdue
    MarkOverdue { position: u32 },
    /// Call the margin of a position
    MarginCall { position: u32 },
    /// Open an auction over an unhealthy or overdue position
    Liquidate { position: u32 },
    /// Buy collateral in an auction, at most at this price of a whole token
    Take {
        auction: u32,
        amount: String,
        max_price: String,
    },
    /// Start a stale auction again
    Reset { auction: u32 },
    /// Pay debt and penalty of a lot of which nothing is sold
    Cure { auction: u32 },
    /// Collect penalties and rewards
    ClaimRewards,
    /// Send fees to their beneficiary
    PayFees,
    /// Send an account that is paid instead of an insurance fund what is due to it
    PayInsurance,
    /// Compare the pool's cash with its books
    Reconcile,
}

impl Keep {
    /// The messages to be signed, in order.
    pub fn steps(&self, desk: &Desk) -> Result<Vec<Step>> {
        let deal = desk.deal;
        let (mut engine, mut pool) = (deal.engine(), deal.pool());
        let (mut vault, mut servicing) = (deal.vault(), deal.servicing());
        let mut steps = Vec::new();
        let last = match self {
            Self::Poke { collateral, source } => {
                let asset = AssetId(desk.collateral(collateral)?.0);
                let mut oracle = deal.oracle();
                let poke = oracle.call_mut().poke(asset, desk.account(source)?);
                Step::new(format!("ask {source} for the price of {collateral}"), poke)
            }
            Self::Touch { collateral } => {
                let touch = vault.call_mut().touch(desk.collateral(collateral)?);
                Step::new(format!("bring {collateral} up to date"), touch)
            }
            Self::Impair { position } => {
                let impair = servicing.call_mut().impair(PositionId(*position));
                Step::new("count the position by its mark", impair)
            }
            Self::Restore { position } => {
                let restore = servicing.call_mut().restore(PositionId(*position));
                Step::new("count the position by its debt", restore)
            }
            Self::MarkOverdue { position } => {
                let mark = servicing.call_mut().mark_overdue(PositionId(*position));
                Step::new("mark the position overdue", mark)
            }
            Self::MarginCall { position } => {
                let call = servicing.call_mut().margin_call(PositionId(*position));
                Step::new("call the margin", call)
            }
            Self::Liquidate { position } => {
                let (position, id) = desk.position(*position)?;
                Step::new("open an auction", engine.call_mut().liquidate(id, position))
            }
            Self::Take {
                auction,
                amount,
                max_price,
            } => {
                let id = AuctionId(*auction);
                let wanted = desk.units_of(desk.auction(id)?.collateral_type, amount)?;
                steps.extend(pay_for(desk, id)?);
                let deadline = desk.chain.now()?.plus(PATIENCE);
                let take = engine
                    .call_mut()
                    .take(id, wanted, price(max_price)?, deadline);
                Step::new(format!("buy {amount}"), take)
            }
            Self::Reset { auction } => {
                let reset = engine.call_mut().reset(AuctionId(*auction));
                Step::new("start the auction again", reset)
            }
            Self::Cure { auction } => {
                steps.extend(pay_for(desk, AuctionId(*auction))?);
                let cure = engine.call_mut().cure(AuctionId(*auction));
                Step::new("pay debt and penalty of the lot", cure)
            }
            Self::ClaimRewards => Step::new(
                "collect penalties and rewards",
                engine.call_mut().claim(desk.actor),
            ),
            Self::PayFees => Step::new("pay the fees", pool.call_mut().pay(Due::Fees)),
            Self::PayInsurance => Step::new(
                "pay what is due to insurance",
                pool.call_mut().pay(Due::Insurance),
            ),
            Self::Reconcile => Step::new("compare cash and books", pool.call_mut().reconcile()),
        };
        steps.push(last);
        Ok(steps)
    }
}

/// The allowances out of which a lot is paid: its debt to the pool, its penalty to the engine. No purchase takes more.
fn pay_for(desk: &Desk, auction: AuctionId) -> Result<Vec<Step>> {
    let (deal, lot) = (desk.deal, desk.auction(auction)?);
    let debt = desk.allowance(deal.cash, deal.pool, lot.debt)?;
    let penalty = desk.allowance(deal.cash, deal.engine, lot.penalty)?;
    Ok(debt.into_iter().chain(penalty).collect())
}
