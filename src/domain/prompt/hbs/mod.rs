//! Handlebars as Handlebars.js 4.7 reads and renders it, with the functions of Dotprompt.
//!
//! Rust's `handlebars` prints lists, numbers and empty objects otherwise, reads less (`{{.}}`, `{{^x}}`), has no places
//! for uses within a tag, takes quadratic time on many tags and overflows the stack on deep ones; a prompt must come out
//! as the application that sent it had it.

mod check;
mod expressions;
mod functions;
mod marks;
mod parser;
mod partials;
mod render;
mod scope;
mod space;
mod template;
mod uses;

pub(super) use marks::spelled;
pub(super) use parser::parse;
pub(super) use render::{Piece, Sources, render};
pub(super) use template::{Block, Call, Expression, Fault, Node, Partial, Path};
pub(super) use uses::layout;
