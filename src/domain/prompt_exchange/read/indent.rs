//! Lines of a partial that stands alone on its line, moved in as that line is.

use super::super::nodes::{Expression, Node, Test};

/// The nodes with `indent` before each of their lines; lines within values are the values' own.
pub(super) fn indented(nodes: Vec<Node>, indent: &str) -> Vec<Node> {
    if indent.is_empty() { nodes } else { moved(nodes, indent, &mut true) }
}

/// `at_start` tells whether what comes next begins a line.
fn moved(nodes: Vec<Node>, indent: &str, at_start: &mut bool) -> Vec<Node> {
    let mut all = Vec::with_capacity(nodes.len());
    for node in nodes {
        match node {
            Node::Text(text) => all.push(Node::Text(lines(&text, indent, at_start))),
            Node::If { test, then, otherwise } => {
                let mut other_end = *at_start;
                let then = moved(then, indent, at_start);
                let otherwise = moved(otherwise, indent, &mut other_end);
                all.push(Node::If { test, then, otherwise });
            }
            Node::Each { list, item, body, otherwise } => {
                let first = *at_start;
                let mut other_end = first;
                let otherwise = moved(otherwise, indent, &mut other_end);
                let (body, end) = repeated(body, indent, first);
                *at_start = end;
                all.push(Node::Each { list, item, body, otherwise });
            }
            Node::Raw { syntax, source, what, instead } => {
                let instead = moved(instead, indent, at_start);
                all.push(Node::Raw { syntax, source, what, instead });
            }
            other => {
                if std::mem::take(at_start) {
                    all.push(Node::Text(indent.to_owned()));
                }
                all.push(other);
            }
        }
    }
    all
}

/// The body of a loop whose first item begins a line or does not, and whether its end does.
fn repeated(body: Vec<Node>, indent: &str, first: bool) -> (Vec<Node>, bool) {
    let mut end = first;
    let same = moved(body.clone(), indent, &mut end);
    if end == first {
        return (same, end);
    }
    // The items after the first begin as the body ends.
    let mut end_of_others = false;
    let mut inner = moved(body, indent, &mut end_of_others);
    let test = Test::Truthy(Expression::First);
    let test = if first { test } else { test.negated() };
    inner.insert(0, Node::If { test, then: vec![Node::Text(indent.to_owned())], otherwise: Vec::new() });
    (inner, end)
}

fn lines(text: &str, indent: &str, at_start: &mut bool) -> String {
    let mut moved = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        if *at_start {
            moved.push_str(indent);
        }
        moved.push_str(line);
        *at_start = line.ends_with('\n');
    }
    moved
}
