//! Pure types and rules: no I/O, and no crate that does any.

pub mod cancel;
pub mod chunk;
pub mod diff;
pub mod filter;
pub mod ids;
pub mod lexical;
pub mod message;
pub mod money;
pub mod patch;
pub mod price;
pub mod prompt;
pub mod provider;
pub mod run;
pub mod score;
pub mod sentences;
pub mod span;
pub mod time;
pub mod untrusted;
pub mod width;
