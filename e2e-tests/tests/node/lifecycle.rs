//! A deal from the first deposit to the last claim, with a loss, in real time.

use e2e_tests::{eth, price, usd, ANY_PRICE, AT_ANY_PRICE, ETH, JUNIOR, MEZZANINE, NEVER, SENIOR};
use finance::Period;
use ink::codegen::TraitCallBuilder;
use interfaces::async_vault::{AsyncVault, OrderView};
use interfaces::collateral_vault::{CollateralVault, LoanServicing, VaultError};
use interfaces::liquidation_engine::LiquidationEngine;
use interfaces::oracle_adapter::OracleAdapter;
use interfaces::tranche_pool::TranchePool;
use interfaces::transfer_agent::{Distributions, TransferAgent};
use interfaces::types::{AccountId, AssetId, Balance, TrancheId};
use scale::Decode;
use simulator::deployment::{Deal, Host, Message};
use simulator::input::term_sheet::TermSheet;
use std::fmt::Debug;
use std::path::Path;

use crate::node::Node;

/// Long enough to place all orders of one epoch, and short enough to wait for.
const EPOCH: Period = Period::from_secs(20);

const INVESTORS: [(&str, TrancheId, u128); 3] = [
    ("ann", SENIOR, 600),
    ("ben", MEZZANINE, 250),
    ("cal", JUNIOR, 150),
];

/// The deal of the tests on a node.
struct World {
    node: Node,
    deal: Deal,
}

impl World {
    fn start() -> Self {
        let mut sheet =
            TermSheet::parse(Path::new("deal.toml"), include_str!("../../src/deal.toml")).unwrap();
        sheet.epoch_length = EPOCH;
        sheet.cut_off = Period(0);
        let node = Node::start().unwrap();
        let deal = Deal::deploy(&node, sheet).unwrap();
        Self { node, deal }
    }

    fn host(&self) -> &dyn Host {
        &self.node
    }

    fn account(&self, name: &str) -> AccountId {
        self.host().account(name).unwrap()
    }

    /// Sends a message that must succeed.
    fn does<T: Decode, E: Decode + Debug>(
        &self,
        who: &str,
        message: impl Into<Message<Result<T, E>>>,
    ) -> T {
        self.host().execute(self.account(who), message).unwrap()
    }

    fn reads<R: Decode>(&self, message: impl Into<Message<R>>) -> R {
        self.host().read(message).unwrap()
    }

    fn balance(&self, token: AccountId, who: &str) -> Balance {
        self.deal
            .balance(self.host(), token, self.account(who))
            .unwrap()
    }

    /// `who` has exactly `amount` more of a token, of which `spenders` may take as much.
    fn provide(&self, token: AccountId, who: &str, spenders: &[AccountId], amount: Balance) {
        let owner = self.account(who);
        self.deal.mint(self.host(), token, owner, amount).unwrap();
        for spender in spenders {
            self.deal
                .approve(self.host(), token, owner, *spender, amount)
                .unwrap();
        }
    }

    /// All feeders report new prices, in whole dollars.
    fn quote(&self, eth: u128, btc: u128) {
        let now = self.host().now().unwrap();
        for feeder in ["feeder one", "feeder two", "feeder three"] {
            for (asset, dollars) in [(AssetId(0), eth), (AssetId(1), btc)] {
                let report = self
                    .deal
                    .oracle()
                    .call_mut()
                    .report(asset, price(dollars), now);
                self.does(feeder, report);
            }
        }
    }

    fn order(&self, who: &str, tranche: TrancheId) -> OrderView {
        let owner = self.account(who);
        self.reads(self.deal.orders().call().order(tranche, owner))
            .unwrap()
    }

    /// Epochs end and are closed until no order waits. An order may be late for the first of them.
    fn settle(&self) {
        for _ in 0..3 {
            let epoch = self.reads(self.deal.agent().call().epoch());
            self.node.wait_until(epoch.ends_at).unwrap();
            self.does("kim", self.deal.agent().call_mut().close_epoch());
            let orders = INVESTORS.map(|(who, tranche, _)| self.order(who, tranche));
            if orders
                .iter()
                .all(|order| order.pending_deposit + order.pending_redemption == 0)
            {
                return;
            }
        }
        panic!("orders wait after three settlements");
    }
}

#[test]
#[ignore = "needs $CONTRACTS_NODE: run scripts/test.sh"]
fn a_deal_with_a_loss_from_the_first_deposit_to_the_last_claim() {
    let world = World::start();
    let (node, deal) = (&world.node, &world.deal);

    for (who, tranche, amount) in INVESTORS {
        world.provide(deal.cash, who, &[deal.agent], usd(amount));
        let before = node.native(world.account(who)).unwrap();
        let order = deal.orders().call_mut().request_deposit(
            tranche,
            usd(amount),
            world.account(who),
            AT_ANY_PRICE,
        );
        world.does(who, order);
        // Who orders pays for the work and leaves a deposit for the order's place; what he had left for his
        // allowance and his balance comes back.
        let bill = node.bill();
        assert!(bill.fee > 0 && bill.held > 0, "{bill:?}");
        let after = node.native(world.account(who)).unwrap();
        assert_eq!(after, before - bill.fee - bill.held + bill.released);
    }
    world.settle();
    for (who, tranche, amount) in INVESTORS {
        world.does(
            "kim",
            deal.orders().call_mut().claim(tranche, world.account(who)),
        );
        assert_eq!(world.balance(deal.tranche_token(tranche), who), usd(amount));
    }

    world.quote(100, 5_000);
    let ether = deal.collateral_token(ETH);
    world.provide(ether, "olga", &[deal.vault], eth(8));
    let position = world.does("olga", deal.vault().call_mut().open(ETH, eth(8)));
    // A stranger is refused before he pays, and pays for nothing but the refusal if he insists.
    let draw = || Message::from(deal.vault().call_mut().draw(position, usd(600)));
    let stranger = world.account("kim");
    let answer = world.host().try_execute(stranger, draw()).unwrap();
    assert_eq!(answer, Err(VaultError::NotTheOriginator));
    let insisted = node.force(stranger, deal.vault, &draw().input).unwrap_err();
    assert!(
        insisted.to_string().contains("ContractReverted"),
        "{insisted}"
    );
    assert_eq!(world.balance(deal.cash, "kim"), 0);
    world.does("olga", draw());
    assert_eq!(world.balance(deal.cash, "olga"), usd(600));

    // 600 are owed against 8 × 50 × 80 % = 320: all of the collateral is for sale, from 50 × 120 % = 60 on.
    world.quote(50, 5_000);
    let auction = world.does("kim", deal.engine().call_mut().liquidate(ETH, position));
    world.provide(deal.cash, "tess", &[deal.pool, deal.engine], usd(480));
    world.does(
        "tess",
        deal.engine()
            .call_mut()
            .take(auction, eth(8), ANY_PRICE, NEVER),
    );
    let raised = usd(480) - world.balance(deal.cash, "tess");
    // Of ten hours in which the price falls to nothing, less than a minute has passed.
    assert!((usd(479)..=usd(480)).contains(&raised), "{raised}");
    assert_eq!(world.balance(ether, "tess"), eth(8));
    assert!(world
        .reads(deal.servicing().call().position(position))
        .is_err());

    for (who, tranche, amount) in INVESTORS {
        let order = deal.orders().call_mut().request_redeem(
            tranche,
            usd(amount),
            world.account(who),
            AT_ANY_PRICE,
        );
        world.does(who, order);
    }
    world.settle();
    let [ann, ben, cal] = INVESTORS.map(|(who, ..)| {
        world.does(
            "kim",
            deal.distributions()
                .call_mut()
                .claim_all(world.account(who)),
        );
        world.balance(deal.cash, who)
    });
    // 400 were not lent and 480 came back. The junior's 150 bear the loss of 120, and the coupons of some minutes.
    assert!((usd(600)..usd(600) + usd(1) / 100).contains(&ann), "{ann}");
    assert!((usd(250)..usd(250) + usd(1) / 100).contains(&ben), "{ben}");
    let books = world.reads(deal.agent().call().books());
    assert_eq!(
        ann + ben + cal + books.claims + books.dust,
        usd(400) + raised
    );
    assert!(books.claims + books.dust <= 3, "{books:?}");
    assert_eq!(world.reads(deal.pool().call().books()).cash, 0);
}
