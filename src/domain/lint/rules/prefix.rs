//! `unstable-prefix`: changing content before stable content, which no provider can then serve from its prompt cache.
//!
//! `OpenAI`, Gemini and others cache the longest beginning that requests have in common, from 1,024 tokens up; Anthropic and
//! Bedrock cache up to marked places, each at least 1,024 tokens from the start (their prompt caching guides).

use super::super::context::Context;
use super::super::finding::Severity;
use super::super::rule::{Findings, Rule};
use super::super::source::{Nesting, Piece, Token};
use crate::domain::price::PriceRow;

/// The rule.
pub static RULE: Rule = Rule {
    name: "unstable-prefix",
    severity: Severity::Warning,
    about: "A variable stands before a long stable text, so the provider's prompt cache cannot serve that text.",
    check: Some(check),
};

/// The fewest tokens that providers cache.
const LEAST: u64 = 1024;

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    let source = &context.source;
    let pieces: Vec<&Piece> = source.pieces().collect();
    let Some(first) = pieces.iter().position(|piece| changes(context, piece)) else { return };
    let stable =
        pieces[first + 1..].iter().filter(|piece| piece.token == Token::Text && piece.nesting == Nesting::Once);
    let text: String = stable.map(|piece| source.slice(piece.range.clone())).collect();
    // A token is at least a byte.
    if (text.len() as u64) < LEAST {
        return;
    }
    let tokens = (context.facts.tokens)(&text);
    if tokens < LEAST {
        return;
    }
    let name = match &pieces[first].token {
        Token::Print(names) | Token::Logic(names) => names.first().map(|name| format!("`{name}`")),
        _ => None,
    };
    let name = name.unwrap_or_else(|| "The history".to_owned());
    let mut message = format!(
        "{name} changes from call to call and stands before {tokens} tokens that never do, so no prompt cache serves them"
    );
    message.push_str(&cost(context, tokens).unwrap_or_default());
    message.push('.');
    let remedy =
        "Move what changes behind the stable text: instructions and examples first, documents and question last.";
    findings.push(&RULE, pieces[first].range.clone(), message, remedy);
}

/// Whether a piece prints or decides something that changes from call to call.
fn changes(context: &Context<'_>, piece: &Piece) -> bool {
    match &piece.token {
        Token::Print(names) | Token::Logic(names) => names.iter().any(|name| !context.recorded(name).is_steady()),
        Token::History => true,
        _ => false,
    }
}

/// What that costs a day at the recorded traffic; `None` where price or traffic are not known.
fn cost(context: &Context<'_>, tokens: u64) -> Option<String> {
    let calls = context.facts.traffic.map(|traffic| traffic.calls_per_day).filter(|calls| *calls > 0.0)?;
    let row = context.priced()?;
    let saved = saved_per_token(&row)? * tokens as f64 * calls;
    let dollars = if saved < 0.01 { "less than $0.01".to_owned() } else { format!("${saved:.2}") };
    Some(format!(
        "; at the recorded {calls:.0} calls a day and the prices of {}/{} that costs {dollars} a day",
        row.provider, row.model
    ))
}

/// US dollars that a token from the cache costs less than another.
fn saved_per_token(row: &PriceRow) -> Option<f64> {
    let (input, cached) = (row.rates.input?, row.rates.cached_input?);
    let saved = input.minus_or_zero(cached).as_dollars() / 1e6;
    (saved > 0.0).then_some(saved)
}
