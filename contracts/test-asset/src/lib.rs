//! A PSP22 asset that anyone may mint: for tests and demonstrations only.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

pub use self::test_asset::{TestAssetContract, TestAssetContractRef};

#[cfg(test)]
mod tests;

#[ink::contract]
mod test_asset {
    use ink::prelude::{string::String, vec::Vec};
    use interfaces::ensure;
    use interfaces::test_asset::{TestAsset, LOOPS, MOODY, REFUSES, TAXED, TRAPS};
    use interfaces::transfer_rule::{TransferRefused, TransferRule};
    use psp22::{PSP22Data, PSP22Error, PSP22Event, PSP22Metadata, PSP22};

    #[ink(storage)]
    pub struct TestAssetContract {
        /// Balances and allowances without zeros; the balances sum up to the total supply.
        ledger: PSP22Data,
        /// Fixed at creation.
        name: Option<String>,
        /// Fixed at creation.
        symbol: Option<String>,
        /// Fixed at creation.
        decimals: u8,
    }

    impl TestAssetContract {
        /// An asset that nobody holds yet.
        #[ink(constructor)]
        pub fn new(name: Option<String>, symbol: Option<String>, decimals: u8) -> Self {
            Self {
                ledger: PSP22Data::default(),
                name,
                symbol,
                decimals,
            }
        }

        /// Does to what `to` received what assets of this symbol do.
        fn meddle(&mut self, to: AccountId, value: Balance) -> Result<(), PSP22Error> {
            match self.symbol.as_deref() {
                Some(TAXED) => {
                    let events = self.ledger.burn(to, value.div_euclid(100))?;
                    self.emit(events);
                    Ok(())
                }
                Some(MOODY) => match self.ledger.allowance(to, self.env().account_id()) {
                    REFUSES => Err(PSP22Error::SafeTransferCheckFailed("mood".into())),
                    TRAPS => panic!("an asset that traps, as it was told to"),
                    _ => Ok(()),
                },
                _ => Ok(()),
            }
        }

        fn emit(&self, events: Vec<PSP22Event>) {
            for event in events {
                match event {
                    PSP22Event::Transfer(transfer) => self.env().emit_event(transfer),
                    PSP22Event::Approval(approval) => self.env().emit_event(approval),
                }
            }
        }
    }

    impl TestAsset for TestAssetContract {
        #[ink(message)]
        fn mint_to(&mut self, to: AccountId, value: Balance) -> Result<(), PSP22Error> {
            let events = self.ledger.mint(to, value)?;
            self.emit(events);
            Ok(())
        }
    }

    impl TransferRule for TestAssetContract {
        #[ink(message)]
        fn may_transfer(
            &self,
            from: Option<AccountId>,
            to: AccountId,
            _value: Balance,
        ) -> Result<(), TransferRefused> {
            let pass = |who| self.ledger.balance_of(who);
            ensure!(
                from.is_none_or(|from| pass(from) > 0),
                TransferRefused::Sender
            );
            match pass(to) {
                0 => Err(TransferRefused::Recipient),
                TRAPS => panic!("a rule that traps, as it was told to"),
                LOOPS => {
                    while pass(to) == LOOPS {}
                    Ok(())
                }
                _ => Ok(()),
            }
        }
    }

    impl PSP22 for TestAssetContract {
        #[ink(message)]
        fn total_supply(&self) -> Balance {
            self.ledger.total_supply()
        }

        #[ink(message)]
        fn balance_of(&self, owner: AccountId) -> Balance {
            self.ledger.balance_of(owner)
        }

        #[ink(message)]
        fn allowance(&self, owner: AccountId, spender: AccountId) -> Balance {
            self.ledger.allowance(owner, spender)
        }

        #[ink(message)]
        fn transfer(
            &mut self,
            to: AccountId,
            value: Balance,
            _data: Vec<u8>,
        ) -> Result<(), PSP22Error> {
            let events = self.ledger.transfer(self.env().caller(), to, value)?;
            self.emit(events);
            self.meddle(to, value)
        }

        #[ink(message)]
        fn transfer_from(
            &mut self,
            from: AccountId,
            to: AccountId,
            value: Balance,
            _data: Vec<u8>,
        ) -> Result<(), PSP22Error> {
            let caller = self.env().caller();
            let events = self.ledger.transfer_from(caller, from, to, value)?;
            self.emit(events);
            self.meddle(to, value)
        }

        #[ink(message)]
        fn approve(&mut self, spender: AccountId, value: Balance) -> Result<(), PSP22Error> {
            let events = self.ledger.approve(self.env().caller(), spender, value)?;
            self.emit(events);
            Ok(())
        }

        #[ink(message)]
        fn increase_allowance(
            &mut self,
            spender: AccountId,
            delta_value: Balance,
        ) -> Result<(), PSP22Error> {
            let caller = self.env().caller();
            let events = self
                .ledger
                .increase_allowance(caller, spender, delta_value)?;
            self.emit(events);
            Ok(())
        }

        #[ink(message)]
        fn decrease_allowance(
            &mut self,
            spender: AccountId,
            delta_value: Balance,
        ) -> Result<(), PSP22Error> {
            let caller = self.env().caller();
            let events = self
                .ledger
                .decrease_allowance(caller, spender, delta_value)?;
            self.emit(events);
            Ok(())
        }
    }

    impl PSP22Metadata for TestAssetContract {
        #[ink(message)]
        fn token_name(&self) -> Option<String> {
            self.name.clone()
        }

        #[ink(message)]
        fn token_symbol(&self) -> Option<String> {
            self.symbol.clone()
        }

        #[ink(message)]
        fn token_decimals(&self) -> u8 {
            self.decimals
        }
    }
}
