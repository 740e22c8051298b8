//! Puts a deal on a chain: deploys its contracts in the order in which they know one another, and
//! keeps their addresses.

pub mod governance;

use anyhow::{anyhow, Context, Result};
use finance::parameters::{Group, Unit};
use finance::{Period, Ratio};
use ink::codegen::TraitCallBuilder;
use interfaces::collateral_vault::{Listing, LoanServicing, VaultError, VaultTerms};
use interfaces::compliance::{
    ComplianceError, ComplianceRegistry, Jurisdiction, RegistryTerms, Statement, Tranches,
};
use interfaces::configurator::{ChangeError, Configurator as _, ParametersTerms};
use interfaces::insurance_fund::{FundError, FundTerms, InsuranceFund};
use interfaces::liquidation_engine::EngineTerms;
use interfaces::oracle_adapter::{OracleError, OracleTerms, Settings};
use interfaces::parameters::{DealParameters, Parameter};
use interfaces::test_asset::TestAsset;
use interfaces::tranche_pool::{PoolError, PoolTerms, TranchePool};
use interfaces::tranche_token::TokenTerms;
use interfaces::transfer_agent::{AgentError, AgentTerms, TransferAgent};
use interfaces::types::{AccountId, AssetId, Balance, CollateralId, TrancheId};
use psp22::PSP22;
use term_sheet::term_sheet::Insurance;
use term_sheet::{show, TermSheet, Token};

use crate::contracts::{
    Agent, Asset, AsyncVault, Configurator, Distributions, Engine, Fund, Oracle, Parameters, Pool,
    Psp22, Registry, Servicing, Vault,
};
use crate::host::Host;

use self::governance::Governance;

/// How long an attestation counts in a demonstration.
const MEMBERSHIP: Period = Period::from_secs(365 * 86_400);

/// A deal on a chain.
pub struct Deal {
    /// What was agreed.
    pub sheet: TermSheet,
    /// Who deployed it.
    pub deployer: AccountId,
    /// The cash token.
    pub cash: AccountId,
    /// The collateral tokens, in the order of the term sheet.
    pub collateral: Vec<AccountId>,
    /// The tranche tokens, most senior first.
    pub tranches: Vec<AccountId>,
    /// Who may hold them, if not anyone.
    pub registry: Option<AccountId>,
    /// Who is paid what goes to insurance: a fund or an account.
    pub insurance: AccountId,
    /// Risk parameters.
    pub parameters: AccountId,
    /// Changes them.
    pub configurator: AccountId,
    /// Who decides about that.
    pub governance: Governance,
    /// Prices.
    pub oracle: AccountId,
    /// The pool's cash, settlements and draws.
    pub pool: AccountId,
    /// Orders, epochs, and what settlements owe to investors.
    pub agent: AccountId,
    /// Settlements, computed.
    pub waterfall: AccountId,
    /// Collateral and debt.
    pub vault: AccountId,
    /// Auctions.
    pub engine: AccountId,
}

impl Deal {
    /// Deploys and binds all contracts of `sheet`.
    ///
    /// # Errors
    /// A contract is not built, or refuses its terms.
    pub fn deploy(chain: &dyn Host, sheet: TermSheet) -> Result<Self> {
        let deployer = chain.account("Deployer")?;
        let deploying = Deploying {
            chain,
            deployer,
            sheet: &sheet,
        };
        let cash = deploying.asset(&sheet.cash)?;
        let collateral = sheet
            .collateral
            .iter()
            .map(|collateral| deploying.asset(&collateral.token));
        let collateral = collateral.collect::<Result<Vec<_>>>()?;
        let configurator = chain.deploy("configurator", deployer, (), &sheet.name)?;
        let insurance = deploying.insurance(cash)?;
        let pool = deploying.pool(cash, insurance)?;
        let agent = deploying.agent(cash, pool, configurator)?;
        let registry = deploying.registry()?;
        let tranches = sheet
            .tranches
            .iter()
            .map(|tranche| deploying.tranche_token(agent, registry, &tranche.token));
        let tranches = tranches.collect::<Result<Vec<_>>>()?;
        let governance = deploying.governance(cash, pool, &tranches)?;
        let parameters = deploying.parameters(configurator, &governance)?;
        let oracle = deploying.oracle(governance.governor)?;
        let waterfall = chain.deploy("waterfall", deployer, (), &sheet.name)?;
        let vault = deploying.vault(VaultTerms {
            pool,
            cash,
            oracle,
            parameters,
            servicer: chain.upload("servicer", deployer)?,
            collateral: listings(&collateral),
        })?;
        let engine = chain.deploy(
            "liquidation-engine",
            deployer,
            EngineTerms {
                vault,
                parameters,
                cash,
                insurance,
            },
            &sheet.name,
        )?;
        let deal = Self {
            sheet,
            deployer,
            cash,
            collateral,
            tranches,
            registry,
            insurance,
            parameters,
            configurator,
            governance,
            oracle,
            pool,
            agent,
            waterfall,
            vault,
            engine,
        };
        deal.bind(chain)?;
        Ok(deal)
    }

    fn bind(&self, chain: &dyn Host) -> Result<()> {
        let (mut pool, mut agent, mut vault) = (self.pool(), self.agent(), self.servicing());
        let bind = pool.call_mut().bind(self.agent, self.vault, self.waterfall);
        chain
            .execute_once(self.deployer, bind, PoolError::AlreadyBound)
            .context("binding the pool")?;
        let bind = agent.call_mut().bind(self.tranches.clone());
        chain
            .execute_once(self.deployer, bind, AgentError::AlreadyBound)
            .context("binding the transfer agent")?;
        let bind = vault.call_mut().bind(self.engine);
        chain
            .execute_once(self.deployer, bind, VaultError::AlreadyBound)
            .context("binding the vault")?;
        if let Some(mut fund) = self.fund() {
            let bind = fund.call_mut().bind(self.pool, self.vault, self.engine);
            chain
                .execute_once(self.deployer, bind, FundError::AlreadyBound)
                .context("binding the insurance fund")?;
        }
        self.bind_registry(chain)
            .context("binding the compliance registry")?;
        governance::ensure_in_place(chain, self)
    }

    fn bind_registry(&self, chain: &dyn Host) -> Result<()> {
        let (Some(registry), Some(terms)) = (self.registry, &self.sheet.compliance) else {
            return Ok(());
        };
        let rules = self.sheet.tranches.iter().map(|tranche| &tranche.rule);
        let tranches = self.tranches.iter().copied().zip(rules.cloned());
        let issuers = terms
            .issuers
            .iter()
            .map(|issuer| Ok((chain.account(&issuer.name)?, issuer.scope.clone())));
        let bind = Registry::from(registry).call_mut().bind(
            self.governance.governor,
            tranches.collect(),
            issuers.collect::<Result<_>>()?,
        );
        chain.execute_once(self.deployer, bind, ComplianceError::NotPermitted)
    }

    /// Has an issuer of the term sheet attest, for a year, that `account` is resident in `jurisdiction`, if one may.
    ///
    /// # Errors
    /// The registry refuses.
    pub fn attest(
        &self,
        chain: &dyn Host,
        account: AccountId,
        tranche: TrancheId,
        jurisdiction: Jurisdiction,
    ) -> Result<()> {
        let terms = self.sheet.compliance.as_ref();
        let issuer = terms.and_then(|terms| terms.issuer(tranche, jurisdiction));
        let (Some(registry), Some(issuer)) = (self.registry, issuer) else {
            return Ok(());
        };
        let statement = Statement {
            account,
            tranches: Tranches::only(tranche),
            jurisdiction,
            until: chain.now()?.plus(MEMBERSHIP),
        };
        let attest = Registry::from(registry).call_mut().attest(statement);
        chain.execute(chain.account(&issuer.name)?, attest)?;
        Ok(())
    }

    /// The insurance fund, if there is one.
    pub fn fund(&self) -> Option<Fund> {
        let is_fund = matches!(self.sheet.insurance, Insurance::Fund { .. });
        is_fund.then(|| self.insurance.into())
    }

    /// The pool.
    pub fn pool(&self) -> Pool {
        self.pool.into()
    }

    /// The transfer agent.
    pub fn agent(&self) -> Agent {
        self.agent.into()
    }

    /// What the transfer agent hands out.
    pub fn distributions(&self) -> Distributions {
        self.agent.into()
    }

    /// The orders that the transfer agent takes.
    pub fn orders(&self) -> AsyncVault {
        self.agent.into()
    }

    /// The vault.
    pub fn vault(&self) -> Vault {
        self.vault.into()
    }

    /// What services the loans of the vault.
    pub fn servicing(&self) -> Servicing {
        self.vault.into()
    }

    /// The liquidation engine.
    pub fn engine(&self) -> Engine {
        self.engine.into()
    }

    /// The oracle.
    pub fn oracle(&self) -> Oracle {
        self.oracle.into()
    }

    /// The risk parameters.
    pub fn parameters(&self) -> Parameters {
        self.parameters.into()
    }

    /// What changes them.
    pub fn configurator(&self) -> Configurator {
        self.configurator.into()
    }

    /// The token of a tranche. Panics if there is no such tranche.
    pub fn tranche_token(&self, tranche: TrancheId) -> AccountId {
        self.tranches[tranche.index()]
    }

    /// The token of a collateral type. Panics if there is no such type.
    pub fn collateral_token(&self, collateral: CollateralId) -> AccountId {
        self.collateral[collateral.index()]
    }

    /// The numbers of all tranches, most senior first.
    pub fn tranche_ids(&self) -> impl Iterator<Item = TrancheId> {
        (0..).map(TrancheId).take(self.tranches.len())
    }

    /// Creates `amount` base units of the cash or a collateral token for `owner`.
    ///
    /// # Errors
    /// The supply would exceed `u128`.
    pub fn mint(
        &self,
        chain: &dyn Host,
        token: AccountId,
        owner: AccountId,
        amount: Balance,
    ) -> Result<()> {
        chain
            .execute(owner, Asset::from(token).call_mut().mint_to(owner, amount))
            .context("minting")?;
        Ok(())
    }

    /// Lets `spender` take up to `amount` base units of a token from `owner`.
    ///
    /// # Errors
    /// The token refuses.
    pub fn approve(
        &self,
        chain: &dyn Host,
        token: AccountId,
        owner: AccountId,
        spender: AccountId,
        amount: Balance,
    ) -> Result<()> {
        chain
            .execute(
                owner,
                Psp22::from(token).call_mut().approve(spender, amount),
            )
            .context("approving")?;
        Ok(())
    }

    /// Base units of a token that `owner` has.
    ///
    /// # Errors
    /// There is no token at the address.
    pub fn balance(&self, chain: &dyn Host, token: AccountId, owner: AccountId) -> Result<Balance> {
        chain.read(Psp22::from(token).call().balance_of(owner))
    }
}

fn listings(collateral: &[AccountId]) -> Vec<Listing> {
    collateral
        .iter()
        .zip((0..).map(AssetId))
        .map(|(token, asset)| Listing {
            token: *token,
            asset,
        })
        .collect()
}

/// The contracts on their way to the chain.
struct Deploying<'a> {
    chain: &'a dyn Host,
    deployer: AccountId,
    sheet: &'a TermSheet,
}

impl Deploying<'_> {
    fn asset(&self, token: &Token) -> Result<AccountId> {
        if let Some(asset) = self.chain.asset(&token.symbol)? {
            return Ok(asset);
        }
        let arguments = (Some(&token.name), Some(&token.symbol), token.decimals);
        self.chain
            .deploy("test-asset", self.deployer, arguments, &token.symbol)
    }

    fn registry(&self) -> Result<Option<AccountId>> {
        let Some(compliance) = &self.sheet.compliance else {
            return Ok(None);
        };
        let terms = RegistryTerms {
            officer: self.chain.account(&compliance.officer)?,
            network: self.chain.network(),
        };
        let (chain, name) = (self.chain, &self.sheet.name);
        let registry = chain.deploy("compliance-registry", self.deployer, terms, name)?;
        Ok(Some(registry))
    }

    fn tranche_token(
        &self,
        agent: AccountId,
        rule: Option<AccountId>,
        token: &Token,
    ) -> Result<AccountId> {
        let terms = TokenTerms {
            issuer: agent,
            name: token.name.clone(),
            symbol: token.symbol.clone(),
            decimals: token.decimals,
            rule,
            network: self.chain.network(),
        };
        self.chain
            .deploy("tranche-token", self.deployer, terms, &token.symbol)
    }

    fn parameters(&self, configurator: AccountId, governance: &Governance) -> Result<AccountId> {
        let (chain, deployer) = (self.chain, self.deployer);
        let store = chain.deploy("parameters", deployer, configurator, &self.sheet.name)?;
        let bind = Configurator::from(configurator).call_mut().bind(
            store,
            parameters(self.sheet),
            governance.governor,
            governance.guardian,
        );
        match chain.try_execute(deployer, bind)? {
            // The deployer's power ended with it.
            Ok(()) | Err(ChangeError::NotPermitted) => Ok(store),
            Err(error) => Err(self.refused(explain(error))),
        }
    }

    fn oracle(&self, governor: AccountId) -> Result<AccountId> {
        let terms = &self.sheet.oracle;
        let feed = terms.feed(|name| self.chain.account(name))?;
        let settings = Settings {
            network: self.chain.network(),
            governor,
            change_delay: terms.change_delay,
        };
        let terms = OracleTerms {
            settings,
            feeds: vec![feed.into(); self.sheet.collateral.len()],
        };
        self.chain
            .try_deploy::<OracleError>("oracle-adapter", self.deployer, terms, &self.sheet.name)?
            .map_err(|error| self.refused(format!("the oracle adapter refused: {error:?}")))
    }

    fn insurance(&self, cash: AccountId) -> Result<AccountId> {
        let rules = match &self.sheet.insurance {
            Insurance::Account(name) => return self.chain.account(name),
            Insurance::Fund { rules, .. } => *rules,
        };
        let (terms, name) = (FundTerms { cash, rules }, &self.sheet.name);
        self.chain
            .try_deploy::<FundError>("insurance-fund", self.deployer, terms, name)?
            .map_err(|error| self.refused(format!("the insurance fund refused: {error:?}")))
    }

    fn pool(&self, cash: AccountId, insurance: AccountId) -> Result<AccountId> {
        let sheet = self.sheet;
        // A deal without fees never pays any.
        let fee_beneficiary = sheet.fees.beneficiary.as_ref();
        let (insured, premium) = match sheet.insurance {
            Insurance::Account(_) => (false, Ratio::ZERO),
            Insurance::Fund { premium, .. } => (true, premium),
        };
        let terms = PoolTerms {
            cash,
            deal: sheet.terms(),
            liquidity_buffer: sheet.liquidity_buffer,
            close_reward: sheet.fees.close_reward,
            fee_beneficiary: fee_beneficiary
                .map_or(Ok(insurance), |name| self.chain.account(name))?,
            insurance,
            insured,
            premium,
        };
        self.chain
            .try_deploy::<PoolError>("tranche-pool", self.deployer, terms, &self.sheet.name)?
            .map_err(|error| self.refused(format!("the pool refused: {error:?}")))
    }

    fn agent(
        &self,
        cash: AccountId,
        pool: AccountId,
        configurator: AccountId,
    ) -> Result<AccountId> {
        let sheet = self.sheet;
        let back_office = self.chain.upload("back-office", self.deployer)?;
        let terms = AgentTerms {
            cash,
            pool,
            tranches: u32::try_from(sheet.tranches.len())?,
            epoch_length: sheet.epoch_length,
            cut_off: sheet.cut_off,
            minimum_order: sheet.minimum_order,
            back_office,
            configurator,
        };
        self.chain
            .try_deploy::<AgentError>("transfer-agent", self.deployer, terms, &sheet.name)?
            .map_err(|error| self.refused(format!("the transfer agent refused: {error:?}")))
    }

    fn vault(&self, terms: VaultTerms) -> Result<AccountId> {
        self.chain
            .try_deploy::<VaultError>("collateral-vault", self.deployer, terms, &self.sheet.name)?
            .map_err(|error| self.refused(format!("the vault refused: {error:?}")))
    }

    fn refused(&self, why: String) -> anyhow::Error {
        anyhow!("{}: {why}", self.sheet.file.display())
    }
}

/// What the risk parameters of a deal begin with.
pub fn parameters(sheet: &TermSheet) -> ParametersTerms {
    ParametersTerms {
        deal: DealParameters {
            timelock: sheet.timelock,
            ramp: sheet.ramp,
            originator_ceiling: sheet.originator_ceiling,
            pace_at_zero: sheet.pace.at_zero,
            pace_kink: sheet.pace.kink,
            pace_at_kink: sheet.pace.at_kink,
            pace_at_full: sheet.pace.at_full,
        },
        collateral: sheet.collateral.iter().map(|listed| listed.terms).collect(),
    }
}

fn explain(error: ChangeError) -> String {
    let ChangeError::OutOfBounds { parameter, bounds } = error else {
        return format!("the parameters refused: {error:?}");
    };
    let (least, most) = (bounds.minimum, bounds.maximum);
    let (least, most) = match parameter.declaration().unit {
        Unit::Ratio => (percent(least), percent(most)),
        Unit::Period => (duration(least), duration(most)),
        Unit::Cash | Unit::Flag => (least.to_string(), most.to_string()),
    };
    let field = written(parameter);
    let whose = match parameter.place() {
        (Group::Deal, _) => "",
        _ => " of a collateral",
    };
    format!("{field}{whose}: the contract allows {least} to {most}")
}

/// The line of a term sheet.
fn written(parameter: Parameter) -> String {
    use Parameter::*;
    let name = parameter.name();
    match parameter {
        Penalty => format!("liquidation_{name}"),
        Buffer | Tail | Cusp | Cut | Step | Dust | DebtLimit | TotalLimit => {
            format!("auction_{name}")
        }
        _ => name.to_owned(),
    }
}

fn percent(ratio: u128) -> String {
    show::percent(Ratio(ratio))
}

fn duration(milliseconds: u128) -> String {
    show::duration(Period(u64::try_from(milliseconds).unwrap_or(u64::MAX)))
}
