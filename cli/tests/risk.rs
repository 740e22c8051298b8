//! The command line as people meet it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn sluice(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sluice"))
        .args(arguments)
        .output()
        .unwrap()
}

fn says(arguments: &[&str]) -> String {
    let output = sluice(arguments);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// The first line of the refusal.
fn refuses(arguments: &[&str]) -> String {
    let output = sluice(arguments);
    assert_ne!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
    String::from_utf8(output.stderr)
        .unwrap()
        .lines()
        .next()
        .unwrap_or_default()
        .to_owned()
}

/// A folder of its own for a test.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

const PATHS: [&str; 6] = ["--paths", "64", "--days", "3", "--step-minutes", "240"];

#[test]
fn a_mistake_in_a_market_names_file_line_and_field() {
    let shipped = term_sheet::find("eth-btc".as_ref(), "markets", "toml").unwrap();
    let market = std::fs::read_to_string(shipped).unwrap();
    let file = folder("mistakes").join("market.toml");
    let cases = [
        (
            "volatility = \"73.55 %\"",
            "volatility = \"73,55 %\"",
            "volatility: \"73,55 %\" is not a percentage: write it like \"6.5 %\" or \"-7 %\"",
        ),
        (
            "asset = \"btc\"\nprice",
            "asset = \"eth\"\nprice",
            "asset: each asset needs a name of its own, and `eth` is none",
        ),
        (
            "depth = \"60 000\"",
            "deep = \"60 000\"",
            ": unknown field `deep`",
        ),
        (
            "correlation = \"79.15 %\"",
            "correlation = \"179 %\"",
            "correlation: must lie between -100 % and 100 %",
        ),
    ];
    for (old, new, expected) in cases {
        assert!(market.contains(old), "{old}");
        std::fs::write(&file, market.replace(old, new)).unwrap();
        for command in ["price", "stress", "greeks", "report"] {
            let message = refuses(&["risk", command, "--market", text(&file)]);
            assert!(
                message.starts_with(&format!("error: {}, line ", file.display())),
                "{message}"
            );
            assert!(message.contains(expected), "{message}\nexpected {expected}");
        }
    }
}

#[test]
fn what_prices_need_and_a_market_lacks_is_asked_for() {
    let file = folder("lacks").join("market.toml");
    let asset = |name: &str| {
        format!("[[assets]]\nasset = \"{name}\"\nprice = \"200\"\nvolatility = \"60 %\"\n")
    };
    let pair = "[[correlations]]\nbetween = [\"eth\", \"btc\"]\ncorrelation = \"80 %\"\n";
    let head = "name = \"Bare\"\ndate = \"2020-03-11\"\n";
    let credit = "[credit]\ncorrelation = \"40 %\"\nrate = \"1 %\"\nmaturity = \"365 d\"\n";
    let cases = [
        (format!("{head}{}", asset("eth")), "stress", "the deal lends against `btc`: add an [[assets]] table with asset = \"btc\"; this market has eth"),
        (format!("{head}{}{}{pair}", asset("eth"), asset("btc")), "price", "prices need a [credit] table: correlation, rate and maturity of the loans"),
        (format!("{head}{credit}{}{}{pair}", asset("eth"), asset("btc")), "greeks", "asset eth: prices need loans = { default_probability = \"2 %\", recovery = \"70 %\" }"),
    ];
    for (market, command, expected) in cases {
        std::fs::write(&file, market).unwrap();
        let message = refuses(&["risk", command, "--market", text(&file)]);
        assert_eq!(message, format!("error: {}: {expected}", file.display()));
    }
}

#[test]
fn a_file_that_is_not_there_is_named_with_what_there_is() {
    let message = refuses(&["risk", "price", "--market", "sol"]);
    assert!(
        message.starts_with("error: there is no file sol; ") && message.ends_with("holds eth-btc"),
        "{message}"
    );
    let message = refuses(&["risk", "stress", "--deal", "no-such-deal"]);
    assert!(
        message.starts_with("error: there is no file no-such-deal; "),
        "{message}"
    );
}

#[test]
fn a_mistake_in_a_history_names_file_line_and_column() {
    let file = folder("histories").join("prices.csv");
    std::fs::write(&file, "date,eth,btc\n2020-01-01,1,2\n2020-01-02,-1,2\n").unwrap();
    let message = refuses(&["risk", "calibrate", text(&file)]);
    assert!(
        message.starts_with(&format!(
            "error: {}, line 3, column eth: \"-1\" is not a price",
            file.display()
        )),
        "{message}"
    );
    std::fs::write(&file, "date,eth\n2020-01-01,1\n2020-01-02,2\n").unwrap();
    let message = refuses(&["risk", "calibrate", text(&file)]);
    assert_eq!(
        message,
        format!(
            "error: {}: column eth: 1 returns are too few to fit, 30 are needed",
            file.display()
        )
    );
    let message = refuses(&["risk", "stress", "--scenario", text(&file)]);
    assert_eq!(
        message,
        format!(
            "error: {}: the deal lends against `btc` and there is no such column; there are eth",
            file.display()
        )
    );
}

#[test]
fn a_path_that_cannot_be_written_is_refused_before_the_work() {
    let folder = folder("out");
    let cases = [
        (
            folder.clone(),
            format!(
                "error: --out is a folder: {}; name a file in it",
                folder.display()
            ),
        ),
        (
            folder.join("no/such/file"),
            format!(
                "error: --out lies in a folder that does not exist: {}",
                folder.join("no/such").display()
            ),
        ),
    ];
    for (out, expected) in cases {
        for command in ["price", "stress", "greeks", "report"] {
            assert_eq!(refuses(&["risk", command, "--out", text(&out)]), expected);
        }
        assert_eq!(
            refuses(&["risk", "calibrate", "march-2020", "--out", text(&out)]),
            expected
        );
    }
}

#[test]
fn an_option_out_of_range_is_named() {
    for (option, value) in [
        ("--paths", "0"),
        ("--days", "4000"),
        ("--step-minutes", "0"),
        ("--threads", "none"),
    ] {
        let message = refuses(&["risk", "stress", option, value]);
        assert!(
            message.contains(option) && message.contains(value),
            "{message}"
        );
    }
    let message = refuses(&[
        "risk",
        "stress",
        "--scenario",
        "march-2020",
        "--paths",
        "10",
    ]);
    assert!(
        message.contains("--scenario") && message.contains("--paths"),
        "{message}"
    );
}

#[test]
fn json_and_csv_hold_what_people_read() {
    let json: Value = serde_json::from_str(&says(&["risk", "price", "--format", "json"])).unwrap();
    let senior = &json["classes"][0];
    assert_eq!(
        (&senior["Class"], &senior["Value"], &senior["Target rate"]),
        (&"Senior".into(), &6_500_000.0.into(), &0.05.into())
    );
    let csv = says(&["risk", "price", "--format", "csv"]);
    let tables: Vec<_> = csv.split("\n\n").collect();
    assert_eq!(tables.len(), 3);
    assert!(
        tables[0].starts_with("Loan,Collateral,Lent,") && tables[1].contains("\nSenior,6500000.0,"),
        "{csv}"
    );
    assert!(says(&["risk", "price"]).contains("6\u{202f}500\u{202f}000"));
}

#[test]
fn paths_are_the_same_for_any_number_of_threads() {
    let with = |threads: &str, seed: &str| {
        let mut arguments = vec![
            "risk",
            "stress",
            "--format",
            "json",
            "--threads",
            threads,
            "--seed",
            seed,
        ];
        arguments.extend(PATHS);
        says(&arguments)
    };
    assert_eq!(with("1", "5"), with("4", "5"));
    assert_ne!(with("1", "5"), with("1", "6"));
}

#[test]
fn a_history_is_told_settlement_by_settlement() {
    let json = says(&[
        "risk",
        "stress",
        "--scenario",
        "march-2020",
        "--format",
        "json",
    ]);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["settlements"].as_array().unwrap().len(), 3 * 5);
    assert_eq!(json["settlements"][3]["Settled"], "12 Mar 04:00");
    assert_eq!(json["loans"][0]["Loan"], "Exchange lender");
}

/// Daily prices of two assets that move by known amounts, up and down in turn.
fn history(file: &Path) {
    let mut prices = "timestamp_ms,eth,btc\n".to_owned();
    for day in 0..60u64 {
        let (at, up) = (day * 86_400_000, (day % 2) as f64);
        prices += &format!(
            "{at},{:.6},{:.6}\n",
            100.0 * (0.03 * up).exp(),
            5_000.0 * (0.02 * up).exp()
        );
    }
    std::fs::write(file, prices).unwrap();
}

#[test]
fn a_market_that_was_calibrated_prices_a_deal() {
    let folder = folder("calibrate");
    let (prices, market) = (folder.join("prices.csv"), folder.join("market.toml"));
    history(&prices);
    let printed = says(&[
        "risk",
        "calibrate",
        text(&prices),
        "--keep",
        "eth-btc",
        "--out",
        text(&market),
    ]);
    assert!(printed.contains("What the history shows"), "{printed}");
    let written = std::fs::read_to_string(&market).unwrap();
    // 3 % a day: 0.03 × √365 = 57.3 % a year; both move together.
    assert!(
        written.contains("volatility = \"57.3149 %\"")
            && written.contains("volatility = \"38.2099 %\""),
        "{written}"
    );
    assert!(
        written.contains("between = [\"eth\", \"btc\"]\ncorrelation = \"99.99 %\""),
        "{written}"
    );
    assert!(
        written.contains("price = \"201.84\"")
            && written.contains("default_probability = \"15 %\""),
        "{written}"
    );
    assert!(says(&["risk", "price", "--market", text(&market)]).contains("Fair spread"));
}

#[test]
fn a_report_is_one_page_with_all_charts_and_no_reference_outside() {
    let out = folder("report").join("risk.html");
    let mut arguments = vec!["risk", "report", "--out", text(&out)];
    arguments.extend(PATHS);
    says(&arguments);
    let page = std::fs::read_to_string(&out).unwrap();
    // Losses, spreads, a fan and a tornado for each of three classes.
    assert_eq!(page.matches("<svg ").count(), 8);
    for title in [
        "How likely each class loses more",
        "Fair spread against correlation",
        "What a unit of Junior becomes",
        "What moves Senior",
    ] {
        assert!(page.contains(title), "{title}");
    }
    for outside in ["<script", "<link", "src=", "@import", "url("] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert!(!page.contains("NaN") && !page.contains("inf"));
}
