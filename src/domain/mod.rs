//! Pure types and rules: no I/O, and no crate that does any.

pub mod cancel;
pub mod chunk;
pub mod diff;
pub mod evidence;
pub mod filter;
pub mod ids;
pub mod label;
pub mod lexical;
pub mod lint;
pub mod merge;
pub mod message;
pub mod money;
pub mod nearest;
pub mod patch;
pub mod price;
pub mod prompt;
pub mod prompt_exchange;
pub mod provider;
pub mod run;
pub mod score;
pub mod sentences;
pub mod span;
pub mod statistics;
pub mod time;
pub mod untrusted;
pub mod width;
