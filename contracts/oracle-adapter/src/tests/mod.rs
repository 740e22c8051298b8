//! A world of one asset with three feeders, Alice, Bob and Charlie, of whom two are a quorum.

mod construction;
mod price;
mod report;

use crate::oracle_adapter::OracleAdapterContract;
use finance::{Period, Price, Timestamp};
use ink::env::test::{default_accounts, set_block_timestamp, set_caller, DefaultAccounts};
use ink::env::DefaultEnvironment;
use interfaces::oracle_adapter::{FeedTerms, OracleAdapter, OracleError, Report};
use interfaces::types::{AccountId, AssetId};

const ETHER: AssetId = AssetId(0);
const UNLISTED: AssetId = AssetId(1);

/// When the tests begin.
const START: Timestamp = Timestamp(1_700_000_000_000);
const MAX_AGE: Period = Period::from_secs(3_600);
const FUTURE_TOLERANCE: Period = Period::from_secs(30);

fn accounts() -> DefaultAccounts<DefaultEnvironment> {
    default_accounts::<DefaultEnvironment>()
}

fn two_of_three() -> FeedTerms {
    FeedTerms {
        feeders: vec![accounts().alice, accounts().bob, accounts().charlie],
        quorum: 2,
        max_age: MAX_AGE,
        future_tolerance: FUTURE_TOLERANCE,
    }
}

/// An adapter with one asset and no report, at [`START`].
fn adapter() -> OracleAdapterContract {
    set_time(START);
    OracleAdapterContract::new(vec![two_of_three()]).unwrap()
}

fn set_time(now: Timestamp) {
    set_block_timestamp::<DefaultEnvironment>(now.0);
}

/// Cash per whole token.
fn usd(whole: u128) -> Price {
    Price(whole * Price::ONE.0)
}

fn report_as(
    adapter: &mut OracleAdapterContract,
    feeder: AccountId,
    price: Price,
    observed_at: Timestamp,
) -> Result<(), OracleError> {
    set_caller::<DefaultEnvironment>(feeder);
    adapter.report(ETHER, price, observed_at)
}

/// What Alice, Bob and Charlie last said.
fn last_reports(adapter: &OracleAdapterContract) -> Vec<Option<Report>> {
    let reports = adapter.reports(ETHER).unwrap();
    reports.into_iter().map(|(_, report)| report).collect()
}
