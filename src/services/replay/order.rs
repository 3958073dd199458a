//! What the user asks to be replayed.

use serde_json::{Map, Value};

use crate::config::Defaults;
use crate::domain::chain::ChainOptions;
use crate::domain::message::Message;
use crate::domain::model_price::ModelPrice;
use crate::domain::money::Money;
use crate::domain::run::{Case, ChunkEdit, ModelChoice, Overrides, PromptVersionRef, Variant};
use crate::domain::run_design::{StopRule, VariantRole};
use crate::services::prompts::{Prompts, Rendering};

pub use crate::domain::run::{CachePolicy, CallsMode, Pacing};
pub use crate::domain::run_design::BaselineLane;

/// What to replay, and within which limits.
#[derive(Clone, Debug)]
pub struct ReplayOrder {
    /// The filter the cases were chosen by, as typed.
    pub filter: String,
    /// What the run is called, where it has a name.
    pub name: Option<String>,
    /// Which calls of a trace are cases.
    pub calls: CallsMode,
    /// The models; each is crossed with each prompt version.
    pub models: Vec<ModelChoice>,
    /// The prompt versions; empty sends the recorded messages.
    pub prompts: Vec<PromptVersionRef>,
    /// Parameters and chunk edits, for all variants.
    pub overrides: Overrides,
    /// Answers for each case and variant, at least 1.
    pub samples: u32,
    /// The cap on the run's cost; `None` is no cap.
    pub max_cost: Option<Money>,
    /// The most requests in flight, over all providers.
    pub concurrency: usize,
    /// Whether answers that were already paid for are used again.
    pub cache: CachePolicy,
    /// Whether calls are asked at once or in batches.
    pub pacing: Pacing,
    /// The most output tokens where neither recording nor model says (`max_output_tokens` of the configuration).
    pub default_max_output: u64,
    /// Whether the recorded model and messages are asked again beside the candidates.
    pub baseline: BaselineLane,
    /// What lets the run stop before its end.
    pub until: Option<StopRule>,
    /// How chains are replayed, where chains are.
    pub chain: ChainOptions,
    /// Prices that the user says, over all others.
    pub prices: Vec<ModelPrice>,
}

impl ReplayOrder {
    /// An order of models with the defaults of everything else.
    pub fn new(models: Vec<ModelChoice>) -> Self {
        Self {
            filter: String::new(),
            name: None,
            calls: CallsMode::Answer,
            models,
            prompts: Vec::new(),
            overrides: Overrides::default(),
            samples: 1,
            max_cost: None,
            concurrency: 8,
            cache: CachePolicy::Use,
            pacing: Pacing::Live,
            default_max_output: 1024,
            baseline: BaselineLane::Left,
            until: None,
            chain: ChainOptions::default(),
            prices: Vec::new(),
        }
    }

    /// An order of models on the terms of the configuration.
    pub fn configured(models: Vec<ModelChoice>, defaults: &Defaults) -> Self {
        let mut order = Self::new(models);
        order.max_cost = Some(defaults.max_cost_usd.value);
        order.concurrency = defaults.concurrency.value as usize;
        order.default_max_output = defaults.max_output_tokens.value.into();
        order
    }

    /// The variants: models × prompt versions, in the order they were named, called `A`, `B`, …, `Z`, `AA`, …; then the
    /// baseline, called `baseline`, which nothing is changed of.
    pub fn variants(&self) -> Vec<Variant> {
        let prompts: Vec<Option<PromptVersionRef>> =
            if self.prompts.is_empty() { vec![None] } else { self.prompts.iter().cloned().map(Some).collect() };
        let candidates =
            self.models.iter().flat_map(|model| prompts.iter().map(move |prompt| (model, prompt))).enumerate().map(
                |(index, (model, prompt))| Variant {
                    id: letters(index).into(),
                    model: model.clone(),
                    prompt: prompt.clone(),
                    prompt_hash: None,
                    overrides: self.overrides.clone(),
                    role: VariantRole::Candidate,
                },
            );
        let baseline = Variant {
            id: BASELINE.into(),
            model: ModelChoice::Recorded,
            prompt: None,
            prompt_hash: None,
            overrides: Overrides::default(),
            role: VariantRole::Baseline,
        };
        let asked = !self.models.is_empty() && self.baseline == BaselineLane::Asked;
        candidates.chain(asked.then_some(baseline)).collect()
    }

    /// Reads `k=v` of `--set`: the value is JSON where it is valid JSON, else text.
    pub fn parse_set(text: &str) -> Option<(String, Value)> {
        let (key, value) = text.split_once('=')?;
        let key = key.trim();
        let value = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned()));
        (!key.is_empty()).then(|| (key.to_owned(), value))
    }

    /// Overrides of parameters and dropped chunks, as on the command line.
    pub fn overrides_of(set: Map<String, Value>, drop_ranks: &[u32]) -> Overrides {
        Overrides {
            parameters: set,
            chunks: drop_ranks.iter().map(|&rank| ChunkEdit::Drop(rank)).collect(),
            ..Overrides::default()
        }
    }
}

/// The name of the variant that asks the recorded model again.
const BASELINE: &str = "baseline";

/// The name of the variant at an index, as columns of a sheet are named.
pub(super) fn letters(index: usize) -> String {
    let last = char::from(b'A' + (index % 26) as u8);
    if index < 26 { last.to_string() } else { letters(index / 26 - 1) + &last.to_string() }
}

/// The hash of the file of a variant's prompt as it is now.
pub(super) fn prompt_hash(variant: &Variant, renderer: Option<&dyn PromptRenderer>) -> Option<String> {
    let (renderer, prompt) = renderer.zip(variant.prompt.as_ref())?;
    renderer.content_hash(prompt)
}

/// Renders a prompt version with a case's variables; the reason says why it cannot.
pub trait PromptRenderer: Send + Sync {
    /// The messages of the prompt for this case.
    fn render(&self, case: &Case, prompt: &PromptVersionRef) -> Result<Vec<Message>, String>;

    /// The BLAKE3 hash of the prompt's file, 64 hex digits; `None` where there is no such file.
    fn content_hash(&self, _prompt: &PromptVersionRef) -> Option<String> {
        None
    }

    /// The same for many cases, where reading everything once is worth it.
    fn for_many(&self) -> Option<Box<dyn PromptRenderer + '_>> {
        None
    }
}

impl PromptRenderer for Rendering<'_> {
    fn render(&self, case: &Case, prompt: &PromptVersionRef) -> Result<Vec<Message>, String> {
        self.render_for_case(case, prompt)
    }

    fn content_hash(&self, prompt: &PromptVersionRef) -> Option<String> {
        self.prompts().content_hash(prompt)
    }
}

impl PromptRenderer for Prompts {
    fn for_many(&self) -> Option<Box<dyn PromptRenderer + '_>> {
        Some(Box::new(Rendering::new(self)))
    }

    fn render(&self, case: &Case, prompt: &PromptVersionRef) -> Result<Vec<Message>, String> {
        self.render_for_case(case, prompt)
    }

    fn content_hash(&self, prompt: &PromptVersionRef) -> Option<String> {
        self.load(prompt).ok().map(|loaded| blake3::hash(loaded.text.as_bytes()).to_hex().to_string())
    }
}

impl<F: Fn(&Case, &PromptVersionRef) -> Result<Vec<Message>, String> + Send + Sync> PromptRenderer for F {
    fn render(&self, case: &Case, prompt: &PromptVersionRef) -> Result<Vec<Message>, String> {
        self(case, prompt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variants_cross_models_and_prompts() {
        let mut order = ReplayOrder::new(vec![ModelChoice::Recorded, ModelChoice::Model("a/b".parse().unwrap())]);
        order.prompts = ["v1", "work"].map(|v| PromptVersionRef { name: "answer".into(), version: v.into() }).to_vec();
        let named: Vec<String> = order
            .variants()
            .iter()
            .map(|v| format!("{} {} {}", v.id.as_str(), v.model, v.prompt.as_ref().unwrap()))
            .collect();
        assert_eq!(named, ["A recorded answer@v1", "B recorded answer@work", "C a/b answer@v1", "D a/b answer@work"]);
        assert_eq!(["Z", "AA", "AZ", "BA"], [letters(25), letters(26), letters(51), letters(52)].map(|x| x).as_slice());
    }

    #[test]
    fn set_values_are_json_else_text() {
        assert_eq!(ReplayOrder::parse_set("temperature=0.2"), Some(("temperature".into(), 0.2.into())));
        assert_eq!(ReplayOrder::parse_set("stop=END"), Some(("stop".into(), "END".into())));
        assert_eq!(ReplayOrder::parse_set("=1"), None);
        assert_eq!(ReplayOrder::parse_set("x"), None);
    }
}
