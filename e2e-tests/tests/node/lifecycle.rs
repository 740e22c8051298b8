//! A deal from the first deposit to the last claim, with a loss, in real time.

use e2e_tests::{eth, usd, ANY_PRICE, AT_ANY_PRICE, ETH, NEVER};
use ink::codegen::TraitCallBuilder;
use interfaces::async_vault::AsyncVault;
use interfaces::collateral_vault::{CollateralVault, LoanServicing, VaultError};
use interfaces::liquidation_engine::LiquidationEngine;
use interfaces::tranche_pool::TranchePool;
use interfaces::transfer_agent::{Distributions, TransferAgent};

use crate::node::Node;
use crate::world::{sheet, World, INVESTORS};

#[test]
#[ignore = "needs $CONTRACTS_NODE: run scripts/test.sh"]
fn a_deal_with_a_loss_from_the_first_deposit_to_the_last_claim() {
    let world = World::on(Node::start().unwrap(), sheet());
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
    let draw = || deal.vault().call_mut().draw(position, usd(600));
    world.refuses("kim", draw(), VaultError::NotTheOriginator);
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
