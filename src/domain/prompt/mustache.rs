//! Mustache as Python's chevron 0.14 reads and renders it, which is what Prompty uses.

use std::ops::Range;

use serde_json::{Map, Value};

use super::limits::Budget;
use super::printed::python;
use super::uses::{Found, Placement, Purpose};

/// How deep sections may nest.
const DEEPEST: usize = 100;

/// A template that was read.
pub(super) struct Template {
    source: String,
    body: Vec<Node>,
}

enum Node {
    Text(Range<usize>),
    /// `{{x}}`, escaped for HTML, or `{{{x}}}` and `{{&x}}`, which are not.
    Print {
        name: Range<usize>,
        escaped: bool,
    },
    /// `{{#x}}…{{/x}}`, or `{{^x}}…{{/x}}`.
    Section {
        name: Range<usize>,
        inverted: bool,
        body: Vec<Node>,
    },
}

/// What is wrong with a template, and the byte at which.
pub(super) struct Fault {
    pub(super) at: usize,
    pub(super) message: String,
}

impl Fault {
    fn new(at: usize, message: impl Into<String>) -> Self {
        Self { at, message: message.into() }
    }
}

/// A section that is not closed yet: its name, whether it is inverted, and what stood before it.
struct Open {
    name: Range<usize>,
    inverted: bool,
    before: Vec<Node>,
}

/// Reads a template. There are no partials in Prompty: chevron puts nothing in for them.
pub(super) fn parse(source: &str) -> Result<Template, Fault> {
    let (mut open, mut close) = ("{{".to_owned(), "}}".to_owned());
    let mut stack: Vec<Open> = Vec::new();
    let mut nodes = Vec::new();
    let mut at = 0;
    let mut alone = true;
    while at < source.len() {
        let Some(tag) = source[at..].find(open.as_str()).map(|found| at + found) else {
            nodes.push(Node::Text(at..source.len()));
            break;
        };
        let inner = tag + open.len();
        if inner == source.len() {
            nodes.push(Node::Text(at..tag));
            break;
        }
        let mut text = at..tag;
        let literal = &source[text.clone()];
        let last = &literal[literal.rfind('\n').map_or(0, |at| at + 1)..];
        alone = (literal.contains('\n') || alone) && last.chars().all(char::is_whitespace);
        let Some(end) = source[inner..].find(close.as_str()).map(|found| inner + found) else {
            return Err(Fault::new(tag, format!("a tag is not closed with `{close}`")));
        };
        at = end + close.len();
        let kind = source[inner..end].chars().next().filter(|c| "!#^/>={&".contains(*c));
        let name = trimmed(source, inner + kind.map_or(0, char::len_utf8)..end);
        let triple = kind == Some('{') && open == "{{" && close == "}}" && source[at..].starts_with('}');
        at += usize::from(triple);
        let prints = kind.is_none() || kind == Some('&') || triple;
        // A tag other than a variable takes its line with it where nothing else stands there.
        if alone && !prints {
            let line = &source[at..at + source[at..].find('\n').unwrap_or(source.len() - at)];
            alone = line.chars().all(char::is_whitespace);
            if alone {
                // Without a line after it, white space behind the tag stays.
                at += if at + line.len() < source.len() { line.len() + 1 } else { 0 };
                if kind != Some('>') {
                    text.end = text.start + source[text.clone()].trim_end_matches(' ').len();
                }
            }
        } else {
            alone = false;
        }
        if !text.is_empty() {
            nodes.push(Node::Text(text));
        }
        match kind {
            Some('!' | '>') => {}
            // A third brace that is not closed makes a tag that chevron passes over.
            Some('{') if !triple => {}
            Some('=') => {
                let Some(inner) = source[name.clone()].strip_suffix('=') else {
                    return Err(Fault::new(tag, "a tag that sets delimiters ends in `=`"));
                };
                let mut words = inner.split(' ').filter(|word| !word.is_empty());
                let (Some(first), last) = (words.next(), words.next_back()) else {
                    return Err(Fault::new(tag, "a tag that sets delimiters names them"));
                };
                (open, close) = (first.to_owned(), last.unwrap_or(first).to_owned());
            }
            Some(kind @ ('#' | '^')) => {
                if stack.len() >= DEEPEST {
                    return Err(Fault::new(tag, format!("sections are nested more than {DEEPEST} deep")));
                }
                stack.push(Open { name, inverted: kind == '^', before: std::mem::take(&mut nodes) });
            }
            Some('/') => {
                let Some(section) = stack.pop() else {
                    return Err(Fault::new(tag, "this closes a section that was not opened"));
                };
                let (opened, closed) = (&source[section.name.clone()], &source[name.clone()]);
                if opened != closed {
                    let message = format!("`{closed}` closes a section that was opened as `{opened}`");
                    return Err(Fault::new(tag, message));
                }
                let body = std::mem::replace(&mut nodes, section.before);
                nodes.push(Node::Section { name: section.name, inverted: section.inverted, body });
            }
            _ => {
                nodes.push(Node::Print { name, escaped: kind != Some('&') && !triple });
            }
        }
    }
    match stack.pop() {
        Some(section) => Err(Fault::new(section.name.start, "this section is not closed")),
        None => Ok(Template { source: source.to_owned(), body: nodes }),
    }
}

fn trimmed(source: &str, range: Range<usize>) -> Range<usize> {
    let text = &source[range.clone()];
    let start = range.end - text.trim_start().len();
    start..(start + text.trim().len())
}

/// Renders a template.
pub(super) fn render(template: &Template, variables: &Map<String, Value>) -> Result<String, Fault> {
    let root = Value::Object(variables.clone());
    let mut rendering = Rendering { source: &template.source, out: String::new(), budget: Budget::default() };
    rendering.nodes(&template.body, &mut vec![&root])?;
    Ok(rendering.out)
}

struct Rendering<'t> {
    source: &'t str,
    out: String,
    budget: Budget,
}

impl Rendering<'_> {
    fn nodes(&mut self, nodes: &[Node], scopes: &mut Vec<&Value>) -> Result<(), Fault> {
        for node in nodes {
            match node {
                Node::Text(range) => {
                    let text = &self.source[range.clone()];
                    self.budget.write(text.len()).map_err(|message| Fault::new(range.start, message))?;
                    self.out.push_str(text);
                }
                Node::Print { name, escaped } => {
                    let before = self.out.len();
                    let mut text = String::new();
                    if let Some(value) = get(&self.source[name.clone()], scopes) {
                        python::print(value, &mut text);
                    }
                    if *escaped {
                        escape(&text, &mut self.out);
                    } else {
                        self.out.push_str(&text);
                    }
                    let written = self.out.len() - before;
                    self.budget.write(written).map_err(|message| Fault::new(name.start, message))?;
                }
                Node::Section { name, inverted, body } => self.section(name, *inverted, body, scopes)?,
            }
        }
        Ok(())
    }

    fn section(
        &mut self,
        name: &Range<usize>,
        inverted: bool,
        body: &[Node],
        scopes: &mut Vec<&Value>,
    ) -> Result<(), Fault> {
        self.budget.step().map_err(|message| Fault::new(name.start, message))?;
        let value = get(&self.source[name.clone()], scopes);
        match value {
            // What stands in it looks names up in what stands around it.
            _ if inverted && value.is_none_or(is_false) => self.nodes(body, scopes)?,
            _ if inverted => {}
            Some(Value::Array(list)) => {
                for item in list {
                    self.budget.step().map_err(|message| Fault::new(name.start, message))?;
                    if is_false(item) {
                        continue;
                    }
                    scopes.push(item);
                    let done = self.nodes(body, scopes);
                    scopes.pop();
                    done?;
                }
            }
            Some(value) if !is_false(value) => {
                scopes.push(value);
                let done = self.nodes(body, scopes);
                scopes.pop();
                done?;
            }
            _ => {}
        }
        Ok(())
    }
}

fn is_false(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::Bool(true) => false,
    }
}

/// The value of a name in the innermost scope that has it; a false one is nothing, but for zero and false.
fn get<'v>(name: &str, scopes: &[&'v Value]) -> Option<&'v Value> {
    if name == "." {
        return scopes.last().copied();
    }
    let found = scopes.iter().rev().find_map(|scope| {
        name.split('.').try_fold(*scope, |value, part| match value {
            Value::Object(map) => map.get(part),
            Value::Array(list) => part.parse::<usize>().ok().and_then(|index| list.get(index)),
            _ => None,
        })
    })?;
    let kept = matches!(found, Value::Bool(_) | Value::Number(_)) || !is_false(found);
    kept.then_some(found)
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            c => out.push(c),
        }
    }
}

/// The uses of the variables; within sections a name may be a field of what the section is about.
pub(super) fn uses(template: &Template) -> Vec<Found> {
    let mut found = Vec::new();
    note(&template.body, &template.source, Placement::Always, &mut found);
    found
}

fn note(nodes: &[Node], source: &str, placement: Placement, found: &mut Vec<Found>) {
    for node in nodes {
        let (range, purpose) = match node {
            Node::Text(_) => continue,
            Node::Print { name, .. } => (name, Purpose::Printed),
            Node::Section { name, inverted: true, .. } => (name, Purpose::Tested),
            Node::Section { name, .. } => (name, Purpose::Entered),
        };
        let name = source[range.clone()].split('.').next().unwrap_or_default();
        if !name.is_empty() {
            let (name, range) = (name.to_owned(), range.clone());
            found.push(Found { name, range, placement, purpose, optional: false });
        }
        if let Node::Section { inverted, body, .. } = node {
            let inner = if *inverted { Placement::Conditional } else { Placement::Repeated };
            note(body, source, if placement == Placement::Repeated { placement } else { inner }, found);
        }
    }
}
