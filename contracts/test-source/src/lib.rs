//! A source of prices that says what it is told, and misbehaves: for tests only.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

pub use self::test_source::{TestSourceContract, TestSourceContractRef};

#[ink::contract]
mod test_source {
    use finance::oracle::answer::Answer;
    use ink::env::{return_value, ReturnFlags};
    use interfaces::price_source::PriceSource;
    use interfaces::test_source::{Behaviour, TestSource, OVERSIZE};
    use interfaces::types::AssetId;

    #[ink(storage)]
    #[derive(Default)]
    pub struct TestSourceContract {
        /// What it was told last.
        behaviour: Behaviour,
    }

    impl TestSourceContract {
        /// A source that knows nothing.
        #[ink(constructor)]
        pub fn new() -> Self {
            Self::default()
        }
    }

    impl TestSource for TestSourceContract {
        #[ink(message)]
        fn behave(&mut self, behaviour: Behaviour) {
            self.behaviour = behaviour;
        }
    }

    impl PriceSource for TestSourceContract {
        #[ink(message)]
        fn latest(&self, _asset: AssetId) -> Option<Answer> {
            match self.behaviour {
                Behaviour::Silent => None,
                Behaviour::Answers(answer) => Some(answer),
                Behaviour::Oversized => return_value(ReturnFlags::empty(), &[0u8; OVERSIZE]),
                Behaviour::Traps => panic!("a source that traps, as it was told to"),
                Behaviour::Loops => loop {
                    // Something that is not optimised away.
                    self.env().block_timestamp();
                },
            }
        }
    }
}
