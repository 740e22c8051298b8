//! A PSP22 token that votes: of a fixed supply, or against a tranche token that it locks.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

mod peers;
mod voter;

pub use self::governance_token::{GovernanceTokenContract, GovernanceTokenContractRef};

#[cfg(test)]
mod tests;

#[ink::contract]
mod governance_token {
    use crate::peers;
    use crate::voter::{Change, Voter};
    use finance::governance::trace::Checkpoint;
    use finance::time;
    use ink::prelude::{string::String, vec::Vec};
    use ink::storage::{traits::ManualKey, Lazy, Mapping};
    use interfaces::earnings::{Cash, Earnings};
    use interfaces::ensure;
    use interfaces::governance_token::{
        About, DelegateChanged, Delegation, DelegationError, DelegationMessage, Electorate,
        ElectorateError, GovernanceTokenTerms, Issue, Locked, Locker, VoterView, NOTHING_OWED,
        NO_LOCKER,
    };
    use interfaces::permit::Text;
    use interfaces::tranche_token::{PSP22Error, PSP22Metadata, BEYOND_128_BITS, PSP22};
    use interfaces::transfer_agent::DistributionClaimed;
    use psp22::{Approval, Transfer};

    /// An account, or nobody: what nobody has is the supply, all that was made of nothing.
    type Who = Option<AccountId>;
    /// Whose checkpoint, and its number.
    type Place = (Who, u32);

    #[ink(storage)]
    pub struct GovernanceTokenContract {
        /// What is locked; nothing if the supply is fixed. Fixed at creation.
        locked: Option<Locked>,
        /// Everybody who has or votes anything, or did so for longer than a block; nobody's balance and votes are the sums of
        /// all others.
        voters: Mapping<Who, Voter, ManualKey<1>>,
        /// What votes were before.
        history: Mapping<Place, Checkpoint<Balance>, ManualKey<2>>,
        /// What an owner lets a spender take. Without zeros.
        allowances: Mapping<(AccountId, AccountId), Balance, ManualKey<3>>,
        /// Fixed at creation. Apart, because no transfer needs it.
        about: Lazy<About, ManualKey<4>>,
        /// What was paid on locked tokens, by whose they were, until it is claimed.
        earnings: Mapping<AccountId, Earnings, ManualKey<5>>,
    }

    impl GovernanceTokenContract {
        /// A token of which the holder in its terms has all there is, or a locker in which nothing is locked.
        #[ink(constructor)]
        pub fn new(terms: GovernanceTokenTerms) -> Self {
            let mut token = Self {
                locked: None,
                voters: Mapping::default(),
                history: Mapping::default(),
                allowances: Mapping::default(),
                about: Lazy::new(),
                earnings: Mapping::default(),
            };
            token.about.set(&terms.about);
            match terms.issue {
                // The first tokens there are always fit.
                Issue::Fixed { supply, holder } => drop(token.change(None, Some(holder), supply)),
                Issue::Locker(locked) => token.locked = Some(locked),
            }
            token
        }

        fn now(&self) -> time::Timestamp {
            time::Timestamp(self.env().block_timestamp())
        }

        /// The one way from holder to holder; the caller spends his allowance unless he is `from`.
        fn move_tokens(
            &mut self,
            from: &AccountId,
            to: &AccountId,
            value: Balance,
        ) -> Result<(), PSP22Error> {
            if from == to {
                return Ok(());
            }
            let caller = self.env().caller();
            let allowance = match caller == *from || value == 0 {
                true => None,
                false => Some(self.allowance_less(from, &caller, value)?),
            };
            self.change(Some(*from), Some(*to), value)?;
            if let Some(left) = allowance {
                self.allow(from, &caller, left);
            }
            Ok(())
        }

        /// Every change of a balance: `from` nobody when tokens are made, `to` nobody when they are destroyed.
        fn change(&mut self, from: Who, to: Who, value: Balance) -> Result<(), PSP22Error> {
            if value == 0 {
                return Ok(());
            }
            let index = self.locked.as_ref().map(peers::index).transpose()?;
            self.shift(from, Change::Less(value), index)?;
            self.shift(to, Change::More(value), index)?;
            self.env().emit_event(Transfer { from, to, value });
            Ok(())
        }

        /// Changes what `owner` has, and the votes of whoever votes with it. First it earned what was paid up to `index`.
        fn shift(
            &mut self,
            owner: Who,
            change: Change,
            index: Option<u128>,
        ) -> Result<(), PSP22Error> {
            let change = match owner {
                Some(_) => change,
                // What is taken from nobody is made.
                None => change.reversed(),
            };
            let mut voter = self.load(owner);
            let balance = change.of(voter.balance).ok_or_else(|| match owner {
                Some(_) => PSP22Error::InsufficientBalance,
                None => PSP22Error::Custom(BEYOND_128_BITS.into()),
            })?;
            if let (Some(owner), Some(index)) = (owner, index) {
                let earned = self.earned(&owner).at(voter.balance, index);
                self.keep_earnings(&owner, balance, &earned);
            }
            voter.balance = balance;
            self.keep(owner, voter, change);
            Ok(())
        }

        fn earned(&self, owner: &AccountId) -> Earnings {
            self.earnings.get(owner).unwrap_or_default()
        }

        /// Stores what an owner of `balance` earned.
        fn keep_earnings(&mut self, owner: &AccountId, balance: Balance, earned: &Earnings) {
            if balance == 0 && earned.owed == Cash::default() {
                self.earnings.remove(owner);
            } else {
                self.earnings.insert(owner, earned);
            }
        }

        /// What is locked, and what `owner` has and is owed of it now.
        fn holding(&self, owner: &AccountId) -> Result<(Locked, Balance, Earnings), PSP22Error> {
            let locked = self.locks()?;
            let balance = self.load(Some(*owner)).balance;
            let index = peers::index(&locked)?;
            Ok((locked, balance, self.earned(owner).at(balance, index)))
        }

        fn load(&self, who: Who) -> Voter {
            self.voters.get(who).unwrap_or_default()
        }

        /// Stores `owner`, and passes the change of his balance on to whoever votes with it.
        fn keep(&mut self, owner: Who, voter: Voter, change: Change) {
            match voter.delegate {
                None => self.vote(owner, voter, change),
                delegate => {
                    self.store(owner, &voter);
                    let voter = self.load(delegate);
                    self.vote(delegate, voter, change);
                }
            }
        }

        /// Stores `who` with changed votes.
        fn vote(&mut self, who: Who, mut voter: Voter, change: Change) {
            if let Some((number, before)) = voter.change_votes(change, self.now()) {
                self.history.insert((who, number), &before);
            }
            self.store(who, &voter);
        }

        fn store(&mut self, who: Who, voter: &Voter) {
            if voter.is_blank() {
                self.voters.remove(who);
            } else {
                self.voters.insert(who, voter);
            }
        }

        fn delegate_to(&mut self, owner: AccountId, to: AccountId) {
            let voter = self.load(Some(owner));
            let from = voter.delegate.unwrap_or(owner);
            if from == to {
                return;
            }
            let balance = voter.balance;
            self.keep(Some(owner), voter, Change::Less(balance));
            let mut voter = self.load(Some(owner));
            voter.delegate = (to != owner).then_some(to);
            self.keep(Some(owner), voter, Change::More(balance));
            self.env().emit_event(DelegateChanged { owner, from, to });
        }

        fn past(&self, who: Who, at: time::Timestamp) -> Result<Balance, ElectorateError> {
            ensure!(at < self.now(), ElectorateError::NotPast);
            let votes = self.load(who).votes;
            Ok(votes.at(at, |number| self.history.get((who, number))))
        }

        fn allowed(&self, owner: &AccountId, spender: &AccountId) -> Balance {
            self.allowances.get((owner, spender)).unwrap_or_default()
        }

        /// What is left of an allowance after `value` of it.
        fn allowance_less(
            &self,
            owner: &AccountId,
            spender: &AccountId,
            value: Balance,
        ) -> Result<Balance, PSP22Error> {
            let left = self.allowed(owner, spender).checked_sub(value);
            left.ok_or(PSP22Error::InsufficientAllowance)
        }

        fn change_allowance(
            &mut self,
            spender: &AccountId,
            change: Change,
        ) -> Result<(), PSP22Error> {
            let owner = self.env().caller();
            let amount = match change {
                Change::More(0) | Change::Less(0) => return Ok(()),
                _ if owner == *spender => return Ok(()),
                Change::More(more) => self.allowed(&owner, spender).saturating_add(more),
                Change::Less(less) => self.allowance_less(&owner, spender, less)?,
            };
            self.allow(&owner, spender, amount);
            Ok(())
        }

        /// Every change of an allowance. An owner needs none for himself.
        fn allow(&mut self, owner: &AccountId, spender: &AccountId, amount: Balance) {
            if owner == spender {
                return;
            }
            if amount == 0 {
                self.allowances.remove((owner, spender));
            } else {
                self.allowances.insert((owner, spender), &amount);
            }
            let (owner, spender) = (*owner, *spender);
            self.env().emit_event(Approval {
                owner,
                spender,
                amount,
            });
        }

        fn delegation_text(
            &self,
            owner: &AccountId,
            nonce: u32,
            to: &AccountId,
            deadline: time::Timestamp,
        ) -> Text {
            let message = DelegationMessage {
                network: &self.about.get_or_default().network,
                token: &self.env().account_id(),
                owner,
                to,
                deadline,
                nonce,
            };
            message.text()
        }

        fn locks(&self) -> Result<Locked, PSP22Error> {
            self.locked.ok_or(PSP22Error::Custom(NO_LOCKER.into()))
        }
    }

    impl Electorate for GovernanceTokenContract {
        #[ink(message)]
        fn past_votes(
            &self,
            account: AccountId,
            at: time::Timestamp,
        ) -> Result<Balance, ElectorateError> {
            self.past(Some(account), at)
        }

        #[ink(message)]
        fn past_total_supply(&self, at: time::Timestamp) -> Result<Balance, ElectorateError> {
            let supply = self.past(None, at)?;
            match self.locked {
                None => Ok(supply),
                Some(locked) => Ok(supply.max(peers::supply(&locked)?)),
            }
        }
    }

    impl Delegation for GovernanceTokenContract {
        #[ink(message)]
        fn voter(&self, account: AccountId) -> VoterView {
            let voter = self.load(Some(account));
            VoterView {
                votes: voter.votes.latest.value,
                delegate: voter.delegate.unwrap_or(account),
                nonce: voter.nonce,
            }
        }

        #[ink(message)]
        fn delegate(&mut self, to: AccountId) -> Result<(), DelegationError> {
            let owner = self.env().caller();
            self.delegate_to(owner, to);
            Ok(())
        }

        #[ink(message)]
        fn delegate_signed(
            &mut self,
            owner: AccountId,
            to: AccountId,
            deadline: time::Timestamp,
            signature: [u8; 64],
        ) -> Result<(), DelegationError> {
            ensure!(self.now() <= deadline, DelegationError::Expired);
            let mut voter = self.load(Some(owner));
            let text = self.delegation_text(&owner, voter.nonce, &to, deadline);
            ensure!(
                text.is_signed(&signature, &owner),
                DelegationError::WrongSignature
            );
            // Nobody signs as often.
            voter.nonce = voter.nonce.wrapping_add(1);
            self.store(Some(owner), &voter);
            self.delegate_to(owner, to);
            Ok(())
        }

        #[ink(message)]
        fn delegation_message(
            &self,
            owner: AccountId,
            to: AccountId,
            deadline: time::Timestamp,
        ) -> [u8; 48] {
            let nonce = self.load(Some(owner)).nonce;
            *self.delegation_text(&owner, nonce, &to, deadline).message()
        }
    }

    impl Locker for GovernanceTokenContract {
        #[ink(message)]
        fn locked(&self) -> Option<Locked> {
            self.locked
        }

        #[ink(message)]
        fn lock(&mut self, value: Balance) -> Result<(), PSP22Error> {
            let caller = self.env().caller();
            let locked = self.locks()?;
            self.change(None, Some(caller), value)?;
            peers::pull(locked.underlying, caller, self.env().account_id(), value)
        }

        #[ink(message)]
        fn unlock(&mut self, value: Balance) -> Result<(), PSP22Error> {
            let caller = self.env().caller();
            let locked = self.locks()?;
            self.change(Some(caller), None, value)?;
            peers::push(locked.underlying, caller, value)
        }

        #[ink(message)]
        fn distribution(&self, owner: AccountId) -> Result<Balance, PSP22Error> {
            let (.., earned) = self.holding(&owner)?;
            Ok(earned.owed.whole)
        }

        #[ink(message)]
        fn claim_distribution(&mut self, owner: AccountId) -> Result<Balance, PSP22Error> {
            let (locked, balance, mut earned) = self.holding(&owner)?;
            let cash = core::mem::take(&mut earned.owed.whole);
            ensure!(cash > 0, PSP22Error::Custom(NOTHING_OWED.into()));
            self.keep_earnings(&owner, balance, &earned);
            peers::collect(&locked, self.env().account_id())?;
            peers::push(locked.cash, owner, cash)?;
            self.env().emit_event(DistributionClaimed {
                owner,
                tranche: locked.tranche,
                cash,
            });
            Ok(cash)
        }
    }

    impl PSP22 for GovernanceTokenContract {
        #[ink(message)]
        fn total_supply(&self) -> Balance {
            self.load(None).balance
        }

        #[ink(message)]
        fn balance_of(&self, owner: AccountId) -> Balance {
            self.load(Some(owner)).balance
        }

        #[ink(message)]
        fn allowance(&self, owner: AccountId, spender: AccountId) -> Balance {
            self.allowed(&owner, &spender)
        }

        #[ink(message)]
        fn transfer(
            &mut self,
            to: AccountId,
            value: Balance,
            _data: Vec<u8>,
        ) -> Result<(), PSP22Error> {
            let caller = self.env().caller();
            self.move_tokens(&caller, &to, value)
        }

        #[ink(message)]
        fn transfer_from(
            &mut self,
            from: AccountId,
            to: AccountId,
            value: Balance,
            _data: Vec<u8>,
        ) -> Result<(), PSP22Error> {
            self.move_tokens(&from, &to, value)
        }

        #[ink(message)]
        fn approve(&mut self, spender: AccountId, value: Balance) -> Result<(), PSP22Error> {
            let owner = self.env().caller();
            self.allow(&owner, &spender, value);
            Ok(())
        }

        #[ink(message)]
        fn increase_allowance(
            &mut self,
            spender: AccountId,
            delta_value: Balance,
        ) -> Result<(), PSP22Error> {
            self.change_allowance(&spender, Change::More(delta_value))
        }

        #[ink(message)]
        fn decrease_allowance(
            &mut self,
            spender: AccountId,
            delta_value: Balance,
        ) -> Result<(), PSP22Error> {
            self.change_allowance(&spender, Change::Less(delta_value))
        }
    }

    impl PSP22Metadata for GovernanceTokenContract {
        #[ink(message)]
        fn token_name(&self) -> Option<String> {
            Some(self.about.get_or_default().name)
        }

        #[ink(message)]
        fn token_symbol(&self) -> Option<String> {
            Some(self.about.get_or_default().symbol)
        }

        #[ink(message)]
        fn token_decimals(&self) -> u8 {
            self.about.get_or_default().decimals
        }
    }
}
