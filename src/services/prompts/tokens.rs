//! Token counts of prompt texts.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use tiktoken_rs::{CoreBPE, bpe_for_model, o200k_base_singleton};

/// Texts whose counts are kept: those of a prompt being written change one at a time.
const KEPT: usize = 512;

/// How a count was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Counted {
    /// With the model's own tokenizer.
    Exactly,
    /// With another model's: up to a third more or less.
    About,
}

impl Counted {
    /// What stands before the number: `~` where it is not exact.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Exactly => "",
            Self::About => "~",
        }
    }
}

/// Counts as a model does, where its tokenizer is public, else with `o200k_base`.
#[derive(Clone, Copy)]
pub struct Tokenizer {
    encoding: &'static CoreBPE,
    counted: Counted,
}

impl Tokenizer {
    /// The tokenizer of a model by its name, with or without a provider before it.
    pub fn of(model: Option<&str>) -> Self {
        let named = model.map(|model| model.rsplit_once('/').map_or(model, |(_, name)| name));
        match named.and_then(|name| bpe_for_model(name).ok()) {
            Some(encoding) => Self { encoding, counted: Counted::Exactly },
            None => Self { encoding: o200k_base_singleton(), counted: Counted::About },
        }
    }

    /// Whether its counts are the model's own.
    pub const fn counted(self) -> Counted {
        self.counted
    }

    /// The tokens of a text; what looks like a special token is counted as text.
    pub fn count(self, text: &str) -> u64 {
        self.encoding.count_ordinary(text) as u64
    }
}

/// Counts that were made, by tokenizer and text: while a prompt is written, most of its sections stay as they are.
#[derive(Debug, Default)]
pub struct CountCache {
    counts: Mutex<HashMap<(usize, [u8; 32]), u64>>,
}

impl CountCache {
    /// The tokens of a text.
    pub fn count(&self, tokenizer: Tokenizer, text: &str) -> u64 {
        let key = (std::ptr::from_ref(tokenizer.encoding).addr(), *blake3::hash(text.as_bytes()).as_bytes());
        if let Some(known) = self.counts.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return *known;
        }
        let count = tokenizer.count(text);
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= KEPT {
            counts.clear();
        }
        counts.insert(key, count);
        count
    }
}

/// Tokens of a text in the vocabulary `o200k_base`; other models count up to a third more or less.
pub fn count_tokens(text: &str) -> u64 {
    Tokenizer::of(None).count(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_exact_where_the_tokenizer_is_public_and_marked_where_not() {
        for exact in ["gpt-4o", "openai/gpt-4.1-mini", "gpt-3.5-turbo"] {
            assert_eq!(Tokenizer::of(Some(exact)).counted(), Counted::Exactly, "{exact}");
        }
        for about in ["claude-sonnet-4-5", "gemini-2.5-flash", "local/gemma3"] {
            assert_eq!(Tokenizer::of(Some(about)).counted().sign(), "~", "{about}");
        }
        assert_eq!(Tokenizer::of(None).counted(), Counted::About);
        // Checked with the tokenizer's own library for Python: o200k_base and cl100k_base differ here.
        let text = "Grüße an die Qualitätssicherung";
        assert_ne!(Tokenizer::of(Some("gpt-4o")).count(text), Tokenizer::of(Some("gpt-4")).count(text));
    }

    #[test]
    fn a_count_is_kept_by_tokenizer_and_text() {
        let cache = CountCache::default();
        let text = "Grüße an die Qualitätssicherung";
        for model in ["gpt-4o", "gpt-4", "gpt-4o"] {
            let tokenizer = Tokenizer::of(Some(model));
            assert_eq!(cache.count(tokenizer, text), tokenizer.count(text));
        }
    }
}
