//! Every parameter, declared once.

use super::declaration::{Bounds, Declaration, Risk, Unit};
use super::row::Row;
use crate::interest::PaceCurve;
use crate::time::{Period, Timestamp};
use crate::Ratio;
use alloc::{vec, vec::Vec};
use Risk::{Both, Down, Up};

/// The numbers of a group, each in its unit, in the order of the table. On the heap: they go through many hands, and a
/// chain charges for every byte that is copied.
pub type Values = Vec<u128>;

/// The type of a parameter, and its number in the one unit that it is set in.
trait Value: Sized {
    fn number(self) -> u128;
    fn from_number(number: u128) -> Self;
}

macro_rules! value {
    ($type:ty, $self:ident => $number:expr, $from:ident => $value:expr) => {
        impl Value for $type {
            fn number($self) -> u128 {
                $number
            }

            fn from_number($from: u128) -> Self {
                $value
            }
        }
    };
}

value!(u128, self => self, number => number);
value!(bool, self => self.into(), number => number != 0);
value!(Ratio, self => self.0, number => Self(number));
// A period too long for its type becomes the longest there is, which lies outside all bounds.
value!(Period, self => self.0.into(), number => Self(u64::try_from(number).unwrap_or(u64::MAX)));

/// Which row of numbers a parameter belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Of the whole deal.
    Deal,
    /// Of a collateral type: its loans.
    Loans,
    /// Of a collateral type: the sale of its lots.
    Auctions,
}

const fn ratio(bps: (u32, u32), step: u32, risk: Risk) -> Declaration {
    // Declared in millionths.
    let bounds = (bps.0.saturating_mul(100), bps.1.saturating_mul(100));
    Declaration::new(Unit::Ratio, bounds, step.saturating_mul(100), risk)
}

const fn period(seconds: (u32, u32), step: u32, risk: Risk) -> Declaration {
    Declaration::new(Unit::Period, seconds, step, risk)
}

const fn cash(minimum: u32, risk: Risk) -> Declaration {
    Declaration::new(Unit::Cash, (minimum, u32::MAX), 0, risk)
}

const FLAG: Declaration = Declaration::new(Unit::Flag, (0, 1), 1, Up);

const MINUTE: u32 = 60;
const HOUR: u32 = 3_600;
const DAY: u32 = 86_400;

/// Declares every parameter: its field, its name in calls, its type; its bounds, largest step and direction.
macro_rules! parameters {
    ($(
        $(#[$struct_doc:meta])*
        $group:ident: $struct:ident {$(
            $(#[doc = $doc:literal])*
            $field:ident / $variant:ident: $type:ty = $declared:expr,
        )*}
    )*) => {
        $(
            $(#[$struct_doc])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            #[cfg_attr(feature = "metadata", derive(ink::storage::traits::StorageLayout))]
            pub struct $struct {$(
                $(#[doc = $doc])*
                pub $field: $type,
            )*}

            impl $struct {
                /// How many parameters it has.
                pub const COUNT: usize = [$(stringify!($field)),*].len();

                /// From numbers in the order of the fields, each in its unit; all zero if there are too few.
                pub fn from_values(values: &[u128]) -> Self {
                    let [$($field,)*] = *values.first_chunk().unwrap_or(&[0; Self::COUNT]);
                    Self {$($field: Value::from_number($field),)*}
                }

                /// As numbers in the order of the fields, each in its unit.
                pub fn values(&self) -> Values {
                    vec![$(self.$field.number(),)*]
                }
            }

            /// As one array of numbers, each in its unit: field by field, the code of every reader grows by kilobytes.
            impl scale::Encode for $struct {
                fn size_hint(&self) -> usize {
                    core::mem::size_of::<[u128; Self::COUNT]>()
                }

                fn encode_to<T: scale::Output + ?Sized>(&self, dest: &mut T) {
                    [$(self.$field.number(),)*].encode_to(dest);
                }
            }

            impl scale::Decode for $struct {
                fn decode<I: scale::Input>(input: &mut I) -> Result<Self, scale::Error> {
                    let [$($field,)*] = <[u128; Self::COUNT]>::decode(input)?;
                    Ok(Self {$($field: Value::from_number($field),)*})
                }
            }

            #[cfg(feature = "metadata")]
            impl scale_info::TypeInfo for $struct {
                type Identity = Self;

                fn type_info() -> scale_info::Type {
                    let fields = scale_info::build::Fields::named();
                    $(let fields = fields.field(|field| {
                        field
                            .ty::<u128>()
                            .name(stringify!($field))
                            .docs(&[$($doc),*])
                    });)*
                    let path = scale_info::Path::new(stringify!($struct), module_path!());
                    scale_info::Type::builder().path(path).composite(fields)
                }
            }
        )*

        /// Names one parameter. Ratios are set scaled 1e18, times in milliseconds, amounts in base units of cash, flags as
        /// zero or one.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, scale::Encode, scale::Decode)]
        #[cfg_attr(feature = "metadata", derive(scale_info::TypeInfo))]
        pub enum Parameter {$($(
            #[doc = concat!("[`", stringify!($struct), "::", stringify!($field), "`].")]
            $variant,
        )*)*}

        impl Parameter {
            /// Every parameter.
            pub const ALL: &'static [Self] = &[$($(Self::$variant,)*)*];

            /// What is fixed in code about it.
            pub const fn declaration(self) -> &'static Declaration {
                match self {$($(Self::$variant => {
                    const DECLARED: Declaration = $declared;
                    &DECLARED
                })*)*}
            }

            /// Its field in the structs.
            #[cfg(feature = "std")]
            pub const fn name(self) -> &'static str {
                match self {$($(Self::$variant => stringify!($field),)*)*}
            }

            /// What it says, in a sentence or two.
            #[cfg(feature = "std")]
            pub const fn meaning(self) -> &'static str {
                match self {$($(Self::$variant => concat!($($doc),*),)*)*}
            }
        }
    };
}

parameters! {
    /// What holds for the whole deal.
    deal: DealParameters {
        /// How long a change waits that does not tighten.
        timelock / Timelock: Period = period((DAY, 14 * DAY), 7 * DAY, Down),
        /// How long a lowered liquidation LTV takes to come into force, in a straight line.
        // No position becomes liquidatable within a day, and a risk that is not cut within a season is not cut. Fixed:
        // loans are made on it.
        ramp / Ramp: Period = period((DAY, 90 * DAY), 0, Both),
        /// The most principal that an originator without a ceiling of his own may owe.
        originator_ceiling / OriginatorCeiling: u128 = cash(0, Up),
        /// The pace of the clock of interest while nothing is lent.
        pace_at_zero / PaceAtZero: Ratio = ratio((1_000, 100_000), 2_500, Both),
        /// The utilisation from which on the pace rises steeply.
        pace_kink / PaceKink: Ratio = ratio((100, 9_900), 1_000, Both),
        /// The pace at the kink.
        pace_at_kink / PaceAtKink: Ratio = ratio((1_000, 100_000), 5_000, Both),
        /// The pace when no cash is left.
        pace_at_full / PaceAtFull: Ratio = ratio((1_000, 100_000), 10_000, Both),
    }

    /// What loans against a collateral type are made and judged by: read by the vault.
    loans: CollateralParameters {
        /// The most that may be owed after a draw or withdrawal, as a share of the collateral's value.
        // Zero stops borrowing. An originator keeps at least a tenth of the value at stake.
        borrow_ltv / BorrowLtv: Ratio = ratio((0, 9_000), 1_000, Up),
        /// The share of the collateral's value above which a margin call starts its clock.
        margin_ltv / MarginLtv: Ratio = ratio((0, 9_400), 1_000, Up),
        /// The share of the collateral's value above which a position may be impaired and liquidated.
        // Lower, and a governor could have sound positions liquidated; higher, and an auction has no room to sell
        // before the debt exceeds the collateral.
        liquidation_ltv / LiquidationLtv: Ratio = ratio((1_000, 9_500), 1_000, Up),
        /// The share of the collateral's value that a partial liquidation leaves to be owed.
        // At zero every liquidation takes the whole debt.
        target_ltv / TargetLtv: Ratio = ratio((0, 9_000), 1_000, Up),
        /// Debt up to which a position is liquidated whole.
        whole_below / WholeBelow: u128 = cash(0, Both),
        /// Taken off the value of collateral behind impaired debt when it is marked.
        // Impaired collateral keeps a tenth of its value: nothing is written off by decree.
        haircut / Haircut: Ratio = ratio((0, 9_000), 2_000, Down),
        /// The most that may be owed on this type altogether.
        // Repaying needs no ceiling, so every value is safe.
        debt_ceiling / DebtCeiling: u128 = cash(0, Up),
        /// The least that a position with any debt may owe.
        // At least one, so that no loan of nothing stays open.
        minimum_debt / MinimumDebt: u128 = cash(1, Both),
        /// The share of the pool's value up to which the type costs its base rate.
        target_share / TargetShare: Ratio = ratio((0, 10_000), 2_000, Both),
        /// The share of the pool's value that no draw may pass.
        maximum_share / MaximumShare: Ratio = ratio((0, 10_000), 2_000, Both),
        /// How much the borrow LTV falls, in a straight line, from the target share to the maximum.
        ltv_cut / LtvCut: Ratio = ratio((0, 9_000), 1_000, Down),
        /// How much the rate rises, in a straight line, from the target share to the maximum.
        surcharge / Surcharge: Ratio = ratio((0, 10_000), 500, Both),
        /// Interest by the clock of interest, nominal per year, compounded per second.
        annual_rate / AnnualRate: Ratio = ratio((0, 10_000), 500, Both),
        /// The most that the rate with its surcharge may be by the chain's clock, whatever the utilisation.
        // Debt grows at most e-fold in a year: an index lasts a quarter of a century even then.
        rate_cap / RateCap: Ratio = ratio((0, 10_000), 1_000, Both),
        /// Charged on overdue debt besides: nominal per year, simple.
        late_rate / LateRate: Ratio = ratio((0, 5_000), 500, Both),
        /// How long a loan may last from its first draw.
        longest_term / LongestTerm: Period = period((DAY, 3_650 * DAY), 365 * DAY, Up),
        /// How long an overdue loan is spared from liquidation if it is healthy.
        // Nobody is surprised by his own due date: a day to act is the least, a season the most.
        grace / Grace: Period = period((DAY, 90 * DAY), 7 * DAY, Both),
        /// Whether anything may be drawn; a type that is retired is closed.
        is_open / IsOpen: bool = FLAG,
    }

    /// How lots of a collateral type are sold: read by the liquidation engine.
    auctions: AuctionParameters {
        /// Added to the debt that a lot is to raise, as a share of it.
        // Pays the liquidators and the cost of a forced sale, and is no confiscation.
        penalty / Penalty: Ratio = ratio((0, 3_000), 500, Both),
        /// First asked price of an auction as a multiple of the oracle's.
        // Bidding starts at the oracle's price or above, yet near enough to reach it early in the tail.
        buffer / Buffer: Ratio = ratio((10_000, 15_000), 1_000, Both),
        /// How long an auction sells before it must be reset.
        // Keepers need many blocks to bid; lots must sell before the market has moved on.
        tail / Tail: Period = period((10 * MINUTE, DAY), 6 * HOUR, Both),
        /// The share of the first asked price below which an auction must be reset.
        // At zero a lot could go for nothing; at one every auction would be stale when it opens.
        cusp / Cusp: Ratio = ratio((1_000, 9_000), 2_000, Both),
        /// The share of the asked price that is left after each step; zero for a straight line to zero at the tail.
        cut / Cut: Ratio = Declaration::new(Unit::Ratio, (0, 999_998), 1_000_000, Both),
        /// How long a step takes: seconds fall smoothly, minutes in stairs.
        step / Step: Period = period((1, HOUR), 10 * MINUTE, Both),
        /// The least that a partial purchase may leave to raise; less is not worth a reward for a reset.
        // At least one, so that an auction never stops for a debt of nothing.
        dust / Dust: u128 = cash(1, Both),
        /// The most debt of this type, with its penalty, in auction at once.
        debt_limit / DebtLimit: u128 = cash(0, Both),
        /// The most debt of all types, with penalties, in auction when one of this type enters.
        total_limit / TotalLimit: u128 = cash(0, Both),
        /// For starting or resetting an auction, out of the lot's penalty.
        start_reward / StartReward: u128 = cash(0, Both),
        /// For starting or resetting an auction besides, as a share of the lot's debt.
        start_share / StartShare: Ratio = ratio((0, 200), 100, Both),
        /// For having impaired the position or marked it overdue, out of the lot's penalty.
        mark_reward / MarkReward: u128 = cash(0, Both),
    }
}

impl Group {
    /// The most parameters of a group.
    pub const LONGEST: usize = CollateralParameters::COUNT;

    /// Its parameters.
    pub fn parameters(self) -> impl Iterator<Item = Parameter> {
        let all = Parameter::ALL.iter().copied();
        all.filter(move |parameter| parameter.place().0 == self)
    }
}

impl Parameter {
    /// Its group, and its place in it.
    pub fn place(self) -> (Group, usize) {
        // The number of a variant: nothing is lost.
        let place = self as usize;
        match place.checked_sub(DealParameters::COUNT) {
            None => (Group::Deal, place),
            Some(place) => match place.checked_sub(CollateralParameters::COUNT) {
                None => (Group::Loans, place),
                Some(place) => (Group::Auctions, place),
            },
        }
    }

    /// The values it may take.
    pub fn bounds(self) -> Bounds {
        self.declaration().bounds()
    }
}

impl DealParameters {
    /// How fast the clock of interest runs.
    pub fn curve(&self) -> PaceCurve {
        PaceCurve {
            at_zero: self.pace_at_zero,
            kink: self.pace_kink,
            at_kink: self.pace_at_kink,
            at_full: self.pace_at_full,
        }
    }
}

impl CollateralParameters {
    /// What `row` says at `now`, with the liquidation LTV on its way down over `ramp`.
    pub fn in_force(row: Row, now: Timestamp, ramp: Period) -> Self {
        let (_, place) = Parameter::LiquidationLtv.place();
        let course = row.course(place);
        let mut loans = Self::from_values(&row.at(now));
        if let Some(course) = course {
            loans.liquidation_ltv = Ratio(course.ramped(now, ramp));
        }
        loans
    }
}

/// All risk parameters of a collateral type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, scale::Encode, scale::Decode)]
#[cfg_attr(
    feature = "metadata",
    derive(scale_info::TypeInfo, ink::storage::traits::StorageLayout)
)]
pub struct CollateralTerms {
    /// What its loans are made and judged by.
    pub loans: CollateralParameters,
    /// How its lots are sold.
    pub auctions: AuctionParameters,
}

#[cfg(feature = "std")]
impl CollateralTerms {
    /// The value of one parameter, in its unit; zero for one of the deal.
    pub fn get(&self, parameter: Parameter) -> u128 {
        match parameter.place() {
            (Group::Deal, _) => 0,
            (Group::Loans, place) => self.loans.values()[place],
            (Group::Auctions, place) => self.auctions.values()[place],
        }
    }

    /// Replaces one parameter, in its unit, by a value that may lie outside its bounds; one of the deal is none of these.
    pub fn set(&mut self, parameter: Parameter, value: u128) {
        let (mut loans, mut auctions) = (self.loans.values(), self.auctions.values());
        match parameter.place() {
            (Group::Deal, _) => {}
            (Group::Loans, place) => loans[place] = value,
            (Group::Auctions, place) => auctions[place] = value,
        }
        self.loans = CollateralParameters::from_values(&loans);
        self.auctions = AuctionParameters::from_values(&auctions);
    }
}
