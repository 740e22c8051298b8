//! Who may hold the tranche tokens of a deal: a [`TransferRule`](crate::transfer_rule::TransferRule) that goes by rules of
//! the tranches and by attestations about accounts.
//!
//! **Rules.** Each tranche has one: who may receive its token, and until when nobody may pass it on. The token that asks says
//! which tranche it is; one that was not bound is refused. Giving tokens away needs no attestation, so that
//! who lost his can sell to who has one. Redeeming asks nobody.
//!
//! **Attestations.** An *issuer* says of an account, for some tranches, where it is resident and how long that holds.
//! It counts while the issuer's [`Scope`] covers the tranche and the jurisdiction: a dismissed issuer's count no longer.
//!
//! **Freezing.** A frozen account neither gives nor receives, in any tranche. It still redeems and is paid.
//!
//! **Powers.** None of them moves a token or a base unit of cash.

use crate::ensure;
use crate::permit::Text;
use crate::types::{AccountId, TrancheId};
use finance::{Timestamp, MAX_TRANCHES};
use ink::prelude::vec::Vec;

/// The most jurisdictions in a list. ISO 3166 has 249.
pub const MAX_JURISDICTIONS: usize = 256;

/// What a registry is made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct RegistryTerms {
    /// Freezes accounts.
    pub officer: AccountId,
    /// What tells the chain from others in what issuers sign: its genesis hash, where there is one.
    pub network: [u8; 32],
}

/// A country or territory: its number in ISO 3166-1.
pub type Jurisdiction = u16;

/// Some jurisdictions.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub enum Jurisdictions {
    /// These.
    Only(Vec<Jurisdiction>),
    /// All others.
    Except(Vec<Jurisdiction>),
}

impl Jurisdictions {
    /// All there are.
    pub const ALL: Self = Self::Except(Vec::new());

    /// Whether `jurisdiction` is one of them.
    pub fn include(&self, jurisdiction: Jurisdiction) -> bool {
        let (listed, are_meant) = match self {
            Self::Only(listed) => (listed, true),
            Self::Except(listed) => (listed, false),
        };
        listed.contains(&jurisdiction) == are_meant
    }

    /// # Errors
    /// [`ComplianceError::TooManyJurisdictions`].
    pub fn validate(&self) -> Result<(), ComplianceError> {
        let (Self::Only(listed) | Self::Except(listed)) = self;
        ensure!(
            listed.len() <= MAX_JURISDICTIONS,
            ComplianceError::TooManyJurisdictions
        );
        Ok(())
    }
}

/// Some tranches of the deal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Tranches(
    /// A bit each, the lowest for the most senior.
    pub u8,
);

impl Tranches {
    /// All of a deal.
    pub const ALL: Self = Self(u8::MAX);

    /// One alone.
    pub fn only(tranche: TrancheId) -> Self {
        Self(1u8.checked_shl(tranche.0).unwrap_or(0))
    }

    /// Whether all of `others` are among these.
    pub fn include(self, others: Self) -> bool {
        self.0 & others.0 == others.0
    }

    /// Each of them.
    pub fn each(self) -> impl Iterator<Item = TrancheId> {
        let all = (0..).take(MAX_TRANCHES).map(TrancheId);
        all.filter(move |tranche| self.0 & Self::only(*tranche).0 != 0)
    }
}

/// Who may receive the token of a tranche.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub enum Admission {
    /// Anyone.
    Open,
    /// Whoever has an attestation for the tranche, from one of these jurisdictions.
    Members(Jurisdictions),
}

/// The rule of a tranche.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Rule {
    /// Who may receive.
    pub admission: Admission,
    /// Before then holders pass nothing on; they claim and redeem all the same.
    pub locked_until: Timestamp,
}

impl Rule {
    /// Anyone may receive and pass on, but for frozen accounts.
    pub const OPEN: Self = Self {
        admission: Admission::Open,
        locked_until: Timestamp(0),
    };
}

/// The rule of a tranche, and which one it is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct BoundRule {
    /// Which tranche.
    pub tranche: TrancheId,
    /// Its rule.
    pub rule: Rule,
}

/// What an issuer may attest.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Scope {
    /// For which tranches.
    pub tranches: Tranches,
    /// Residence where.
    pub jurisdictions: Jurisdictions,
}

impl Scope {
    /// Whether residence in `jurisdiction` may be attested for all of `tranches`; for none of them nothing may.
    pub fn covers(&self, tranches: Tranches, jurisdiction: Jurisdiction) -> bool {
        let is_any = tranches.0 > 0;
        is_any && self.tranches.include(tranches) && self.jurisdictions.include(jurisdiction)
    }
}

/// What an issuer says of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Attestation {
    /// Who says it.
    pub issuer: AccountId,
    /// Where the account's owner is resident.
    pub jurisdiction: Jurisdiction,
    /// The last moment at which it counts.
    pub until: Timestamp,
}

/// What is said of an account, to be called or signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Statement {
    /// Of whom.
    pub account: AccountId,
    /// For which tranches.
    pub tranches: Tranches,
    /// Where he is resident.
    pub jurisdiction: Jurisdiction,
    /// The last moment at which it counts; one that is past ends what was said before.
    pub until: Timestamp,
}

/// What is kept of an account for all tranches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Standing {
    /// Whether it neither gives nor receives.
    pub is_frozen: bool,
    /// How many statements about it were taken, called or signed.
    pub nonce: u32,
}

/// What a signature of an issuer is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode)]
pub struct StatementMessage<'a> {
    /// The chain, as in the registry's terms.
    pub network: &'a [u8; 32],
    /// The registry.
    pub registry: &'a AccountId,
    /// Who signs.
    pub issuer: &'a AccountId,
    /// What he says.
    pub statement: &'a Statement,
    /// The last moment at which it can be submitted.
    pub deadline: Timestamp,
    /// How many statements about the account were taken.
    pub nonce: u32,
}

impl StatementMessage<'_> {
    /// The text to sign: name and version, and the blake2b hash of all fields as SCALE encodes them.
    pub fn text(&self) -> Text {
        Text::about(b"Sluice attest v1", self)
    }
}

/// Who may do what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Powers {
    /// Sets rules, names issuers, the officer and a successor.
    pub governor: AccountId,
    /// Named as the next governor, and has not accepted.
    pub successor: Option<AccountId>,
    /// Freezes accounts.
    pub officer: AccountId,
    /// Binds the tokens and names the governor, once; nobody afterwards. Until then the governor is the registry itself.
    pub deployer: Option<AccountId>,
}

/// A registry of one deal. At its address there is also the [`TransferRule`](crate::transfer_rule::TransferRule).
#[ink::trait_definition]
pub trait ComplianceRegistry {
    /// Binds the tokens of the deal, the most senior first, with their rules, and names the governor and the first issuers.
    /// For the deployer, once.
    ///
    /// # Events
    /// [`RuleChanged`], [`IssuerChanged`], [`PowersChanged`].
    ///
    /// # Errors
    /// [`ComplianceError::NotPermitted`], [`ComplianceError::TooManyTranches`], [`ComplianceError::TooManyJurisdictions`].
    #[ink(message)]
    fn bind(
        &mut self,
        governor: AccountId,
        tranches: Vec<(AccountId, Rule)>,
        issuers: Vec<(AccountId, Scope)>,
    ) -> Result<(), ComplianceError>;

    /// Who may do what.
    #[ink(message)]
    fn powers(&self) -> Powers;

    /// The rule of the tranche whose token this is.
    #[ink(message)]
    fn rule(&self, token: AccountId) -> Option<BoundRule>;

    /// What an issuer may attest; nothing of who is none.
    #[ink(message)]
    fn scope(&self, issuer: AccountId) -> Option<Scope>;

    /// What is kept of an account, and what was last said of it for a tranche, whether it counts or not.
    #[ink(message)]
    fn member(&self, account: AccountId, tranche: TrancheId) -> (Standing, Option<Attestation>);

    /// Replaces the rule of the tranche whose token this is. For the governor.
    ///
    /// # Events
    /// [`RuleChanged`].
    ///
    /// # Errors
    /// [`ComplianceError::NotPermitted`], [`ComplianceError::UnknownTranche`],
    /// [`ComplianceError::TooManyJurisdictions`].
    #[ink(message)]
    fn set_rule(&mut self, token: AccountId, rule: Rule) -> Result<(), ComplianceError>;

    /// Names an issuer, changes his scope, or dismisses him. For the governor.
    ///
    /// # Events
    /// [`IssuerChanged`].
    ///
    /// # Errors
    /// [`ComplianceError::NotPermitted`], [`ComplianceError::TooManyJurisdictions`].
    #[ink(message)]
    fn set_issuer(
        &mut self,
        issuer: AccountId,
        scope: Option<Scope>,
    ) -> Result<(), ComplianceError>;

    /// Replaces the compliance officer. For the governor.
    ///
    /// # Events
    /// [`PowersChanged`].
    ///
    /// # Errors
    /// [`ComplianceError::NotPermitted`].
    #[ink(message)]
    fn set_officer(&mut self, officer: AccountId) -> Result<(), ComplianceError>;

    /// Names who may become the governor; nobody to take it back. For the governor.
    ///
    /// # Events
    /// [`PowersChanged`].
    ///
    /// # Errors
    /// [`ComplianceError::NotPermitted`].
    #[ink(message)]
    fn hand_over(&mut self, successor: Option<AccountId>) -> Result<(), ComplianceError>;

    /// Makes the caller the governor, if he was named.
    ///
    /// # Events
    /// [`PowersChanged`].
    ///
    /// # Errors
    /// [`ComplianceError::NotPermitted`].
    #[ink(message)]
    fn accept(&mut self) -> Result<(), ComplianceError>;

    /// Freezes an account, or ends that. For the officer.
    ///
    /// # Events
    /// [`Frozen`].
    ///
    /// # Errors
    /// [`ComplianceError::NotPermitted`].
    #[ink(message)]
    fn freeze(&mut self, account: AccountId, is_frozen: bool) -> Result<(), ComplianceError>;

    /// Takes what the caller says of an account, in the place of what was said before. For issuers.
    ///
    /// # Events
    /// [`Attested`].
    ///
    /// # Errors
    /// [`ComplianceError::NoJurisdiction`], [`ComplianceError::OutOfScope`].
    #[ink(message)]
    fn attest(&mut self, statement: Statement) -> Result<(), ComplianceError>;

    /// The same for `issuer`, who signed the [text](StatementMessage::text) of a [`StatementMessage`], by sr25519 with the
    /// key that is his account; also as `<Bytes>…</Bytes>`. Anybody may call it until the deadline, and as long as nothing
    /// else was said of the account since.
    ///
    /// # Events
    /// As [`ComplianceRegistry::attest`].
    ///
    /// # Errors
    /// [`ComplianceError::Expired`], [`ComplianceError::WrongSignature`], and as [`ComplianceRegistry::attest`].
    #[ink(message)]
    fn attest_signed(
        &mut self,
        issuer: AccountId,
        statement: Statement,
        deadline: Timestamp,
        signature: [u8; 64],
    ) -> Result<(), ComplianceError>;
}

/// A tranche has another rule.
#[ink::event]
pub struct RuleChanged {
    /// The token of the tranche.
    pub token: AccountId,
    /// Its rule now.
    pub rule: BoundRule,
}

/// An issuer was named, given another scope, or dismissed.
#[ink::event]
pub struct IssuerChanged {
    /// Who.
    pub issuer: AccountId,
    /// What he may attest now; nothing if he is none.
    pub scope: Option<Scope>,
}

/// Somebody may do what he could not before, or no longer.
#[ink::event]
pub struct PowersChanged {
    /// Who may do what now.
    pub powers: Powers,
}

/// An account was frozen, or is no longer.
#[ink::event]
pub struct Frozen {
    /// Which.
    #[ink(topic)]
    pub account: AccountId,
    /// Whether it is.
    pub is_frozen: bool,
}

/// Something was said of an account.
#[ink::event]
pub struct Attested {
    /// Of whom.
    #[ink(topic)]
    pub account: AccountId,
    /// For which tranches.
    pub tranches: Tranches,
    /// What.
    pub attestation: Attestation,
}

/// Why the registry refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum ComplianceError {
    /// This is for somebody else to do: see [`ComplianceRegistry::powers`].
    NotPermitted,
    /// No tranche of the deal has this token.
    UnknownTranche,
    /// More than a deal may have.
    TooManyTranches,
    /// A list is longer than [`MAX_JURISDICTIONS`]: list the others instead.
    TooManyJurisdictions,
    /// ISO 3166 numbers go from 1 to 999.
    NoJurisdiction,
    /// He is no issuer, or not for all of these tranches, for this jurisdiction, or for the one that another issuer attests now.
    OutOfScope,
    /// The deadline has passed.
    Expired,
    /// The issuer did not sign this: another statement, registry, chain or signer, or something was said of the account since.
    WrongSignature,
}
