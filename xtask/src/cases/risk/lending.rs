//! Liquidations, sales into a pool, cascades and bad debt.

use super::super::answer::{self, Answer};
use super::super::given::{Found, Given};
use super::super::Solved;
use super::{float, solved};
use risk::stress::{self, Amm, Position, Terms};

pub fn toxic(given: &Given) -> Found<Solved> {
    let toxic = stress::toxic(
        given.float("liquidation_threshold")?,
        given.float("liquidation_incentive")?,
    );
    solved(
        "stress",
        [
            ("toxic_ltv", float(toxic.toxic_ltv)),
            ("price_buffer_to_toxic", float(toxic.price_buffer_to_toxic)),
            ("hf_at_toxic", float(toxic.hf_at_toxic)),
        ],
    )
}

fn terms(given: &Given) -> Found<Terms> {
    Ok(Terms {
        liquidation_threshold: given.float("liquidation_threshold")?,
        liquidation_incentive: given.float("liquidation_incentive")?,
        close_factor: given.float("close_factor")?,
    })
}

pub fn step(given: &Given) -> Found<Solved> {
    let step = stress::liquidate_once(
        given.float("collateral")?,
        given.float("debt")?,
        &terms(given)?,
    );
    solved(
        "stress",
        [
            ("hf_before", float(step.hf_before)),
            ("repaid", float(step.repaid)),
            ("collateral_after", float(step.collateral_after)),
            ("debt_after", float(step.debt_after)),
            ("hf_after", step.hf_after.map_or(Answer::Nothing, float)),
            ("ltv_after", float(step.ltv_after)),
            ("liquidator_profit", float(step.liquidator_profit)),
        ],
    )
}

pub fn sale(given: &Given) -> Found<Solved> {
    let pool = Amm {
        reserve_collateral: given.float("reserve_collateral")?,
        reserve_quote: given.float("reserve_quote")?,
        fee: given.float("fee")?,
    };
    let sale = pool.sell(given.float("sell")?);
    solved(
        "stress",
        [
            ("proceeds", float(sale.proceeds)),
            ("average_price", float(sale.average_price)),
            ("spot_before", float(sale.spot_before)),
            ("spot_after", float(sale.spot_after)),
            ("slippage", float(sale.slippage)),
        ],
    )
}

pub fn cascade(given: &Given) -> Found<Solved> {
    let key = "positions_collateral_units_and_debt";
    let position = |row: Vec<f64>| match row[..] {
        [collateral, debt] => Ok(Position { collateral, debt }),
        _ => Err(given.wrong(key, "is not a list of pairs")),
    };
    let positions: Found<Vec<Position>> = given.rows(key)?.into_iter().map(position).collect();
    let price = given.float("price0")? * (1.0 - given.float("shock")?);
    let end = stress::cascade(
        &positions?,
        price,
        given.float("impact_depth_units")?,
        &terms(given)?,
    );
    solved(
        "stress",
        [
            ("final_price", float(end.final_price)),
            ("rounds", answer::count(end.rounds as u128)),
            (
                "liquidated",
                answer::list(
                    end.liquidated
                        .iter()
                        .map(|place| answer::count(*place as u128)),
                ),
            ),
            ("collateral_sold", float(end.collateral_sold)),
            ("bad_debt", float(end.bad_debt)),
        ],
    )
}

pub fn bad_debt(given: &Given) -> Found<Solved> {
    let [collateral, debt] = [given.float("collateral")?, given.float("debt")?];
    let loss = stress::lognormal_bad_debt(
        collateral,
        debt,
        given.float("volatility")?,
        given.float("horizon_years")?,
    );
    solved(
        "stress",
        [
            ("expected_bad_debt", float(loss.expected)),
            ("prob_insolvent", float(loss.probability)),
            ("var95", float(loss.var95)),
            ("var99", float(loss.var99)),
            ("es99", loss.es99.map_or(Answer::Nothing, float)),
        ],
    )
}
