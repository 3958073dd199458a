//! How many tokens a request has.

use tiktoken_rs::bpe_for_model;

/// Tokens that a provider may add to what is sent, for roles and the start of the answer.
const FRAME: u64 = 64;
/// The most tokens that one image has been billed at (a large image in high detail on the dearest vision model).
const IMAGE: u64 = 50_000;
/// Bodies above this are not counted by the tokenizer: it is slow on long runs of one character.
const LONGEST_COUNTED: usize = 1 << 20;
/// Bytes of text in a token, on average, where nothing better is known.
const BYTES_IN_TOKEN: u64 = 4;

/// The most input tokens that a body can have: the tokenizer's count where the model has a public one, else its bytes,
/// since a token is at least a byte. Images are added at the most they cost.
pub fn input_bound(model: &str, body: &[u8]) -> u64 {
    let counted = std::str::from_utf8(body).ok().filter(|text| text.len() <= LONGEST_COUNTED).and_then(|text| {
        let tokenizer = bpe_for_model(model).ok()?;
        Some(tokenizer.encode_ordinary(text).len() as u64)
    });
    let images = memchr::memmem::find_iter(body, b"\"image_url\":{").count() as u64;
    counted.unwrap_or(body.len() as u64) + FRAME + images * IMAGE
}

/// About how many input tokens a body has.
pub fn input_estimate(body: &[u8]) -> u64 {
    (body.len() as u64).div_ceil(BYTES_IN_TOKEN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tokenizer_counts_where_there_is_one() {
        let body = br#"{"messages":[{"role":"user","content":"The export job writes one file per table."}]}"#;
        let counted = input_bound("gpt-4o", body);
        assert!(counted < FRAME + 40 && counted > FRAME + 9, "{counted}");
        assert_eq!(input_bound("gemma3", body), body.len() as u64 + FRAME);
    }

    #[test]
    fn images_are_bounded_too() {
        let body = br#"{"type":"image_url","image_url":{"url":"https://e.example/a.png"}}"#;
        assert!(input_bound("gpt-4o", body) > IMAGE);
    }
}
