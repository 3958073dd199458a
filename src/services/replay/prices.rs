//! Prices from the configuration.

use crate::config::Config;
use crate::domain::price::{PriceBook, PriceOverride};

/// The compiled-in prices with the configuration's over them. A price counts where both input and output are given.
pub fn prices(config: &Config) -> PriceBook {
    config.prices.iter().fold(PriceBook::compiled_in(), |book, (model, price)| match (&price.input, &price.output) {
        (Some(input), Some(output)) => book.with_price(
            &model.to_string(),
            PriceOverride {
                input: input.value,
                output: output.value,
                cached_input: price.cached_input.as_ref().map(|setting| setting.value),
                cache_write: price.cache_write.as_ref().map(|setting| setting.value),
            },
        ),
        _ => book,
    })
}
