//! Token counts of prompt texts.

/// Tokens of a text in the vocabulary `o200k_base`; other models count up to a third more or less.
pub fn count_tokens(text: &str) -> u64 {
    tiktoken_rs::o200k_base_singleton().count_ordinary(text) as u64
}
