//! Whole replays of the shipped deals.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use finance::interest::PaceCurve;
use finance::settlement::Phase;
use finance::{Period, Ratio, Timestamp};
use ink::codegen::TraitCallBuilder;
use interfaces::transfer_rule::REFUSED;
use interfaces::types::TrancheId;
use psp22::{PSP22Error, PSP22};
use risk::replay::{replay, Course, Depth, Outcome};
use simulator::chain::Chain;
use simulator::contracts::Psp22;
use simulator::deployment::governance::ensure_in_place;
use simulator::deployment::Deal;
use simulator::input::{Scenario, TermSheet};
use simulator::ledger::Account;
use simulator::replay::{AuctionRecord, Cast, Record, Replay};
use simulator::report::Report;

fn file(path: &str) -> PathBuf {
    simulator::workspace_root().join(path)
}

struct Played {
    chain: Chain,
    deal: Deal,
    scenario: Scenario,
    seed: u64,
    record: Record,
}

impl Played {
    fn report(&self) -> Report<'_> {
        Report {
            deal: &self.deal,
            scenario: &self.scenario,
            seed: self.seed,
            record: &self.record,
        }
    }
}

fn play(deal: &str, seed: u64) -> Played {
    play_changed(deal, seed, |_| ())
}

fn play_changed(deal: &str, seed: u64, change: impl FnOnce(&mut TermSheet)) -> Played {
    let scenario = Scenario::load(&file("scenarios/march-2020.csv")).unwrap();
    play_in(scenario, deal, seed, change)
}

fn play_in(
    scenario: Scenario,
    deal: &str,
    seed: u64,
    change: impl FnOnce(&mut TermSheet),
) -> Played {
    let mut sheet = TermSheet::load(&file(deal)).unwrap();
    change(&mut sheet);
    let chain = Chain::new(Replay::start(&scenario, sheet.epoch_length)).unwrap();
    let deal = Deal::deploy(&chain, sheet).unwrap();
    let replay = Replay::new(&chain, &deal, &scenario, seed).unwrap();
    let record = replay.run(|_| ()).unwrap();
    Played {
        chain,
        deal,
        scenario,
        seed,
        record,
    }
}

const CREDIT: &str = "deals/eth-btc-credit.toml";
const TWO_CLASSES: &str = "deals/btc-two-tranche.toml";
const MEMBERS: &str = "deals/members-only.toml";
const HOLDERS: &str = "deals/holders-credit.toml";

#[test]
fn in_march_2020_losses_rise_from_the_residual_and_the_senior_class_stays_whole() {
    let played = play(CREDIT, 1);
    let samples = &played.record.samples;
    assert!(samples
        .iter()
        .all(|sample| sample.classes[0].value == sample.classes[0].claim));
    assert!(samples
        .iter()
        .any(|sample| sample.classes[1].value < sample.classes[1].claim));
    let impaired =
        |sample: &&simulator::replay::Sample| sample.classes[1].value < sample.classes[1].claim;
    assert!(samples
        .iter()
        .filter(impaired)
        .all(|sample| sample.classes[2].value == 0));
    // Some of them in several lots: what the limit kept out, and what the first left unpaid.
    let auctions = played.record.auctions.iter();
    let liquidated: BTreeSet<_> = auctions.map(|auction| &auction.originator).collect();
    assert_eq!(liquidated.len(), 3);
    assert!(samples
        .iter()
        .any(|sample| sample.loan_to_value() > Some(Ratio::ONE)));
}

#[test]
fn the_same_seed_gives_the_same_report_and_another_one_another() {
    let page = |seed| play(TWO_CLASSES, seed).report().page().unwrap();
    let first = page(1);
    assert!(
        first == page(1),
        "the report depends on something other than its input"
    );
    assert!(first != page(2), "the seed has no effect");
}

#[test]
fn any_deal_plays_with_epochs_of_any_length() {
    for hours in [5, 200] {
        play_changed(TWO_CLASSES, 3, |sheet| {
            sheet.epoch_length = Period::from_secs(hours * 3_600);
        });
    }
}

#[test]
fn the_senior_coupon_is_paid_in_cash() {
    let played = play(TWO_CLASSES, 1);
    let Record { settlements, .. } = &played.record;
    let coupons: Vec<_> = settlements
        .iter()
        .map(|settled| settled.tranches[0].payout.coupon)
        .collect();
    assert!(coupons.iter().any(|coupon| *coupon > 0), "{coupons:?}");
    let page = played.report().page().unwrap();
    assert!(page.contains("What the classes were paid"));
    assert!(page.contains("<h2>Distributions</h2>"));
}

#[test]
fn members_hold_what_they_bought() {
    let played = play(MEMBERS, 1);
    let (chain, deal) = (&played.chain, &played.deal);
    let equity = deal.tranche_token(TrancheId(1));
    let held = deal.balance(chain, equity, chain.account("Arranger"));
    assert_eq!(held.unwrap(), 600_000_000_000); // 600 000 × 10^6, at par
    let stranger = chain.account("Stranger");
    let mut token = Psp22::from(deal.tranche_token(TrancheId(0)));
    let give = token.call_mut().transfer(stranger, 1, vec![]);
    let given = chain.call(chain.account("Pension fund"), give).unwrap();
    let refused = PSP22Error::SafeTransferCheckFailed(REFUSED.into());
    assert_eq!(given.answer, Err(refused));
}

#[test]
fn nobody_comes_to_power_while_a_deal_governed_by_votes_is_played() {
    let played = play(HOLDERS, 1);
    assert!(played.deal.governance.votes.is_some());
    assert!(!played.record.auctions.is_empty());
    ensure_in_place(&played.chain, &played.deal).unwrap();
}

#[test]
fn whoever_runs_the_deal_is_paid_its_fees_less_the_rewards_of_the_closers() {
    let reward = 5_000_000;
    let played = play_changed(CREDIT, 1, |sheet| sheet.fees.close_reward = reward);
    let settlements = &played.record.settlements;
    let (mut due, mut paid) = (0, 0);
    for settled in settlements {
        due += settled.trace.fees_funded;
        paid += reward.min(due - paid);
    }
    assert!(due > paid && paid > 0);
    let mut outcomes = played.record.outcomes.iter();
    let manager = outcomes.find(|outcome| outcome.name == "Manager").unwrap();
    assert_eq!(manager.cash, due - paid);
}

/// Nothing is lent: at its end the deal pays everything back, and later epochs are not settled.
#[test]
fn a_deal_that_ends_pays_back_and_closes() {
    let end = Timestamp(1_584_100_800_000); // 13 March, 12:00
    let played = play_changed(TWO_CLASSES, 1, |sheet| {
        sheet.originators.clear();
        sheet.ends_at = Some(end);
    });
    let last = played.record.settlements.last().unwrap();
    assert_eq!(last.trace.phase, Phase::Closed);
    assert_eq!(
        (last.settled_at, last.trace.cash_after),
        (end.plus(Period::from_secs(4 * 3_600)), 0)
    );
    let (_, text) = played.record.story.last().unwrap();
    assert_eq!(text, "The deal is closed");
    let outcomes = played.record.outcomes.iter();
    for investor in outcomes.filter(|outcome| outcome.role == "Investor") {
        // Of each class, less than one base unit stays behind.
        let lost = investor.brought - investor.cash;
        assert!(lost <= 2, "{} lost {lost} base units", investor.name);
    }
}

/// Ether crashes, and its price is not heard of for half a day while it is in auction.
#[test]
fn an_auction_waits_out_a_frozen_price() {
    let text =
        "timestamp_utc,eth,btc\n2020-03-11T04:00:00Z,200,8000\n2020-03-11T06:00:00Z,180,8000\n\
                2020-03-11T18:00:00Z,100,8000\n2020-03-11T20:00:00Z,,8000\n";
    let scenario = Scenario::parse(Path::new("gap.csv"), text).unwrap();
    let played = play_in(scenario, CREDIT, 1, |_| ());
    assert!(played.record.auctions[0].closed_at > Some(played.scenario.rows[2].at));
}

/// Ether falls by a fifth and comes back, so that penalties are raised; once it jumps, and once it is not heard of.
const SETBACK: &str =
    "timestamp_utc,eth,btc\n2020-03-11T04:00:00Z,200,8000\n2020-03-12T04:00:00Z,198,7900\n\
     2020-03-12T06:00:00Z,182,7700\n2020-03-12T08:00:00Z,179,7650\n2020-03-12T09:00:00Z,150,7300\n\
     2020-03-12T09:20:00Z,174,7400\n2020-03-12T12:00:00Z,,7350\n2020-03-13T04:00:00Z,190,7500\n\
     2020-03-15T04:00:00Z,189,7450\n2020-03-17T06:00:00Z,191,7500\n";

/// Runs a deal on the chain, where all feeders agree, and through the risk model's replay.
fn assert_replayed_alike(
    scenario: Scenario,
    deal: &str,
    change: impl Fn(&mut TermSheet),
) -> Outcome {
    let mut sheet = TermSheet::load(&file(deal)).unwrap();
    change(&mut sheet);
    let course = Course::of_history(&scenario, &sheet).unwrap();
    let replayed = replay(&sheet, &Depth::unlimited(&sheet), &course).unwrap();
    let Played { record, .. } = play_in(scenario, deal, 0, change);

    assert_eq!(replayed.settlements.len(), record.settlements.len());
    let mut paid = vec![(0, 0); sheet.tranches.len()];
    for (replayed, settled) in replayed.settlements.iter().zip(&record.settlements) {
        assert_eq!(
            (replayed.at, replayed.phase, replayed.cover),
            (settled.settled_at, settled.trace.phase, settled.trace.cover)
        );
        let classes = replayed.classes.iter().zip(&settled.tranches);
        for ((replayed, settled), (invested, received)) in classes.zip(&mut paid) {
            *invested += settled.fill.deposited;
            *received += settled.fill.paid + settled.payout.coupon + settled.payout.principal;
            assert_eq!(
                (replayed.invested, replayed.received, replayed.value),
                (*invested, *received, settled.value_after)
            );
        }
    }
    let sum = |of: fn(&AuctionRecord) -> u128| record.auctions.iter().map(of).sum::<u128>();
    let raised = sum(|auction| auction.raised());
    let unpaid = sum(|auction| auction.shortfall);
    assert_eq!(replayed.seized, sum(|auction| auction.debt));
    assert_eq!(replayed.written_off, sum(|auction| auction.written_off));
    assert_eq!(
        replayed.rewards + replayed.penalties,
        raised + unpaid - replayed.seized
    );
    if let Some(backers) = replayed.backers {
        let outcomes = record.outcomes.iter();
        let has = outcomes.filter(|outcome| outcome.role == "Backer");
        let has: u128 = has.map(|backer| backer.cash + backer.tokens).sum();
        let left = (backers.received + backers.value) - has;
        // Each may leave a base unit of his stake and one of his income to rounding.
        assert!(left <= 2 * sheet.backers.len() as u128, "{left} base units");
    }
    replayed
}

/// The risk model runs the same transitions without a chain: whatever the terms, to the base unit.
#[test]
fn the_risk_model_replays_a_deal_to_the_base_unit() {
    for deal in [CREDIT, TWO_CLASSES, MEMBERS, HOLDERS] {
        let crash = Scenario::load(&file("scenarios/march-2020.csv")).unwrap();
        assert_replayed_alike(crash, deal, |_| ());
    }
    let setback = || Scenario::parse(Path::new("setback.csv"), SETBACK).unwrap();
    assert_replayed_alike(setback(), CREDIT, |_| ());
    // Scarce cash makes time run faster, a high share makes loans dearer, and overdue ones are charged and liquidated.
    let outcome = assert_replayed_alike(setback(), CREDIT, |sheet| {
        sheet.fees.close_reward = 5_000_000;
        sheet.pace = PaceCurve {
            at_zero: Ratio::from_bps(5_000),
            kink: Ratio::from_bps(6_000),
            at_kink: Ratio::ONE,
            at_full: Ratio::from_bps(40_000),
        };
        for collateral in &mut sheet.collateral {
            let loans = &mut collateral.terms.loans;
            loans.target_share = Ratio::from_bps(2_000);
            loans.surcharge = Ratio::from_bps(3_000);
            loans.late_rate = Ratio::from_bps(1_000);
            loans.longest_term = Period::from_secs(86_400);
            loans.grace = Period::from_secs(2 * 86_400);
            collateral.terms.auctions.total_limit = 2_000_000_000_000;
        }
    });
    let others = [outcome.rewards, outcome.penalties, outcome.close_rewards];
    assert!(others.iter().all(|paid| *paid > 0), "{others:?}");
}

#[test]
fn an_asset_without_prices_is_a_mistake_of_the_deal() {
    let scenario = "timestamp_utc,btc\n2020-03-11T04:00:00Z,8000\n2020-03-11T06:00:00Z,8000\n";
    let scenario = Scenario::parse(Path::new("bitcoin.csv"), scenario).unwrap();
    let sheet = TermSheet::load(&file(CREDIT)).unwrap();
    let chain = Chain::new(Replay::start(&scenario, sheet.epoch_length)).unwrap();
    let deal = Deal::deploy(&chain, sheet).unwrap();
    let error = Replay::new(&chain, &deal, &scenario, 1)
        .err()
        .unwrap()
        .to_string();
    assert!(
        error.ends_with("the asset `eth` of ETH is no column of bitcoin.csv, which has btc"),
        "{error}"
    );
}

#[test]
fn parameters_out_of_bounds_are_refused_with_the_bounds() {
    let mut sheet = TermSheet::load(&file(CREDIT)).unwrap();
    sheet.collateral[0].terms.auctions.tail = Period::from_secs(60);
    let chain = Chain::new(Timestamp(0)).unwrap();
    let error = Deal::deploy(&chain, sheet).err().unwrap().to_string();
    assert!(
        error.ends_with("auction_tail of a collateral: the contract allows 10 min to 24 h"),
        "{error}"
    );
}

#[test]
fn the_page_needs_nothing_from_outside() {
    let page = play(TWO_CLASSES, 1).report().page().unwrap();
    for reference in ["<script", "<link", "@import", "src=", "href=", "url("] {
        assert!(!page.contains(reference), "the page contains {reference}");
    }
}

#[test]
fn an_account_with_one_base_unit_too_few_is_refused() {
    let mut played = play(TWO_CLASSES, 1);
    let cast = Cast::new(&played.chain, &played.deal);
    *played.record.minted.get_mut(&played.deal.cash).unwrap() += 1;
    let minted = played.record.minted[&played.deal.cash];
    let account = Account::take(&played.chain, &played.deal, &cast, &played.record).unwrap();
    assert_eq!(
        account.ensure_balanced().unwrap_err().to_string(),
        format!(
            "the supply of USDY: one base unit is missing (expected {minted}, found {})",
            minted - 1
        )
    );
}
