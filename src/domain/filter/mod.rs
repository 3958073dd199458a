//! The filter language of every FILTER argument and of the filter bar.
//!
//! ```text
//! filter    = [ or ]                                   an empty filter matches everything
//! or        = and { "or" and }
//! and       = unary { [ "and" ] unary }
//! unary     = ( "-" | "not" ) unary | primary
//! primary   = "(" or ")" | "span(" or ")" | condition | word | "a phrase"
//! condition = field ( ":" | "=" | "!=" | "<" | "<=" | ">" | ">=" ) value
//! ```
//!
//! [`evaluate`] is the reference of what a filter means; a store's SQL has to agree with it.

mod ast;
mod complete;
mod display;
mod error;
pub mod evaluate;
mod field;
mod lexer;
mod parser;
mod value;

pub use ast::{Compare, Condition, Expr, Field, Filter, Has, Number, Pattern, Test};
pub use complete::complete;
pub use error::FilterError;
pub use field::{FIELDS, FieldHelp, Scope};
pub use value::duration_ms;

#[cfg(test)]
mod tests;
