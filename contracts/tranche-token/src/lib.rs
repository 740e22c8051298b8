//! The PSP22 token of one tranche, minted and burned by its issuer alone.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

mod holder;

pub use self::tranche_token::{TrancheTokenContract, TrancheTokenContractRef};

#[cfg(test)]
mod tests;

#[ink::contract]
mod tranche_token {
    use crate::holder::Holder;
    use ink::codegen::TraitCallBuilder;
    use ink::prelude::{string::String, vec::Vec};
    use ink::storage::{traits::ManualKey, Mapping};
    use interfaces::calls::answer;
    use interfaces::ensure;
    use interfaces::permit::{Permit, PermitError, PermitMessage, Text};
    use interfaces::tranche_token::{
        PSP22Error, PSP22Metadata, TokenTerms, TrancheToken, BEYOND_128_BITS, ONLY_THE_ISSUER,
        PSP22,
    };
    use interfaces::transfer_rule::{
        TransferRule, NO_ANSWER, REFUSED, RULE_DEPOSIT, RULE_PROOF_SIZE, RULE_REF_TIME,
    };
    use psp22::{Approval, Transfer};

    /// An owner and a spender.
    type Pair = (AccountId, Option<AccountId>);

    #[ink(storage)]
    pub struct TrancheTokenContract {
        /// Fixed at creation.
        terms: TokenTerms,
        /// The sum of all balances.
        supply: Balance,
        /// Cash paid per token so far, scaled 1e27. Never falls.
        index: u128,
        /// Everybody who has or is owed anything.
        holders: Mapping<AccountId, Holder, ManualKey<1>>,
        /// What an owner lets a spender take; with nobody as the spender, how many permits of the owner were used.
        /// Without zeros. They share a mapping because each brings its own copy of the code.
        allowances: Mapping<Pair, u128, ManualKey<2>>,
    }

    impl TrancheTokenContract {
        /// A token that nobody holds yet.
        #[ink(constructor)]
        pub fn new(terms: TokenTerms) -> Self {
            Self {
                terms,
                supply: 0,
                index: 0,
                holders: Mapping::default(),
                allowances: Mapping::default(),
            }
        }

        fn ensure_issuer(&self) -> Result<(), PSP22Error> {
            ensure!(
                self.env().caller() == self.terms.issuer,
                PSP22Error::Custom(ONLY_THE_ISSUER.into())
            );
            Ok(())
        }

        /// The one way from holder to holder; the caller spends his allowance unless tokens are `from` himself.
        fn move_tokens(
            &mut self,
            from: Option<&AccountId>,
            to: &AccountId,
            value: Balance,
        ) -> Result<(), PSP22Error> {
            let caller = self.env().caller();
            let from = from.unwrap_or(&caller);
            if from == to || value == 0 {
                return Ok(());
            }
            let allowance = match caller == *from {
                true => None,
                false => Some(self.allowance_less(from, &caller, value)?),
            };
            self.ensure_allowed(Some(from), to, value)?;
            self.change(Some(from), Some(to), value)?;
            if let Some(left) = allowance {
                self.allow(from, &caller, left);
            }
            Ok(())
        }

        /// Asks the rule, if there is one; about new tokens, from nobody.
        fn ensure_allowed(
            &self,
            from: Option<&AccountId>,
            to: &AccountId,
            value: Balance,
        ) -> Result<(), PSP22Error> {
            let Some(rule) = self.terms.rule else {
                return Ok(());
            };
            let rule: ink::contract_ref!(TransferRule) = rule.into();
            let question = rule
                .call()
                .may_transfer(from.copied(), *to, value)
                .ref_time_limit(RULE_REF_TIME)
                .proof_size_limit(RULE_PROOF_SIZE)
                .storage_deposit_limit(RULE_DEPOSIT);
            let refusal = match answer(question.try_invoke()) {
                Ok(Ok(())) => return Ok(()),
                Ok(Err(_)) => REFUSED,
                Err(_) => NO_ANSWER,
            };
            Err(PSP22Error::SafeTransferCheckFailed(refusal.into()))
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
            match from {
                Some(owner) => {
                    let mut holder = self.holder(owner);
                    let left = holder.balance.checked_sub(value);
                    holder.balance = left.ok_or(PSP22Error::InsufficientBalance)?;
                    self.keep(owner, &holder);
                }
                None => {
                    let supply = self.supply.checked_add(value);
                    self.supply = supply.ok_or(PSP22Error::Custom(BEYOND_128_BITS.into()))?;
                }
            }
            match to {
                Some(owner) => {
                    let mut holder = self.holder(owner);
                    // Never above the supply, which fits.
                    holder.balance = holder.balance.wrapping_add(value);
                    self.keep(owner, &holder);
                }
                // What is destroyed was part of it.
                None => self.supply = self.supply.wrapping_sub(value),
            }
            let (from, to) = (from.copied(), to.copied());
            self.env().emit_event(Transfer { from, to, value });
            Ok(())
        }

        /// What `owner` has, with all that it earned.
        fn holder(&self, owner: &AccountId) -> Holder {
            let holder = self.holders.get(owner).unwrap_or_default();
            holder.at(self.index)
        }

        fn keep(&mut self, owner: &AccountId, holder: &Holder) {
            if holder.is_nobody() {
                self.holders.remove(owner);
            } else {
                self.holders.insert(owner, holder);
            }
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

        fn permit_text(
            &self,
            owner: &AccountId,
            spender: &AccountId,
            value: Balance,
            deadline: finance::Timestamp,
        ) -> Text {
            let message = PermitMessage {
                network: &self.terms.network,
                token: &self.env().account_id(),
                owner,
                spender,
                value,
                deadline,
                nonce: self.number(owner, None),
            };
            message.text()
        }
    }

    impl TrancheToken for TrancheTokenContract {
        #[ink(message)]
        fn issuer(&self) -> AccountId {
            self.terms.issuer
        }

        #[ink(message)]
        fn rule(&self) -> Option<AccountId> {
            self.terms.rule
        }

        #[ink(message)]
        fn mint(&mut self, to: AccountId, value: Balance) -> Result<(), PSP22Error> {
            self.ensure_issuer()?;
            self.ensure_allowed(None, &to, value)?;
            self.change(None, Some(&to), value)
        }

        #[ink(message)]
        fn burn(&mut self, from: AccountId, value: Balance) -> Result<(), PSP22Error> {
            self.ensure_issuer()?;
            self.change(Some(&from), None, value)
        }

        #[ink(message)]
        fn distribute(&mut self, per_token: u128) -> Result<(), PSP22Error> {
            self.ensure_issuer()?;
            self.index = self.index.saturating_add(per_token);
            Ok(())
        }

        #[ink(message)]
        fn distribution_index(&self) -> u128 {
            self.index
        }

        #[ink(message)]
        fn distribution(&self, owner: AccountId) -> Balance {
            self.holder(&owner).earnings.owed.whole
        }

        #[ink(message)]
        fn take_distribution(&mut self, owner: AccountId) -> Result<Balance, PSP22Error> {
            self.ensure_issuer()?;
            let mut holder = self.holder(&owner);
            let paid = core::mem::take(&mut holder.earnings.owed.whole);
            if paid > 0 {
                self.keep(&owner, &holder);
            }
            Ok(paid)
        }
    }

    impl PSP22 for TrancheTokenContract {
        #[ink(message)]
        fn total_supply(&self) -> Balance {
            self.supply
        }

        #[ink(message)]
        fn balance_of(&self, owner: AccountId) -> Balance {
            self.holder(&owner).balance
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
            self.move_tokens(None, &to, value)
        }

        #[ink(message)]
        fn transfer_from(
            &mut self,
            from: AccountId,
            to: AccountId,
            value: Balance,
            _data: Vec<u8>,
        ) -> Result<(), PSP22Error> {
            self.move_tokens(Some(&from), &to, value)
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

    impl PSP22Metadata for TrancheTokenContract {
        #[ink(message)]
        fn token_name(&self) -> Option<String> {
            Some(self.terms.name.clone())
        }

        #[ink(message)]
        fn token_symbol(&self) -> Option<String> {
            Some(self.terms.symbol.clone())
        }

        #[ink(message)]
        fn token_decimals(&self) -> u8 {
            self.terms.decimals
        }
    }

    impl Permit for TrancheTokenContract {
        #[ink(message)]
        fn permit(
            &mut self,
            owner: AccountId,
            spender: AccountId,
            value: Balance,
            deadline: finance::Timestamp,
            signature: [u8; 64],
        ) -> Result<(), PermitError> {
            let now = finance::Timestamp(self.env().block_timestamp());
            ensure!(now <= deadline, PermitError::Expired);
            let text = self.permit_text(&owner, &spender, value, deadline);
            ensure!(
                text.is_signed(&signature, &owner),
                PermitError::WrongSignature
            );
            let used = self.number(&owner, None).wrapping_add(1);
            self.set_number(&owner, None, used);
            self.allow(&owner, &spender, value);
            Ok(())
        }

        #[ink(message)]
        fn permit_message(
            &self,
            owner: AccountId,
            spender: AccountId,
            value: Balance,
            deadline: finance::Timestamp,
        ) -> ([u8; 48], u128) {
            let text = self.permit_text(&owner, &spender, value, deadline);
            (*text.message(), self.number(&owner, None))
        }
    }
}
