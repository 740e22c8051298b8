//! What a term sheet means, and how its author is told about mistakes.

use std::path::Path;

use finance::distribution::Policy;
use finance::insurance::Rules;
use finance::settlement::Accrual;
use finance::{Period, Ratio, Timestamp};
use interfaces::compliance::{Admission, Jurisdictions, Tranches};
use interfaces::oracle_adapter::Key;
use interfaces::types::{CollateralId, TrancheId};
use term_sheet::term_sheet::{Electorate, Governor, Insurance};
use term_sheet::TermSheet;

const SHEET: &str = r#"
name = "Test deal"
epoch_length = "24 h"
liquidity_buffer = "5 %"
governor = "Governor"
insurance = "Insurance fund"

[cash]
name = "Dollar X"
symbol = "USDX"
decimals = 6

[[tranches]]
name = "Senior"
symbol = "S"
target_rate = "6.5 %"
minimum_subordination = "20 %"
cap = "1 000 000"

[[tranches]]
name = "Junior"
symbol = "J"
cap = "500_000"

[[collateral]]
asset = "btc"
name = "Wrapped bitcoin"
symbol = "BTC"
decimals = 8
borrow_ltv = "60 %"
liquidation_ltv = "72.25 %"
annual_rate = "8 %"
debt_ceiling = "3 000 000"
minimum_debt = "10 000.5"
haircut = "10 %"
liquidation_penalty = "10 %"
auction_buffer = "110 %"
auction_tail = "90 min"
auction_cusp = "50 %"

[oracle]
feeders = ["One", "Two", "Three"]
quorum = 2
max_age = "5 h"
future_tolerance = "30 s"

[[investors]]
name = "Insurer"
deposits = [{ tranche = "Senior", cash = "1 500" }]
redeems = { share = "50 %", after_fall = "30 %" }

[[originators]]
name = "Miner"
collateral = "BTC"
amount = "0.25"
draw_ltv = "59 %"

[[keepers]]
name = "Keeper"
cash = "600 000"
margin = "3 %"
turnover = "3 h"
"#;

fn parse(text: &str) -> Result<TermSheet, String> {
    TermSheet::parse(Path::new("deal.toml"), text).map_err(|mistake| mistake.to_string())
}

/// The message about the sheet with `old` replaced by `new`.
fn mistake(old: &str, new: &str) -> String {
    assert_eq!(
        SHEET.matches(old).count(),
        1,
        "`{old}` must stand in the sheet once"
    );
    parse(&SHEET.replace(old, new)).expect_err("the sheet was accepted")
}

#[test]
fn quantities_become_units_of_the_chain() {
    let sheet = parse(SHEET).unwrap();
    assert_eq!(sheet.epoch_length, Period(86_400_000));
    assert_eq!(sheet.tranches[0].terms.target_rate, Ratio::from_bps(650));
    assert_eq!(sheet.tranches[0].terms.cap, 1_000_000_000_000); // 1 000 000 × 10^6
    assert_eq!(sheet.tranches[1].terms.cap, 500_000_000_000);
    let bitcoin = &sheet.collateral[0];
    assert_eq!(bitcoin.terms.loans.liquidation_ltv, Ratio::from_bps(7_225));
    assert_eq!(bitcoin.terms.loans.minimum_debt, 10_000_500_000); // in cash: 10 000.5 × 10^6
    assert_eq!(bitcoin.terms.loans.whole_below, 50_002_500_000); // five times that
    assert_eq!(bitcoin.terms.auctions.dust, 10_000_500_000);
    assert_eq!(bitcoin.terms.auctions.tail, Period(5_400_000));
    // Halfway between 60 % and 72.25 %.
    let margin = Ratio(661_250_000_000_000_000);
    assert_eq!(bitcoin.terms.loans.margin_ltv, margin);
    assert_eq!(sheet.originators[0].amount, 25_000_000); // in bitcoin: 0.25 × 10^8
    assert_eq!(sheet.originators[0].collateral, CollateralId(0));
    assert_eq!(sheet.investors[0].deposits, [(TrancheId(0), 1_500_000_000)]);
}

/// The sheet with `lines` at the level of the deal, and these in the first tranche and in `fees`.
fn extended(lines: &str, tranche: &str, fees: &str) -> String {
    SHEET
        .replace("governor =", &format!("{lines}governor ="))
        .replace("[cash]", &format!("[fees]\n{fees}[cash]"))
        .replace("symbol = \"S\"\n", &format!("symbol = \"S\"\n{tranche}"))
}

#[test]
fn a_short_sheet_has_sensible_terms() {
    let sheet = parse(SHEET).unwrap();
    assert_eq!((sheet.cut_off, sheet.minimum_order), (Period(0), 0));
    let terms = sheet.terms();
    assert_eq!(terms.accrual, Accrual::Deployed);
    assert_eq!(terms.management_fee, Ratio::ZERO);
    assert_eq!(terms.performance_fee, Ratio::ZERO);
    assert_eq!((terms.amortises_at, terms.ends_at), (None, None));
    assert_eq!(terms.patience, None);
    assert_eq!(terms.frozen_limit, Period::from_secs(48 * 3_600));
    assert_eq!(terms.classes[0].interest_cover, Ratio::ZERO);
    assert_eq!(terms.classes[0].policy, Policy::Accumulate);
    assert_eq!(sheet.fees.beneficiary, None);
    let days = |days: u64| Period::from_secs(days * 86_400);
    assert_eq!((sheet.timelock, sheet.ramp), (days(2), days(7)));
    let loans = sheet.collateral[0].terms.loans;
    assert_eq!((loans.longest_term, loans.grace), (days(3_650), days(7)));
    let minute = Period::from_secs(60);
    assert_eq!(sheet.collateral[0].terms.auctions.step, minute);
}

#[test]
fn all_terms_of_a_settlement_can_be_written() {
    let lines =
        "cut_off = \"1 h\"\nminimum_order = \"100\"\naccrual = \"all\"\namortises = 2021-03-01\n\
                 ends = \"2021-06-01T12:00:00Z\"\npatience = 3\nfrozen_limit = \"24 h\"\n";
    let tranche = "interest_cover = \"120 %\"\ndistribution = \"pay out\"\n";
    let fees = "management = \"0.5 %\"\nperformance = \"10 %\"\nclose_reward = \"5\"\nbeneficiary = \"Manager\"\n";
    let sheet = parse(&extended(lines, tranche, fees)).unwrap();
    assert_eq!(sheet.cut_off, Period(3_600_000));
    assert_eq!(sheet.minimum_order, 100_000_000); // 100 × 10^6
    assert_eq!(sheet.fees.close_reward, 5_000_000);
    assert_eq!(sheet.fees.beneficiary.as_deref(), Some("Manager"));
    let terms = sheet.terms();
    assert_eq!(terms.accrual, Accrual::Whole);
    assert_eq!(terms.management_fee, Ratio::from_bps(50));
    assert_eq!(terms.performance_fee, Ratio::from_bps(1_000));
    assert_eq!(terms.amortises_at, Some(Timestamp(1_614_556_800_000)));
    assert_eq!(terms.ends_at, Some(Timestamp(1_622_548_800_000)));
    assert_eq!(terms.patience, Some(3));
    assert_eq!(terms.frozen_limit, Period(86_400_000));
    assert_eq!(terms.classes[0].interest_cover, Ratio::from_bps(12_000));
    assert_eq!(terms.classes[0].policy, Policy::PayOut);
    assert_eq!(terms.classes[1].policy, Policy::Accumulate);
}

#[test]
fn a_reward_is_funded_by_either_fee() {
    for fee in ["management", "performance"] {
        let fees = format!("{fee} = \"1 %\"\nclose_reward = \"5\"\nbeneficiary = \"M\"\n");
        let sheet = parse(&extended("", "", &fees)).unwrap();
        assert_eq!(sheet.fees.close_reward, 5_000_000);
    }
}

#[test]
fn everybody_whom_the_deal_names_is_told() {
    let sheet = parse(SHEET).unwrap();
    let people: Vec<_> = sheet.people().into_iter().collect();
    let expected = [
        "Governor",
        "Insurance fund",
        "Insurer",
        "Keeper",
        "Miner",
        "One",
        "Three",
        "Two",
    ];
    assert_eq!(people, expected);
}

/// What is wrong with a line at the level of the deal, in the first tranche, or in `fees`.
#[test]
fn every_rule_of_a_settlement_says_what_is_wrong() {
    let deal = |lines: &str| parse(&extended(lines, "", "beneficiary = \"M\"\n"));
    let tranche = |lines: &str| parse(&extended("", lines, "beneficiary = \"M\"\n"));
    let fees = |lines: &str| parse(&extended("", "", &format!("{lines}beneficiary = \"M\"\n")));
    let cases = [
        (deal("cut_off = \"24 h\"\n"), "line 5, column 11, cut_off: the cut-off must be shorter than the epoch of 24 h"),
        (deal("cut_off = \"soon\"\n"), "line 5, column 11, cut_off: \"soon\" is not a length of time: write it like \"24 h\", in d, h, min or s"),
        (deal("minimum_order = \"0\"\n"), "line 5, column 17, minimum_order: the amount must be above zero"),
        (deal("minimum_order = \"1 501\"\n"), "line 52, column 42, deposits: less than the `minimum_order` of 1\u{202f}501.00: the pool would refuse it"),
        (deal("accrual = \"some\"\n"), "line 5, column 11, accrual: unknown variant `some`, expected `deployed` or `all`"),
        (deal("amortises = 2021-02-30\n"), "line 5, column 21, amortises: invalid date-time"),
        (deal("ends = \"June\"\n"), "line 5, column 8, ends: \"June\" is not a date: write it like \"2021-03-01\" or \"2021-03-01T12:00:00Z\""),
        (deal("amortises = 2021-03-01\nends = 2021-03-01\n"), "line 6, column 8, ends: the deal must end after it starts to amortise"),
        (deal("patience = 0\n"), "line 5, column 12, patience: the deal would amortise before a test was broken: write 1 or more, or remove this line"),
        (deal("insurer = \"X\"\n"), "line 5, column 1: unknown field `insurer`"),
        (tranche("distribution = \"monthly\"\n"), "line 18, column 16, distribution: unknown variant `monthly`, expected `accumulate` or `pay out`"),
        (tranche("interest_cover = 2021-03-01\n"), "line 18, column 18, interest_cover: \"2021-03-01\" is not a percentage: write it like \"6.5 %\""),
        (fees("management = \"5.1 %\"\n"), "line 9, column 14, management: the pool charges at most 5.0 % of the principal lent a year"),
        (fees("performance = \"31 %\"\n"), "line 9, column 15, performance: the pool charges at most 30.0 % of the residual's gains"),
        (fees("close_reward = \"5\"\n"), "line 9, column 16, close_reward: the reward is paid out of fees, and there are none: charge one, or remove this line"),
        (parse(&extended("", "", "")), "line 8, column 1: missing field `beneficiary`"),
        (parse(&extended("", "", "beneficiary = \"Insurer\"\n")), "line 50, column 8, name: `Insurer` is taken or empty: choose another name"),
    ];
    for (sheet, expected) in cases {
        let message = sheet.expect_err(expected);
        let first = message.lines().next().unwrap_or_default();
        assert!(
            first.starts_with(&format!("deal.toml, {expected}")),
            "{first}\nexpected {expected}"
        );
    }
}

/// The sheet with an insurance fund in the place of an account, and a backer.
fn insured(fund: &str, backer: &str) -> String {
    let fund = format!("[insurance_fund]\n{fund}[cash]");
    let sheet = SHEET.replace("insurance = \"Insurance fund\"\n", "");
    let sheet = sheet.replace("[cash]", &fund);
    sheet.replace("[[investors]]", &format!("{backer}[[investors]]"))
}

#[test]
fn a_fund_insures_within_its_limits() {
    let backer = "[[backers]]\nname = \"Mutual\"\nstake = \"300\"\n";
    let sheet = parse(&insured(
        "target = \"500\"\nevent_limit = \"100\"\npremium = \"5 %\"\n",
        backer,
    ));
    let sheet = sheet.unwrap();
    let Insurance::Fund { rules, premium } = sheet.insurance else {
        panic!("{:?}", sheet.insurance);
    };
    assert_eq!(premium, Ratio::from_bps(500));
    let expected = Rules {
        target: 500_000_000,
        minimum_stake: 1_000_000,
        event_limit: 100_000_000,
        period_limit: u128::MAX,
        period: Period::from_secs(30 * 86_400),
        cool_down: Period::from_secs(14 * 86_400),
        window: Period::from_secs(7 * 86_400),
    };
    assert_eq!(rules, expected);
    assert_eq!(
        (sheet.backers[0].name.as_str(), sheet.backers[0].stake),
        ("Mutual", 300_000_000)
    );
}

#[test]
fn the_times_of_a_fund_can_be_written() {
    let fund = "target = \"500\"\nperiod = \"60 d\"\ncool_down = \"2 d\"\nwindow = \"1 h\"\n";
    let sheet = parse(&insured(fund, "")).unwrap();
    let Insurance::Fund { rules, .. } = sheet.insurance else {
        panic!("{:?}", sheet.insurance);
    };
    assert_eq!(rules.period, Period::from_secs(60 * 86_400));
    assert_eq!(rules.cool_down, Period::from_secs(2 * 86_400));
    assert_eq!(rules.window, Period::from_secs(3_600));
}

#[test]
fn every_rule_of_a_fund_says_what_is_wrong() {
    let fund = |lines: &str| parse(&insured(&format!("target = \"500\"\n{lines}"), ""));
    let stake = |stake: &str| {
        let backer = format!("[[backers]]\nname = \"B\"\nstake = \"{stake}\"\n");
        parse(&insured("target = \"500\"\n", &backer))
    };
    let both = SHEET.replace("[cash]", "[insurance_fund]\ntarget = \"500\"\n[cash]");
    let backer = "[[backers]]\nname = \"B\"\nstake = \"5\"\n[[investors]]";
    let cases = [
        (fund("minimum_stake = \"501\"\n"), "minimum_stake: the smallest stake is between 0.000001 and 500, the target of the fund"),
        (parse(&insured("target = \"80 000 000 000 000\"\nminimum_stake = \"0.000001\"\n", "")), "minimum_stake: the smallest stake is between 72.759576 and 80\u{202f}000\u{202f}000\u{202f}000\u{202f}000, the target of the fund"),
        (fund("period = \"0 d\"\n"), "period: this time must not be zero"),
        (fund("window = \"0 d\"\n"), "window: this time must not be zero"),
        (fund("premium = \"21 %\"\n"), "premium: the pool charges at most 20.0 % of interest to insurance"),
        (fund("event_limit = \"0\"\n"), "event_limit: the amount must be above zero"),
        (stake("501"), "stake: a stake is between 1 and 500, the target of the fund"),
        (stake("0.5"), "stake: a stake is between 1 and 500, the target of the fund"),
        (parse(&both), "insurance: the insurance fund is paid what goes to insurance: remove this line, or [insurance_fund]"),
        (parse(&SHEET.replace("insurance = \"Insurance fund\"\n", "")), "nobody is insurance: add the line `insurance = \"a name\"`, or the table [insurance_fund]"),
        (parse(&SHEET.replace("[[investors]]", backer)), "name: there is no fund to back: add the table [insurance_fund], or remove this backer"),
    ];
    for (sheet, expected) in cases {
        let message = sheet.expect_err(expected);
        assert!(message.contains(expected), "{message}\nexpected {expected}");
    }
}

/// The sheet with these lines in the place of its governor.
fn governed(lines: &str) -> String {
    SHEET.replace("governor = \"Governor\"\n", lines)
}

#[test]
fn who_votes_governs_and_the_residual_class_does_unless_there_is_a_token() {
    let sheet = parse(&governed(
        "guardian = \"G\"\ngovernance.vetoes = [\"Senior\"]\ngovernance.quorum = \"30 %\"\n",
    ));
    let sheet = sheet.unwrap();
    let Governor::Votes(votes) = sheet.governor else {
        panic!("{:?}", sheet.governor);
    };
    assert_eq!(sheet.guardian, "G");
    assert!(matches!(votes.electorate, Electorate::Residual));
    assert_eq!(votes.vetoes, [TrancheId(0)]);
    assert_eq!(votes.settings.quorum, Ratio::from_bps(3_000));
    assert_eq!(votes.settings.voting_period, Period::from_secs(3 * 86_400));
    assert_eq!(votes.settings.delay, Period::from_secs(2 * 86_400));
    assert_eq!(votes.settings.ensure_valid(), Ok(()));

    let holders = "[{ name = \"A\", amount = \"7\" }, { name = \"B\", amount = \"0.5\" }]";
    let sheet = parse(&governed(&format!(
        "guardian = \"G\"\ngovernance.token = {{ name = \"Votes\", symbol = \"V\", decimals = 6, holders = {holders} }}\n",
    )));
    let Governor::Votes(votes) = sheet.unwrap().governor else {
        panic!("an account governs");
    };
    let Electorate::Token { holders, .. } = votes.electorate else {
        panic!("the residual votes");
    };
    assert_eq!(holders, [("A".into(), 7_000_000), ("B".into(), 500_000)]);
}

#[test]
fn every_rule_of_governance_says_what_is_wrong() {
    let guarded = |line: &str| governed(&format!("guardian = \"G\"\n{line}\n"));
    let token = |holders: &str| {
        guarded(&format!(
            "governance.token = {{ name = \"V\", symbol = \"V\", decimals = 6, holders = {holders} }}"
        ))
    };
    let twice = "[{ name = \"A\", amount = \"1\" }, { name = \"A\", amount = \"1\" }]";
    let cases = [
        (governed(""), ": nobody governs the deal: write `governor = "),
        (governed("governance = {}\n"), ": a vote takes days: write `guardian = "),
        (guarded("governor = \"H\"\ngovernance = {}"), ", line 6, column 12, governor: those who vote govern this deal"),
        (guarded("governance.vetoes = [\"Super\"]"), ", line 6, column 22, governance.vetoes: there is no tranche `Super`"),
        (guarded("governance.quorum = \"51 %\""), ", line 6, column 21, governance.quorum: the governor allows 1.00 % to 50.00 % of all votes"),
        (guarded("governance.threshold = \"6 %\""), ", line 6, column 24, governance.threshold: the governor allows 0.01 % to 5.00 % of all votes"),
        (guarded("governance.super_quorum = \"50 %\""), ", line 6, column 27, governance.super_quorum: the governor allows 50.01 % to 100.00 %"),
        (guarded("governance.voting_delay = \"0 h\""), ", line 6, column 27, governance.voting_delay: the governor allows 1 h to "),
        (guarded("governance.voting_period = \"23 h\""), ", line 6, column 28, governance.voting_period: the governor allows 24 h to "),
        (guarded("governance.late_extension = \"4 d\""), ", line 6, column 29, governance.late_extension: the governor allows 0 min to 72 h"),
        (guarded("governance.delay = \"31 d\""), ", line 6, column 20, governance.delay: the governor allows 48 h to "),
        (token("[]"), ", line 6, column 72, governance.token: nobody could vote"),
        (token(twice), "governance.token: `A` is taken or empty"),
    ];
    for (sheet, expected) in cases {
        let message = parse(&sheet).expect_err(expected);
        assert!(message.contains(expected), "{message}\nexpected {expected}");
    }
}

#[test]
fn a_registry_never_stands_between_holders_and_what_they_locked() {
    let registry = "[compliance]\nofficer = \"Officer\"\nissuers = []\n[cash]";
    let lines = |lines: &str| governed(&format!("guardian = \"G\"\n{lines}"));
    let token = "governance.token = { name = \"V\", symbol = \"V\", decimals = 6, holders = [{ name = \"A\", amount = \"1\" }] }\n";
    let veto = "governance.vetoes = [\"Senior\"]\n";
    let refused = "are locked, and the registry could refuse to give them back";
    for (sheet, expected) in [
        (
            lines("governance = {}\n"),
            Some([": to vote, tokens of Junior ", "`[governance.token]`"]),
        ),
        (
            lines(&format!("{token}{veto}")),
            Some([
                ", line 7, column 22, governance.vetoes: to vote, tokens of Senior ",
                "take it out of `vetoes`",
            ]),
        ),
        (lines(token), None),
    ] {
        parse(&sheet).unwrap();
        // Whatever they are paid is theirs.
        let paid = "symbol = \"J\"\ndistribution = \"pay out\"\n";
        parse(&sheet.replace("symbol = \"J\"\n", paid)).unwrap();
        let ruled = parse(&sheet.replace("[cash]", registry));
        let Some(expected) = expected else {
            ruled.unwrap();
            continue;
        };
        let message = ruled.expect_err(refused);
        for part in expected.into_iter().chain([refused]) {
            assert!(message.contains(part), "{message}\nexpected {part}");
        }
    }
}

#[test]
fn the_shipped_deals_are_valid() {
    for name in [
        "eth-btc-credit",
        "btc-two-tranche",
        "members-only",
        "holders-credit",
    ] {
        let file = term_sheet::workspace_root()
            .join("deals")
            .join(name)
            .with_extension("toml");
        let sheet = TermSheet::load(&file).unwrap();
        assert_eq!(sheet.residual() + 1, sheet.tranches.len());
    }
}

#[test]
fn a_quantity_that_cannot_be_read_shows_where_and_how_to_write_it() {
    assert_eq!(
        mistake("\"6.5 %\"", "\"six\""),
        "deal.toml, line 16, column 15, target_rate: \"six\" is not a percentage: write it like \"6.5 %\"\n \
         16 | target_rate = \"six\"\n    |               ^"
    );
    assert_eq!(
        mistake("cap = \"1 000 000\"", "cap = \"1.000.000\""),
        "deal.toml, line 18, column 7, cap: \"1.000.000\" is not an amount: write it like \"2 500 000\" or \"0.25\"\n \
         18 | cap = \"1.000.000\"\n    |       ^"
    );
    assert_eq!(
        mistake("\"90 min\"", "\"90\""),
        "deal.toml, line 38, column 16, auction_tail: \"90\" is not a length of time: write it like \"24 h\", in d, h, min or s\n \
         38 | auction_tail = \"90\"\n    |                ^"
    );
    assert!(mistake("\"6.5 %\"", "6.5").contains("\"6.5\" is not a percentage"));
    assert!(mistake("\"6.5 %\"", "6").contains("\"6\" is not a percentage"));
    let table = "{ percent = \"6.5 %\" }";
    assert!(mistake("\"6.5 %\"", table).contains("expected a quantity in quotes"));
    assert!(mistake("\"6.5 %\"", "true").contains("expected a quantity in quotes"));
}

#[test]
fn a_field_that_is_unknown_or_missing_is_named() {
    assert!(mistake("quorum = 2", "quorums = 2").starts_with(
        "deal.toml, line 43, column 1: unknown field `quorums`, expected one of `feeders`, `sr25519_keys`, `ecdsa_keys`, `sources`, "
    ));
    assert!(mistake("quorum = 2\n", "").contains("missing field `quorum`"));
    assert!(mistake("quorum = 2", "= 2").starts_with("deal.toml, line 43, column 1: "));
    assert!(mistake("insurance = \"Insurance fund\"\n", "").contains("nobody is insurance"));
    assert!(mistake("name = \"Test deal\"", "name = ").starts_with("deal.toml, line 2, column 8"));
}

/// Each rule with a change that breaks it, the place, and the message.
#[test]
fn every_rule_says_what_is_wrong() {
    let cases = [
        ("decimals = 6", "decimals = 5", "line 11, column 12, decimals: a token's decimals must be 6 to 18"),
        ("symbol = \"J\"", "symbol = \"USDX\"", "line 22, column 10, symbol: `USDX` is taken or empty: choose another name"),
        ("\"500_000\"", "\"0\"", "line 23, column 7, cap: the amount must be above zero"),
        ("\"10 000.5\"", "\"0.0000001\"", "line 34, column 16, minimum_debt: USDX has 6 decimals: this amount has more, or is too large"),
        ("\"10 000.5\"", "\"4 000 000\"", "line 34, column 16, minimum_debt: the minimum debt exceeds the debt ceiling: nobody could borrow"),
        ("borrow_ltv = \"60 %\"", "borrow_ltv = \"73 %\"", "line 30, column 14, borrow_ltv: the borrow LTV must lie below the liquidation LTV, or a fresh loan could be liquidated"),
        ("borrow_ltv = \"60 %\"", "borrow_ltv = \"72.25 %\"", "line 30, column 14, borrow_ltv: the borrow LTV must lie below the liquidation LTV, or a fresh loan could be liquidated"),
        ("max_age = \"5 h\"", "max_age = \"0 h\"", "line 44, column 11, max_age: a report must be in force for some time"),
        ("\"5 %\"", "\"100 %\"", "line 4, column 20, liquidity_buffer: must be below 100 %"),
        ("\"24 h\"", "\"0 h\"", "line 3, column 16, epoch_length: an epoch must last"),
        ("quorum = 2", "quorum = 4", "line 43, column 10, quorum: 4 reports can never be in force: there are 3 feeders; lower the quorum or add feeders"),
        ("quorum = 2", "quorum = 0", "line 43, column 10, quorum: at least one report must be in force"),
        ("\"Two\"", "\"One\"", "line 42, column 19, feeders: `One` is taken or empty: choose another name"),
        ("tranche = \"Senior\"", "tranche = \"Super\"", "line 49, column 25, deposits: there is no tranche `Super`: choose from Senior, Junior"),
        ("collateral = \"BTC\"", "collateral = \"ETH\"", "line 54, column 14, collateral: there is no collateral `ETH`: choose from BTC"),
        ("\"59 %\"", "\"61 %\"", "line 56, column 12, draw_ltv: more than the borrow LTV of BTC cannot be drawn"),
        ("share = \"50 %\"", "share = \"0 %\"", "line 50, column 21, redeems: a share lies above 0 % and is 100 % at most"),
    ];
    for (old, new, expected) in cases {
        let message = mistake(old, new);
        let expected = format!("deal.toml, {expected}");
        assert_eq!(message.lines().next(), Some(expected.as_str()));
    }
}

/// The sheet with `lines` in its oracle.
fn with_oracle(lines: &str) -> String {
    SHEET.replace("quorum = 2\n", &format!("quorum = 2\n{lines}\n"))
}

/// The key of the secret key one, and its account on a chain.
const ECDSA_KEY: &str = "0x0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";

#[test]
fn a_short_oracle_holds_nothing_and_is_late_when_it_is_too_old() {
    let oracle = parse(SHEET).unwrap().oracle;
    assert_eq!(
        (oracle.max_deviation, oracle.hold),
        (Ratio::ZERO, Period(0))
    );
    assert_eq!(oracle.heartbeat, oracle.max_age);
    assert_eq!(oracle.averaging, Period::from_secs(3_600));
    assert_eq!(oracle.max_confidence, Ratio::from_bps(100));
    assert_eq!(oracle.change_delay, Period::from_secs(2 * 86_400));
    assert_eq!(oracle.others, []);
    // The default delay grows with what it has to outlast.
    let long = parse(&SHEET.replace("max_age = \"5 h\"", "max_age = \"60 h\"")).unwrap();
    assert_eq!(long.oracle.change_delay, Period::from_secs(60 * 3_600 + 30));
}

#[test]
fn all_terms_of_an_oracle_reach_the_feed() {
    let lines = [
        "heartbeat = \"1 h\"",
        "max_deviation = \"10 %\"",
        "hold = \"30 min\"",
        "averaging = \"2 h\"",
        "max_confidence = \"0.5 %\"",
        "change_delay = \"3 d\"",
        &format!("sr25519_keys = [\"0x{}\"]", "11".repeat(32)),
        &format!("ecdsa_keys = [\"{ECDSA_KEY}\"]"),
        &format!("sources = [\"0x{}\"]", "Ab".repeat(32)),
    ];
    let oracle = parse(&with_oracle(&lines.join("\n"))).unwrap().oracle;
    assert_eq!(oracle.change_delay, Period::from_secs(3 * 86_400));
    let feed = oracle
        .feed(|name| Ok([name.len() as u8; 32].into()))
        .unwrap();
    let keys: Vec<_> = feed.feeders.iter().map(|feeder| feeder.key).collect();
    let named = [Key::Sr25519; 3];
    assert_eq!(
        keys,
        [&named[..], &[Key::Sr25519, Key::Ecdsa, Key::Source]].concat()
    );
    let accounts: Vec<_> = feed.feeders.iter().map(|feeder| feeder.account).collect();
    assert_eq!(accounts[..3], [3, 3, 5].map(|length| [length; 32].into()));
    assert_eq!(accounts[3], [0x11; 32].into());
    let mut ecdsa = [0; 32];
    let key: Vec<_> = (2..68)
        .step_by(2)
        .map(|at| u8::from_str_radix(&ECDSA_KEY[at..at + 2], 16).unwrap())
        .collect();
    ink::env::hash_bytes::<ink::env::hash::Blake2x256>(&key, &mut ecdsa);
    assert_eq!(accounts[4], ecdsa.into());
    assert_eq!(accounts[5], [0xab; 32].into());
    assert_eq!(feed.heartbeat, Period::from_secs(3_600));
    assert_eq!(
        (feed.max_deviation, feed.hold),
        (Ratio::from_bps(1_000), Period::from_secs(1_800))
    );
    assert_eq!(feed.averaging, Period::from_secs(7_200));
    assert_eq!(feed.max_confidence, Ratio::from_bps(50));
    assert_eq!(
        (feed.quorum, feed.max_age),
        (2, Period::from_secs(5 * 3_600))
    );
    assert_eq!(feed.future_tolerance, Period::from_secs(30));
}

#[test]
fn every_rule_of_an_oracle_says_what_is_wrong() {
    let source = format!("\"0x{}\"", "ab".repeat(32));
    let twice = format!("sources = [{source}, {source}]");
    let cases = [
        ("heartbeat = \"6 h\"", "column 13, heartbeat: the heartbeat must last, and no longer than the maximum age of 5 h"),
        ("heartbeat = \"0 h\"", "column 13, heartbeat: the heartbeat must last, and no longer than the maximum age of 5 h"),
        ("hold = \"1 h\"", "column 8, hold: without `max_deviation` nothing is a jump: write how far, or remove this line"),
        ("max_deviation = \"5 %\"", "column 17, max_deviation: without `hold` no jump is held: write how long, or remove this line"),
        ("hold = \"0 h\"\nmax_deviation = \"5 %\"", "column 8, hold: a jump must be held for some time: write more, or remove this line and `max_deviation`"),
        ("averaging = \"0 s\"", "column 13, averaging: an average must be taken over some time"),
        ("max_confidence = \"6 %\"", "column 18, max_confidence: the doubt of a source is bounded by 0.1 % to 5.0 % of the price"),
        ("change_delay = \"5 h\"", "column 16, change_delay: a change must be public for"),
        (&twice, "column 82, sources: this feeder is listed twice: remove one"),
        ("sources = [\"0xab\"]", "column 11, sources: \"0xab\" is not a key or an address of 32 bytes"),
        ("ecdsa_keys = [\"0xzz\"]", "column 14, ecdsa_keys: \"0xzz\" is not a key or an address of 33 bytes"),
    ];
    for (lines, expected) in cases {
        let message = parse(&with_oracle(lines)).expect_err("the sheet was accepted");
        let expected = format!("deal.toml, line 44, {expected}");
        assert!(message.starts_with(&expected), "{message}\n{expected}");
    }
    let ahead = mistake("\"30 s\"", "\"61 s\"");
    let expected = "deal.toml, line 45, column 20, future_tolerance: a report may be dated ahead by 1 min at most";
    assert!(ahead.starts_with(expected), "{ahead}");
}

#[test]
fn the_residual_has_no_terms_and_the_others_must() {
    assert!(mistake("symbol = \"J\"", "symbol = \"J\"\ntarget_rate = \"1 %\"").starts_with(
        "deal.toml, line 23, column 15, target_rate: the last tranche is the residual: it takes what is left and has no target rate; remove this line"
    ));
    assert!(mistake("symbol = \"J\"", "symbol = \"J\"\nminimum_subordination = \"1 %\"").starts_with(
        "deal.toml, line 23, column 25, minimum_subordination: the last tranche is the residual: nothing stands below it; remove this line"
    ));
    assert!(mistake("symbol = \"J\"", "symbol = \"J\"\ninterest_cover = \"120 %\"").starts_with(
        "deal.toml, line 23, column 18, interest_cover: the last tranche is the residual: no coupon is due to it; remove this line"
    ));
    assert!(mistake("minimum_subordination = \"20 %\"\n", "").starts_with(
        "deal.toml, line 14, column 8, name: a tranche above the residual needs `minimum_subordination`"
    ));
}

#[test]
fn a_deal_has_two_to_five_tranches() {
    let junior = "[[tranches]]\nname = \"Junior\"\nsymbol = \"J\"\ncap = \"500_000\"\n";
    assert!(mistake(junior, "").contains("a deal has 2 to 5 tranches, and this one has 1"));
    let more: String = (0..5)
        .map(|n| format!("[[tranches]]\nname = \"{n}\"\nsymbol = \"{n}\"\ncap = \"1\"\n"))
        .collect();
    assert!(mistake(junior, &more).contains("a deal has 2 to 5 tranches, and this one has 6"));
}

/// The sheet with a compliance registry, these lines of its one issuer and of the first tranche, and an investor's
/// residence.
fn ruled(issuer: &str, tranche: &str, resident: u16) -> String {
    let registry = format!(
        "[compliance]\nofficer = \"Officer\"\n[[compliance.issuers]]\nname = \"Bank\"\n{issuer}[cash]"
    );
    SHEET
        .replace("[cash]", &registry)
        .replace("symbol = \"S\"\n", &format!("symbol = \"S\"\n{tranche}"))
        .replace(
            "name = \"Insurer\"\n",
            &format!("name = \"Insurer\"\nresident = {resident}\n"),
        )
}

#[test]
fn all_terms_of_a_registry_can_be_written() {
    let issuer = "tranches = [\"Senior\"]\nresidents = { except = [408] }\n";
    let tranche = "members = { only = [756, 40] }\nlocked_until = 2021-03-01\n";
    let sheet = parse(&ruled(issuer, tranche, 756)).unwrap();
    let rule = &sheet.tranches[0].rule;
    let allowed = Jurisdictions::Only(vec![756, 40]);
    assert_eq!(rule.admission, Admission::Members(allowed));
    assert_eq!(rule.locked_until, Timestamp(1_614_556_800_000));
    assert_eq!(sheet.tranches[1].rule.admission, Admission::Open);
    assert_eq!(sheet.tranches[1].rule.locked_until, Timestamp(0));
    assert_eq!(sheet.investors[0].resident, Some(756));
    let compliance = sheet.compliance.unwrap();
    assert_eq!(compliance.officer, "Officer");
    let scope = &compliance.issuers[0].scope;
    assert_eq!(scope.tranches, Tranches(0b01));
    assert_eq!(scope.jurisdictions, Jurisdictions::Except(vec![408]));
    let issuer = |tranche, code| compliance.issuer(TrancheId(tranche), code).is_some();
    assert!(issuer(0, 756) && !issuer(0, 408) && !issuer(1, 756));

    let short = parse(&ruled("", "members = {}\n", 756)).unwrap();
    let anywhere = Admission::Members(Jurisdictions::ALL);
    assert_eq!(short.tranches[0].rule.admission, anywhere);
    let scope = &short.compliance.unwrap().issuers[0].scope;
    assert_eq!(scope.tranches, Tranches::ALL);
    assert_eq!(scope.jurisdictions, Jurisdictions::ALL);
    assert!(parse(SHEET).unwrap().compliance.is_none());
}

#[test]
fn every_rule_of_a_registry_says_what_is_wrong() {
    let lone = |line: &str| {
        let lines = format!("symbol = \"S\"\n{line}\n");
        parse(&SHEET.replace("symbol = \"S\"\n", &lines))
    };
    let issuer = |lines: &str| parse(&ruled(lines, "", 756));
    let long = format!("members = {{ only = {:?} }}\n", [756; 257]);
    let nobody = "nobody applies this rule: add `[compliance]`, or remove this line";
    let code = "a country is written as its number in ISO 3166: 756 is Switzerland";
    let unattested = "no issuer of `[compliance]` may attest this for the tranches of his deposits: widen one's scope, or remove this line";
    for (sheet, expected) in [
        (lone("members = {}"), nobody),
        (lone("locked_until = 2021-03-01"), nobody),
        (parse(&ruled("", "", 0)), code),
        (
            parse(&ruled("", "members = { only = [1000] }\n", 756)),
            code,
        ),
        (
            parse(&ruled("", "members = { only = [1], except = [2] }\n", 756)),
            "`only` says all of it: remove `except`",
        ),
        (
            parse(&ruled("", &long, 756)),
            "a list has at most 256 countries: list the others instead",
        ),
        (
            issuer("tranches = [\"Super\"]\n"),
            "there is no tranche `Super`: choose from Senior, Junior",
        ),
        (issuer("tranches = [\"Junior\"]\n"), unattested),
        (issuer("residents = { except = [756] }\n"), unattested),
        (
            parse(&SHEET.replace(
                "name = \"Insurer\"\n",
                "name = \"Insurer\"\nresident = 756\n",
            )),
            unattested,
        ),
    ] {
        let message = sheet.expect_err(expected);
        assert!(message.contains(expected), "{message}\nexpected {expected}");
    }
}
