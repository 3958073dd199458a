//! Handlebars as Handlebars.js 4.7 reads and renders it, with the functions of Dotprompt.
//!
//! One reader serves rendering, matching, the linter and conversion. It takes linear time, bounds the depth and keeps the
//! place of every use within a tag; a prompt comes out as the application that sent it had it.

mod blocks;
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

pub(in crate::domain) use marks::spelled;
pub(in crate::domain) use parser::parse;
pub(in crate::domain) use render::{Piece, Sources, render};
pub(in crate::domain) use template::{Block, Call, Expression, FUNCTIONS, Fault, Node, Partial, Path, Template};
pub(super) use uses::layout;
