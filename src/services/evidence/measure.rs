//! What a run measured of a prompt's text.

use crate::domain::cancel::Cancel;
use crate::domain::evidence::{CaseSet, ContentHash, Digits, Evidence, MeasuredDifference};
use crate::domain::ids::VariantId;
use crate::domain::money::Money;
use crate::domain::run::{PromptVersionRef, Run, RunStatus, Variant};
use crate::error::AppError;
use crate::services::Services;
use crate::services::compare::{CompareOrder, Compared, Difference, compare_journalled, difference_of};
use crate::services::prompts::WORK;

/// Digits of the hash of a case set that are written down.
const CASE_DIGITS: usize = 16;

/// What a variant that sends the recorded messages is called.
const MESSAGES: &str = "messages";

/// The evidence for committing a prompt's file as it is now: what `RUN_ID[:VARIANT]` measured of that very text. The run's
/// id may be shortened. Blocks.
pub fn for_commit(services: &Services, prompt: &str, asked: &str, cancel: &Cancel) -> Result<Evidence, AppError> {
    let (run, variant) = asked.split_once(':').map_or((asked, None), |(run, variant)| (run, Some(variant)));
    let store = services.store()?;
    let run_id = store.resolve_run(run, cancel)?;
    let id = run_id.as_str();
    if store.run(&run_id, cancel)?.status == RunStatus::Running {
        return Err(AppError::usage(format!("run {id} is not finished, so what it measured may still change")));
    }
    let reference = PromptVersionRef { name: prompt.to_owned(), version: WORK.to_owned() };
    let text = hash_of(&services.prompts()?.load(&reference)?.text);
    let compared = compare_journalled(services, &run_id, &CompareOrder::default(), cancel)?
        .ok_or_else(|| AppError::store(format!("there is no journal of run {id}, so nothing could prove it later")))?;
    let of_prompt = |known: &&Variant| known.prompt.as_ref().is_some_and(|measured| measured.name == prompt);
    let own: Vec<&Variant> = compared.run.variants.iter().filter(of_prompt).collect();
    if own.is_empty() {
        return Err(AppError::usage(format!("run {id} did not measure {prompt}"))
            .hint(format!("hindcast replay FILTER -m MODEL -p {prompt} measures it")));
    }
    let same: Vec<&Variant> =
        own.into_iter().filter(|known| known.prompt_hash.as_deref() == Some(text.as_str())).collect();
    let again = format!("hindcast replay FILTER -m MODEL -p {prompt} measures the file as it is now");
    if same.is_empty() {
        let message = format!("run {id} measured another text of {prompt} than the file holds now");
        return Err(AppError::usage(message).hint(again));
    }
    let chosen: Vec<&Variant> =
        same.into_iter().filter(|known| variant.is_none_or(|asked| asked == known.id.as_str())).collect();
    if chosen.is_empty() {
        let asked: String = variant.unwrap_or_default().chars().take(40).collect();
        return Err(AppError::usage(format!("variant `{asked}` of run {id} is not {prompt} as the file holds it now"))
            .hint(format!("hindcast compare {id} lists the variants")));
    }
    measure(&compared, &chosen)
        .map(Evidence::brief)
        .ok_or_else(|| AppError::usage(format!("run {id} measured nothing")).hint(again))
}

/// What a run measured of variants that share one prompt text; `None` where they have no known text, or share none.
///
/// Each is compared with the first variant that asks the same model with another text, else with the recorded answers.
pub fn measure(compared: &Compared, variants: &[&Variant]) -> Option<Evidence> {
    let run = &compared.run;
    let text = variants.first()?.prompt_hash.as_deref()?;
    if variants.iter().any(|variant| variant.prompt_hash.as_deref() != Some(text)) {
        return None;
    }
    let mut models: Vec<String> = Vec::new();
    let mut differences = Vec::new();
    for variant in variants {
        let model = variant.model.to_string();
        if !models.contains(&model) {
            models.push(model);
        }
        let base = run
            .variants
            .iter()
            .find(|known| known.model == variant.model && known.prompt_hash.as_deref() != Some(text));
        let base_id = base.map_or_else(|| VariantId::from("recorded"), |base| base.id.clone());
        let found = difference_of(&compared.comparison, run, &variant.id, &base_id);
        differences.extend(found.iter().map(|found| printed(found, variant, base, run)));
    }
    let costs = compared.results.iter().filter_map(|result| result.cost_usd);
    Some(Evidence {
        run_id: run.run_id.clone(),
        cases: case_set(run)?,
        models,
        differences,
        unmoved: Vec::new(),
        cost: costs.fold(None, |sum: Option<Money>, cost| Some(sum.unwrap_or_default() + cost)),
        prompt: ContentHash::new(text)?,
    })
}

fn printed(found: &Difference, variant: &Variant, base: Option<&Variant>, run: &Run) -> MeasuredDifference {
    let (mean, interval) = if let (Some(low), Some(high)) = (found.low, found.high) {
        let [mean, low, high] = Digits::together([found.mean_difference, low, high]);
        (mean, Some([low, high]))
    } else {
        let [mean] = Digits::together([found.mean_difference]);
        (mean, None)
    };
    let name = |variant: &Variant| variant.prompt.as_ref().map_or_else(|| MESSAGES.to_owned(), ToString::to_string);
    MeasuredDifference {
        evaluator: found.evaluator.clone(),
        mean,
        interval,
        verdict: found.verdict,
        variant: name(variant),
        baseline: base.map_or_else(|| "recorded".to_owned(), name),
        model: variant.model.to_string(),
        cases: Some(found.cases as u64).filter(|cases| *cases != run.choice.spans.len() as u64),
    }
}

/// The cases of a run by number and hash: BLAKE3 over trace and span ids in the order of the ids, each ended by a NUL.
fn case_set(run: &Run) -> Option<CaseSet> {
    let mut spans: Vec<_> = run.choice.spans.iter().collect();
    spans.sort();
    spans.dedup();
    let mut hasher = blake3::Hasher::new();
    for (trace, span) in &spans {
        for id in [trace.as_str(), span.as_str()] {
            hasher.update(id.as_bytes()).update(b"\0");
        }
    }
    let hash = ContentHash::new(&hasher.finalize().to_hex()[..CASE_DIGITS])?;
    Some(CaseSet { count: spans.len() as u64, hash })
}

/// The hash of a prompt file's text.
pub(super) fn hash_of(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex().to_string()
}
