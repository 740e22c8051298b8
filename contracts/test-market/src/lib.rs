//! A market at a fixed price, and a trader that buys from auctions without cash of its own: for tests only.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

pub use self::test_market::{TestMarketContract, TestMarketContractRef};

#[ink::contract]
mod test_market {
    use finance::Rounding;
    use ink::codegen::TraitCallBuilder;
    use ink::contract_ref;
    use ink::prelude::vec::Vec;
    use interfaces::calls::{self, CallError};
    use interfaces::liquidation_engine::LiquidationEngine;
    use interfaces::purchase_receiver::{Delivery, PurchaseReceiver, PurchaseRefused};
    use interfaces::relayed::Relayed;
    use interfaces::test_market::{Errand, MarketError, MarketTerms, TestMarket};
    use interfaces::types::AuctionId;
    use psp22::PSP22;
    use scale::Decode;

    #[ink(storage)]
    pub struct TestMarketContract {
        /// Fixed at creation.
        terms: MarketTerms,
    }

    /// Any failure of a token or a contract that was called.
    struct Failed;

    impl<E> From<Relayed<E>> for Failed {
        fn from(_: Relayed<E>) -> Self {
            Self
        }
    }

    impl From<CallError> for Failed {
        fn from(_: CallError) -> Self {
            Self
        }
    }

    impl TestMarketContract {
        /// A market that has nothing yet.
        #[ink(constructor)]
        pub fn new(terms: MarketTerms) -> Self {
            Self { terms }
        }

        fn buy(&self, token: AccountId, amount: Balance) -> Result<Balance, Failed> {
            let (market, seller) = (self.env().account_id(), self.env().caller());
            calls::pull::<Failed>(token, seller, market, amount)?;
            let paid = self.terms.price.of(amount, Rounding::Down);
            let paid = paid.map_err(|_| Failed)?;
            calls::push::<Failed>(self.terms.cash, seller, paid)?;
            Ok(paid)
        }

        fn run(&self, errand: Errand, delivery: &Delivery) -> Result<(), Failed> {
            match errand {
                Errand::Sell(market) => self.sell_to(market, delivery),
                Errand::Keep => Ok(()),
                Errand::Refuse => Err(Failed),
                Errand::Trap => panic!("a receiver that traps, as it was told to"),
                Errand::TakeBefore(market, auction) => {
                    self.take(auction)?;
                    self.sell_to(market, delivery)
                }
            }
        }

        fn sell_to(&self, market: AccountId, delivery: &Delivery) -> Result<(), Failed> {
            self.approve(delivery.token, market, delivery.collateral)?;
            let mut market: contract_ref!(TestMarket) = market.into();
            let sale = market.call_mut().sell(delivery.token, delivery.collateral);
            calls::request::<_, _, _, Failed>(sale)?;
            self.approve(self.terms.cash, self.terms.pool, delivery.debt)?;
            self.approve(self.terms.cash, self.terms.engine, delivery.penalty)
        }

        fn approve(
            &self,
            token: AccountId,
            spender: AccountId,
            amount: Balance,
        ) -> Result<(), Failed> {
            let mut token: contract_ref!(PSP22) = token.into();
            calls::request(token.call_mut().approve(spender, amount))
        }

        fn take(&self, auction: AuctionId) -> Result<(), Failed> {
            let mut engine: contract_ref!(LiquidationEngine) = self.terms.engine.into();
            let (all, any) = (Balance::MAX, finance::Price(u128::MAX));
            let take = engine
                .call_mut()
                .take(auction, all, any, finance::Timestamp(u64::MAX));
            calls::request(take).map(drop)
        }
    }

    impl TestMarket for TestMarketContract {
        #[ink(message)]
        fn sell(&mut self, token: AccountId, amount: Balance) -> Result<Balance, MarketError> {
            self.buy(token, amount).map_err(|Failed| MarketError)
        }
    }

    impl PurchaseReceiver for TestMarketContract {
        #[ink(message)]
        fn on_purchase(
            &mut self,
            delivery: Delivery,
            data: Vec<u8>,
        ) -> Result<(), PurchaseRefused> {
            let errand = Errand::decode(&mut data.as_slice()).map_err(|_| PurchaseRefused)?;
            self.run(errand, &delivery)
                .map_err(|Failed| PurchaseRefused)
        }
    }
}
