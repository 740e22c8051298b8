//! Random deals, settled by `finance`, as JSON lines for `model/compare.py`. The format is described in `model/README.md`.

use anyhow::Result;
use fastrand::Rng;
use finance::claim::Claim;
use finance::distribution::{Policy, INDEX_ONE};
use finance::settlement::{
    settle, Accrual, ClassState, ClassTerms, Demand, Inputs, Phase, Portfolio, Settled, State,
    Terms, Waiting,
};
use finance::{fees, Period, Price, Ratio, Timestamp};
use serde_json::{json, Value};
use std::io::{self, BufWriter, Write};

const HOUR: u64 = 3_600_000;
const DAY: u64 = 24 * HOUR;
/// No amount of a history exceeds this by much.
const GREATEST: u128 = 10u128.pow(24);

/// Writes `count` histories to standard output. The same `seed` writes the same ones.
pub fn write_histories(count: u64, seed: u64) -> Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    for number in 0..count {
        let history = History::new(seed.wrapping_mul(1 << 32).wrapping_add(number)).run();
        let written = writeln!(out, "{history}").and_then(|()| out.flush());
        match written {
            // The reader has seen enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
            written => written?,
        }
    }
    Ok(())
}

/// A deal, what was lent, and the dice.
struct History {
    rng: Rng,
    name: u64,
    /// The size of amounts, in base units.
    scale: u128,
    terms: Terms,
    state: State,
    cash: u128,
    loans: Portfolio,
    now: u64,
}

impl History {
    fn new(name: u64) -> Self {
        let mut rng = Rng::with_seed(name);
        let scale = *pick(&mut rng, &[1, 6, 9, 9, 12, 12, 12, 18, 18, 24]);
        let now = 1_600_000_000_000 + rng.u64(0..HOUR);
        let terms = terms(&mut rng, now, 10u128.pow(scale));
        let state = State::new(&terms, Timestamp(now));
        let mut history = Self {
            rng,
            name,
            scale: 10u128.pow(scale),
            terms,
            state,
            cash: 0,
            loans: Portfolio::default(),
            now,
        };
        if history.rng.bool() {
            history.begin_in_the_middle();
        }
        history
    }

    /// Settles until the deal is over, a settlement is refused, or it has gone on for long enough.
    fn run(mut self) -> Value {
        let terms = terms_json(&self.terms);
        let start = state_json(&self.state, self.cash);
        let mut steps = Vec::new();
        for _ in 0..self.rng.usize(3..14) {
            let payments = self.lend();
            self.pass_time();
            self.reach_a_date();
            self.change_values();
            let inputs = self.inputs();
            let settled = settle(&self.terms, self.state.clone(), &inputs);
            let outcome = match &settled {
                Ok(settled) => settled_json(settled),
                Err(error) => json!({ "error": format!("{error:?}") }),
            };
            steps.push(json!({
                "payments": payments,
                "inputs": inputs_json(&inputs),
                "settled": outcome,
            }));
            let Ok(settled) = settled else { break };
            self.cash = settled.trace.cash_after;
            self.state = settled.state;
            if self.state.phase == Phase::Closed && self.rng.bool() {
                break;
            }
        }
        json!({ "name": self.name, "terms": terms, "start": start, "steps": steps })
    }

    /// Classes with tokens, claims and loans that no course of events need explain.
    fn begin_in_the_middle(&mut self) {
        let residual = self.terms.classes.len() - 1;
        for index in 0..=residual {
            let supply = if self.rng.u8(0..12) == 0 {
                *pick(&mut self.rng, &[0, 1, 2, 3])
            } else {
                self.amount()
            };
            let price = 900 + self.rng.u128(0..300);
            let claim = match self.rng.u8(0..16) {
                0 => 0,
                1 => self.amount(),
                _ => (supply / 1_000 * price).max(supply.min(1_000)),
            };
            let claim = if supply == 0 { 0 } else { claim };
            let coupon = if self.rng.bool() {
                claim / (2 + self.rng.u128(0..200))
            } else {
                0
            };
            self.state.classes[index] = ClassState {
                claim: (index < residual).then(|| Claim::new(claim)),
                coupon: if index < residual { coupon } else { 0 },
                grown: if index < residual { coupon / 2 } else { 0 },
                value: claim,
                wiped: self.rng.u8(0..12) == 0,
                supply,
                index: self.rng.u128(0..10u128.pow(27)),
            };
        }
        let total: u128 = self.state.classes.iter().map(|class| class.value).sum();
        self.cash = self.share(total);
        self.loans.principal = total - self.cash;
        self.loans.performing = self.loans.principal;
        if self.rng.bool() && self.state.classes[residual].supply > 0 {
            self.state.high_water = self.rng.u128(0..2 * INDEX_ONE);
        }
        self.state.interest = self.share(self.cash);
        if self.rng.bool() {
            self.cash /= 20;
            self.state.interest = self.state.interest.min(self.cash);
        }
        if self.rng.u8(0..4) == 0 {
            let owed = self.amount();
            if let Ok(fees) = self.state.fees.charge(owed) {
                self.state.fees = fees;
            }
        }
        self.state.principal = self.loans.principal;
        // Amounts stay far below the range of what is computed here.
        let _ = self.state.redeploy(self.cash, &self.loans);
    }

    /// Draws and payments between two settlements.
    fn lend(&mut self) -> Vec<Value> {
        let mut payments = Vec::new();
        for _ in 0..self.rng.u8(0..4) {
            self.pass_time();
            let (mut received, mut drawn, mut interest) = (0, 0, 0);
            if self.rng.bool() && self.state.phase == Phase::Revolving {
                drawn = self.share(self.cash);
                self.loans.principal += drawn;
                self.loans.performing += drawn;
            } else {
                let principal = self.share(self.loans.principal);
                interest = self.share(self.loans.performing - self.loans.principal);
                self.loans.principal -= principal;
                self.loans.performing -= principal + interest;
                // Collateral was sold for seized debt.
                let recovered = self.share(self.loans.stressed);
                self.seized(recovered);
                received = principal + interest + recovered;
            }
            let Ok(state) = self.state.clone().accrued(&self.terms, Timestamp(self.now)) else {
                break;
            };
            self.state = state;
            self.cash = self.cash + received - drawn;
            self.state.interest += interest;
            if self.state.redeploy(self.cash, &self.loans).is_err() {
                break;
            }
            payments.push(json!({
                "now": self.now.to_string(),
                "received": received.to_string(),
                "drawn": drawn.to_string(),
                "interest": interest.to_string(),
                "principal": self.loans.principal.to_string(),
            }));
        }
        payments
    }

    fn pass_time(&mut self) {
        let most = *pick(
            &mut self.rng,
            &[1, 1_000, HOUR, DAY, 7 * DAY, 30 * DAY, 90 * DAY, 400 * DAY],
        );
        self.now += self.rng.u64(0..=most);
    }

    /// Sometimes stops the clock where a rule begins to hold.
    fn reach_a_date(&mut self) {
        let since = self
            .state
            .frozen_since
            .map(|since| since.plus(self.terms.frozen_limit));
        let dates = [self.terms.amortises_at, self.terms.ends_at, since];
        let date = pick(&mut self.rng, &dates).map(|date| date.0);
        if self.rng.u8(0..4) == 0 {
            self.now = date.filter(|date| *date > self.now).unwrap_or(self.now);
        }
    }

    /// Interest grows, loans are seized and marked, prices come and go.
    fn change_values(&mut self) {
        let loans = &mut self.loans;
        let most = loans.performing / *pick(&mut self.rng, &[10, 50, 200, 1_000]);
        if loans.performing < GREATEST {
            loans.performing += self.rng.u128(0..=most);
        }
        if self.rng.u8(0..6) == 0 {
            let principal = self.share(self.loans.principal);
            let interest = self.share(self.loans.performing - self.loans.principal);
            self.loans.principal -= principal;
            self.loans.performing -= principal + interest;
            self.loans.seized_debt += principal + interest;
        }
        if self.rng.u8(0..4) == 0 {
            let lost = self.share(self.loans.seized_debt);
            self.loans.seized_debt -= lost;
            self.loans.written_off += lost;
        }
        let loans = &mut self.loans;
        loans.market = self.rng.u128(0..=loans.seized_debt);
        loans.stressed = loans.market / 100 * self.rng.u128(0..=100);
        loans.frozen = loans.performing + loans.seized_debt > 0 && self.rng.u8(0..6) == 0;
        loans.frozen_debt = 0;
        if loans.frozen {
            self.loans.frozen_debt = self.share(self.loans.performing);
            if self.rng.bool() {
                (self.loans.stressed, self.loans.market) = (0, 0);
            }
        }
    }

    fn seized(&mut self, recovered: u128) {
        self.loans.stressed -= recovered;
        self.loans.seized_debt -= recovered;
        self.loans.market = self.loans.market.saturating_sub(recovered);
    }

    fn inputs(&mut self) -> Inputs {
        let demand = (0..self.terms.classes.len())
            .map(|index| self.demand(index))
            .collect();
        let lost = self.state.loss(&self.loans);
        Inputs {
            cash: self.cash,
            cover: self.share(lost),
            portfolio: self.loans,
            demand,
            now: Timestamp(self.now),
        }
    }

    fn demand(&mut self, index: usize) -> Demand {
        let class = self.state.classes[index];
        let price = fees::price(
            class.value.max(1),
            class.supply.max(1),
            finance::Rounding::Down,
        );
        let deposits = match self.rng.u8(0..3) {
            0 => 0,
            1 => self.amount(),
            _ => self.share(class.value + 10),
        };
        let redemptions = match self.rng.u8(0..4) {
            0 => 0,
            1 => class.supply,
            _ => self.share(class.supply),
        };
        Demand {
            deposits: self.waiting(deposits, price),
            redemptions: self.waiting(redemptions, price),
        }
    }

    /// `total`, some of it with limits around `price`.
    fn waiting(&mut self, total: u128, price: Price) -> Waiting {
        let mut waiting = Waiting {
            market: total,
            ..Waiting::default()
        };
        for _ in 0..self.rng.usize(0..4).saturating_sub(1) {
            let amount = self.share(waiting.market);
            waiting.market -= amount;
            let limit = match self.rng.u8(0..6) {
                0 => Price(self.rng.u128(0..3)),
                1 => Price(self.rng.u128(0..10u128.pow(30))),
                2 => price,
                _ => Price((price.0 / 1_000).saturating_mul(950 + self.rng.u128(0..100))),
            };
            waiting.limited.push((limit, amount));
        }
        waiting
    }

    /// Nothing, all, one base unit, or any part of `whole`.
    fn share(&mut self, whole: u128) -> u128 {
        match self.rng.u8(0..10) {
            0 => 0,
            1 => whole,
            2 => whole.min(1),
            3 => whole - whole.min(1),
            _ => self.rng.u128(0..=whole),
        }
    }

    fn amount(&mut self) -> u128 {
        match self.rng.u8(0..20) {
            0 => 1,
            1 => self.rng.u128(0..10),
            _ => self.rng.u128(0..=self.scale),
        }
    }
}

fn pick<'a, T>(rng: &mut Rng, from: &'a [T]) -> &'a T {
    &from[rng.usize(0..from.len())]
}

fn terms(rng: &mut Rng, now: u64, scale: u128) -> Terms {
    let count = rng.usize(2..=finance::MAX_TRANCHES);
    let date =
        |rng: &mut Rng| (rng.u8(0..3) == 0).then(|| Timestamp(now + rng.u64(0..1_000 * DAY)));
    let (first, second) = (date(rng), date(rng));
    Terms {
        accrual: *pick(rng, &[Accrual::Deployed, Accrual::Deployed, Accrual::Whole]),
        management_fee: *pick(
            rng,
            &[
                Ratio::ZERO,
                Ratio::from_bps(75),
                fees::HIGHEST_MANAGEMENT_FEE,
            ],
        ),
        performance_fee: *pick(
            rng,
            &[
                Ratio::ZERO,
                Ratio::from_bps(1_500),
                fees::HIGHEST_PERFORMANCE_FEE,
            ],
        ),
        amortises_at: first,
        ends_at: second,
        patience: (rng.u8(0..4) == 0).then(|| rng.u32(1..4)),
        frozen_limit: Period(rng.u64(0..60 * DAY)),
        classes: (1..=count)
            .map(|number| class_terms(rng, number == count, scale))
            .collect(),
    }
}

fn class_terms(rng: &mut Rng, is_residual: bool, scale: u128) -> ClassTerms {
    let bps = |rng: &mut Rng, choices: &[u32]| Ratio::from_bps(*pick(rng, choices));
    let odd = Ratio(rng.u128(0..Ratio::ONE.0));
    let minimum = bps(rng, &[0, 500, 1_000, 2_000, 2_500, 4_000]);
    let rated = |ratio| if is_residual { Ratio::ZERO } else { ratio };
    ClassTerms {
        target_rate: rated(bps(rng, &[0, 100, 450, 800, 1_500, 5_000, 50_000])),
        minimum_subordination: rated(if rng.u8(0..12) == 0 { odd } else { minimum }),
        interest_cover: rated(bps(rng, &[0, 0, 0, 5_000, 10_000, 12_000, 30_000])),
        cap: match rng.u8(0..6) {
            0 => u128::MAX,
            1 => 0,
            _ => scale * rng.u128(1..10),
        },
        policy: *pick(rng, &[Policy::Accumulate, Policy::PayOut]),
    }
}

fn terms_json(terms: &Terms) -> Value {
    let class = |class: &ClassTerms| {
        json!({
            "target_rate": class.target_rate.0.to_string(),
            "minimum_subordination": class.minimum_subordination.0.to_string(),
            "interest_cover": class.interest_cover.0.to_string(),
            "cap": class.cap.to_string(),
            "policy": format!("{:?}", class.policy),
        })
    };
    json!({
        "accrual": format!("{:?}", terms.accrual),
        "management_fee": terms.management_fee.0.to_string(),
        "performance_fee": terms.performance_fee.0.to_string(),
        "amortises_at": terms.amortises_at.map(|date| date.0.to_string()),
        "ends_at": terms.ends_at.map(|date| date.0.to_string()),
        "patience": terms.patience,
        "frozen_limit": terms.frozen_limit.0.to_string(),
        "classes": terms.classes.iter().map(class).collect::<Vec<_>>(),
    })
}

fn state_json(state: &State, cash: u128) -> Value {
    let class = |class: &ClassState| {
        json!({
            "claim": class.claim.map(|claim| claim.amount.to_string()),
            "coupon": class.coupon.to_string(),
            "grown": class.grown.to_string(),
            "wiped": class.wiped,
            "supply": class.supply.to_string(),
            "index": class.index.to_string(),
        })
    };
    json!({
        "cash": cash.to_string(),
        "phase": format!("{:?}", state.phase),
        "failures": state.failures,
        "frozen_since": state.frozen_since.map(|since| since.0.to_string()),
        "accrued_at": state.accrued_at.0.to_string(),
        "deployed": state.deployed.0.to_string(),
        "principal": state.principal.to_string(),
        "interest": state.interest.to_string(),
        "fees": state.fees.owed.to_string(),
        "high_water": state.high_water.to_string(),
        "classes": state.classes.iter().map(class).collect::<Vec<_>>(),
    })
}

fn inputs_json(inputs: &Inputs) -> Value {
    let waiting = |waiting: &Waiting| {
        let limited = waiting.limited.iter();
        json!({
            "market": waiting.market.to_string(),
            "limited": limited
                .map(|(limit, amount)| json!([limit.0.to_string(), amount.to_string()]))
                .collect::<Vec<_>>(),
        })
    };
    let demand = |demand: &Demand| json!({ "deposits": waiting(&demand.deposits), "redemptions": waiting(&demand.redemptions) });
    json!({
        "now": inputs.now.0.to_string(),
        "cover": inputs.cover.to_string(),
        "principal": inputs.portfolio.principal.to_string(),
        "performing": inputs.portfolio.performing.to_string(),
        "frozen_debt": inputs.portfolio.frozen_debt.to_string(),
        "stressed": inputs.portfolio.stressed.to_string(),
        "market": inputs.portfolio.market.to_string(),
        "seized_debt": inputs.portfolio.seized_debt.to_string(),
        "written_off": inputs.portfolio.written_off.to_string(),
        "frozen": inputs.portfolio.frozen,
        "demand": inputs.demand.iter().map(demand).collect::<Vec<_>>(),
    })
}

fn settled_json(settled: &Settled) -> Value {
    let trace = &settled.trace;
    let classes = settled.classes.iter().map(|class| {
        json!({
            "claim_before": class.claim_before.to_string(),
            "value_before": class.value_before.to_string(),
            "coupon_due": class.coupon_due.to_string(),
            "grown": class.grown.to_string(),
            "covered": class.covered,
            "interest_covered": class.interest_covered,
            "coupon": class.payout.coupon.to_string(),
            "principal": class.payout.principal.to_string(),
            "entry": class.entry.0.to_string(),
            "exit": class.exit.0.to_string(),
            "deposited": class.fill.deposited.to_string(),
            "minted": class.fill.minted.to_string(),
            "burned": class.fill.burned.to_string(),
            "paid": class.fill.paid.to_string(),
            "value_after": class.value_after.to_string(),
        })
    });
    json!({
        "state": state_json(&settled.state, trace.cash_after),
        "trace": {
            "value_before": trace.value_before.to_string(),
            "performance_fee": trace.performance_fee.to_string(),
            "fees_funded": trace.fees_funded.to_string(),
            "dust": trace.dust.to_string(),
            "value_after": trace.value_after.to_string(),
        },
        "classes": classes.collect::<Vec<_>>(),
    })
}
