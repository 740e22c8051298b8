//! A deal for members only: who may hold its tokens, and that nobody is kept from his cash.

use e2e_tests::*;
use finance::Timestamp;
use ink::codegen::TraitCallBuilder;
use ink::primitives::Hash;
use interfaces::async_vault::{AsyncVault, AsyncVaultError};
use interfaces::compliance::{
    Attestation, Attested, ComplianceError, ComplianceRegistry, Frozen, Jurisdiction,
    Jurisdictions, Rule, Scope, Standing, Statement, StatementMessage, Tranches,
};
use interfaces::transfer_rule::{TransferRule, REFUSED};
use interfaces::types::{AccountId, TrancheId};
use interfaces::upgradeable::{
    UpgradeAnnounced, UpgradeError, Upgradeable, Upgraded, UpgradesRenounced, UpgradesView,
    UPGRADE_DELAY,
};
use psp22::{PSP22Error, PSP22};
use simulator::chain::{Message, NETWORK};
use simulator::contracts::{Psp22, Registry, TransferRule as AnyRule, Upgrades};
use simulator::deployment::{Code, Host};
use simulator::input::TermSheet;

const EQUITY: TrancheId = MEZZANINE;
pub const SWITZERLAND: Jurisdiction = 756;
const IRAN: Jurisdiction = 364;

fn sheet() -> TermSheet {
    TermSheet::load(&simulator::workspace_root().join("deals/members-only.toml")).unwrap()
}

/// The deal in which "ann" has 400 senior and "cal" 150 equity; both are resident in Switzerland.
pub fn members() -> World {
    let world = ordered();
    world.claim("ann", SENIOR);
    world.claim("cal", EQUITY);
    world
}

/// [`members`] before they claim.
fn ordered() -> World {
    let world = World::of(sheet());
    attest(&world, "ann", SENIOR);
    attest(&world, "cal", EQUITY);
    fund(&world);
    world
}

fn fund(world: &World) {
    world.deposit("ann", SENIOR, usd(400));
    world.deposit("cal", EQUITY, usd(150));
    world.close_epoch();
}

fn attest(world: &World, who: &str, tranche: TrancheId) {
    let account = world.account(who);
    let attested = world
        .deal
        .attest(&world.chain, account, tranche, SWITZERLAND);
    attested.unwrap();
}

pub fn registry(world: &World) -> Messages<Registry> {
    world.deal.registry.unwrap().into()
}

fn freeze(world: &World, who: &str, is_frozen: bool) {
    let account = world.account(who);
    let freeze = registry(world).freeze(account, is_frozen);
    let [told]: [Frozen; 1] = world
        .sends("Compliance officer", freeze)
        .events()
        .try_into()
        .ok()
        .unwrap();
    assert_eq!((told.account, told.is_frozen), (account, is_frozen));
}

fn refused() -> PSP22Error {
    PSP22Error::SafeTransferCheckFailed(REFUSED.into())
}

fn refused_by_token() -> AsyncVaultError {
    AsyncVaultError::Token(refused().into())
}

/// `to` is sent a whole token of the class.
fn give(world: &World, tranche: TrancheId, to: &str) -> Message<Result<(), PSP22Error>> {
    let (token, to) = (world.deal.tranche_token(tranche), world.account(to));
    let mut token = Psp22::from(token);
    token.call_mut().transfer(to, usd(1), vec![]).into()
}

/// All that `who` holds of the class is redeemed and paid.
fn assert_leaves(world: &World, who: &str, tranche: TrancheId) {
    let held = world.balance(world.deal.tranche_token(tranche), who);
    let before = world.balance(world.deal.cash, who);
    world.redeem(who, tranche, held);
    world.close_epoch();
    assert_eq!(world.claim(who, tranche).claimable_cash, held);
    assert_eq!(world.balance(world.deal.cash, who), before + held);
    world.assert_balanced();
}

#[test]
fn only_who_could_receive_a_class_orders_it() {
    let world = World::of(sheet());
    let ann = world.account("ann");
    world.provide(world.deal.cash, "ann", world.deal.agent, usd(400));
    let order = || {
        world
            .orders()
            .request_deposit(SENIOR, usd(400), ann, AT_ANY_PRICE)
    };
    world.refuses("ann", order(), refused_by_token());
    // For another class, or of a country that the rule excludes, it does not help.
    attest(&world, "ann", EQUITY);
    world.refuses("ann", order(), refused_by_token());
    let elsewhere = world.deal.attest(&world.chain, ann, SENIOR, IRAN);
    elsewhere.unwrap();
    world.refuses("ann", order(), refused_by_token());
    attest(&world, "ann", SENIOR);
    freeze(&world, "ann", true);
    world.refuses("ann", order(), refused_by_token());
    freeze(&world, "ann", false);
    world.does("ann", order());
    assert_eq!(world.order("ann", SENIOR).pending_deposit, usd(400));
}

#[test]
fn tokens_wait_until_their_owner_is_attested() {
    let world = ordered();
    let ann = world.account("ann");
    let elsewhere = world.deal.attest(&world.chain, ann, SENIOR, IRAN);
    elsewhere.unwrap();
    let claim = world.orders().claim(SENIOR, ann);
    world.refuses("anybody", claim, refused_by_token());
    assert_eq!(world.order("ann", SENIOR).claimable_tokens, usd(400));
    world.assert_balanced();

    attest(&world, "ann", SENIOR);
    assert_eq!(world.claim("ann", SENIOR).claimable_tokens, usd(400));
    let senior = world.deal.tranche_token(SENIOR);
    assert_eq!(world.balance(senior, "ann"), usd(400));
    world.assert_balanced();
}

#[test]
fn tokens_go_to_members_alone() {
    let world = members();
    world.refuses("ann", give(&world, SENIOR, "dan"), refused());
    attest(&world, "dan", SENIOR);
    world.does("ann", give(&world, SENIOR, "dan"));
    // A member of one class is a stranger to the other.
    world.refuses("cal", give(&world, EQUITY, "dan"), refused());
    // Who lost his attestation may still sell to who has one.
    world.chain.advance(YEAR);
    world.chain.advance(DAY);
    attest(&world, "eve", SENIOR);
    world.refuses("eve", give(&world, SENIOR, "ann"), refused());
    world.does("ann", give(&world, SENIOR, "eve"));
}

#[test]
fn what_is_locked_up_is_not_passed_on_but_redeemed() {
    let world = members();
    attest(&world, "dan", EQUITY);
    world.refuses("cal", give(&world, EQUITY, "dan"), refused());
    assert_leaves(&world, "ann", SENIOR);
    world.redeem("cal", EQUITY, usd(50));
    world.close_epoch();
    assert_eq!(world.claim("cal", EQUITY).claimable_cash, usd(50));
    let locked_until = world.deal.sheet.tranches[EQUITY.index()].rule.locked_until;
    world.chain.advance_to(locked_until);
    world.does("cal", give(&world, EQUITY, "dan"));
}

#[test]
fn a_frozen_holder_neither_gives_nor_receives_and_leaves_with_his_cash() {
    let world = members();
    attest(&world, "dan", SENIOR);
    freeze(&world, "ann", true);
    world.refuses("ann", give(&world, SENIOR, "dan"), refused());
    freeze(&world, "ann", false);
    world.does("ann", give(&world, SENIOR, "dan"));
    freeze(&world, "ann", true);
    world.refuses("dan", give(&world, SENIOR, "ann"), refused());
    assert_leaves(&world, "ann", SENIOR);
}

#[test]
fn a_frozen_holder_thinks_better_of_leaving() {
    let world = members();
    world.redeem("ann", SENIOR, usd(100));
    freeze(&world, "ann", true);
    // His tokens wait until he may receive them.
    assert_eq!(world.cancel_redeem("ann", SENIOR), usd(100));
    assert_eq!(world.order("ann", SENIOR).claimable_tokens, usd(100));
    freeze(&world, "ann", false);
    assert_eq!(world.claim("ann", SENIOR).claimable_tokens, usd(100));
    world.assert_balanced();
}

#[test]
fn who_is_no_longer_a_member_leaves_with_his_cash() {
    let world = members();
    world.deposit("ann", SENIOR, usd(10));
    world.chain.advance(YEAR);
    world.chain.advance(DAY);
    world.close_epoch();
    let claim = world.orders().claim(SENIOR, world.account("ann"));
    world.refuses("anybody", claim, refused_by_token());
    // What waits for him goes first, then what he holds.
    world.redeem("ann", SENIOR, usd(15));
    assert_eq!(world.order("ann", SENIOR).claimable_tokens, 0);
    let senior = world.deal.tranche_token(SENIOR);
    assert_eq!(world.balance(senior, "ann"), usd(395));
    world.redeem("ann", SENIOR, usd(395));
    world.close_epoch();
    assert_eq!(world.claim("ann", SENIOR).claimable_cash, usd(410));
    world.assert_balanced();
}

#[test]
fn the_deployer_ends_without_power_and_each_power_is_for_one() {
    let world = World::of(sheet());
    let powers = world.reads(registry(&world).powers());
    assert_eq!(powers.deployer, None);
    assert_eq!(powers.governor, world.account("Governor"));
    assert_eq!(powers.officer, world.account("Compliance officer"));
    let ann = world.account("ann");
    let rule = Rule::OPEN;
    let token = world.deal.tranche_token(SENIOR);
    for who in ["Deployer", "Compliance officer", "Custody bank"] {
        let refuses = |message: Message<Result<(), ComplianceError>>| {
            world.refuses(who, message, ComplianceError::NotPermitted);
        };
        refuses(registry(&world).bind(ann, vec![], vec![]).into());
        refuses(registry(&world).set_rule(token, rule.clone()).into());
        refuses(registry(&world).set_issuer(ann, None).into());
        refuses(registry(&world).set_officer(ann).into());
        refuses(registry(&world).hand_over(Some(ann)).into());
        refuses(registry(&world).accept().into());
    }
    for who in ["Deployer", "Governor", "Custody bank"] {
        let freeze = registry(&world).freeze(ann, true);
        world.refuses(who, freeze, ComplianceError::NotPermitted);
    }
    // The governor opens a class.
    world.does("Governor", registry(&world).set_rule(token, rule));
    attest(&world, "cal", EQUITY);
    fund(&world);
    assert_eq!(world.claim("ann", SENIOR).claimable_tokens, usd(400));
}

#[test]
fn anybody_submits_what_an_issuer_signed_once() {
    let world = members();
    let alice = AccountId::from(ink_e2e::alice().public_key().0);
    let scope = Scope {
        tranches: Tranches::only(SENIOR),
        jurisdictions: Jurisdictions::Only(vec![SWITZERLAND]),
    };
    let name = registry(&world).set_issuer(alice, Some(scope));
    world.does("Governor", name);
    let statement = Statement {
        account: world.account("dan"),
        tranches: Tranches::only(SENIOR),
        jurisdiction: SWITZERLAND,
        until: world.chain.now().plus(DAY),
    };
    let deadline = world.chain.now().plus(HOUR);
    let message = StatementMessage {
        network: &NETWORK,
        registry: &world.deal.registry.unwrap(),
        issuer: &alice,
        statement: &statement,
        deadline,
        nonce: 0,
    };
    let signature = ink_e2e::alice().sign(message.text().wrapped()).0;
    let submit = || registry(&world).attest_signed(alice, statement, deadline, signature);
    let [told]: [Attested; 1] = world
        .sends("anybody", submit())
        .events()
        .try_into()
        .ok()
        .unwrap();
    let attestation = Attestation {
        issuer: alice,
        jurisdiction: SWITZERLAND,
        until: statement.until,
    };
    assert_eq!(told.account, statement.account);
    assert_eq!(
        (told.tranches, told.attestation),
        (statement.tranches, attestation)
    );
    let standing = Standing {
        is_frozen: false,
        nonce: 1,
    };
    let member = registry(&world).member(statement.account, SENIOR);
    assert_eq!(world.reads(member), (standing, Some(attestation)));
    world.refuses("anybody", submit(), ComplianceError::WrongSignature);
    world.does("ann", give(&world, SENIOR, "dan"));
}

/// The registry's code with an empty custom section behind it: it does the same and has another hash.
fn next_code(world: &World) -> Hash {
    const CUSTOM: [u8; 3] = [0, 1, 0];
    let code = world.chain.bundles().code("compliance-registry").unwrap();
    let code = Code::new("next", [&code.wasm[..], &CUSTOM].concat());
    let uploaded = world.chain.upload_code(world.account("anybody"), &code);
    uploaded.unwrap();
    code.hash
}

fn upgrade(world: &World, code_hash: Hash) -> Message<Result<(), UpgradeError>> {
    let mut registry = Upgrades::from(world.deal.registry.unwrap());
    registry.call_mut().upgrade(code_hash).into()
}

fn upgrades(world: &World) -> UpgradesView {
    let registry = Upgrades::from(world.deal.registry.unwrap());
    world.reads(registry.call().upgrades())
}

fn code_hash(world: &World) -> Hash {
    world.chain.code_hash(world.deal.registry.unwrap()).unwrap()
}

#[test]
fn the_governor_replaces_the_code_of_the_registry_in_public_and_members_stay() {
    let world = members();
    attest(&world, "dan", SENIOR);
    let (contract, before) = (world.deal.registry.unwrap(), code_hash(&world));
    let next = next_code(&world);
    assert_ne!(next, before);
    let others = ["Deployer", "Compliance officer", "Custody bank", "mallory"];
    for who in others {
        world.refuses(who, upgrade(&world, next), UpgradeError::NotTheUpgrader);
    }
    let sent = world.sends("Governor", upgrade(&world, next));
    let due_at = world.chain.now().plus(UPGRADE_DELAY);
    let [told]: [UpgradeAnnounced; 1] = sent.events().try_into().ok().unwrap();
    assert_eq!((told.contract, told.code_hash), (contract, next));
    assert_eq!(told.due_at, due_at);
    let upgrader = Some(world.account("Governor"));
    let announced = Some((next, due_at));
    assert_eq!(
        upgrades(&world),
        UpgradesView {
            upgrader,
            announced
        }
    );

    world.chain.advance_to(Timestamp(due_at.0 - 1));
    let too_early = UpgradeError::TooEarly(due_at);
    world.refuses("Governor", upgrade(&world, next), too_early);
    world.chain.advance_to(due_at);
    for who in others {
        world.refuses(who, upgrade(&world, next), UpgradeError::NotTheUpgrader);
    }
    assert_eq!(code_hash(&world), before);
    let sent = world.sends("Governor", upgrade(&world, next));
    let [told]: [Upgraded; 1] = sent.events().try_into().ok().unwrap();
    assert_eq!((told.contract, told.code_hash), (contract, next));
    assert_eq!(code_hash(&world), next);
    let announced = None;
    assert_eq!(
        upgrades(&world),
        UpgradesView {
            upgrader,
            announced
        }
    );
    world.refuses("ann", give(&world, SENIOR, "eve"), refused());
    world.does("ann", give(&world, SENIOR, "dan"));
}

#[test]
fn the_code_of_the_registry_stays_once_upgrades_are_given_up() {
    let world = members();
    let renounce = || Messages::<Upgrades>::from(world.deal.registry.unwrap()).renounce_upgrades();
    let before = code_hash(&world);
    let next = next_code(&world);
    let refused = UpgradeError::NotTheUpgrader;
    world.does("Governor", upgrade(&world, next));
    for who in ["Deployer", "Compliance officer", "mallory"] {
        world.refuses(who, renounce(), refused);
    }
    let sent = world.sends("Governor", renounce());
    assert_eq!(sent.events::<UpgradesRenounced>().len(), 1);
    // What was announced before is due and stays out.
    world.chain.advance(UPGRADE_DELAY);
    for who in ["Governor", "Deployer", "mallory"] {
        world.refuses(who, upgrade(&world, next), refused);
        world.refuses(who, renounce(), refused);
    }
    let (upgrader, announced) = (None, None);
    assert_eq!(
        upgrades(&world),
        UpgradesView {
            upgrader,
            announced
        }
    );
    assert_eq!(code_hash(&world), before);
}

/// Whoever is no token of the deal is told nothing but no.
#[test]
fn the_rule_answers_tokens_of_the_deal_alone() {
    let world = members();
    let ann = world.account("ann");
    let ask = AnyRule::from(world.deal.registry.unwrap());
    let ask = ask.call().may_transfer(None, ann, 1);
    assert!(world.reads(ask).is_err());
}

#[test]
fn a_rule_costs_little_beside_a_transfer() {
    let cost = |world: &World| world.sends("ann", give(world, SENIOR, "dan")).weight;
    let world = members();
    attest(&world, "dan", SENIOR);
    let ruled = cost(&world).ref_time();
    let mut open = sheet();
    open.compliance = None;
    let world = World::of(open);
    fund(&world);
    world.claim("ann", SENIOR);
    let plain = cost(&world).ref_time();
    let ratio = ruled as f64 / plain as f64;
    println!("{ratio:.3} times the computation");
    assert!(ratio <= 2.3, "{ratio}");
}
