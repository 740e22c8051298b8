//! A world of one asset with three feeders, Alice, Bob and Charlie, of whom two are a quorum.

mod construction;
mod derived;
mod hold;
mod price;
mod proposals;
mod report;
mod signed;

use crate::oracle_adapter::OracleAdapterContract;
use finance::{Period, Price, Ratio, Timestamp};
use ink::env::test::{default_accounts, set_block_timestamp, set_caller, DefaultAccounts};
use ink::env::DefaultEnvironment;
use interfaces::oracle_adapter::{
    FeedTerms, Feeder, Key, OracleAdapter, OracleError, OracleTerms, Quotation, Report, Settings,
};
use interfaces::types::{AccountId, AssetId};
use interfaces::Boxed;

const ETHER: AssetId = AssetId(0);
const UNLISTED: AssetId = AssetId(1);

/// When the tests begin.
const START: Timestamp = Timestamp(1_700_000_000_000);
const MAX_AGE: Period = Period::from_secs(3_600);
const FUTURE_TOLERANCE: Period = Period::from_secs(30);
const CHANGE_DELAY: Period = Period::from_secs(2 * 86_400);
const NETWORK: [u8; 32] = [0x51; 32];

fn accounts() -> DefaultAccounts<DefaultEnvironment> {
    default_accounts::<DefaultEnvironment>()
}

/// One who reports by calls.
fn feeder(account: AccountId) -> Feeder {
    Feeder {
        account,
        key: Key::Sr25519,
    }
}

/// Every median counts at once.
fn two_of_three() -> FeedTerms {
    let feeders = [accounts().alice, accounts().bob, accounts().charlie];
    FeedTerms::of_accounts(feeders, 2, MAX_AGE, FUTURE_TOLERANCE)
}

fn settings() -> Settings {
    Settings {
        network: NETWORK,
        governor: accounts().django,
        change_delay: CHANGE_DELAY,
    }
}

fn made_with(feeds: Vec<FeedTerms>) -> Result<OracleAdapterContract, OracleError> {
    OracleAdapterContract::new(OracleTerms {
        settings: settings(),
        feeds: feeds.into_iter().map(Boxed::new).collect(),
    })
}

/// An adapter with one asset and no report, at [`START`].
fn adapter() -> OracleAdapterContract {
    set_time(START);
    made_with(vec![two_of_three()]).unwrap()
}

fn set_time(now: Timestamp) {
    set_block_timestamp::<DefaultEnvironment>(now.0);
}

/// Cash per whole token.
fn usd(whole: u128) -> Price {
    Price(whole * Price::ONE.0)
}

fn minutes_later(minutes: u64) -> Timestamp {
    START.plus(Period::from_secs(60 * minutes))
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
    reports_on(adapter, ETHER)
}

fn reports_on(adapter: &OracleAdapterContract, asset: AssetId) -> Vec<Option<Report>> {
    let feed = adapter.feed(asset).unwrap();
    feed.by_feeder().map(|(_, last)| last).collect()
}
