//! The only store of risk parameters, each within bounds fixed in code.

use crate::types::{AccountId, Balance, CollateralId};
use finance::interest::PaceCurve;
use finance::{Period, Ratio};
use ink::prelude::vec::Vec;

/// The values a parameter may take, both ends included, in the unit named at [`CollateralParameter`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Bounds {
    /// The least allowed.
    pub minimum: u128,
    /// The most allowed.
    pub maximum: u128,
}

/// The type of a parameter, and its number in the one unit that it is set in.
trait Value: Sized {
    fn number(self) -> u128;
    fn from_number(number: u128) -> Self;
}

impl Value for Balance {
    fn number(self) -> u128 {
        self
    }

    fn from_number(number: u128) -> Self {
        number
    }
}

impl Value for Ratio {
    fn number(self) -> u128 {
        self.0
    }

    fn from_number(number: u128) -> Self {
        Self(number)
    }
}

impl Value for Period {
    fn number(self) -> u128 {
        self.0.into()
    }

    /// A period too long for its type becomes the longest there is, which lies outside all bounds.
    fn from_number(number: u128) -> Self {
        Self(u64::try_from(number).unwrap_or(u64::MAX))
    }
}

const fn units(minimum: u128, maximum: u128) -> Bounds {
    Bounds { minimum, maximum }
}

const fn bps(minimum: u32, maximum: u32) -> Bounds {
    units(Ratio::from_bps(minimum).0, Ratio::from_bps(maximum).0)
}

const fn seconds(minimum: u32, maximum: u32) -> Bounds {
    // Widening casts, and products below 2^42: nothing can be lost.
    units(
        (minimum as u128).saturating_mul(1_000),
        (maximum as u128).saturating_mul(1_000),
    )
}

const MINUTE: u32 = 60;
const HOUR: u32 = 3_600;
const DAY: u32 = 86_400;

/// Declares every parameter of a collateral type once: its field, its name in calls, its type and its bounds.
macro_rules! parameters {
    ($(
        $(#[$struct_doc:meta])*
        $group:ident: $struct:ident {$(
            $(#[$doc:meta])*
            $field:ident / $variant:ident: $type:ty = $bounds:expr,
        )*}
    )*) => {
        $(
            $(#[$struct_doc])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            #[ink::scale_derive(Encode, TypeInfo)]
            #[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
            pub struct $struct {$(
                $(#[$doc])*
                pub $field: $type,
            )*}

            crate::decode_fields!($struct { $($field),* });
        )*

        /// All risk parameters of a collateral type.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[ink::scale_derive(Encode, Decode, TypeInfo)]
        #[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
        pub struct CollateralTerms {$(
            $(#[$struct_doc])*
            pub $group: $struct,
        )*}

        /// Names one risk parameter of a collateral type. Ratios are set scaled 1e18, times in milliseconds,
        /// amounts in base units of cash.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[ink::scale_derive(Encode, Decode, TypeInfo)]
        pub enum CollateralParameter {$($(
            #[doc = concat!("[`", stringify!($struct), "::", stringify!($field), "`].")]
            $variant,
        )*)*}

        impl CollateralParameter {
            /// Every parameter.
            pub const ALL: &'static [Self] = &[$($(Self::$variant,)*)*];

            /// The values it may take.
            pub const fn bounds(self) -> Bounds {
                match self {$($(Self::$variant => $bounds,)*)*}
            }

            /// Its field in the terms.
            #[cfg(feature = "std")]
            pub const fn name(self) -> &'static str {
                match self {$($(Self::$variant => stringify!($field),)*)*}
            }
        }

        impl CollateralTerms {
            /// The value of one parameter, in its unit.
            pub fn get(&self, parameter: CollateralParameter) -> u128 {
                match parameter {$($(
                    CollateralParameter::$variant => self.$group.$field.number(),
                )*)*}
            }

            /// Replaces one parameter, in its unit, by a value that may lie outside its bounds.
            pub fn set(&mut self, parameter: CollateralParameter, value: u128) {
                match parameter {$($(
                    CollateralParameter::$variant => {
                        self.$group.$field = Value::from_number(value);
                    }
                )*)*}
            }
        }
    };
}

parameters! {
    /// What loans against a collateral type are made and judged by: read by the vault.
    loans: CollateralParameters {
        /// The most that may be owed after a draw or withdrawal, as a share of the collateral's value.
        // Zero stops borrowing. An originator keeps at least a tenth of the value at stake.
        borrow_ltv / BorrowLtv: Ratio = bps(0, 9_000),
        /// The share of the collateral's value above which a margin call starts its clock.
        margin_ltv / MarginLtv: Ratio = bps(0, 9_400),
        /// The share of the collateral's value above which a position may be impaired and liquidated.
        // Lower, and a governor could have sound positions liquidated; higher, and an auction has no room to sell
        // before the debt exceeds the collateral.
        liquidation_ltv / LiquidationLtv: Ratio = bps(1_000, 9_500),
        /// The share of the collateral's value that a partial liquidation leaves to be owed.
        // At zero every liquidation takes the whole debt.
        target_ltv / TargetLtv: Ratio = bps(0, 9_000),
        /// Debt up to which a position is liquidated whole, in base units of cash.
        whole_below / WholeBelow: Balance = units(0, u128::MAX),
        /// Taken off the value of collateral behind impaired debt when it is marked.
        // Impaired collateral keeps a tenth of its value: nothing is written off by decree.
        haircut / Haircut: Ratio = bps(0, 9_000),
        /// The most that may be owed on this type altogether, in base units of cash.
        // Zero stops draws; repaying needs no ceiling, so every value is safe.
        debt_ceiling / DebtCeiling: Balance = units(0, u128::MAX),
        /// The least that a position with any debt may owe.
        // At least one, so that no loan of nothing stays open.
        minimum_debt / MinimumDebt: Balance = units(1, u128::MAX),
        /// The share of the pool's value up to which the type costs its base rate.
        target_share / TargetShare: Ratio = bps(0, 10_000),
        /// The share of the pool's value that no draw may pass.
        maximum_share / MaximumShare: Ratio = bps(0, 10_000),
        /// How much the borrow LTV falls, in a straight line, from the target share to the maximum.
        ltv_cut / LtvCut: Ratio = bps(0, 9_000),
        /// How much the rate rises, in a straight line, from the target share to the maximum.
        surcharge / Surcharge: Ratio = bps(0, 10_000),
        /// Interest by the clock of interest, nominal per year, compounded per second.
        annual_rate / AnnualRate: Ratio = bps(0, 10_000),
        /// The most that the rate with its surcharge may be by the chain's clock, whatever the utilisation.
        // Debt grows at most e-fold in a year: an index lasts a quarter of a century even then.
        rate_cap / RateCap: Ratio = bps(0, 10_000),
        /// Charged on overdue debt besides: nominal per year, simple.
        late_rate / LateRate: Ratio = bps(0, 5_000),
        /// How long a loan may last from its first draw.
        longest_term / LongestTerm: Period = seconds(DAY, 3_650 * DAY),
        /// How long an overdue loan is spared from liquidation if it is healthy.
        // Nobody is surprised by his own due date: a day to act is the least, a season the most.
        grace / Grace: Period = seconds(DAY, 90 * DAY),
    }

    /// How lots of a collateral type are sold: read by the liquidation engine.
    auctions: AuctionParameters {
        /// Added to the debt that a lot is to raise, as a share of it.
        // Pays the liquidators and the cost of a forced sale, and is no confiscation.
        penalty / Penalty: Ratio = bps(0, 3_000),
        /// First asked price of an auction as a multiple of the oracle's.
        // Bidding starts at the oracle's price or above, yet near enough to reach it early in the tail.
        buffer / Buffer: Ratio = bps(10_000, 15_000),
        /// How long an auction sells before it must be reset.
        // Keepers need many blocks to bid; lots must sell before the market has moved on.
        tail / Tail: Period = seconds(10 * MINUTE, DAY),
        /// The share of the first asked price below which an auction must be reset.
        // At zero a lot could go for nothing; at one every auction would be stale when it opens.
        cusp / Cusp: Ratio = bps(1_000, 9_000),
        /// The share of the asked price that is left after each step; zero for a straight line to zero at the tail.
        cut / Cut: Ratio = units(0, 999_998_000_000_000_000),
        /// How long a step takes: seconds fall smoothly, minutes in stairs.
        step / Step: Period = seconds(1, HOUR),
        /// The least that a partial purchase may leave to raise; less is not worth a reward for a reset.
        // At least one, so that an auction never stops for a debt of nothing.
        dust / Dust: Balance = units(1, u128::MAX),
        /// The most debt of this type, with its penalty, in auction at once.
        debt_limit / DebtLimit: Balance = units(0, u128::MAX),
        /// The most debt of all types, with penalties, in auction when one of this type enters.
        total_limit / TotalLimit: Balance = units(0, u128::MAX),
        /// For starting or resetting an auction, in base units of cash out of the lot's penalty.
        start_reward / StartReward: Balance = units(0, u128::MAX),
        /// For starting or resetting an auction besides, as a share of the lot's debt.
        start_share / StartShare: Ratio = bps(0, 200),
        /// For having impaired the position or marked it overdue, in base units of cash out of the lot's penalty.
        mark_reward / MarkReward: Balance = units(0, u128::MAX),
    }
}

/// What a store of parameters is made with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct ParametersTerms {
    /// The account that may change parameters.
    pub governor: AccountId,
    /// How long a lowered liquidation LTV takes to come into force, one hour to ninety days. Never changes.
    pub ramp: Period,
    /// How fast the clock of interest runs.
    pub curve: PaceCurve,
    /// The most principal that an originator without a ceiling of his own may owe, in base units of cash: zero for a
    /// deal that lends to named originators alone.
    pub originator_ceiling: Balance,
    /// The collateral types, in the order of the vault's listing.
    pub collateral: Vec<CollateralTerms>,
}

/// All that the vault needs to judge one loan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, TypeInfo)]
pub struct Lending {
    /// The parameters of the collateral type in force now.
    pub parameters: CollateralParameters,
    /// How fast the clock of interest runs.
    pub curve: PaceCurve,
    /// The most principal that the originator may owe altogether, in base units of cash.
    pub originator_ceiling: Balance,
}

/// Bounded risk parameters, changed by one governor.
///
/// A lowered liquidation LTV comes into force in a straight line over the deal's ramp, so that no position becomes
/// liquidatable at once; everything else at once.
#[ink::trait_definition]
pub trait Parameters {
    /// What the vault needs to judge a loan of `originator`, with the liquidation LTV that is in force now.
    ///
    /// # Errors
    /// [`ParametersError::UnknownCollateral`].
    #[ink(message)]
    fn lending(
        &self,
        collateral: CollateralId,
        originator: AccountId,
    ) -> Result<Lending, ParametersError>;

    /// How lots of a collateral type are sold.
    ///
    /// # Errors
    /// [`ParametersError::UnknownCollateral`].
    #[ink(message)]
    fn auction(&self, collateral: CollateralId) -> Result<AuctionParameters, ParametersError>;

    /// All parameters of a collateral type as they were last set: a liquidation LTV may still be on its way.
    ///
    /// # Errors
    /// [`ParametersError::UnknownCollateral`].
    #[ink(message)]
    fn collateral(&self, collateral: CollateralId) -> Result<CollateralTerms, ParametersError>;

    /// The values `parameter` may take.
    #[ink(message)]
    fn bounds(&self, parameter: CollateralParameter) -> Bounds;

    /// The account that may change parameters.
    #[ink(message)]
    fn governor(&self) -> AccountId;

    /// Sets one parameter, in its unit. Setting the value it has is allowed and changes nothing.
    ///
    /// # Events
    /// [`ParameterChanged`].
    ///
    /// # Errors
    /// [`ParametersError::NotTheGovernor`], [`ParametersError::UnknownCollateral`],
    /// [`ParametersError::OutOfBounds`], [`ParametersError::LtvsOutOfOrder`], [`ParametersError::SharesOutOfOrder`],
    /// [`ParametersError::CuspAboveMarket`].
    #[ink(message)]
    fn set(
        &mut self,
        collateral: CollateralId,
        parameter: CollateralParameter,
        value: u128,
    ) -> Result<(), ParametersError>;

    /// Sets how fast the clock of interest runs, from the next draw or payment on.
    ///
    /// # Events
    /// [`CurveChanged`].
    ///
    /// # Errors
    /// [`ParametersError::NotTheGovernor`], [`ParametersError::InvalidCurve`].
    #[ink(message)]
    fn set_curve(&mut self, curve: PaceCurve) -> Result<(), ParametersError>;

    /// Sets the most principal that `originator` may owe; `None` for what holds for everybody.
    ///
    /// # Events
    /// [`OriginatorCeilingChanged`].
    ///
    /// # Errors
    /// [`ParametersError::NotTheGovernor`].
    #[ink(message)]
    fn set_originator_ceiling(
        &mut self,
        originator: AccountId,
        ceiling: Option<Balance>,
    ) -> Result<(), ParametersError>;
}

/// A parameter was set.
#[ink::event]
pub struct ParameterChanged {
    /// The collateral type.
    #[ink(topic)]
    pub collateral: CollateralId,
    /// The parameter.
    pub parameter: CollateralParameter,
    /// The value before.
    pub old: u128,
    /// The value from now on; a liquidation LTV that is lowered reaches it at the end of the ramp.
    pub new: u128,
}

/// The pace of interest was set.
#[ink::event]
pub struct CurveChanged {
    /// From now on.
    pub curve: PaceCurve,
}

/// An originator's ceiling was set.
#[ink::event]
pub struct OriginatorCeilingChanged {
    /// The originator.
    #[ink(topic)]
    pub originator: AccountId,
    /// His own, if he has one.
    pub ceiling: Option<Balance>,
}

/// Why the parameters refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum ParametersError {
    /// Only the governor may do this.
    NotTheGovernor,
    /// No collateral type has this number.
    UnknownCollateral,
    /// The value lies outside the parameter's bounds.
    OutOfBounds {
        /// The parameter.
        parameter: CollateralParameter,
        /// Its bounds.
        bounds: Bounds,
    },
    /// The borrow, margin and target LTV must each lie below the liquidation LTV, and the borrow LTV not above the
    /// margin LTV.
    LtvsOutOfOrder,
    /// The target share would exceed the maximum share.
    SharesOutOfOrder,
    /// An auction would be stale before it asks less than 90 % of the market, and never sell.
    CuspAboveMarket,
    /// The pace would fall as utilisation rises, lie outside a tenth to ten, or kink outside 1 % to 99 %.
    InvalidCurve,
    /// A ramp outside one hour to ninety days.
    InvalidRamp,
    /// More collateral types than the vault can hold.
    TooManyCollateralTypes,
}
crate::decode_fields!(Lending {
    parameters,
    curve,
    originator_ceiling
});
