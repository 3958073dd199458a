//! What models cost: the compiled-in tables, the user's own prices over them, and exact sums.

mod book;
mod lookup;
mod provider_name;
mod row;

pub use book::{PriceBook, PriceOverride, Pricing};
pub use provider_name::normalise_provider;
pub use row::{Mode, Period, PriceRow, Rates, SAMPLING_PARAMETERS, Tier};

#[cfg(test)]
mod tests;
