//! Laws that every settlement keeps, on random deals and histories.

use crate::world::{deal, history, Event, World};
use finance::settlement::{settle, Inputs, Phase};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn every_base_unit_is_accounted_for(deal in deal(), events in history()) {
        let mut world = World::new(deal);
        for event in events {
            if let Some(settlement) = world.does(&event) {
                settlement.ensure_conserved();
            }
        }
    }

    #[test]
    fn no_class_loses_while_one_below_has_value(deal in deal(), events in history()) {
        let mut world = World::new(deal);
        for event in events {
            let Some(settlement) = world.does(&event) else { continue };
            let classes = &settlement.settled.classes;
            for (index, class) in classes.iter().enumerate().take(classes.len() - 1) {
                let below: u128 = classes[index + 1..].iter().map(|class| class.value_after).sum();
                prop_assert!(class.value_after == class.claim_after || below == 0, "{settlement:?}");
            }
        }
    }

    #[test]
    fn a_pool_worth_more_never_makes_a_class_worth_less(
        deal in deal(), events in history(), more in 1u128..1_000_000,
    ) {
        let mut world = World::new(deal);
        for event in events {
            let Some(settlement) = world.does(&event) else { continue };
            let mut richer = settlement.inputs.clone();
            richer.demand.clear();
            let mut poorer = richer.clone();
            poorer.portfolio.performing += 1; // lent in both
            richer.portfolio.performing += 1 + more;
            let [poorer, richer] = [poorer, richer].map(|inputs: Inputs| {
                settle(&world.terms, settlement.before.clone(), &inputs).unwrap()
            });
            // What a class has and what it was paid.
            for (poor, rich) in poorer.classes.iter().zip(&richer.classes) {
                let wealth = |class: &finance::settlement::ClassTrace| {
                    class.value_after + class.payout.coupon + class.payout.principal
                };
                prop_assert!(wealth(rich) + 1 >= wealth(poor), "{poor:?} {rich:?}");
            }
        }
    }

    #[test]
    fn who_stays_never_loses_by_the_orders_of_others(deal in deal(), events in history()) {
        let mut world = World::new(deal);
        for event in events {
            let Some(settlement) = world.does(&event) else { continue };
            let mut alone = settlement.inputs.clone();
            alone.demand.clear();
            let alone = settle(&world.terms, settlement.before.clone(), &alone).unwrap();
            let residual = alone.classes.len() - 1;
            for (index, (without, with)) in alone.classes.iter().zip(&settlement.settled.classes).enumerate() {
                if without.supply_after == 0 || with.supply_after == 0 || index == residual {
                    continue;
                }
                // Price after ≥ price before, cross-multiplied.
                let wide = ethnum::U256::from;
                prop_assert!(
                    wide(with.value_after) * wide(without.supply_after)
                        >= wide(without.value_after) * wide(with.supply_after)
                );
            }
        }
    }

    #[test]
    fn an_epoch_cut_in_pieces_settles_to_the_same(
        deal in deal(), events in history(), pieces in prop::collection::vec(1u64..2_000_000, 2..8),
    ) {
        let residual = deal.classes.len() - 1;
        let mut world = World::new(deal.that_revolves());
        // Without holders of the residual, every settlement moves its value out: an event.
        world.does(&Event::Deposit { class: residual, amount: 1_000_000, limit: None });
        world.settles();
        for event in &events {
            world.does(event);
        }
        let mut whole = world.clone();
        let mut cut = world;
        // Nothing is collected, ordered or repriced; the first settlement only sets the scene.
        for world in [&mut whole, &mut cut] {
            world.calm();
            world.settles();
        }
        prop_assume!(whole.state.classes[residual].supply > 0);
        let rises = |world: &World| world.state.classes.last().unwrap().value;
        let wiped = |world: &World| world.state.classes.iter().map(|class| class.wiped).collect::<Vec<_>>();
        let mut falls = false;
        for seconds in &pieces {
            let before = rises(&cut);
            // A claim grows again from the settlement on that finds its class worth something.
            prop_assume!(wiped(&cut) == wiped(&whole));
            cut.does(&Event::Wait(*seconds));
            cut.settles();
            falls |= rises(&cut) < before;
        }
        whole.does(&Event::Wait(pieces.iter().sum()));
        whole.settles();
        // Fees alone may wind a deal down. Then its cash is paid out at the next settlement, ahead of later fees.
        let revolves = |world: &World| world.state.phase == Phase::Revolving;
        prop_assume!(revolves(&whole) && revolves(&cut));
        let rounding = 2 * pieces.len() as u128;
        for (index, (one, many)) in whole.state.classes.iter().zip(&cut.state.classes).enumerate() {
            prop_assert!(
                one.claim.map(|claim| claim.amount).unwrap_or_default()
                    .abs_diff(many.claim.map(|claim| claim.amount).unwrap_or_default()) <= rounding
            );
            // A performance fee on a gain that is lost again is not given back, and a price beyond the range of
            // marks costs none.
            let is_extreme = one.value / 100_000_000_000 > one.supply;
            if !falls && !is_extreme {
                prop_assert!(one.value.abs_diff(many.value) <= 2 * rounding, "class {index}: {one:?} {many:?}");
            }
        }
    }
}
