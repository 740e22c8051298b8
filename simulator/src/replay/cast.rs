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
    /// Who receives penalties.
    pub beneficiary: AccountId,
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
            beneficiary: account(&sheet.penalty_beneficiary),
            market: chain.account("the market outside"),
        }
    }

    /// Somebody without any role.
    pub(super) fn anyone(&self) -> AccountId {
        self.market
    }
}
