//! The settlement of an epoch, computed whole before anything is written: what is previewed is what is
//! executed.
//!
//! 1. accrual: claims and the management fee grow up to now; insurance covers what was written off;
//! 2. value: cash plus the loan portfolio less fees, and the **waterfall**, most senior first;
//! 3. performance fee on the residual's gains; fees are set aside;
//! 4. value without an owner leaves;
//! 5. coverage tests, and with them the state of the deal;
//! 6. distributions: coupons, diversion to the top class, principal in sequence;
//! 7. fills: deposits and redemptions that subordination, caps and cash allow;
//! 8. conservation: the classes must still add up to the pool.

use alloc::vec::Vec;

use crate::claim::{deployed_share, Claim};
use crate::class::{values, Class};
use crate::distribution::{
    first_with_tokens, is_interest_covered, Distribution, Outlook, Payout, Policy, INDEX_ONE,
};
use crate::fees::{self, Fees};
use crate::fills::{self, Fill, FEW, MOST_OF_FEW};
use crate::fixed::{add, mul_div, sub, MathError, Price, Rate, Ratio, Rounding};
use crate::time::{Period, Timestamp};
use crate::waterfall;

macro_rules! stored {
    ($(#[$doc:meta])* pub $kind:ident $($rest:tt)*) => {
        $(#[$doc])*
        #[derive(scale::Encode, scale::Decode)]
        #[cfg_attr(
            feature = "metadata",
            derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout)
        )]
        pub $kind $($rest)*
    };
}

stored! {
    /// The terms that settlements go by.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct Terms {
        /// What claims grow on.
        pub accrual: Accrual,
        /// A year, on the principal lent; at most [`fees::HIGHEST_MANAGEMENT_FEE`].
        pub management_fee: Ratio,
        /// Of the residual's gains above its high-water mark; at most [`fees::HIGHEST_PERFORMANCE_FEE`].
        pub performance_fee: Ratio,
        /// When principal starts to be paid back.
        pub amortises_at: Option<Timestamp>,
        /// When the deal is wound down.
        pub ends_at: Option<Timestamp>,
        /// After how many settlements in a row with a broken test the deal amortises.
        pub patience: Option<u32>,
        /// How long a price may be missing before settlements only amortise.
        pub frozen_limit: Period,
        /// From the most senior to the residual.
        pub classes: Vec<ClassTerms>,
    }
}

stored! {
    /// The terms of one class.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct ClassTerms {
        /// Growth of the claim, nominal per year; at most one, zero for the residual.
        pub target_rate: Ratio,
        /// The least subordination that fills, draws and coupons leave; below one, zero for the residual.
        pub minimum_subordination: Ratio,
        /// Interest to be collected per coupon due at and above the class; zero for no test.
        pub interest_cover: Ratio,
        /// The most the class may be worth after a deposit, in base units of cash.
        pub cap: u128,
        /// What happens to coupons.
        pub policy: Policy,
    }
}

stored! {
    /// What claims grow on.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub enum Accrual {
        /// On the share of the pool that is lent out.
        #[default]
        Deployed,
        /// On all of it.
        Whole,
    }
}

stored! {
    /// The state of a deal. Once left, it does not return.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
    pub enum Phase {
        /// Orders fill and loans are drawn.
        #[default]
        Revolving,
        /// Interest pays coupons, principal is paid back from the top.
        Amortising,
        /// All cash is paid back from the top.
        WindDown,
        /// Nothing is left but claims on settled cash.
        Closed,
    }
}

stored! {
    /// What settlements carry from one to the next.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct State {
        /// The state of the deal.
        pub phase: Phase,
        /// Settlements in a row with a broken test.
        pub failures: u32,
        /// Since when a price has been missing.
        pub frozen_since: Option<Timestamp>,
        /// Up to when claims and fees have grown.
        pub accrued_at: Timestamp,
        /// The share of the pool on which claims grow until the next event.
        pub deployed: Ratio,
        /// The principal on which fees grow until the next event.
        pub principal: u128,
        /// Interest collected since the last settlement.
        pub interest: u128,
        /// Write-offs that settlements have dealt with.
        pub written_off: u128,
        /// Fees not funded yet.
        pub fees: Fees,
        /// The highest price of the residual that was charged for, in base units, scaled
        /// [`INDEX_ONE`].
        pub high_water: u128,
        /// From the most senior to the residual.
        pub classes: Vec<ClassState>,
    }
}

stored! {
    /// A class between settlements.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct ClassState {
        /// What it is owed; the residual has no claim.
        pub claim: Option<Claim>,
        /// The part of the claim that is growth not paid out yet.
        pub coupon: u128,
        /// Growth since the last settlement.
        pub grown: u128,
        /// What it was worth at the last settlement.
        pub value: u128,
        /// Whether that was nothing, at live prices: its claim stands still.
        pub wiped: bool,
        /// Tokens in existence.
        pub supply: u128,
        /// Cash ever paid per token, scaled [`INDEX_ONE`].
        pub index: u128,
    }
}

/// What the loans are worth to the pool, in base units of cash.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(feature = "metadata", derive(scale_info::TypeInfo))]
pub struct Portfolio {
    /// Principal of performing loans.
    pub principal: u128,
    /// Performing debt at face, interest included.
    pub performing: u128,
    /// The part of it whose collateral has no live price.
    pub frozen_debt: u128,
    /// Seized debt at its mark; zero for a type whose price is frozen.
    pub stressed: u128,
    /// Seized debt at `min(debt, collateral × price)`; zero for a type whose price is frozen.
    pub market: u128,
    /// Seized debt at face.
    pub seized_debt: u128,
    /// Ever written off.
    pub written_off: u128,
    /// Whether a type with debt has no live price.
    pub frozen: bool,
    /// Whether the price of a type with debt jumped and waits for its confirmation. The figures here are at the lower
    /// price; a pool lets nobody enter meanwhile.
    pub held: bool,
    /// The oldest report behind the prices that were asked for.
    pub prices_at: Option<Timestamp>,
}

/// Orders of one class that may take part.
#[derive(Clone, Debug, Default, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(feature = "metadata", derive(scale_info::TypeInfo))]
pub struct Demand {
    /// In cash.
    pub deposits: Waiting,
    /// In tokens.
    pub redemptions: Waiting,
}

/// Orders on one side of a class.
#[derive(Clone, Debug, Default, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(feature = "metadata", derive(scale_info::TypeInfo))]
pub struct Waiting {
    /// At any price.
    pub market: u128,
    /// At a limit price: cash per token in base units, scaled 1e18.
    pub limited: Vec<(Price, u128)>,
    /// From the next settlement on, at any price or a limit.
    pub late: u128,
}

/// What a settlement starts from.
#[derive(Clone, Debug, Default, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(feature = "metadata", derive(scale_info::TypeInfo))]
pub struct Inputs {
    /// The pool's own cash.
    pub cash: u128,
    /// Cash from the insurance fund for what was written off since the last settlement.
    pub cover: u128,
    /// What the loans are worth.
    pub portfolio: Portfolio,
    /// The orders, most senior class first.
    pub demand: Vec<Demand>,
    /// The time.
    pub now: Timestamp,
}

/// A settlement, step by step; classes apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(feature = "metadata", derive(scale_info::TypeInfo))]
pub struct Trace {
    /// The state of the deal afterwards.
    pub phase: Phase,
    /// The pool's cash before.
    pub cash_before: u128,
    /// What the insurance fund added to it.
    pub cover: u128,
    /// The pool's value before performance fee, distributions and fills.
    pub value_before: u128,
    /// The performance fee charged.
    pub performance_fee: u128,
    /// Fees set aside for their beneficiary.
    pub fees_funded: u128,
    /// Fees that there was no cash for.
    pub fees_owed: u128,
    /// Cash that no class owns.
    pub dust: u128,
    /// The pool's cash after.
    pub cash_after: u128,
    /// The pool's value after: the sum of the classes' values.
    pub value_after: u128,
}

/// What a settlement does to one class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(feature = "metadata", derive(scale_info::TypeInfo))]
pub struct ClassTrace {
    /// What it is owed, growth included.
    pub claim_before: u128,
    /// What the waterfall gives it: `min(claim, what is left after the classes above)`.
    pub value_before: u128,
    /// Growth of its claim since the last settlement.
    pub grown: u128,
    /// Growth of its claim that was not paid out yet.
    pub coupon_due: u128,
    /// Value strictly below it ÷ pool value, before distributions.
    pub subordination: Ratio,
    /// Whether that is enough.
    pub covered: bool,
    /// Whether the interest collected is enough.
    pub interest_covered: bool,
    /// Cash paid to its tokens.
    pub payout: Payout,
    /// Cash ever paid per token, scaled [`INDEX_ONE`].
    pub index: u128,
    /// What this settlement added to that.
    pub rise: u128,
    /// The price at which orders enter, in base units, scaled 1e18.
    pub entry: Price,
    /// The price at which they leave.
    pub exit: Price,
    /// Orders filled.
    pub fill: Fill,
    /// What it is owed afterwards.
    pub claim_after: u128,
    /// What it is worth afterwards.
    pub value_after: u128,
    /// Its tokens afterwards.
    pub supply_after: u128,
}

/// A settlement ready to be written.
#[derive(Clone, Debug, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(feature = "metadata", derive(scale_info::TypeInfo))]
pub struct Settled {
    /// The state afterwards.
    pub state: State,
    /// What was done.
    pub trace: Trace,
    /// What was done to each class, most senior first.
    pub classes: Vec<ClassTrace>,
}

impl State {
    /// A deal that begins `now`.
    pub fn new(terms: &Terms, now: Timestamp) -> Self {
        let residual = terms.classes.len().saturating_sub(1);
        let class = |index| ClassState {
            claim: (index < residual).then(Claim::default),
            ..ClassState::default()
        };
        Self {
            accrued_at: now,
            high_water: INDEX_ONE,
            classes: (0..terms.classes.len()).map(class).collect(),
            ..Self::default()
        }
    }

    /// This state with claims and fees grown up to the last whole second before `now`.
    pub fn accrued(mut self, terms: &Terms, now: Timestamp) -> Result<Self, MathError> {
        let (seconds, reached) = self.accrued_at.whole_secs_until(now);
        let share = match terms.accrual {
            Accrual::Deployed => self.deployed,
            Accrual::Whole => Ratio::ONE,
        };
        for (class, terms) in self.classes.iter_mut().zip(&terms.classes) {
            if let Some(claim) = class.claim.filter(|_| !class.wiped) {
                let rate = Rate::from_annual(terms.target_rate)?;
                let grown = claim.accrue(rate, share, seconds)?;
                let growth = sub(grown.amount, claim.amount)?;
                class.coupon = add(class.coupon, growth)?;
                class.grown = add(class.grown, growth)?;
                class.claim = Some(grown);
            }
        }
        self.fees = self
            .fees
            .accrue(self.principal, terms.management_fee, seconds)?;
        self.accrued_at = reached;
        Ok(self)
    }

    /// What was written off since the last settlement.
    pub fn loss(&self, portfolio: &Portfolio) -> u128 {
        portfolio.written_off.saturating_sub(self.written_off)
    }

    /// Cash and loans less fees.
    pub fn value(&self, cash: u128, portfolio: &Portfolio) -> Result<u128, MathError> {
        let assets = [cash, portfolio.performing, portfolio.stressed];
        waterfall::total(&self.fees.paid_from(assets))
    }

    /// What every class is worth, most senior first: the waterfall.
    pub fn values(&self, cash: u128, portfolio: &Portfolio) -> Result<Vec<u128>, MathError> {
        self.divide(self.value(cash, portfolio)?)
    }

    fn divide(&self, value: u128) -> Result<Vec<u128>, MathError> {
        let claims = self.classes.iter().filter_map(|class| class.claim);
        let claims: Vec<u128> = claims.map(|claim| claim.amount).collect();
        waterfall::distribute(value, &claims)
    }

    /// From now on claims and fees grow on what is lent now.
    pub fn redeploy(&mut self, cash: u128, portfolio: &Portfolio) -> Result<(), MathError> {
        self.principal = portfolio.principal;
        self.deployed = deployed_share(portfolio.principal, cash)?;
        Ok(())
    }
}

/// Settles `state`.
///
/// # Errors
/// [`MathError`] beyond the range of amounts.
pub fn settle(terms: &Terms, state: State, inputs: &Inputs) -> Result<Settled, MathError> {
    let portfolio = &inputs.portfolio;
    let lent = portfolio.performing > 0 || portfolio.seized_debt > 0;
    let outlook = Outlook {
        lent,
        frozen: portfolio.frozen,
        estimated: portfolio.frozen || portfolio.seized_debt > 0,
    };
    let mut state = state.accrued(terms, inputs.now)?;
    let mut cash = add(inputs.cash, inputs.cover)?;
    let mut trace = Trace {
        cash_before: inputs.cash,
        cover: inputs.cover,
        value_before: state.value(cash, portfolio)?,
        ..Trace::default()
    };
    let mut classes = open(terms, &state, &state.values(cash, portfolio)?);
    let grown = state.classes.iter().map(|class| class.grown);
    let mut traces: Vec<ClassTrace> = classes.iter().zip(grown).map(before).collect();

    trace.performance_fee = charge_performance(terms, &mut state, &mut classes, portfolio)?;
    trace.fees_funded = state.fees.owed.min(cash);
    cash = sub(cash, trace.fees_funded)?;
    state.fees = state.fees.fund(trace.fees_funded)?;
    state.interest = state.interest.saturating_sub(trace.fees_funded);
    trace.fees_owed = state.fees.owed;
    trace.dust = disown(&mut state, &mut classes, outlook, cash)?;
    cash = sub(cash, trace.dust)?;

    test(terms, &state, &classes, outlook, &mut traces)?;
    let broken = traces
        .iter()
        .any(|trace| !(trace.covered && trace.interest_covered));
    advance(terms, &mut state, &classes, inputs, cash, broken)?;
    let frozen_since = state.frozen_since.unwrap_or(inputs.now);
    let is_frozen_too_long =
        portfolio.frozen && inputs.now.since(frozen_since) > terms.frozen_limit;
    let revolves = state.phase == Phase::Revolving && !is_frozen_too_long;

    let left = distribute(
        terms,
        &mut state,
        &mut classes,
        outlook,
        cash,
        revolves,
        &mut traces,
    )?;
    let mut moved = left < cash || trace.dust > 0 || trace.cover > 0;
    cash = left;

    price(&mut classes, &mut traces, portfolio)?;
    let begins = classes.last().is_some_and(|residual| residual.entry == 0);
    if revolves {
        let assets = [cash, portfolio.performing, portfolio.stressed];
        let is_solvent = short_of(state.fees.owed, assets) == 0;
        call_orders(&mut classes, inputs, &traces, is_solvent)?;
        let mut paid = 0;
        for (trace, fill) in traces
            .iter_mut()
            .zip(fills::fill(&mut classes, cash, lent)?)
        {
            cash = add(cash, fill.deposited)?;
            paid = add(paid, fill.paid)?;
            moved |= fill != Fill::default();
            trace.fill = fill;
        }
        // A redemption may be paid from a deposit in any class.
        cash = sub(cash, paid)?;
        raise_high_water(&mut state, &traces, begins);
    }

    close(&mut state, terms, &classes, portfolio, lent);
    if moved || state.principal != portfolio.principal {
        state.redeploy(cash, portfolio)?;
    }
    let values = values(&classes);
    trace.phase = state.phase;
    trace.cash_after = cash;
    trace.value_after = waterfall::total(&values)?;
    for (class, trace) in classes.iter().zip(&mut traces) {
        trace.rise = sub(class.index, trace.index)?;
        trace.index = class.index;
        trace.claim_after = class.claim.map(|claim| claim.amount).unwrap_or_default();
        trace.value_after = class.value;
        trace.supply_after = class.supply;
    }
    Ok(Settled {
        state,
        trace,
        classes: traces,
    })
}

/// The classes at their `values`.
fn open(terms: &Terms, state: &State, values: &[u128]) -> Vec<Class> {
    let rows = terms.classes.iter().zip(&state.classes).zip(values);
    rows.map(|((terms, class), value)| Class {
        claim: class.claim,
        coupon: class.coupon,
        value: *value,
        supply: class.supply,
        index: class.index,
        minimum: terms.minimum_subordination,
        cap: terms.cap,
        ..Class::default()
    })
    .collect()
}

fn before((class, grown): (&Class, u128)) -> ClassTrace {
    ClassTrace {
        claim_before: class.claim.map(|claim| claim.amount).unwrap_or_default(),
        value_before: class.value,
        grown,
        coupon_due: class.coupon,
        index: class.index,
        ..ClassTrace::default()
    }
}

/// The residual pays for its gains, as far as they do not hang on debt in auction or on a price that is missing.
fn charge_performance(
    terms: &Terms,
    state: &mut State,
    classes: &mut [Class],
    portfolio: &Portfolio,
) -> Result<u128, MathError> {
    let residual = classes.last_mut();
    let Some(residual) = residual.filter(|class| class.supply > 0 && !portfolio.frozen) else {
        return Ok(0);
    };
    let certain = residual.value.saturating_sub(portfolio.stressed);
    let (fee, mark) = fees::performance(
        terms.performance_fee,
        certain,
        residual.supply,
        state.high_water,
    )?;
    state.high_water = mark;
    state.fees = state.fees.charge(fee)?;
    residual.value = sub(residual.value, fee)?;
    Ok(fee)
}

/// Takes out of the residual what nobody owns, as far as it is cash and no price is missing: the next depositor has no right to it. All
/// of it without holders; of so few tokens as rounding leaves what each is worth above [`MOST_OF_FEW`], which is no gain either.
fn disown(
    state: &mut State,
    classes: &mut [Class],
    outlook: Outlook,
    cash: u128,
) -> Result<u128, MathError> {
    let residual = classes.last_mut();
    let Some(residual) = residual.filter(|class| class.supply <= FEW && !outlook.frozen) else {
        return Ok(0);
    };
    let owned = residual.supply.saturating_mul(MOST_OF_FEW);
    let unowned = residual.value.saturating_sub(owned).min(cash);
    residual.value = sub(residual.value, unowned)?;
    if unowned > 0 {
        // Without tokens there is no price to reach.
        let price = mul_div(residual.value, INDEX_ONE, residual.supply, Rounding::Up);
        state.high_water = state.high_water.min(price.unwrap_or(u128::MAX));
    }
    Ok(unowned)
}

/// What of `due` the `assets` do not cover.
fn short_of(due: u128, assets: [u128; 3]) -> u128 {
    assets.into_iter().fold(due, u128::saturating_sub)
}

/// What all classes before the residual are owed.
fn claimed(classes: &[Class]) -> Result<u128, MathError> {
    let claims = classes.iter().filter_map(|class| class.claim);
    claims.map(|claim| claim.amount).try_fold(0, add)
}

/// Subordination and interest coverage of every class that is worth anything, while anything is lent.
fn test(
    terms: &Terms,
    state: &State,
    classes: &[Class],
    outlook: Outlook,
    traces: &mut [ClassTrace],
) -> Result<(), MathError> {
    let values = values(classes);
    let mut coupons = 0;
    let rows = terms.classes.iter().zip(&values).zip(traces).enumerate();
    for (index, ((terms, value), trace)) in rows {
        let is_exempt = !outlook.lent || *value == 0;
        coupons = add(coupons, trace.grown)?;
        trace.subordination = waterfall::subordination(&values, index)?;
        let minimum = terms.minimum_subordination;
        trace.covered = is_exempt || waterfall::is_covered(&values, index, minimum)?;
        let cover = terms.interest_cover;
        trace.interest_covered = is_exempt || is_interest_covered(state.interest, coupons, cover)?;
    }
    Ok(())
}

/// Counts broken tests and moves the deal on, by objective triggers alone. A missing price triggers nothing.
fn advance(
    terms: &Terms,
    state: &mut State,
    classes: &[Class],
    inputs: &Inputs,
    cash: u128,
    broken: bool,
) -> Result<(), MathError> {
    let Inputs { portfolio, now, .. } = inputs;
    let is_past = |moment: Option<Timestamp>| moment.is_some_and(|moment| *now >= moment);
    if portfolio.frozen {
        state.frozen_since.get_or_insert(*now);
    } else {
        state.frozen_since = None;
        state.failures = if broken {
            state.failures.saturating_add(1)
        } else {
            0
        };
    }
    let is_patience_over = terms
        .patience
        .is_some_and(|patience| state.failures >= patience);
    if is_past(terms.amortises_at) || is_patience_over {
        state.phase = state.phase.max(Phase::Amortising);
    }
    let claims = claimed(classes)?;
    let at_face = [cash, portfolio.performing, portfolio.seized_debt];
    let short = short_of(claims, state.fees.paid_from(at_face));
    let is_loss = short > 0 && short <= portfolio.written_off;
    if is_past(terms.ends_at) || (is_loss && !portfolio.frozen) {
        state.phase = state.phase.max(Phase::WindDown);
    }
    Ok(())
}

/// Pays coupons and principal to the holders. Returns the cash that is left.
fn distribute(
    terms: &Terms,
    state: &mut State,
    classes: &mut [Class],
    outlook: Outlook,
    cash: u128,
    revolves: bool,
    traces: &mut [ClassTrace],
) -> Result<u128, MathError> {
    let interest = core::mem::take(&mut state.interest);
    let policies: Vec<Policy> = terms.classes.iter().map(|class| class.policy).collect();
    let mut distribution = Distribution::new(classes, outlook, cash, interest);
    if state.phase < Phase::WindDown {
        let fails = |trace: &ClassTrace| !(trace.covered && trace.interest_covered);
        // Down to the first class that fails a test coupons are paid; then the test comes first.
        let first = traces.iter().position(fails);
        let next = first.map_or(policies.len(), |first| first.saturating_add(1));
        distribution.coupons(&policies, 0..next)?;
        if let Some(first) = first {
            let is_thin = |index: usize| traces.get(index).is_some_and(|trace| !trace.covered);
            let is_starved = traces.iter().any(|trace| !trace.interest_covered);
            distribution.divert(first, is_thin, is_starved)?;
            distribution.coupons(&policies, next..policies.len())?;
        }
    }
    if !revolves {
        distribution.in_sequence()?;
    }
    let Distribution { cash, payouts, .. } = distribution;
    // What the residual was paid is no loss.
    if let (Some(residual), Some(before)) = (classes.last(), state.classes.last()) {
        let rise = sub(residual.index, before.index)?;
        state.high_water = state.high_water.saturating_sub(rise);
    }
    for (trace, payout) in traces.iter_mut().zip(payouts) {
        trace.payout = payout;
    }
    Ok(cash)
}

/// Those who enter the residual above the mark bring what they paid as their own. Below it they do not lower it, or the others would pay
/// for the same rise twice: they pay nothing until it is reached. Those who leave take theirs along. A residual that `begins` anew has
/// gained nothing yet.
fn raise_high_water(state: &mut State, traces: &[ClassTrace], begins: bool) {
    let (Some(before), Some(trace)) = (state.classes.last(), traces.last()) else {
        return;
    };
    let Fill {
        deposited,
        minted,
        burned,
        ..
    } = trace.fill;
    if minted > 0 && begins {
        state.high_water = INDEX_ONE;
    } else if minted > 0 {
        let stay = before.supply.saturating_sub(burned);
        let base = mul_div(state.high_water, stay, INDEX_ONE, Rounding::Up);
        let base = base.and_then(|base| add(base, deposited));
        let mark = base.and_then(|base| mul_div(base, INDEX_ONE, add(stay, minted)?, Rounding::Up));
        let before = if stay > 0 { state.high_water } else { 0 };
        state.high_water = mark.unwrap_or(u128::MAX).max(before);
    } else if burned == before.supply {
        state.high_water = INDEX_ONE;
    }
}

/// The two-sided price. Every class that takes new money is worth its claim; of the residual's value alone is
/// anything in doubt: those who enter pay for seized debt at the market, those who leave get nothing for it.
fn price(
    classes: &mut [Class],
    traces: &mut [ClassTrace],
    portfolio: &Portfolio,
) -> Result<(), MathError> {
    let pool = waterfall::total(&values(classes))?;
    let claims = claimed(classes)?;
    for (class, trace) in classes.iter_mut().zip(traces) {
        (class.entry, class.exit) = (class.value, class.value);
        if class.claim.is_none() {
            let uncertain = add(claims, portfolio.stressed)?;
            class.entry = add(pool, portfolio.market)?.saturating_sub(uncertain);
            class.exit = pool.saturating_sub(uncertain);
        }
        trace.entry = Price::ONE;
        if class.supply > 0 && class.entry > 0 {
            trace.entry = fees::price(class.entry, class.supply, Rounding::Up);
            trace.exit = fees::price(class.exit, class.supply, Rounding::Down);
        }
    }
    Ok(())
}

/// Calls up the orders that take part: all whose limit the price keeps (none to enter a pool that owes more fees than it has), or, while a price is missing, only those of the
/// top class to leave, if every class would be covered were the debt behind it lost.
fn call_orders(
    classes: &mut [Class],
    inputs: &Inputs,
    traces: &[ClassTrace],
    is_solvent: bool,
) -> Result<(), MathError> {
    let Inputs {
        portfolio, demand, ..
    } = inputs;
    let exits_if_frozen = match portfolio.frozen {
        true => sole_exit(classes, portfolio.frozen_debt)?,
        false => None,
    };
    let rows = classes.iter_mut().zip(demand).zip(traces).enumerate();
    for (index, ((class, demand), trace)) in rows {
        if is_solvent && !portfolio.frozen {
            class.deposits = demand.deposits.taking_part(Trade::Entry(trace.entry))?;
        }
        if !portfolio.frozen || exits_if_frozen == Some(index) {
            class.redemptions = demand.redemptions.taking_part(Trade::Exit(trace.exit))?;
        }
    }
    Ok(())
}

/// The class that may leave while `doubtful` debt has no price: the first, if it would be whole and every class covered were that debt lost.
fn sole_exit(classes: &[Class], doubtful: u128) -> Result<Option<usize>, MathError> {
    let pool = waterfall::total(&values(classes))?;
    let claims = classes.iter().filter_map(|class| class.claim);
    let claims: Vec<u128> = claims.map(|claim| claim.amount).collect();
    let worst = waterfall::distribute(pool.saturating_sub(doubtful), &claims)?;
    let first = first_with_tokens(classes);
    for (index, (class, value)) in classes.iter().zip(&worst).enumerate() {
        let is_whole = first != Some(index) || *value == class.value;
        if !is_whole || !waterfall::is_covered(&worst, index, class.minimum)? {
            return Ok(None);
        }
    }
    Ok(first)
}

/// The price at which one side of a class trades.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trade {
    /// Deposits, at most at their limit.
    Entry(Price),
    /// Redemptions, at least at their limit.
    Exit(Price),
}

impl Trade {
    /// Whether it keeps a limit.
    pub fn keeps(self, limit: Price) -> bool {
        match self {
            Self::Entry(price) => price <= limit,
            Self::Exit(price) => price >= limit,
        }
    }
}

impl Waiting {
    /// What takes part in a trade.
    pub fn taking_part(&self, trade: Trade) -> Result<u128, MathError> {
        let limited = self.limited.iter().filter(|(limit, _)| trade.keeps(*limit));
        limited
            .map(|(_, pending)| *pending)
            .try_fold(self.market, add)
    }

    /// All that waits, for this settlement or the next.
    pub fn total(&self) -> Result<u128, MathError> {
        let limited = self.limited.iter().map(|(_, pending)| *pending);
        limited.chain([self.late]).try_fold(self.market, add)
    }
}

/// Writes the classes back. A missing price wipes nobody out; a deal that is over is closed.
fn close(state: &mut State, terms: &Terms, classes: &[Class], portfolio: &Portfolio, lent: bool) {
    for ((class, terms), settled) in state.classes.iter_mut().zip(&terms.classes).zip(classes) {
        let keeps_coupon = terms.policy == Policy::PayOut;
        *class = ClassState {
            claim: settled.claim,
            coupon: if keeps_coupon { settled.coupon } else { 0 },
            grown: 0,
            value: settled.value,
            wiped: if portfolio.frozen {
                class.wiped
            } else {
                settled.value == 0
            },
            supply: settled.supply,
            index: settled.index,
        };
    }
    state.written_off = portfolio.written_off;
    let is_over = !lent && classes.iter().all(|class| class.value == 0);
    if state.phase > Phase::Revolving && is_over {
        state.phase = Phase::Closed;
    }
}
