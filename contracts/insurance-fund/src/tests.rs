//! Accounts of backers, and losses by number. How they are shared is tested in `finance`.

use crate::state::{validate, Left, State};
use crate::Refused;
use finance::insurance::{Loss, Rules, HIGHEST_TARGET};
use finance::{Period, Timestamp};
use interfaces::collateral_vault::WriteOff;
use interfaces::insurance_fund::{Backing, FundError, FundTerms, Withdrawal};
use interfaces::types::{AccountId, PositionId};

const START: Timestamp = Timestamp(1_000_000);
const POSITION: PositionId = PositionId(7);

/// A day's cool-down, half a day's window, and 600 for one loss, 800 for those of a week.
const RULES: Rules = Rules {
    target: 10_000,
    minimum_stake: 100,
    event_limit: 600,
    period_limit: 800,
    period: hours(24 * 7),
    cool_down: hours(24),
    window: hours(12),
};

const fn hours(hours: u64) -> Period {
    Period::from_secs(3_600 * hours)
}

fn alice() -> AccountId {
    [1; 32].into()
}

fn bob() -> AccountId {
    [2; 32].into()
}

fn empty() -> State {
    let terms = FundTerms {
        cash: [9; 32].into(),
        rules: RULES,
    };
    State::new([8; 32].into(), terms)
}

/// A fund that [`alice`] backs with 1 000.
fn fund() -> State {
    let mut fund = empty();
    assert_eq!(fund.deposit(alice(), 1_000), Ok(1_000));
    fund
}

/// `amount` more than what is held arrives without a call.
fn earn(fund: &mut State, amount: u128) {
    assert_eq!(fund.count(fund.books.held + amount), Ok(amount));
}

/// Pays for a loss, the first in its period.
fn lose(fund: &mut State, lost: u128) -> Loss {
    let now = START.plus(Period(RULES.period.0 * u64::from(fund.books.loss_count)));
    let up_to = fund.written_off() + lost;
    fund.cover(lost, up_to, now).unwrap()
}

fn refused<T>(error: FundError) -> Result<T, Refused> {
    Err(error.into())
}

#[test]
fn rules_that_no_fund_can_keep_are_refused() {
    let is_valid = |change: &dyn Fn(&mut Rules)| {
        let mut rules = RULES;
        change(&mut rules);
        validate(&rules) != refused(FundError::InvalidRules)
    };
    assert!(is_valid(&|_| ()));
    assert!(!is_valid(&|rules| rules.minimum_stake = 0));
    assert!(is_valid(&|rules| rules.minimum_stake = rules.target));
    assert!(!is_valid(&|rules| rules.minimum_stake = rules.target + 1));
    let widest = |rules: &mut Rules, least: u128| {
        rules.target = HIGHEST_TARGET;
        rules.minimum_stake = (HIGHEST_TARGET >> 40) - 1 + least;
    };
    assert!(is_valid(&|rules| widest(rules, 1)));
    assert!(!is_valid(&|rules| widest(rules, 0)));
    assert!(!is_valid(&|rules| rules.target = HIGHEST_TARGET + 1));
    assert!(!is_valid(&|rules| rules.event_limit = 0));
    assert!(!is_valid(&|rules| rules.period_limit = 0));
    assert!(!is_valid(&|rules| rules.period = Period(0)));
    assert!(!is_valid(&|rules| rules.window = Period(0)));
    assert!(is_valid(&|rules| rules.cool_down = Period(0)));
}

#[ink::test]
fn a_stake_is_neither_small_nor_beyond_the_target() {
    let mut fund = fund();
    assert_eq!(fund.deposit(bob(), 0), refused(FundError::ZeroAmount));
    let minimum = 100;
    let too_small = refused(FundError::TooSmall { minimum });
    assert_eq!(fund.deposit(bob(), 99), too_small);
    let room = 9_000;
    let full = refused(FundError::TargetReached { room });
    assert_eq!(fund.deposit(bob(), 9_001), full);
    assert_eq!(fund.deposit(bob(), 9_000), Ok(9_000));
    assert_eq!(fund.books.held, 10_000);
    assert_eq!(fund.ensure_conserved(), Ok(()));
}

#[ink::test]
fn a_backer_leaves_within_his_window_with_what_he_asked_for() {
    let mut fund = fund();
    let (from, until) = (START.plus(hours(24)), START.plus(hours(36)));
    let leave = |fund: &mut State, now| fund.withdraw(alice(), 0, now);
    let nothing = refused(FundError::NothingRequested);
    assert_eq!(leave(&mut fund, from), nothing);
    let stake = 1_000;
    let more = fund.request(alice(), 1_001, START);
    assert_eq!(more, refused(FundError::InsufficientStake { stake }));
    let withdrawal = Withdrawal {
        amount: 400,
        from,
        until,
    };
    assert_eq!(fund.request(alice(), 400, START), Ok(withdrawal));
    let outside = refused(FundError::OutsideWindow { from, until });
    assert_eq!(leave(&mut fund, Timestamp(from.0 - 1)), outside);
    assert_eq!(leave(&mut fund, Timestamp(until.0 + 1)), outside);
    let left = Left {
        withdrawn: 400,
        paid: 400,
        stake: 600,
    };
    assert_eq!(leave(&mut fund, until), Ok(left));
    assert_eq!(fund.books.held, 600);
    assert_eq!(leave(&mut fund, until), nothing, "once");
    assert_eq!(fund.ensure_conserved(), Ok(()));
}

#[ink::test]
fn a_request_is_given_up_by_asking_for_nothing_and_by_staking_more() {
    let mut fund = fund();
    let withdrawal = |fund: &State| fund.backing(alice()).unwrap().withdrawal;
    let asked = fund.request(alice(), 1_000, START).ok();
    assert_eq!(withdrawal(&fund), asked);
    fund.request(alice(), 0, START).unwrap();
    assert_eq!(withdrawal(&fund), None);
    fund.request(alice(), 1_000, START).unwrap();
    fund.deposit(alice(), 1).unwrap();
    assert_eq!(withdrawal(&fund), None);
}

#[ink::test]
fn who_leaves_bears_what_is_visible_up_to_what_a_period_may_cost() {
    let mut fund = fund();
    fund.request(alice(), 500, START).unwrap();
    // 5 000 may be lost, of which the fund would pay 800: half of what is left is half of 200.
    let left = fund.withdraw(alice(), 5_000, START.plus(hours(24)));
    let expected = Left {
        withdrawn: 500,
        paid: 100,
        stake: 500,
    };
    assert_eq!(left, Ok(expected));
    assert_eq!(fund.books.fund.reserve, 400);
    assert_eq!(fund.ensure_conserved(), Ok(()));
}

#[ink::test]
fn income_is_shared_by_stake_and_claimed_once() {
    let mut fund = fund();
    fund.deposit(bob(), 3_000).unwrap();
    earn(&mut fund, 400);
    assert_eq!(fund.count(4_400), Ok(0), "counted once");
    let backing = Backing {
        stake: 3_000,
        income: 300,
        withdrawal: None,
    };
    assert_eq!(fund.backing(bob()), Ok(backing));
    assert_eq!(fund.claim(bob()), Ok(300));
    assert_eq!(fund.claim(bob()), refused(FundError::NothingDue));
    assert_eq!(fund.claim(alice()), Ok(100));
    assert_eq!(fund.books.held, 4_000);
    assert_eq!(fund.ensure_conserved(), Ok(()));
}

#[ink::test]
fn who_has_and_wants_nothing_is_forgotten() {
    let mut fund = fund();
    earn(&mut fund, 50);
    fund.request(alice(), 1_000, START).unwrap();
    fund.withdraw(alice(), 0, START.plus(hours(24))).unwrap();
    // His income is all that is left.
    assert_eq!(fund.claim(alice()), Ok(50));
    assert_eq!(fund.backers.get(alice()), None);
    assert_eq!(fund.books.held, 0);
    // All of a stake is lost, and its backer asks for nothing.
    fund.deposit(bob(), 500).unwrap();
    lose(&mut fund, 500);
    fund.request(bob(), 0, START).unwrap();
    assert_eq!(fund.backers.get(bob()), None);
}

#[ink::test]
fn a_wish_to_leave_outlives_the_stake() {
    let mut fund = fund();
    fund.deposit(bob(), 500).unwrap();
    let asked = fund.request(bob(), 500, START).ok();
    // 600, 600 and 300 are all there is.
    for lost in [600, 600, 300] {
        lose(&mut fund, lost);
    }
    assert_eq!(fund.claim(bob()), refused(FundError::NothingDue));
    let backing = Backing {
        stake: 0,
        income: 0,
        withdrawal: asked,
    };
    assert_eq!(fund.backing(bob()), Ok(backing));
    fund.request(bob(), 0, START).unwrap();
    assert_eq!(fund.backers.get(bob()), None);
}

#[ink::test]
fn a_loss_is_paid_and_noted() {
    let mut fund = fund();
    let loss = Loss {
        up_to: 700,
        lost: 700,
        paid: 600,
    };
    assert_eq!(lose(&mut fund, 700), loss);
    assert_eq!(fund.losses.get(0), Some(loss));
    assert_eq!((fund.books.held, fund.written_off()), (400, 700));
    assert_eq!(lose(&mut fund, 1).up_to, 701);
    assert_eq!(fund.written_off(), 701);
    assert_eq!(fund.ensure_conserved(), Ok(()));
}

#[ink::test]
fn what_was_earned_before_a_generation_ended_is_claimed_after_it() {
    let mut fund = fund();
    earn(&mut fund, 100);
    lose(&mut fund, 600);
    lose(&mut fund, 600);
    assert_eq!(fund.books.fund.generation, 1);
    fund.deposit(bob(), 1_000).unwrap();
    earn(&mut fund, 30);
    assert_eq!(fund.claim(alice()), Ok(100), "none of the 30");
    assert_eq!(fund.claim(bob()), Ok(30));
    assert_eq!(fund.books.held, 1_000);
}

#[ink::test]
fn a_generation_that_backers_end_is_noted_as_well() {
    let mut fund = fund();
    earn(&mut fund, 100);
    fund.request(alice(), 1_000, START).unwrap();
    fund.withdraw(alice(), 0, START.plus(hours(24))).unwrap();
    // What is left of all stakes is too little to be counted by: the next backer begins anew.
    let (staked, all) = (2 << 40, u128::MAX);
    fund.books.terms.rules = Rules {
        target: 2 * staked,
        event_limit: all,
        period_limit: all,
        ..RULES
    };
    fund.deposit(bob(), staked).unwrap();
    lose(&mut fund, staked - 1);
    // His one base unit is the reserve's then, and does not help a stake that is too small.
    let minimum = RULES.minimum_stake;
    let too_small = refused(FundError::TooSmall { minimum });
    assert_eq!(fund.deposit(bob(), minimum - 1), too_small);
    let carol = [3; 32].into();
    fund.deposit(carol, 1_000).unwrap();
    assert_eq!(fund.books.fund.generation, 2);
    earn(&mut fund, 30);
    assert_eq!(fund.backing(bob()), Ok(Backing::default()));
    assert_eq!(fund.claim(carol), Ok(30));
    assert_eq!(fund.claim(alice()), Ok(100));
}

#[ink::test]
fn what_is_recovered_repays_the_fund_first_and_no_more_than_was_lost() {
    let mut fund = fund();
    lose(&mut fund, 800); // 600 of them paid
    let write_off = WriteOff {
        amount: 400,
        up_to: 800,
    };
    let recover = |fund: &mut State, amount| fund.recover(POSITION, &write_off, amount);
    assert_eq!(recover(&mut fund, 0), refused(FundError::ZeroAmount));
    let left = 400;
    let more = refused(FundError::ExceedsLoss { left });
    assert_eq!(recover(&mut fund, 401), more);
    // The fund paid three quarters of the loss: 300 of this.
    assert_eq!(recover(&mut fund, 250), Ok(250));
    assert_eq!(recover(&mut fund, 150), Ok(50));
    let more = refused(FundError::ExceedsLoss { left: 0 });
    assert_eq!(recover(&mut fund, 1), more);
    assert_eq!(fund.claim(alice()), Ok(300));
    assert_eq!(fund.ensure_conserved(), Ok(()));
}

#[ink::test]
fn a_write_off_belongs_to_the_first_settled_loss_that_reaches_it() {
    let mut fund = empty();
    // Seven losses of 100, of which nothing, 1, 2 and so on up to 6 was paid.
    for number in 0..7 {
        let paid = u128::from(number);
        let (up_to, lost) = (100 * (paid + 1), 100);
        fund.losses.insert(number, &Loss { up_to, lost, paid });
    }
    fund.books.loss_count = 7;
    let mut kept = |up_to| {
        let position = PositionId(u32::try_from(up_to).unwrap());
        fund.recover(position, &WriteOff { amount: 100, up_to }, 100)
    };
    for paid in 0..7 {
        assert_eq!(kept(100 * paid + 1), Ok(paid));
        assert_eq!(kept(100 * paid + 100), Ok(paid));
    }
    assert_eq!(kept(701), refused(FundError::NotSettled));
}

#[ink::test]
fn a_reserve_beyond_the_target_leaves() {
    let mut fund = empty();
    earn(&mut fund, 10_005); // of no backer
    assert_eq!(fund.overflow(), Ok(5));
    assert_eq!(fund.overflow(), Ok(0));
    assert_eq!(fund.books.held, 10_000);
    assert_eq!(fund.ensure_conserved(), Ok(()));
}

#[ink::test]
fn books_that_do_not_add_up_are_noticed() {
    let mut fund = fund();
    fund.books.held += 1;
    assert_eq!(fund.ensure_conserved(), refused(FundError::NotConserved));
}
