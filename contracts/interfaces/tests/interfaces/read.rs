//! What is read field by field is what was encoded, and nothing else.

use interfaces::types::{AccountId, Hash};
use scale::{Decode, Encode};

#[derive(Clone, Debug, PartialEq, Eq, Encode)]
struct Record {
    flag: bool,
    numbers: (u8, u32),
    large: Option<u128>,
    key: [u8; 32],
    account: AccountId,
    hash: Hash,
    list: Vec<u64>,
}

interfaces::decode_fields!(Record {
    flag,
    numbers,
    large,
    key,
    account,
    hash,
    list
});

fn record() -> Record {
    Record {
        flag: true,
        numbers: (3, 400_000),
        large: Some(u128::MAX - 1),
        key: [4; 32],
        account: [5; 32].into(),
        hash: [6; 32].into(),
        list: vec![7, u64::MAX],
    }
}

fn read(bytes: &[u8]) -> Option<Record> {
    Record::decode(&mut &*bytes).ok()
}

#[test]
fn a_record_is_read_as_it_was_written() {
    let full = record();
    let empty = Record {
        flag: false,
        large: None,
        list: Vec::new(),
        ..record()
    };
    for record in [full, empty] {
        assert_eq!(read(&record.encode()), Some(record));
    }
}

#[test]
fn whatever_is_cut_off_is_missed() {
    let bytes = record().encode();
    for length in 0..bytes.len() {
        assert_eq!(read(&bytes[..length]), None, "{length} bytes");
    }
}

#[test]
fn a_flag_is_zero_or_one() {
    let mut bytes = record().encode();
    for (place, is_flag) in [(0, true), (1, false), (6, true)] {
        let before = bytes[place];
        for byte in [2, u8::MAX] {
            bytes[place] = byte;
            assert_eq!(read(&bytes).is_none(), is_flag, "at {place}");
        }
        bytes[place] = before;
    }
}

#[test]
fn no_claimed_length_makes_anybody_read_beyond_the_end() {
    let mut bytes = record().encode();
    bytes.truncate(bytes.len() - 17);
    // As compact numbers are written: four bytes follow.
    bytes.extend([3, 0xff, 0xff, 0xff, 0xff]);
    bytes.extend(7u64.to_le_bytes());
    assert_eq!(read(&bytes), None);
}
