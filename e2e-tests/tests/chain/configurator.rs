//! Who may change parameters, how far and how fast, and what it does to loans.

use e2e_tests::wiring::NOBODY;
use e2e_tests::*;
use finance::{Period, Ratio, Timestamp};
use ink::codegen::TraitCallBuilder;
use interfaces::calls::CallError;
use interfaces::collateral_vault::{
    CollateralVault, LoanServicing, VaultError, MAX_COLLATERAL_TYPES,
};
use interfaces::configurator::{
    Broken, ChangeError, CollateralAdded, Configurator, ParameterSet, ParametersTerms, Pausable,
    Pause, PauseSet, Powers, PowersNamed, Refusal, Rule, Scope,
};
use interfaces::parameters::{Bounds, Entry, Parameter, Parameters, ParametersError, Part, Pauses};
use interfaces::types::{AccountId, CollateralId};
use interfaces::upgradeable::{
    UpgradeAnnounced, UpgradeError, Upgradeable, Upgraded, UpgradesRenounced, UpgradesView,
    UPGRADE_DELAY, UPGRADE_WINDOW,
};
use simulator::chain::Message;
use simulator::contracts::Upgrades;
use simulator::deployment::parameters;
use Parameter::*;

type Set<T> = Message<Result<T, ChangeError>>;

const NO_TYPE: CollateralId = CollateralId(2);
/// The timelock of the deal.
const WAIT: Period = Period(2 * DAY.0);

fn percent(whole: u32) -> u128 {
    Ratio::from_bps(whole * 100).0
}

fn guarded() -> World {
    World::with(|sheet| sheet.guardian = "guardian".to_owned())
}

fn set(world: &World, parameter: Parameter, value: u128) -> Set<Timestamp> {
    let mut configurator = world.deal.configurator();
    configurator
        .call_mut()
        .set(ETH.into(), parameter, value)
        .into()
}

fn cancel(world: &World, parameter: Parameter) -> Set<()> {
    let mut configurator = world.deal.configurator();
    configurator.call_mut().cancel(ETH.into(), parameter).into()
}

fn pause(world: &World, action: Pausable, period: Period) -> Set<()> {
    let mut configurator = world.deal.configurator();
    configurator.call_mut().pause(action, period).into()
}

fn borrow_ltv(world: &World) -> u128 {
    let lending = world.parameters().lending(ETH, world.account("olga"));
    world.reads(lending).unwrap().parameters.borrow_ltv.0
}

#[test]
fn nobody_but_the_governor_and_the_guardian_changes_anything() {
    let world = guarded();
    let refused = ChangeError::NotPermitted;
    for who in ["mallory", "Deployer", "feeder one"] {
        world.refuses(who, set(&world, BorrowLtv, percent(70)), refused);
        world.refuses(who, cancel(&world, BorrowLtv), refused);
        world.refuses(who, pause(&world, Pausable::Draws, DAY), refused);
    }
    let terms = world.deal.sheet.collateral[0].terms;
    for who in ["mallory", "Deployer", "guardian"] {
        let configurator = || world.configurator();
        world.refuses(who, configurator().add_collateral(terms), refused);
        world.refuses(who, configurator().arm(Pausable::Draws), refused);
        let me = world.account(who);
        world.refuses(who, configurator().name(me, Some(me)), refused);
        world.refuses(who, configurator().accept(), refused);
    }
}

#[test]
fn the_guardian_tightens_and_never_loosens() {
    let world = guarded();
    world.does("guardian", set(&world, BorrowLtv, percent(70)));
    assert_eq!(borrow_ltv(&world), percent(70));
    world.chain.advance(DAY);
    for (parameter, value) in [
        (BorrowLtv, percent(71)),
        (Haircut, percent(9)),
        // Neither side is safe.
        (AnnualRate, percent(11)),
        (AnnualRate, percent(9)),
        // A vote retires.
        (IsOpen, 0),
    ] {
        let refused = ChangeError::OnlyTightens;
        world.refuses("guardian", set(&world, parameter, value), refused);
    }
}

#[test]
fn the_deployer_ends_with_no_power() {
    let world = guarded();
    let powers = world.reads(world.configurator().powers());
    assert_eq!(powers.deployer, None);
    let people = (world.account("governor"), world.account("guardian"));
    assert_eq!((powers.governor, powers.guardian), people);
    let store = world.deal.parameters;
    assert_eq!(world.reads(world.configurator().store()), Some(store));
    let bind = world
        .configurator()
        .bind(store, parameters(&world.deal.sheet), store, store);
    world.refuses("Deployer", bind, ChangeError::NotPermitted);
}

#[test]
fn the_store_obeys_its_configurator_alone() {
    let world = guarded();
    let configurator = world.deal.configurator;
    assert_eq!(world.reads(world.parameters().configurator()), configurator);
    for who in ["Deployer", "governor", "guardian", "mallory"] {
        let write = world.parameters().write(Entry::Pauses(Pauses::default()));
        world.refuses(who, write, ParametersError::NotTheConfigurator);
    }
}

#[track_caller]
fn refuses_to_bind(
    world: &World,
    configurator: AccountId,
    store: AccountId,
    terms: ParametersTerms,
    error: ChangeError,
) {
    let mut configurator = simulator::contracts::Configurator::from(configurator);
    let bind = configurator.call_mut().bind(store, terms, store, store);
    world.refuses("Deployer", bind, error);
}

#[test]
fn a_store_begins_within_bounds_and_rules() {
    let world = guarded();
    let configurator = world.deploys("configurator", ());
    let store = world.deploys("parameters", configurator);
    let refuses = |change: &dyn Fn(&mut ParametersTerms), error| {
        let mut terms = parameters(&world.deal.sheet);
        change(&mut terms);
        refuses_to_bind(&world, configurator, store, terms, error);
    };
    refuses(
        &|terms| terms.collateral = vec![terms.collateral[0]; MAX_COLLATERAL_TYPES + 1],
        ChangeError::TooManyCollateralTypes,
    );
    for parameter in [Haircut, Tail] {
        let bounds = parameter.bounds();
        refuses(
            &|terms| terms.collateral[1].set(parameter, bounds.maximum + 1),
            ChangeError::OutOfBounds { parameter, bounds },
        );
    }
    let at = world.chain.now();
    let broken = |rule| ChangeError::Contradiction(Broken { rule, at });
    for (parameter, rule) in [
        (BorrowLtv, Rule::LtvsInOrder),
        (MarginLtv, Rule::LtvsInOrder),
        (TargetLtv, Rule::LtvsInOrder),
        (Cusp, Rule::AuctionsSell),
    ] {
        let change = |terms: &mut ParametersTerms| terms.collateral[0].set(parameter, percent(80));
        refuses(&change, broken(rule));
    }
    let shares = |terms: &mut ParametersTerms| terms.collateral[0].set(MaximumShare, percent(99));
    refuses(&shares, broken(Rule::SharesInOrder));
    let pace = |terms: &mut ParametersTerms| terms.deal.pace_at_kink = Ratio::from_bps(9_999);
    refuses(&pace, broken(Rule::PaceRises));
    let (parameter, bounds) = (Ramp, Ramp.bounds());
    refuses(
        &|terms| terms.deal.ramp = Period(DAY.0 - 1),
        ChangeError::OutOfBounds { parameter, bounds },
    );
}

#[test]
fn a_configurator_is_bound_to_a_store_of_its_own() {
    let world = guarded();
    let configurator = world.deploys("configurator", ());
    for (store, error) in [
        (NOBODY, ChangeError::Call(CallError::Trapped)),
        (world.deal.cash, ChangeError::Call(CallError::NotUnderstood)),
        (
            world.deal.parameters,
            ChangeError::Store(ParametersError::NotTheConfigurator),
        ),
    ] {
        let terms = parameters(&world.deal.sheet);
        refuses_to_bind(&world, configurator, store, terms, error);
    }
    let mut unbound = simulator::contracts::Configurator::from(configurator);
    let set = unbound.call_mut().set(ETH.into(), Haircut, percent(11));
    world.refuses("Deployer", set, ChangeError::NotPermitted);
    // Nor does the deployer govern what asks it.
    let upgrade = Messages::<Upgrades>::from(configurator).upgrade([7; 32].into());
    world.refuses("Deployer", upgrade, UpgradeError::NotTheUpgrader);
    let Powers {
        governor, guardian, ..
    } = world.reads(unbound.call().powers());
    assert_eq!((governor, guardian), (configurator, configurator));
}

#[test]
fn parameters_belong_to_their_scope() {
    let world = guarded();
    for (scope, parameter) in [
        (NO_TYPE.into(), Haircut),
        (Scope::Deal, Haircut),
        (ETH.into(), Timelock),
        (Scope::Originator(world.account("olga")), Timelock),
        (Scope::Originator(world.account("olga")), Haircut),
    ] {
        let set = world.configurator().set(scope, parameter, 1);
        world.refuses("governor", set, ChangeError::Unknown);
        let cancel = world.configurator().cancel(scope, parameter);
        world.refuses("governor", cancel, ChangeError::Unknown);
        assert_eq!(world.reads(world.configurator().waiting(scope)), []);
    }
}

#[test]
fn no_parameter_leaves_its_bounds_or_its_step() {
    let world = guarded();
    for parameter in [BorrowLtv, Haircut, Penalty, Tail, Cusp, MinimumDebt] {
        let bounds = parameter.bounds();
        let outside = [bounds.minimum.checked_sub(1), bounds.maximum.checked_add(1)];
        for value in outside.into_iter().flatten() {
            let refused = ChangeError::Refused(Refusal::OutOfBounds(bounds));
            world.refuses("governor", set(&world, parameter, value), refused);
        }
    }
    let reach = Bounds {
        minimum: percent(65),
        maximum: percent(85),
    };
    let refused = ChangeError::Refused(Refusal::OutOfReach(reach));
    world.refuses("governor", set(&world, BorrowLtv, percent(64)), refused);
    let unchanged = ChangeError::Refused(Refusal::Unchanged);
    world.refuses("governor", set(&world, BorrowLtv, percent(75)), unchanged);
}

#[test]
fn rules_hold_when_what_waits_comes_due() {
    let world = guarded();
    let due = world.chain.now().plus(WAIT);
    world.does("governor", set(&world, BorrowLtv, percent(77)));
    // Tightening the margin LTV from 77.5 % would leave it below then.
    let at = due;
    let rule = Rule::LtvsInOrder;
    let refused = ChangeError::Contradiction(Broken { rule, at });
    world.refuses("guardian", set(&world, MarginLtv, percent(76)), refused);
    world.does("guardian", cancel(&world, BorrowLtv));
    world.does("guardian", set(&world, MarginLtv, percent(76)));
}

#[test]
fn what_loosens_waits_and_needs_nobody_to_take_effect() {
    let world = guarded().fund();
    let position = world.open("olga", eth(8));
    let due = world.chain.now().plus(WAIT);
    let sent = world.sends("governor", set(&world, BorrowLtv, percent(77)));
    assert_eq!(sent.answer, due);
    let told = sent.events::<ParameterSet>();
    assert_eq!(told.len(), 1);
    let (scope, by) = (Scope::Collateral(ETH), world.account("governor"));
    assert_eq!(
        (told[0].scope, told[0].parameter, told[0].by),
        (scope, BorrowLtv, by)
    );
    assert_eq!((told[0].old, told[0].new), (percent(75), percent(77)));
    assert_eq!(told[0].at, due);
    let waiting = world.reads(world.configurator().waiting(scope));
    let (parameter, course) = waiting[0];
    assert_eq!((waiting.len(), parameter, course.at), (1, BorrowLtv, due));
    assert_eq!((course.from, course.to), (percent(75), percent(77)));
    world.repeat_prices();
    let draw = || world.vault().draw(position, usd(601));
    let (debt, limit) = (usd(601), usd(600));
    world.refuses("olga", draw(), VaultError::AboveBorrowLtv { debt, limit });
    world.chain.advance(WAIT);
    world.repeat_prices();
    world.does("olga", draw());
    assert_eq!(world.reads(world.configurator().waiting(scope)), []);
}

#[test]
fn a_guardian_cannot_delay_for_ever() {
    let world = guarded();
    for _ in 0..3 {
        world.does("governor", set(&world, BorrowLtv, percent(77)));
        world.chain.advance(Period(WAIT.0 - 60_000));
        world.does("guardian", cancel(&world, BorrowLtv));
        let nothing = ChangeError::NothingWaits;
        world.refuses("guardian", cancel(&world, BorrowLtv), nothing);
    }
    // A vote names another one at once, and nothing that the old one does waits or stays.
    let other = world.account("other guardian");
    let sent = world.sends("governor", world.configurator().name(other, None));
    assert_eq!(sent.events::<PowersNamed>()[0].guardian, other);
    world.does("governor", set(&world, BorrowLtv, percent(77)));
    let refused = ChangeError::NotPermitted;
    world.refuses("guardian", cancel(&world, BorrowLtv), refused);
    world.chain.advance(WAIT);
    assert_eq!(borrow_ltv(&world), percent(77));
}

#[test]
fn the_timelock_grows_at_once_and_shrinks_after_itself() {
    let world = guarded();
    let timelock = |days: u64| {
        let value = u128::from(days * DAY.0);
        world.configurator().set(Scope::Deal, Timelock, value)
    };
    let due = world.does("governor", timelock(1));
    assert_eq!(due, world.chain.now().plus(WAIT));
    let at = world.does("guardian", timelock(5));
    assert_eq!(at, world.chain.now());
    let later = world.does("governor", set(&world, AnnualRate, percent(11)));
    assert_eq!(later, at.plus(Period(5 * DAY.0)));
}

#[test]
fn a_lowered_liquidation_ltv_ramps_and_liquidates_nobody_at_once() {
    let (world, position) = World::lent();
    let ltv = |world: &World| {
        let lending = world.parameters().lending(ETH, world.account("olga"));
        world.reads(lending).unwrap().parameters.liquidation_ltv.0
    };
    for (parameter, value) in [(BorrowLtv, 65), (TargetLtv, 65), (MarginLtv, 69)] {
        world.does("governor", set(&world, parameter, percent(value)));
    }
    world.does("governor", set(&world, LiquidationLtv, percent(73)));
    world.repeat_prices();
    let impair = || world.servicing().impair(position);
    let (debt, limit) = (usd(600), usd(640));
    world.refuses("kim", impair(), VaultError::Healthy { debt, limit });
    // Seven points in seven days.
    for expected in (73..80).rev() {
        world.chain.advance(DAY);
        assert_eq!(ltv(&world), percent(expected));
    }
    world.repeat_prices();
    world.does("kim", impair());
}

#[test]
fn draws_are_paused_for_a_week_and_once() {
    let world = guarded().fund();
    let position = world.borrow("olga", eth(8), usd(100));
    let draw = || world.vault().draw(position, usd(50));
    let used = pause(&world, Pausable::Draws, Period(30 * DAY.0));
    let sent = world.sends("guardian", used);
    let told = &sent.events::<PauseSet>()[0];
    let until = world.chain.now().plus(Pause::LONGEST);
    assert_eq!((told.action, told.until), (Pausable::Draws, until));
    world.refuses("olga", draw(), VaultError::Closed);
    // Everything else goes on.
    world.provide_cash("olga", usd(10));
    world.does("olga", world.vault().repay(position, usd(10)));
    world.does("olga", world.vault().withdraw_collateral(position, eth(1)));
    for days in [0, 7, 100] {
        world.chain.advance(Period(days * DAY.0));
        let again = pause(&world, Pausable::Draws, DAY);
        world.refuses("guardian", again, ChangeError::PauseUsed);
    }
    world.repeat_prices();
    world.does("olga", draw());
    world.does("governor", world.configurator().arm(Pausable::Draws));
    world.does("guardian", pause(&world, Pausable::Draws, DAY));
    world.refuses("olga", draw(), VaultError::Closed);
    world.does("governor", world.configurator().arm(Pausable::Draws));
    world.does("olga", draw());
}

#[test]
fn withdrawals_are_paused_only_while_they_back_debt() {
    let world = guarded().fund();
    let position = world.borrow("olga", eth(8), usd(100));
    world.does("guardian", pause(&world, Pausable::Withdrawals, DAY));
    let withdraw = || world.vault().withdraw_collateral(position, eth(1));
    world.refuses("olga", withdraw(), VaultError::Paused);
    world.provide_cash("olga", usd(200));
    world.does("olga", world.vault().repay(position, usd(200)));
    world.does("olga", withdraw());
}

#[test]
fn a_retired_type_lends_nothing_and_lets_everybody_out() {
    let world = guarded().fund();
    let position = world.borrow("olga", eth(8), usd(100));
    world.does("governor", set(&world, IsOpen, 0));
    let draw = || world.vault().draw(position, usd(50));
    world.refuses("olga", draw(), VaultError::Closed);
    world.does("olga", world.vault().withdraw_collateral(position, eth(1)));
    world.provide_cash("olga", usd(200));
    world.does("olga", world.vault().repay(position, usd(200)));
    world.chain.advance(DAY);
    let due = world.does("governor", set(&world, IsOpen, 1));
    assert_eq!(due, world.chain.now().plus(WAIT));
    world.repeat_prices();
    world.refuses("olga", draw(), VaultError::Closed);
    world.chain.advance(WAIT);
    world.repeat_prices();
    world.does("olga", draw());
}

#[test]
fn an_added_type_opens_after_the_timelock() {
    let world = guarded();
    let terms = world.deal.sheet.collateral[0].terms;
    let sent = world.sends("governor", world.configurator().add_collateral(terms));
    assert_eq!(sent.answer, NO_TYPE);
    let told = &sent.events::<CollateralAdded>()[0];
    let opens_at = world.chain.now().plus(WAIT);
    assert_eq!((told.collateral, told.terms), (NO_TYPE, terms));
    assert_eq!(told.opens_at, opens_at);
    let is_open = || {
        let lending = world.parameters().lending(NO_TYPE, world.account("olga"));
        world.reads(lending).unwrap().parameters.is_open
    };
    assert!(!is_open());
    world.chain.advance(WAIT);
    assert!(is_open());
    assert_eq!(
        world.reads(world.parameters().auction(NO_TYPE)),
        Ok(terms.auctions)
    );
    let mut wide = terms;
    wide.set(Haircut, percent(91));
    let (parameter, bounds) = (Haircut, Haircut.bounds());
    let refused = ChangeError::OutOfBounds { parameter, bounds };
    world.refuses(
        "governor",
        world.configurator().add_collateral(wide),
        refused,
    );
}

#[test]
fn an_originator_has_a_ceiling_of_his_own() {
    let world = World::with(|sheet| sheet.originator_ceiling = usd(100));
    let olga = world.account("olga");
    let ceiling = |who: &str| {
        let lending = world.parameters().lending(ETH, world.account(who));
        world.reads(lending).unwrap().originator_ceiling
    };
    let set = |value| {
        let scope = Scope::Originator(olga);
        world.configurator().set(scope, OriginatorCeiling, value)
    };
    world.does("governor", set(usd(60)));
    assert_eq!((ceiling("olga"), ceiling("omar")), (usd(60), usd(100)));
    world.chain.advance(DAY);
    world.does("governor", set(usd(120)));
    assert_eq!(ceiling("olga"), usd(60));
    world.chain.advance(WAIT);
    assert_eq!(ceiling("olga"), usd(120));
}

#[test]
fn a_ceiling_of_his_own_follows_on_that_of_the_deal() {
    let world = World::with(|sheet| sheet.originator_ceiling = usd(100));
    let of = |scope, value| world.configurator().set(scope, OriginatorCeiling, value);
    let own = Scope::Originator(world.account("olga"));
    world.does("governor", of(Scope::Deal, usd(50)));
    // A quarter of what it was this morning is two steps.
    let reach = OriginatorCeiling.declaration().reach(usd(100));
    let refused = Refusal::OutOfReach(reach);
    world.refuses("governor", of(own, usd(25)), ChangeError::Refused(refused));
    world.chain.advance(DAY);
    world.does("governor", of(Scope::Deal, usd(75)));
    let due = world.chain.now().plus(WAIT);
    let waits = ChangeError::Refused(Refusal::AlreadyWaiting(due));
    world.refuses("governor", of(own, usd(60)), waits);
    world.does("governor", of(own, usd(25)));
}

#[test]
fn the_governor_is_handed_over_in_two_steps() {
    let world = guarded();
    let (heir, guardian) = (world.account("heir"), world.account("guardian"));
    world.does("governor", world.configurator().name(guardian, Some(heir)));
    world.refuses(
        "mallory",
        world.configurator().accept(),
        ChangeError::NotPermitted,
    );
    assert_eq!(
        world.reads(world.configurator().powers()).successor,
        Some(heir)
    );
    world.does("governor", set(&world, MarginLtv, percent(76)));
    let sent = world.sends("heir", world.configurator().accept());
    assert_eq!(sent.events::<PowersNamed>()[0].governor, heir);
    let powers = world.reads(world.configurator().powers());
    assert_eq!((powers.governor, powers.successor), (heir, None));
    let name = || world.configurator().name(guardian, None);
    world.refuses("governor", name(), ChangeError::NotPermitted);
    world.does("heir", name());
    assert_eq!(
        world.reads(world.upgrades().upgrades()).upgrader,
        Some(heir)
    );
}

#[test]
fn code_is_replaced_in_public_and_keeps_what_is_stored() {
    let world = guarded();
    let other = world.deploys("test-source", ());
    let code_hash = world.chain.code_hash(other).unwrap();
    let before = world.chain.code_hash(world.deal.configurator);
    let upgrade = |hash: ink::primitives::Hash| world.upgrades().upgrade(hash);
    world.refuses("mallory", upgrade(code_hash), UpgradeError::NotTheUpgrader);
    let sent = world.sends("governor", upgrade(code_hash));
    let due = world.chain.now().plus(UPGRADE_DELAY);
    let told = &sent.events::<UpgradeAnnounced>()[0];
    assert_eq!((told.code_hash, told.due_at), (code_hash, due));
    world.refuses("governor", upgrade(code_hash), UpgradeError::TooEarly(due));
    // Another one waits anew, and is one that everybody can read.
    let missing = ink::primitives::Hash::from([7; 32]);
    world.refuses("governor", upgrade(missing), UpgradeError::NoSuchCode);
    let third = world.chain.code_hash(world.deal.cash).unwrap();
    world.chain.advance(UPGRADE_DELAY);
    world.does("governor", upgrade(third));
    world.does("governor", upgrade(code_hash));
    let own = world.chain.code_hash(world.deal.configurator);
    assert_eq!(own, before, "what is announced is not in place");
    // What was forgotten as well.
    world.chain.advance(UPGRADE_DELAY);
    world.chain.advance(UPGRADE_WINDOW);
    let sent = world.sends("governor", upgrade(code_hash));
    assert_eq!(sent.events::<UpgradeAnnounced>().len(), 1);
    world.chain.advance(UPGRADE_DELAY);
    let sent = world.sends("governor", upgrade(code_hash));
    assert_eq!(sent.events::<Upgraded>()[0].code_hash, code_hash);
    assert_eq!(
        world.chain.code_hash(world.deal.configurator),
        Some(code_hash)
    );
}

#[test]
fn whoever_governs_the_deal_replaces_the_code_of_what_lends_settles_and_sells() {
    let world = guarded();
    let other = world.deploys("test-source", ());
    let code_hash = world.chain.code_hash(other).unwrap();
    for contract in [world.deal.agent, world.deal.vault, world.deal.engine] {
        let upgrade = || Messages::<Upgrades>::from(contract).upgrade(code_hash);
        let view = || world.reads(Messages::<Upgrades>::from(contract).upgrades());
        let before = world.chain.code_hash(contract);
        for who in ["Deployer", "guardian", "mallory"] {
            world.refuses(who, upgrade(), UpgradeError::NotTheUpgrader);
        }
        world.does("governor", upgrade());
        let due = world.chain.now().plus(UPGRADE_DELAY);
        let announced = UpgradesView {
            upgrader: Some(world.account("governor")),
            announced: Some((code_hash, due)),
        };
        assert_eq!(view(), announced);
        world.chain.advance_to(Timestamp(due.0 - 1));
        world.refuses("governor", upgrade(), UpgradeError::TooEarly(due));
        assert_eq!(world.chain.code_hash(contract), before);
        world.chain.advance_to(due);
        world.does("governor", upgrade());
        assert_eq!(world.chain.code_hash(contract), Some(code_hash));
    }
}

#[test]
fn the_code_of_the_store_is_replaced_the_same_way() {
    let world = guarded();
    let other = world.deploys("test-source", ());
    let code_hash = world.chain.code_hash(other).unwrap();
    let upgrade = || world.configurator().upgrade_store(code_hash);
    let refused = ChangeError::Upgrade(UpgradeError::NotTheUpgrader);
    world.refuses("guardian", upgrade(), refused);
    let missing = world.configurator().upgrade_store([7; 32].into());
    let refused = ChangeError::Upgrade(UpgradeError::NoSuchCode);
    world.refuses("governor", missing, refused);
    let sent = world.sends("governor", upgrade());
    let told = &sent.events::<UpgradeAnnounced>()[0];
    assert_eq!(
        (told.contract, told.code_hash),
        (world.deal.parameters, code_hash)
    );
    let early = ChangeError::Upgrade(UpgradeError::TooEarly(told.due_at));
    world.refuses("governor", upgrade(), early);
    world.chain.advance(UPGRADE_DELAY);
    world.does("governor", upgrade());
    assert_eq!(
        world.chain.code_hash(world.deal.parameters),
        Some(code_hash)
    );
}

#[test]
fn upgrades_are_given_up_for_good() {
    let world = guarded();
    let refused = UpgradeError::NotTheUpgrader;
    let renounce = || world.upgrades().renounce_upgrades();
    world.refuses("mallory", renounce(), refused);
    let sent = world.sends("governor", renounce());
    assert_eq!(sent.events::<UpgradesRenounced>().len(), 1);
    let given_up = UpgradesView {
        upgrader: None,
        announced: None,
    };
    assert_eq!(world.reads(world.upgrades().upgrades()), given_up);
    let of_store = world.reads(world.configurator().store_upgrades());
    assert_eq!(of_store, given_up);
    world.refuses("governor", renounce(), refused);
    let upgrade = world
        .upgrades()
        .upgrade(ink::primitives::Hash::from([7; 32]));
    world.refuses("governor", upgrade, refused);
    let upgrade = world
        .configurator()
        .upgrade_store(ink::primitives::Hash::from([7; 32]));
    world.refuses("governor", upgrade, ChangeError::Upgrade(refused));
}

#[test]
fn parts_are_read_as_they_were_written() {
    let world = guarded();
    let row = world
        .reads(world.parameters().row(Part::Loans(ETH)))
        .unwrap();
    let loans = world.deal.sheet.collateral[0].terms.loans;
    assert_eq!(row.at(world.chain.now()), loans.values());
    assert_eq!(
        world.reads(world.parameters().row(Part::Loans(NO_TYPE))),
        None
    );
    assert_eq!(world.reads(world.parameters().pauses()), Pauses::default());
    let unknown = Err(ParametersError::UnknownCollateral);
    assert_eq!(world.reads(world.parameters().auction(NO_TYPE)), unknown);
}
