//! Python's format strings as LangChain restricts them: `{x}`, `{x:.2f}`, `{x!r}`, and doubled braces for single ones.

use super::super::loss::Losses;
use super::super::nodes::{Expression, Form, Node, Path};

pub(super) fn read(template: &str, losses: &mut Losses) -> Result<Vec<Node>, String> {
    let mut nodes = Vec::new();
    let mut text = String::new();
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        text.push_str(&rest[..at]);
        let brace = &rest[at..=at];
        let after = &rest[at + 1..];
        if after.starts_with(brace) {
            text.push_str(brace);
            rest = &after[1..];
            continue;
        }
        if brace == "}" {
            return Err("a single `}` stands in the f-string template".to_owned());
        }
        let (field, beyond) = after.split_once('}').ok_or("a `{` of the f-string template is not closed")?;
        if field.contains('{') {
            return Err(format!("`{{{field}` nests a field in a field, which LangChain refuses too"));
        }
        nodes.push(Node::Text(std::mem::take(&mut text)));
        nodes.push(Node::Print(Expression::Path(Path::of(name_of(field, losses)?)), Form::Text));
        rest = beyond;
    }
    text.push_str(rest);
    nodes.push(Node::Text(text));
    Ok(nodes)
}

fn name_of<'f>(field: &'f str, losses: &mut Losses) -> Result<&'f str, String> {
    let (before, format) = field.split_once(':').map_or((field, ""), |(name, format)| (name, format));
    let (name, conversion) = before.split_once('!').map_or((before, ""), |(name, conversion)| (name, conversion));
    if name.is_empty() || name.contains(['.', '[', ']']) || name.chars().all(|c| c.is_ascii_digit()) {
        return Err(format!("the field `{{{field}}}` is no variable's name, which LangChain refuses too"));
    }
    if !format.is_empty() || !conversion.is_empty() {
        losses.note(
            format!("the format of `{{{field}}}` is dropped"),
            format!("give `{name}` as text that is formatted already"),
        );
    }
    Ok(name)
}
