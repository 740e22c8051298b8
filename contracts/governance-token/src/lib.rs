//! A PSP22 token that votes: of a fixed supply, or against a token that it locks.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

mod voter;

pub use self::governance_token::{GovernanceTokenContract, GovernanceTokenContractRef};


#[ink::contract]
mod governance_token {
    use crate::voter::{Change, Voter};
    use finance::governance::trace::{Checkpoint, Trace};
    use finance::time;
    use ink::prelude::{string::String, vec::Vec};
    use ink::storage::{traits::ManualKey, Mapping};
    use interfaces::calls::{pull, push};
    use interfaces::ensure;
    use interfaces::governance_token::{
        About, DelegateChanged, Delegation, DelegationError, DelegationMessage, Electorate,
        ElectorateError, GovernanceTokenTerms, Issue, LockError, Locker, CLOCK_MODE,
    };
    use interfaces::permit::Text;
    use interfaces::tranche_token::{PSP22Error, PSP22Metadata, BEYOND_128_BITS, PSP22};
    use psp22::{Approval, Transfer};

    /// An owner and a spender.
    type Pair = (AccountId, Option<AccountId>);
    /// Whose votes, or nobody's for the supply, and the number of a checkpoint.
    type Place = (Option<AccountId>, u32);

    #[ink(storage)]
    pub struct GovernanceTokenContract {
        /// Fixed at creation.
        about: About,
        /// What is locked; none if the supply is fixed. Fixed at creation.
        underlying: Option<AccountId>,
        /// The sum of all balances, and of all votes.
        supply: Trace<Balance>,
        /// Everybody who has anything, votes or ever voted for longer than a block.
        voters: Mapping<AccountId, Voter, ManualKey<1>>,
        /// What votes and supply were before.
        history: Mapping<Place, Checkpoint<Balance>, ManualKey<2>>,
        /// What an owner lets a spender take; with nobody as the spender, how many signatures of the owner were used.
        /// Without zeros. They share a mapping because each brings its own copy of the code.
        allowances: Mapping<Pair, u128, ManualKey<3>>,
    }

    impl GovernanceTokenContract {
        /// A token of which the holders in its terms have all there is, or a locker in which nothing is locked.
        ///
        /// # Errors
        /// [`PSP22Error::Custom`] with [`BEYOND_128_BITS`] for a supply that large.
        #[ink(constructor)]
        pub fn new(terms: GovernanceTokenTerms) -> Result<Self, PSP22Error> {
            let (underlying, holders) = match terms.issue {
                Issue::Fixed(holders) => (None, holders),
                Issue::Locker(underlying) => (Some(underlying), Vec::new()),
            };
            let mut token = Self {
                about: terms.about,
                underlying,
                supply: Trace::default(),
                voters: Mapping::default(),
                history: Mapping::default(),
                allowances: Mapping::default(),
            };
            for (holder, value) in holders {
                token.change(None, Some(&holder), value)?;
            }
            Ok(token)
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
            self.change(Some(from), Some(to), value)?;
            if let Some(left) = allowance {
                self.allow(from, &caller, left);
            }
            Ok(())
        }

        /// Every change of a balance: `from` nobody when tokens are made, `to` nobody when they are destroyed.
        fn change(
            &mut self,
            from: Option<&AccountId>,
            to: Option<&AccountId>,
            value: Balance,
        ) -> Result<(), PSP22Error> {
            if value == 0 {
                return Ok(());
            }
            let supply = self.supply.latest.value;
            match from {
                Some(owner) => {
                    let mut voter = self.voter(owner);
                    let left = voter.balance.checked_sub(value);
                    voter.balance = left.ok_or(PSP22Error::InsufficientBalance)?;
                    self.keep(owner, voter, Change::Less(value));
                }
                None => {
                    let supply = supply.checked_add(value);
                    self.set_supply(supply.ok_or(PSP22Error::Custom(BEYOND_128_BITS.into()))?);
                }
            }
            match to {
                Some(owner) => {
                    let mut voter = self.voter(owner);
                    // Never above the supply, which fits.
                    voter.balance = voter.balance.wrapping_add(value);
                    self.keep(owner, voter, Change::More(value));
                }
                // What is destroyed was part of it.
                None => self.set_supply(supply.wrapping_sub(value)),
            }
            let (from, to) = (from.copied(), to.copied());
            self.env().emit_event(Transfer { from, to, value });
            Ok(())
        }

        fn set_supply(&mut self, supply: Balance) {
            if let Some((number, before)) = self.supply.set(supply, self.now()) {
                let place: Place = (None, number);
                self.history.insert(place, &before);
            }
        }

        fn voter(&self, account: &AccountId) -> Voter {
            self.voters.get(account).unwrap_or_default()
        }

        /// Stores `owner`, and passes the change of his balance on to whoever votes with it.
        fn keep(&mut self, owner: &AccountId, voter: Voter, change: Change) {
            match voter.delegate {
                None => self.vote(owner, voter, change),
                Some(delegate) => {
                    self.store(owner, &voter);
                    let voter = self.voter(&delegate);
                    self.vote(&delegate, voter, change);
                }
            }
        }

        /// Stores `account` with changed votes.
        fn vote(&mut self, account: &AccountId, mut voter: Voter, change: Change) {
            if let Some((number, before)) = voter.change_votes(change, self.now()) {
                self.history.insert((Some(*account), number), &before);
            }
            self.store(account, &voter);
        }

        fn store(&mut self, account: &AccountId, voter: &Voter) {
            if voter.is_nobody() {
                self.voters.remove(account);
            } else {
                self.voters.insert(account, voter);
            }
        }

        fn delegate_to(&mut self, owner: AccountId, to: AccountId) {
            let voter = self.voter(&owner);
            let from = voter.delegate.unwrap_or(owner);
            if from == to {
                return;
            }
            let balance = voter.balance;
            self.keep(&owner, voter, Change::Less(balance));
            let mut voter = self.voter(&owner);
            voter.delegate = (to != owner).then_some(to);
            self.keep(&owner, voter, Change::More(balance));
            self.env().emit_event(DelegateChanged { owner, from, to });
        }

        fn past(
            &self,
            whose: Option<AccountId>,
            trace: &Trace<Balance>,
            at: time::Timestamp,
        ) -> Result<Balance, ElectorateError> {
            ensure!(at < self.now(), ElectorateError::NotPast);
            Ok(trace.at(at, |number| self.history.get((whose, number))))
        }

        fn number(&self, owner: &AccountId, spender: Option<&AccountId>) -> u128 {
            self.allowances.get((owner, spender)).unwrap_or_default()
        }

        fn set_number(&mut self, owner: &AccountId, spender: Option<&AccountId>, number: u128) {
            if number == 0 {
                self.allowances.remove((owner, spender));
            } else {
                self.allowances.insert((owner, spender), &number);
            }
        }

        /// What is left of an allowance after `value` of it.
        fn allowance_less(
            &self,
            owner: &AccountId,
            spender: &AccountId,
            value: Balance,
        ) -> Result<Balance, PSP22Error> {
            let left = self.number(owner, Some(spender)).checked_sub(value);
            left.ok_or(PSP22Error::InsufficientAllowance)
        }

        /// Every change of an allowance. An owner needs none for himself.
        fn allow(&mut self, owner: &AccountId, spender: &AccountId, amount: Balance) {
            if owner == spender {
                return;
            }
            self.set_number(owner, Some(spender), amount);
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
            to: &AccountId,
            deadline: time::Timestamp,
        ) -> Text {
            let message = DelegationMessage {
                network: &self.about.network,
                token: &self.env().account_id(),
                owner,
                to,
                deadline,
                nonce: self.number(owner, None),
            };
            message.text()
        }
    }

    impl Electorate for GovernanceTokenContract {
        #[ink(message)]
        fn past_votes(
            &self,
            account: AccountId,
            at: time::Timestamp,
        ) -> Result<Balance, ElectorateError> {
            self.past(Some(account), &self.voter(&account).votes, at)
        }

        #[ink(message)]
        fn past_total_supply(&self, at: time::Timestamp) -> Result<Balance, ElectorateError> {
            let supply = self.past(None, &self.supply, at)?;
            match self.underlying {
                None => Ok(supply),
                Some(token) => Ok(supply.max(interfaces::calls::supply(token)?)),
            }
        }

        #[ink(message)]
        fn clock_mode(&self) -> String {
            CLOCK_MODE.into()
        }
    }

    impl Delegation for GovernanceTokenContract {
        #[ink(message)]
        fn votes(&self, account: AccountId) -> Balance {
            self.voter(&account).votes.latest.value
        }

        #[ink(message)]
        fn delegate_of(&self, account: AccountId) -> AccountId {
            self.voter(&account).delegate.unwrap_or(account)
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
            let text = self.delegation_text(&owner, &to, deadline);
            ensure!(
                text.is_signed(&signature, &owner),
                DelegationError::WrongSignature
            );
            let used = self.number(&owner, None).wrapping_add(1);
            self.set_number(&owner, None, used);
            self.delegate_to(owner, to);
            Ok(())
        }

        #[ink(message)]
        fn delegation_message(
            &self,
            owner: AccountId,
            to: AccountId,
            deadline: time::Timestamp,
        ) -> ([u8; 48], u128) {
            let text = self.delegation_text(&owner, &to, deadline);
            (*text.message(), self.number(&owner, None))
        }
    }

    impl Locker for GovernanceTokenContract {
        #[ink(message)]
        fn underlying(&self) -> Option<AccountId> {
            self.underlying
        }

        #[ink(message)]
        fn lock(&mut self, value: Balance) -> Result<(), LockError> {
            let token = self.underlying.ok_or(LockError::NoLocker)?;
            let caller = self.env().caller();
            self.change(None, Some(&caller), value)?;
            pull(token, caller, self.env().account_id(), value)
        }

        #[ink(message)]
        fn unlock(&mut self, value: Balance) -> Result<(), LockError> {
            let token = self.underlying.ok_or(LockError::NoLocker)?;
            let caller = self.env().caller();
            self.change(Some(&caller), None, value)?;
            push(token, caller, value)
        }
    }

    impl PSP22 for GovernanceTokenContract {
        #[ink(message)]
        fn total_supply(&self) -> Balance {
            self.supply.latest.value
        }

        #[ink(message)]
        fn balance_of(&self, owner: AccountId) -> Balance {
            self.voter(&owner).balance
        }

        #[ink(message)]
        fn allowance(&self, owner: AccountId, spender: AccountId) -> Balance {
            self.number(&owner, Some(&spender))
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
            let owner = self.env().caller();
            if delta_value > 0 {
                let allowance = self.number(&owner, Some(&spender));
                self.allow(&owner, &spender, allowance.saturating_add(delta_value));
            }
            Ok(())
        }

        #[ink(message)]
        fn decrease_allowance(
            &mut self,
            spender: AccountId,
            delta_value: Balance,
        ) -> Result<(), PSP22Error> {
            let owner = self.env().caller();
            if delta_value > 0 && owner != spender {
                let left = self.allowance_less(&owner, &spender, delta_value)?;
                self.allow(&owner, &spender, left);
            }
            Ok(())
        }
    }

    impl PSP22Metadata for GovernanceTokenContract {
        #[ink(message)]
        fn token_name(&self) -> Option<String> {
            Some(self.about.name.clone())
        }

        #[ink(message)]
        fn token_symbol(&self) -> Option<String> {
            Some(self.about.symbol.clone())
        }

        #[ink(message)]
        fn token_decimals(&self) -> u8 {
            self.about.decimals
        }
    }
}
