//! Reads a run and gives its traces to a sink.

use std::collections::BTreeMap;

use super::names;
use super::sink::OtlpSink;
use crate::domain::cancel::Cancel;
use crate::domain::ids::RunId;
use crate::domain::run::{ResultStatus, Run};
use crate::error::AppError;
use crate::exporters::otlp::{Attributes, Content, OtlpSpan, ReplayedCall, ReplayedCase, case_spans};
use crate::http::RetryPolicy;
use crate::importers::provider_request::{self, ProviderRequest};
use crate::services::Services;
use crate::store::StoredResult;

/// Results read at once.
const PAGE: u64 = 512;
/// The most spans of one batch.
const BATCH: usize = 512;

/// What was exported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exported {
    /// Traces: one for each case.
    pub traces: u64,
    /// Spans.
    pub spans: u64,
    /// Results without a span, since nothing was sent for them.
    pub not_sent: u64,
}

/// How often a batch is sent again.
pub fn resend() -> RetryPolicy {
    RetryPolicy::default()
}

/// This program, as the resource that the spans come from.
pub fn resource() -> Attributes {
    let mut resource = Attributes::default();
    resource.text("service.name", "hindcast");
    resource.text("service.version", env!("CARGO_PKG_VERSION"));
    resource
}

/// Gives all traces of a run to a sink, in batches that hold cases whole. Blocks.
pub fn export(
    services: &Services,
    run_id: &RunId,
    content: Content,
    sink: &mut dyn OtlpSink,
    cancel: &Cancel,
) -> Result<Exported, AppError> {
    let store = services.store()?;
    let run = store.run(run_id, cancel)?.run;
    let names = names::provider_names(services.providers()?);
    let mut work = Work { services, run: &run, names, content, exported: Exported::default(), cancel };
    let (mut open, mut batch) = (Vec::<StoredResult>::new(), Vec::new());
    for offset in (0_u64..).map(|page| page * PAGE) {
        let page = store.results_by_case(run_id, offset, PAGE, cancel)?;
        let is_last = (page.len() as u64) < PAGE;
        for stored in page {
            if open.last().is_some_and(|last| case_of(last) != case_of(&stored)) {
                batch.extend(work.case(&std::mem::take(&mut open))?);
            }
            open.push(stored);
            if batch.len() >= BATCH {
                sink.give(&std::mem::take(&mut batch), cancel)?;
            }
        }
        if is_last {
            break;
        }
    }
    batch.extend(work.case(&open)?);
    if !batch.is_empty() {
        sink.give(&batch, cancel)?;
    }
    Ok(work.exported)
}

fn case_of(stored: &StoredResult) -> (&str, &str) {
    (stored.result.trace_id.as_str(), stored.result.span_id.as_str())
}

struct Work<'a> {
    services: &'a Services,
    run: &'a Run,
    /// The conventions' name of each configured provider.
    names: BTreeMap<String, String>,
    content: Content,
    exported: Exported,
    cancel: &'a Cancel,
}

impl Work<'_> {
    /// The spans of a case; none where nothing was sent for it.
    fn case(&mut self, results: &[StoredResult]) -> Result<Vec<OtlpSpan>, AppError> {
        let sent: Vec<&StoredResult> =
            results.iter().filter(|stored| stored.result.status != ResultStatus::Skipped).collect();
        self.exported.not_sent += (results.len() - sent.len()) as u64;
        let Some(first) = sent.first() else { return Ok(Vec::new()) };
        let requests = self.requests(&sent)?;
        let calls = sent.iter().zip(&requests).map(|(stored, request)| ReplayedCall {
            result: &stored.result,
            provider: self.provider(&stored.result.model),
            messages: &request.messages,
            tools: &request.tools,
            parameters: &request.parameters,
            finished_at: stored.created_at,
        });
        let case = ReplayedCase {
            run: self.run,
            trace_id: &first.result.trace_id,
            span_id: &first.result.span_id,
            calls: calls.collect(),
        };
        let spans = case_spans(&case, self.content);
        self.exported.traces += 1;
        self.exported.spans += spans.len() as u64;
        Ok(spans)
    }

    /// The requests as they were sent. The built-in models send none: theirs are the recorded messages.
    fn requests(&self, sent: &[&StoredResult]) -> Result<Vec<ProviderRequest>, AppError> {
        let mut requests: Vec<ProviderRequest> =
            sent.iter().map(|stored| provider_request::read(&stored.request.value())).collect();
        if self.content == Content::Included && requests.iter().any(|request| request.messages.is_empty()) {
            let first = &sent[0].result;
            let trace = self.services.store()?.trace(&first.trace_id, self.cancel);
            let spans = trace.map(|detail| detail.spans).unwrap_or_default();
            let recorded = spans.into_iter().find(|span| span.span_id == first.span_id);
            let messages = recorded.map(|span| span.input_messages).unwrap_or_default();
            for request in requests.iter_mut().filter(|request| request.messages.is_empty()) {
                request.messages.clone_from(&messages);
            }
        }
        Ok(requests)
    }

    fn provider<'m>(&'m self, model: &'m str) -> &'m str {
        let name = model.split_once('/').map_or(model, |(provider, _)| provider);
        self.names.get(name).map_or(name, String::as_str)
    }
}
