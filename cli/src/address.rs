//! Accounts as people write them.

use interfaces::types::AccountId;
use subxt::utils::AccountId32;

/// An account from SS58 with any prefix, or from 32 bytes in hex.
pub fn parse(text: &str) -> Option<AccountId> {
    if let Some(digits) = text.strip_prefix("0x") {
        let bytes: [u8; 32] = hex::decode(digits).ok()?.try_into().ok()?;
        return Some(AccountId(bytes));
    }
    let account: AccountId32 = text.parse().ok()?;
    Some(AccountId(account.0))
}

/// In SS58 with the prefix 42 of any Substrate chain.
pub fn show(account: AccountId) -> String {
    AccountId32(account.0).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_read_again() {
        let account = AccountId([7; 32]);
        assert_eq!(parse(&show(account)), Some(account));
        assert_eq!(parse(&format!("0x{}", hex::encode([7; 32]))), Some(account));
        assert_eq!(parse("0x07"), None);
        assert_eq!(
            parse("5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQZ"),
            None
        );
    }
}
