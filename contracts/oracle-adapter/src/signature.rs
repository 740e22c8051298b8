//! Who signed a report.

use ink::env::hash::Blake2x256;
use ink::env::{ecdsa_recover, hash_bytes, sr25519_verify};
use interfaces::ensure;
use interfaces::oracle_adapter::{Key, OracleError};
use interfaces::permit::Text;
use interfaces::types::AccountId;

/// Half the order of secp256k1: of the two signatures that each can be turned into the other, the one with the lower `s`
/// counts.
const HALF_ORDER: [u8; 32] = [
    0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0x5d, 0x57, 0x6e, 0x73, 0x57, 0xa4, 0x50, 0x1d, 0xdf, 0xe9, 0x2f, 0x46, 0x68, 0x1b, 0x20, 0xa0,
];

/// Whether `signer`, who has a key of this kind, signed `text`, wrapped or not.
pub fn ensure_signed(
    text: &Text,
    signature: &[u8; 65],
    key: Key,
    signer: &AccountId,
) -> Result<(), OracleError> {
    let is_signed = |text: &[u8]| match key {
        Key::Sr25519 => {
            let signature = signature.first_chunk().unwrap_or(&[0; 64]);
            sr25519_verify(signature, text, signer.as_ref()).is_ok()
        }
        Key::Ecdsa => {
            is_canonical(signature) && recovered(text, signature).as_ref() == Some(signer)
        }
        Key::Source => false,
    };
    let is_signed = [&text.message()[..], &text.wrapped()[..]]
        .into_iter()
        .any(is_signed);
    ensure!(is_signed, OracleError::WrongSignature);
    Ok(())
}

fn is_canonical(signature: &[u8; 65]) -> bool {
    let s = signature.get(32..64);
    s.is_some_and(|s| s <= &HALF_ORDER[..]) && signature.last().is_some_and(|id| *id <= 1)
}

/// The account whose key made this ecdsa signature of `text`.
fn recovered(text: &[u8], signature: &[u8; 65]) -> Option<AccountId> {
    let mut key = [0; 33];
    ecdsa_recover(signature, &blake2(text), &mut key).ok()?;
    Some(blake2(&key).into())
}

fn blake2(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash_bytes::<Blake2x256>(bytes, &mut hash);
    hash
}
