//! What a market file means, and how its author is told about mistakes.

use std::path::Path;

use finance::Timestamp;
use risk::fit::fit;
use risk::market::{Jumps, Market};
use risk::Recovery;
use term_sheet::{find, Scenario};

const MARKET: &str = r#"
name = "Test market"
date = "2020-03-11"
common_jumps = "50 %"
impact_half_life = "12 h"

[credit]
correlation = "30 %"
rate = "-0.5 %"
maturity = "73 d"

[[assets]]
asset = "eth"
price = "201.84"
volatility = "75 %"
jumps = { per_year = "3.5", mean = "-6.5 %", deviation = "20 %" }
depth = "1 000 000"
loans = { default_probability = "2 %", recovery = "70 %" }

[[assets]]
asset = "btc"
price = "7_924"
drift = "5 %"
volatility = "60 %"

[assets.loans]
default_probability = "3 %"
recoveries = [{ weight = "75 %", recovery = "80 %" }, { weight = "25 %", recovery = "40 %" }]

[[assets]]
asset = "dot"
price = "4"
volatility = "90 %"

[[correlations]]
between = ["eth", "btc"]
correlation = "80 %"

[[correlations]]
between = ["dot", "eth"]
correlation = "70 %"

[[correlations]]
between = ["btc", "dot"]
correlation = "55 %"
"#;

fn parse(text: &str) -> Result<Market, String> {
    Market::parse(Path::new("market.toml"), text).map_err(|mistake| mistake.to_string())
}

/// The message about the market with `old` replaced by `new`.
fn mistake(old: &str, new: &str) -> String {
    assert_eq!(
        MARKET.matches(old).count(),
        1,
        "`{old}` must stand in the market once"
    );
    parse(&MARKET.replace(old, new)).expect_err("the market was accepted")
}

#[test]
fn quantities_become_numbers() {
    let market = parse(MARKET).unwrap();
    let [eth, btc, dot] = &market.assets[..] else {
        panic!("three assets")
    };
    assert_eq!(market.date, Timestamp(1_583_884_800_000));
    assert_eq!(
        eth.jumps,
        Jumps {
            per_year: 3.5,
            mean: -0.065,
            deviation: 0.2
        }
    );
    assert_eq!((eth.price, eth.drift, eth.depth), (201.84, 0.0, Some(1e6)));
    assert_eq!(
        (btc.drift, btc.jumps, btc.depth),
        (0.05, Jumps::default(), None)
    );
    let recoveries = btc.loans.as_ref().map(|loans| loans.recovery.clone());
    assert_eq!(
        recoveries,
        Some(Recovery::States(vec![(0.75, 0.8), (0.25, 0.4)]))
    );
    assert_eq!(dot.loans, None);
    assert_eq!(
        (market.common_jumps, market.impact_half_life),
        (0.5, 12.0 / 8_760.0)
    );
    let credit = market.credit.unwrap();
    assert_eq!(
        (credit.correlation, credit.rate, credit.maturity),
        (0.3, -0.005, 0.2)
    );
    // Pairs may be named in any order.
    assert_eq!(
        (
            market.correlation.between(0, 1),
            market.correlation.between(0, 2)
        ),
        (0.8, 0.7)
    );
}

#[test]
fn a_market_that_is_written_is_read_again() {
    let market = parse(MARKET).unwrap();
    assert_eq!(parse(&market.to_toml()).unwrap(), market);
}

#[test]
fn the_shipped_market_fits_the_shipped_deal() {
    let market = Market::load(&find("eth-btc".as_ref(), "markets", "toml").unwrap()).unwrap();
    assert_eq!(
        (market.number("eth").unwrap(), market.number("btc").unwrap()),
        (0, 1)
    );
    assert!(market.assets.iter().all(|asset| asset.loans.is_some()) && market.credit.is_some());
}

/// The price history lies beside the repository on some machines.
#[test]
fn the_shipped_market_moves_as_its_history_does() {
    let file = term_sheet::workspace_root().join("../shared/data/daily-2019-2025.csv");
    if !file.exists() {
        println!("skipped: there is no {}", file.display());
        return;
    }
    let history = Scenario::load(&file).unwrap();
    let fit = fit(&history, &["eth".into(), "btc".into()]).unwrap();
    let market = Market::load(&find("eth-btc".as_ref(), "markets", "toml").unwrap()).unwrap();
    let same = |shipped: f64, fitted: f64| {
        assert!(
            (shipped - fitted).abs() <= 5e-5,
            "{shipped} is not {fitted}"
        )
    };
    for (shipped, fitted) in market.assets.iter().zip(&fit.assets) {
        same(shipped.volatility, fitted.volatility);
        same(shipped.jumps.mean, fitted.jumps.mean);
        same(shipped.jumps.deviation, fitted.jumps.deviation);
        same(
            shipped.jumps.per_year / 100.0,
            fitted.jumps.per_year / 100.0,
        );
    }
    same(market.common_jumps, fit.common_jumps);
    same(
        market.correlation.between(0, 1),
        fit.correlation.between(0, 1),
    );
}

#[test]
fn every_mistake_names_file_place_and_field() {
    let cases = [
        ("volatility = \"75 %\"", "volatility = \"75\"", "line 15, column 14, volatility: \"75\" is not a percentage"),
        ("volatility = \"75 %\"", "volatility = 75", "line 15, column 14, volatility: \"75\" is not a percentage"),
        ("volatility = \"75 %\"", "volatility = \"0 %\"", "line 15, column 14, volatility: must lie between 0.01 % and 1000 %"),
        ("\"201.84\"", "\"0\"", "line 14, column 9, price: must be above zero"),
        ("\"201.84\"", "\"-3\"", "line 14, column 9, price: \"-3\" is not an amount"),
        ("price = \"201.84\"", "prize = \"201.84\"", "line 14, column 1: unknown field `prize`"),
        ("\"1 000 000\"", "\"0\"", "line 17, column 9, depth: must be above zero"),
        ("per_year = \"3.5\"", "per_year = \"2000\"", "line 16, column 22, jumps: what happens more than 1 000 times a year is volatility"),
        ("default_probability = \"2 %\"", "default_probability = \"100 %\"", "line 18, column 33, loans: must lie between 0 % and 99.9999 %"),
        ("recovery = \"70 %\"", "recovery = \"170 %\"", "line 18, column 51, loans: must lie between 0 % and 100 %"),
        (", recovery = \"70 %\"", "", "line 18, column 33, loans: write either `recovery` or `recoveries`"),
        ("weight = \"75 %\"", "weight = \"70 %\"", "line 28, column 14, recoveries: the weights must add up to 100 %, and these to 95.0000 %"),
        ("asset = \"btc\"", "asset = \"eth\"", "line 21, column 9, asset: each asset needs a name of its own, and `eth` is none"),
        ("[\"eth\", \"btc\"]", "[\"eth\", \"eth\"]", "line 36, column 11, between: name two different assets"),
        ("[\"eth\", \"btc\"]", "[\"eth\", \"sol\"]", "line 36, column 11, between: `sol` is no asset of this market"),
        ("[\"eth\", \"btc\"]", "[\"eth\", \"dot\"]", "line 40, column 11, between: this pair was given before"),
        ("correlation = \"70 %\"", "correlation = \"-101 %\"", "line 41, column 15, correlation: must lie between -100 % and 100 %"),
        ("correlation = \"30 %\"", "correlation = \"-1 %\"", "line 8, column 15, correlation: must lie between 0 % and 99.9999 %"),
        ("\"73 d\"", "\"0 d\"", "line 10, column 12, maturity: must last"),
        ("\"73 d\"", "\"a year\"", "line 10, column 12, maturity: \"a year\" is not a length of time"),
        ("\"12 h\"", "\"0 h\"", "line 5, column 20, impact_half_life: must last"),
        ("\"50 %\"", "\"101 %\"", "line 4, column 16, common_jumps: must lie between 0 % and 100 %"),
        ("\"2020-03-11\"", "\"March\"", "line 3, column 8, date: \"March\" is not a date"),
    ];
    for (old, new, expected) in cases {
        let message = mistake(old, new);
        let first = message.lines().next().unwrap_or_default();
        assert!(
            first.starts_with(&format!("market.toml, {expected}")),
            "{first}\nexpected {expected}"
        );
    }
}

#[test]
fn correlations_that_cannot_be_are_told_the_nearest_that_can() {
    let message = mistake("correlation = \"55 %\"", "correlation = \"-10.5 %\"");
    let first = message.lines().next().unwrap_or_default();
    assert!(
        first.starts_with("market.toml, line 37, column 15, correlation: no assets can move together like this; the nearest that can: eth/btc 73.0"),
        "{first}"
    );
    // What it proposes is accepted.
    let proposed = |pair: &str| {
        let (_, rest) = first.split_once(pair).unwrap();
        format!("\"{} %\"", rest.split_once(" %").unwrap().0.trim())
    };
    let repaired = MARKET
        .replace(
            "correlation = \"80 %\"",
            &format!("correlation = {}", proposed("eth/btc")),
        )
        .replace(
            "correlation = \"70 %\"",
            &format!("correlation = {}", proposed("eth/dot")),
        )
        .replace(
            "correlation = \"55 %\"",
            &format!("correlation = {}", proposed("btc/dot")),
        );
    parse(&repaired).unwrap();
}

#[test]
fn a_pair_that_is_missing_is_named() {
    let without = MARKET
        .split("[[correlations]]")
        .take(3)
        .collect::<Vec<_>>()
        .join("[[correlations]]");
    let message = parse(&without).unwrap_err();
    assert!(
        message.contains("how `btc` and `dot` move together is missing"),
        "{message}"
    );
}

#[test]
fn an_asset_that_a_deal_needs_is_asked_for() {
    let market = parse(MARKET).unwrap();
    let message = market.number("sol").unwrap_err().to_string();
    assert_eq!(
        message,
        "market.toml: the deal lends against `sol`: add an [[assets]] table with asset = \"sol\"; this market has eth, btc, dot"
    );
}
