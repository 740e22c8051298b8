//! Decoding in few bytes of code.
//!
//! Derived decoding takes a branch after every field, for its failure, and copies what it has read so far: kilobytes in a
//! contract that decodes a few large structures. Here fields are read to where they belong, from a source that tells only
//! at the end whether anything was wrong.

use ink::prelude::vec::Vec;
use scale::Compact;
pub use scale::{Decode, Error, Input};

use crate::types::{AccountId, Hash};

/// An input that never fails to be read: whatever is missing or invalid is read as zero, and noticed.
pub struct Source<'a, I> {
    input: &'a mut I,
    is_sound: bool,
}

impl<'a, I: Input> Source<'a, I> {
    /// The next value of `input`.
    ///
    /// # Errors
    /// If it is missing or invalid.
    pub fn decode<T: Read>(input: &'a mut I) -> Result<T, Error> {
        let mut source = Self {
            input,
            is_sound: true,
        };
        let value = T::read(&mut source);
        match source.is_sound {
            true => Ok(value),
            false => Err("missing or invalid".into()),
        }
    }

    fn take<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.is_sound &= self.input.read(&mut bytes).is_ok();
        bytes
    }

    /// A byte that tells which of two things follows.
    fn flag(&mut self) -> bool {
        let [byte] = self.take();
        self.is_sound &= byte <= 1;
        byte == 1
    }
}

/// What can be read.
pub trait Read: Sized {
    /// The next value; any value if the source has no valid one.
    fn read<I: Input>(source: &mut Source<I>) -> Self;
}

macro_rules! read_numbers {
    ($($number:ty),*) => {$(
        impl Read for $number {
            #[inline(never)]
            fn read<I: Input>(source: &mut Source<I>) -> Self {
                Self::from_le_bytes(source.take())
            }
        }
    )*};
}

read_numbers!(u8, u32, u64, u128);

impl Read for () {
    fn read<I: Input>(_: &mut Source<I>) -> Self {}
}

impl Read for bool {
    fn read<I: Input>(source: &mut Source<I>) -> Self {
        source.flag()
    }
}

impl Read for AccountId {
    #[inline(never)]
    fn read<I: Input>(source: &mut Source<I>) -> Self {
        Self::from(source.take())
    }
}

impl Read for [u8; 32] {
    fn read<I: Input>(source: &mut Source<I>) -> Self {
        source.take()
    }
}

impl Read for Hash {
    fn read<I: Input>(source: &mut Source<I>) -> Self {
        Self::from(source.take())
    }
}

impl<A: Read, B: Read> Read for (A, B) {
    fn read<I: Input>(source: &mut Source<I>) -> Self {
        (A::read(source), B::read(source))
    }
}

impl<T: Read> Read for Option<T> {
    fn read<I: Input>(source: &mut Source<I>) -> Self {
        source.flag().then(|| T::read(source))
    }
}

impl<T: Read> Read for Vec<T> {
    fn read<I: Input>(source: &mut Source<I>) -> Self {
        let length = Compact::<u32>::decode(source.input);
        source.is_sound &= length.is_ok();
        let length = length.map_or(0, |Compact(length)| length);
        let mut values = Self::new();
        for _ in 0..length {
            // No claimed length makes anybody read beyond the end.
            if !source.is_sound {
                break;
            }
            values.push(T::read(source));
        }
        values
    }
}

/// Makes structures readable, field by field in the order of their declaration.
#[macro_export]
macro_rules! read_fields {
    ($($record:path { $($field:tt),* $(,)? })*) => {$(
        impl $crate::read::Read for $record {
            #[inline(never)]
            fn read<I: $crate::read::Input>(source: &mut $crate::read::Source<I>) -> Self {
                Self { $($field: $crate::read::Read::read(source)),* }
            }
        }
    )*};
}

/// [`read_fields`], and decodes the structures so.
#[macro_export]
macro_rules! decode_fields {
    ($($record:ident { $($field:tt),* $(,)? })*) => {$(
        $crate::read_fields!($record { $($field),* });

        impl $crate::read::Decode for $record {
            fn decode<I: $crate::read::Input>(
                input: &mut I,
            ) -> Result<Self, $crate::read::Error> {
                $crate::read::Source::decode(input)
            }
        }
    )*};
}

macro_rules! read_decoded {
    ($($decoded:ty),* $(,)?) => {$(
        impl Read for $decoded {
            #[inline(never)]
            fn read<I: Input>(source: &mut Source<I>) -> Self {
                let value = Self::decode(source.input);
                source.is_sound &= value.is_ok();
                value.unwrap_or_default()
            }
        }
    )*};
}

// Small, or closed.
read_decoded!(
    ink::prelude::string::String,
    finance::claim::Claim,
    finance::fees::Fees,
    finance::settlement::Phase,
    finance::settlement::Accrual,
    finance::distribution::Policy,
    finance::orders::Stake,
);

crate::read_fields!(
    finance::auction::Purchase { collateral, cost }
    finance::distribution::Payout { coupon, principal }
    finance::fills::Fill { deposited, minted, burned, paid }
    finance::insurance::Rules { target, minimum_stake, event_limit, period_limit, period, cool_down, window }
    finance::insurance::Fund { reserve, stakes, units, generation, index, income, period_from, spent }
    finance::insurance::Stake { units, generation, index }
    finance::insurance::Loss { up_to, lost, paid }
    finance::orders::Exact { whole, fraction }
    finance::orders::Point { generation, product, received, weight }
    finance::orders::OrderBook { pending, joining, expiries_end, point }
    finance::orders::Conditions { limit, until }
    finance::settlement::Terms {
        accrual, management_fee, performance_fee, amortises_at, ends_at, patience, frozen_limit, classes,
    }
    finance::settlement::ClassTerms { target_rate, minimum_subordination, interest_cover, cap, policy }
    finance::settlement::Portfolio {
        principal, performing, frozen_debt, stressed, market, seized_debt, written_off, frozen, held, prices_at,
    }
    finance::settlement::State {
        phase, failures, frozen_since, accrued_at, deployed, principal, interest, written_off, fees, high_water,
        classes,
    }
    finance::settlement::ClassState { claim, coupon, grown, value, wiped, supply, index }
    finance::settlement::Inputs { cash, cover, portfolio, demand, now }
    finance::settlement::Demand { deposits, redemptions }
    finance::settlement::Waiting { market, limited, late }
    finance::settlement::Settled { state, trace, classes }
    finance::settlement::Trace {
        phase, cash_before, cover, value_before, performance_fee, fees_funded, fees_owed, dust, cash_after,
        value_after,
    }
    finance::settlement::ClassTrace {
        claim_before, value_before, grown, coupon_due, subordination, covered, interest_covered, payout, index, rise,
        entry, exit, fill, claim_after, value_after, supply_after,
    }
    finance::parameters::Pause { until }
    finance::Ratio { 0 }
    finance::Price { 0 }
    finance::Growth { 0 }
    finance::Rate { 0 }
    finance::Timestamp { 0 }
    finance::Period { 0 }
    finance::valuation::Quote { divisor }
    finance::debt::DebtIndex { growth, rate, accrued_at }
    finance::interest::PaceCurve { at_zero, kink, at_kink, at_full }
    finance::interest::InterestClock { shows, read_at, pace }
    crate::types::PositionId { 0 }
    crate::types::CollateralId { 0 }
    crate::types::AuctionId { 0 }
    crate::types::AssetId { 0 }
);
