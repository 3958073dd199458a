//! Random numbers that are the same on every machine for the same seed.

/// `SplitMix64` (Steele, Lea and Flood, Fast Splittable Pseudorandom Number Generators, OOPSLA 2014).
#[derive(Clone, Debug)]
pub(super) struct Random(u64);

impl Random {
    /// A generator that repeats itself for the same seed.
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 random bits.
    pub(super) const fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Two numbers from 0 up to, not including, `below`, which fits 32 bits.
    ///
    /// The upper half of a product stands for a remainder; for the few thousand cases of a run the bias is below 10^-6.
    pub(super) const fn two_below(&mut self, below: u64) -> [usize; 2] {
        let bits = self.bits();
        [((bits >> 32).wrapping_mul(below) >> 32) as usize, ((bits & 0xffff_ffff).wrapping_mul(below) >> 32) as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first numbers for the seed 1234567 of the authors' own `SplittableRandom`.
    #[test]
    fn the_numbers_are_the_published_ones() {
        let mut random = Random::new(1_234_567);
        let drawn = [random.bits(), random.bits(), random.bits()];
        assert_eq!(drawn, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn every_place_is_drawn_about_as_often() {
        let mut random = Random::new(7);
        let mut counts = [0_u32; 7];
        for _ in 0..35_000 {
            for place in random.two_below(7) {
                counts[place] += 1;
            }
        }
        assert!(counts.iter().all(|count| (9_600..10_400).contains(count)), "{counts:?}");
    }
}
