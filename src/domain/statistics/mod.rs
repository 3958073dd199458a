//! How far two variants differ over the same cases, and whether chance alone could have made the difference.

mod bootstrap;
mod distributions;
mod independent;
mod order;
mod paired;
mod proportions;
mod random;
mod sequential;
mod sign_flip;
#[cfg(test)]
mod tests;
mod verdict;

pub(in crate::domain) use bootstrap::interval_of_mean;
pub use independent::{MeanOf, difference_of_means};
pub use order::shuffled;
pub use paired::{Interval, LEAST_CASES, Pair, PairedDifference, Scale, paired_difference};
pub use sequential::{Clear, Look, SequentialTest};
pub use verdict::{Better, Verdict};
