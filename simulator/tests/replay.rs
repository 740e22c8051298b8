//! Whole replays of the shipped deals.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use finance::settlement::Phase;
use finance::{Period, Ratio, Timestamp};
use ink::codegen::TraitCallBuilder;
use interfaces::transfer_rule::REFUSED;
use interfaces::types::TrancheId;
use psp22::{PSP22Error, PSP22};
use simulator::chain::Chain;
use simulator::contracts::Psp22;
use simulator::deployment::governance::ensure_in_place;
use simulator::deployment::Deal;
use simulator::input::{Scenario, TermSheet};
use simulator::ledger::Account;
use simulator::replay::{Cast, Record, Replay};
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
