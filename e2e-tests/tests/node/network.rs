//! A network of three validators with a deal on it: one stops while the deal goes on, and one is cut off and makes blocks that
//! the others never see.

use std::path::Path;
use std::rc::Rc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use e2e_tests::{usd, AT_ANY_PRICE, JUNIOR, MEZZANINE, SENIOR};
use ink::codegen::TraitCallBuilder;
use interfaces::async_vault::AsyncVault;
use interfaces::transfer_agent::TransferAgent;
use interfaces::types::{Balance, TrancheId};

use crate::node::Node;
use crate::process::{Folder, Process};
use crate::world::{sheet, World};

/// Where the first validator is found: its network key is 1.
const FIRST: &str =
    "/ip4/127.0.0.1/tcp/40333/p2p/12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp";
/// A validator's port is so much above its number.
const FIRST_PORT: u16 = 40_332;
/// Where nobody looks for a validator.
const ALONE_PORT: u16 = 40_339;
/// How long may pass until what is waited for has happened.
const PATIENCE: Duration = Duration::from_secs(120);
const BEAT: Duration = Duration::from_millis(500);

/// A validator, which seals in its slots even if it hears of nobody.
fn validator(
    data: &Path,
    name: &str,
    number: u16,
    port: u16,
    bootnode: Option<&String>,
) -> Process {
    let options = [
        "--chain=local",
        "--no-prometheus",
        "--no-mdns",
        "--force-authoring",
    ];
    let own = [
        format!("--{name}"),
        format!("--base-path={}", data.join(name).display()),
        format!("--node-key={number:064x}"),
        format!("--port={}", port + number),
        "--rpc-port=0".to_owned(),
    ];
    let arguments = options.map(str::to_owned).into_iter().chain(own);
    let arguments = arguments.chain(bootnode.cloned()).collect();
    Process::start(data.join(name).with_extension("log"), arguments).unwrap()
}

/// Waits for something to be so.
#[track_caller]
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < PATIENCE, "after two minutes not: {what}");
        sleep(BEAT);
    }
}

impl Node {
    /// Waits until it knows `best` blocks of which `last` are final.
    #[track_caller]
    fn reaches(&self, best: u64, last: u64) {
        until(&format!("{best} blocks, {last} of them final"), || {
            let height = self.height().unwrap();
            height.0 >= best && height.1 >= last
        });
    }
}

impl World {
    fn claims(&self, who: &str, tranche: TrancheId) -> Balance {
        let owner = self.account(who);
        let token = self.deal.tranche_token(tranche);
        let before = self.balance(token, who);
        self.does("kim", self.deal.orders().call_mut().claim(tranche, owner));
        self.balance(token, who) - before
    }

    fn redeems(&self, who: &str, tranche: TrancheId, dollars: u128) {
        let owner = self.account(who);
        let mut orders = self.deal.orders();
        let order = orders
            .call_mut()
            .request_redeem(tranche, usd(dollars), owner, AT_ANY_PRICE);
        self.does(who, order);
    }

    fn close(&self) {
        let ends_at = self.reads(self.deal.agent().call().epoch()).ends_at;
        until("an epoch is over", || self.host().now().unwrap() >= ends_at);
        self.does("kim", self.deal.agent().call_mut().close_epoch());
    }

    /// No contract of the deal is different on another node.
    fn ensure_same_as(&self, other: &Self) {
        let (deal, tokens) = (&self.deal, &self.deal.tranches);
        let contracts = [deal.cash, deal.pool, deal.agent, deal.vault, deal.engine];
        for contract in contracts.iter().chain(tokens) {
            let root = |world: &Self| world.node.storage_root(*contract).unwrap();
            assert_eq!(root(self), root(other));
        }
    }
}

#[test]
#[ignore = "needs $CONTRACTS_NODE: run scripts/test.sh"]
fn a_deal_goes_on_without_a_validator_and_loses_nothing_with_a_fork() {
    let data = Folder::new().unwrap();
    let bootnode = format!("--bootnodes={FIRST}");
    let start = |name, number| validator(data.path(), name, number, FIRST_PORT, Some(&bootnode));
    let [alice, bob, charlie] =
        [("alice", 1), ("bob", 2), ("charlie", 3)].map(|(name, number)| start(name, number));
    let node = Rc::new(Node::at(&alice.url).unwrap());
    node.reaches(4, 2);
    let rehearsed = World::rehearsed(node.clone(), sheet());
    rehearsed.perform();
    rehearsed.subscribe();
    rehearsed.perform();
    let world = World::on(node.clone(), sheet());
    world.close();
    assert_eq!(world.claims("ann", SENIOR), usd(600));

    // Of three, all three have to vote. What they voted on before may still become final.
    drop(charlie);
    assert_eq!(world.claims("ben", MEZZANINE), usd(250));
    world.redeems("ann", SENIOR, 600);
    world.close();
    let (settled, last) = node.height().unwrap();
    assert!(
        settled - last >= 3,
        "{last} of {settled} are final without the third vote"
    );
    let charlie = start("charlie", 3);
    let third = World::on(Node::at(&charlie.url).unwrap(), sheet());
    third.node.reaches(settled, settled);
    world.ensure_same_as(&third);
    assert_eq!(world.claims("cal", JUNIOR), usd(150));
    world.does(
        "kim",
        world
            .deal
            .orders()
            .call_mut()
            .claim(SENIOR, world.account("ann")),
    );
    assert_eq!(world.balance(world.deal.cash, "ann"), usd(600));

    // Alone, Alice seals a third of the blocks that the others seal without her.
    drop(alice);
    let alice = validator(data.path(), "alice", 1, ALONE_PORT, None);
    node.turn_to(&alice.url).unwrap();
    let others = World::on(Node::at(&bob.url).unwrap(), sheet());
    world.redeems("ben", MEZZANINE, 100);
    let (orphan, _) = node.height().unwrap();
    let orphaned = node.block(orphan).unwrap();
    others.redeems("cal", JUNIOR, 50);
    let waits = |world: &World, who, tranche| world.order(who, tranche).pending_redemption;
    assert_eq!(waits(&others, "ben", MEZZANINE), 0);
    assert_eq!(waits(&world, "cal", JUNIOR), 0);
    until("the others are ahead", || {
        others.node.height().unwrap().0 > node.height().unwrap().0 + 1
    });
    node.meet(&others.node, FIRST_PORT + 2).unwrap();
    for world in [&world, &others] {
        until("both orders are there", || {
            waits(world, "ben", MEZZANINE) > 0 && waits(world, "cal", JUNIOR) > 0
        });
    }
    assert_ne!(node.block(orphan).unwrap(), orphaned);
    let (best, _) = node.height().unwrap();
    node.reaches(best, best);
    others.node.reaches(best, best);
    assert_eq!(waits(&others, "ben", MEZZANINE), usd(100));
    assert_eq!(waits(&others, "cal", JUNIOR), usd(50));
    world.ensure_same_as(&others);
    world.ensure_conserved(usd(1_000));
}
