//! `personal-data`: addresses, numbers and accounts of people in the messages.

use std::ops::Range;

use super::super::context::Context;
use super::super::finding::Severity;
use super::super::rule::{Findings, Rule};
use super::pattern::{Pattern, compile};

/// The rule.
pub static RULE: Rule = Rule {
    name: "personal-data",
    severity: Severity::Warning,
    about: "A message holds personal data: an e-mail address, a phone, account, card or social security number.",
    check: Some(check),
};

static PHONE: Pattern = Pattern::new(|| {
    compile(r"\+[1-9]\d{0,2}(?:[ .-]?\(?\d{1,4}\)?){2,5}\b|\(\d{3}\) ?\d{3}-\d{4}\b|\b\d{3}-\d{3}-\d{4}\b")
});
static IBAN: Pattern = Pattern::new(|| compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b"));
static CARD: Pattern =
    Pattern::new(|| compile(r"\b[3-6]\d{3}(?:[ -]?\d{4}){2,3}[ -]?\d{1,4}\b|\b3[47]\d{2}[ -]?\d{6}[ -]?\d{5}\b"));
static SSN: Pattern = Pattern::new(|| compile(r"\b\d{3}-\d{2}-\d{4}\b"));

/// Names before the `@` that belong to no one person, or stand for any.
const NOBODY: [&str; 24] = [
    "abuse",
    "admin",
    "billing",
    "contact",
    "email",
    "feedback",
    "firstname.lastname",
    "hello",
    "help",
    "info",
    "jane.doe",
    "john.doe",
    "mail",
    "name",
    "no-reply",
    "noreply",
    "office",
    "press",
    "privacy",
    "sales",
    "security",
    "service",
    "support",
    "user",
];

/// Card numbers that payment providers publish for tests.
const TEST_CARDS: [&str; 8] = [
    "4111111111111111",
    "4242424242424242",
    "4012888888881881",
    "5555555555554444",
    "5105105105105100",
    "378282246310005",
    "371449635398431",
    "6011111111111117",
];

/// An expression, what it finds in words, and whether what it found holds.
type Kind = (&'static Pattern, &'static str, fn(&str) -> bool);

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let kinds: [Kind; 4] = [
        (&IBAN, "an account number (IBAN)", is_iban),
        (&CARD, "a credit card number", is_card),
        (&SSN, "a US social security number", is_ssn),
        (&PHONE, "a phone number", is_phone),
    ];
    for section in &context.source.sections {
        let start = section.body().start;
        let text = context.source.slice(section.body());
        let mut found: Vec<(Range<usize>, &str)> = emails(text).map(|range| (range, "an e-mail address")).collect();
        for (pattern, kind, holds) in kinds {
            for data in pattern.as_ref().into_iter().flat_map(|regex| regex.find_iter(text)) {
                let taken = found.iter().any(|(other, _)| other.start < data.end() && data.start() < other.end);
                // Digits right before or after belong to something longer, such as an id.
                let joined = text[..data.start()]
                    .ends_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '/' | '_' | '='))
                    || text[data.end()..].starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '/' | '_'));
                if !taken && !joined && holds(data.as_str()) {
                    found.push((data.range(), kind));
                }
            }
        }
        for (range, kind) in found {
            let begin: String = text[range.clone()].chars().take(3).collect();
            let message = format!("This looks like {kind}: `{begin}…`.");
            let remedy = "Put a variable in its place, or a made-up value such as ann@example.com.";
            findings.push(&RULE, start + range.start..start + range.end, message, remedy);
        }
    }
}

/// The e-mail addresses of a text.
fn emails(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    text.match_indices('@').filter_map(|(at, _)| {
        let named = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '%' | '+' | '-');
        let before = text[..at].chars().rev().take(64).take_while(named).count();
        let after = text[at + 1..].chars().take(253).take_while(|c| named(c) && !matches!(c, '_' | '%' | '+')).count();
        let address = text[at - before..at + 1 + after].trim_start_matches(['.', '-', '+', '%', '_']);
        let start = at + 1 + after - address.len();
        let address = address.trim_end_matches(['.', '-']);
        let (name, domain) = address.split_once('@')?;
        let last = domain.rsplit_once('.').filter(|(first, last)| {
            !first.is_empty() && last.len() >= 2 && last.bytes().all(|byte| byte.is_ascii_alphabetic())
        });
        // `scheme://user:password@host` is no address of a person.
        let word = text[..start].rsplit(char::is_whitespace).next().unwrap_or_default();
        (!name.is_empty() && last.is_some() && !word.contains("://") && is_email(address))
            .then(|| start..start + address.len())
    })
}

/// Whether an address may be a person's.
fn is_email(text: &str) -> bool {
    let Some((name, domain)) = text.split_once('@') else { return false };
    let domain = domain.to_ascii_lowercase();
    let name = name.to_ascii_lowercase();
    // Names that RFC 2606 and RFC 6761 keep for documentation and tests.
    let reserved = ["example", "test", "invalid", "localhost", "local"]
        .contains(&domain.rsplit('.').next().unwrap_or_default())
        || domain.split('.').any(|part| part == "example")
        || ["domain.com", "company.com", "email.com", "acme.com"].contains(&domain.as_str());
    let file = ["png", "jpg", "svg", "webp"].contains(&domain.rsplit('.').next().unwrap_or_default());
    !reserved && !file && !NOBODY.contains(&name.as_str())
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// A number of 8 to 15 digits (E.164) that is neither free of charge nor fictional.
fn is_phone(text: &str) -> bool {
    let digits = digits(text);
    let national = digits.strip_prefix('1').filter(|rest| rest.len() == 10).unwrap_or(&digits);
    let free = national.len() == 10
        && ["800", "833", "844", "855", "866", "877", "888"].iter().any(|code| national.starts_with(code));
    // 555-01xx and Ofcom's drama numbers are kept for fiction.
    let fictional = national.get(3..8).is_some_and(|middle| middle == "55501")
        || national.starts_with("555")
        || ["447700900", "442079460"].iter().any(|start| digits.starts_with(start));
    let counted = digits.contains("1234567") || digits.contains("0000000") || national == "1234567890";
    (8..=15).contains(&digits.len()) && !free && !fictional && !counted
}

/// The check digits of ISO 13616: the number moved round and read as digits leaves 1 when divided by 97.
fn is_iban(text: &str) -> bool {
    let plain: String = text.chars().filter(|c| *c != ' ').collect();
    if !(15..=34).contains(&plain.len()) {
        return false;
    }
    let mut rest = 0_u32;
    for c in plain[4..].chars().chain(plain[..4].chars()) {
        let Some(value) = c.to_digit(36) else { return false };
        rest = (rest * if value > 9 { 100 } else { 10 } + value) % 97;
    }
    rest == 1
}

/// The check digit of Luhn (ISO/IEC 7812).
fn is_card(text: &str) -> bool {
    let digits = digits(text);
    let sum: u32 = digits
        .chars()
        .rev()
        .filter_map(|c| c.to_digit(10))
        .enumerate()
        .map(|(index, digit)| match (index % 2, digit * 2) {
            (0, _) => digit,
            (_, double) => double / 10 + double % 10,
        })
        .sum();
    let varied = digits.chars().any(|c| !digits.starts_with(c));
    (13..=19).contains(&digits.len()) && sum.is_multiple_of(10) && varied && !TEST_CARDS.contains(&digits.as_str())
}

fn is_ssn(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [area, group, serial] = parts.as_slice() else { return false };
    let placeholder = ["123-45-6789", "078-05-1120", "219-09-9999", "111-11-1111"].contains(&text);
    *area != "000" && *area != "666" && !area.starts_with('9') && *group != "00" && *serial != "0000" && !placeholder
}

#[cfg(test)]
pub(in super::super) fn compiles() -> bool {
    [&PHONE, &IBAN, &CARD, &SSN].iter().all(|pattern| pattern.is_some())
}
