//! The tables of a report, the same for the terminal and the page.

use std::iter;

use finance::{valuation::Quote, Price, Ratio, Rounding};
use interfaces::types::Balance;

use super::Report;
use crate::input::calendar::Moment;
use crate::ledger::TokenAccount;
use crate::replay::{AuctionRecord, Outcome};
use crate::show;

/// A table; the first `text_columns` hold words and the others numbers.
pub struct Table {
    pub title: &'static str,
    pub caption: &'static str,
    pub text_columns: usize,
    pub header: Vec<&'static str>,
    pub rows: Vec<Vec<String>>,
}

impl Report<'_> {
    /// All tables, in the order in which they are told.
    pub fn tables(&self) -> Vec<Table> {
        let tables = [
            self.epochs(),
            self.classes(),
            self.auctions(),
            self.people(),
            self.account(),
        ];
        tables
            .into_iter()
            .filter(|table| !table.rows.is_empty())
            .collect()
    }

    fn epochs(&self) -> Table {
        let rows = self.record.settlements.iter().map(|settled| {
            vec![
                settled.epoch.to_string(),
                Moment::from(settled.settled_at).to_string(),
                self.cash(settled.value_after),
                self.cash(settled.cash_after),
                self.cash(settled.portfolio.performing),
                self.cash(settled.portfolio.seized_debt),
                self.cash(settled.portfolio.stressed),
            ]
        });
        Table {
            title: "Epochs",
            caption: "The pool as each settlement left it. Debt in auction counts at its mark, not at face.",
            text_columns: 2,
            header: vec!["Epoch", "Settled", "Pool value", "Cash", "Performing", "In auction", "Its mark"],
            rows: rows.collect(),
        }
    }

    fn classes(&self) -> Table {
        let rows = self.record.settlements.iter().flat_map(|settled| {
            let classes = settled
                .tranches
                .iter()
                .zip(&self.deal.sheet.tranches)
                .enumerate();
            classes.map(|(index, (class, terms))| {
                let price =
                    Price::from_fraction(class.value_after, class.supply_after, Rounding::Down);
                vec![
                    if index == 0 {
                        settled.epoch.to_string()
                    } else {
                        String::new()
                    },
                    terms.name.clone(),
                    self.cash(class.value_after),
                    self.claim(index, class.claim_after),
                    price.map_or_else(|_| "–".to_owned(), |price| show::price(price, 4)),
                    self.subordination(index, class.subordination),
                    self.cash(class.fill.deposited),
                    self.cash(class.fill.paid),
                ]
            })
        });
        Table {
            title: "Classes",
            caption: "Each class after each settlement. A class worth less than its claim is impaired: its claim stands, and recovery refills it.",
            text_columns: 2,
            header: vec!["Epoch", "Class", "Value", "Claim", "Price", "Subordination", "Paid in", "Paid out"],
            rows: rows.collect(),
        }
    }

    fn auctions(&self) -> Table {
        Table {
            title: "Auctions",
            caption: "Each liquidated position. Of market: what buyers paid, as a share of the market's price when they bought.",
            text_columns: 2,
            header: vec!["Originator", "Lot", "Debt", "Raised", "Loss", "Took", "Resets", "Price", "Of market"],
            rows: self.record.auctions.iter().map(|auction| self.auction(auction)).collect(),
        }
    }

    fn auction(&self, auction: &AuctionRecord) -> Vec<String> {
        let token = &self.deal.sheet.collateral[auction.collateral_type.index()].token;
        let (sold, raised) = (auction.sold(), auction.raised());
        let quote = Quote::new(token.decimals, self.deal.sheet.cash.decimals);
        let whole = 10u128.pow(u32::from(token.decimals));
        let average = finance::mul_div(raised, whole, sold, Rounding::Down).ok();
        let market = quote.map_or(0, |quote| auction.market_value(&quote));
        let share = Ratio::from_fraction(raised, market, Rounding::Down).ok();
        let took = auction
            .closed_at
            .map(|closed| closed.since(auction.opened_at));
        let none = || "–".to_owned();
        vec![
            auction.originator.clone(),
            format!("{} {}", show::amount(auction.lot, token, 0), token.symbol),
            self.cash(auction.debt),
            self.cash(raised),
            self.cash(auction.shortfall),
            took.map_or_else(none, show::duration),
            auction.resets.to_string(),
            average.map_or_else(none, |price| show::amount(price, &self.deal.sheet.cash, 2)),
            share.map_or_else(none, show::percent),
        ]
    }

    fn people(&self) -> Table {
        Table {
            title: "People",
            caption: "What investors and keepers brought and what they have, tranche tokens at their last value.",
            text_columns: 2,
            header: vec!["Who", "Role", "Brought", "Cash", "Tokens", "Result"],
            rows: self.record.outcomes.iter().map(|outcome| self.outcome(outcome)).collect(),
        }
    }

    fn outcome(&self, outcome: &Outcome) -> Vec<String> {
        let has = outcome.cash + outcome.tokens;
        let sign = match has.cmp(&outcome.brought) {
            std::cmp::Ordering::Less => "−",
            std::cmp::Ordering::Equal => "",
            std::cmp::Ordering::Greater => "+",
        };
        vec![
            outcome.name.clone(),
            outcome.role.to_owned(),
            self.cash(outcome.brought),
            self.cash(outcome.cash),
            self.cash(outcome.tokens),
            format!("{sign}{}", self.cash(has.abs_diff(outcome.brought))),
        ]
    }

    fn account(&self) -> Table {
        Table {
            title: "The final account",
            caption: "Where every base unit of every token is. Created: brought to the chain, or issued less burned; it must equal the sum of all holders.",
            text_columns: 2,
            header: vec!["Token", "Where", "Amount"],
            rows: self.record.account.tokens.iter().flat_map(account_rows).collect(),
        }
    }

    /// An amount of the deal's cash.
    pub fn cash(&self, units: Balance) -> String {
        show::cash(units, &self.deal.sheet.cash)
    }

    fn claim(&self, class: usize, claim: Balance) -> String {
        if class == self.deal.sheet.residual() {
            "the rest".to_owned()
        } else {
            self.cash(claim)
        }
    }

    fn subordination(&self, class: usize, subordination: Ratio) -> String {
        if class == self.deal.sheet.residual() {
            "–".to_owned()
        } else {
            show::percent(subordination)
        }
    }
}

fn account_rows(account: &TokenAccount) -> Vec<Vec<String>> {
    let exact = |units| show::amount(units, &account.token, u32::from(account.token.decimals));
    let head = vec![
        account.token.symbol.clone(),
        "Created".to_owned(),
        exact(account.created),
    ];
    let held = account.held.iter().filter(|(_, units)| *units > 0);
    let held = held.map(|(holder, units)| vec![String::new(), (*holder).to_owned(), exact(*units)]);
    iter::once(head).chain(held).collect()
}
