//! The accounts of everyone who acts.

use interfaces::types::AccountId;

use crate::chain::Chain;
use crate::deployment::Deal;

/// The accounts of everyone who acts, in the order of the term sheet.
pub struct Cast {
    /// Who funds the pool.
    pub investors: Vec<AccountId>,
    /// Who borrows from it.
    pub originators: Vec<AccountId>,
    /// Who liquidates.
    pub keepers: Vec<AccountId>,
    /// Who reports prices.
    pub feeders: Vec<AccountId>,
    /// Who backs the insurance fund.
    pub backers: Vec<AccountId>,
    /// Who receives fees.
    pub fee_beneficiary: Option<AccountId>,
    /// Who receives penalties and dust.
    pub insurance: AccountId,
    /// To whom keepers sell.
    pub market: AccountId,
}

impl Cast {
    /// The accounts of everyone in the term sheet of `deal`.
    pub fn new(chain: &Chain, deal: &Deal) -> Self {
        let sheet = &deal.sheet;
        let account = |name: &String| chain.account(name);
        Self {
            investors: sheet
                .investors
                .iter()
                .map(|investor| account(&investor.name))
                .collect(),
            originators: sheet
                .originators
                .iter()
                .map(|originator| account(&originator.name))
                .collect(),
            keepers: sheet
                .keepers
                .iter()
                .map(|keeper| account(&keeper.name))
                .collect(),
            feeders: sheet.oracle.feeders.iter().map(account).collect(),
            fee_beneficiary: sheet.fees.beneficiary.as_ref().map(account),
            backers: sheet
                .backers
                .iter()
                .map(|backer| account(&backer.name))
                .collect(),
            insurance: deal.insurance,
            market: chain.account("the market outside"),
        }
    }

    /// Whoever closes epochs.
    pub(super) fn closer(&self) -> AccountId {
        let first = self.keepers.first().copied();
        first.unwrap_or_else(|| self.anyone())
    }

    /// Somebody without any role.
    pub(super) fn anyone(&self) -> AccountId {
        self.market
    }
}
