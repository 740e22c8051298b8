//! Parameters of a collateral type, with a liquidation LTV that may still be on its way down.

use finance::lending::ramp;
use finance::{Period, Ratio, Timestamp};
use interfaces::parameters::{CollateralParameter, CollateralParameters, CollateralTerms};

/// What was set, and where the liquidation LTV came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Listed {
    /// As they were last set.
    pub terms: CollateralTerms,
    /// The liquidation LTV in force when it was set.
    from: Ratio,
    /// When that was.
    set_at: Timestamp,
}

impl Listed {
    /// Parameters in force at once.
    pub fn new(terms: CollateralTerms) -> Self {
        Self {
            from: terms.loans.liquidation_ltv,
            set_at: Timestamp(0),
            terms,
        }
    }

    /// What loans are judged by at `now`, when a lowered liquidation LTV takes `length` to come into force.
    pub fn loans(&self, now: Timestamp, length: Period) -> CollateralParameters {
        let set = self.terms.loans.liquidation_ltv;
        let on_its_way = ramp(self.from, set, now.since(self.set_at), length);
        CollateralParameters {
            // Ratios of at most one leave no room for an error.
            liquidation_ltv: on_its_way.unwrap_or(set),
            ..self.terms.loans
        }
    }

    /// Sets one parameter. Returns its value before.
    pub fn set(
        &mut self,
        parameter: CollateralParameter,
        value: u128,
        now: Timestamp,
        length: Period,
    ) -> u128 {
        let old = self.terms.get(parameter);
        // The value it has is on its way already: naming it again does not begin a new ramp.
        if parameter == CollateralParameter::LiquidationLtv && value != old {
            self.from = self.loans(now, length).liquidation_ltv;
            self.set_at = now;
        }
        self.terms.set(parameter, value);
        old
    }
}
