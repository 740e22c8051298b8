//! Keepers: they mark what is overdue, liquidate what is unhealthy, reset what is stale, buy below the market with the cash
//! they have, and sell on there. They do what pays, and nothing else.

use anyhow::{Context, Result};
use finance::{Price, Rounding, Timestamp};
use ink::codegen::TraitCallBuilder;
use interfaces::collateral_vault::{LoanServicing, LotChanged, VaultError};
use interfaces::liquidation_engine::{
    AuctionClosed, AuctionOpened, AuctionTaken, AuctionView, EngineError, LiquidationEngine,
    MAX_PAGE,
};
use interfaces::oracle_adapter::OracleError;
use interfaces::types::{AccountId, AuctionId, Balance, CollateralId, PositionId};
use psp22::PSP22;

use super::record::{AuctionRecord, Take};
use super::Replay;
use crate::contracts::Psp22;
use crate::input::term_sheet::Keeper;
use crate::show;

#[derive(Default)]
pub struct Keepers {
    /// Whether the cash they begin with has been minted.
    equipped: bool,
    bought: Vec<Bought>,
}

/// Collateral on its way to the market.
#[derive(Clone, Copy)]
struct Bought {
    keeper: AccountId,
    collateral: CollateralId,
    amount: Balance,
    sold_at: Timestamp,
}

impl Replay<'_> {
    /// Seizes from every position that is unhealthy or overdue, as far as there is room in auctions, and impairs the others.
    pub(super) fn liquidate(&mut self) -> Result<()> {
        let Some(keeper) = self.cast.keepers.first().copied() else {
            return Ok(());
        };
        for (position, collateral) in self.positions() {
            self.mark_overdue(keeper, position, collateral)?;
            self.liquidate_one(keeper, position, collateral)
                .with_context(|| format!("liquidating position {}", position.0))?;
        }
        Ok(())
    }

    /// Marks a loan that may be past its term.
    fn mark_overdue(
        &self,
        keeper: AccountId,
        position: PositionId,
        collateral: CollateralId,
    ) -> Result<()> {
        let term = self.deal.sheet.collateral[collateral.index()]
            .terms
            .loans
            .longest_term;
        let begun = self.scenario.rows.first().map(|row| row.at);
        if begun.is_some_and(|begun| self.chain.now() > begun.plus(term)) {
            let mark = self.deal.servicing().call_mut().mark_overdue(position);
            self.chain.call(keeper, mark)?;
        }
        Ok(())
    }

    fn liquidate_one(
        &mut self,
        keeper: AccountId,
        position: PositionId,
        collateral: CollateralId,
    ) -> Result<()> {
        let mut engine = self.deal.engine();
        let liquidate = engine.call_mut().liquidate(collateral, position);
        let called = self.chain.call(keeper, liquidate)?;
        match called.answer {
            Ok(_) => called
                .events::<AuctionOpened>()
                .iter()
                .try_for_each(|opened| self.auction_opened(opened)),
            Err(EngineError::LimitReached) => self.impair(keeper, position),
            Err(EngineError::Vault(refused)) => match refused.error()? {
                VaultError::NoRoom => self.impair(keeper, position),
                // Healthy, without debt, collateral or anything at all, or without a price.
                VaultError::Healthy { .. }
                | VaultError::NothingOwed
                | VaultError::InsufficientCollateral
                | VaultError::UnknownPosition
                | VaultError::Oracle(_) => Ok(()),
                error => anyhow::bail!("{error:?}"),
            },
            Err(error) => anyhow::bail!("{error:?}"),
        }
    }

    fn impair(&self, keeper: AccountId, position: PositionId) -> Result<()> {
        let impair = self.deal.servicing().call_mut().impair(position);
        self.chain.call(keeper, impair)?;
        Ok(())
    }

    fn auction_opened(&mut self, opened: &AuctionOpened) -> Result<()> {
        let view = self
            .chain
            .inspect(self.deal.servicing().call().position(opened.position))?;
        let originator = self
            .cast
            .originators
            .iter()
            .position(|account| *account == view.position.originator);
        let originator = originator.map(|index| self.deal.sheet.originators[index].name.clone());
        let collateral = view.position.collateral_type;
        let token = &self.deal.sheet.collateral[collateral.index()].token;
        let originator = originator.unwrap_or_default();
        self.note(format!(
            "{originator} is liquidated: {} {} against {} {}",
            show::amount(opened.collateral, token, 2),
            token.symbol,
            show::cash(opened.debt, &self.deal.sheet.cash),
            self.deal.sheet.cash.symbol,
        ));
        self.record.auctions.push(AuctionRecord::new(
            opened,
            collateral,
            originator,
            self.chain.now(),
        ));
        Ok(())
    }

    /// One look at all auctions by all keepers.
    pub(super) fn trade_auctions(&mut self) -> Result<()> {
        self.equip()?;
        self.sell_on(self.chain.now())?;
        if !self.record.has_open_auction() {
            return Ok(());
        }
        let deal = self.deal;
        for view in self.open_auctions()? {
            if view.stale {
                self.reset(view.id)?;
                continue;
            }
            for (terms, keeper) in deal.sheet.keepers.iter().zip(self.cast.keepers.clone()) {
                if view.asked <= self.limit(terms, &view) {
                    self.bid(terms, keeper, view.id)
                        .with_context(|| format!("{} bids", terms.name))?;
                }
            }
        }
        Ok(())
    }

    /// Mints the keepers' cash, once, and lets pool and engine take it.
    fn equip(&mut self) -> Result<()> {
        if std::mem::replace(&mut self.keepers.equipped, true) {
            return Ok(());
        }
        let deal = self.deal;
        for (terms, keeper) in deal.sheet.keepers.iter().zip(self.cast.keepers.clone()) {
            self.fund(deal.cash, keeper, terms.cash)?;
            for payee in [deal.pool, deal.engine] {
                deal.approve(self.chain, deal.cash, keeper, payee, Balance::MAX)?;
            }
        }
        Ok(())
    }

    fn open_auctions(&self) -> Result<Vec<AuctionView>> {
        let count = self.chain.read(self.deal.engine().call().auction_count())?;
        let pages = (0..count).step_by(MAX_PAGE as usize).map(AuctionId);
        let mut open = Vec::new();
        for from in pages {
            open.extend(
                self.chain
                    .read(self.deal.engine().call().auctions(from, MAX_PAGE))?,
            );
        }
        Ok(open)
    }

    fn reset(&mut self, auction: AuctionId) -> Result<()> {
        let reset = self.deal.engine().call_mut().reset(auction);
        match self.chain.call(self.cast.closer(), reset)?.answer {
            Ok(()) => self.record.auction(auction)?.resets += 1,
            // Nobody reports: the auction waits for a price.
            Err(EngineError::Vault(refused)) if is_frozen(&refused.error()?) => {}
            Err(error) => anyhow::bail!("resetting auction {}: {error:?}", auction.0),
        }
        Ok(())
    }

    /// The most a keeper pays: the market's price less his margin.
    fn limit(&self, terms: &Keeper, view: &AuctionView) -> Price {
        let market = self.market.price(view.auction.collateral_type);
        let limit = terms
            .margin
            .complement()
            .of(market.unwrap_or_default().0, Rounding::Down);
        limit.map(Price).unwrap_or_default()
    }

    /// Buys what the keeper can pay, if the asked price is low enough for him.
    fn bid(&mut self, terms: &Keeper, keeper: AccountId, auction: AuctionId) -> Result<()> {
        let Ok(view) = self
            .chain
            .read(self.deal.engine().call().auction(auction))?
        else {
            return Ok(());
        };
        let lot = view.auction;
        let Some(market) = self.market.price(lot.collateral_type) else {
            return Ok(());
        };
        let limit = self.limit(terms, &view);
        let cash = self.deal.balance(self.chain, self.deal.cash, keeper)?;
        let affordable = lot
            .quote
            .amount(cash, view.asked, Rounding::Down)
            .unwrap_or_default();
        let wanted = lot.collateral.min(affordable);
        let worth_it = lot
            .quote
            .value(wanted, view.asked, Rounding::Down)
            .unwrap_or_default();
        let whole = wanted == lot.collateral;
        if view.stale || view.asked > limit || worth_it == 0 || (worth_it < lot.dust && !whole) {
            return Ok(());
        }
        let take = self
            .deal
            .engine()
            .call_mut()
            .take(auction, wanted, limit, self.chain.now());
        let called = self.chain.call(keeper, take)?;
        match called.answer {
            Ok(_) => {}
            // So little is left to raise that he would have to pay it all, and he has not enough.
            Err(EngineError::LeavesDust { .. }) => return Ok(()),
            Err(error) => anyhow::bail!("taking from auction {}: {error:?}", auction.0),
        }
        for taken in called.events::<AuctionTaken>() {
            self.auction_taken(terms, &taken, market)?;
        }
        for closed in called.events::<AuctionClosed>() {
            self.auction_closed(&closed)?;
        }
        for sold in called.events::<LotChanged>() {
            let written_off = sold.written_off.unwrap_or_default();
            self.record.auction(sold.lot)?.written_off = written_off;
        }
        Ok(())
    }

    fn auction_taken(&mut self, terms: &Keeper, taken: &AuctionTaken, market: Price) -> Result<()> {
        let now = self.chain.now();
        let record = self.record.auction(taken.auction)?;
        record.takes.push(Take {
            at: now,
            collateral: taken.collateral,
            cost: taken.cost,
            market,
        });
        self.keepers.bought.push(Bought {
            keeper: taken.buyer,
            collateral: record.collateral_type,
            amount: taken.collateral,
            sold_at: now.plus(terms.turnover),
        });
        Ok(())
    }

    fn auction_closed(&mut self, closed: &AuctionClosed) -> Result<()> {
        let now = self.chain.now();
        let record = self.record.auction(closed.auction)?;
        record.closed_at = Some(now);
        record.returned = closed.returned;
        record.shortfall = closed.shortfall;
        let originator = record.originator.clone();
        let shortfall = show::cash(closed.shortfall, &self.deal.sheet.cash);
        let end = if closed.shortfall == 0 {
            "is paid in full".to_owned()
        } else {
            format!("leaves {shortfall} unpaid")
        };
        self.note(format!("The auction of {originator} {end}"));
        Ok(())
    }

    /// Sells what has been bought long enough ago, at the market's price.
    fn sell_on(&mut self, now: Timestamp) -> Result<()> {
        let bought = std::mem::take(&mut self.keepers.bought);
        let (due, waiting) = bought.into_iter().partition(|bought| bought.sold_at <= now);
        self.keepers.bought = waiting;
        let due: Vec<Bought> = due;
        due.iter().try_for_each(|bought| self.sell_one(bought))
    }

    /// Sells whatever is left, at the end.
    pub(super) fn sell_everything_on(&mut self) -> Result<()> {
        self.sell_on(Timestamp(u64::MAX))
    }

    fn sell_one(&mut self, bought: &Bought) -> Result<()> {
        let collateral = &self.deal.sheet.collateral[bought.collateral.index()].token;
        let price = self.market.price(bought.collateral).unwrap_or_default();
        let quote =
            finance::valuation::Quote::new(collateral.decimals, self.deal.sheet.cash.decimals);
        let quote = quote.context("decimals out of range")?;
        let proceeds = quote
            .value(bought.amount, price, Rounding::Down)
            .unwrap_or_default();
        self.fund(self.deal.cash, self.cast.market, proceeds)?;
        let token = self.deal.collateral_token(bought.collateral);
        self.pay(token, bought.keeper, self.cast.market, bought.amount)?;
        self.pay(self.deal.cash, self.cast.market, bought.keeper, proceeds)
    }

    fn pay(&self, token: AccountId, from: AccountId, to: AccountId, amount: Balance) -> Result<()> {
        self.chain
            .execute(
                from,
                Psp22::from(token)
                    .call_mut()
                    .transfer(to, amount, Vec::new()),
            )
            .context("trading in the market")?;
        Ok(())
    }

    /// Everyone is paid what the penalties of auctions owe to him.
    pub(super) fn claim_penalties(&self) -> Result<()> {
        for account in self.cast.keepers.iter().chain([&self.cast.insurance]) {
            let claim = self.deal.engine().call_mut().claim(*account);
            match self.chain.call(self.cast.anyone(), claim)?.answer {
                Ok(_) | Err(EngineError::NothingOwed) => {}
                Err(error) => anyhow::bail!("claiming penalties: {error:?}"),
            }
        }
        Ok(())
    }

    /// Brings tokens from outside to the chain.
    pub(super) fn fund(
        &mut self,
        token: AccountId,
        owner: AccountId,
        amount: Balance,
    ) -> Result<()> {
        self.deal.mint(self.chain, token, owner, amount)?;
        *self.record.minted.entry(token).or_default() += amount;
        Ok(())
    }
}

fn is_frozen(error: &VaultError) -> bool {
    let VaultError::Oracle(refused) = error else {
        return false;
    };
    matches!(refused.error(), Ok(OracleError::Frozen { .. }))
}
