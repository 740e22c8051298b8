//! Every contract on a node: that its code is taken, its constructor makes an instance or refuses, and one of its messages
//! is refused with its own error.

use std::fmt::Debug;

use e2e_tests::{HOUR, SENIOR};
use finance::governance::settings::SettingError;
use finance::settlement::Inputs;
use finance::{MathError, Period, Price, Ratio};
use ink::codegen::TraitCallBuilder;
use ink::contract_ref;
use ink::env::DefaultEnvironment;
use interfaces::async_vault::{AsyncVault, AsyncVaultError};
use interfaces::collateral_vault::{CollateralVault, LoanServicing, VaultError, VaultTerms};
use interfaces::compliance::{ComplianceError, ComplianceRegistry};
use interfaces::configurator::{ChangeError, Configurator, Pausable};
use interfaces::governance_token::Locker as _;
use interfaces::governor::{Governor as _, GovernorError, GovernorTerms};
use interfaces::insurance_fund::{FundError, FundTerms, InsuranceFund};
use interfaces::liquidation_engine::{EngineError, LiquidationEngine};
use interfaces::oracle_adapter::{OracleAdapter, OracleError, OracleTerms, Settings};
use interfaces::parameters::{Parameters, ParametersError};
use interfaces::test_market::{MarketError, MarketTerms, TestMarket};
use interfaces::tranche_pool::{Due, PoolError, PoolTerms, TranchePool};
use interfaces::tranche_token::{TrancheToken as _, ONLY_THE_ISSUER};
use interfaces::transfer_agent::{AgentError, AgentTerms, TransferAgent};
use interfaces::types::{AssetId, AuctionId, CollateralId, PositionId};
use interfaces::waterfall::{Case, Waterfall as _};
use psp22::{PSP22Error, PSP22};
use scale::{Decode, Encode};
use simulator::contracts::{Governor, Locker, Psp22, Registry, TrancheToken, Waterfall};
use simulator::deployment::Host;
use simulator::input::term_sheet::{self, Insurance};
use simulator::input::{find, workspace_root, TermSheet};
use simulator::journal::Action;

use crate::node::Node;
use crate::vote::GOVERNANCE;
use crate::world::World;

type Market = contract_ref!(TestMarket, DefaultEnvironment);

/// The packages that are contracts: those whose sizes are committed.
fn packages() -> Vec<String> {
    let sizes = std::fs::read_to_string(workspace_root().join("contracts/sizes.txt")).unwrap();
    let names = sizes
        .lines()
        .filter_map(|line| line.split_whitespace().next());
    names.map(str::to_owned).collect()
}

/// A deal with everything that a deal can have, and what only tests use.
fn whole() -> World {
    let sheet = find("eth-btc-credit".as_ref(), "deals", "toml").unwrap();
    let mut sheet = TermSheet::load(&sheet).unwrap();
    sheet.governor = term_sheet::Governor::Votes(GOVERNANCE);
    World::on(Node::start().unwrap(), sheet)
}

impl World {
    /// A constructor that must refuse with exactly this error. Whoever insists pays for the refusal.
    fn refuses_to_deploy<E: Decode + Debug + PartialEq>(
        &self,
        contract: &str,
        arguments: impl Encode,
        error: E,
    ) {
        let deployer = self.deal.deployer;
        let input = [ink::selector_bytes!("new").to_vec(), arguments.encode()].concat();
        let refused = self
            .host()
            .try_deploy(contract, deployer, arguments, "refused");
        assert_eq!(refused.unwrap(), Err(error), "{contract}");
        let insist = Action::Instantiate {
            contract: contract.to_owned(),
            salt: "refused".to_owned(),
            address: self
                .node
                .bundles()
                .code(contract)
                .unwrap()
                .address(deployer, &input, "refused"),
            input,
        };
        let insisted = format!("{:?}", self.node.act(deployer, &insist).unwrap_err());
        assert!(
            insisted.contains("ContractReverted"),
            "{contract}: {insisted}"
        );
    }
}

#[test]
#[ignore = "needs $CONTRACTS_NODE: run scripts/test.sh"]
fn every_contract_is_made_and_refuses_in_its_own_words() {
    let world = whole();
    let (host, deal) = (world.host(), &world.deal);
    let terms = MarketTerms {
        cash: deal.cash,
        price: Price::ONE,
        pool: deal.pool,
        engine: deal.engine,
    };
    let market = host
        .deploy("test-market", deal.deployer, terms, "market")
        .unwrap();
    host.deploy("test-source", deal.deployer, (), "source")
        .unwrap();
    for contract in packages() {
        let code = world.node.bundles().code(&contract).unwrap();
        assert!(world.node.has_code(code.hash).unwrap(), "{contract}");
    }
    constructors_refuse(&world);

    let mut cash = Psp22::from(deal.cash);
    let transfer = cash.call_mut().transfer(deal.pool, 1, vec![]);
    world.refuses("kim", transfer, PSP22Error::InsufficientBalance);
    let mut token = TrancheToken::from(deal.tranche_token(SENIOR));
    let mint = token.call_mut().mint(deal.pool, 1);
    let issuer_only = PSP22Error::Custom(ONLY_THE_ISSUER.into());
    world.refuses("kim", mint, issuer_only);
    let mut locker = Locker::from(deal.governance.votes.as_ref().unwrap().electorate);
    let unlock = locker.call_mut().unlock(1);
    world.refuses("kim", unlock, PSP22Error::InsufficientBalance);
    let mut governor = Governor::from(deal.governance.governor);
    let queue = governor.call_mut().queue([9; 32]);
    world.refuses("kim", queue, GovernorError::UnknownProposal);
    let arm = deal.configurator().call_mut().arm(Pausable::Draws);
    world.refuses("kim", arm, ChangeError::NotPermitted);
    let auction = deal.parameters().call().auction(CollateralId(9));
    world.refuses("kim", auction, ParametersError::UnknownCollateral);
    let mut registry = Registry::from(deal.registry.unwrap());
    let accept = registry.call_mut().accept();
    world.refuses("kim", accept, ComplianceError::NotPermitted);
    let now = host.now().unwrap();
    let report = deal.oracle().call_mut().report(AssetId(0), Price::ONE, now);
    world.refuses("kim", report, OracleError::NotAFeeder);
    let withdraw = deal.fund().unwrap().call_mut().withdraw(0);
    world.refuses("kim", withdraw, FundError::NothingRequested);
    let pay = deal.pool().call_mut().pay(Due::Fees);
    world.refuses("kim", pay, PoolError::NothingDue);
    let kim = world.account("kim");
    let claim = deal.orders().call_mut().claim(SENIOR, kim);
    world.refuses("kim", claim, AsyncVaultError::NothingClaimable);
    // By the code of the back office.
    let bind = deal.agent().call_mut().bind(vec![]);
    world.refuses("kim", bind, AgentError::NotTheDeployer);
    let draw = deal.vault().call_mut().draw(PositionId(9), 1);
    world.refuses("kim", draw, VaultError::UnknownPosition);
    // By the code of the servicer.
    let impair = deal.servicing().call_mut().impair(PositionId(9));
    world.refuses("kim", impair, VaultError::UnknownPosition);
    let cure = deal.engine().call_mut().cure(AuctionId(9));
    world.refuses("kim", cure, EngineError::UnknownAuction);
    let beyond = Case {
        terms: deal.sheet.terms(),
        state: world.reads(deal.pool().call().state()),
        inputs: Inputs {
            cash: u128::MAX,
            cover: 1,
            ..Inputs::default()
        },
    };
    let waterfall = Waterfall::from(deal.waterfall);
    let settle = waterfall.call().settle(beyond);
    world.refuses("kim", settle, MathError::Overflow);
    let sell = Market::from(market).call_mut().sell(deal.cash, 1);
    world.refuses("kim", sell, MarketError);
}

fn constructors_refuse(world: &World) {
    let deal = &world.deal;
    world.refuses_to_deploy("back-office", (), AgentError::NoInstance);
    world.refuses_to_deploy("servicer", (), VaultError::NoInstance);
    let terms = VaultTerms {
        pool: deal.pool,
        cash: deal.cash,
        oracle: deal.oracle,
        parameters: deal.parameters,
        servicer: world.host().upload("servicer", deal.deployer).unwrap(),
        collateral: vec![],
    };
    world.refuses_to_deploy("collateral-vault", terms, VaultError::InvalidListing);
    let mut terms: GovernorTerms =
        world.reads(Governor::from(deal.governance.governor).call().terms());
    terms.settings.delay = HOUR;
    let invalid = GovernorError::InvalidSetting(SettingError::Delay);
    world.refuses_to_deploy("governor", terms, invalid);
    let Insurance::Fund { mut rules, .. } = deal.sheet.insurance else {
        panic!("the deal has a fund")
    };
    rules.event_limit = 0;
    let terms = FundTerms {
        cash: deal.cash,
        rules,
    };
    world.refuses_to_deploy("insurance-fund", terms, FundError::InvalidRules);
    let terms = PoolTerms {
        premium: Ratio::ONE,
        ..world.reads(deal.pool().call().terms())
    };
    world.refuses_to_deploy("tranche-pool", terms, PoolError::InvalidRatio);
    let terms = AgentTerms {
        epoch_length: Period(0),
        ..world.reads(deal.agent().call().terms()).unwrap()
    };
    world.refuses_to_deploy("transfer-agent", terms, AgentError::InvalidEpochLength);
    // All of them the same.
    let feed = deal.sheet.oracle.feed(|_| Ok(deal.pool)).unwrap();
    let terms = OracleTerms {
        settings: Settings {
            network: world.node.network(),
            governor: deal.governance.governor,
            change_delay: deal.sheet.oracle.change_delay,
        },
        feeds: vec![feed.into()],
    };
    world.refuses_to_deploy("oracle-adapter", terms, OracleError::InvalidFeeders);
}
