//! Approvals by signature: an owner signs, anybody submits, and the owner needs no native tokens.

use crate::types::{AccountId, Balance};
use finance::Timestamp;
use ink::env::hash::Blake2x256;
use scale::Encode;

/// Approvals by signature.
#[ink::trait_definition]
pub trait Permit {
    /// Lets `spender` take up to `value` from `owner`, whatever he was allowed before. The owner signed
    /// [`Permit::permit_message`] of the same values, by sr25519 with the key that is his account; also as
    /// `<Bytes>…</Bytes>`, which is how wallets sign what is no transaction.
    ///
    /// Anybody may call it until the deadline, once per signature. As somebody else may come first, whoever goes on to
    /// spend should look at the allowance and not at this answer.
    ///
    /// # Events
    /// `Approval`, as `PSP22::approve`.
    ///
    /// # Errors
    /// [`PermitError::Expired`], [`PermitError::WrongSignature`].
    #[ink(message)]
    fn permit(
        &mut self,
        owner: AccountId,
        spender: AccountId,
        value: Balance,
        deadline: Timestamp,
        signature: [u8; 64],
    ) -> Result<(), PermitError>;

    /// What `owner` has to sign now, the [text](PermitMessage::text) of a [`PermitMessage`], and the nonce in it:
    /// how many permits of his were used. With it whoever knows the network can make the text himself.
    #[ink(message)]
    fn permit_message(
        &self,
        owner: AccountId,
        spender: AccountId,
        value: Balance,
        deadline: Timestamp,
    ) -> ([u8; 48], u128);
}

/// What a signature is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode)]
pub struct PermitMessage<'a> {
    /// The chain: what the token was made with. The address of a contract is derived from it too, so tokens on two
    /// chains have one address only if they were made with the same value.
    pub network: &'a [u8; 32],
    /// The token.
    pub token: &'a AccountId,
    /// Who signs.
    pub owner: &'a AccountId,
    /// Who may spend.
    pub spender: &'a AccountId,
    /// How much he may spend, in base units.
    pub value: Balance,
    /// The last moment at which it can be submitted.
    pub deadline: Timestamp,
    /// How many permits of the owner were used.
    pub nonce: u128,
}

impl PermitMessage<'_> {
    /// The text to sign: name and version, and the blake2b hash of all fields as SCALE encodes them.
    pub fn text(&self) -> Text {
        Text::about(b"Sluice permit v1", self)
    }
}

/// A text, wrapped, with room for name and version and for a hash.
const TEMPLATE: &[u8; 63] = b"<Bytes>................................................</Bytes>";
/// The length of `<Bytes>`.
const PREFIX: usize = 7;
/// The length of name and version.
const TAG: usize = 16;

/// A text of 48 bytes, wrapped as wallets wrap it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text([u8; 63]);

impl Text {
    /// `tag`, name and version, and the hash of `content` as SCALE encodes it. Never 32 bytes, which could be the hash
    /// of a long transaction.
    pub fn about(tag: &[u8; TAG], content: &impl Encode) -> Self {
        let mut hash = [0; 32];
        ink::env::hash_encoded::<Blake2x256, _>(content, &mut hash);
        let mut text = Self(*TEMPLATE);
        if let Some(place) = text.0.get_mut(PREFIX..PREFIX + TAG) {
            place.copy_from_slice(tag);
        }
        if let Some(place) = text.0.get_mut(PREFIX + TAG..PREFIX + TAG + 32) {
            place.copy_from_slice(&hash);
        }
        text
    }

    /// The text without its wrapping.
    pub fn message(&self) -> &[u8; 48] {
        let message = self.0.get(PREFIX..).and_then(<[u8]>::first_chunk);
        message.unwrap_or(&[0; 48])
    }

    /// The text with its wrapping.
    pub fn wrapped(&self) -> &[u8; 63] {
        &self.0
    }

    /// Whether `signer` signed this, wrapped or not.
    pub fn is_signed(&self, signature: &[u8; 64], signer: &AccountId) -> bool {
        let signed = |text: &[u8]| {
            let signer = signer.as_ref();
            ink::env::sr25519_verify(signature, text, signer).is_ok()
        };
        signed(self.message()) || signed(self.wrapped())
    }
}

/// Why a permit does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum PermitError {
    /// The deadline has passed.
    Expired,
    /// The owner did not sign this: another value, token, chain or signer, or it was used already.
    WrongSignature,
}
