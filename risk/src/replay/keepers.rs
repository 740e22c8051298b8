//! Keepers: they buy seized collateral below the market with the cash they have and sell on there, which moves
//! the market.

use finance::valuation::Quote;
use finance::{MathError, Period, Price, Rounding, Timestamp};

use super::loans::{Auction, Kind};
use super::to_f64;

/// One keeper and what he has bought and not sold on.
pub struct Keeper {
    cash: u128,
    margin: f64,
    turnover: Period,
    bought: Vec<Bought>,
}

struct Bought {
    kind: usize,
    amount: u128,
    sold_at: Timestamp,
}

impl Keeper {
    pub fn new(terms: &term_sheet::Keeper) -> Self {
        Self {
            cash: terms.cash,
            margin: to_f64(terms.margin.0),
            turnover: terms.turnover,
            bought: Vec::new(),
        }
    }

    /// How much of a lot he wants at the price `asked`: what he can pay, if he sells it on at his margin or better.
    pub fn wants(
        &self,
        auction: &Auction,
        kind: &Kind,
        outlet: &Outlet,
        asked: Price,
    ) -> Result<Option<u128>, MathError> {
        // A price so low that the amount leaves its range buys everything.
        let affordable = kind.quote.amount(self.cash, asked, Rounding::Down);
        let wanted = auction.collateral.min(affordable.unwrap_or(u128::MAX));
        let limit = outlet.average_price(wanted) * (1.0 - self.margin);
        let cost = kind.quote.value(wanted, asked, Rounding::Down)?;
        let leaves_dust = wanted < auction.collateral && cost < kind.terms.auctions.dust;
        let is_dear = to_f64(asked.0) > limit;
        Ok((cost > 0 && !leaves_dust && !is_dear).then_some(wanted))
    }

    pub fn buy(&mut self, kind: usize, purchase: finance::auction::Purchase, now: Timestamp) {
        self.cash = self.cash.saturating_sub(purchase.cost);
        self.bought.push(Bought {
            kind,
            amount: purchase.collateral,
            sold_at: now.plus(self.turnover),
        });
    }

    /// Sells what was bought long enough ago.
    pub fn sell_on(&mut self, outlets: &mut [Outlet], now: Timestamp) {
        for bought in self.bought.iter().filter(|bought| bought.sold_at <= now) {
            self.cash = self
                .cash
                .saturating_add(outlets[bought.kind].sell(bought.amount));
        }
        self.bought.retain(|bought| bought.sold_at > now);
    }
}

/// The market outside, where collateral is sold on: its price bears the mark of forced sales.
pub struct Outlet {
    quote: Quote,
    /// Base units of collateral per whole token.
    whole: f64,
    /// Whole tokens whose sale lowers the price by a factor e.
    depth: Option<f64>,
    /// Whole cash per whole token, forced sales apart.
    pub undisturbed: f64,
    /// How much the logarithm of the price lies below that.
    pressure: f64,
}

impl Outlet {
    pub fn new(quote: Quote, decimals: u8, depth: Option<f64>) -> Self {
        Self {
            quote,
            whole: 10f64.powi(i32::from(decimals)),
            depth,
            undisturbed: 0.0,
            pressure: 0.0,
        }
    }

    /// Whole cash per whole token.
    pub fn price(&self) -> f64 {
        self.undisturbed * (-self.pressure).exp()
    }

    /// What each whole token brings on average if `amount` base units are sold: `price × (1 − e⁻ˣ) ÷ x`, `x = amount ÷ depth`.
    fn average_price(&self, amount: u128) -> f64 {
        match self.push(amount) {
            0.0 => self.price(),
            push => self.price() * -(-push).exp_m1() / push,
        }
    }

    fn push(&self, amount: u128) -> f64 {
        self.depth
            .map_or(0.0, |depth| amount as f64 / self.whole / depth)
    }

    /// Sells `amount` and returns the base units of cash it brings.
    fn sell(&mut self, amount: u128) -> u128 {
        let price = Price((self.average_price(amount) * 1e18) as u128);
        self.pressure += self.push(amount);
        self.quote
            .value(amount, price, Rounding::Down)
            .unwrap_or_default()
    }

    /// Lets the price come back for `elapsed`, half of the way in each `half_life`.
    pub fn recover(&mut self, elapsed: f64, half_life: f64) {
        if self.pressure > 0.0 {
            self.pressure *= (-elapsed / half_life).exp2();
        }
    }
}
