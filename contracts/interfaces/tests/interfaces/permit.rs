//! Texts that wallets sign.

use interfaces::permit::Text;
use interfaces::types::AccountId;
use schnorrkel::{ExpansionMode, Keypair, MiniSecretKey};

const TAG: &[u8; 16] = b"Sluice permit v1";

fn keypair(seed: u8) -> Keypair {
    let secret = MiniSecretKey::from_bytes(&[seed; 32]).unwrap();
    secret.expand_to_keypair(ExpansionMode::Ed25519)
}

fn signed(text: &[u8]) -> [u8; 64] {
    let signature = keypair(1).sign_simple(b"substrate", text);
    signature.to_bytes()
}

#[test]
fn a_text_is_its_tag_and_a_hash_and_wrapped_in_bytes() {
    // blake2b of 32 bytes, of the number 7 in little-endian order.
    let mut hash = [0; 32];
    ink::env::hash_bytes::<ink::env::hash::Blake2x256>(&7u32.to_le_bytes(), &mut hash);
    let text = Text::about(TAG, &7u32);
    let message = [&TAG[..], &hash].concat();
    assert_eq!(text.message()[..], message);
    let wrapped = [&b"<Bytes>"[..], &message, b"</Bytes>"].concat();
    assert_eq!(text.wrapped()[..], wrapped);
}

#[test]
fn a_text_is_signed_wrapped_or_not_by_its_signer() {
    let text = Text::about(TAG, &7u32);
    let other = Text::about(TAG, &8u32);
    let [signer, stranger] = [1, 2].map(|seed| -> AccountId {
        let key = keypair(seed).public;
        key.to_bytes().into()
    });
    for signature in [signed(text.message()), signed(text.wrapped())] {
        assert!(text.is_signed(&signature, &signer));
        assert!(!text.is_signed(&signature, &stranger));
        assert!(!other.is_signed(&signature, &signer));
    }
}
