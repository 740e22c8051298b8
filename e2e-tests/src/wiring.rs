//! Contracts beside those of the deal, wired otherwise: they trip guards that an honest deployment never
//! reaches.

use std::fmt::Debug;

use ink::codegen::TraitCallBuilder;
use interfaces::collateral_vault::{Listing, LoanServicing, VaultTerms};
use interfaces::liquidation_engine::{EngineTerms, LiquidationEngine};
use interfaces::test_asset::TestAsset;
use interfaces::tranche_pool::{PoolTerms, TranchePool};
use interfaces::tranche_token::TokenTerms;
use interfaces::transfer_agent::{AgentTerms, TransferAgent};
use interfaces::types::{AccountId, AssetId, Balance};
use psp22::PSP22;
use scale::{Decode, Encode};
use simulator::chain::NETWORK;
use simulator::contracts::{Asset, Psp22};
use simulator::input::term_sheet::TermSheet;

use crate::World;

/// An address at which no contract stands.
pub const NOBODY: AccountId = AccountId([0xee; 32]);

impl World {
    /// The deal with a pool, a transfer agent, a vault and an engine that nobody has bound yet.
    pub fn unbound() -> Self {
        Self::unbound_with(|_| ())
    }

    /// [`World::unbound`] with changed terms.
    pub fn unbound_with(change: impl FnOnce(&mut TermSheet)) -> Self {
        let mut world = Self::with(change);
        world.deal.pool = world.deploys("tranche-pool", world.pool_terms());
        world.deal.agent = world.deploys("transfer-agent", world.agent_terms());
        world.deal.tranches = world.tranche_tokens(world.deal.agent);
        world.deal.vault = world.deploys("collateral-vault", world.vault_terms());
        world.deal.engine = world.deploys_engine(world.deal.parameters);
        world
    }

    /// The deal with an engine that has the same vault and other `parameters`.
    pub fn with_engine_parameters(parameters: impl FnOnce(&Self) -> AccountId) -> Self {
        let mut world = Self::unbound();
        world.deal.engine = world.deploys_engine(parameters(&world));
        world.bind();
        world
    }

    /// The deal with the account "engine" in the place of the liquidation engine.
    pub fn with_manned_engine() -> Self {
        let mut world = Self::unbound();
        world.deal.engine = world.account("engine");
        world.bind();
        world
    }

    /// The deal with the account "agent" in the place of the transfer agent.
    pub fn with_manned_agent() -> Self {
        let world = Self::unbound();
        let agent = world.account("agent");
        world.bind_pool(agent, world.deal.vault, world.deal.waterfall);
        world.does("Deployer", world.servicing().bind(world.deal.engine));
        world
    }

    /// The deal with tranche tokens that go only to those who have some of an asset, which is returned.
    pub fn with_rule() -> (Self, AccountId) {
        Self::with_rule_and(|_| ())
    }

    /// [`World::with_rule`] with changed terms.
    pub fn with_rule_and(change: impl FnOnce(&mut TermSheet)) -> (Self, AccountId) {
        let mut world = Self::unbound_with(change);
        let rule = world.deploys("test-asset", (None::<String>, None::<String>, 0u8));
        world.deal.tranches = world.ruled_tokens(world.deal.agent, Some(rule));
        world.bind();
        (world, rule)
    }

    /// Gives `who` so much of the asset that is the rule, and no more.
    pub fn set_pass(&self, rule: AccountId, who: &str, pass: Balance) {
        let (owner, has) = (self.account(who), self.balance(rule, who));
        let elsewhere = self.account("elsewhere");
        let mut token = Psp22::from(rule);
        self.does(who, token.call_mut().transfer(elsewhere, has, vec![]));
        self.does(who, Asset::from(rule).call_mut().mint_to(owner, pass));
    }

    /// Binds pool, transfer agent and vault of the deal.
    pub fn bind(&self) {
        self.bind_pool(self.deal.agent, self.deal.vault, self.deal.waterfall);
        self.bind_agent(self.deal.tranches.clone());
        self.does("Deployer", self.servicing().bind(self.deal.engine));
    }

    /// Binds the pool of the deal to any contracts.
    pub fn bind_pool(&self, agent: AccountId, vault: AccountId, waterfall: AccountId) {
        self.does("Deployer", self.pool().bind(agent, vault, waterfall));
    }

    /// Binds the transfer agent of the deal to any tokens.
    pub fn bind_agent(&self, tokens: Vec<AccountId>) {
        self.does("Deployer", self.agent().bind(tokens));
    }

    /// What the pool of the deal was made with.
    pub fn pool_terms(&self) -> PoolTerms {
        self.reads(self.pool().terms())
    }

    /// What the transfer agent of the deal was made with, for the pool that the deal has now.
    pub fn agent_terms(&self) -> AgentTerms {
        AgentTerms {
            pool: self.deal.pool,
            ..self.reads(self.agent().terms()).unwrap()
        }
    }

    /// What the vault of the deal was made with.
    pub fn vault_terms(&self) -> VaultTerms {
        let tokens = self.deal.collateral.iter().zip((0..).map(AssetId));
        VaultTerms {
            pool: self.deal.pool,
            cash: self.deal.cash,
            oracle: self.deal.oracle,
            parameters: self.deal.parameters,
            servicer: self.chain.upload("servicer", self.deal.deployer).unwrap(),
            collateral: tokens
                .map(|(token, asset)| Listing {
                    token: *token,
                    asset,
                })
                .collect(),
        }
    }

    /// New tranche tokens of the deal that `issuer` may issue.
    pub fn tranche_tokens(&self, issuer: AccountId) -> Vec<AccountId> {
        self.ruled_tokens(issuer, None)
    }

    /// [`World::tranche_tokens`] that ask a transfer rule.
    pub fn ruled_tokens(&self, issuer: AccountId, rule: Option<AccountId>) -> Vec<AccountId> {
        let tranches = &self.deal.sheet.tranches;
        let tokens = tranches.iter().map(|tranche| &tranche.token);
        tokens
            .map(|token| {
                let terms = TokenTerms {
                    issuer,
                    name: token.name.clone(),
                    symbol: token.symbol.clone(),
                    decimals: token.decimals,
                    rule,
                    network: NETWORK,
                };
                self.deploys("tranche-token", terms)
            })
            .collect()
    }

    /// What the engine of the deal was made with, for the vault that the deal has now.
    pub fn engine_terms(&self) -> EngineTerms {
        EngineTerms {
            vault: self.deal.vault,
            ..self.reads(self.engine().terms())
        }
    }

    /// An engine of the vault of the deal.
    fn deploys_engine(&self, parameters: AccountId) -> AccountId {
        let terms = EngineTerms {
            parameters,
            ..self.engine_terms()
        };
        self.deploys("liquidation-engine", terms)
    }

    /// Another instance of a contract, by the deployer of the deal.
    pub fn deploys(&self, contract: &str, arguments: impl Encode) -> AccountId {
        let deployer = self.deal.deployer;
        self.chain
            .deploy(contract, deployer, arguments, "another")
            .unwrap()
    }

    /// Deploys a contract that must refuse with exactly this error, and shows that nothing changed.
    #[track_caller]
    pub fn refuses_to_deploy<E: Decode + Debug + PartialEq>(
        &self,
        contract: &str,
        arguments: impl Encode,
        error: E,
    ) {
        let before = self.chain.state_digest();
        let deployed = self
            .chain
            .try_deploy(contract, self.deal.deployer, arguments, "refused");
        assert_eq!(deployed.unwrap(), Err(error));
        assert_eq!(
            self.chain.state_digest(),
            before,
            "a refused contract changed the chain"
        );
    }
}
