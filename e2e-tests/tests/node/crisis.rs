//! The demonstration on a node: what the embedded chain did is sent as extrinsics, at the same times.

use std::rc::Rc;

use finance::Timestamp;
use interfaces::types::AccountId;
use simulator::chain::Chain;
use simulator::deployment::{Deal, Host};
use simulator::input::{find, Scenario, TermSheet};
use simulator::journal::{Action, Transaction};
use simulator::replay::Replay;

use crate::node::Node;

/// An embedded chain in the place of a node's, with its accounts.
pub fn stand_in(node: &Rc<Node>, now: Timestamp) -> Chain {
    let accounts = node.clone();
    let account = move |name: &str| accounts.know(name).unwrap();
    Chain::standing_in(now, node.network(), account).unwrap()
}

/// The contracts that were made.
pub fn instances(journal: &[Transaction]) -> impl Iterator<Item = (&str, AccountId)> {
    journal.iter().filter_map(|done| match &done.action {
        Action::Instantiate {
            contract, address, ..
        } => Some((contract.as_str(), *address)),
        _ => None,
    })
}

#[test]
#[ignore = "needs $CONTRACTS_NODE: run scripts/test.sh"]
fn march_2020_leaves_on_a_node_what_it_leaves_on_the_embedded_chain() {
    let sheet = find("eth-btc-credit".as_ref(), "deals", "toml").unwrap();
    let sheet = TermSheet::load(&sheet).unwrap();
    let scenario = find("march-2020".as_ref(), "scenarios", "csv").unwrap();
    let scenario = Scenario::load(&scenario).unwrap();
    let start = Replay::start(&scenario, sheet.epoch_length);
    let node = Rc::new(Node::still_at(Timestamp(start.0 - 1_000)).unwrap());

    let chain = stand_in(&node, start);
    let deal = Deal::deploy(&chain, sheet).unwrap();
    let replay = Replay::new(&chain, &deal, &scenario, 1).unwrap();
    let record = replay.run(|_| ()).unwrap();
    assert!(record.settlements.len() >= 5 && !record.auctions.is_empty());

    let journal = chain.journal();
    node.endow().unwrap();
    node.follow(&journal).unwrap();
    let mut contracts = 0;
    for (contract, address) in instances(&journal) {
        let root = node.storage_root(address).unwrap();
        assert!(root.is_some());
        assert_eq!(root, chain.storage_root(address), "{contract}");
        contracts += 1;
    }
    println!("{} transactions, {contracts} contracts", journal.len());
}
