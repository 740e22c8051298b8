//! Replacing the code of a contract, in public and not before everybody could leave.

use crate::calls::CallError;
use crate::ensure;
use crate::types::AccountId;
use finance::{Period, Timestamp};
use ink::env::{
    account_id, block_timestamp, caller, emit_event, own_code_hash, set_code_hash,
    DefaultEnvironment,
};
use ink::primitives::Hash;
use ink::storage::traits::{ManualKey, StorageKey};
use ink::storage::Lazy;

/// How long a code waits after it was announced: longer than an epoch and the time to claim.
pub const UPGRADE_DELAY: Period = Period::from_secs(14 * 86_400);
/// How long it may be put in place then, which leaves time for the longest vote: what nobody expects any more is announced anew.
pub const UPGRADE_WINDOW: Period = Period::from_secs(90 * 86_400);

/// A contract whose code may be replaced by one account, until that is given up for good.
#[ink::trait_definition]
pub trait Upgradeable {
    /// Announces `code_hash`, of a code that everybody can read: it is uploaded. Called again with the same one after
    /// [`UPGRADE_DELAY`] and within [`UPGRADE_WINDOW`], puts it in the place of this contract's code, storage untouched. Another
    /// hash replaces the one announced, one whose time is over is announced anew.
    ///
    /// # Events
    /// [`UpgradeAnnounced`], [`Upgraded`].
    ///
    /// # Errors
    /// [`UpgradeError`].
    #[ink(message)]
    fn upgrade(&mut self, code_hash: Hash) -> Result<(), UpgradeError>;

    /// Gives up upgrades for good.
    ///
    /// # Events
    /// [`UpgradesRenounced`].
    ///
    /// # Errors
    /// [`UpgradeError::NotTheUpgrader`], [`UpgradeError::Call`].
    #[ink(message)]
    fn renounce_upgrades(&mut self) -> Result<(), UpgradeError>;

    /// Who may replace the code, and what was announced.
    #[ink(message)]
    fn upgrades(&self) -> UpgradesView;
}

/// What may become of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub struct UpgradesView {
    /// Who may replace it; nobody once that was given up.
    pub upgrader: Option<AccountId>,
    /// The hash of the code that waits, and from when on it may be put in place, for [`UPGRADE_WINDOW`].
    pub announced: Option<(Hash, Timestamp)>,
}

/// A code was announced.
#[ink::event]
pub struct UpgradeAnnounced {
    /// For which contract.
    pub contract: AccountId,
    /// What it hashes to.
    pub code_hash: Hash,
    /// From when on it may be put in place.
    pub due_at: Timestamp,
}

/// Code was replaced.
#[ink::event]
pub struct Upgraded {
    /// Of which contract.
    pub contract: AccountId,
    /// What the new one hashes to.
    pub code_hash: Hash,
}

/// Upgrades were given up.
#[ink::event]
pub struct UpgradesRenounced {
    /// Of which contract.
    pub contract: AccountId,
}

/// Why an upgrade was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
pub enum UpgradeError {
    /// Only the upgrader may do this, and nobody once upgrades were given up.
    NotTheUpgrader,
    /// The announced code waits until then.
    TooEarly(Timestamp),
    /// The chain has no code of this hash: upload it first.
    NoSuchCode,
    /// Who governs the deal could not be asked.
    Call(CallError),
}

crate::wrap_errors!(UpgradeError { Call(CallError) });

/// Where a contract keeps its [`Upgrades`]: apart from all else, at a key that no other layout moves.
pub type UpgradesCell = Lazy<Upgrades, ManualKey<0x7570_6772>>;

/// The upgrades of a contract.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Upgrades {
    /// Whether they were given up.
    is_renounced: bool,
    /// What was announced, and when it is due; a zero hash for nothing.
    code_hash: Hash,
    due_at: Timestamp,
}

/// [`Upgradeable::upgrade`] of a contract whose upgrader is `upgrader`.
///
/// # Errors
/// [`UpgradeError`].
pub fn upgrade<K: StorageKey>(
    cell: &mut Lazy<Upgrades, K>,
    upgrader: AccountId,
    code_hash: Hash,
) -> Result<(), UpgradeError> {
    let contract = account_id::<DefaultEnvironment>();
    match is_due(cell, upgrader, contract, code_hash)? {
        true => replace_code(code_hash),
        false => ensure_uploaded(code_hash),
    }
}

/// Refuses a hash of which the chain has no code. What tells is to run on it: this contract takes it and goes back to its own.
///
/// # Errors
/// [`UpgradeError::NoSuchCode`].
pub fn ensure_uploaded(code_hash: Hash) -> Result<(), UpgradeError> {
    let own = own_code_hash::<DefaultEnvironment>().map_err(|_| UpgradeError::NoSuchCode)?;
    replace_code(code_hash)?;
    replace_code(own)
}

/// Puts the code of that hash in the place of this contract's.
///
/// # Errors
/// [`UpgradeError::NoSuchCode`].
pub fn replace_code(code_hash: Hash) -> Result<(), UpgradeError> {
    set_code_hash::<DefaultEnvironment>(&code_hash).map_err(|_| UpgradeError::NoSuchCode)
}

/// Whether `code_hash` was announced for `contract` and is due to be put in place now; announces it otherwise, and then the
/// caller sees to it that it [is uploaded](ensure_uploaded).
///
/// # Errors
/// [`UpgradeError::NotTheUpgrader`], [`UpgradeError::TooEarly`].
pub fn is_due<K: StorageKey>(
    cell: &mut Lazy<Upgrades, K>,
    upgrader: AccountId,
    contract: AccountId,
    code_hash: Hash,
) -> Result<bool, UpgradeError> {
    let mut upgrades = permitted(cell, upgrader)?;
    let now = Timestamp(block_timestamp::<DefaultEnvironment>());
    let until = upgrades.due_at.plus(UPGRADE_WINDOW);
    let is_announced = upgrades.code_hash == code_hash && now < until;
    if is_announced {
        ensure!(
            upgrades.due_at <= now,
            UpgradeError::TooEarly(upgrades.due_at)
        );
        upgrades = Upgrades::default();
        emit_event::<DefaultEnvironment, _>(Upgraded {
            contract,
            code_hash,
        });
    } else {
        let due_at = now.plus(UPGRADE_DELAY);
        (upgrades.code_hash, upgrades.due_at) = (code_hash, due_at);
        emit_event::<DefaultEnvironment, _>(UpgradeAnnounced {
            contract,
            code_hash,
            due_at,
        });
    }
    cell.set(&upgrades);
    Ok(is_announced)
}

/// [`Upgradeable::renounce_upgrades`] of a contract whose upgrader is `upgrader`.
///
/// # Errors
/// [`UpgradeError::NotTheUpgrader`].
pub fn renounce<K: StorageKey>(
    cell: &mut Lazy<Upgrades, K>,
    upgrader: AccountId,
) -> Result<(), UpgradeError> {
    let mut upgrades = permitted(cell, upgrader)?;
    upgrades.is_renounced = true;
    cell.set(&upgrades);
    let contract = account_id::<DefaultEnvironment>();
    emit_event::<DefaultEnvironment, _>(UpgradesRenounced { contract });
    Ok(())
}

/// [`Upgradeable::upgrades`] of a contract whose upgrader is `upgrader`, if that is known.
pub fn view<K: StorageKey>(cell: &Lazy<Upgrades, K>, upgrader: Option<AccountId>) -> UpgradesView {
    let upgrades = cell.get_or_default();
    let is_announced = !upgrades.is_renounced && upgrades.code_hash != Hash::default();
    UpgradesView {
        upgrader: upgrader.filter(|_| !upgrades.is_renounced),
        announced: is_announced.then_some((upgrades.code_hash, upgrades.due_at)),
    }
}

fn permitted<K: StorageKey>(
    cell: &Lazy<Upgrades, K>,
    upgrader: AccountId,
) -> Result<Upgrades, UpgradeError> {
    let upgrades = cell.get_or_default();
    let is_upgrader = caller::<DefaultEnvironment>() == upgrader;
    ensure!(
        is_upgrader && !upgrades.is_renounced,
        UpgradeError::NotTheUpgrader
    );
    Ok(upgrades)
}
