//! A model's prices as data, and what a number of tokens costs by them.

use serde::{Deserialize, Serialize};

use crate::domain::money::Money;
use crate::domain::span::Usage;
use crate::domain::time::Timestamp;

/// Tokens that a price is for.
const MTOK: i128 = 1_000_000;

/// The parameters that a model without [`sampling_params`](PriceRow::sampling_params) refuses, in the common names.
pub const SAMPLING_PARAMETERS: [&str; 9] = [
    "temperature",
    "top_p",
    "top_k",
    "min_p",
    "presence_penalty",
    "frequency_penalty",
    "repetition_penalty",
    "logit_bias",
    "typical_p",
];

/// What a model is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Answers messages.
    #[default]
    Chat,
    /// Turns text into vectors.
    Embedding,
    /// Orders documents.
    Rerank,
}

/// Prices in USD per million tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rates {
    /// Uncached input.
    pub input: Option<Money>,
    /// Output, reasoning included unless it has a price of its own.
    pub output: Option<Money>,
    /// Input read from the cache; without it, cached input costs as other input.
    pub cached_input: Option<Money>,
    /// Input written to the cache; without it, written input costs as other input.
    pub cache_write: Option<Money>,
    /// Reasoning, where it is billed apart from output.
    pub reasoning: Option<Money>,
}

impl Rates {
    /// These prices, and those of `base` where these say nothing.
    #[must_use]
    pub fn over(self, base: Self) -> Self {
        Self {
            input: self.input.or(base.input),
            output: self.output.or(base.output),
            cached_input: self.cached_input.or(base.cached_input),
            cache_write: self.cache_write.or(base.cache_write),
            reasoning: self.reasoning.or(base.reasoning),
        }
    }

    /// The exact cost of a usage in pico-dollars times a million, so that it is rounded once only.
    fn cost(&self, usage: &Usage) -> Option<i128> {
        let input_rate = self.input?.pico();
        let output_rate = self.output?.pico();
        let rate = |own: Option<Money>, fallback: i128| own.map_or(fallback, Money::pico);
        let input = usage.input.unwrap_or(0);
        let cached = usage.cached_input.unwrap_or(0).min(input);
        let written = usage.cache_write.unwrap_or(0).min(input - cached);
        let output = usage.output.unwrap_or(0);
        let apart = self.reasoning.map_or(0, |_| usage.reasoning.unwrap_or(0).min(output));
        [
            (input - cached - written, input_rate),
            (cached, rate(self.cached_input, input_rate)),
            (written, rate(self.cache_write, input_rate)),
            (output - apart, output_rate),
            (apart, rate(self.reasoning, output_rate)),
        ]
        .into_iter()
        .try_fold(0_i128, |sum, (tokens, rate)| sum.checked_add(rate.checked_mul(i128::from(tokens))?))
    }

    /// Each price halved, rounded up to a pico-dollar.
    #[must_use]
    pub fn halved(self) -> Self {
        let half = |price: Option<Money>| price.map(|price| Money::from_pico((price.pico() + 1).div_euclid(2)));
        Self {
            input: half(self.input),
            output: half(self.output),
            cached_input: half(self.cached_input),
            cache_write: half(self.cache_write),
            reasoning: half(self.reasoning),
        }
    }

    /// Whether nothing costs anything.
    pub fn is_free(&self) -> bool {
        self.dearest_input() == Some(Money::ZERO) && self.dearest_output() == Some(Money::ZERO)
    }

    /// The dearest price an input token can have, whether cached, written to the cache or neither.
    fn dearest_input(&self) -> Option<Money> {
        self.input.map(|input| [self.cached_input, self.cache_write].into_iter().flatten().fold(input, Money::max))
    }

    /// The dearest price an output token can have.
    fn dearest_output(&self) -> Option<Money> {
        self.output.map(|output| self.reasoning.map_or(output, |reasoning| reasoning.max(output)))
    }
}

/// Other prices for long inputs: a cliff, for every token of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tier {
    /// They hold when the whole input, cached tokens included, is above this.
    pub above_input_tokens: u64,
    /// The prices; what is missing is as in the row.
    pub rates: Rates,
}

/// Prices that hold during a part of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// From a date on, until the next one; `None` is since launch.
    Since(Option<Timestamp>, Rates),
    /// Every day between two times of day in UTC, in minutes since midnight; the end is not part of it.
    Daily {
        /// First minute.
        from: u32,
        /// Minute after the last.
        to: u32,
        /// The prices.
        rates: Rates,
    },
}

/// A model's price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceRow {
    /// Key of the provider.
    pub provider: String,
    /// Canonical id of the model.
    pub model: String,
    /// Other ids with the same price.
    pub aliases: Vec<String>,
    /// Ids that begin so have this price; the longest match over the provider's rows counts.
    pub alias_prefixes: Vec<String>,
    /// What the model is for.
    pub mode: Mode,
    /// The present prices.
    pub rates: Rates,
    /// Prices for long inputs, ascending.
    pub tiers: Vec<Tier>,
    /// Dated and daily prices.
    pub periods: Vec<Period>,
    /// What a thousand searches cost at a model that reranks, beside the tokens; `None` where searches have no price.
    pub per_thousand_queries: Option<Money>,
    /// Tokens of input and output together; `None` where unknown.
    pub context_window: Option<u64>,
    /// The longest answer in tokens; `None` where unknown.
    pub max_output: Option<u64>,
    /// The date the present price started at, `YYYY-MM-DD`.
    pub effective_from: Option<String>,
    /// The announced date of retirement, `YYYY-MM-DD`.
    pub retires_on: Option<String>,
    /// Whether it is retired or superseded: fine for pricing old traces, not to be offered.
    pub retired: bool,
    /// Whether the model takes temperature, `top_p` and `top_k`.
    pub sampling_params: bool,
    /// Whether the model takes a forced tool choice.
    pub forced_tool_use: bool,
    /// Where the price comes from.
    pub source: String,
}

impl PriceRow {
    /// A row of given prices and nothing else known.
    pub fn flat(provider: &str, model: &str, rates: Rates, source: &str) -> Self {
        Self {
            provider: provider.to_owned(),
            model: model.to_owned(),
            aliases: Vec::new(),
            alias_prefixes: Vec::new(),
            mode: Mode::Chat,
            rates,
            tiers: Vec::new(),
            periods: Vec::new(),
            per_thousand_queries: None,
            context_window: None,
            max_output: None,
            effective_from: None,
            retires_on: None,
            retired: false,
            sampling_params: true,
            forced_tool_use: true,
            source: source.to_owned(),
        }
    }

    /// What a usage cost at a time; `None` where a count that has a price is not known.
    ///
    /// Tokens × rate, summed exactly and rounded half up to a pico-dollar. Cached and cache-written tokens are parts of
    /// the input. An answer's reasoning is part of the output unless the row prices it apart.
    pub fn cost(&self, usage: &Usage, at: Timestamp) -> Option<Money> {
        let input = usage.input?;
        if usage.output.is_none() && self.mode == Mode::Chat {
            return None;
        }
        let exact = self.rates_at(at, input).cost(usage)?;
        Some(Money::from_pico((exact + MTOK / 2).div_euclid(MTOK)))
    }

    /// The most that a request can cost at any time: every input token at its dearest price, every output token too, in
    /// the dearest tier that an input of at most `input` tokens can reach.
    pub fn upper_bound(&self, input: u64, output: u64, at: Timestamp) -> Option<Money> {
        let daily = self.periods.iter().filter_map(|period| match period {
            Period::Daily { rates, .. } => Some(rates.over(self.rates)),
            Period::Since(..) => None,
        });
        let tiers = self.tiers.iter().filter(|tier| input > tier.above_input_tokens);
        let dearest = std::iter::once(self.rates)
            .chain(std::iter::once(self.rates_at(at, 0)))
            .chain(daily)
            .chain(tiers.map(|tier| tier.rates.over(self.rates)));
        let mut bound = (Money::ZERO, Money::ZERO);
        for rates in dearest {
            bound = (bound.0.max(rates.dearest_input()?), bound.1.max(rates.dearest_output()?));
        }
        let exact = bound
            .0
            .pico()
            .checked_mul(i128::from(input))?
            .checked_add(bound.1.pico().checked_mul(i128::from(output))?)?;
        Some(Money::from_pico(exact.div_euclid(MTOK) + i128::from(exact.rem_euclid(MTOK) > 0)))
    }

    /// The row at half its prices: what `OpenAI` and Anthropic ask for answers of a batch (their pages on batches).
    #[must_use]
    pub fn halved(&self) -> Self {
        let half = |rates: Rates| rates.halved();
        let periods = self.periods.iter().map(|period| match *period {
            Period::Since(from, rates) => Period::Since(from, half(rates)),
            Period::Daily { from, to, rates } => Period::Daily { from, to, rates: half(rates) },
        });
        let tiers = self.tiers.iter().map(|tier| Tier { rates: half(tier.rates), ..*tier });
        Self { rates: half(self.rates), tiers: tiers.collect(), periods: periods.collect(), ..self.clone() }
    }

    /// The prices at a time for an input of a length.
    pub fn rates_at(&self, at: Timestamp, input: u64) -> Rates {
        let mut rates = self.rates;
        let mut current = true;
        let dated: Vec<(Option<Timestamp>, Rates)> = self
            .periods
            .iter()
            .filter_map(|period| match period {
                Period::Since(from, rates) => Some((*from, *rates)),
                Period::Daily { .. } => None,
            })
            .collect();
        if let Some(index) = dated.iter().rposition(|(from, _)| from.is_none_or(|from| from <= at)) {
            current = index + 1 == dated.len();
            if !current {
                rates = dated[index].1;
            }
        }
        if !current {
            return rates;
        }
        let minute = (at.nanos().rem_euclid(86_400_000_000_000) / 60_000_000_000) as u32;
        for period in &self.periods {
            if let Period::Daily { from, to, rates: peak } = period
                && (*from..*to).contains(&minute)
            {
                rates = peak.over(rates);
            }
        }
        self.tiers
            .iter()
            .rev()
            .find(|tier| input > tier.above_input_tokens)
            .map_or(rates, |tier| tier.rates.over(rates))
    }
}

/// One object of the price tables; tiers, history and daily windows are objects of the same fields.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct RawRow {
    provider: String,
    model: String,
    aliases: Vec<String>,
    alias_prefixes: Vec<String>,
    mode: Mode,
    input_per_mtok: Option<Money>,
    output_per_mtok: Option<Money>,
    cached_input_per_mtok: Option<Money>,
    cache_write_per_mtok: Option<Money>,
    reasoning_per_mtok: Option<Money>,
    per_1k_queries: Option<Money>,
    context_window: Option<u64>,
    max_output: Option<u64>,
    effective_from: Option<String>,
    retires_on: Option<String>,
    retired: bool,
    sampling_params: Option<bool>,
    forced_tool_use: Option<bool>,
    tiers: Vec<Self>,
    history: Vec<Self>,
    time_of_day: Vec<Self>,
    above_input_tokens: u64,
    utc_from: String,
    utc_to: String,
    source: String,
}

impl RawRow {
    fn rates(&self) -> Rates {
        Rates {
            input: self.input_per_mtok,
            output: self.output_per_mtok,
            cached_input: self.cached_input_per_mtok,
            cache_write: self.cache_write_per_mtok,
            reasoning: self.reasoning_per_mtok,
        }
    }
}

impl From<RawRow> for PriceRow {
    fn from(raw: RawRow) -> Self {
        let rates = raw.rates();
        let since = raw
            .history
            .iter()
            .map(|dated| Period::Since(dated.effective_from.as_deref().and_then(midnight), dated.rates()));
        let daily = raw.time_of_day.iter().filter_map(|window| {
            Some(Period::Daily {
                from: minutes(&window.utc_from)?,
                to: minutes(&window.utc_to)?,
                rates: window.rates(),
            })
        });
        Self {
            periods: since.chain(daily).collect(),
            tiers: raw
                .tiers
                .iter()
                .map(|tier| Tier { above_input_tokens: tier.above_input_tokens, rates: tier.rates() })
                .collect(),
            rates,
            provider: raw.provider,
            model: raw.model,
            aliases: raw.aliases,
            alias_prefixes: raw.alias_prefixes,
            mode: raw.mode,
            per_thousand_queries: raw.per_1k_queries,
            context_window: raw.context_window,
            max_output: raw.max_output,
            effective_from: raw.effective_from,
            retires_on: raw.retires_on,
            retired: raw.retired,
            sampling_params: raw.sampling_params.unwrap_or(true),
            forced_tool_use: raw.forced_tool_use.unwrap_or(true),
            source: raw.source,
        }
    }
}

/// The start of a day in UTC.
fn midnight(date: &str) -> Option<Timestamp> {
    Timestamp::parse_rfc3339(&format!("{date}T00:00:00Z"))
}

/// Minutes since midnight of `HH:MM`.
fn minutes(time: &str) -> Option<u32> {
    let (hours, minutes) = time.split_once(':')?;
    Some(hours.parse::<u32>().ok()? * 60 + minutes.parse::<u32>().ok()?)
}
