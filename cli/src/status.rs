//! `sluice status`: a deal as it stands on a chain.

use anyhow::Result;
use clap::Args;
use deployment::{Deal, Host};
use finance::lending::loan_to_value;
use finance::{Period, Ratio, Timestamp};
use indicatif::ProgressBar;
use ink::codegen::TraitCallBuilder;
use interfaces::collateral_vault::LoanServicing;
use interfaces::liquidation_engine::LiquidationEngine;
use interfaces::oracle_adapter::OracleAdapter;
use interfaces::tranche_pool::TranchePool;
use interfaces::transfer_agent::TransferAgent;
use interfaces::types::{AssetId, AuctionId, Balance, PositionId};
use serde::Serialize;
use term_sheet::{show, Token};

use crate::address;
use crate::place::Subject;
use crate::site::Site;

/// The most auctions that are asked for at once.
const PAGE: u32 = 20;

/// Show a deal: classes, prices, positions and auctions
#[derive(Args)]
pub struct Status {
    #[command(flatten)]
    subject: Subject,
}

impl Status {
    /// Reads the deal and prints it.
    ///
    /// # Errors
    /// As [`Subject::open`]; the deal is not deployed.
    pub fn run(&self) -> Result<()> {
        let place = self.subject.open()?;
        let (deal, _) = place.deal()?;
        let site = Site::new(&place.node, &place.network, ProgressBar::hidden())?;
        let picture = Picture::take(&site, &deal)?;
        let output = self.subject.output;
        if output.is_json() {
            return output.document(&picture);
        }
        output.note(picture.headline(&deal))?;
        output.rows(&CLASS, picture.classes.iter().map(|class| class.row(&deal)))?;
        output.rows(&PRICE, picture.prices.iter().map(Price::row))?;
        output.rows(
            &POSITION,
            picture.positions.iter().map(|position| position.row(&deal)),
        )?;
        output.rows(
            &AUCTION,
            picture.auctions.iter().map(|auction| auction.row(&deal)),
        )
    }
}

const CLASS: [&str; 8] = [
    "Class",
    "Tokens",
    "Value",
    "Claim",
    "Price",
    "Subordination",
    "Waiting in",
    "Waiting out",
];
const PRICE: [&str; 5] = ["Collateral", "Price", "Age", "Reports", ""];
const POSITION: [&str; 6] = ["Position", "Originator", "Collateral", "Debt", "LTV", ""];
const AUCTION: [&str; 6] = ["Auction", "Position", "For sale", "Asked", "To raise", ""];

/// A deal at a moment. Amounts are base units, prices cash per whole token scaled 1e18, times milliseconds.
#[derive(Serialize)]
struct Picture {
    at: u64,
    phase: &'static str,
    epoch: u32,
    ends_at: u64,
    #[serde(serialize_with = "digits")]
    cash: Balance,
    classes: Vec<Class>,
    prices: Vec<Price>,
    positions: Vec<Position>,
    auctions: Vec<Auction>,
}

#[derive(Serialize)]
struct Class {
    name: String,
    token: String,
    #[serde(serialize_with = "digits")]
    supply: Balance,
    #[serde(serialize_with = "digits")]
    waiting_in: Balance,
    #[serde(serialize_with = "digits")]
    waiting_out: Balance,
    /// As a settlement would find it now; nothing while none can be computed.
    worth: Option<Worth>,
}

#[derive(Serialize)]
struct Worth {
    #[serde(serialize_with = "digits")]
    value: Balance,
    #[serde(serialize_with = "digits")]
    claim: Balance,
    #[serde(serialize_with = "digits")]
    price: u128,
    #[serde(serialize_with = "digits")]
    subordination: u128,
    is_covered: bool,
}

#[derive(Serialize)]
struct Price {
    collateral: String,
    quotation: Option<Quotation>,
}

#[derive(Serialize)]
struct Quotation {
    #[serde(serialize_with = "digits")]
    price: u128,
    age: u64,
    reports: u32,
    is_late: bool,
    is_held: bool,
}

#[derive(Serialize)]
struct Position {
    number: u32,
    originator: String,
    collateral: usize,
    #[serde(serialize_with = "digits")]
    amount: Balance,
    #[serde(serialize_with = "digits")]
    debt: Balance,
    /// Debt by the value of the collateral, scaled 1e18; nothing without a price.
    ltv: Option<String>,
    is_impaired: bool,
    is_overdue: bool,
    is_called: bool,
}

#[derive(Serialize)]
struct Auction {
    number: u32,
    position: u32,
    collateral: usize,
    #[serde(serialize_with = "digits")]
    amount: Balance,
    #[serde(serialize_with = "digits")]
    asked: u128,
    #[serde(serialize_with = "digits")]
    to_raise: Balance,
    is_stale: bool,
}

/// As text: more than other readers of JSON take for a number.
fn digits<S: serde::Serializer>(number: &u128, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(number)
}

impl Picture {
    fn take(chain: &dyn Host, deal: &Deal) -> Result<Self> {
        let at = chain.now()?;
        let epoch = chain.read(deal.agent().call().epoch())?;
        Ok(Self {
            at: at.0,
            phase: show::phase(epoch.phase),
            epoch: epoch.number,
            ends_at: epoch.ends_at.0,
            cash: chain.read(deal.pool().call().books())?.cash,
            classes: classes(chain, deal)?,
            prices: prices(chain, deal, at)?,
            positions: positions(chain, deal)?,
            auctions: auctions(chain, deal)?,
        })
    }

    fn headline(&self, deal: &Deal) -> String {
        let ends = Timestamp(self.ends_at);
        let left = match Timestamp(self.at) < ends {
            true => format!(
                "ends in {}",
                show::duration(Period(self.ends_at.saturating_sub(self.at)))
            ),
            false => "may be closed".to_owned(),
        };
        let cash = &deal.sheet.cash;
        format!(
            "{} is {}. Epoch {} {left}. The pool has {} {} of cash.\n",
            deal.sheet.name,
            self.phase,
            self.epoch,
            show::cash(self.cash, cash),
            cash.symbol
        )
    }
}

fn classes(chain: &dyn Host, deal: &Deal) -> Result<Vec<Class>> {
    let state = chain.read(deal.pool().call().state())?;
    let waiting = chain.read(deal.agent().call().classes())?;
    // Without prices, and once the deal is closed, there is none.
    let settlement = chain.read(deal.agent().call().preview_settlement())?.ok();
    let worth = |index: usize| {
        let class = settlement.as_ref()?.tranches.get(index)?;
        Some(Worth {
            value: class.value_before,
            claim: class.claim_before,
            price: class.exit.0,
            subordination: class.subordination.0,
            is_covered: class.covered && class.interest_covered,
        })
    };
    let classes = deal.sheet.tranches.iter().zip(state.classes).zip(waiting);
    let classes = classes
        .enumerate()
        .map(|(index, ((terms, state), waiting))| Class {
            name: terms.name.clone(),
            token: address::show(waiting.token),
            supply: state.supply,
            waiting_in: waiting.deposits,
            waiting_out: waiting.redemptions,
            worth: worth(index),
        });
    Ok(classes.collect())
}

fn prices(chain: &dyn Host, deal: &Deal, now: Timestamp) -> Result<Vec<Price>> {
    let assets = (0..).map(AssetId).take(deal.collateral.len());
    let quotations = chain.read(deal.oracle().call().prices(assets.collect()))?;
    let prices = deal.sheet.collateral.iter().zip(quotations);
    let prices = prices.map(|(collateral, quotation)| Price {
        collateral: collateral.token.symbol.clone(),
        quotation: quotation.map(|quotation| Quotation {
            price: quotation.price.0,
            age: now.0.saturating_sub(quotation.oldest.0),
            reports: quotation.reports,
            is_late: quotation.late,
            is_held: quotation.held_until.is_some(),
        }),
    });
    Ok(prices.collect())
}

fn positions(chain: &dyn Host, deal: &Deal) -> Result<Vec<Position>> {
    let count = chain.read(deal.servicing().call().position_count())?;
    let mut positions = Vec::new();
    for number in 0..count {
        // Those that are over are no longer kept.
        let view = chain.read(deal.servicing().call().position(PositionId(number)))?;
        let Ok(view) = view else { continue };
        let (position, debt) = (view.position, view.debt.saturating_add(view.late));
        let value = view.collateral_value;
        let ltv = value.and_then(|value| loan_to_value(debt, value));
        positions.push(Position {
            number,
            originator: address::show(position.originator),
            collateral: position.collateral_type.index(),
            amount: position.collateral,
            debt,
            ltv: ltv.map(|ltv| ltv.0.to_string()),
            is_impaired: position.impairment.is_some(),
            is_overdue: position.overdue.is_some(),
            is_called: position.called_at.is_some(),
        });
    }
    Ok(positions)
}

fn auctions(chain: &dyn Host, deal: &Deal) -> Result<Vec<Auction>> {
    let count = chain.read(deal.engine().call().auction_count())?;
    let mut auctions = Vec::new();
    let mut from = 0;
    while from < count {
        let page = chain.read(deal.engine().call().auctions(AuctionId(from), PAGE))?;
        auctions.extend(page.into_iter().map(|view| Auction {
            number: view.id.0,
            position: view.auction.position.0,
            collateral: view.auction.collateral_type.index(),
            amount: view.auction.collateral,
            asked: view.asked.0,
            to_raise: view.auction.debt.saturating_add(view.auction.penalty),
            is_stale: view.stale,
        }));
        from = from.saturating_add(PAGE);
    }
    Ok(auctions)
}

impl Class {
    fn row(&self, deal: &Deal) -> [String; 8] {
        let cash = &deal.sheet.cash;
        let worth = |text: fn(&Worth, &Token) -> String| {
            self.worth
                .as_ref()
                .map_or_else(none, |worth| text(worth, cash))
        };
        [
            self.name.clone(),
            show::cash(self.supply, cash),
            worth(|worth, cash| show::cash(worth.value, cash)),
            worth(|worth, cash| show::cash(worth.claim, cash)),
            worth(|worth, _| show::price(finance::Price(worth.price), 4)),
            worth(|worth, _| {
                let broken = if worth.is_covered {
                    ""
                } else {
                    ", test broken"
                };
                show::percent(Ratio(worth.subordination)) + broken
            }),
            show::cash(self.waiting_in, cash),
            show::cash(self.waiting_out, cash),
        ]
    }
}

impl Price {
    fn row(&self) -> [String; 5] {
        let Some(quotation) = &self.quotation else {
            let frozen = "frozen: too few reports";
            return [
                self.collateral.clone(),
                none(),
                none(),
                none(),
                frozen.to_owned(),
            ];
        };
        let marks = [
            (quotation.is_late, "late"),
            (quotation.is_held, "a jump is held"),
        ];
        [
            self.collateral.clone(),
            show::price(finance::Price(quotation.price), 2),
            show::duration(Period(quotation.age)),
            quotation.reports.to_string(),
            marked(marks),
        ]
    }
}

impl Position {
    fn row(&self, deal: &Deal) -> [String; 6] {
        let marks = [
            (self.is_impaired, "impaired"),
            (self.is_overdue, "overdue"),
            (self.is_called, "margin called"),
        ];
        let ltv = self.ltv.as_ref().and_then(|ltv| ltv.parse().ok());
        [
            self.number.to_string(),
            self.originator.clone(),
            collateral(deal, self.collateral, self.amount),
            show::cash(self.debt, &deal.sheet.cash),
            ltv.map_or_else(none, |ltv| show::percent(Ratio(ltv))),
            marked(marks),
        ]
    }
}

impl Auction {
    fn row(&self, deal: &Deal) -> [String; 6] {
        [
            self.number.to_string(),
            self.position.to_string(),
            collateral(deal, self.collateral, self.amount),
            show::price(finance::Price(self.asked), 2),
            show::cash(self.to_raise, &deal.sheet.cash),
            marked([(self.is_stale, "to be reset")]),
        ]
    }
}

fn none() -> String {
    "–".to_owned()
}

fn marked<const N: usize>(marks: [(bool, &str); N]) -> String {
    let set = marks.into_iter().filter(|(is_set, _)| *is_set);
    set.map(|(_, mark)| mark).collect::<Vec<_>>().join(", ")
}

fn collateral(deal: &Deal, index: usize, amount: Balance) -> String {
    let listed = deal.sheet.collateral.get(index);
    listed.map_or_else(none, |listed| {
        format!(
            "{} {}",
            show::amount(amount, &listed.token, 4),
            listed.token.symbol
        )
    })
}
