//! Proposals, votes and the timelock, in one contract: what it executes it calls itself, so it is the account to which other
//! contracts give their governor's role.
//!
//! A proposal is made by whoever has enough votes, is voted on by the [electorate](crate::governance_token::Electorate) as it
//! was at the snapshot, waits in the timelock, and is executed at most once, by anybody.
//! [`finance::governance::proposal`] says when; [`finance::governance::settings`] within which bounds. Votes go by the settings in
//! force at the snapshot: to change them changes no vote that is under way.
//!
//! **Who can stop it.** The proposer while it is pending; the guardian while it waits, unless it is only about him; and every class that has a veto, by more
//! than half of its own votes as they were half-way through the timelock. Nobody can hurry it.
//!
//! **What nobody can do.** No account but this contract acts for it, and it acts only by an executed proposal. The deployer has no
//! part in it. The guardian neither proposes nor executes nor moves money.

use crate::calls::CallError;
use crate::governance_token::ElectorateError;
use crate::permit::Text;
use crate::types::{AccountId, Balance};
use crate::wrap_errors;
use finance::governance::ballot::{Vote, VoteError, Votes};
use finance::governance::proposal::{Proposal, State};
use finance::governance::settings::{Setting, SettingError, Settings};
use finance::{MathError, Timestamp};
use ink::prelude::{string::String, vec::Vec};

/// How time is counted: as the chain's blocks are stamped.
pub const CLOCK_MODE: &str = "mode=timestamp&unit=ms";
/// The most actions of a proposal.
pub const MAX_ACTIONS: usize = 10;
/// The most classes that may have a veto.
pub const MAX_CLASSES: usize = finance::MAX_TRANCHES;

/// A proposal: the blake2b-256 hash of its proposer and its payload, as SCALE encodes them. Nobody can make another's
/// proposal before him and take it back.
pub type ProposalId = [u8; 32];

/// What a governor is made with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct GovernorTerms {
    /// Who votes, and who may veto. Never changes.
    pub voters: Voters,
    /// Who may cancel what waits.
    pub guardian: Option<AccountId>,
    /// By what it goes at first.
    pub settings: Settings,
}

/// Who votes, and who may veto.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Voters {
    /// The [electorate](crate::governance_token::Electorate) that decides: the governance token, or what locks the residual class.
    pub electorate: AccountId,
    /// The electorates of the classes that may veto; at most [`MAX_CLASSES`].
    pub classes: Vec<AccountId>,
    /// The chain, for what is signed: its genesis hash.
    pub network: [u8; 32],
}

/// What is proposed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Payload {
    /// What is done, in this order, all or nothing; one to [`MAX_ACTIONS`].
    pub actions: Vec<Action>,
    /// The hash of a text that says why.
    pub description: [u8; 32],
    /// What must have been executed before.
    pub predecessor: Option<ProposalId>,
}

/// One thing that an executed proposal does.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum Action {
    /// Calls another contract. The governor's own messages cannot be called: what it may change about itself are the other actions.
    Call(Call),
    /// Changes a setting from this block on.
    Set(Setting),
    /// From now on there is no guardian, until the one who is named, if any, accepts.
    NameGuardian(Option<AccountId>),
}

/// A message to another contract.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Call {
    /// The contract.
    pub target: AccountId,
    /// The message.
    pub selector: [u8; 4],
    /// Its arguments as SCALE encodes them, one after the other.
    pub input: Vec<u8>,
    /// Native tokens of the governor that go along.
    pub value: Balance,
}

/// A vote that its voter signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct SignedVote {
    /// Whose.
    pub voter: AccountId,
    /// On which proposal.
    pub proposal: ProposalId,
    /// What he says.
    pub vote: Vote,
    /// sr25519, of [`Governor::ballot_message`] of the same values, by the key that is his account; also as
    /// `<Bytes>…</Bytes>`.
    pub signature: [u8; 64],
}

/// What a signature of a vote is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode)]
pub struct BallotMessage<'a> {
    /// The chain, as in the terms.
    pub network: &'a [u8; 32],
    /// The governor.
    pub governor: &'a AccountId,
    /// Who signs.
    pub voter: &'a AccountId,
    /// On which proposal.
    pub proposal: &'a ProposalId,
    /// What he says.
    pub vote: &'a Vote,
    /// The votes that he cast on it before: as every vote raises that, each signature counts once.
    pub used: Balance,
}

impl BallotMessage<'_> {
    /// The text to sign: name and version, and the blake2b hash of all fields as SCALE encodes them.
    pub fn text(&self) -> Text {
        Text::about(b"Sluice ballot v1", self)
    }
}

/// A proposal that somebody made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Made {
    /// Who did.
    pub proposer: AccountId,
    /// Whether it does nothing but name a guardian: then the guardian cannot cancel it.
    pub is_about_guardian: bool,
    /// Its times and votes.
    pub proposal: Proposal,
}

/// A proposal as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct ProposalView {
    /// By whom, its times and votes.
    pub made: Made,
    /// Where it stands now.
    pub state: State,
    /// The votes against its execution, by class.
    pub vetoes: Vec<Balance>,
}

/// What an account can do here beside what everybody can.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct Powers {
    /// Cancel what waits, and hand that over.
    pub is_guardian: bool,
    /// Become the guardian.
    pub may_become_guardian: bool,
}

/// Proposals, votes and the timelock.
#[ink::trait_definition]
pub trait Governor {
    /// Proposes `payload`. The caller needs the threshold's share of all votes at the end of the last millisecond: what he
    /// borrows for this call does not count.
    ///
    /// # Events
    /// [`Proposed`].
    ///
    /// # Errors
    /// [`GovernorError::InvalidPayload`], [`GovernorError::AlreadyProposed`], [`GovernorError::BelowThreshold`],
    /// [`GovernorError::Electorate`], [`GovernorError::Call`], [`GovernorError::Math`].
    #[ink(message)]
    fn propose(&mut self, payload: Payload) -> Result<ProposalId, GovernorError>;

    /// Casts votes of the caller, as many as he had at the snapshot and has not cast yet. Returns how many that were.
    ///
    /// # Events
    /// [`VoteCast`]; [`DeadlineExtended`], if the proposal came to be won late.
    ///
    /// # Errors
    /// [`GovernorError::UnknownProposal`], [`GovernorError::WrongState`], [`GovernorError::Vote`],
    /// [`GovernorError::Electorate`], [`GovernorError::Call`], [`GovernorError::Math`].
    #[ink(message)]
    fn vote(&mut self, proposal: ProposalId, vote: Vote) -> Result<Balance, GovernorError>;

    /// Casts votes that were signed, each as [`Governor::vote`] does. One that is refused changes nothing and
    /// stops no other: nobody spoils a batch by submitting a part of it first.
    ///
    /// # Errors
    /// By vote: those of [`Governor::vote`], and [`GovernorError::WrongSignature`].
    #[ink(message)]
    fn vote_signed(&mut self, votes: Vec<SignedVote>) -> Vec<Result<Balance, GovernorError>>;

    /// Lets a proposal that succeeded wait, and keeps how many votes each class with a veto has. Anybody may.
    ///
    /// # Events
    /// [`Queued`].
    ///
    /// # Errors
    /// [`GovernorError::UnknownProposal`], [`GovernorError::WrongState`], [`GovernorError::Electorate`], [`GovernorError::Call`].
    #[ink(message)]
    fn queue(&mut self, proposal: ProposalId) -> Result<(), GovernorError>;

    /// Does what was proposed, all or nothing, with the gas that the call brings. Anybody may, from when it is ready until its grace is over. An
    /// answer of a called contract that is neither nothing nor an `Ok` undoes everything; so do messages that answer with
    /// bare values, which no governed message does.
    ///
    /// # Events
    /// [`Executed`]; [`SettingChanged`], [`GuardianNamed`] and [`GuardianChanged`] as it does so.
    ///
    /// # Errors
    /// [`GovernorError::UnknownProposal`], [`GovernorError::WrongPayload`], [`GovernorError::WrongState`],
    /// [`GovernorError::NotReady`], [`GovernorError::PredecessorMissing`], [`GovernorError::ActionFailed`],
    /// [`GovernorError::InvalidSetting`].
    #[ink(message)]
    fn execute(&mut self, proposal: ProposalId, payload: Payload) -> Result<(), GovernorError>;

    /// Ends a proposal: the proposer while it is pending; the guardian while it waits, unless it does nothing but name a
    /// guardian: he cannot keep his place against a vote.
    ///
    /// # Events
    /// [`Canceled`].
    ///
    /// # Errors
    /// [`GovernorError::UnknownProposal`], [`GovernorError::WrongState`], [`GovernorError::MayNotCancel`].
    #[ink(message)]
    fn cancel(&mut self, proposal: ProposalId) -> Result<(), GovernorError>;

    /// Counts the caller's votes in `class`, as they were half-way through the timelock, against the execution. More than half of all
    /// votes of the class end it: of those that there were when it was queued, or are now, whichever are fewer. Before the half-way
    /// the electorate refuses: there is time to lock first.
    ///
    /// # Events
    /// [`Vetoed`]; [`Canceled`], if it ends.
    ///
    /// # Errors
    /// [`GovernorError::UnknownProposal`], [`GovernorError::WrongState`], [`GovernorError::UnknownClass`],
    /// [`GovernorError::AlreadyVetoed`], [`GovernorError::Vote`], [`GovernorError::Electorate`], [`GovernorError::Call`].
    #[ink(message)]
    fn veto(&mut self, proposal: ProposalId, class: u32) -> Result<(), GovernorError>;

    /// The guardian names who may take his place; the last one named counts. He stays until that account accepts.
    ///
    /// # Events
    /// [`GuardianNamed`].
    ///
    /// # Errors
    /// [`GovernorError::NotTheGuardian`].
    #[ink(message)]
    fn hand_over(&mut self, to: AccountId) -> Result<(), GovernorError>;

    /// Who was named becomes the guardian.
    ///
    /// # Events
    /// [`GuardianChanged`].
    ///
    /// # Errors
    /// [`GovernorError::NotNamed`].
    #[ink(message)]
    fn accept_guardian(&mut self) -> Result<(), GovernorError>;

    /// A proposal, if there is one.
    #[ink(message)]
    fn proposal(&self, proposal: ProposalId) -> Option<ProposalView>;

    /// What `payload` is called when `proposer` proposes it.
    #[ink(message)]
    fn proposal_id(&self, proposer: AccountId, payload: Payload) -> ProposalId;

    /// How many votes `voter` has cast on a proposal.
    #[ink(message)]
    fn votes_used(&self, proposal: ProposalId, voter: AccountId) -> Balance;

    /// What `voter` has to sign now, the [text](BallotMessage::text) of a [`BallotMessage`].
    #[ink(message)]
    fn ballot_message(&self, voter: AccountId, proposal: ProposalId, vote: Vote) -> [u8; 48];

    /// Who votes, who may veto, who is the guardian, and the settings in force.
    #[ink(message)]
    fn terms(&self) -> GovernorTerms;

    /// The settings in force at the end of the block at `at`: what votes go by whose snapshot that is.
    #[ink(message)]
    fn settings_at(&self, at: Timestamp) -> Settings;

    /// What `account` can do here beside what everybody can. For all but the guardian and who was named: nothing.
    #[ink(message)]
    fn powers(&self, account: AccountId) -> Powers;

    /// [`CLOCK_MODE`]: the clock of the electorates is the same.
    #[ink(message)]
    fn clock_mode(&self) -> String;
}

/// Something was proposed.
#[ink::event]
pub struct Proposed {
    /// The proposal.
    #[ink(topic)]
    pub proposal: ProposalId,
    /// Who made it.
    #[ink(topic)]
    pub proposer: AccountId,
    /// What it does: not stored anywhere else.
    pub payload: Payload,
    /// Votes are what they will be then.
    pub snapshot: Timestamp,
    /// The last moment to vote.
    pub deadline: Timestamp,
}

/// Votes were cast.
#[ink::event]
pub struct VoteCast {
    /// The proposal.
    #[ink(topic)]
    pub proposal: ProposalId,
    /// Who voted.
    #[ink(topic)]
    pub voter: AccountId,
    /// What he said, in addition to what he said before.
    pub ballot: Votes,
}

/// A proposal came to be won so late that those who are against it are given time.
#[ink::event]
pub struct DeadlineExtended {
    /// The proposal.
    #[ink(topic)]
    pub proposal: ProposalId,
    /// The last moment to vote.
    pub deadline: Timestamp,
}

/// A proposal waits.
#[ink::event]
pub struct Queued {
    /// The proposal.
    #[ink(topic)]
    pub proposal: ProposalId,
    /// It can be executed from then on.
    pub ready_at: Timestamp,
}

/// Votes of a class were counted against the execution.
#[ink::event]
pub struct Vetoed {
    /// The proposal.
    #[ink(topic)]
    pub proposal: ProposalId,
    /// Who has the votes.
    #[ink(topic)]
    pub voter: AccountId,
    /// The number of the class.
    pub class: u32,
    /// How many he has.
    pub votes: Balance,
    /// How many of the class are against it altogether.
    pub sum: Balance,
}

/// A proposal ended before its execution.
#[ink::event]
pub struct Canceled {
    /// The proposal.
    #[ink(topic)]
    pub proposal: ProposalId,
    /// The proposer, the guardian, or whose veto made the majority.
    pub by: AccountId,
}

/// What was proposed is done.
#[ink::event]
pub struct Executed {
    /// The proposal.
    #[ink(topic)]
    pub proposal: ProposalId,
    /// Who called.
    pub by: AccountId,
}

/// A setting changed.
#[ink::event]
pub struct SettingChanged {
    /// It and its new value.
    pub setting: Setting,
}

/// Somebody may become the guardian, or nobody any more.
#[ink::event]
pub struct GuardianNamed {
    /// Who.
    pub named: Option<AccountId>,
}

/// There is another guardian, or none.
#[ink::event]
pub struct GuardianChanged {
    /// Who cancels from now on.
    pub guardian: Option<AccountId>,
}

/// Why the governor refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum GovernorError {
    /// More classes than [`MAX_CLASSES`].
    TooManyClasses,
    /// No action, or more than [`MAX_ACTIONS`].
    InvalidPayload,
    /// The same account proposed the same before: say something else in the description.
    AlreadyProposed,
    /// The proposer has too few votes.
    BelowThreshold {
        /// How many it takes.
        needed: Balance,
    },
    /// There is no such proposal.
    UnknownProposal,
    /// The proposal does not stand where this can be done.
    WrongState(State),
    /// The payload is not what was proposed.
    WrongPayload,
    /// The proposal still has to wait.
    NotReady {
        /// Until then.
        ready_at: Timestamp,
    },
    /// The predecessor was not executed.
    PredecessorMissing,
    /// The called contract refused, trapped, does not exist or does not know the message.
    ActionFailed {
        /// The number of the action, from zero.
        action: u32,
    },
    /// Only the proposer while it is pending, and the guardian while it waits if it is not only about him.
    MayNotCancel,
    /// Only the guardian may do this.
    NotTheGuardian,
    /// The caller was not named.
    NotNamed,
    /// No class has this number.
    UnknownClass,
    /// The caller vetoed for this class before.
    AlreadyVetoed,
    /// The voter did not sign this: another vote, proposal, governor, chain or signer, or it was counted already.
    WrongSignature,
    /// The votes do not count.
    Vote(VoteError),
    /// A setting would lie outside its bounds.
    InvalidSetting(SettingError),
    /// The electorate refused.
    Electorate(ElectorateError),
    /// The electorate gave no answer.
    Call(CallError),
    /// A computation has no result.
    Math(MathError),
}

wrap_errors!(GovernorError {
    Vote(VoteError),
    InvalidSetting(SettingError),
    Electorate(ElectorateError),
    Call(CallError),
    Math(MathError),
});
