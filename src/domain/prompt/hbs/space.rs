//! White space around tags, as `WhitespaceControl` of Handlebars.js 4.7 drops it: beside a `~`, and the whole line of a
//! block tag, comment or partial that stands alone on it.

use super::template::{Block, Node, Strip, Text};
use crate::domain::prompt::printed::javascript::is_space;

/// Drops white space in a whole template.
pub(super) fn control(body: &mut [Node], source: &str) {
    program(body, source, true);
}

/// What a node does to the white space beside it.
#[derive(Default)]
struct Effect {
    strip: Strip,
    open_alone: bool,
    close_alone: bool,
    inline_alone: bool,
}

fn program(body: &mut [Node], source: &str, root: bool) {
    for at in 0..body.len() {
        let Some(effect) = effect(&mut body[at], source) else { continue };
        let before = is_space_before(body, at, source, root);
        let after = is_space_after(body, Some(at), source, root);
        if effect.strip.close {
            omit_right(body, Some(at + 1), source, All::White);
        }
        if effect.strip.open {
            omit_left(body, at.checked_sub(1), source, All::White);
        }
        if effect.inline_alone && before && after {
            omit_right(body, Some(at + 1), source, All::OfLine);
            if omit_left(body, at.checked_sub(1), source, All::OfLine) {
                indent_partial(body, at, source);
            }
        }
        if effect.open_alone && before {
            if let Node::Block(block) = &mut body[at] {
                omit_right(first_branch(block), Some(0), source, All::OfLine);
            } else if let Some(nodes) = enclosed(&mut body[at]) {
                omit_right(nodes, Some(0), source, All::OfLine);
            }
            omit_left(body, at.checked_sub(1), source, All::OfLine);
        }
        if effect.close_alone && after {
            omit_right(body, Some(at + 1), source, All::OfLine);
            if let Node::Block(block) = &mut body[at] {
                let last = if block.inverse.is_some() { &mut block.inverse } else { &mut block.program };
                if let Some(nodes) = last {
                    omit_last(nodes, source, All::OfLine);
                }
            } else if let Some(nodes) = enclosed(&mut body[at]) {
                omit_last(nodes, source, All::OfLine);
            }
        }
    }
}

fn first_branch(block: &mut Block) -> &mut [Node] {
    let first = if block.program.is_some() { &mut block.program } else { &mut block.inverse };
    first.as_deref_mut().unwrap_or_default()
}

fn enclosed(node: &mut Node) -> Option<&mut Vec<Node>> {
    match node {
        Node::Partial(partial) => partial.fallback.as_mut(),
        Node::Inline(inline) => Some(&mut inline.body),
        _ => None,
    }
}

/// The lines of a partial that stands alone on its line are moved in as it is.
fn indent_partial(body: &mut [Node], at: usize, source: &str) {
    let Some((before, [Node::Partial(partial), ..])) = body.split_at_mut_checked(at) else { return };
    if let (Some(Node::Text(text)), None) = (before.last(), &partial.fallback) {
        let original = &source[text.whole.clone()];
        original[original.trim_end_matches([' ', '\t']).len()..].clone_into(&mut partial.indent);
    }
}

fn effect(node: &mut Node, source: &str) -> Option<Effect> {
    match node {
        Node::Text(_) => None,
        Node::Print(_, strip) => Some(Effect { strip: *strip, ..Effect::default() }),
        Node::Comment(strip) => Some(Effect { strip: *strip, inline_alone: true, ..Effect::default() }),
        Node::Block(block) => Some(block_effect(block, source)),
        Node::Inline(inline) => {
            let (open, close) = (inline.open_strip, inline.close_strip);
            Some(enclosed_effect(&mut inline.body, open, close, source))
        }
        Node::Partial(partial) => {
            let (open, close) = (partial.open_strip, partial.close_strip);
            match &mut partial.fallback {
                Some(nodes) => Some(enclosed_effect(nodes, open, close, source)),
                None => Some(Effect { strip: open, inline_alone: true, ..Effect::default() }),
            }
        }
    }
}

fn enclosed_effect(body: &mut [Node], open: Strip, close: Strip, source: &str) -> Effect {
    program(body, source, false);
    let effect = Effect {
        strip: Strip { open: open.open, close: close.close },
        open_alone: is_space_after(body, None, source, false),
        close_alone: is_space_before(body, body.len(), source, false),
        inline_alone: false,
    };
    if open.close {
        omit_right(body, Some(0), source, All::White);
    }
    if close.open {
        omit_last(body, source, All::White);
    }
    effect
}

fn block_effect(block: &mut Block, source: &str) -> Effect {
    for branch in [&mut block.program, &mut block.inverse].into_iter().flatten() {
        program(branch, source, false);
    }
    let (open, inverse_strip, close) = (block.open_strip, block.inverse_strip, block.close_strip);
    let chained = block.chained;
    let (Some(first), second) = (match (&mut block.program, &mut block.inverse) {
        (Some(program), inverse) => (Some(program), inverse.as_mut()),
        (None, inverse) => (inverse.as_mut(), None),
    }) else {
        return Effect::default();
    };
    let mut effect = Effect {
        strip: Strip { open: open.open, close: close.close },
        open_alone: is_space_after(first, None, source, false),
        close_alone: false,
        inline_alone: false,
    };
    let Some(second) = second else {
        effect.close_alone = is_space_before(first, first.len(), source, false);
        if open.close {
            omit_right(first, Some(0), source, All::White);
        }
        if close.open {
            omit_last(first, source, All::White);
        }
        return effect;
    };
    // In a chain the first `else` is followed by the branch of the next link.
    let inner = if chained { next_branch(second) } else { Some(second) };
    let Some(inner) = inner else { return effect };
    effect.close_alone = is_space_before(inner, inner.len(), source, false);
    if open.close {
        omit_right(first, Some(0), source, All::White);
    }
    if inverse_strip.open {
        omit_last(first, source, All::White);
    }
    if inverse_strip.close {
        omit_right(inner, Some(0), source, All::White);
    }
    let else_alone = is_space_before(first, first.len(), source, false) && is_space_after(inner, None, source, false);
    if close.open
        && let Some(Node::Text(text)) = last_of_chain(block)
    {
        strip_left(text, source, All::White);
    }
    if else_alone {
        if let Some(nodes) = &mut block.program {
            omit_last(nodes, source, All::OfLine);
        }
        let inverse = block.inverse.as_mut();
        let inner = if chained { inverse.and_then(|nodes| next_branch(nodes)) } else { inverse };
        omit_right(inner.map_or(&mut [][..], |nodes| nodes), Some(0), source, All::OfLine);
    }
    effect
}

/// The branch of the one block that an `else if` makes.
fn next_branch(inverse: &mut [Node]) -> Option<&mut Vec<Node>> {
    match inverse.first_mut() {
        Some(Node::Block(next)) => next.program.as_mut(),
        _ => None,
    }
}

/// The node before the closing tag; in a chain, as in Handlebars.js, the last of the branch after the first `else`.
fn last_of_chain(block: &mut Block) -> Option<&mut Node> {
    let inverse = block.inverse.as_mut()?;
    if block.chained { next_branch(inverse)?.last_mut() } else { inverse.last_mut() }
}

fn is_space_before(body: &[Node], at: usize, source: &str, root: bool) -> bool {
    let Some(before) = at.checked_sub(1) else { return root };
    let Some(Node::Text(text)) = body.get(before) else { return false };
    let original = &source[text.whole.clone()];
    let blank = original[original.trim_end_matches(is_space).len()..].contains('\n');
    blank || (root && before == 0 && original.chars().all(is_space))
}

/// `None` stands for before the first node.
fn is_space_after(body: &[Node], at: Option<usize>, source: &str, root: bool) -> bool {
    let next = at.map_or(0, |at| at + 1);
    let Some(node) = body.get(next) else { return root };
    let Node::Text(text) = node else { return false };
    let original = &source[text.whole.clone()];
    let trimmed = original.trim_start_matches(is_space);
    let blank = original[..original.len() - trimmed.len()].contains('\n');
    blank || (root && next + 1 == body.len() && trimmed.is_empty())
}

/// How much white space goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum All {
    /// All of it.
    White,
    /// What is on the line of the tag.
    OfLine,
}

/// Drops white space at the beginning of a node, where it is text.
fn omit_right(body: &mut [Node], at: Option<usize>, source: &str, all: All) {
    let Some(Node::Text(text)) = at.and_then(|at| body.get_mut(at)) else { return };
    if all == All::OfLine && text.right_stripped {
        return;
    }
    let value = &source[text.kept.clone()];
    let left = match all {
        All::White => value.trim_start_matches(is_space),
        All::OfLine => {
            let left = value.trim_start_matches([' ', '\t']);
            let left = left.strip_prefix('\r').unwrap_or(left);
            left.strip_prefix('\n').unwrap_or(left)
        }
    };
    text.right_stripped = left.len() != value.len();
    text.kept.start = text.kept.end - left.len();
}

/// Drops white space at the end of the last node.
fn omit_last(body: &mut [Node], source: &str, all: All) {
    omit_left(body, body.len().checked_sub(1), source, all);
}

/// Drops white space at the end of a node, where it is text; tells whether there was any.
fn omit_left(body: &mut [Node], at: Option<usize>, source: &str, all: All) -> bool {
    let Some(Node::Text(text)) = at.and_then(|at| body.get_mut(at)) else { return false };
    strip_left(text, source, all)
}

fn strip_left(text: &mut Text, source: &str, all: All) -> bool {
    if all == All::OfLine && text.left_stripped {
        return false;
    }
    let value = &source[text.kept.clone()];
    let left = match all {
        All::White => value.trim_end_matches(is_space),
        All::OfLine => value.trim_end_matches([' ', '\t']),
    };
    text.left_stripped = left.len() != value.len();
    text.kept.end = text.kept.start + left.len();
    text.left_stripped
}
