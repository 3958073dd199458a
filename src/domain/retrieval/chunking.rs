//! Documents cut into pieces for an index.

use std::ops::Range;

use crate::domain::lexical::{sentences, words};

/// How large the pieces are, in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChunkSize {
    most: usize,
    overlap: usize,
}

impl ChunkSize {
    /// Pieces of at most `most` words that share at most `overlap` words with the one before; `None` unless the overlap
    /// is smaller than the piece.
    pub const fn new(most: usize, overlap: usize) -> Option<Self> {
        if overlap < most { Some(Self { most, overlap }) } else { None }
    }
}

/// Cuts a text into pieces of whole sentences, in order, as byte ranges without white space around them.
///
/// A sentence longer than a piece is a piece of its own: cutting it would leave both halves without meaning. The
/// sentences that end a piece are repeated in the next as far as they fit the overlap and leave room for a new one.
pub fn pieces(text: &str, size: ChunkSize) -> Vec<Range<usize>> {
    let sentences: Vec<(Range<usize>, usize)> = sentences(text)
        .into_iter()
        .map(|sentence| (sentence.bytes.clone(), words(&text[sentence.bytes]).len()))
        .collect();
    let mut found = Vec::new();
    let (mut first, mut next) = (0, 0);
    while next < sentences.len() {
        let mut held: usize = sentences[first..next].iter().map(|(_, words)| words).sum();
        while first < next && held + sentences[next].1 > size.most {
            held -= sentences[first].1;
            first += 1;
        }
        held += sentences[next].1;
        next += 1;
        while next < sentences.len() && held + sentences[next].1 <= size.most {
            held += sentences[next].1;
            next += 1;
        }
        found.push(sentences[first].0.start..sentences[next - 1].0.end);
        let piece = first;
        first = next;
        let mut shared = 0;
        while first > piece + 1 && shared + sentences[first - 1].1 <= size.overlap {
            first -= 1;
            shared += sentences[first].1;
        }
    }
    found
}
