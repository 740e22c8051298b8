//! Keepers: they buy seized collateral below the market with the cash they have and sell on there, which moves
//! the market.

use finance::auction::Purchase;
use finance::valuation::Quote;
use finance::{MathError, Period, Price, Ratio, Rounding, Timestamp};
use interfaces::liquidation_engine::Auction;

/// One keeper and what he has bought and not sold on.
pub struct Keeper {
    pub cash: u128,
    margin: Ratio,
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
            margin: terms.margin,
            turnover: terms.turnover,
            bought: Vec::new(),
        }
    }

    /// How much of a lot he wants at the price `asked`: what he can pay, if he sells it on at his margin or better.
    pub fn wants(
        &self,
        lot: &Auction,
        outlet: &Outlet,
        asked: Price,
    ) -> Result<Option<u128>, MathError> {
        // A price so low that the amount leaves its range buys everything.
        let affordable = lot.quote.amount(self.cash, asked, Rounding::Down);
        let wanted = lot.collateral.min(affordable.unwrap_or(u128::MAX));
        let limit = self
            .margin
            .complement()
            .of(outlet.average_price(wanted).0, Rounding::Down)?;
        let cost = lot.quote.value(wanted, asked, Rounding::Down)?;
        let leaves_dust = wanted < lot.collateral && cost < lot.dust;
        Ok((cost > 0 && !leaves_dust && asked.0 <= limit).then_some(wanted))
    }

    pub fn buy(&mut self, kind: usize, purchase: Purchase, now: Timestamp) {
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
    /// Forced sales apart.
    pub undisturbed: Price,
    /// The price that the collateral had first.
    first: Price,
    /// How much the logarithm of the price lies below that of the undisturbed one.
    pressure: f64,
}

impl Outlet {
    /// A market whose first price is `first`.
    pub fn new(quote: Quote, decimals: u8, depth: Option<f64>, first: Price) -> Self {
        Self {
            quote,
            whole: 10f64.powi(i32::from(decimals)),
            depth,
            undisturbed: first,
            first,
            pressure: 0.0,
        }
    }

    pub fn price(&self) -> Price {
        self.lowered_by((-self.pressure).exp())
    }

    /// The undisturbed price times `factor`; itself, to the last unit, in a market without pressure.
    fn lowered_by(&self, factor: f64) -> Price {
        match factor {
            1.0 => self.undisturbed,
            factor => Price((self.undisturbed.0 as f64 * factor) as u128),
        }
    }

    /// Whether the price lies at least so far below the first one.
    pub fn has_fallen(&self, fall: Ratio) -> bool {
        let limit = fall.complement().of(self.first.0, Rounding::Down);
        limit.is_ok_and(|limit| self.price().0 <= limit)
    }

    /// What each whole token brings on average if `amount` base units are sold: `price × (1 − e⁻ˣ) ÷ x`, `x = amount ÷ depth`.
    fn average_price(&self, amount: u128) -> Price {
        let factor = (-self.pressure).exp();
        match self.push(amount) {
            0.0 => self.lowered_by(factor),
            push => self.lowered_by(factor * -(-push).exp_m1() / push),
        }
    }

    fn push(&self, amount: u128) -> f64 {
        self.depth
            .map_or(0.0, |depth| amount as f64 / self.whole / depth)
    }

    /// Sells `amount` and returns the base units of cash it brings.
    fn sell(&mut self, amount: u128) -> u128 {
        let price = self.average_price(amount);
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
