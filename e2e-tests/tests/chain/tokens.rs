//! Tokens on the chain: the standard, what their issuer alone may do, permits, transfer rules, distributions.

use e2e_tests::conformance::assert_is_psp22;
use e2e_tests::wiring::NOBODY;
use e2e_tests::*;
use finance::{Growth, Period, Timestamp};
use ink::codegen::TraitCallBuilder;
use ink_e2e::Keypair;
use interfaces::permit::{Permit as _, PermitError, PermitMessage};
use interfaces::test_asset::{TestAsset, LOOPS, TRAPS};
use interfaces::tranche_token::{TokenTerms, TrancheToken as _, BEYOND_128_BITS, ONLY_THE_ISSUER};
use interfaces::transfer_rule::{
    TransferRefused, TransferRule as _, NO_ANSWER, REFUSED, RULE_REF_TIME,
};
use interfaces::types::{AccountId, Balance};
use psp22::{Approval, PSP22Error, PSP22};
use simulator::chain::NETWORK;
use simulator::contracts::{Asset, Permit, Psp22, TrancheToken, TransferRule};

fn only_the_issuer() -> PSP22Error {
    PSP22Error::Custom(ONLY_THE_ISSUER.into())
}

/// A tranche token of the account "issuer", which made 400 for itself and 600 for "ann".
fn issued() -> (World, AccountId) {
    let world = World::deployed();
    let token = world.deploys("tranche-token", terms(&world, None));
    give_out(&world, token);
    (world, token)
}

/// A token like that of [`issued`] whose rule is a new asset, of which "ann" and the issuer have one.
fn ruled() -> (World, AccountId, AccountId) {
    let world = World::deployed();
    let rule = world.deploys("test-asset", (None::<String>, None::<String>, 0u8));
    let token = world.deploys("tranche-token", terms(&world, Some(rule)));
    admit(&world, rule, "ann", 1);
    admit(&world, rule, "issuer", 1);
    give_out(&world, token);
    (world, token, rule)
}

fn terms(world: &World, rule: Option<AccountId>) -> TokenTerms {
    TokenTerms {
        issuer: world.account("issuer"),
        name: "Issue".into(),
        symbol: "ISS".into(),
        decimals: 6,
        rule,
        network: NETWORK,
    }
}

fn mint(world: &World, token: AccountId, to: &str, value: Balance) {
    let mint = TrancheToken::from(token)
        .call_mut()
        .mint(world.account(to), value);
    world.does("issuer", mint);
}

fn burn(world: &World, token: AccountId, from: &str, value: Balance) {
    let burn = TrancheToken::from(token)
        .call_mut()
        .burn(world.account(from), value);
    world.does("issuer", burn);
}

fn give_out(world: &World, token: AccountId) {
    mint(world, token, "issuer", usd(400));
    mint(world, token, "ann", usd(600));
}

/// Gives `who` some of the asset that is the rule.
fn admit(world: &World, rule: AccountId, who: &str, passes: Balance) {
    let (deal, chain) = (&world.deal, &world.chain);
    deal.mint(chain, rule, world.account(who), passes).unwrap();
}

fn transfer(world: &World, token: AccountId, from: &str, to: &str, value: Balance) {
    let to = world.account(to);
    let transfer = Psp22::from(token).call_mut().transfer(to, value, vec![]);
    world.does(from, transfer);
}

fn about(name: &str, symbol: Option<&str>, decimals: u8) -> (Option<String>, Option<String>, u8) {
    (Some(name.into()), symbol.map(str::to_owned), decimals)
}

#[test]
fn a_tranche_token_is_a_psp22() {
    let world = World::funded();
    world.claim("ann", SENIOR);
    let token = world.deal.tranche_token(SENIOR);
    assert_is_psp22(
        &world,
        token,
        "ann",
        about("Senior class", Some("SLC-A"), 6),
    );
}

#[test]
fn a_tranche_token_that_distributed_is_a_psp22() {
    let (world, token) = issued();
    distribute(&world, token, Growth::ONE.0 / 3);
    assert_is_psp22(&world, token, "ann", about("Issue", Some("ISS"), 6));
}

#[test]
fn a_tranche_token_with_a_rule_is_a_psp22_among_those_it_admits() {
    let (world, token, rule) = ruled();
    for who in ["a friend", "a spender"] {
        admit(&world, rule, who, 1);
    }
    assert_is_psp22(&world, token, "ann", about("Issue", Some("ISS"), 6));
}

#[test]
fn an_asset_is_a_psp22() {
    let world = World::deployed();
    for (token, about) in [
        (world.deal.cash, about("Dollar X", Some("USDX"), 6)),
        (
            world.deal.collateral_token(BTC),
            about("Wrapped bitcoin", Some("BTC"), 8),
        ),
    ] {
        let (deal, chain) = (&world.deal, &world.chain);
        deal.mint(chain, token, world.account("ann"), usd(600))
            .unwrap();
        assert_is_psp22(&world, token, "ann", about);
    }
}

#[test]
fn nobody_but_the_issuer_mints_burns_and_distributes() {
    let (world, token) = issued();
    let ann = world.account("ann");
    for who in ["ann", "Deployer", "governor"] {
        for amount in [0, 1, usd(600)] {
            let mint = TrancheToken::from(token).call_mut().mint(ann, amount);
            world.refuses(who, mint, only_the_issuer());
            let burn = TrancheToken::from(token).call_mut().burn(ann, amount);
            world.refuses(who, burn, only_the_issuer());
            let distribute = TrancheToken::from(token).call_mut().distribute(amount);
            world.refuses(who, distribute, only_the_issuer());
        }
        let take = TrancheToken::from(token).call_mut().take_distribution(ann);
        world.refuses(who, take, only_the_issuer());
    }
}

#[test]
fn the_issuer_burns_no_more_than_there_is_and_mints_no_more_than_fits() {
    let (world, token) = issued();
    let ann = world.account("ann");
    let mint = |amount| TrancheToken::from(token).call_mut().mint(ann, amount);
    let burn = |amount| TrancheToken::from(token).call_mut().burn(ann, amount);
    let beyond = || PSP22Error::Custom(BEYOND_128_BITS.into());
    let refused = PSP22Error::InsufficientBalance;
    world.refuses("issuer", burn(usd(600) + 1), refused);
    world.refuses("issuer", mint(u128::MAX - usd(1_000) + 1), beyond());
    world.does("issuer", mint(u128::MAX - usd(1_000)));
    world.refuses("issuer", mint(1), beyond());
    world.does("issuer", burn(u128::MAX - usd(400)));
    let supply = world.reads(Psp22::from(token).call().total_supply());
    assert_eq!((supply, world.balance(token, "ann")), (usd(400), 0));
}

#[test]
fn nobody_mints_an_asset_beyond_128_bits() {
    let world = World::deployed();
    world.provide_cash("ann", usd(600));
    let ann = world.account("ann");
    let mint = Asset::from(world.deal.cash)
        .call_mut()
        .mint_to(ann, u128::MAX - usd(600) + 1);
    let full = "Max PSP22 supply exceeded. Max supply limited to 2^128-1.";
    world.refuses("anybody", mint, PSP22Error::Custom(full.into()));
}

#[test]
fn a_tranche_token_names_its_issuer_and_its_rule() {
    let (world, token, rule) = ruled();
    let token = TrancheToken::from(token);
    assert_eq!(world.reads(token.call().issuer()), world.account("issuer"));
    assert_eq!(world.reads(token.call().rule()), Some(rule));
    assert_eq!(world.reads(world.token(SENIOR).rule()), None);
}

// Permits.

/// A permit of Alice, whose key is hers alone, for the account "spender".
struct Permitted<'a> {
    world: &'a World,
    token: AccountId,
    value: Balance,
    deadline: Timestamp,
}

const WRONG: PermitError = PermitError::WrongSignature;

impl<'a> Permitted<'a> {
    fn new(world: &'a World, token: AccountId, value: Balance) -> Self {
        Self {
            world,
            token,
            value,
            deadline: world.chain.now().plus(HOUR),
        }
    }

    /// What is to be signed.
    fn text(&self) -> [u8; 48] {
        let (owner, spender) = (account(&ink_e2e::alice()), self.world.account("spender"));
        let permit = Permit::from(self.token);
        let message = permit
            .call()
            .permit_message(owner, spender, self.value, self.deadline);
        self.world.reads(message).0
    }

    fn signed(&self) -> [u8; 64] {
        sign(&ink_e2e::alice(), &self.text())
    }

    #[track_caller]
    fn counts(&self, signature: [u8; 64]) {
        let sent = self.world.sends("anybody", self.message(signature));
        let (owner, spender) = (account(&ink_e2e::alice()), self.world.account("spender"));
        let told = sent.events::<Approval>();
        assert_eq!((told.len(), sent.emitted.len()), (1, 1));
        assert_eq!(
            (told[0].owner, told[0].spender, told[0].amount),
            (owner, spender, self.value)
        );
        assert_eq!(self.allowance(), self.value);
    }

    #[track_caller]
    fn is_refused(&self, signature: [u8; 64], error: PermitError) {
        self.world
            .refuses("anybody", self.message(signature), error);
    }

    fn message(&self, signature: [u8; 64]) -> simulator::chain::Message<Result<(), PermitError>> {
        let (owner, spender) = (account(&ink_e2e::alice()), self.world.account("spender"));
        let mut permit = Permit::from(self.token);
        permit
            .call_mut()
            .permit(owner, spender, self.value, self.deadline, signature)
            .into()
    }

    fn allowance(&self) -> Balance {
        let (owner, spender) = (account(&ink_e2e::alice()), self.world.account("spender"));
        let token = Psp22::from(self.token);
        self.world.reads(token.call().allowance(owner, spender))
    }
}

/// The account of a key.
fn account(keys: &Keypair) -> AccountId {
    keys.public_key().0.into()
}

fn sign(keys: &Keypair, text: &[u8]) -> [u8; 64] {
    keys.sign(text).0
}

#[test]
fn a_permit_lets_the_spender_take_what_its_owner_signed() {
    let (world, token) = issued();
    let alice = account(&ink_e2e::alice());
    let give = Psp22::from(token)
        .call_mut()
        .transfer(alice, usd(100), vec![]);
    world.does("ann", give);

    let permit = Permitted::new(&world, token, usd(70));
    permit.counts(permit.signed());
    let dan = world.account("dan");
    let pull = |value| {
        let mut token = Psp22::from(token);
        token.call_mut().transfer_from(alice, dan, value, vec![])
    };
    world.does("spender", pull(usd(70)));
    assert_eq!(world.balance(token, "dan"), usd(70));
    world.refuses("spender", pull(1), PSP22Error::InsufficientAllowance);
}

#[test]
fn a_permit_counts_once() {
    let (world, token) = issued();
    let permit = Permitted::new(&world, token, usd(70));
    let (text, signature) = (permit.text(), permit.signed());
    permit.counts(signature);
    permit.is_refused(signature, WRONG);
    // Nor does a new signature under the same text.
    permit.is_refused(sign(&ink_e2e::alice(), &text), WRONG);
    permit.counts(permit.signed());
}

#[test]
fn a_permit_of_nothing_takes_an_allowance_back() {
    let (world, token) = issued();
    let permit = Permitted::new(&world, token, usd(70));
    permit.counts(permit.signed());
    let nothing = Permitted::new(&world, token, 0);
    nothing.counts(nothing.signed());
}

#[test]
fn a_permit_expires() {
    let (world, token) = issued();
    let permit = Permitted::new(&world, token, usd(70));
    let signature = permit.signed();
    world.chain.advance_to(permit.deadline);
    let tried = world
        .chain
        .dry_run(world.account("dan"), permit.message(signature));
    assert_eq!(tried.unwrap().answer, Ok(()));
    world.chain.advance(Period(1));
    permit.is_refused(signature, PermitError::Expired);
}

#[test]
fn a_permit_is_signed_by_its_owner() {
    let (world, token) = issued();
    let permit = Permitted::new(&world, token, usd(70));
    permit.is_refused(sign(&ink_e2e::bob(), &permit.text()), WRONG);
    permit.is_refused([0; 64], WRONG);
    permit.is_refused([0xff; 64], WRONG);
}

#[test]
fn a_permit_says_all_that_it_permits() {
    let (world, token) = issued();
    let permit = Permitted::new(&world, token, usd(70));
    let signature = permit.signed();
    let more = Permitted {
        value: usd(71),
        ..permit
    };
    more.is_refused(signature, WRONG);
    let longer = Permitted {
        deadline: permit.deadline.plus(Period(1)),
        ..permit
    };
    longer.is_refused(signature, WRONG);
    permit.counts(signature);
}

#[test]
fn a_permit_is_for_one_token() {
    let (world, token) = issued();
    let senior = world.deal.tranche_token(SENIOR);
    let elsewhere = Permitted::new(&world, senior, usd(70));
    let permit = Permitted::new(&world, token, usd(70));
    permit.is_refused(elsewhere.signed(), WRONG);
    elsewhere.counts(elsewhere.signed());
}

#[test]
fn a_token_made_for_another_network_has_another_address_and_other_permits() {
    let (world, token) = issued();
    let elsewhere = TokenTerms {
        network: [0xab; 32],
        ..terms(&world, None)
    };
    let other = world.deploys("tranche-token", elsewhere);
    assert_ne!(other, token);
    let permit = Permitted::new(&world, token, usd(70));
    let (owner, spender) = (account(&ink_e2e::alice()), world.account("spender"));
    let message = |network| PermitMessage {
        network,
        token: &token,
        owner: &owner,
        spender: &spender,
        value: usd(70),
        deadline: permit.deadline,
        nonce: 0,
    };
    let there = message(&[0xab; 32]).text();
    permit.is_refused(sign(&ink_e2e::alice(), there.message()), WRONG);
    // A text made without asking the token.
    let here = message(&NETWORK).text();
    permit.counts(sign(&ink_e2e::alice(), here.message()));
}

#[test]
fn a_wallet_may_wrap_what_it_signs() {
    let (world, token) = issued();
    let permit = Permitted::new(&world, token, usd(70));
    let text = permit.text();
    let wrapped = [&b"<Bytes>"[..], &text, b"</Bytes>"].concat();
    let twice = [&b"<Bytes>"[..], &wrapped, b"</Bytes>"].concat();
    permit.is_refused(sign(&ink_e2e::alice(), &twice), WRONG);
    permit.counts(sign(&ink_e2e::alice(), &wrapped));
    permit.is_refused(sign(&ink_e2e::alice(), &text), WRONG);
}

// Transfer rules.

fn refused() -> PSP22Error {
    PSP22Error::SafeTransferCheckFailed(REFUSED.into())
}

fn no_answer() -> PSP22Error {
    PSP22Error::SafeTransferCheckFailed(NO_ANSWER.into())
}

/// "ann" may not send her tokens to "dan", nor may "spender" for her, nor the issuer its own or new ones; burning nobody
/// refuses.
#[track_caller]
fn assert_dan_gets_nothing(world: &World, token: AccountId, why: fn() -> PSP22Error) {
    let (ann, dan) = (world.account("ann"), world.account("dan"));
    let spender = world.account("spender");
    let psp22 = || Psp22::from(token);
    let give = || psp22().call_mut().transfer(dan, 1, vec![]);
    world.refuses("ann", give(), why());
    world.refuses("issuer", give(), why());
    world.does("ann", psp22().call_mut().approve(spender, 2));
    let pull = |to| psp22().call_mut().transfer_from(ann, to, 1, vec![]);
    world.refuses("spender", pull(dan), why());
    for amount in [0, 1] {
        let mint = TrancheToken::from(token).call_mut().mint(dan, amount);
        world.refuses("issuer", mint, why());
    }

    let burn = TrancheToken::from(token).call_mut().burn(ann, 2);
    world.does("issuer", burn);
    // Nothing to ask about.
    transfer(world, token, "ann", "dan", 0);
    transfer(world, token, "ann", "ann", 1);
}

#[test]
fn a_rule_refuses_recipients() {
    let (world, token, rule) = ruled();
    assert_dan_gets_nothing(&world, token, refused);
    admit(&world, rule, "dan", 1);
    transfer(&world, token, "ann", "dan", 1);
    transfer(&world, token, "issuer", "dan", 1);
    assert_eq!(world.balance(token, "dan"), 2);
}

#[test]
fn a_rule_refuses_senders_who_can_still_leave() {
    let (world, token, rule) = ruled();
    admit(&world, rule, "dan", 1);
    transfer(&world, rule, "ann", "somebody", 1);
    let (ann, dan) = (world.account("ann"), world.account("dan"));
    let give = Psp22::from(token).call_mut().transfer(dan, 1, vec![]);
    world.refuses("ann", give, refused());
    burn(&world, token, "ann", usd(600));
    // The rule says why, to anyone who asks.
    let ask = TransferRule::from(rule)
        .call()
        .may_transfer(Some(ann), dan, 1);
    assert_eq!(world.reads(ask), Err(TransferRefused::Sender));
}

#[test]
fn a_rule_that_traps_refuses() {
    let (world, token, rule) = ruled();
    admit(&world, rule, "dan", TRAPS);
    assert_dan_gets_nothing(&world, token, no_answer);
}

#[test]
fn a_rule_that_loops_refuses_at_a_bounded_price() {
    let (world, token, rule) = ruled();
    admit(&world, rule, "dan", LOOPS);
    assert_dan_gets_nothing(&world, token, no_answer);
    let (ann, dan) = (world.account("ann"), world.account("dan"));
    let give = Psp22::from(token).call_mut().transfer(dan, 1, vec![]);
    let tried = world.chain.dry_run(ann, give).unwrap();
    let spent = tried.weight.ref_time();
    assert!(
        (RULE_REF_TIME..RULE_REF_TIME * 6 / 5).contains(&spent),
        "{spent}"
    );
}

#[test]
fn what_is_no_rule_refuses() {
    for rule in [|_: &World| NOBODY, |world: &World| world.deal.oracle] {
        let world = World::deployed();
        let token = world.deploys("tranche-token", terms(&world, Some(rule(&world))));
        let dan = world.account("dan");
        let mint = TrancheToken::from(token).call_mut().mint(dan, 1);
        world.refuses("issuer", mint, no_answer());
    }
}

#[test]
fn a_rule_is_asked_without_being_paid() {
    let (world, token, rule) = ruled();
    admit(&world, rule, "dan", 1);
    let (ann, dan) = (world.account("ann"), world.account("dan"));
    let give = Psp22::from(token).call_mut().transfer(dan, 1, vec![]);
    let sent = world.chain.execute(ann, give).unwrap();
    assert_eq!(sent.emitted.len(), 1);
}

#[test]
fn who_is_no_longer_admitted_redeems_and_is_paid() {
    let (world, rule) = World::with_rule();
    for who in ["ann", "ben", "cal"] {
        admit(&world, rule, who, 1);
    }
    let world = world.fund();
    world.claim("ann", SENIOR);
    transfer(&world, rule, "ann", "somebody", 1);
    let token = world.deal.tranche_token(SENIOR);
    let ben = world.account("ben");
    let give = Psp22::from(token).call_mut().transfer(ben, 1, vec![]);
    world.refuses("ann", give, refused());

    let held = world.balance(token, "ann");
    world.redeem("ann", SENIOR, held);
    world.close_epoch();
    world.claim("ann", SENIOR);
    assert_eq!(world.balance(token, "ann"), 0);
    assert_eq!(world.balance(world.deal.cash, "ann"), usd(600));
}

// Distributions.

fn distribute(world: &World, token: AccountId, per_token: u128) {
    let distribute = TrancheToken::from(token).call_mut().distribute(per_token);
    world.does("issuer", distribute);
}

/// What `who` is owed.
fn owed(world: &World, token: AccountId, who: &str) -> Balance {
    let owner = world.account(who);
    world.reads(TrancheToken::from(token).call().distribution(owner))
}

fn take(world: &World, token: AccountId, who: &str) -> Balance {
    let owner = world.account(who);
    let mut token = TrancheToken::from(token);
    world.does("issuer", token.call_mut().take_distribution(owner))
}

#[test]
fn what_was_distributed_stays_with_who_held_then() {
    let (world, token) = issued();
    distribute(&world, token, Growth::ONE.0 / 10);
    assert_eq!(owed(&world, token, "ann"), usd(60));
    assert_eq!(owed(&world, token, "issuer"), usd(40));

    transfer(&world, token, "ann", "dan", usd(600));
    distribute(&world, token, Growth::ONE.0 / 4);
    assert_eq!(owed(&world, token, "ann"), usd(60));
    assert_eq!(owed(&world, token, "dan"), usd(150));

    transfer(&world, token, "dan", "issuer", usd(600));
    distribute(&world, token, Growth::ONE.0);
    assert_eq!(take(&world, token, "ann"), usd(60));
    assert_eq!(take(&world, token, "dan"), usd(150));
    assert_eq!(take(&world, token, "ann"), 0);
    // Who came and went between two distributions is owed neither.
    transfer(&world, token, "issuer", "eve", usd(5));
    assert_eq!(owed(&world, token, "eve"), 0);
}

#[test]
fn fractions_of_a_unit_stay_with_their_holder() {
    let (world, token) = issued();
    transfer(&world, token, "ann", "dan", 2);
    // 2 × 0.3 each time.
    let step = Growth::ONE.0 * 3 / 10;
    let taken = [0, 1, 0, 1, 1].map(|_| {
        distribute(&world, token, step);
        take(&world, token, "dan")
    });
    // 0.6, 1.2, 0.8, 1.4, 1.0
    assert_eq!(taken, [0, 1, 0, 1, 1]);
}

#[test]
fn who_has_nothing_and_is_owed_nothing_is_forgotten() {
    let (world, token) = issued();
    distribute(&world, token, Growth::ONE.0);
    assert_eq!(owed(&world, token, "eve"), 0);
    transfer(&world, token, "ann", "dan", 7);
    let before = world.chain.state_digest();
    transfer(&world, token, "dan", "eve", 7);
    transfer(&world, token, "eve", "dan", 7);
    assert_eq!(world.chain.state_digest(), before);
}

#[test]
fn an_index_at_its_end_stops_nothing() {
    let (world, token) = issued();
    distribute(&world, token, u128::MAX);
    let owed_before = owed(&world, token, "ann");
    distribute(&world, token, 1);
    assert_eq!(owed(&world, token, "ann"), owed_before);
    burn(&world, token, "ann", usd(600));
}
