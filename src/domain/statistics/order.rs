//! An order by chance that is the same every time.

use super::random::Random;

/// The numbers from 0 up to, not including, `count` in an order by chance, the same for the same seed.
///
/// The shuffle of Fisher and Yates as Durstenfeld has it (Algorithm 235, Communications of the ACM 7, 1964). `count` fits
/// 32 bits.
pub fn shuffled(count: usize, seed: u64) -> Vec<usize> {
    let mut random = Random::new(seed);
    let mut order: Vec<usize> = (0..count).collect();
    for last in (1..count).rev() {
        order.swap(last, random.two_below(last as u64 + 1)[0]);
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_there_once_and_each_place_has_every_number_about_as_often() {
        let mut counts = [[0_u32; 5]; 5];
        for seed in 0..5_000 {
            let order = shuffled(5, seed);
            let mut sorted = order.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, [0, 1, 2, 3, 4]);
            for (place, number) in order.into_iter().enumerate() {
                counts[place][number] += 1;
            }
        }
        assert!(counts.iter().flatten().all(|count| (850..1_150).contains(count)), "{counts:?}");
        assert_eq!((shuffled(0, 1), shuffled(1, 1), shuffled(9, 3)), (vec![], vec![0], shuffled(9, 3)));
    }
}
