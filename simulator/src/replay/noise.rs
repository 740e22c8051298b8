//! Small deviations that are the same for the same seed.

use finance::Price;

/// A generator of pseudo-random numbers: splitmix64 (Steele, Lea and Flood, 2014).
pub struct Noise(u64);

impl Noise {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// `price` moved by at most five basis points either way.
    pub fn around(&mut self, price: Price) -> Price {
        let deviation = u128::from(self.next() % 1_001);
        Price(price.0 / 1_000_000 * (999_500 + deviation))
    }
}
