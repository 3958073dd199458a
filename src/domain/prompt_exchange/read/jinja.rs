//! Jinja2 and Nunjucks: what is printed, chosen and repeated; whatever else there is stays as it is written.

use std::collections::HashMap;

use super::super::nodes::{Node, Syntax, Test};
use super::jinja_expression::{print, print_without_filters, repetition, test};

/// A piece of the source with its place.
struct Tag<'s> {
    kind: Kind<'s>,
    start: usize,
    end: usize,
}

enum Kind<'s> {
    Text(String),
    Print(&'s str),
    Statement(&'s str),
}

/// Deepest nesting of blocks.
const MOST_DEPTH: usize = 64;

pub(super) fn read(template: &str, syntax: Syntax) -> Result<Vec<Node>, String> {
    let tags = tags(template)?;
    let mut last_closings = HashMap::new();
    for (index, tag) in tags.iter().enumerate() {
        if let Kind::Statement(text) = tag.kind {
            last_closings.insert(first_word(text), index);
        }
    }
    let mut reader = Reader { template, syntax, tags, last_closings, at: 0, items: Vec::new(), depth: 0 };
    let (nodes, end) = reader.until(&[])?;
    match end {
        None => Ok(nodes),
        Some(word) => Err(format!("`{{% {word} %}}` closes a block that is not open")),
    }
}

/// Divides the source; dashes at the edges of a tag have taken the white space beside it.
fn tags(template: &str) -> Result<Vec<Tag<'_>>, String> {
    let mut tags: Vec<Tag<'_>> = Vec::new();
    let mut at = 0;
    let mut strip_next = false;
    let text = |from: usize, to: usize, strip_start: bool, strip_end: bool, tags: &mut Vec<Tag<'_>>| {
        let mut piece = &template[from..to];
        piece = if strip_start { piece.trim_start() } else { piece };
        piece = if strip_end { piece.trim_end() } else { piece };
        tags.push(Tag { kind: Kind::Text(piece.to_owned()), start: from, end: to });
    };
    loop {
        let rest = &template[at..];
        let next = rest.match_indices('{').find(|(place, _)| {
            let after = &rest[place + 1..];
            after.starts_with(['{', '%', '#'])
        });
        let Some((place, _)) = next else { break };
        let start = at + place;
        let close = match &template[start + 1..start + 2] {
            "{" => "}}",
            "%" => "%}",
            _ => "#}",
        };
        let inner = &template[start + 2..];
        let length = end_of(inner, close).ok_or_else(|| {
            format!("the tag `{}` is not closed", template[start..].chars().take(20).collect::<String>())
        })?;
        let mut content = &inner[..length];
        let mut end = start + 2 + length + 2;
        let strip_before = content.starts_with('-');
        content = content.strip_prefix(['-', '+']).unwrap_or(content);
        let strip_after = content.ends_with('-');
        content = content.strip_suffix(['-', '+']).unwrap_or(content).trim();
        text(at, start, strip_next, strip_before, &mut tags);
        strip_next = strip_after;
        match close {
            "}}" => tags.push(Tag { kind: Kind::Print(content), start, end }),
            "%}" if matches!(content, "raw" | "verbatim") => {
                let (raw, after) =
                    raw_end(&template[end..], content).ok_or_else(|| format!("the block `{content}` is not closed"))?;
                text(end, end + raw.text, strip_after, raw.strip_end, &mut tags);
                strip_next = raw.strip_after;
                end += after;
            }
            "%}" => tags.push(Tag { kind: Kind::Statement(content), start, end }),
            _ => {}
        }
        at = end;
    }
    text(at, template.len(), strip_next, false, &mut tags);
    Ok(tags)
}

/// Where a tag ends; a closing mark within quotes ends nothing.
fn end_of(inner: &str, close: &str) -> Option<usize> {
    if close == "#}" {
        return inner.find(close);
    }
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in inner.char_indices() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(_) if c == '\\' => escaped = true,
            Some(open) if c == open => quote = None,
            None if c == '"' || c == '\'' => quote = Some(c),
            None if inner[at..].starts_with(close) => return Some(at),
            Some(_) | None => {}
        }
    }
    inner.find(close)
}

struct RawEnd {
    text: usize,
    strip_end: bool,
    strip_after: bool,
}

fn raw_end(rest: &str, word: &str) -> Option<(RawEnd, usize)> {
    for (place, _) in rest.match_indices("{%") {
        let Some(length) = rest[place..].find("%}") else { break };
        let content = &rest[place + 2..place + length];
        if content.trim_matches(['-', '+']).trim().strip_prefix("end") == Some(word) {
            let end = RawEnd { text: place, strip_end: content.starts_with('-'), strip_after: content.ends_with('-') };
            return Some((end, place + length + 2));
        }
    }
    None
}

struct Reader<'s> {
    template: &'s str,
    syntax: Syntax,
    tags: Vec<Tag<'s>>,
    /// Where a statement that begins with a word stands last.
    last_closings: HashMap<&'s str, usize>,
    at: usize,
    items: Vec<String>,
    depth: usize,
}

impl<'s> Reader<'s> {
    /// Reads up to a statement that begins with one of these words, and says which one with its whole text.
    fn until(&mut self, words: &[&str]) -> Result<(Vec<Node>, Option<&'s str>), String> {
        let mut nodes = Vec::new();
        while let Some(tag) = self.tags.get(self.at) {
            let (start, end) = (tag.start, tag.end);
            self.at += 1;
            match &tag.kind {
                Kind::Text(text) => nodes.push(Node::Text(text.clone())),
                Kind::Print(content) => {
                    let content = *content;
                    let printed = print(content, &self.items).unwrap_or_else(|| {
                        let instead = print_without_filters(content, &self.items).unwrap_or_default();
                        vec![self.raw(start, end, format!("the expression `{{{{ {content} }}}}`"), instead)]
                    });
                    nodes.extend(printed);
                }
                Kind::Statement(content) => {
                    let content = *content;
                    let word = first_word(content);
                    if words.contains(&word) {
                        return Ok((nodes, Some(content)));
                    }
                    if word.starts_with("end") || matches!(word, "else" | "elif" | "elseif") {
                        return Err(format!("`{{% {content} %}}` closes a block that is not open"));
                    }
                    self.depth += 1;
                    if self.depth > MOST_DEPTH {
                        return Err(format!("blocks are nested deeper than {MOST_DEPTH}"));
                    }
                    nodes.push(self.statement(start, content)?);
                    self.depth -= 1;
                }
            }
        }
        if words.is_empty() {
            return Ok((nodes, None));
        }
        Err(format!("a block is not closed: `{{% {} %}}` is missing", words.last().copied().unwrap_or_default()))
    }

    fn statement(&mut self, start: usize, content: &'s str) -> Result<Node, String> {
        match first_word(content) {
            "for" => self.each(start, content),
            "if" => self.choice(start, content),
            word => {
                let close = format!("end{word}");
                let what = format!("`{{% {content} %}}`");
                // Looked for only where there is one left, so that many openings do not search to the end each.
                if self.last_closings.get(close.as_str()).is_some_and(|last| *last >= self.at) {
                    let closed = |tag: &Tag<'_>| matches!(tag.kind, Kind::Statement(text) if first_word(text) == close);
                    self.at += self.tags[self.at..].iter().position(closed).map_or(0, |offset| offset + 1);
                }
                let end = self.tags[self.at - 1].end;
                Ok(self.raw(start, end, what, Vec::new()))
            }
        }
    }

    fn each(&mut self, start: usize, content: &'s str) -> Result<Node, String> {
        let read = repetition(content["for".len()..].trim(), &self.items);
        let item = read.as_ref().map_or_else(|| "item".to_owned(), |(item, _)| item.clone());
        self.items.push(item.clone());
        let (body, mut end) = self.until(&["else", "endfor"])?;
        self.items.pop();
        let mut otherwise = Vec::new();
        if end == Some("else") {
            (otherwise, end) = self.until(&["endfor"])?;
        }
        let _ = end;
        let Some((_, list)) = read else {
            return Ok(self.raw(
                start,
                self.tags[self.at - 1].end,
                format!("the loop `{{% {content} %}}`"),
                Vec::new(),
            ));
        };
        Ok(Node::Each { list, item, body, otherwise })
    }

    fn choice(&mut self, start: usize, content: &'s str) -> Result<Node, String> {
        // Each `elif` nests one deeper.
        if self.depth > MOST_DEPTH {
            return Err(format!("blocks are nested deeper than {MOST_DEPTH}"));
        }
        let condition = content.split_once(char::is_whitespace).map_or("", |(_, rest)| rest);
        let test: Option<Test> = test(condition, &self.items);
        let (then, end) = self.until(&["else", "elif", "elseif", "endif"])?;
        let otherwise = match end.map(first_word) {
            Some("else") => self.until(&["endif"])?.0,
            Some("elif" | "elseif") => {
                self.depth += 1;
                let mut nested = self.choice(self.tags[self.at - 1].start, end.unwrap_or_default())?;
                self.depth -= 1;
                // On its own it begins a block.
                if let Node::Raw { source, .. } = &mut nested {
                    *source = source.replacen("elseif", "if", 1).replacen("elif", "if", 1);
                }
                vec![nested]
            }
            _ => Vec::new(),
        };
        if let Some(test) = test {
            return Ok(Node::If { test, then, otherwise });
        }
        Ok(self.raw(start, self.tags[self.at - 1].end, format!("the condition `{{% {content} %}}`"), then))
    }

    fn raw(&self, start: usize, end: usize, what: String, instead: Vec<Node>) -> Node {
        Node::Raw { syntax: self.syntax, source: self.template[start..end].to_owned(), what, instead }
    }
}

fn first_word(content: &str) -> &str {
    content.split_whitespace().next().unwrap_or_default()
}
