//! A deployment tried on an embedded chain before it is begun on another: with the accounts of that chain, so that every
//! contract has the address that it will have there, and every constructor sees the terms that it will see.

use std::cell::RefCell;

use anyhow::{Context, Result};
use deployment::{Bundles, Code, Deal, Host};
use finance::Timestamp;
use interfaces::types::{AccountId, Hash};
use simulator::chain::Chain;
use term_sheet::TermSheet;

use crate::book::{Book, SOME_PSP22};
use crate::network::{Network, DEPLOYER};
use crate::node::wire::Returned;
use crate::state::Record;

/// What a deployment consists of.
pub struct Rehearsal<'a> {
    /// Who deploys.
    pub deployer: AccountId,
    /// The deal as it stands on the embedded chain.
    pub deal: Deal,
    /// What leads there, in order.
    pub steps: Vec<Step>,
    stage: Stage<'a>,
}

/// A step of a deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A code without an instance.
    Upload {
        /// The name of its package.
        contract: String,
        /// What the chain calls it.
        code: Hash,
    },
    /// A contract.
    Instantiate {
        /// The name of its package.
        contract: String,
        /// What tells it from others that are the same.
        salt: String,
        /// What the chain calls its code.
        code: Hash,
        /// Where it stands.
        address: AccountId,
    },
    /// A message.
    Call {
        /// To which contract.
        contract: AccountId,
        /// The selector and the arguments, encoded.
        input: Vec<u8>,
    },
}

/// The embedded chain in the place of the other.
struct Stage<'a> {
    chain: Chain,
    network: &'a Network,
    genesis: [u8; 32],
    steps: RefCell<Vec<Step>>,
}

impl<'a> Rehearsal<'a> {
    /// Tries the deployment of a deal on the network of that genesis, at its time.
    ///
    /// # Errors
    /// A contract is not built, refuses its terms, or the network file lacks an account, key or asset.
    pub fn of(
        sheet: TermSheet,
        network: &'a Network,
        genesis: [u8; 32],
        now: Timestamp,
    ) -> Result<Self> {
        let stage = Stage {
            chain: Chain::new(now)?,
            network,
            genesis,
            steps: RefCell::default(),
        };
        let deployer = stage.account(DEPLOYER)?;
        stage.chain.fund(deployer);
        stage.stand_in_for_assets(&sheet)?;
        let deal =
            Deal::deploy(&stage, sheet).context("the deployment fails already when it is tried")?;
        let steps = stage.steps.take();
        Ok(Self {
            deployer,
            deal,
            steps,
            stage,
        })
    }

    /// The embedded chain with the deal.
    pub fn chain(&self) -> &dyn Host {
        &self.stage
    }

    /// The embedded chain itself.
    pub fn embedded(&self) -> &Chain {
        &self.stage.chain
    }

    /// Who and what the addresses are.
    ///
    /// # Errors
    /// As [`Book::of`].
    pub fn book(&self) -> Result<Book> {
        Book::of(&Record::of(self), &self.deal.sheet, self.stage.network)
    }

    /// Whether a message that the deployer sends once was sent on another chain: he is answered there, and refused, as he is
    /// here where he sent it. It may be refused for other reasons before.
    ///
    /// # Errors
    /// The message has no answer here.
    pub fn is_sent(&self, contract: AccountId, input: &[u8], answered: &Returned) -> Result<bool> {
        let chain = &self.stage.chain;
        let again = chain.try_send(self.deployer, contract, input.to_vec())?;
        Ok(answered.is_reverted() && answered.data == again)
    }

    /// The step that makes the contract at an address.
    pub fn instance(&self, at: AccountId) -> Option<(&str, &str)> {
        self.steps.iter().find_map(|step| match step {
            Step::Instantiate {
                contract,
                salt,
                address,
                ..
            } if *address == at => Some((contract.as_str(), salt.as_str())),
            _ => None,
        })
    }
}

impl Stage<'_> {
    /// Puts tokens where the network has its own: contracts ask them for their decimals.
    fn stand_in_for_assets(&self, sheet: &TermSheet) -> Result<()> {
        let tokens = sheet.collateral.iter().map(|listed| &listed.token);
        for token in tokens.chain([&sheet.cash]) {
            if let Some(address) = self.network.asset(&token.symbol)? {
                let arguments = (Some(&token.name), Some(&token.symbol), token.decimals);
                let owner = self.chain.account(&token.symbol);
                let model = self
                    .chain
                    .deploy(SOME_PSP22, owner, arguments, &token.symbol)?;
                self.chain.stand_in(address, model);
            }
        }
        Ok(())
    }
}

impl Host for Stage<'_> {
    fn bundles(&self) -> &Bundles {
        self.chain.bundles()
    }

    fn network(&self) -> [u8; 32] {
        self.genesis
    }

    fn now(&self) -> Result<Timestamp> {
        Ok(self.chain.now())
    }

    fn account(&self, name: &str) -> Result<AccountId> {
        self.network.account(name)
    }

    fn asset(&self, symbol: &str) -> Result<Option<AccountId>> {
        self.network.asset(symbol)
    }

    fn code_at(&self, address: AccountId) -> Result<Option<Hash>> {
        self.chain.code_at(address)
    }

    fn upload_code(&self, by: AccountId, code: &Code) -> Result<()> {
        self.chain.upload_code(by, code)?;
        self.steps.borrow_mut().push(Step::Upload {
            contract: code.contract.clone(),
            code: code.hash,
        });
        Ok(())
    }

    fn instantiate(
        &self,
        by: AccountId,
        code: &Code,
        input: &[u8],
        salt: &str,
    ) -> Result<Result<AccountId, Vec<u8>>> {
        let made = self.chain.instantiate(by, code, input, salt)?;
        if let Ok(address) = made {
            self.steps.borrow_mut().push(Step::Instantiate {
                contract: code.contract.clone(),
                salt: salt.to_owned(),
                code: code.hash,
                address,
            });
        }
        Ok(made)
    }

    fn send(&self, by: AccountId, contract: AccountId, input: Vec<u8>) -> Result<Vec<u8>> {
        let answer = self.chain.send(by, contract, input.clone())?;
        self.steps.borrow_mut().push(Step::Call { contract, input });
        Ok(answer)
    }

    fn look(&self, contract: AccountId, input: Vec<u8>) -> Result<Vec<u8>> {
        self.chain.look(contract, input)
    }
}

#[cfg(test)]
pub mod tests {
    use std::path::Path;

    use super::*;
    use deployment::contracts::{Delegation, Psp22};
    use deployment::governance::{ensure_in_place, first_votes};
    use ink::codegen::TraitCallBuilder;
    use interfaces::governance_token::Delegation as _;
    use interfaces::transfer_agent::TransferAgent;
    use psp22::PSP22;
    use scale::{Decode, Encode};
    use term_sheet::find;
    use term_sheet::term_sheet::{Electorate, Governor};

    const NOW: Timestamp = Timestamp(1_583_899_200_000);

    /// The network of the development chain.
    pub fn local() -> Network {
        Network::load(&find(Path::new("local"), "networks", "toml").unwrap()).unwrap()
    }

    /// One of the ready deals.
    pub fn deal(name: &str) -> TermSheet {
        TermSheet::load(&find(Path::new(name), "deals", "toml").unwrap()).unwrap()
    }

    /// A rehearsal for the chain of that genesis.
    pub fn rehearse(sheet: TermSheet, network: &Network, genesis: u8) -> Rehearsal<'_> {
        Rehearsal::of(sheet, network, [genesis; 32], NOW).unwrap()
    }

    #[test]
    fn every_ready_deal_can_be_deployed() {
        let network = local();
        let folder = term_sheet::workspace_root().join("deals");
        for file in std::fs::read_dir(folder).unwrap() {
            let sheet = TermSheet::load(&file.unwrap().path()).unwrap();
            let classes = sheet.tranches.len();
            let rehearsal = rehearse(sheet, &network, 1);
            let token = |step: &&Step| matches!(step, Step::Instantiate { contract, .. } if contract == "tranche-token");
            assert_eq!(rehearsal.steps.iter().filter(token).count(), classes);
            assert_eq!(
                rehearsal.instance(rehearsal.deal.pool).unwrap().0,
                "tranche-pool"
            );
        }
    }

    #[test]
    fn a_deal_with_tokens_of_its_chain_is_rehearsed_with_stand_ins() {
        let mut network = local();
        let real = AccountId([7; 32]);
        network.name_asset("USDX", real);
        let rehearsal = rehearse(deal("members-only"), &network, 1);
        assert_eq!(rehearsal.deal.cash, real);
        let terms = rehearsal.deal.agent().call().terms();
        assert_eq!(rehearsal.chain().read(terms).unwrap().unwrap().cash, real);
        assert_eq!(rehearsal.book().unwrap().name(real), "USDX");
    }

    /// The holders of a voting token, 60 and 40 of it.
    const HOLDERS: [&str; 2] = ["Arranger", "Treasury"];

    /// A deal under a voting token.
    fn voted() -> TermSheet {
        let mut sheet = deal("holders-credit");
        let Governor::Votes(governance) = &mut sheet.governor else {
            panic!("an account governs");
        };
        governance.vetoes.clear();
        let mut token = sheet.cash.clone();
        token.symbol = "VTS".to_owned();
        let holders = HOLDERS.map(str::to_owned).into_iter().zip([60, 40]);
        let holders = holders.collect();
        governance.electorate = Electorate::Token { token, holders };
        sheet
    }

    /// What HOLDERS and the deployer have, and a way for all of them to pass it on.
    struct Votes<'a> {
        rehearsal: &'a Rehearsal<'a>,
        token: AccountId,
    }

    impl<'a> Votes<'a> {
        fn of(rehearsal: &'a Rehearsal<'a>) -> Self {
            let votes = rehearsal.deal.governance.votes.as_ref().unwrap();
            for name in HOLDERS {
                let account = rehearsal.chain().account(name).unwrap();
                rehearsal.embedded().fund(account);
            }
            let token = votes.electorate;
            Self { rehearsal, token }
        }

        fn gives(&self, from: &str, to: &str, amount: u128) {
            let chain = self.rehearsal.chain();
            let [from, to] = [from, to].map(|name| chain.account(name).unwrap());
            let mut token = Psp22::from(self.token);
            let transfer = token.call_mut().transfer(to, amount, vec![]);
            chain.execute(from, transfer).unwrap();
        }

        fn have(&self) -> [u128; 2] {
            let (chain, deal) = (self.rehearsal.chain(), &self.rehearsal.deal);
            HOLDERS.map(|name| {
                let account = chain.account(name).unwrap();
                deal.balance(chain, self.token, account).unwrap()
            })
        }
    }

    #[test]
    fn nobody_gets_the_votes_of_another_when_a_deployment_is_resumed() {
        let network = local();
        let rehearsal = rehearse(voted(), &network, 1);
        let votes = Votes::of(&rehearsal);
        let resumed = || Deal::deploy(rehearsal.chain(), voted()).map(|_| ());
        // As if it had been killed between the two transfers.
        votes.gives("Treasury", DEPLOYER, 40);
        resumed().unwrap();
        assert_eq!(votes.have(), [60, 40]);
        votes.gives("Treasury", DEPLOYER, 40);
        votes.gives("Arranger", DEPLOYER, 20);
        let error = resumed().unwrap_err().to_string();
        for part in [
            "the deployer has 0.000060 VTS",
            "Arranger has 0.000040 of 0.000060, Treasury has 0.000000 of 0.000040",
        ] {
            assert!(error.contains(part), "{error}");
        }
        assert_eq!(votes.have(), [40, 0]);
        votes.gives(DEPLOYER, "Arranger", 20);
        resumed().unwrap();
        assert_eq!(votes.have(), [60, 40]);
    }

    #[test]
    fn the_deployer_may_have_what_others_delegate_to_him_and_nothing_else() {
        let network = local();
        let rehearsal = rehearse(voted(), &network, 1);
        let (votes, chain) = (Votes::of(&rehearsal), rehearsal.chain());
        let arranger = chain.account("Arranger").unwrap();
        let mut token = Delegation::from(votes.token);
        let delegate = token.call_mut().delegate(rehearsal.deployer);
        chain.execute(arranger, delegate).unwrap();
        ensure_in_place(chain, &rehearsal.deal).unwrap();
        votes.gives("Arranger", DEPLOYER, 1);
        let error = ensure_in_place(chain, &rehearsal.deal).unwrap_err();
        assert!(error.to_string().contains("1 base units"), "{error}");
    }

    /// A chain with the deal under a voting token, which the deployer gave to these holders; each transaction in a block.
    fn given(holders: &[(&str, u128)]) -> (Chain, Deal) {
        let accounts = |name: &str| local().account(name).unwrap();
        let chain = Chain::standing_in(NOW, [1; 32], accounts).unwrap();
        let mut sheet = voted();
        if let Governor::Votes(governance) = &mut sheet.governor {
            if let Electorate::Token { holders: named, .. } = &mut governance.electorate {
                *named = holders
                    .iter()
                    .map(|(name, amount)| ((*name).to_owned(), *amount))
                    .collect();
            }
        }
        let deal = Deal::deploy(&chain, sheet).unwrap();
        let sheet = voted();
        (chain, Deal { sheet, ..deal })
    }

    #[test]
    fn votes_that_others_had_when_the_governor_was_made_are_found() {
        let moves = |chain: &Chain, deal: &Deal, from: &str, to: &str, amount| {
            let [from, to] = [from, to].map(|name| chain.account(name));
            let mut token = Psp22::from(deal.governance.votes.as_ref().unwrap().electorate);
            let transfer = token.call_mut().transfer(to, amount, vec![]);
            chain.execute(from, transfer).unwrap();
        };
        let agreed = HOLDERS.map(str::to_owned).into_iter().zip([60, 40]);
        let agreed: Vec<_> = agreed
            .map(|(name, amount)| (name, amount, amount))
            .collect();
        let (chain, deal) = given(&[("Arranger", 60), ("Treasury", 40)]);
        // What holders do later is theirs.
        moves(&chain, &deal, "Arranger", "Keeper", 60);
        assert_eq!(first_votes(&chain, &deal).unwrap(), agreed);
        let (chain, deal) = given(&[("Keeper", 100)]);
        moves(&chain, &deal, "Keeper", "Arranger", 60);
        moves(&chain, &deal, "Keeper", "Treasury", 40);
        ensure_in_place(&chain, &deal).unwrap();
        let found = first_votes(&chain, &deal).unwrap();
        let had: Vec<_> = found
            .iter()
            .map(|(_, agreed, had)| (*agreed, *had))
            .collect();
        assert_eq!(had, [(60, 0), (40, 0)]);
    }

    #[test]
    fn what_is_refused_for_another_reason_is_still_to_be_sent() {
        let network = local();
        let rehearsal = rehearse(deal("members-only"), &network, 1);
        let (deployer, deal) = (rehearsal.deployer, &rehearsal.deal);
        let is_sent = |chain: &Chain, step: &Step| {
            let Step::Call { contract, input } = step else {
                return false;
            };
            let answer = chain.try_send(deployer, *contract, input.clone());
            let answer = answer.unwrap();
            // What a node says of a message that was refused.
            let refused = Returned::decode(&mut (1u32, answer).encode().as_slice()).unwrap();
            rehearsal.is_sent(*contract, input, &refused).unwrap()
        };
        let sent = |chain: &Chain, to: &[AccountId]| {
            let steps = rehearsal.steps.iter();
            let to =
                |step: &&Step| matches!(step, Step::Call { contract, .. } if to.contains(contract));
            let steps = steps.filter(to).map(|step| is_sent(chain, step));
            steps.collect::<Vec<_>>()
        };
        let bound = [deal.configurator, deal.agent];
        assert_eq!(sent(rehearsal.embedded(), &bound), [true, true]);
        // Both stand, and the tokens and the store that they are to be bound to do not.
        let bare = Chain::new(NOW).unwrap();
        bare.fund(deployer);
        let name = &deal.sheet.name;
        bare.deploy("configurator", deployer, (), name).unwrap();
        bare.upload("back-office", deployer).unwrap();
        let terms = rehearsal.chain().read(deal.agent().call().terms());
        bare.deploy("transfer-agent", deployer, terms.unwrap().unwrap(), name)
            .unwrap();
        for contract in bound {
            assert!(bare.code_hash(contract).is_some());
        }
        assert_eq!(sent(&bare, &bound), [false, false]);
    }

    #[test]
    fn a_rehearsal_comes_out_the_same_for_the_same_chain_alone() {
        let network = local();
        let [one, two, other] =
            [1, 1, 2].map(|genesis| rehearse(deal("members-only"), &network, genesis));
        assert_eq!(one.steps, two.steps);
        // What is signed for one chain must not count on another.
        assert_ne!(one.deal.oracle, other.deal.oracle);
        assert_eq!(one.deal.cash, other.deal.cash);
    }
}
