//! What a wallet does in its first hour, by ink!'s own test client and the chain inside it: look, try
//! without doing, and do. Nothing here is written for Sluice but the contracts.

use e2e_tests::{price, usd, World, AT_ANY_PRICE, JUNIOR};
use finance::{Period, Price, Timestamp};
use ink::codegen::TraitCallBuilder;
use ink::env::call::{build_create, ExecutionInput, FromAccountId, Selector};
use ink::env::{ContractEnv, DefaultEnvironment};
use ink::primitives::{AccountId, Hash};
use ink::selector_bytes;
use ink_e2e::{alice, bob, charlie, CallBuilderFinal, ContractsBackend, Keypair};
use interfaces::async_vault::{AsyncVault, AsyncVaultError};
use interfaces::oracle_adapter::{
    FeedTerms, OracleAdapter, OracleError, OracleTerms, Quotation, Settings,
};
use interfaces::test_asset::TestAsset;
use interfaces::tranche_token::{TokenTerms, TrancheToken as _, ONLY_THE_ISSUER};
use interfaces::types::{AssetId, Balance};
use psp22::{PSP22Error, PSP22Metadata, PSP22};
use scale::{Decode, Encode};
use simulator::chain::{contracts_folder, NETWORK};
use simulator::contracts::{Asset, Oracle, Psp22, Psp22Metadata, TrancheToken};

type Client = ink_e2e::SandboxClient<AccountId, Hash, ink_e2e::DefaultSandbox>;
/// A message of a contract as its call builder makes it.
type Message<Args, R> = CallBuilderFinal<DefaultEnvironment, Args, R>;

const ASSET: AssetId = AssetId(0);

/// A chain and the contracts that can be deployed on it.
fn client() -> Client {
    let folder = contracts_folder().unwrap();
    let built = ["oracle_adapter", "test_asset", "tranche_token"];
    Client::new(built.map(|contract| folder.join(contract).with_extension("wasm")))
}

fn account(keypair: &Keypair) -> AccountId {
    AccountId::from(keypair.public_key().0)
}

/// Deploys a contract by its constructor `new`: Alice pays.
async fn deploys<C, Args>(client: &mut Client, contract: &str, arguments: Args) -> AccountId
where
    C: ContractEnv<Env = DefaultEnvironment> + FromAccountId<DefaultEnvironment> + Clone,
    Args: Encode + Clone + Send + Sync,
{
    let new = ExecutionInput::new(Selector::new(selector_bytes!("new"))).push_arg(arguments);
    let mut constructor = build_create::<C>().exec_input(new).returns::<C>();
    let deployed = client
        .instantiate(contract, &alice(), &mut constructor)
        .submit()
        .await;
    deployed.unwrap().account_id
}

/// What a message would answer.
async fn tries<Args, R>(client: &mut Client, who: &Keypair, message: Message<Args, R>) -> R
where
    Args: Encode + Clone + Sync,
    R: Decode + Send,
    Message<Args, R>: Clone,
{
    client
        .call(who, &message)
        .dry_run()
        .await
        .unwrap()
        .return_value()
}

/// Sends a message within the gas that trying it took. What it answered then must come true.
async fn submits<Args, R>(client: &mut Client, who: &Keypair, message: Message<Args, R>) -> R
where
    Args: Encode + Clone + Sync,
    R: Decode + Send,
    Message<Args, R>: Clone,
{
    client
        .call(who, &message)
        .submit()
        .await
        .unwrap()
        .return_value()
}

async fn balance(client: &mut Client, token: AccountId, who: &Keypair) -> Balance {
    tries(
        client,
        who,
        Psp22::from(token).call().balance_of(account(who)),
    )
    .await
}

/// An asset of six decimals, of which Alice has 1000 base units.
async fn asset_of_alice(client: &mut Client) -> AccountId {
    let arguments = (Some("Dollar X"), Some("USDX"), 6u8);
    let token = deploys::<Asset, _>(client, "test_asset", arguments).await;
    let mint = Asset::from(token)
        .call_mut()
        .mint_to(account(&alice()), 1_000);
    assert_eq!(submits(client, &alice(), mint).await, Ok(()));
    token
}

/// A tranche token that Alice issues.
async fn tranche_token_of_alice(client: &mut Client) -> AccountId {
    let terms = TokenTerms {
        issuer: account(&alice()),
        name: "Senior".into(),
        symbol: "SLC-A".into(),
        decimals: 6,
        rule: None,
        network: NETWORK,
    };
    deploys::<TrancheToken, _>(client, "tranche_token", terms).await
}

/// An oracle with Alice and Bob as feeders, both needed, whose reports live a second.
async fn oracle_of_alice_and_bob(client: &mut Client) -> AccountId {
    let feeders = [alice(), bob()].map(|feeder| account(&feeder));
    deploys::<Oracle, _>(client, "oracle_adapter", oracle_of(&feeders)).await
}

/// An oracle that all these feeders are needed for.
fn oracle_of(feeders: &[AccountId]) -> OracleTerms {
    let (quorum, second) = (feeders.len() as u32, Period(1_000));
    OracleTerms {
        settings: Settings {
            network: NETWORK,
            governor: account(&alice()),
            change_delay: second,
        },
        feeds: vec![FeedTerms::of_accounts(feeders.to_vec(), quorum, second, Period(0)).into()],
    }
}

#[tokio::test]
async fn a_refusal_is_seen_before_it_is_sent() {
    let mut client = client();
    let token = asset_of_alice(&mut client).await;
    let transfer = || {
        Psp22::from(token)
            .call_mut()
            .transfer(account(&bob()), 1_001, vec![])
    };
    let refused = Err(PSP22Error::InsufficientBalance);
    assert_eq!(tries(&mut client, &alice(), transfer()).await, refused);
    assert_eq!(submits(&mut client, &alice(), transfer()).await, refused);
    assert_eq!(balance(&mut client, token, &alice()).await, 1_000);
    assert_eq!(balance(&mut client, token, &bob()).await, 0);
}

#[tokio::test]
async fn a_transfer_is_tried_and_then_done() {
    let mut client = client();
    let token = asset_of_alice(&mut client).await;
    let transfer = || {
        Psp22::from(token)
            .call_mut()
            .transfer(account(&bob()), 400, vec![])
    };
    assert_eq!(tries(&mut client, &alice(), transfer()).await, Ok(()));
    assert_eq!(balance(&mut client, token, &bob()).await, 0);
    assert_eq!(submits(&mut client, &alice(), transfer()).await, Ok(()));
    assert_eq!(balance(&mut client, token, &alice()).await, 600);
    assert_eq!(balance(&mut client, token, &bob()).await, 400);
}

#[tokio::test]
async fn a_transfer_without_the_gas_it_needs_does_nothing() {
    let mut client = client();
    let token = asset_of_alice(&mut client).await;
    let transfer = Psp22::from(token)
        .call_mut()
        .transfer(account(&bob()), 400, vec![]);
    let tried = client.call(&alice(), &transfer).dry_run().await.unwrap();
    let less = tried.exec_result.gas_required / 2;
    assert!(client
        .call(&alice(), &transfer)
        .gas_limit(less)
        .submit()
        .await
        .is_err());
    assert_eq!(balance(&mut client, token, &bob()).await, 0);
}

#[tokio::test]
async fn an_allowance_is_given_spent_and_exhausted() {
    let mut client = client();
    let token = asset_of_alice(&mut client).await;
    let (alice, bob, charlie) = (alice(), bob(), charlie());
    let psp22 = || Psp22::from(token);
    let pull = |value| {
        let (from, to) = (account(&alice), account(&charlie));
        psp22().call_mut().transfer_from(from, to, value, vec![])
    };
    let disallowed = Err(PSP22Error::InsufficientAllowance);
    assert_eq!(submits(&mut client, &bob, pull(1)).await, disallowed);

    let approve = psp22().call_mut().approve(account(&bob), 300);
    assert_eq!(submits(&mut client, &alice, approve).await, Ok(()));
    assert_eq!(submits(&mut client, &bob, pull(301)).await, disallowed);
    assert_eq!(submits(&mut client, &bob, pull(300)).await, Ok(()));
    assert_eq!(submits(&mut client, &bob, pull(1)).await, disallowed);

    let allowance = psp22().call().allowance(account(&alice), account(&bob));
    assert_eq!(tries(&mut client, &bob, allowance).await, 0);
    assert_eq!(balance(&mut client, token, &alice).await, 700);
    assert_eq!(balance(&mut client, token, &charlie).await, 300);
}

#[tokio::test]
async fn a_tranche_token_is_issued_by_its_issuer_alone() {
    let mut client = client();
    let token = tranche_token_of_alice(&mut client).await;
    let mint = || {
        let mut token = TrancheToken::from(token);
        token.call_mut().mint(account(&alice()), 250)
    };
    let refused = Err(PSP22Error::Custom(ONLY_THE_ISSUER.into()));
    assert_eq!(tries(&mut client, &bob(), mint()).await, refused);
    assert_eq!(submits(&mut client, &bob(), mint()).await, refused);

    let issuer = TrancheToken::from(token).call().issuer();
    assert_eq!(tries(&mut client, &bob(), issuer).await, account(&alice()));
    assert_eq!(submits(&mut client, &alice(), mint()).await, Ok(()));
    let transfer = Psp22::from(token)
        .call_mut()
        .transfer(account(&bob()), 250, vec![]);
    assert_eq!(submits(&mut client, &alice(), transfer).await, Ok(()));
    assert_eq!(balance(&mut client, token, &bob()).await, 250);
}

#[tokio::test]
async fn tokens_tell_what_they_are() {
    let mut client = client();
    let asset = asset_of_alice(&mut client).await;
    let tranche = tranche_token_of_alice(&mut client).await;
    for (token, name, symbol) in [(asset, "Dollar X", "USDX"), (tranche, "Senior", "SLC-A")] {
        let about = || Psp22Metadata::from(token);
        let told = tries(&mut client, &bob(), about().call().token_name()).await;
        assert_eq!(told.as_deref(), Some(name));
        let told = tries(&mut client, &bob(), about().call().token_symbol()).await;
        assert_eq!(told.as_deref(), Some(symbol));
        assert_eq!(
            tries(&mut client, &bob(), about().call().token_decimals()).await,
            6
        );
    }
}

#[tokio::test]
async fn a_constructor_refuses_before_anything_is_paid() {
    let mut client = client();
    let new = ExecutionInput::new(Selector::new(selector_bytes!("new")));
    // One feeder twice would be a quorum of his own.
    let feeder = account(&alice());
    let new = new.push_arg(oracle_of(&[feeder, feeder]));
    let mut constructor = build_create::<Oracle>().exec_input(new).returns::<Oracle>();
    let tried = client
        .instantiate("oracle_adapter", &alice(), &mut constructor)
        .dry_run()
        .await;
    let answer = tried
        .unwrap()
        .constructor_result::<Result<(), OracleError>>();
    assert_eq!(answer, Ok(Err(OracleError::InvalidFeeders)));
}

#[tokio::test]
async fn a_price_is_reported_and_read() {
    let mut client = client();
    let oracle = oracle_of_alice_and_bob(&mut client).await;
    let report = |whole, observed_at| {
        Oracle::from(oracle)
            .call_mut()
            .report(ASSET, price(whole), observed_at)
    };
    let quotation = || Oracle::from(oracle).call().price(ASSET);

    // A report from the end of time is refused with the chain's clock.
    let ahead = tries(&mut client, &alice(), report(100, Timestamp(u64::MAX))).await;
    let Err(OracleError::FromTheFuture { now }) = ahead else {
        panic!("{ahead:?}")
    };

    let stranger = submits(&mut client, &charlie(), report(100, now)).await;
    assert_eq!(stranger, Err(OracleError::NotAFeeder));
    assert_eq!(
        submits(&mut client, &alice(), report(100, now)).await,
        Ok(())
    );
    let again = submits(&mut client, &alice(), report(101, now)).await;
    assert_eq!(again, Err(OracleError::NotNewer { last: now }));

    let frozen = Err(OracleError::Frozen {
        reports: 1,
        quorum: 2,
    });
    assert_eq!(tries(&mut client, &charlie(), quotation()).await, frozen);
    assert_eq!(submits(&mut client, &bob(), report(105, now)).await, Ok(()));
    // The mean of 100 and 105.
    let median = Price(price(205).0 / 2);
    let expected = Quotation::steady(median, now, 2);
    assert_eq!(
        tries(&mut client, &charlie(), quotation()).await,
        Ok(expected)
    );
}

#[test]
fn what_is_tried_is_what_happens_to_the_last_unit_of_weight() {
    let world = World::funded();
    let dan = world.account("dan");
    let order = |amount| {
        world
            .orders()
            .request_deposit(JUNIOR, amount, dan, AT_ANY_PRICE)
    };
    world.provide(world.deal.cash, "dan", world.deal.agent, usd(10));
    // The second time the allowance is spent.
    for answer in [
        Ok(()),
        Err(AsyncVaultError::Token(
            PSP22Error::InsufficientAllowance.into(),
        )),
    ] {
        let tried = world.chain.dry_run(dan, order(usd(10))).unwrap();
        let done = world.chain.call(dan, order(usd(10))).unwrap();
        assert_eq!((&tried.answer, &done.answer), (&answer, &answer));
        assert_eq!((tried.weight, tried.emitted), (done.weight, done.emitted));
    }
}
