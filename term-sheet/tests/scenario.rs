//! What a scenario means, and how its author is told about mistakes.

use std::path::Path;

use finance::{Price, Timestamp};
use term_sheet::calendar::{self, Moment};
use term_sheet::Scenario;

fn parse(text: &str) -> Result<Scenario, String> {
    Scenario::parse(Path::new("crisis.csv"), text).map_err(|mistake| mistake.to_string())
}

fn mistake(text: &str) -> String {
    parse(text).expect_err("the scenario was accepted")
}

#[test]
fn rows_may_be_irregular_and_cells_empty() {
    let scenario = parse(
        "# A remark.\ntimestamp_utc,eth,btc\n2020-03-12T10:00:00Z,167.5,7346.44\n2020-03-12 12:30, ,6080\n",
    )
    .unwrap();
    assert_eq!(scenario.assets, ["eth", "btc"]);
    assert_eq!(scenario.rows[0].at, Timestamp(1_584_007_200_000));
    assert_eq!(
        scenario.rows[0].prices[0],
        Some(Price(167_500_000_000_000_000_000))
    );
    // Two and a half hours later ether did not trade.
    assert_eq!(
        scenario.rows[1].at,
        Timestamp(1_584_007_200_000 + 9_000_000)
    );
    assert_eq!(
        scenario.rows[1].prices,
        [None, Some(Price(6_080_000_000_000_000_000_000))]
    );
}

#[test]
fn times_may_be_milliseconds_or_dates_and_columns_more_than_a_deal_needs() {
    let text = "timestamp_ms,eth,dot\n1584007200000,1,2\n1584010800000,1,2\n";
    assert_eq!(
        parse(text).unwrap().rows[0].at,
        Timestamp(1_584_007_200_000)
    );
    let text = "date,eth\n2020-03-12,1\n2020-03-13,2\n";
    assert_eq!(
        parse(text).unwrap().rows[1].at,
        Timestamp(1_584_057_600_000)
    );
}

/// Real price histories that lie beside the repository on some machines.
#[test]
fn price_histories_are_valid_scenarios() {
    let folder = term_sheet::workspace_root().join("../shared/data");
    let Ok(files) = std::fs::read_dir(&folder) else {
        println!("skipped: there is no {}", folder.display());
        return;
    };
    let files = files.map(|file| file.unwrap().path());
    for file in files.filter(|file| file.extension().is_some_and(|ending| ending == "csv")) {
        assert!(Scenario::load(&file).unwrap().rows.len() > 90, "{file:?}");
    }
}

#[test]
fn the_shipped_scenario_is_valid() {
    let file = term_sheet::workspace_root().join("scenarios/march-2020.csv");
    assert_eq!(Scenario::load(&file).unwrap().rows.len(), 33);
}

#[test]
fn every_mistake_names_file_line_and_column() {
    let header = "# remark\ntimestamp_utc,eth,btc\n";
    let cases = [
        ("time,eth\n", "crisis.csv, line 1: the first column must be `timestamp_utc`, `date` or `timestamp_ms`, not `time`"),
        ("timestamp_utc\n", "crisis.csv, line 1: there is no asset: the header must be like `timestamp_utc,eth,btc`"),
        ("timestamp_utc,eth,eth\n", "crisis.csv, line 1: each column needs a name of its own, and `eth` is none"),
        (&format!("{header}yesterday,1,1\n"), "crisis.csv, line 3, column timestamp_utc: \"yesterday\" is not a time: write it like 2020-03-12T10:00:00Z"),
        ("timestamp_ms,eth\nnow,1\n", "crisis.csv, line 2, column timestamp_ms: \"now\" is not a time: write it like 1584007200000"),
        (&format!("{header}2020-02-30T10:00:00Z,1,1\n"), "crisis.csv, line 3, column timestamp_utc: \"2020-02-30T10:00:00Z\" is not a time: write it like 2020-03-12T10:00:00Z"),
        (&format!("{header}2020-03-12T10:00:00Z,1,abc\n"), "crisis.csv, line 3, column btc: \"abc\" is not a price: write a number above zero, or nothing if the asset did not trade"),
        (&format!("{header}2020-03-12T10:00:00Z,0,1\n"), "crisis.csv, line 3, column eth: \"0\" is not a price: write a number above zero, or nothing if the asset did not trade"),
        (&format!("{header}2020-03-12T10:00:00Z,-5,1\n"), "crisis.csv, line 3, column eth: \"-5\" is not a price: write a number above zero, or nothing if the asset did not trade"),
        (&format!("{header}2020-03-12T10:00:00Z,1\n"), "crisis.csv, line 3: 2 cells stand here and 3 in the header: an asset that did not trade is an empty cell"),
        (&format!("{header}2020-03-12T10:00:00Z,1,1\n2020-03-12T10:00:00Z,1,1\n"), "crisis.csv, line 4, column timestamp_utc: the time must be later than that of the row before"),
        (&format!("{header}2020-03-12T10:00:00Z,1,1\n"), "crisis.csv: a scenario needs at least two rows of prices, and this one has 1"),
    ];
    for (text, expected) in cases {
        assert_eq!(mistake(text), expected);
    }
}

#[test]
fn a_scenario_has_the_name_of_its_file_and_a_column_for_each_asset() {
    let scenario = parse("date,eth,btc,dot\n2020-03-12,1,2,3\n2020-03-13,1,2,3\n").unwrap();
    assert_eq!(scenario.name(), "crisis");
    let columns = ["eth", "btc", "dot", "ksm"].map(|asset| scenario.column(asset));
    assert_eq!(columns, [Some(0), Some(1), Some(2), None]);
}

#[test]
fn moments_are_read_and_written_in_utc() {
    let leap = calendar::read("2024-02-29T23:59:59Z").unwrap();
    assert_eq!(leap, Timestamp(1_709_251_199_000));
    assert_eq!(Moment::from(leap).to_string(), "29 Feb 23:59");
    assert_eq!(Moment::from(leap).day(), "29 Feb");
    assert_eq!(Moment::from(leap).date(), "29 Feb 2024");
    assert_eq!(calendar::write(leap), "2024-02-29T23:59:59Z");
    assert_eq!(calendar::read("1970-01-01 00:00"), Some(Timestamp(0)));
    assert_eq!(calendar::read("2023-02-29T00:00:00Z"), None);
    assert_eq!(
        calendar::read("2020-03-12"),
        calendar::read("2020-03-12T00:00:00Z")
    );
}
