//! `hindcast runs RUN_ID --otlp`: a replay as OpenTelemetry traces.

use std::path::PathBuf;

use serde_json::{Map, Value, json};

use super::super::cell::Cell;
use super::super::context::Context;
use super::super::figures;
use super::super::output::{Format, Output};
use super::super::table::{Column, Table};
use crate::domain::cancel::Cancel;
use crate::domain::ids::RunId;
use crate::error::{AppError, Exit};
use crate::exporters::otlp::{Content, OtlpSpan, resource_spans};
use crate::services::otlp_export::{
    self, Endpoint, EndpointOrder, Exported, FileFormat, FileSink, Given, OtlpSink, PlainRule, resend,
};

/// Arguments of the export.
#[derive(Debug, clap::Args)]
pub struct OtlpArgs {
    /// Give the run to FILE (.json, .jsonl or .pb), - (JSON lines) or an endpoint's URL as OpenTelemetry traces; alone, to
    /// the endpoint that OpenTelemetry's own variables name
    #[arg(long, value_name = "FILE|URL", num_args = 0..=1, default_missing_value = "", requires = "run_id")]
    pub otlp: Option<String>,
    /// With messages, tool definitions and the providers' own words, also to an endpoint
    #[arg(long, requires = "otlp", conflicts_with = "no_content")]
    pub content: bool,
    /// Without them, also to a file
    #[arg(long, requires = "otlp")]
    pub no_content: bool,
    /// Allow plain http beyond this machine
    #[arg(long, requires = "otlp")]
    pub allow_http: bool,
}

/// Where spans go.
enum Target {
    Lines,
    File(PathBuf, FileFormat),
    Endpoint(EndpointOrder),
}

/// Exports the run.
pub(super) fn run(run_id: &RunId, target: &str, args: &OtlpArgs, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let (place, target) = parsed(target, args, context)?;
    let what = match (&target, args.content, args.no_content) {
        (_, true, _) => Content::Included,
        (_, _, true) | (Target::Endpoint(_), ..) => Content::LeftOut,
        _ => Content::Included,
    };
    context.notices.progress("exporting the run");
    let services = context.services;
    let cancel = context.cancel.clone();
    let give = |sink: &mut dyn OtlpSink| {
        let exported = otlp_export::export(services, run_id, what, sink, &cancel)?;
        Ok::<_, AppError>((exported, sink.finish()?))
    };
    let (exported, given, shown) = match target {
        Target::Lines => {
            give(&mut Lines { out: &mut context.out })?;
            context.notices.clear();
            return Ok(Exit::Fine);
        }
        Target::File(path, format) => {
            let (exported, given) = give(&mut FileSink::create(&path, format)?)?;
            (exported, given, place)
        }
        Target::Endpoint(order) => {
            let mut endpoint = Endpoint::open(order, resend())?;
            let (exported, given) = give(&mut endpoint)?;
            (exported, given, endpoint.origin())
        }
    };
    context.notices.clear();
    told(run_id, &shown, exported, &given, context)
}

fn parsed(target: &str, args: &OtlpArgs, context: &Context<'_>) -> Result<(String, Target), AppError> {
    let is_url = target.is_empty() || target.contains("://");
    if is_url {
        let rule = if args.allow_http { PlainRule::Anywhere } else { PlainRule::ThisMachineOnly };
        let url = Some(target).filter(|target| !target.is_empty());
        let order = EndpointOrder::read(url, rule, context.services.environment().as_ref())
            .map_err(|error| AppError::usage(error.to_string()))?;
        return Ok((String::new(), Target::Endpoint(order)));
    }
    if target == "-" {
        return Ok((String::new(), Target::Lines));
    }
    let path = PathBuf::from(target);
    let format = FileFormat::of_path(&path).ok_or_else(|| {
        AppError::usage(format!("`{target}` names no format: use a file that ends in .json, .jsonl or .pb, - or a URL"))
    })?;
    Ok((target.to_owned(), Target::File(path, format)))
}

fn told(
    run_id: &RunId,
    place: &str,
    exported: Exported,
    given: &Given,
    context: &mut Context<'_>,
) -> Result<Exit, AppError> {
    let fields: Map<String, Value> = [
        ("run_id".to_owned(), json!(run_id.as_str())),
        ("target".to_owned(), json!(place)),
        ("traces".to_owned(), json!(exported.traces)),
        ("spans".to_owned(), json!(exported.spans)),
        ("not_sent".to_owned(), json!(exported.not_sent)),
        ("rejected".to_owned(), json!(given.rejected)),
    ]
    .into_iter()
    .collect();
    match context.out.format() {
        Format::Json | Format::Jsonl => context.out.document(fields)?,
        Format::Csv => context.out.rows(&row(run_id, place, exported, given))?,
        Format::Table => context.out.line(&format!(
            "{} of {} to {place}",
            figures::counted(exported.spans, "span", "spans"),
            figures::counted(exported.traces, "trace", "traces"),
        ))?,
    }
    if exported.not_sent > 0 {
        let results = figures::counted(exported.not_sent, "result has", "results have");
        context.notices.note(&format!("{results} no span: nothing was sent for them"));
    }
    if given.rejected == 0 {
        return Ok(Exit::Fine);
    }
    let words = given.words.as_deref().map(|words| format!(": {words}")).unwrap_or_default();
    let spans = figures::counted(given.rejected, "span", "spans");
    context.notices.warning(&format!("the endpoint rejected {spans}{words}"));
    Ok(Exit::Provider)
}

fn row(run_id: &RunId, place: &str, exported: Exported, given: &Given) -> Table {
    let mut table = Table::new(
        "exports",
        vec![
            Column::id("run_id", "run"),
            Column::text("target", "to"),
            Column::number("traces", "traces"),
            Column::number("spans", "spans"),
            Column::number("not_sent", "not sent"),
            Column::number("rejected", "rejected"),
        ],
    );
    table.push(vec![
        Cell::Text(run_id.as_str().into()),
        Cell::Text(place.to_owned()),
        Cell::Count(exported.traces.into()),
        Cell::Count(exported.spans.into()),
        Cell::Count(exported.not_sent.into()),
        Cell::Count(given.rejected.into()),
    ]);
    table
}

/// JSON lines on standard output, as a collector writes them into a file.
struct Lines<'o> {
    out: &'o mut Output,
}

impl OtlpSink for Lines<'_> {
    fn give(&mut self, spans: &[OtlpSpan], _: &Cancel) -> Result<(), AppError> {
        let spans = resource_spans(spans, &otlp_export::resource(), env!("CARGO_PKG_VERSION"));
        self.out.json_line(&json!({"resourceSpans": [spans]}))
    }

    fn finish(&mut self) -> Result<Given, AppError> {
        Ok(Given::default())
    }
}
