//! The tables of a report, the same for the terminal and the page.

use std::iter;

use finance::distribution::Payout;
use finance::settlement::ClassTrace;
use finance::{valuation::Quote, waterfall, Price, Ratio, Rounding};
use interfaces::tranche_pool::Settlement;
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
            self.distributions(),
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
        let rows = self.record.settlements.iter().enumerate();
        let rows = rows.map(|(epoch, settled)| {
            vec![
                epoch.to_string(),
                Moment::from(settled.settled_at).to_string(),
                standing(settled),
                self.cash(settled.trace.value_after),
                self.cash(settled.trace.cash_after),
                self.cash(settled.portfolio.performing),
                self.cash(settled.portfolio.seized_debt),
                self.cash(settled.portfolio.stressed),
                self.cash(settled.trace.fees_funded),
            ]
        });
        Table {
            title: "Epochs",
            caption: "The pool as each settlement left it, and the fees it set aside. Debt in auction counts at its mark, not at face. Frozen: a loan had no live price.",
            text_columns: 3,
            header: vec!["Epoch", "Settled", "The deal is", "Pool value", "Cash", "Performing", "In auction", "Its mark", "Fees"],
            rows: rows.collect(),
        }
    }

    fn classes(&self) -> Table {
        let rows = self.record.settlements.iter().enumerate();
        let rows = rows.flat_map(|(epoch, settled)| {
            let classes = settled.tranches.iter().zip(&self.deal.sheet.tranches);
            let values: Vec<_> = settled
                .tranches
                .iter()
                .map(|class| class.value_after)
                .collect();
            classes.enumerate().map(move |(index, (class, terms))| {
                let price =
                    Price::from_fraction(class.value_after, class.supply_after, Rounding::Down);
                vec![
                    if index == 0 {
                        epoch.to_string()
                    } else {
                        String::new()
                    },
                    terms.name.clone(),
                    broken_tests(class).to_owned(),
                    self.cash(class.value_after),
                    self.claim(index, class.claim_after),
                    price.map_or_else(|_| "–".to_owned(), |price| show::price(price, 4)),
                    self.subordination(index, &values),
                    self.cash(class.fill.deposited),
                    self.cash(class.fill.paid),
                ]
            })
        });
        Table {
            title: "Classes",
            caption: "Each class after each settlement, with the tests it failed before. A class worth less than its claim is impaired: its claim stands, and recovery refills it.",
            text_columns: 3,
            header: vec!["Epoch", "Class", "Broken test", "Value", "Claim", "Price", "Subordination", "Paid in", "Paid out"],
            rows: rows.collect(),
        }
    }

    fn distributions(&self) -> Table {
        let rows = self.record.settlements.iter().enumerate();
        let rows = rows.flat_map(|(epoch, settled)| {
            let classes = settled.tranches.iter().zip(&self.deal.sheet.tranches);
            let paid = classes.filter(|(class, _)| class.payout != Payout::default());
            paid.map(move |(class, terms)| {
                vec![
                    epoch.to_string(),
                    terms.name.clone(),
                    self.cash(class.coupon_due),
                    self.cash(class.payout.coupon),
                    self.cash(class.payout.principal),
                ]
            })
        });
        Table {
            title: "Distributions",
            caption: "What settlements paid to the holders of a class: coupons out of interest collected, and principal once a test is broken or the deal amortises.",
            text_columns: 2,
            header: vec!["Epoch", "Class", "Coupon due", "Coupon", "Principal"],
            rows: rows.collect(),
        }
    }

    fn auctions(&self) -> Table {
        Table {
            title: "Auctions",
            caption: "Each liquidated position. Of market: what buyers paid, as a share of the market's price when they bought.",
            text_columns: 2,
            header: vec!["Originator", "Lot", "Debt", "Raised", "Unpaid", "Took", "Resets", "Price", "Of market"],
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
            caption: "What everyone brought and what he has, tranche tokens at their last value. Beneficiaries of fees and insurance bring nothing.",
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

    fn subordination(&self, class: usize, values: &[Balance]) -> String {
        if class == self.deal.sheet.residual() {
            "–".to_owned()
        } else {
            show::percent(waterfall::subordination(values, class).unwrap_or_default())
        }
    }
}

fn standing(settled: &Settlement) -> String {
    let phase = show::phase(settled.trace.phase);
    match settled.portfolio.frozen {
        true => format!("{phase}, frozen"),
        false => phase.to_owned(),
    }
}

fn broken_tests(class: &ClassTrace) -> &'static str {
    match (class.covered, class.interest_covered) {
        (true, true) => "–",
        (false, true) => "subordination",
        (true, false) => "interest",
        (false, false) => "both",
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
