//! Contracts beside those of the deal, wired otherwise: they trip guards that an honest deployment never
//! reaches.

use std::fmt::Debug;

use interfaces::collateral_vault::{CollateralVault, Listing, VaultTerms};
use interfaces::tranche_pool::{PoolTerms, TranchePool};
use interfaces::types::{AccountId, AssetId};
use scale::{Decode, Encode};

use crate::World;

/// An address at which no contract stands.
pub const NOBODY: AccountId = AccountId([0xee; 32]);

impl World {
    /// The deal with a pool, a vault and an engine that nobody has bound yet.
    pub fn unbound() -> Self {
        let mut world = Self::deployed();
        world.deal.pool = world.deploys("tranche-pool", world.pool_terms());
        world.deal.tranches = world.tranche_tokens(world.deal.pool);
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

    /// Binds the pool and the vault of the deal.
    pub fn bind(&self) {
        self.bind_pool(self.deal.tranches.clone(), self.deal.vault);
        self.does("Deployer", self.vault().bind(self.deal.engine));
    }

    /// Binds the pool of the deal to any tokens and vault.
    pub fn bind_pool(&self, tokens: Vec<AccountId>, vault: AccountId) {
        self.does("Deployer", self.pool().bind(tokens, vault));
    }

    /// What the pool of the deal was made with.
    pub fn pool_terms(&self) -> PoolTerms {
        self.reads(self.pool().terms()).unwrap()
    }

    /// What the vault of the deal was made with.
    pub fn vault_terms(&self) -> VaultTerms {
        let tokens = self.deal.collateral.iter().zip((0..).map(AssetId));
        VaultTerms {
            pool: self.deal.pool,
            cash: self.deal.cash,
            oracle: self.deal.oracle,
            parameters: self.deal.parameters,
            collateral: tokens
                .map(|(token, asset)| Listing {
                    token: *token,
                    asset,
                })
                .collect(),
        }
    }

    /// New tranche tokens of the deal that `pool` may issue.
    pub fn tranche_tokens(&self, pool: AccountId) -> Vec<AccountId> {
        let tokens = self
            .deal
            .sheet
            .tranches
            .iter()
            .map(|tranche| &tranche.token);
        tokens
            .map(|token| {
                let arguments = (pool, Some(&token.name), Some(&token.symbol), token.decimals);
                self.deploys("tranche-token", arguments)
            })
            .collect()
    }

    /// An engine of the vault of the deal.
    fn deploys_engine(&self, parameters: AccountId) -> AccountId {
        self.deploys("liquidation-engine", (self.deal.vault, parameters))
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
