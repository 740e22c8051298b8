//! A tranche's claim on the pool and how it grows.

use crate::fixed::{add, mul_div, mul_div_rem, sub, Growth, MathError, Rate, Ratio, Rounding};

/// What a class is owed: every class but the residual has a claim.
///
/// A claim grows at the target rate on the *deployed share* of the pool. The fraction of a base unit
/// that growth leaves over is kept, so that a period cut in pieces gives the same claim.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(
    feature = "metadata",
    derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout)
)]
pub struct Claim {
    /// Base units of cash.
    pub amount: u128,
    /// The part of one more base unit, scaled 1e27; below one.
    fraction: u128,
}

impl Claim {
    /// A claim of `amount` base units.
    pub fn new(amount: u128) -> Self {
        Self {
            amount,
            fraction: 0,
        }
    }

    /// This claim after it grew at `rate` on the `deployed` share of the pool for `seconds`.
    pub fn accrue(self, rate: Rate, deployed: Ratio, seconds: u64) -> Result<Self, MathError> {
        self.grow(rate.on_share(deployed)?.compound(seconds, Rounding::Down)?)
    }

    fn grow(self, growth: Growth) -> Result<Self, MathError> {
        let one = Growth::ONE.0;
        let (whole, part) = mul_div_rem(self.amount, growth.0, one)?;
        let grown_fraction = growth.of(self.fraction, Rounding::Down)?;
        let fraction = add(part, grown_fraction)?;
        let carry = mul_div(fraction, 1, one, Rounding::Down)?;
        let spent = carry.checked_mul(one).ok_or(MathError::Overflow)?;
        Ok(Self {
            amount: add(whole, carry)?,
            fraction: sub(fraction, spent)?,
        })
    }

    /// This claim after a deposit.
    pub fn deposit(self, amount: u128) -> Result<Self, MathError> {
        Ok(Self {
            amount: add(self.amount, amount)?,
            ..self
        })
    }

    /// This claim after `amount` was paid on it.
    pub fn pay(self, amount: u128) -> Result<Self, MathError> {
        Ok(Self {
            amount: sub(self.amount, amount)?,
            ..self
        })
    }

    /// This claim after `burned` of `supply` tokens redeemed: their part of it is gone, also when the
    /// class is impaired and they were paid less.
    pub fn redeem(self, burned: u128, supply: u128) -> Result<Self, MathError> {
        if burned == supply {
            return Ok(Self::default());
        }
        let redeemed = mul_div(self.amount, burned, supply, Rounding::Down)?;
        Ok(Self {
            amount: sub(self.amount, redeemed)?,
            ..self
        })
    }
}

/// The share of the pool that is lent out: `deployed ÷ (deployed + idle)`.
pub fn deployed_share(deployed: u128, idle: u128) -> Result<Ratio, MathError> {
    match add(deployed, idle)? {
        0 => Ok(Ratio::ZERO),
        total => Ratio::from_fraction(deployed, total, Rounding::Down),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn annual(bps: u32) -> Rate {
        Rate::from_annual(Ratio::from_bps(bps)).unwrap()
    }

    #[test]
    fn five_percent_on_a_half_deployed_pool_is_two_and_a_half() {
        let claim = Claim::new(1_000_000_000_000);
        let half = deployed_share(500, 500).unwrap();
        let year = claim.accrue(annual(500), half, 31_536_000).unwrap();
        // 1 000 000.000000 × exp(0.025) = 1 025 315.120 (6 decimals).
        assert_eq!(year.amount / 1_000, 1_025_315_120);
    }

    #[test]
    fn idle_cash_earns_no_claim() {
        let claim = Claim::new(1_000);
        assert_eq!(deployed_share(0, 0), Ok(Ratio::ZERO));
        assert_eq!(
            claim.accrue(annual(500), Ratio::ZERO, 31_536_000),
            Ok(claim)
        );
    }

    #[test]
    fn redeeming_takes_the_claim_pro_rata_and_the_last_token_takes_all() {
        let claim = Claim::new(1_000);
        assert_eq!(claim.redeem(1, 3).unwrap().amount, 667); // 1000 − ⌊1000/3⌋
        assert_eq!(claim.redeem(3, 3), Ok(Claim::default()));
    }

    proptest! {
        #[test]
        fn a_period_cut_in_pieces_gives_the_same_claim(
            amount in 0u128..10u128.pow(24),
            bps in 0u32..5_000,
            deployed in 0u128..=1_000_000,
            pieces in prop::collection::vec(0u64..1_000_000, 1..12),
        ) {
            let share = deployed_share(deployed, 1_000_000 - deployed).unwrap();
            let whole = Claim::new(amount).accrue(annual(bps), share, pieces.iter().sum()).unwrap();
            let cut = pieces.iter().fold(Claim::new(amount), |claim, seconds| {
                claim.accrue(annual(bps), share, *seconds).unwrap()
            });
            // The growth factors agree to some 1e-25, so amounts up to 1e24 differ by one unit at most.
            prop_assert!(whole.amount.abs_diff(cut.amount) <= 1, "{whole:?} {cut:?}");
        }
    }
}
