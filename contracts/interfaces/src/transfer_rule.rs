//! A rule about who may hold a token: the question a token asks before tokens change hands.

use crate::types::{AccountId, Balance};

/// The most computation an answer may take, in picoseconds as the chain measures it.
pub const RULE_REF_TIME: u64 = 10_000_000_000;
/// The most bytes of proof an answer may take.
pub const RULE_PROOF_SIZE: u64 = 256 * 1024;
/// The most an answer may take from the caller as a storage deposit: next to nothing, as zero means no limit.
pub const RULE_DEPOSIT: Balance = 1;

/// What a token says when the rule refuses a transfer. Why, the rule itself tells anyone who asks it.
pub const REFUSED: &str = "rule refuses";
/// What a token says when the rule does not answer: it trapped, took more than it may, called the token
/// back, or is no rule.
pub const NO_ANSWER: &str = "rule is silent";

/// A contract that decides about transfers of tokens.
#[ink::trait_definition]
pub trait TransferRule {
    /// Whether `value` base units of the token that asks may go to `to`; from `None` if they are new.
    ///
    /// Never asked about what is burned: nobody can be locked in. The answer may take
    /// [`RULE_REF_TIME`] and [`RULE_PROOF_SIZE`], and may not call the token. A wallet asks in the name of the
    /// token.
    ///
    /// # Errors
    /// The refusal.
    #[ink(message)]
    fn may_transfer(
        &self,
        from: Option<AccountId>,
        to: AccountId,
        value: Balance,
    ) -> Result<(), TransferRefused>;
}

/// Why tokens may not change hands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum TransferRefused {
    /// The sender may give none away.
    Sender,
    /// The recipient may receive none.
    Recipient,
    /// Both might, but not this.
    Transfer,
}
