//! A trace's row, put together from its spans.

use std::collections::{BTreeMap, BTreeSet};

use super::facts::SpanFacts;
use crate::domain::filter::evaluate::fold;
use crate::domain::money::Money;
use crate::domain::span::{SpanKind, SpanStatus};
use crate::domain::time::Timestamp;
use crate::store::row_batch::RowBatch;
use crate::store::tables::millis;

/// Between two texts that are searched: nothing typed spans it.
const SEPARATOR: char = '\u{1f}';
/// So many of the longest texts are looked through for a text before it is added: a prompt often holds question and chunks.
const COMPARED: usize = 2;

/// Characters of a text that a list shows.
const PREVIEW_CHARS: usize = 240;

impl SpanFacts<'_> {
    fn names_prompt(&self) -> bool {
        self.prompt_name.is_some() || self.prompt_version.is_some()
    }

    fn usage(&self) -> Option<(u64, u64)> {
        match (self.input_tokens, self.output_tokens) {
            (None, None) => None,
            (input, output) => Some((input.unwrap_or(0), output.unwrap_or(0))),
        }
    }
}

/// The places of the model spans that repeat another span's call.
///
/// Of model spans nested in each other, one counts for each call: an outer one without usage, or with the usage of an
/// inner one or of all inner ones together, repeats them (it counts instead where only it has a cost); an inner one
/// without usage and cost is told by the outer one.
pub(super) fn duplicates(spans: &[SpanFacts<'_>]) -> BTreeSet<usize> {
    let place: BTreeMap<&str, usize> = spans.iter().enumerate().map(|(place, span)| (span.span_id, place)).collect();
    // The nearest model span around each model span.
    let mut inner: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, span) in spans.iter().enumerate().filter(|(_, span)| span.kind == SpanKind::Llm) {
        let mut around = span.parent_id.and_then(|id| place.get(id).copied());
        // A chain of parents that comes back to itself must not hold the import up.
        for _ in 0..spans.len() {
            match around {
                Some(outer) if outer == at => break,
                Some(outer) if spans[outer].kind == SpanKind::Llm => {
                    inner.entry(outer).or_default().push(at);
                    break;
                }
                Some(outer) => around = spans[outer].parent_id.and_then(|id| place.get(id).copied()),
                None => break,
            }
        }
    }
    let mut repeated = BTreeSet::new();
    for (outer, parts) in &inner {
        let usage = spans[*outer].usage();
        let sum = parts
            .iter()
            .filter_map(|part| spans[*part].usage())
            .fold((0, 0), |sum, part| (u64::saturating_add(sum.0, part.0), u64::saturating_add(sum.1, part.1)));
        let same: Vec<usize> =
            parts.iter().copied().filter(|part| usage.is_some() && spans[*part].usage() == usage).collect();
        let silent = |part: &usize| spans[*part].usage().is_none() && spans[*part].cost.is_none();
        match (same.as_slice(), usage) {
            ([part], Some(_)) if spans[*outer].cost.is_some() && spans[*part].cost.is_none() => {
                repeated.insert(*part);
            }
            ([_, ..], Some(_)) => {
                repeated.insert(*outer);
            }
            (_, Some(usage)) if usage == sum => {
                repeated.insert(*outer);
            }
            (_, None) if spans[*outer].cost.is_none() => {
                repeated.insert(*outer);
            }
            _ => repeated.extend(parts.iter().copied().filter(silent)),
        }
    }
    repeated
}

/// The root's place: the earliest span without parent, else the earliest whose parent is missing, else the first.
fn root(spans: &[SpanFacts<'_>]) -> usize {
    let known: BTreeSet<&str> = spans.iter().map(|span| span.span_id).collect();
    let is_root = |span: &SpanFacts<'_>| span.parent_id.is_none_or(|parent| !known.contains(parent));
    spans
        .iter()
        .enumerate()
        .filter(|(_, span)| is_root(span))
        .min_by_key(|(_, span)| (span.parent_id.is_some(), span.started_ns))
        .map_or(0, |(place, _)| place)
}

fn preview(text: Option<&str>) -> Option<String> {
    let mut line = String::new();
    for word in text?.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if line.len() >= PREVIEW_CHARS * 4 {
            break;
        }
    }
    Some(line.chars().take(PREVIEW_CHARS).collect())
}

fn each_once<'a>(values: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    values.filter(|value| seen.insert(*value)).map(str::to_owned).collect()
}

fn sum(counts: impl Iterator<Item = Option<u64>>) -> Option<u64> {
    counts.flatten().reduce(u64::saturating_add)
}

/// Adds the row of a trace to `rows`; `spans` are all its spans by start, `repeated` as from [`duplicates`].
pub(super) fn push(
    rows: &mut RowBatch,
    trace_id: &str,
    spans: &[SpanFacts<'_>],
    repeated: &BTreeSet<usize>,
    feedback: Option<f64>,
    chunk_texts: &[&str],
) {
    let Some(root) = spans.get(root(spans)) else { return };
    let start = spans.iter().map(|span| span.started_ns).min().unwrap_or(root.started_ns);
    let last = spans.iter().map(|span| span.started_ns).max().unwrap_or(root.started_ns);
    let end = spans.iter().filter_map(|span| span.ended_ns).max();
    let calls = || {
        let counted = spans.iter().enumerate().filter(|(place, _)| !repeated.contains(place));
        counted.map(|(_, span)| span).filter(|span| span.kind.counts_usage())
    };
    let models = || spans.iter().filter(|span| span.kind == SpanKind::Llm);
    let answer = models().rev().find(|span| span.status != SpanStatus::Error).or_else(|| models().next_back());
    let costs: Vec<Option<Money>> = calls().map(|span| span.cost).collect();
    let input = sum(calls().map(|span| span.input_tokens));
    let output = sum(calls().map(|span| span.output_tokens));
    let first = |get: for<'a> fn(&SpanFacts<'a>) -> Option<&'a str>| get(root).or_else(|| spans.iter().find_map(get));
    let mut used: Vec<String> = each_once(models().filter_map(|span| span.model));
    if used.is_empty() {
        used = each_once(spans.iter().filter_map(|span| span.model));
    }
    let retrieved = spans.iter().filter(|span| span.kind != SpanKind::Reranker).map(|span| span.chunk_count).sum();
    let chunks = if retrieved == 0 { spans.iter().map(|span| span.chunk_count).sum() } else { retrieved };
    let prompted = answer.filter(|span| span.names_prompt());
    let prompted = prompted.or_else(|| spans.iter().find(|span| span.names_prompt()));
    let input_text = root.input_text.or_else(|| models().find_map(|span| span.input_text));
    let output_text = root.output_text.or_else(|| answer.and_then(|span| span.output_text));

    rows.text(Some(trace_id)).text(Some(root.span_id)).text(Some(root.name));
    rows.time(Some(Timestamp::from_nanos(start))).int(Some(start)).int(Some(last));
    rows.float(end.map(|end| millis(end.saturating_sub(start))));
    rows.float(answer.and_then(|span| span.ttft_ms).or_else(|| spans.iter().find_map(|span| span.ttft_ms)));
    rows.text(Some(root.status.as_str())).bool(spans.iter().any(|span| span.status == SpanStatus::Error));
    rows.texts(&used).count(Some(spans.len() as u64));
    rows.count(Some(calls().filter(|span| span.kind == SpanKind::Llm).count() as u64)).count(Some(chunks));
    rows.count(input).count(output);
    rows.count(sum([input, output].into_iter()));
    rows.money(costs.iter().copied().flatten().reduce(|a, b| a + b)).bool(costs.iter().any(Option::is_none));
    rows.text(first(|span| span.session_id)).text(first(|span| span.user_id));
    rows.text(first(|span| span.tenant_id)).text(first(|span| span.environment));
    rows.texts(&each_once(spans.iter().flat_map(|span| span.tags.iter().copied())));
    rows.text(prompted.and_then(|span| span.prompt_name));
    rows.text(prompted.and_then(|span| span.prompt_version));
    rows.text(input_text).text(output_text);
    rows.text(preview(input_text).as_deref()).text(preview(output_text).as_deref()).float(feedback);
    let texts = spans.iter().flat_map(|span| [span.input_text, span.output_text]).flatten();
    rows.text(search_text(texts.chain(chunk_texts.iter().copied())).as_deref()).end_row();
}

/// Texts in lower case, each once: what a search looks through. A text that another one holds is not repeated.
fn search_text<'a>(texts: impl Iterator<Item = &'a str>) -> Option<String> {
    let mut each_once: Vec<&str> = texts.collect::<BTreeSet<_>>().into_iter().collect();
    each_once.sort_by_key(|text| std::cmp::Reverse(text.len()));
    let mut all = String::new();
    for (place, text) in each_once.iter().enumerate() {
        let longer = each_once.get(..place.min(COMPARED)).unwrap_or_default();
        if longer.iter().any(|longer| memchr::memmem::find(longer.as_bytes(), text.as_bytes()).is_some()) {
            continue;
        }
        if !all.is_empty() {
            all.push(SEPARATOR);
        }
        all.push_str(&fold(text));
    }
    (!each_once.is_empty()).then_some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn llm<'a>(id: &'a str, parent: Option<&'a str>, usage: Option<(u64, u64)>) -> SpanFacts<'a> {
        SpanFacts {
            span_id: id,
            parent_id: parent,
            kind: SpanKind::Llm,
            input_tokens: usage.map(|usage| usage.0),
            output_tokens: usage.map(|usage| usage.1),
            ..SpanFacts::default()
        }
    }

    #[test]
    fn of_nested_calls_each_counts_once() {
        let equal = [llm("a", None, Some((67, 9))), llm("b", Some("a"), Some((67, 9)))];
        assert_eq!(duplicates(&equal), BTreeSet::from([0]));
        let wrapper = [llm("a", None, None), llm("b", Some("a"), Some((5, 1)))];
        assert_eq!(duplicates(&wrapper), BTreeSet::from([0]));
        let silent = [llm("a", None, Some((5, 1))), llm("b", Some("a"), None)];
        assert_eq!(duplicates(&silent), BTreeSet::from([1]));
        let both = [llm("a", None, Some((9, 2))), llm("b", Some("a"), Some((5, 1))), llm("c", Some("a"), Some((4, 1)))];
        assert_eq!(duplicates(&both), BTreeSet::from([0]));
        let other = [llm("a", None, Some((50, 2))), llm("b", Some("a"), Some((5, 1)))];
        assert_eq!(duplicates(&other), BTreeSet::new());
        let mut ring = [llm("a", Some("b"), Some((1, 1))), llm("b", Some("a"), Some((2, 2)))];
        ring[1].kind = SpanKind::Chain;
        assert_eq!(duplicates(&ring), BTreeSet::new());
    }

    #[test]
    fn a_span_without_parent_is_the_root_before_orphans() {
        let orphan = llm("o", Some("never came"), None);
        let mut parentless = llm("p", None, None);
        parentless.started_ns = 9;
        assert_eq!(root(&[orphan.clone(), parentless]), 1);
        assert_eq!(root(&[llm("x", Some("o"), None), orphan]), 1);
    }

    #[test]
    fn what_is_searched_holds_each_text_once() {
        let texts = ["The plan?", "Answer: the plan? Yes.", "the plan?", "PLÄNE"];
        assert_eq!(search_text(texts.into_iter()).as_deref(), Some("answer: the plan? yes.\u{1f}the plan?\u{1f}pläne"));
        assert_eq!(search_text(std::iter::empty()), None);
    }

    #[test]
    fn a_preview_is_one_short_line() {
        assert_eq!(preview(Some(" a\n\tb ")).as_deref(), Some("a b"));
        assert_eq!(preview(Some(&"x".repeat(9_000))).map(|line| line.len()), Some(PREVIEW_CHARS));
    }
}
