//! Many random numbers at once.

use multiversion::multiversion;
use rand::RngCore;

/// Numbers that come at once.
pub(crate) const BATCH: usize = 2 * STREAMS;

pub(crate) type Batch = [u32; BATCH];

/// Enough for the compiler to keep the loop over them, and to put several into one register.
const STREAMS: usize = 32;

/// Streams of xoshiro256++ (Blackman and Vigna 2019) side by side, each number in two halves.
pub(crate) struct Uniforms {
    state: [[u64; STREAMS]; 4],
}

impl Uniforms {
    /// With streams that `random` decides.
    pub fn new(random: &mut impl RngCore) -> Self {
        let mut state = [[0; STREAMS]; 4];
        for stream in 0..STREAMS {
            for word in &mut state {
                word[stream] = random.next_u64();
            }
        }
        Self { state }
    }

    /// Fills `numbers` with 32 random bits each.
    pub fn fill(&mut self, numbers: &mut [Batch]) {
        fill(&mut self.state, numbers);
    }
}

#[multiversion(targets("x86_64+avx2", "aarch64+neon"))]
fn fill(state: &mut [[u64; STREAMS]; 4], numbers: &mut [Batch]) {
    let [a, b, c, d] = state;
    for batch in numbers {
        let mut results = [0; STREAMS];
        for stream in 0..STREAMS {
            let sum = a[stream].wrapping_add(d[stream]);
            results[stream] = sum.rotate_left(23).wrapping_add(a[stream]);
            let shifted = b[stream] << 17;
            c[stream] ^= a[stream];
            d[stream] ^= b[stream];
            b[stream] ^= c[stream];
            a[stream] ^= d[stream];
            c[stream] ^= shifted;
            d[stream] = d[stream].rotate_left(45);
        }
        for stream in 0..STREAMS {
            batch[stream] = results[stream] as u32;
            batch[stream + STREAMS] = (results[stream] >> 32) as u32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_xoshiro::Xoshiro256PlusPlus;

    #[test]
    fn each_stream_is_that_of_the_generator() {
        let mut uniforms = Uniforms::new(&mut Xoshiro256PlusPlus::seed_from_u64(5));
        let mut seeds = Xoshiro256PlusPlus::seed_from_u64(5);
        let mut numbers = [[0; BATCH]; 7];
        uniforms.fill(&mut numbers[..3]);
        uniforms.fill(&mut numbers[3..]);
        for stream in 0..STREAMS {
            let mut one = Xoshiro256PlusPlus::from_rng(&mut seeds);
            for batch in &numbers {
                let (low, high) = (batch[stream], batch[stream + STREAMS]);
                assert_eq!(u64::from(high) << 32 | u64::from(low), one.next_u64());
            }
        }
    }
}
