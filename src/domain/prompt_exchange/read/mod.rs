//! Readers of template languages, one file a language: text in, a tree out, literal braces unescaped.

mod fstring;
mod handlebars;
mod handlebars_scope;
mod indent;
mod jinja;
mod jinja_expression;
mod mustache;
mod plain;

use std::collections::BTreeMap;

use super::loss::Losses;
use super::nodes::{Expression, Node, Syntax, joined};

pub use handlebars::Partials;

/// Reads a template.
///
/// The error says what is wrong with it. What only this syntax can say becomes [`Node::Raw`]; a loss is noted here only
/// for what no target could say either.
pub fn read(template: &str, syntax: Syntax, losses: &mut Losses) -> Result<Vec<Node>, String> {
    let nodes = match syntax {
        Syntax::Plain => plain::read(template),
        Syntax::FString => fstring::read(template, losses)?,
        Syntax::Handlebars => handlebars::read(template, &BTreeMap::new())?,
        Syntax::Mustache => mustache::read(template, losses)?,
        Syntax::Jinja2 | Syntax::Nunjucks => jinja::read(template, syntax)?,
    };
    Ok(joined(nodes))
}

/// Whether a plain template can have a variable of this name.
pub(super) fn is_plain_name(name: &str) -> bool {
    plain::is_name(name)
}

/// The names that a plain template would take for variables in this text.
pub(super) fn plain_holes(text: &str) -> Vec<String> {
    let holes = plain::read(text).into_iter().filter_map(|node| match node {
        Node::Print(Expression::Path(path), _) => Some(path.head),
        _ => None,
    });
    holes.collect()
}

/// Reads a Handlebars template with its partials put in their places.
pub fn read_handlebars(template: &str, partials: &Partials) -> Result<Vec<Node>, String> {
    handlebars::read(template, partials).map(joined)
}
