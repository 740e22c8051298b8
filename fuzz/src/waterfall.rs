//! The waterfall divides exactly what there is, from the top, and a richer pool makes no class poorer.

use crate::read;
use arbitrary::Arbitrary;
use finance::waterfall::{distribute, is_covered, subordination, total, value_below};
use finance::Ratio;

#[derive(Arbitrary)]
struct Pool {
    assets: u128,
    more: u128,
    claims: [u128; 4],
    tranches: u8,
}

pub fn check(bytes: &[u8]) {
    let Some(pool) = read::<Pool>(bytes) else {
        return;
    };
    let claims = &pool.claims[..usize::from(pool.tranches % 5)];
    let values = distribute(pool.assets, claims).expect("a division of what there is");
    assert_eq!(total(&values), Ok(pool.assets));
    for (class, claim) in claims.iter().enumerate() {
        assert!(values[class] <= *claim);
        let below = value_below(&values, class).expect("less than there is");
        assert!(
            values[class] == *claim || below == 0,
            "class {class} of {values:?}"
        );
        let has = subordination(&values, class).expect("a share");
        assert!(has <= Ratio::ONE);
        let one_more = Ratio(has.0 + 1);
        if values[class] > 0 {
            assert_eq!(is_covered(&values, class, has), Ok(true));
            assert!(is_covered(&values, class, one_more) != Ok(true));
        }
    }
    let richer = distribute(pool.assets.saturating_add(pool.more), claims).expect("a division");
    assert!(values.iter().zip(&richer).all(|(poor, rich)| poor <= rich));
}
