//! Mustache: variables, sections and other delimiters.

use super::super::loss::Losses;
use super::super::names::{item_of, words_in_tags};
use super::super::nodes::{Expression, Form, Node, Path, Test, walk};

pub(super) fn read(template: &str, losses: &mut Losses) -> Result<Vec<Node>, String> {
    let mut reader = Reader {
        tags: tags(template)?.into_iter(),
        depth: 0,
        items: Vec::new(),
        taken: words_in_tags(template),
        losses,
    };
    let nodes = reader.until(None)?;
    Ok(nodes)
}

/// Deepest nesting of sections.
const MOST_DEPTH: usize = 64;

enum Tag {
    Text(String),
    Variable(String, Form),
    Open(String),
    Inverted(String),
    Close(String),
    Partial(String),
}

/// Divides the text into tags; a tag of a section, comment or delimiter that has a line for itself takes the line along.
fn tags(template: &str) -> Result<Vec<Tag>, String> {
    let (mut open, mut close) = ("{{".to_owned(), "}}".to_owned());
    let mut tags = Vec::new();
    let mut rest = template;
    let mut line_start = true;
    while let Some(at) = rest.find(&open) {
        let before = &rest[..at];
        let inside = &rest[at + open.len()..];
        let triple = open == "{{" && inside.starts_with('{');
        let end = if triple { "}}}" } else { close.as_str() };
        let (content, after) = inside
            .split_once(end)
            .ok_or_else(|| format!("the tag `{open}{}` is not closed", inside.chars().take(20).collect::<String>()))?;
        let kind = content.chars().next().unwrap_or(' ');
        let name = content.trim_start_matches(['#', '^', '/', '!', '>', '&', '{', '=']).trim().to_owned();
        let standalone = matches!(kind, '#' | '^' | '/' | '!' | '=' | '>')
            && is_blank_from_line_start(before, line_start)
            && rest_of_line_is_blank(after);
        let before = if standalone { before.trim_end_matches([' ', '\t']) } else { before };
        tags.push(Tag::Text(before.to_owned()));
        match kind {
            '#' => tags.push(Tag::Open(name)),
            '^' => tags.push(Tag::Inverted(name)),
            '/' => tags.push(Tag::Close(name)),
            '>' => tags.push(Tag::Partial(name)),
            '!' => {}
            '=' => {
                let mut words = content.trim_matches('=').split_whitespace();
                let (Some(first), Some(second)) = (words.next(), words.next()) else {
                    return Err("a change of delimiters names none".to_owned());
                };
                (open, close) = (first.to_owned(), second.to_owned());
            }
            '{' | '&' => tags.push(Tag::Variable(name, Form::Text)),
            _ => tags.push(Tag::Variable(name, Form::Html)),
        }
        line_start = standalone;
        rest = after;
        if standalone {
            rest = after.split_once('\n').map_or("", |(_, rest)| rest);
        }
    }
    tags.push(Tag::Text(rest.to_owned()));
    Ok(tags)
}

fn is_blank_from_line_start(before: &str, line_start: bool) -> bool {
    match before.rsplit_once('\n') {
        Some((_, line)) => line.trim().is_empty(),
        None => line_start && before.trim().is_empty(),
    }
}

fn rest_of_line_is_blank(after: &str) -> bool {
    after.split('\n').next().unwrap_or_default().trim().is_empty()
}

struct Reader<'l> {
    tags: std::vec::IntoIter<Tag>,
    depth: usize,
    /// Items of the sections around.
    items: Vec<String>,
    /// Names that a new item may not have.
    taken: Vec<String>,
    losses: &'l mut Losses,
}

impl Reader<'_> {
    fn until(&mut self, end: Option<&str>) -> Result<Vec<Node>, String> {
        if self.depth > MOST_DEPTH {
            return Err(format!("sections are nested deeper than {MOST_DEPTH}"));
        }
        self.depth += 1;
        let nodes = self.section_body(end);
        self.depth -= 1;
        nodes
    }

    fn section_body(&mut self, end: Option<&str>) -> Result<Vec<Node>, String> {
        let mut nodes = Vec::new();
        while let Some(tag) = self.tags.next() {
            match tag {
                Tag::Text(text) => nodes.push(Node::Text(text)),
                Tag::Variable(name, form) => nodes.push(Node::Print(self.path(&name), form)),
                Tag::Partial(name) => {
                    self.losses.note(format!("the partial {name} is left out"), "write its text in its place");
                }
                Tag::Close(name) if Some(name.as_str()) == end => return Ok(nodes),
                Tag::Close(name) => return Err(format!("`{{{{/{name}}}}}` closes a section that is not open")),
                Tag::Inverted(name) => {
                    let test = Test::Truthy(self.path(&name)).negated();
                    let then = self.until(Some(&name))?;
                    nodes.push(Node::If { test, then, otherwise: Vec::new() });
                }
                Tag::Open(name) => nodes.push(self.section(&name)?),
            }
        }
        match end {
            None => Ok(nodes),
            Some(name) => Err(format!("the section `{name}` is not closed")),
        }
    }

    /// A section that prints something of its own is a loop; one that does not, a condition.
    fn section(&mut self, name: &str) -> Result<Node, String> {
        let subject = self.path(name);
        let item = item_of(name, &self.taken);
        self.items.push(item.clone());
        self.taken.push(item.clone());
        let body = self.until(Some(name))?;
        self.items.pop();
        self.taken.pop();
        let mut uses_item = false;
        walk(&body, &mut |node| {
            if let Node::Print(Expression::Path(path), _) = node {
                uses_item |= path.head == item;
            }
        });
        if !uses_item {
            return Ok(Node::If { test: Test::Truthy(subject), then: body, otherwise: Vec::new() });
        }
        self.losses.note(
            format!(
                "Mustache does not say whether the section `{name}` is a loop or a condition; it is read as a loop"
            ),
            format!("check that `{name}` is a list"),
        );
        Ok(Node::Each { list: subject, item, body, otherwise: Vec::new() })
    }

    /// Within a section, a name is a field of its item.
    fn path(&self, name: &str) -> Expression {
        let item = self.items.last();
        let path = match (name, item) {
            (".", Some(item)) => Path::of(item.as_str()),
            (name, Some(item)) => Path { head: item.clone(), fields: name.split('.').map(str::to_owned).collect() },
            (name, None) => {
                let mut fields = name.split('.').map(str::to_owned);
                Path { head: fields.next().unwrap_or_default(), fields: fields.collect() }
            }
        };
        Expression::Path(path)
    }
}
