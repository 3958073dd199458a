//! What the user says a model costs.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::money::Money;
use super::run::ModelId;

/// A model's price in US dollars per million tokens, as the user says it for one run.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ModelPrice {
    /// The model.
    pub model: ModelId,
    /// Input.
    pub input: Money,
    /// Output, reasoning included.
    pub output: Money,
}

/// Why a text says no price of a model.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no price: write MODEL=IN,OUT in US dollars per million tokens, such as local/gemma3=0.15,0.60")]
pub struct NotAPrice(String);

impl ModelPrice {
    /// A model that costs nothing.
    pub const fn free(model: ModelId) -> Self {
        Self { model, input: Money::ZERO, output: Money::ZERO }
    }

    /// Reads `IN,OUT` or `free` as the price of a model.
    pub fn parse_for(model: ModelId, text: &str) -> Result<Self, NotAPrice> {
        let wrong = || NotAPrice(text.chars().take(80).collect());
        if text.trim().eq_ignore_ascii_case("free") {
            return Ok(Self::free(model));
        }
        let (input, output) = text.split_once(',').ok_or_else(wrong)?;
        let amount = |text: &str| text.parse::<Money>().ok().filter(|amount| *amount >= Money::ZERO).ok_or_else(wrong);
        Ok(Self { model, input: amount(input)?, output: amount(output)? })
    }
}

impl FromStr for ModelPrice {
    type Err = NotAPrice;

    fn from_str(text: &str) -> Result<Self, NotAPrice> {
        let wrong = || NotAPrice(text.chars().take(80).collect());
        let (model, price) = text.rsplit_once('=').ok_or_else(wrong)?;
        Self::parse_for(model.parse().map_err(|_| wrong())?, price).map_err(|_| wrong())
    }
}

impl fmt::Display for ModelPrice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={},{}", self.model, self.input, self.output)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_read_and_written_alike() {
        let price: ModelPrice = "router/maker/m=x=0.15,.6".parse().unwrap();
        assert_eq!(
            (price.model.to_string().as_str(), price.to_string().as_str()),
            ("router/maker/m=x", "router/maker/m=x=0.15,0.6")
        );
        assert_eq!("a/b=free".parse::<ModelPrice>().unwrap().to_string(), "a/b=0,0");
        for wrong in ["a/b", "a/b=1", "a/b=1,-1", "a/b=one,two", "m=1,2", "=1,2", "a/b=1,2,3"] {
            let error = wrong.parse::<ModelPrice>().unwrap_err().to_string();
            assert!(error.contains(wrong) && error.contains("MODEL=IN,OUT"), "{error}");
        }
    }
}
