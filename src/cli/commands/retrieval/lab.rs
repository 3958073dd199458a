//! `hindcast retrieval lab`: would another retriever have found it?

use std::path::PathBuf;

use super::super::super::agreement::{Agreed, Offer, agree};
use super::super::super::args::dollars;
use super::super::super::context::Context;
use super::super::super::figures;
use super::super::super::output::Format;
use super::super::super::plan_text::{self, tell_plan};
use super::super::super::variant_flags::models;
use super::super::replay;
use super::{MeasureArgs, lab_output};
use crate::domain::money::Money;
use crate::domain::retrieval::ChunkSize;
use crate::domain::run::{ModelId, NotAModel};
use crate::error::{AppError, Exit};
use crate::services::replay::ReplayOrder;
use crate::services::retrieval::{CorpusChoice, Lab, LabOrder, LabPlan, LabReport, RetrieverChoice, VectorChoice};

/// Arguments of `hindcast retrieval lab`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Which recorded traces; words are joined. A leading - needs -- before it
    #[arg(value_name = "FILTER")]
    pub filter: Vec<String>,
    /// What to search: a folder or file of documents (md, txt, jsonl with id and text), or chunks for every text that was ever
    /// retrieved here
    #[arg(long, value_name = "PATH|chunks", default_value = "chunks")]
    pub corpus: String,
    /// Search only documents whose line has this value, such as status=current; may be repeated
    #[arg(long, value_name = "FIELD=VALUE", value_parser = field)]
    pub only: Vec<(String, String)>,
    /// Ask the questions of this file (JSON lines with id, question and relevant) instead of the recorded ones
    #[arg(long, value_name = "FILE")]
    pub questions: Option<PathBuf>,
    /// Which documents answer which questions: JSON lines, or TREC's qrels; may be repeated
    #[arg(long, value_name = "FILE")]
    pub qrels: Vec<PathBuf>,
    /// What to try: bm25, dense, fused, or a command that answers questions in JSON lines; may be repeated [default: bm25, and
    /// with --embeddings dense and fused]
    #[arg(long = "retriever", value_name = "RETRIEVER")]
    pub retrievers: Vec<String>,
    /// Where vectors come from: a file of JSON lines with id and vector, or a model such as openai/text-embedding-3-small
    #[arg(long, value_name = "FILE|MODEL")]
    pub embeddings: Option<String>,
    /// A model that puts what was found into another order, such as cohere/rerank-v3.5
    #[arg(long, value_name = "MODEL", value_parser = model)]
    pub rerank: Option<ModelId>,
    /// How many passages the model of --rerank is given for each question
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub rerank_depth: u32,
    /// Cut documents into pieces of whole sentences with at most N words
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub chunk_size: Option<u32>,
    /// Words at the end of a piece that the next one repeats
    #[arg(long, value_name = "N", requires = "chunk_size", default_value_t = 0)]
    pub overlap: u32,
    /// What is measured
    #[command(flatten)]
    pub measures: MeasureArgs,
    /// Ask the questions of the newest N traces only
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: Option<u32>,
    /// How many questions a table shows, the worst first
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub cases: usize,
    /// Replay the recorded cases with what was found in the place of their chunks; with --format table or jsonl the answers of
    /// the run are told behind the report, with json the run's outcome is printed instead of it
    #[arg(long)]
    pub replay: bool,
    /// A model to replay on, provider/model, or recorded for each case's own; may be repeated
    #[arg(short = 'm', long = "model", value_name = "MODEL", requires = "replay")]
    pub models: Vec<String>,
    /// Whose chunks the replay gives [default: the last retriever's]
    #[arg(long, value_name = "RETRIEVER", requires = "replay")]
    pub replay_with: Option<String>,
    /// Never spend more than this many US dollars
    #[arg(long, value_name = "USD", value_parser = dollars, allow_hyphen_values = true)]
    pub max_cost: Option<Money>,
    /// Print what would be asked and send nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask before spending
    #[arg(short = 'y', long)]
    pub yes: bool,
}

fn field(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_owned(), value.to_owned())),
        _ => Err("write FIELD=VALUE, such as status=current".to_owned()),
    }
}

fn model(text: &str) -> Result<ModelId, String> {
    text.parse().map_err(|error: NotAModel| error.to_string())
}

/// Tries them and prints what they found.
pub fn run(args: &Args, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let order = order(args, context)?;
    let store = context.store()?;
    context.notices.progress("reading corpus and questions");
    let lab = Lab::prepare(context.services, store, order, &context.cancel)?;
    context.notices.clear();
    let plan = lab.plan();
    tell_lab(&plan, args, context);
    if args.dry_run {
        lab_output::plan(&plan, context)?;
        return Ok(Exit::Fine);
    }
    let offer = Offer {
        sends: figures::counted(plan.requests, "request", "requests"),
        about: plan.about,
        at_most: plan.at_most,
        cap: Some(cap(args, context)?),
    };
    agree(agreed(args), &offer, &context.notices)?;
    let notices = context.notices.clone();
    let report = lab.run(&mut |text| notices.progress(text))?;
    context.notices.clear();
    if !(args.replay && context.out.format() == Format::Json) {
        lab_output::report(&report, args.cases, context)?;
    }
    for note in &report.notes {
        context.notices.note(note);
    }
    let mut exit = Exit::Fine;
    for failure in report.rankings.iter().filter_map(|rankings| rankings.failure.as_ref()) {
        context.notices.error(failure);
        exit = failure.exit();
    }
    if args.replay {
        let replayed = replay(args, &report, context)?;
        exit = if replayed == Exit::Fine { exit } else { replayed };
    }
    Ok(exit)
}

/// Replays the cases whose chunks are others now.
fn replay(args: &Args, report: &LabReport, context: &mut Context<'_>) -> Result<Exit, AppError> {
    let found = report.cases_with(args.replay_with.as_deref())?;
    if found.unchanged > 0 {
        context.notices.note(&format!(
            "{} given the same chunks and not asked again",
            figures::counted(found.unchanged as u64, "case is", "cases are")
        ));
    }
    if found.cases.is_empty() {
        context.notices.note("no recorded case would be given other chunks: there is nothing to replay");
        return Ok(Exit::Fine);
    }
    let config = context.services.config()?;
    let models = models(&args.models, &config.defaults.models.value, &args.filter)?;
    let mut order = ReplayOrder::configured(models, &config.defaults);
    order.filter = args.filter.join(" ");
    order.overrides.lists = Some(found.lists);
    order.max_cost = Some(cap(args, context)?.minus_or_zero(report.spent));
    let service = context.services.replay()?;
    let plan = service.plan(&order, found.cases, None, &context.cancel)?;
    tell_plan(&plan, &context.notices);
    plan_text::agree(agreed(args), &plan, &context.notices)?;
    replay::go(plan, &service, context)
}

fn order(args: &Args, context: &Context<'_>) -> Result<LabOrder, AppError> {
    let size = match args.chunk_size {
        None => None,
        Some(most) => Some(ChunkSize::new(most as usize, args.overlap as usize).ok_or_else(|| {
            AppError::usage(format!(
                "pieces of {most} words cannot share {}: the overlap has to be smaller",
                args.overlap
            ))
        })?),
    };
    let vectors = args.embeddings.as_deref().map(VectorChoice::parse).transpose()?;
    let mut retrievers: Vec<RetrieverChoice> =
        args.retrievers.iter().map(|text| RetrieverChoice::parse(text)).collect();
    if retrievers.is_empty() {
        retrievers.push(RetrieverChoice::Bm25);
        if vectors.is_some() {
            retrievers.extend([RetrieverChoice::Dense, RetrieverChoice::Fused]);
        }
    }
    Ok(LabOrder {
        filter: context.filter(&args.filter)?,
        limit: args.limit.unwrap_or(u32::MAX) as usize,
        corpus: match args.corpus.as_str() {
            "chunks" => CorpusChoice::Chunks,
            path => CorpusChoice::Files(path.into()),
        },
        only: args.only.clone(),
        questions: args.questions.clone(),
        files: args.qrels.clone(),
        retrievers,
        vectors,
        reranker: args.rerank.clone(),
        rerank_depth: args.rerank_depth as usize,
        size,
        measures: args.measures.measures(),
        max_cost: Some(cap(args, context)?),
    })
}

fn cap(args: &Args, context: &Context<'_>) -> Result<Money, AppError> {
    Ok(match args.max_cost {
        Some(cap) => cap,
        None => context.services.config()?.defaults.max_cost_usd.value,
    })
}

fn tell_lab(plan: &LabPlan, args: &Args, context: &Context<'_>) {
    let cut = if plan.passages == plan.documents { String::new() } else { format!(" in {} pieces", plan.passages) };
    context.notices.note(&format!(
        "{} over {}{cut}",
        figures::counted(plan.questions as u64, "question", "questions"),
        figures::counted(plan.documents as u64, "document", "documents"),
    ));
    let models: Vec<String> =
        args.embeddings.iter().cloned().chain(args.rerank.iter().map(ToString::to_string)).collect();
    if plan.requests > 0 {
        context.notices.note(&format!(
            "  {} to {}, about {} tokens, about ${}, at most ${}",
            figures::counted(plan.requests, "request", "requests"),
            models.join(" and "),
            plan.tokens,
            figures::usd(plan.about),
            figures::usd(plan.at_most),
        ));
    }
}

const fn agreed(args: &Args) -> Agreed {
    if args.yes { Agreed::Yes } else { Agreed::NotYet }
}
