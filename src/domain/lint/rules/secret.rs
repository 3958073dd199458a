//! `secret`: keys and passwords in the file. A finding shows the kind and the first four characters, never more.

use std::ops::Range;

use super::super::context::Context;
use super::super::finding::Severity;
use super::super::rule::{Findings, Rule};
use super::pattern::{Pattern, compile, matches};

/// The rule.
pub static RULE: Rule = Rule {
    name: "secret",
    severity: Severity::Error,
    about: "The file holds a key, a token or a password.",
    check: Some(check),
};

/// Keys whose shape is enough: the kind, and the expression. The more specific stand before those that match them too.
static SHAPES: [(&str, Pattern); 17] = [
    ("a private key", Pattern::new(|| compile(r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----"))),
    ("an Anthropic key", Pattern::new(|| compile(r"\bsk-ant-[A-Za-z0-9]+-[A-Za-z0-9_-]{20,}"))),
    ("an OpenRouter key", Pattern::new(|| compile(r"\bsk-or-[A-Za-z0-9]+-[A-Za-z0-9_-]{20,}"))),
    ("a Langfuse key", Pattern::new(|| compile(r"\bsk-lf-[0-9a-f]{8}-[0-9a-f-]{20,}"))),
    ("an OpenAI key", Pattern::new(|| compile(r"\bsk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{20,}"))),
    ("an AWS key", Pattern::new(|| compile(r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b"))),
    ("a Google key", Pattern::new(|| compile(r"\bAIza[0-9A-Za-z_-]{35}"))),
    ("a GitHub token", Pattern::new(|| compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{50,})"))),
    ("a GitLab token", Pattern::new(|| compile(r"\bglpat-[A-Za-z0-9_-]{20,}"))),
    ("a Slack token", Pattern::new(|| compile(r"\bxox[abeprs]-[A-Za-z0-9-]{20,}"))),
    ("a Stripe key", Pattern::new(|| compile(r"\b[rs]k_(?:live|test)_[A-Za-z0-9]{20,}"))),
    ("a Hugging Face token", Pattern::new(|| compile(r"\bhf_[A-Za-z0-9]{30,}"))),
    ("a Groq key", Pattern::new(|| compile(r"\bgsk_[A-Za-z0-9]{40,}"))),
    ("an xAI or Perplexity key", Pattern::new(|| compile(r"\b(?:xai|pplx)-[A-Za-z0-9]{40,}"))),
    ("a SendGrid key", Pattern::new(|| compile(r"\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}"))),
    ("an npm token", Pattern::new(|| compile(r"\bnpm_[A-Za-z0-9]{36}\b"))),
    ("a JSON web token", Pattern::new(|| compile(r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{16,}"))),
];

/// `name = value` where the name is one that people give to a secret; the value is the second group.
static ASSIGNED: Pattern = Pattern::new(|| {
    compile(
        r#"(?i)\b([a-z0-9_-]*(?:password|passwd|passphrase|pwd|secret|api[_-]?key|access[_-]?key|private[_-]?key|token))["']?\s*(?::|=|=>|\bis\b)\s*["'`]?([^\s"'`{}<>,;()\[\]]{6,})"#,
    )
});

/// What stands in the place of a real value.
const PLACEHOLDERS: [&str; 15] = [
    "example",
    "xxxx",
    "your",
    "changeme",
    "placeholder",
    "redacted",
    "dummy",
    "sample",
    "insert",
    "secret",
    "password",
    "****",
    "....",
    "12345678",
    "abcdef",
];

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let text = context.source.text;
    let mut found: Vec<(Range<usize>, &str)> = Vec::new();
    let mut add = |range: Range<usize>, kind| {
        if !found.iter().any(|(other, _)| other.start < range.end && range.start < other.end) {
            found.push((range, kind));
        }
    };
    for (kind, pattern) in &SHAPES {
        for secret in matches(pattern, text) {
            let key = secret.as_str().starts_with("-----");
            if key || is_random(secret.as_str()) {
                add(secret.range(), *kind);
            }
        }
    }
    for range in passwords_in_addresses(text) {
        add(range, "a password in an address");
    }
    for groups in ASSIGNED.as_ref().into_iter().flat_map(|regex| regex.captures_iter(text)) {
        let (Some(name), Some(value)) = (groups.get(1), groups.get(2)) else { continue };
        if is_real(name.as_str(), value.as_str()) {
            add(value.range(), if names_a_password(name.as_str()) { "a password" } else { "a key or token" });
        }
    }
    for (range, kind) in found {
        let start: String = text[range.clone()].chars().take(4).collect();
        let message = format!("This looks like {kind}: it begins with `{start}` and has {} characters.", range.len());
        let remedy = "Revoke it, take it out of the file and of its history, and fill it in from the environment where it is needed.";
        findings.push(&RULE, range, message, remedy);
    }
}

fn names_a_password(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.contains("pass") || name.ends_with("pwd")
}

/// The passwords of addresses such as `postgres://user:password@host`.
fn passwords_in_addresses(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    text.match_indices("://").filter_map(|(at, mark)| {
        let start = at + mark.len();
        let rest = text[start..].split(|c: char| c.is_whitespace() || matches!(c, '/' | '"' | '<' | '>')).next()?;
        let (owner, _) = rest.split_once('@')?;
        let (user, password) = owner.split_once(':')?;
        let made = password.contains(['{', '}', '$', '%']) && password.starts_with(['{', '$', '%']);
        let from = start + user.len() + 1;
        (password.len() >= 4 && !made && !is_placeholder(password)).then(|| from..from + password.len())
    })
}

/// Whether a text of a key's shape is one, rather than words with dashes or a placeholder.
fn is_random(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let mixed = text.bytes().any(|byte| byte.is_ascii_uppercase()) || digits >= 4;
    digits >= 1 && mixed && entropy(text) >= 3.0 && !is_placeholder(text)
}

/// Whether an assigned value is a secret rather than a word about one.
fn is_real(name: &str, value: &str) -> bool {
    let value = value.trim_end_matches(['.', ':', '!', '?']);
    if is_placeholder(value) || value.starts_with(['$', '%', '#', '/']) || value.contains("://") {
        return false;
    }
    let digits = value.chars().filter(char::is_ascii_digit).count();
    let letters = value.chars().filter(char::is_ascii_alphabetic).count();
    let others = value.chars().count() - digits - letters;
    if names_a_password(name) {
        return value.len() >= 6
            && letters > 0
            && digits > 0
            && (others > 0 || value.chars().any(|c| c.is_ascii_uppercase()));
    }
    value.len() >= 16 && letters > 2 && digits > 2 && entropy(value) >= 3.3
}

fn is_placeholder(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    PLACEHOLDERS.iter().any(|placeholder| lower.contains(placeholder))
}

/// Shannon's entropy in bits a character.
fn entropy(text: &str) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in text.bytes() {
        counts[usize::from(byte)] += 1;
    }
    let length = text.len() as f64;
    let share = |count: u32| f64::from(count) / length;
    counts.iter().filter(|&&count| count > 0).map(|&count| -share(count) * share(count).log2()).sum()
}

#[cfg(test)]
pub(in super::super) fn compiles() -> bool {
    SHAPES.iter().all(|(_, pattern)| pattern.is_some()) && ASSIGNED.is_some()
}
