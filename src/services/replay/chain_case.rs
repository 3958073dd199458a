//! The chain of a case: its recorded calls, each as a case of its own.

use std::sync::Arc;

use super::cases::Tree;
use crate::domain::chain::{RecordedChain, recorded_chain};
use crate::domain::ids::SpanId;
use crate::domain::money::Money;
use crate::domain::run::Case;
use crate::domain::span::{Cost, Span, Usage};

/// A recorded chain with what each of its calls was sent.
pub(super) struct ChainCase {
    /// The chain.
    pub(super) recorded: Arc<RecordedChain>,
    /// Its calls, one for each step.
    pub(super) cases: Vec<Arc<Case>>,
}

/// The chain of a trace that ends with the call of a span.
pub fn recorded_chain_of(spans: &[Span], last: &SpanId) -> Option<RecordedChain> {
    let tree = Tree::new(spans);
    recorded_chain(&tree.outside_judges(), tree.spans(), last)
}

/// The chain of a trace that ends with the call of a span, with its calls.
pub(super) fn chain_of(spans: &[Span], last: &SpanId) -> Option<ChainCase> {
    let tree = Tree::new(spans);
    let calls = tree.outside_judges();
    let recorded = recorded_chain(&calls, tree.spans(), last)?;
    let call = |id: &SpanId| calls.iter().copied().find(|call| call.span_id == *id);
    let cases = recorded.steps.iter().filter_map(|step| call(&step.span_id)).map(|call| Arc::new(tree.case(call)));
    let cases: Vec<Arc<Case>> = cases.collect();
    (cases.len() == recorded.steps.len()).then(|| ChainCase { recorded: Arc::new(recorded), cases })
}

/// The case that stands for a whole chain: its last call, with tokens, cost and time of all its calls.
pub(super) fn whole_case(spans: &[Span], last: &SpanId) -> Option<Case> {
    let chain = chain_of(spans, last)?;
    let mut whole = Case::clone(chain.cases.last()?);
    let sum = |field: fn(&Usage) -> Option<u64>| -> Option<u64> {
        chain.cases.iter().map(|case| field(&case.usage)).reduce(|one, other| Some(one?.saturating_add(other?)))?
    };
    whole.usage = Usage {
        input: sum(|usage| usage.input),
        output: sum(|usage| usage.output),
        cached_input: sum(|usage| usage.cached_input),
        cache_write: sum(|usage| usage.cache_write),
        reasoning: sum(|usage| usage.reasoning),
        audio_input: sum(|usage| usage.audio_input),
        audio_output: sum(|usage| usage.audio_output),
    };
    if chain.cases.len() > 1 {
        let amounts: Option<Vec<Money>> = chain.cases.iter().map(|case| case.cost.amount()).collect();
        whole.cost = amounts.map_or(Cost::Unknown, |amounts| match whole.cost {
            Cost::Recorded(_) => Cost::Recorded(amounts.into_iter().sum()),
            _ => Cost::Computed(amounts.into_iter().sum()),
        });
        let durations: Option<Vec<i64>> = chain.cases.iter().map(|case| case.duration_ns).collect();
        whole.duration_ns = durations.map(|all| all.into_iter().fold(0, i64::saturating_add));
        whole.ttft_ns = chain.cases.first().and_then(|case| case.ttft_ns);
    }
    Some(whole)
}
