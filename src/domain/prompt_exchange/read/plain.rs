//! Plain templates: `{{name}}` is replaced, and all else is text.

use super::super::nodes::{Expression, Form, Node, Path};

/// Most bytes between the braces: what is longer is text, and need not be searched to the end for each brace.
const MOST_NAME: usize = 256;

/// Names with anything but letters, digits, `_` and `-` are text: nobody gives such a variable a value.
pub(super) fn read(template: &str) -> Vec<Node> {
    let mut nodes = Vec::new();
    let mut rest = template;
    while let Some(open) = rest.find("{{") {
        let after = &rest[open + 2..];
        let near = &after[..after.floor_char_boundary(MOST_NAME)];
        let found = near.split_once("}}").map(|(name, _)| name).filter(|name| is_name(name.trim()));
        if let Some(name) = found {
            let (name, after) = (name.trim(), &after[name.len() + 2..]);
            nodes.push(Node::Text(rest[..open].to_owned()));
            nodes.push(Node::Print(Expression::Path(Path::of(name)), Form::Text));
            rest = after;
        } else {
            // One brace at a time, so that `{{{name}}` still holds the variable.
            nodes.push(Node::Text(rest[..=open].to_owned()));
            rest = &rest[open + 1..];
        }
    }
    nodes.push(Node::Text(rest.to_owned()));
    nodes
}

/// Whether a plain template can have a variable of this name.
pub(super) fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-')
}
