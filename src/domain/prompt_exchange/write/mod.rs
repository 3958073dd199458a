//! Writers of template languages: a tree in, text out, literal braces escaped.

mod handlebars;
mod jinja;
mod plain;

use super::loss::Losses;
use super::nodes::{Node, Syntax};

pub use handlebars::is_reserved;
pub use plain::{Choices, flatten};

/// A piece of written text; what stands around a tag decides how it is laid out.
#[derive(Clone, Debug, PartialEq)]
enum Token {
    /// Literal text, escaped.
    Text(String),
    /// A tag that prints something.
    Print(String),
    /// A tag that prints nothing: the edge of a block.
    Edge(String),
}

/// Writes a tree in Handlebars, with what it cannot say noted.
pub fn write_handlebars(nodes: &[Node], losses: &mut Losses) -> String {
    handlebars::write(nodes, losses)
}

/// Writes a tree in Jinja2, with what it cannot say noted.
pub fn write_jinja(nodes: &[Node], losses: &mut Losses) -> String {
    jinja::write(nodes, losses)
}

/// Writes a tree without blocks in plain `{{name}}` form, with what it cannot say noted.
pub fn write_plain(nodes: &[Node], losses: &mut Losses) -> String {
    plain::write(nodes, losses)
}

/// Notes what is dropped or simplified of a piece that only its own syntax can say.
fn note_raw(what: &str, instead: &[Node], target: Syntax, losses: &mut Losses) {
    let target = target.as_str();
    if instead.is_empty() {
        losses.note(
            format!("{what} has no counterpart in {target} and is left out"),
            "write it by hand, or give its result as a variable",
        );
    } else {
        losses.note(
            format!("{what} has no counterpart in {target}; only what it works on is kept"),
            "give the value in its final form",
        );
    }
}

/// The output's last line so far.
fn last_line(text: &str) -> &str {
    text.rsplit_once('\n').map_or(text, |(_, line)| line)
}
