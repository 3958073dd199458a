//! Where a Jinja template uses its variables.

use std::collections::BTreeSet;
use std::ops::Range;

use super::uses::{Found, Placement, Purpose};

/// The uses of the variables in `names`, which the engine says are not the template's own.
pub(super) fn uses(template: &str, names: &BTreeSet<String>) -> Vec<Found> {
    let mut scan = Scan { template, names, blocks: Vec::new(), found: Vec::new() };
    let mut at = 0;
    while let Some(open) = template[at..].find('{').map(|found| at + found) {
        let rest = &template[open..];
        let tag = match rest.as_bytes().get(1) {
            Some(b'{') => Some("}}"),
            Some(b'%') => Some("%}"),
            Some(b'#') => Some("#}"),
            _ => None,
        };
        let Some(close) = tag else {
            at = open + 1;
            continue;
        };
        let inner = open + 2;
        let end = if close == "#}" {
            template[inner..].find(close).map(|end| inner + end)
        } else {
            end_of(template, inner, close)
        };
        let Some(end) = end else { break };
        at = end + 2;
        match close {
            "}}" => scan.expression(inner..end, Purpose::Printed, false),
            "%}" => {
                if let Some(after) = scan.statement(inner..end, at) {
                    at = after;
                }
            }
            _ => {}
        }
    }
    scan.found
}

/// The end of a tag; what stands in quotes does not end it.
fn end_of(template: &str, from: usize, close: &str) -> Option<usize> {
    let bytes = template.as_bytes();
    let mut quote = None;
    let mut at = from;
    while at < bytes.len() {
        match (quote, bytes[at]) {
            (Some(_), b'\\') => at += 1,
            (Some(open), byte) if byte == open => quote = None,
            (None, byte @ (b'"' | b'\'')) => quote = Some(byte),
            (None, _) if bytes[at..].starts_with(close.as_bytes()) => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}

/// A block that is open: what it is, what it does to the placement, and the names that it sets within.
struct Open<'t> {
    keyword: &'t str,
    placement: Placement,
    names: Vec<&'t str>,
}

struct Scan<'t> {
    template: &'t str,
    names: &'t BTreeSet<String>,
    blocks: Vec<Open<'t>>,
    found: Vec<Found>,
}

impl Scan<'_> {
    /// Reads a statement; gives where to go on where that is not after it.
    fn statement(&mut self, range: Range<usize>, after: usize) -> Option<usize> {
        let template = self.template;
        let inner = template[range.clone()].trim_start_matches(['-', '+']);
        let start = range.end - inner.len();
        let text = inner.trim_start();
        let start = start + inner.len() - text.len();
        let keyword = text.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
        let body = start + keyword.len()..range.end;
        match keyword {
            "raw" => {
                let mut from = after;
                while let Some(open) = template[from..].find("{%").map(|at| from + at) {
                    let inner = template[open + 2..].trim_start_matches(['-', '+']).trim_start();
                    if inner.starts_with("endraw") {
                        return template[open..].find("%}").map(|end| open + end + 2);
                    }
                    from = open + 2;
                }
                return Some(template.len());
            }
            "for" => {
                let split = template[body.clone()].find(" in ").map_or(body.start, |at| body.start + at);
                self.expression(split..body.end, Purpose::Entered, false);
                let names = words(&template[body.start..split]);
                self.blocks.push(Open { keyword, placement: Placement::Repeated, names });
            }
            "if" => {
                self.expression(body, Purpose::Tested, true);
                self.blocks.push(Open { keyword, placement: Placement::Conditional, names: Vec::new() });
            }
            "elif" => self.expression(body, Purpose::Tested, true),
            "set" => {
                let text = &template[body.clone()];
                match text.find('=') {
                    Some(at) => self.expression(body.start + at + 1..body.end, Purpose::Printed, false),
                    None => self.blocks.push(Open { keyword, placement: self.placement(), names: Vec::new() }),
                }
            }
            "macro" | "call" | "filter" | "with" | "block" | "autoescape" => {
                let names = if keyword == "macro" { words(&template[body.clone()]) } else { Vec::new() };
                if keyword != "macro" {
                    self.expression(body, Purpose::Printed, false);
                }
                let placement = if keyword == "macro" { Placement::Conditional } else { self.placement() };
                self.blocks.push(Open { keyword, placement, names });
            }
            "else" => {
                if let Some(open) = self.blocks.last_mut().filter(|open| open.keyword == "for") {
                    open.placement = Placement::Conditional;
                    open.names.clear();
                }
            }
            _ if keyword.starts_with("end") => {
                self.blocks.pop();
            }
            _ => self.expression(body, Purpose::Printed, false),
        }
        None
    }

    fn placement(&self) -> Placement {
        let around = self.blocks.iter().map(|open| open.placement);
        around.fold(Placement::Always, |around, placement| match (around, placement) {
            (Placement::Repeated, _) | (_, Placement::Repeated) => Placement::Repeated,
            (Placement::Conditional, _) | (_, Placement::Conditional) => Placement::Conditional,
            _ => Placement::Always,
        })
    }

    /// Notes the names of an expression that are variables: no fields, filters, tests, keywords or keys of parameters.
    fn expression(&mut self, range: Range<usize>, purpose: Purpose, tested: bool) {
        let template = self.template;
        let bytes = template.as_bytes();
        let placement = self.placement();
        let inline = find_word(template, &range, "if");
        let mut before = b' ';
        let mut after_is = false;
        let mut at = range.start;
        while at < range.end {
            let c = bytes[at];
            if c == b'"' || c == b'\'' {
                at = end_of_quote(bytes, at, range.end);
                before = c;
                continue;
            }
            if !is_word(c) {
                if !c.is_ascii_whitespace() {
                    before = c;
                }
                at += 1;
                continue;
            }
            let end = at + bytes[at..range.end].iter().take_while(|byte| is_word(**byte)).count();
            let word = &template[at..end];
            let next = template[end..range.end].trim_start();
            let key = next.starts_with('=') && !next.starts_with("==");
            if !matches!(before, b'.' | b'|') && !key && !after_is && self.is_variable(word) {
                let optional = next.strip_prefix('|').is_some_and(|filter| {
                    let filter = filter.trim_start();
                    filter.starts_with("default") || filter.starts_with("d(")
                });
                let in_condition = tested || inline.is_some_and(|condition| at > condition);
                let purpose = if in_condition { Purpose::Tested } else { purpose };
                let optional = optional || inline.is_some();
                self.found.push(Found { name: word.to_owned(), range: at..end, placement, purpose, optional });
            }
            after_is = word == "is" || (after_is && word == "not");
            before = b'w';
            at = end;
        }
    }

    fn is_variable(&self, word: &str) -> bool {
        self.names.contains(word) && !self.blocks.iter().any(|open| open.names.contains(&word))
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

fn words(text: &str) -> Vec<&str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).collect()
}

fn find_word(text: &str, range: &Range<usize>, word: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let alone = |at: usize| {
        let before = at.checked_sub(1).is_none_or(|before| !is_word(bytes[before]));
        before && bytes.get(at + word.len()).is_none_or(|after| !is_word(*after))
    };
    text[range.clone()].match_indices(word).map(|(at, _)| range.start + at).find(|at| alone(*at))
}

fn end_of_quote(bytes: &[u8], open: usize, end: usize) -> usize {
    let mut at = open + 1;
    while at < end && bytes[at] != bytes[open] {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(end)
}
