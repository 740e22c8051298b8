//! The story of a deal in a scenario: who does what, and when.
//!
//! Investors subscribe one epoch before the first row and originators borrow at it. At every row
//! feeders report the new prices, keepers liquidate, a due epoch is settled, and people react. While an
//! auction runs, time goes on in short steps so that keepers can wait for their price. An epoch that ends
//! between two rows waits for prices newer than its cut-off. After the last row prices stand still until
//! all auctions have ended and one more epoch is settled; then everyone claims what is his. After each
//! settlement the books are audited to the last base unit.

mod cast;
mod crowd;
mod feeders;
mod investors;
mod keepers;
mod market;
mod noise;
mod originators;
mod outcome;
mod record;

use anyhow::{anyhow, bail, ensure, Context, Result};
use finance::settlement::Phase;
use finance::{Period, Timestamp};
use ink::codegen::TraitCallBuilder;
use interfaces::collateral_vault::{CollateralVault, LoanServicing};
use interfaces::tranche_pool::TranchePool;
use interfaces::transfer_agent::{AgentError, EpochView, TransferAgent};

use crate::chain::Chain;
use crate::deployment::Deal;
use crate::input::calendar::Moment;
use crate::input::scenario::{Row, Scenario};
use crate::{ledger, show};
use market::Market;

pub use cast::Cast;
pub use crowd::crowd;
pub use record::{AuctionRecord, ClassSample, Outcome, Record, Sample, Take};

/// How often keepers look at a running auction.
const STEP: Period = Period::from_secs(10 * 60);
/// How long auctions may go on after the last row.
const PATIENCE: Period = Period::from_secs(7 * 24 * 3_600);

/// A deal in the course of a scenario.
pub struct Replay<'a> {
    chain: &'a Chain,
    deal: &'a Deal,
    scenario: &'a Scenario,
    cast: Cast,
    market: Market,
    feeders: feeders::Feeders,
    investors: investors::Investors,
    originators: originators::Originators,
    keepers: keepers::Keepers,
    record: Record,
}

impl<'a> Replay<'a> {
    /// When a deal with epochs of this length has to be on the chain for a scenario: one epoch before
    /// the first row.
    pub fn start(scenario: &Scenario, epoch_length: Period) -> Timestamp {
        let first = scenario.rows.first().map_or(0, |row| row.at.0);
        Timestamp(first.saturating_sub(epoch_length.0))
    }

    /// A deal that has just been deployed, before anyone has acted.
    ///
    /// # Errors
    /// The scenario has no prices for a collateral of the deal.
    pub fn new(
        chain: &'a Chain,
        deal: &'a Deal,
        scenario: &'a Scenario,
        seed: u64,
    ) -> Result<Self> {
        let cast = Cast::new(chain, deal);
        Ok(Self {
            market: Market::new(deal, scenario)?,
            feeders: feeders::Feeders::new(seed),
            investors: investors::Investors::new(&deal.sheet),
            originators: originators::Originators::new(&deal.sheet),
            keepers: keepers::Keepers::default(),
            record: Record::default(),
            chain,
            deal,
            scenario,
            cast,
        })
    }

    /// Plays the whole scenario; `progress` is told the number of each row that is done.
    ///
    /// # Errors
    /// A contract fails or refuses what it must do, an epoch does not settle as previewed, or a base
    /// unit is missing.
    pub fn run(mut self, mut progress: impl FnMut(usize)) -> Result<Record> {
        self.back().context("backers deposit")?;
        self.subscribe().context("investors subscribe")?;
        if let Some(first) = self.scenario.rows.first() {
            // The first price of a feed is held like a jump: feeders are at work before anybody borrows.
            self.report(&self.market.prices(first))?;
        }
        for (number, row) in self.scenario.rows.iter().enumerate() {
            self.step_to(row.at)?;
            self.row(row)
                .with_context(|| format!("at {}", Moment::from(row.at)))?;
            progress(number + 1);
        }
        self.run_out().context("after the last row")?;
        Ok(self.record)
    }

    /// Lets time pass up to `moment`, in short steps while an auction runs or an epoch ends.
    fn step_to(&mut self, moment: Timestamp) -> Result<()> {
        loop {
            let next = self.next_event()?;
            if next >= moment {
                self.chain.advance_to(moment);
                return Ok(());
            }
            self.chain.advance_to(next);
            self.between_rows()
                .with_context(|| format!("at {}", Moment::from(next)))?;
        }
    }

    fn next_event(&self) -> Result<Timestamp> {
        let ends_at = self.epoch()?.ends_at;
        let now = self.chain.now();
        let tick = now.plus(if self.record.has_open_auction() {
            STEP
        } else {
            PATIENCE
        });
        // Once over, it waits for prices: the next tick or row has them.
        Ok(if now < ends_at {
            tick.min(ends_at)
        } else {
            tick
        })
    }

    fn epoch(&self) -> Result<EpochView> {
        Ok(self.chain.read(self.deal.agent().call().epoch())?)
    }

    fn row(&mut self, row: &Row) -> Result<()> {
        let traded = self.market.trade(row);
        self.report(&traded)?;
        self.liquidate()?;
        self.trade_auctions()?;
        self.settle_if_due()?;
        self.borrow()?;
        self.react()?;
        self.sample()
    }

    fn between_rows(&mut self) -> Result<()> {
        self.trade_auctions()?;
        self.settle_if_due()
    }

    /// After the last row: prices stand still until the auctions are over and one more epoch is.
    fn run_out(&mut self) -> Result<()> {
        let last_row = self.chain.now();
        loop {
            // What the limits kept out of auctions, and what these left unpaid.
            self.liquidate()?;
            if !self.record.has_open_auction() {
                break;
            }
            self.end_auctions(last_row)?;
        }
        // A report must be newer than the last.
        let soon = self.chain.now().plus(Period(1));
        self.chain.advance_to(self.epoch()?.ends_at.max(soon));
        self.report_again()?;
        self.restore()?;
        self.settle_if_due()?;
        self.sell_everything_on()?;
        self.sample()?;
        self.claim_all()?;
        self.claim_penalties()?;
        self.record.outcomes = self.outcomes()?;
        self.audit("at the end")
    }

    fn end_auctions(&mut self, last_row: Timestamp) -> Result<()> {
        while self.record.has_open_auction() {
            let waited = self.chain.now().since(last_row);
            ensure!(
                waited < PATIENCE,
                "auctions still run after {} days: give the keepers more cash or a smaller margin",
                waited.whole_secs() / 86_400
            );
            self.chain.advance(STEP);
            self.repeat_reports()?;
            self.between_rows()?;
        }
        Ok(())
    }

    /// Closes the epoch when its time is over: exactly as previewed, and not a base unit is lost.
    fn settle_if_due(&mut self) -> Result<()> {
        let EpochView {
            number: epoch,
            ends_at,
            phase,
            ..
        } = self.epoch()?;
        if self.chain.now() < ends_at || phase == Phase::Closed {
            return Ok(());
        }
        let preview = self
            .chain
            .inspect(self.deal.agent().call().preview_settlement())?;
        let closer = self.cast.closer();
        let closed = self
            .chain
            .call(closer, self.deal.agent().call_mut().close_epoch())
            .with_context(|| format!("closing epoch {epoch}"))?;
        let settled = match closed.answer {
            Ok(settled) => settled,
            Err(AgentError::PricesBeforeCutOff { .. }) => return Ok(()),
            Err(error) => bail!("closing epoch {epoch}: the contract refused: {error:?}"),
        };
        ensure!(
            settled == preview,
            "epoch {epoch} was not settled as previewed"
        );
        if settled.trace.phase != phase {
            self.note(format!("The deal is {}", show::phase(settled.trace.phase)));
        }
        self.record.settlements.push(settled);
        self.audit(&format!("after epoch {epoch}"))
    }

    fn audit(&mut self, when: &str) -> Result<()> {
        let account = ledger::Account::take(self.chain, self.deal, &self.cast, &self.record)?;
        account
            .ensure_balanced()
            .with_context(|| format!("the books do not balance {when}"))?;
        self.record.account = account;
        Ok(())
    }

    fn sample(&mut self) -> Result<()> {
        let (pool, vault) = (self.deal.pool(), self.deal.vault());
        let now = self.chain.now();
        let state = self.chain.read(pool.call().state())?;
        let state = state
            .accrued(&self.deal.sheet.terms(), now)
            .map_err(|error| anyhow!("accruing: {error:?}"))?;
        self.record.samples.push(Sample::take(
            now,
            &self.market,
            &state,
            self.chain.read(pool.call().books())?.cash,
            &self.chain.inspect(vault.call().portfolio())?,
            &self
                .chain
                .read(self.deal.servicing().call().collateral_types())?,
        )?);
        Ok(())
    }

    fn note(&mut self, text: String) {
        self.record.story.push((self.chain.now(), text));
    }
}
