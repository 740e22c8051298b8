//! How many messages a block holds: offered are more than it can, and counted are those in the fullest.
//!
//! A settlement closes an epoch of a deal once, so that it takes as many deals as settlements: copies of one, under other salts.

use std::collections::BTreeMap;
use std::fs;
use std::rc::Rc;

use e2e_tests::{eth, milli_eth, usd, ANY_PRICE, AT_ANY_PRICE, ETH, NEVER, START};
use ink::codegen::TraitCallBuilder;
use interfaces::async_vault::AsyncVault;
use interfaces::collateral_vault::CollateralVault;
use interfaces::liquidation_engine::LiquidationEngine;
use interfaces::test_asset::TestAsset;
use interfaces::transfer_agent::TransferAgent;
use interfaces::types::{AccountId, AuctionId, Balance, PositionId, TrancheId};
use psp22::PSP22;
use simulator::contracts::{Agent, Asset, AsyncVault as Orders, Psp22};
use simulator::deployment::Host;
use simulator::input::TermSheet;
use simulator::journal::{Action, Transaction};

use crate::faults::call;
use crate::node::Node;
use crate::state::Block;
use crate::wire::{Gas, Trial, PLENTY};
use crate::world::{sheet, World, INVESTORS};

const DEALS: usize = 250;
const LOANS: u32 = 400;
/// What transactions may use of a block: three quarters of two seconds, and of 5 MiB where others check it by a proof.
const WORK: u64 = 1_500_000_000_000;
const PROOF: u64 = 5 * 1024 * 1024 * 3 / 4;

type Sending = Vec<(AccountId, Action)>;

/// Terms without limits that so many orders and loans would meet.
fn roomy() -> TermSheet {
    let mut sheet = sheet();
    for tranche in &mut sheet.tranches {
        tranche.terms.cap = usd(10_000_000);
    }
    sheet.collateral[0].terms.loans.debt_ceiling = usd(1_000_000);
    sheet
}

/// The same contracts again, at other addresses: by address what stands for it, and what makes it.
fn copied(
    node: &Node,
    journal: &[Transaction],
    copy: usize,
) -> (BTreeMap<AccountId, AccountId>, Sending) {
    let mut map = BTreeMap::new();
    let mut sending = Sending::new();
    for Transaction { by, action, .. } in journal {
        let action = match action {
            Action::Upload(_) => continue,
            Action::Instantiate { contract, .. } if contract == "test-asset" => continue,
            Action::Instantiate {
                contract,
                input,
                salt,
                address,
            } => {
                let (input, salt) = (replaced(input, &map), format!("{salt} {copy}"));
                let code = node.bundles().code(contract).unwrap();
                let new = code.address(*by, &input, &salt);
                map.insert(*address, new);
                Action::Instantiate {
                    contract: contract.clone(),
                    input,
                    salt,
                    address: new,
                }
            }
            Action::Call { contract, input } => Action::Call {
                contract: map[contract],
                input: replaced(input, &map),
            },
        };
        sending.push((*by, action));
    }
    (map, sending)
}

/// `input` with every address for which another stands.
fn replaced(input: &[u8], map: &BTreeMap<AccountId, AccountId>) -> Vec<u8> {
    let mut bytes = input.to_vec();
    for at in 0..bytes.len().saturating_sub(31) {
        let address = AccountId(bytes[at..at + 32].try_into().unwrap());
        if let Some(new) = map.get(&address) {
            bytes[at..at + 32].copy_from_slice(new.as_ref());
        }
    }
    bytes
}

/// The messages counted so far, a row of the table each.
struct Table<'a> {
    node: &'a Node,
    rows: String,
}

impl Table<'_> {
    /// Has everything done, none of which may fail. Returns the blocks that hold it.
    fn done(&self, gas: Gas, sending: &Sending) -> Vec<Block> {
        let (before, _) = self.node.height().unwrap();
        let sending = sending.iter().map(|(by, action)| (*by, action));
        let signed = self.node.sign_all(gas, sending).unwrap();
        self.node.do_all(&signed).unwrap();
        let blocks = self.node.blocks_since(before).unwrap();
        assert!(blocks.iter().all(|block| block.failed == 0));
        blocks
    }

    /// Tries the first message, offers all with the gas that it needs and a tenth, and counts. `what` they are is a line of the
    /// snapshot of weights.
    fn count(&mut self, what: &str, sending: &Sending) {
        let (by, Action::Call { contract, input }) = &sending[0] else {
            panic!("{what} is no message")
        };
        let tried = self.node.trial(*by, &Trial::Call(*contract, input));
        let (work, proof) = tried.unwrap().gas;
        let blocks = self.done((work + work / 10, proof + proof / 10), sending);
        let fullest = blocks.iter().max_by_key(|block| block.work).unwrap();
        assert!(fullest.work > WORK / 10 * 9, "{what}: too few for a block");
        let count = fullest.transactions as u64;
        let (work, proof) = (fullest.work / count, fullest.proof / count);
        let row = format!(
            "| {what} | {} | {:.1} | {:.0} | {} | {} | {} |",
            weight(what),
            work as f64 / 1e9,
            proof as f64 / 1024.0,
            WORK / work,
            count,
            PROOF / proof,
        );
        println!("{row}");
        self.rows += &(row + "\n");
    }
}

/// What a message takes on the embedded chain, in milliseconds, from the snapshot.
fn weight(message: &str) -> &'static str {
    let snapshot = include_str!("../../snapshots/weights.txt");
    let line = snapshot.lines().find_map(|line| line.strip_prefix(message));
    let weight = line.and_then(|line| line.split_whitespace().next());
    weight.unwrap_or_else(|| panic!("no weight of {message}"))
}

#[test]
#[ignore = "takes minutes: run scripts/fill-blocks.sh"]
fn blocks_are_filled() {
    let rows = std::env::var("SLUICE_BLOCKS").expect("$SLUICE_BLOCKS says where the table goes");
    let node = Rc::new(Node::sealing_at(START).unwrap());
    let first = World::rehearsed(node.clone(), roomy());
    let journal = first.journal();
    first.perform();
    let world = World::on(node.clone(), roomy());
    let mut table = Table {
        node: &node,
        rows: String::new(),
    };
    let copies: Vec<_> = (1..DEALS)
        .map(|copy| copied(&node, &journal, copy))
        .collect();
    let deploying = copies
        .iter()
        .flat_map(|(_, sending)| sending.clone())
        .collect();
    table.done(PLENTY, &deploying);
    let copies = copies.iter().map(|(map, _)| map[&world.deal.agent]);
    let agents: Vec<_> = copies.chain([world.deal.agent]).collect();

    orders(&mut table, &world, &agents);
    loans(&mut table, &world);
    fs::write(rows, table.rows).unwrap();
}

/// Every investor in every deal enters, and orders to leave.
fn orders(table: &mut Table, world: &World, agents: &[AccountId]) {
    let each = |send: &dyn Fn(AccountId, TrancheId, AccountId, Balance) -> Action| -> Sending {
        let pairs = agents
            .iter()
            .flat_map(|agent| INVESTORS.map(|one| (*agent, one)));
        let sent = pairs.map(|(agent, (who, tranche, dollars))| {
            let owner = world.account(who);
            (owner, send(agent, tranche, owner, usd(dollars * 100)))
        });
        sent.collect()
    };
    let cash = world.deal.cash;
    let minting =
        each(&|_, _, owner, amount| call(Asset::from(cash).call_mut().mint_to(owner, amount)));
    table.done(PLENTY, &minting);
    let approving =
        each(&|agent, _, _, amount| call(Psp22::from(cash).call_mut().approve(agent, amount)));
    table.done(PLENTY, &approving);
    let entering = each(&|agent, class, owner, amount| {
        let mut orders = Orders::from(agent);
        call(
            orders
                .call_mut()
                .request_deposit(class, amount, owner, AT_ANY_PRICE),
        )
    });
    table.count("agent request_deposit", &entering);

    let now = world.host().now().unwrap();
    world
        .node
        .wait_until(now.plus(world.deal.sheet.epoch_length))
        .unwrap();
    let kim = world.account("kim");
    let close = |agent: &AccountId| (kim, call(Agent::from(*agent).call_mut().close_epoch()));
    let closing = agents.iter().map(close).collect();
    table.count("agent close_epoch, three classes enter", &closing);
    let claiming =
        each(&|agent, class, owner, _| call(Orders::from(agent).call_mut().claim(class, owner)));
    table.count("agent claim, tokens", &claiming);
    let leaving = each(&|agent, class, owner, amount| {
        let mut orders = Orders::from(agent);
        call(
            orders
                .call_mut()
                .request_redeem(class, amount / 100, owner, AT_ANY_PRICE),
        )
    });
    table.count("agent request_redeem", &leaving);
}

/// Loans are made, paid back in part, liquidated and sold.
fn loans(table: &mut Table, world: &World) {
    let deal = &world.deal;
    let each = |who, send: &dyn Fn(u32) -> Action| -> Sending {
        let by = world.account(who);
        (0..LOANS).map(|number| (by, send(number))).collect()
    };
    let all = Balance::from(LOANS);
    world.provide(deal.collateral_token(ETH), "olga", &[deal.vault], eth(all));
    world.provide(deal.cash, "olga", &[deal.pool], usd(all));
    world.provide(deal.cash, "tess", &[deal.pool, deal.engine], usd(all * 100));
    world.quote(100, 5_000);
    let opening = each("olga", &|_| call(deal.vault().call_mut().open(ETH, eth(1))));
    table.count("vault open", &opening);
    let drawing = each("olga", &|number| {
        call(deal.vault().call_mut().draw(PositionId(number), usd(55)))
    });
    table.count("vault draw", &drawing);
    let repaying = each("olga", &|number| {
        call(deal.vault().call_mut().repay(PositionId(number), usd(1)))
    });
    table.count("vault repay", &repaying);
    world.quote(60, 5_000);
    let liquidating = each("kim", &|number| {
        call(deal.engine().call_mut().liquidate(ETH, PositionId(number)))
    });
    table.count("engine liquidate", &liquidating);
    let take = |number, amount| {
        let mut engine = deal.engine();
        call(
            engine
                .call_mut()
                .take(AuctionId(number), amount, ANY_PRICE, NEVER),
        )
    };
    let parts = each("tess", &|number| take(number, milli_eth(100)));
    table.count("engine take, a part", &parts);
    let rests = each("tess", &|number| take(number, eth(1)));
    table.count("engine take, the rest", &rests);
}
