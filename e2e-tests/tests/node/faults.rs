//! A node that is killed amid what it does, and starts with what it has on disk: of transactions that
//! are offered until they are in blocks each is done once, and wholly.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use e2e_tests::{eth, milli_eth, usd, ANY_PRICE, AT_ANY_PRICE, ETH, JUNIOR, NEVER, START};
use ink::codegen::TraitCallBuilder;
use interfaces::async_vault::AsyncVault;
use interfaces::collateral_vault::{CollateralVault, LoanServicing};
use interfaces::liquidation_engine::LiquidationEngine;
use interfaces::tranche_pool::TranchePool;
use interfaces::transfer_agent::TransferAgent;
use interfaces::types::Balance;
use simulator::deployment::Message;
use simulator::journal::Action;

use crate::node::Node;
use crate::transactions::Signed;
use crate::wire::PLENTY;
use crate::world::{sheet, World};

const TAKERS: [&str; 4] = ["tara", "tess", "theo", "timo"];
const TAKES: u64 = 10;

impl World {
    /// How many of these are in blocks.
    fn included(&self, signed: &[Signed]) -> usize {
        let signers: BTreeSet<_> = signed.iter().map(|one| one.by).collect();
        let nonce = |by| (by, self.node.nonce(by).unwrap());
        let nonces: BTreeMap<_, _> = signers.into_iter().map(nonce).collect();
        let is_in = |one: &&Signed| nonces[&one.by] > one.nonce;
        signed.iter().filter(is_in).count()
    }

    /// Offers a third of these, two thirds and all that is not in a block, and in between kills the node at once and looks at
    /// what it has then. Returns how often that was between the first of them and the last.
    fn kill_amid(&self, signed: &[Signed], look: impl Fn()) -> usize {
        let mut amid = 0;
        for third in 1..=3 {
            for one in &signed[..(signed.len() * third).div_ceil(3)] {
                let is_in = self.node.nonce(one.by).unwrap() > one.nonce;
                assert_eq!(self.node.offer(one).is_err(), is_in);
            }
            if third < 3 {
                self.node.restart().unwrap();
                look();
                amid += usize::from((1..signed.len()).contains(&self.included(signed)));
            }
        }
        self.node.wait_for(signed).unwrap();
        look();
        amid
    }
}

/// A message, sent some time.
pub fn call<R>(message: impl Into<Message<R>>) -> Action {
    let message = message.into();
    Action::Call {
        contract: message.contract,
        input: message.input,
    }
}

/// An order is filled, or waits.
fn settles_once(world: &World) {
    let (deal, cal) = (&world.deal, world.account("cal"));
    world.provide(deal.cash, "cal", &[deal.agent], usd(10));
    let mut orders = deal.orders();
    let order = orders
        .call_mut()
        .request_deposit(JUNIOR, usd(10), cal, AT_ANY_PRICE);
    world.does("cal", order);
    let stands = || {
        let supply = world.reads(deal.pool().call().state()).classes[JUNIOR.index()].supply;
        let waits = world.reads(deal.agent().call().books()).orders;
        (waits, world.reads(deal.pool().call().books()).cash, supply)
    };
    let before = stands();
    let (waits, cash, supply) = before;
    assert_eq!(waits, usd(10));
    let after = (0, cash + waits, supply + waits);

    let epoch = world.reads(deal.agent().call().epoch());
    world.node.wait_until(epoch.ends_at).unwrap();
    let close = call(deal.agent().call_mut().close_epoch());
    let closing = world
        .node
        .sign_all(PLENTY, [(world.account("kim"), &close)])
        .unwrap();
    world.kill_amid(&closing, || assert!([before, after].contains(&stands())));
    assert_eq!(stands(), after);
}

/// Everybody has what he took, and paid for it.
fn takes_once(world: &World) {
    let deal = &world.deal;
    let ether = deal.collateral_token(ETH);
    world.quote(100, 5_000);
    world.provide(ether, "olga", &[deal.vault], eth(8));
    let position = world.does("olga", deal.vault().call_mut().open(ETH, eth(8)));
    world.does("olga", deal.vault().call_mut().draw(position, usd(600)));
    world.quote(50, 5_000);
    let auction = world.does("kim", deal.engine().call_mut().liquidate(ETH, position));

    let takers = TAKERS.map(|who| (who, world.account(who)));
    for who in TAKERS {
        world.provide(deal.cash, who, &[deal.pool, deal.engine], usd(60));
    }
    let before = takers.map(|(_, account)| world.node.nonce(account).unwrap());
    let take = call(
        deal.engine()
            .call_mut()
            .take(auction, milli_eth(100), ANY_PRICE, NEVER),
    );
    let takes = (0..TAKES).flat_map(|_| takers.map(|(_, account)| (account, &take)));
    let taking = world.node.sign_all(PLENTY, takes).unwrap();
    let amid = world.kill_amid(&taking, || {
        for ((who, account), before) in takers.into_iter().zip(before) {
            let taken = world.node.nonce(account).unwrap() - before;
            assert_eq!(
                world.balance(ether, who),
                milli_eth(100) * u128::from(taken)
            );
        }
    });
    assert!(amid > 0, "never killed amid the takes");
    for who in TAKERS {
        assert_eq!(world.balance(ether, who), eth(1));
        // Ten times a tenth at 50 × 120 %, which has hardly fallen since.
        let left = world.balance(deal.cash, who);
        assert!(left < usd(1) / 100, "{left}");
    }
    let left = world.reads(deal.servicing().call().lot(auction)).unwrap();
    assert_eq!(left.collateral, eth(4));
}

#[test]
#[ignore = "needs $CONTRACTS_NODE: run scripts/test.sh"]
fn a_node_that_is_killed_does_everything_once() {
    let node = Rc::new(Node::still_at(START).unwrap());
    let rehearsed = World::rehearsed(node.clone(), sheet());
    let deploying = rehearsed.sign();
    let amid = rehearsed.kill_amid(&deploying, || ());
    assert!(amid > 0, "never killed amid the deployment");
    let world = World::on(node.clone(), sheet());
    assert_eq!(world.included(&deploying), deploying.len());
    world.subscribe();
    world.settle();
    settles_once(&world);
    takes_once(&world);
    let brought = usd(1_010) + TAKERS.len() as Balance * usd(60);
    world.ensure_conserved(brought);
}
