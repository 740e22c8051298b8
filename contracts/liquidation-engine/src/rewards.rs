//! What keepers earn: promised out of a lot's penalty when they act, paid when the penalty is raised.

use finance::auction::Incentive;
use finance::fixed::{add, sub};
use finance::{MathError, Price};
use ink::prelude::vec::Vec;
use interfaces::collateral_vault::Seizure;
use interfaces::liquidation_engine::{Reward, MAX_REWARDS};
use interfaces::parameters::AuctionParameters;
use interfaces::types::{AccountId, Balance};

use crate::auction::DutchAuction;

/// What one lot has promised, in the order of the promises and one per keeper: never more than is left of its
/// penalty, and never to more than [`MAX_REWARDS`] keepers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rewards(pub Vec<Reward>);

impl Rewards {
    /// What the opening of an auction promises: to `keeper`, and to who saw first that the position was unsound.
    pub fn of_opening(
        auction: &DutchAuction,
        seizure: &Seizure,
        parameters: &AuctionParameters,
        keeper: AccountId,
    ) -> Result<Self, MathError> {
        let start = reward(auction, seizure.price, parameters)?;
        let mut rewards = Self::default();
        rewards.promise(keeper, start, auction.0.penalty)?;
        let markers = [seizure.impaired_by, seizure.overdue_by];
        for marker in markers.into_iter().flatten() {
            rewards.promise(marker, parameters.mark_reward, auction.0.penalty)?;
        }
        Ok(rewards)
    }

    /// Promises `keeper` as much of `amount` as the `penalty` left to raise is not promised yet. Returns how much
    /// that is.
    pub fn promise(
        &mut self,
        keeper: AccountId,
        amount: Balance,
        penalty: Balance,
    ) -> Result<Balance, MathError> {
        let amount = amount.min(penalty.saturating_sub(self.total()?));
        if amount == 0 {
            return Ok(0);
        }
        let Self(rewards) = self;
        if let Some(reward) = rewards.iter_mut().find(|reward| reward.keeper == keeper) {
            reward.amount = add(reward.amount, amount)?;
            return Ok(amount);
        }
        if rewards.len() >= MAX_REWARDS {
            return Ok(0);
        }
        rewards.push(Reward { keeper, amount });
        Ok(amount)
    }

    /// Takes what is paid now out of `raised` penalty, the oldest promise first. Returns it, and what is left of
    /// the penalty.
    pub fn pay(&mut self, raised: Balance) -> Result<(Vec<Reward>, Balance), MathError> {
        let mut left = raised;
        let mut paid = Vec::new();
        for reward in &mut self.0 {
            let amount = reward.amount.min(left);
            left = sub(left, amount)?;
            reward.amount = sub(reward.amount, amount)?;
            paid.push(Reward { amount, ..*reward });
        }
        self.0.retain(|reward| reward.amount > 0);
        paid.retain(|reward| reward.amount > 0);
        Ok((paid, left))
    }

    fn total(&self) -> Result<Balance, MathError> {
        self.0.iter().map(|reward| reward.amount).try_fold(0, add)
    }
}

/// What starting or resetting `auction` earns at `price`; nothing for dust.
pub fn reward(
    auction: &DutchAuction,
    price: Price,
    parameters: &AuctionParameters,
) -> Result<Balance, MathError> {
    let incentive = Incentive {
        flat: parameters.start_reward,
        share: parameters.start_share,
    };
    incentive.on(&auction.lot()?, price, &auction.0.quote, parameters.dust)
}
