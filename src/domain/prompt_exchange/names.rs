//! Names of variables and of loop items.

use std::collections::BTreeMap;

use super::nodes::{Expression, Node, Path};

/// The words within the tags of a template: whatever may be a name there.
pub(super) fn words_in_tags(template: &str) -> Vec<String> {
    let inside = template.split("{{").skip(1).map(|rest| rest.split("}}").next().unwrap_or_default());
    let words = inside.flat_map(|tag| tag.split(|c: char| !c.is_alphanumeric() && c != '_'));
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// A name for the item of a list, free among the names that are taken: `doc` for `docs`.
pub(super) fn item_of(list: &str, taken: &[String]) -> String {
    let word = identifier(list.rsplit(['.', '/']).next().unwrap_or(list));
    let single = match word.strip_suffix('s') {
        Some(stem) if !stem.is_empty() && !stem.ends_with('s') => {
            stem.strip_suffix("ie").map_or_else(|| stem.to_owned(), |stem| format!("{stem}y"))
        }
        _ => format!("{word}_item"),
    };
    let free = |name: &String| !taken.contains(name);
    let numbered = (2..).map(|number| format!("{single}_{number}"));
    std::iter::once(single.clone()).chain(numbered).find(free).unwrap_or(single)
}

/// Words of Jinja2 and Python, which name no variable.
const WORDS: [&str; 18] = [
    "and", "or", "not", "in", "is", "if", "else", "true", "false", "none", "True", "False", "None", "loop", "for",
    "set", "self", "range",
];

/// The nearest name that every language takes: letters, digits and `_`, no digit first.
pub fn identifier(name: &str) -> String {
    let mut text: String = name.chars().map(|c| if c.is_alphanumeric() || c == '_' { c } else { '_' }).collect();
    if text.is_empty() || text.starts_with(|c: char| c.is_numeric()) {
        text.insert(0, '_');
    }
    if WORDS.contains(&text.as_str()) {
        text.push('_');
    }
    text
}

/// The template with other names for its variables; items of loops keep theirs.
pub fn renamed(nodes: Vec<Node>, names: &BTreeMap<String, String>) -> Vec<Node> {
    let expression = |expression: Expression| match expression {
        Expression::Path(Path { head, fields }) => {
            Expression::Path(Path { head: names.get(&head).cloned().unwrap_or(head), fields })
        }
        other => other,
    };
    let one = |node: Node| match node {
        Node::Print(value, form) => Node::Print(expression(value), form),
        Node::Each { list, item, body, otherwise } => Node::Each { list: expression(list), item, body, otherwise },
        Node::If { test, then, otherwise } => Node::If { test: test.map_values(&expression), then, otherwise },
        Node::Media { url, content_type } => {
            Node::Media { url: expression(url), content_type: content_type.map(expression) }
        }
        Node::History(name) => Node::History(names.get(&name).cloned().unwrap_or(name)),
        other => other,
    };
    nodes.into_iter().map(|node| one(node).map_branches(&mut |branch| renamed(branch, names))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_is_named_after_its_list() {
        assert_eq!(item_of("docs", &[]), "doc");
        assert_eq!(item_of("a.entries", &[]), "entry");
        assert_eq!(item_of("context", &[]), "context_item");
        assert_eq!(item_of("docs", &["doc".into()]), "doc_2");
        assert_eq!(identifier("my-var x"), "my_var_x");
        assert_eq!(identifier("1st"), "_1st");
    }
}
