//! The PSP22 token of one tranche, minted and burned by its pool alone.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

pub use self::tranche_token::{TrancheTokenContract, TrancheTokenContractRef};

#[cfg(test)]
mod tests;

#[ink::contract]
mod tranche_token {
    use ink::prelude::{string::String, vec::Vec};
    use interfaces::ensure;
    use interfaces::tranche_token::{
        PSP22Burnable, PSP22Error, PSP22Metadata, PSP22Mintable, TrancheToken, ONLY_THE_POOL, PSP22,
    };
    use psp22::{PSP22Data, PSP22Event};

    #[ink(storage)]
    pub struct TrancheTokenContract {
        /// The only account that mints and burns. Fixed at creation.
        pool: AccountId,
        /// Balances and allowances without zeros; the balances sum up to the total supply.
        ledger: PSP22Data,
        /// Fixed at creation.
        name: Option<String>,
        /// Fixed at creation.
        symbol: Option<String>,
        /// Fixed at creation.
        decimals: u8,
    }

    impl TrancheTokenContract {
        /// A token that nobody holds yet, issued by `pool`.
        #[ink(constructor)]
        pub fn new(
            pool: AccountId,
            name: Option<String>,
            symbol: Option<String>,
            decimals: u8,
        ) -> Self {
            Self {
                pool,
                ledger: PSP22Data::default(),
                name,
                symbol,
                decimals,
            }
        }

        fn ensure_pool(&self) -> Result<(), PSP22Error> {
            ensure!(
                self.env().caller() == self.pool,
                PSP22Error::Custom(ONLY_THE_POOL.into())
            );
            Ok(())
        }

        /// The one way from holder to holder; the caller spends his allowance unless he is `from`.
        fn move_tokens(
            &mut self,
            from: AccountId,
            to: AccountId,
            value: Balance,
        ) -> Result<(), PSP22Error> {
            let caller = self.env().caller();
            let events = self.ledger.transfer_from(caller, from, to, value)?;
            self.emit(events);
            Ok(())
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

    impl TrancheToken for TrancheTokenContract {
        #[ink(message)]
        fn pool(&self) -> AccountId {
            self.pool
        }
    }

    impl PSP22Mintable for TrancheTokenContract {
        #[ink(message)]
        fn mint(&mut self, value: Balance) -> Result<(), PSP22Error> {
            self.ensure_pool()?;
            let events = self.ledger.mint(self.pool, value)?;
            self.emit(events);
            Ok(())
        }
    }

    impl PSP22Burnable for TrancheTokenContract {
        #[ink(message)]
        fn burn(&mut self, value: Balance) -> Result<(), PSP22Error> {
            self.ensure_pool()?;
            let events = self.ledger.burn(self.pool, value)?;
            self.emit(events);
            Ok(())
        }
    }

    impl PSP22 for TrancheTokenContract {
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
            self.move_tokens(self.env().caller(), to, value)
        }

        #[ink(message)]
        fn transfer_from(
            &mut self,
            from: AccountId,
            to: AccountId,
            value: Balance,
            _data: Vec<u8>,
        ) -> Result<(), PSP22Error> {
            self.move_tokens(from, to, value)
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

    impl PSP22Metadata for TrancheTokenContract {
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
