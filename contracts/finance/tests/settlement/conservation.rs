//! What no settlement may do: make or lose a base unit.

use ethnum::U256;
use finance::settlement::{ClassTrace, Inputs, Settled, State};

/// A settlement and what it started from.
#[derive(Clone, Debug)]
pub struct Settlement {
    pub before: State,
    pub inputs: Inputs,
    pub settled: Settled,
}

impl Settlement {
    /// Cash is what came in less what went out, and the classes are worth the pool, to the last base unit.
    pub fn ensure_conserved(&self) {
        let wide = U256::from;
        let Settled {
            state,
            trace,
            classes,
        } = &self.settled;
        let paid = |class: &ClassTrace| {
            wide(class.fill.paid) + wide(class.payout.coupon) + wide(class.payout.principal)
        };
        let deposited = classes.iter().map(|class| wide(class.fill.deposited));
        let brought = wide(self.inputs.cash) + wide(self.inputs.cover) + deposited.sum::<U256>();
        let out =
            wide(trace.fees_funded) + wide(trace.dust) + classes.iter().map(paid).sum::<U256>();
        assert_eq!(wide(trace.cash_after) + out, brought);
        let portfolio = &self.inputs.portfolio;
        let loans = wide(portfolio.performing) + wide(portfolio.stressed);
        let pool = (wide(trace.cash_after) + loans).saturating_sub(wide(trace.fees_owed));
        let values: Vec<u128> = state.classes.iter().map(|class| class.value).collect();
        assert_eq!(values.iter().copied().map(wide).sum::<U256>(), pool);
        assert_eq!(state.values(trace.cash_after, portfolio), Ok(values));
        for (before, class) in self.before.classes.iter().zip(classes) {
            let made = wide(before.supply) + wide(class.fill.minted);
            assert_eq!(wide(class.supply_after) + wide(class.fill.burned), made);
        }
    }
}
