//! What happened, for the ledger and the reports.

use std::collections::BTreeMap;

use anyhow::{anyhow, Context, Result};
use finance::distribution::Payout;
use finance::settlement::{Portfolio, State};
use finance::{valuation::Quote, waterfall, Price, Ratio, Rounding, Timestamp};
use interfaces::collateral_vault::CollateralType;
use interfaces::liquidation_engine::AuctionOpened;
use interfaces::tranche_pool::Settlement;
use interfaces::types::{AccountId, AuctionId, Balance, CollateralId};

use super::market::Market;
use crate::ledger::Account;

/// An index has 27 decimals and a price 18.
const INDEX_PER_PRICE: u128 = 1_000_000_000;

/// What happened.
#[derive(Default)]
pub struct Record {
    /// Every settlement, in the order of the epochs that they ended, from epoch 0 on.
    pub settlements: Vec<Settlement>,
    /// How the deal stood at every row and at the end.
    pub samples: Vec<Sample>,
    /// Every auction that was opened.
    pub auctions: Vec<AuctionRecord>,
    /// What people did, in words.
    pub story: Vec<(Timestamp, String)>,
    /// Tokens brought to the chain from outside, by token.
    pub minted: BTreeMap<AccountId, Balance>,
    /// What everyone has at the end.
    pub outcomes: Vec<Outcome>,
    /// Where every base unit is, as last audited.
    pub account: Account,
}

/// What somebody has at the end, in base units of cash.
pub struct Outcome {
    /// Who.
    pub name: String,
    /// What he does.
    pub role: &'static str,
    /// What he brought.
    pub brought: Balance,
    /// The cash he has.
    pub cash: Balance,
    /// What his tranche tokens, waiting orders and unclaimed cash are worth.
    pub tokens: Balance,
}

/// How a deal stood at one moment.
pub struct Sample {
    /// When.
    pub at: Timestamp,
    /// The market's price of each collateral.
    pub prices: Vec<Option<Price>>,
    /// The pool's own cash.
    pub cash: Balance,
    /// Performing debt, at face.
    pub performing: Balance,
    /// Seized debt, at face.
    pub seized: Balance,
    /// Seized debt, at its mark.
    pub stressed: Balance,
    /// All collateral held, at the market's price, in base units of cash.
    pub collateral: Balance,
    /// Written off since the start.
    pub written_off: Balance,
    /// The classes, most senior first.
    pub classes: Vec<ClassSample>,
}

/// How a class stood at one moment.
#[derive(Clone, Copy)]
pub struct ClassSample {
    /// What it is owed; the residual's is zero.
    pub claim: Balance,
    /// What it is worth.
    pub value: Balance,
    /// Its tokens.
    pub supply: Balance,
    /// Cash ever paid per token.
    pub distributed: Price,
    /// The share of the pool strictly below it.
    pub subordination: Ratio,
}

impl ClassSample {
    /// What a token is worth; nothing when there is none.
    pub fn price(&self) -> Option<Price> {
        Price::from_fraction(self.value, self.supply, Rounding::Down).ok()
    }
}

impl Sample {
    /// `state` is that of the pool, grown up to `at`.
    pub(super) fn take(
        at: Timestamp,
        market: &Market,
        state: &State,
        cash: Balance,
        portfolio: &Portfolio,
        types: &[CollateralType],
    ) -> Result<Self> {
        let values = state
            .values(cash, portfolio)
            .map_err(|error| anyhow!("valuing the classes: {error:?}"))?;
        let prices: Vec<_> = (0..)
            .map(CollateralId)
            .take(types.len())
            .map(|id| market.price(id))
            .collect();
        let classes = state.classes.iter().zip(&values).enumerate();
        Ok(Self {
            at,
            cash,
            performing: portfolio.performing,
            seized: portfolio.seized_debt,
            stressed: portfolio.stressed,
            collateral: types
                .iter()
                .zip(&prices)
                .map(|(held, price)| value(&held.quote, held.held, *price))
                .sum(),
            written_off: portfolio.written_off,
            classes: classes
                .map(|(index, (class, value))| ClassSample {
                    claim: class.claim.map_or(0, |claim| claim.amount),
                    value: *value,
                    supply: class.supply,
                    distributed: Price(class.index / INDEX_PER_PRICE),
                    subordination: waterfall::subordination(&values, index).unwrap_or_default(),
                })
                .collect(),
            prices,
        })
    }

    /// All debt as a share of all collateral; nothing without collateral.
    pub fn loan_to_value(&self) -> Option<Ratio> {
        Ratio::from_fraction(self.performing + self.seized, self.collateral, Rounding::Up).ok()
    }
}

fn value(quote: &Quote, amount: Balance, price: Option<Price>) -> Balance {
    price
        .and_then(|price| quote.value(amount, price, Rounding::Down).ok())
        .unwrap_or_default()
}

/// An auction from its opening to its end.
pub struct AuctionRecord {
    /// Its number.
    pub id: AuctionId,
    /// Whose position it was.
    pub originator: String,
    /// The collateral type.
    pub collateral_type: CollateralId,
    /// Collateral for sale, in base units.
    pub lot: Balance,
    /// Debt to raise, in base units of cash.
    pub debt: Balance,
    /// Penalty to raise.
    pub penalty: Balance,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it ended.
    pub closed_at: Option<Timestamp>,
    /// How often it was reset.
    pub resets: u32,
    /// What was bought.
    pub takes: Vec<Take>,
    /// Collateral returned to the originator.
    pub returned: Balance,
    /// Debt that was not raised: the position's again, as far as it is not written off.
    pub shortfall: Balance,
    /// What the position's collateral did not suffice for.
    pub written_off: Balance,
}

/// A purchase in an auction.
pub struct Take {
    /// When.
    pub at: Timestamp,
    /// Collateral bought, in base units.
    pub collateral: Balance,
    /// Cash paid, in base units.
    pub cost: Balance,
    /// The market's price at that moment.
    pub market: Price,
}

impl AuctionRecord {
    pub(super) fn new(
        opened: &AuctionOpened,
        collateral_type: CollateralId,
        originator: String,
        opened_at: Timestamp,
    ) -> Self {
        Self {
            id: opened.auction,
            originator,
            collateral_type,
            lot: opened.collateral,
            debt: opened.debt,
            penalty: opened.penalty,
            opened_at,
            closed_at: None,
            resets: 0,
            takes: Vec::new(),
            returned: 0,
            shortfall: 0,
            written_off: 0,
        }
    }

    /// Collateral sold so far, in base units.
    pub fn sold(&self) -> Balance {
        self.takes.iter().map(|take| take.collateral).sum()
    }

    /// Cash raised so far, in base units.
    pub fn raised(&self) -> Balance {
        self.takes.iter().map(|take| take.cost).sum()
    }

    /// What the sold collateral would have brought in the market at the same moments.
    pub fn market_value(&self, quote: &Quote) -> Balance {
        self.takes
            .iter()
            .map(|take| value(quote, take.collateral, Some(take.market)))
            .sum()
    }
}

impl Record {
    /// What settlements paid to the holders of a class until `moment`, in base units of cash.
    pub fn distributed(&self, class: usize, moment: Timestamp) -> Balance {
        let settled = self.settlements.iter();
        let settled = settled.filter(|settled| settled.settled_at <= moment);
        let payouts = settled.map(|settled| settled.tranches[class].payout);
        payouts.map(|payout| payout.coupon + payout.principal).sum()
    }

    /// Whether any settlement paid anything to holders.
    pub fn has_distributed(&self) -> bool {
        let mut classes = self
            .settlements
            .iter()
            .flat_map(|settled| &settled.tranches);
        classes.any(|class| class.payout != Payout::default())
    }

    pub(super) fn has_open_auction(&self) -> bool {
        self.auctions
            .iter()
            .any(|auction| auction.closed_at.is_none())
    }

    pub(super) fn auction(&mut self, id: AuctionId) -> Result<&mut AuctionRecord> {
        let found = self.auctions.iter_mut().find(|auction| auction.id == id);
        found.with_context(|| format!("auction {} was never opened", id.0))
    }
}
