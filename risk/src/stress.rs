//! Liquidation arithmetic: one step, a sale into a pool, a cascade, the bad debt of one loan.
//!
//! The rules are those of lending protocols that sell collateral at a fixed discount; [`crate::replay`] runs the
//! project's own auctions. Amounts are in whole tokens and whole cash, ratios are plain numbers.

use crate::special::{normal_cdf, normal_quantile};

/// Where liquidation starts to hurt.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Toxic {
    /// The loan-to-value above which every liquidation raises it: `1 ÷ (1 + incentive)`.
    pub toxic_ltv: f64,
    /// How far the price may fall from the liquidation threshold until then: `1 − threshold × (1 + incentive)`.
    pub price_buffer_to_toxic: f64,
    /// The health factor there: `threshold × (1 + incentive)`.
    pub hf_at_toxic: f64,
}

/// The loan-to-value beyond which a liquidation that pays `incentive` leaves the loan worse than before.
///
/// Source: Warmuz, Chaudhary and Pinna 2022.
pub fn toxic(liquidation_threshold: f64, incentive: f64) -> Toxic {
    let hf_at_toxic = liquidation_threshold * (1.0 + incentive);
    Toxic {
        toxic_ltv: 1.0 / (1.0 + incentive),
        price_buffer_to_toxic: 1.0 - hf_at_toxic,
        hf_at_toxic,
    }
}

/// The terms at which a liquidator closes loans.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Terms {
    /// Debt above this share of the collateral's value may be liquidated.
    pub liquidation_threshold: f64,
    /// Collateral handed over beyond what is repaid, as a share of that.
    pub liquidation_incentive: f64,
    /// The most that one liquidation repays, as a share of the debt.
    pub close_factor: f64,
}

/// One liquidation and what it changes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// `threshold × collateral ÷ debt` before.
    pub hf_before: f64,
    /// Debt repaid.
    pub repaid: f64,
    /// Value of the collateral left.
    pub collateral_after: f64,
    /// Debt left.
    pub debt_after: f64,
    /// The health factor afterwards; `None` without debt.
    pub hf_after: Option<f64>,
    /// The loan-to-value afterwards; zero without debt, infinite without collateral.
    pub ltv_after: f64,
    /// What the liquidator gains: collateral received less debt repaid.
    pub liquidator_profit: f64,
}

/// Liquidates once a loan of `debt` against collateral worth `collateral`:
/// `repaid = min(close factor × debt, collateral ÷ (1 + incentive))`.
pub fn liquidate_once(collateral: f64, debt: f64, terms: &Terms) -> Step {
    let factor = 1.0 + terms.liquidation_incentive;
    let repaid = (terms.close_factor * debt).min(collateral / factor);
    let collateral_after = collateral - repaid * factor;
    let debt_after = debt - repaid;
    let health = |collateral: f64, debt: f64| terms.liquidation_threshold * collateral / debt;
    Step {
        hf_before: health(collateral, debt),
        repaid,
        collateral_after,
        debt_after,
        hf_after: (debt_after > 0.0).then(|| health(collateral_after, debt_after)),
        ltv_after: if debt_after > 0.0 {
            debt_after / collateral_after
        } else {
            0.0
        },
        liquidator_profit: repaid * terms.liquidation_incentive,
    }
}

/// A constant-product pool that collateral is sold into.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Amm {
    /// Collateral it holds.
    pub reserve_collateral: f64,
    /// Cash it holds.
    pub reserve_quote: f64,
    /// Share of what is sold that it keeps as a fee.
    pub fee: f64,
}

/// A sale into an [`Amm`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sale {
    /// Cash received.
    pub proceeds: f64,
    /// Cash per unit sold.
    pub average_price: f64,
    /// Cash per unit at the margin before.
    pub spot_before: f64,
    /// The same afterwards, the fee kept in the pool.
    pub spot_after: f64,
    /// How far the average lies below the spot before.
    pub slippage: f64,
}

impl Amm {
    /// What `sell` units bring: `y − x·y ÷ (x + sell × (1 − fee))`.
    pub fn sell(&self, sell: f64) -> Sale {
        let effective = sell * (1.0 - self.fee);
        let proceeds = self.reserve_quote * effective / (self.reserve_collateral + effective);
        let spot_before = self.reserve_quote / self.reserve_collateral;
        let average_price = proceeds / sell;
        Sale {
            proceeds,
            average_price,
            spot_before,
            spot_after: (self.reserve_quote - proceeds) / (self.reserve_collateral + sell),
            slippage: 1.0 - average_price / spot_before,
        }
    }
}

/// A position in a cascade: units of collateral and debt.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Position {
    /// Units of collateral.
    pub collateral: f64,
    /// Debt in cash.
    pub debt: f64,
}

/// What a cascade leaves behind.
#[derive(Clone, Debug, PartialEq)]
pub struct Cascade {
    /// The price at which nobody is liquidated any more.
    pub final_price: f64,
    /// Rounds in which somebody was.
    pub rounds: usize,
    /// Who was, by number.
    pub liquidated: Vec<usize>,
    /// Units of collateral sold.
    pub collateral_sold: f64,
    /// Debt that no collateral was left for.
    pub bad_debt: f64,
}

/// Runs liquidations from `price` until nobody is unhealthy.
///
/// Rounds are synchronous: each position with `threshold × collateral × price < debt` sells
/// `min(collateral, close factor × debt × (1 + incentive) ÷ price)` at the price the round began with, then the price falls
/// by `exp(−sold ÷ depth)`. Debt left without collateral is bad.
pub fn cascade(positions: &[Position], price: f64, depth: f64, terms: &Terms) -> Cascade {
    let mut open = positions.to_vec();
    let mut hit = vec![false; open.len()];
    let mut end = Cascade {
        final_price: price,
        rounds: 0,
        liquidated: Vec::new(),
        collateral_sold: 0.0,
        bad_debt: 0.0,
    };
    loop {
        let mut sold = 0.0;
        let mut any = false;
        for (position, hit) in open.iter_mut().zip(&mut hit) {
            let limit = terms.liquidation_threshold * position.collateral * end.final_price;
            if limit < position.debt {
                (any, *hit) = (true, true);
                sold += close(position, end.final_price, terms, &mut end.bad_debt);
            }
        }
        if !any {
            break;
        }
        end.rounds += 1;
        end.collateral_sold += sold;
        end.final_price *= (-sold / depth).exp();
    }
    end.liquidated = (0..hit.len()).filter(|number| hit[*number]).collect();
    end
}

/// Sells what one liquidation takes, and returns how many units that are.
fn close(position: &mut Position, price: f64, terms: &Terms, bad_debt: &mut f64) -> f64 {
    let factor = 1.0 + terms.liquidation_incentive;
    let due = terms.close_factor * position.debt;
    let needed = due * factor / price;
    if needed < position.collateral {
        position.collateral -= needed;
        position.debt -= due;
        return needed;
    }
    *bad_debt += (position.debt - position.collateral * price / factor).max(0.0);
    position.debt = 0.0;
    std::mem::take(&mut position.collateral)
}

/// The bad debt of one loan that nobody liquidates: `max(debt − collateral, 0)` at the horizon.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BadDebt {
    /// Its mean.
    pub expected: f64,
    /// The probability that there is any.
    pub probability: f64,
    /// Its 95 % quantile.
    pub var95: f64,
    /// Its 99 % quantile.
    pub var99: f64,
    /// Its mean beyond the 99 % quantile; `None` where that quantile is zero.
    pub es99: Option<f64>,
}

/// The bad debt of `debt` against lognormal collateral worth `collateral` today, without drift:
/// a put on the collateral, struck at the debt.
pub fn lognormal_bad_debt(collateral: f64, debt: f64, volatility: f64, years: f64) -> BadDebt {
    let deviation = volatility * years.sqrt();
    let d2 = (collateral / debt).ln() / deviation - deviation / 2.0;
    let probability = normal_cdf(-d2);
    let expected = debt * probability - collateral * normal_cdf(-d2 - deviation);
    let quantile = |level: f64| {
        let worth =
            collateral * (deviation * normal_quantile(1.0 - level) - deviation.powi(2) / 2.0).exp();
        (debt - worth).max(0.0)
    };
    let var99 = quantile(0.99);
    let tail = normal_cdf(normal_quantile(0.01) - deviation);
    BadDebt {
        expected,
        probability,
        var95: quantile(0.95),
        var99,
        es99: (var99 > 0.0).then(|| debt - collateral * tail / 0.01),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TERMS: Terms = Terms {
        liquidation_threshold: 0.8,
        liquidation_incentive: 0.05,
        close_factor: 0.5,
    };

    fn near(a: f64, b: f64) {
        assert!((a - b).abs() <= 1e-12 * b.abs().max(1.0), "{a} is not {b}");
    }

    #[test]
    fn a_liquidation_helps_below_the_toxic_ltv_and_harms_above() {
        let toxic = toxic(0.8, 0.05);
        near(toxic.toxic_ltv, 1.0 / 1.05);
        for (debt, helps) in [
            (toxic.toxic_ltv - 0.01, true),
            (toxic.toxic_ltv + 0.01, false),
        ] {
            let step = liquidate_once(1.0, debt, &TERMS);
            assert_eq!(
                step.hf_after.unwrap() > step.hf_before,
                helps,
                "debt {debt}"
            );
        }
    }

    #[test]
    fn a_liquidation_in_full_leaves_no_health_factor() {
        let terms = Terms {
            close_factor: 1.0,
            ..TERMS
        };
        let step = liquidate_once(1_000.0, 850.0, &terms);
        assert_eq!(
            (step.hf_after, step.ltv_after, step.debt_after),
            (None, 0.0, 0.0)
        );
        near(step.collateral_after, 1_000.0 - 850.0 * 1.05);
    }

    #[test]
    fn a_pool_keeps_its_product_and_gains_the_fee() {
        let pool = Amm {
            reserve_collateral: 1_000.0,
            reserve_quote: 2e6,
            fee: 0.0,
        };
        let sale = pool.sell(10.0);
        near((1_000.0 + 10.0) * (2e6 - sale.proceeds), 1_000.0 * 2e6);
        let with_fee = Amm { fee: 0.003, ..pool }.sell(10.0);
        assert!(with_fee.proceeds < sale.proceeds && with_fee.slippage > sale.slippage);
    }

    #[test]
    fn a_cascade_in_a_deep_market_is_one_round() {
        let positions = [
            Position {
                collateral: 1.0,
                debt: 90.0,
            },
            Position {
                collateral: 1.0,
                debt: 70.0,
            },
        ];
        let terms = Terms {
            close_factor: 1.0,
            ..TERMS
        };
        let deep = cascade(&positions, 100.0, 1e12, &terms);
        assert_eq!(
            (deep.rounds, deep.liquidated, deep.bad_debt),
            (1, vec![0], 0.0)
        );
        // 90 × 1.05 ÷ 100 = 0.945 units are sold; with a depth of 5 the price falls to 100 e^(−0.189) = 82.8,
        // and 0.8 × 82.8 = 66.2 < 70.
        let thin = cascade(&positions, 100.0, 5.0, &terms);
        assert_eq!((thin.rounds, thin.liquidated), (2, vec![0, 1]));
    }

    #[test]
    fn partial_closing_ends() {
        let positions = [
            Position {
                collateral: 1.0,
                debt: 81.0,
            },
            Position {
                collateral: 1.0,
                debt: 99.0,
            },
        ];
        let end = cascade(&positions, 100.0, 1e12, &TERMS);
        // The second is beyond 1 ÷ 1.05: all its collateral goes, and 99 − 100 ÷ 1.05 is never paid.
        assert_eq!(end.liquidated, [0, 1]);
        assert!((end.bad_debt - (99.0 - 100.0 / 1.05)).abs() < 1e-9);
    }

    #[test]
    fn the_tail_of_bad_debt_is_ordered() {
        let bad = lognormal_bad_debt(1.0, 0.9, 0.8, 30.0 / 365.0);
        let es99 = bad.es99.unwrap();
        assert!(
            bad.expected < bad.var95 && bad.var95 < bad.var99 && bad.var99 < es99 && es99 < 0.9
        );
    }
}
