//! No case makes a settlement panic, however far from any that a pool can reach, and what settles is conserved.

#[path = "../../contracts/finance/tests/settlement/conservation.rs"]
mod conservation;

use conservation::Settlement;
use finance::settlement::{settle, State};
use interfaces::waterfall::Case;
use scale::Decode;

/// As many classes everywhere as the terms have, the last of them the residual: what the deal's pool vouches for.
fn aligned(mut case: Case) -> Option<Case> {
    let fresh = State::new(&case.terms, case.state.accrued_at);
    let classes = &mut case.state.classes;
    classes.resize_with(fresh.classes.len(), Default::default);
    for (class, fresh) in classes.iter_mut().zip(&fresh.classes) {
        class.claim = fresh.claim.map(|new| class.claim.unwrap_or(new));
    }
    case.inputs
        .demand
        .resize_with(classes.len(), Default::default);
    (2..=finance::MAX_TRANCHES)
        .contains(&classes.len())
        .then_some(case)
}

pub fn check(bytes: &[u8]) {
    let Some(case) = Case::decode(&mut &*bytes).ok().and_then(aligned) else {
        return;
    };
    let Case {
        terms,
        state,
        inputs,
    } = case;
    if let Ok(settled) = settle(&terms, state.clone(), &inputs) {
        let settlement = Settlement {
            before: state,
            inputs,
            settled,
        };
        settlement.ensure_conserved();
    }
}
