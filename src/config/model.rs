//! The configuration's types: every value knows where it was set.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::domain::cache::CacheLimits;
use crate::domain::chain::ChainLimits;
use crate::domain::label::{LabelKind, LabelScheme};
use crate::domain::lint;
use crate::domain::money::Money;
use crate::domain::provider::{KeySource, ProviderKind, ProviderSettings};
use crate::domain::run::ModelId;

/// The configuration file's name in a workspace.
pub const FILE_NAME: &str = "hindcast.toml";

/// Where a value was set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Nowhere: the program's own value.
    Default,
    /// A file, at a line counted from 1.
    File {
        /// The file.
        path: PathBuf,
        /// The line.
        line: u32,
    },
    /// An environment variable.
    Env(&'static str),
    /// A flag of the command line.
    Flag(&'static str),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { path, line } => write!(f, "{}:{line}", path.display()),
            Self::Env(name) | Self::Flag(name) => f.write_str(name),
        }
    }
}

/// A value and where it was set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting<T> {
    /// The value.
    pub value: T,
    /// Where it was set.
    pub source: Source,
}

impl<T> Setting<T> {
    pub(super) const fn default_of(value: T) -> Self {
        Self { value, source: Source::Default }
    }
}

/// How keys work in the prompt editor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EditorMode {
    /// Keys type text, as in most programs.
    #[default]
    Plain,
    /// Modes as in vim.
    Vim,
    /// Control keys as in emacs.
    Emacs,
}

impl EditorMode {
    /// Every mode.
    pub const ALL: [Self; 3] = [Self::Plain, Self::Vim, Self::Emacs];

    /// The mode's name in the configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Vim => "vim",
            Self::Emacs => "emacs",
        }
    }
}

/// `[defaults]`: what a run uses unless told otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Defaults {
    /// The models offered first.
    pub models: Setting<Vec<ModelId>>,
    /// The cap of one run in US dollars.
    pub max_cost_usd: Setting<Money>,
    /// The most that all runs of this machine spend on one day in UTC, in US dollars; `None` is no limit.
    pub max_cost_per_day_usd: Setting<Option<Money>>,
    /// Requests in flight over all providers, 1 to 256.
    pub concurrency: Setting<u32>,
    /// Sent where a recording has no limit of its own and the model's is not known, in tokens.
    pub max_output_tokens: Setting<u32>,
    /// Requests of one replayed chain, 1 to 10,000.
    pub max_chain_steps: Setting<u32>,
    /// Input and output tokens of all requests of one replayed chain.
    pub max_chain_tokens: Setting<u32>,
    /// How often a replayed chain may ask one tool with the same arguments, where it was not recorded more often.
    pub max_chain_repeats: Setting<u32>,
}

impl Defaults {
    /// What ends an agent that does not end by itself.
    pub fn chain_limits(&self) -> ChainLimits {
        ChainLimits {
            steps: self.max_chain_steps.value,
            tokens: self.max_chain_tokens.value.into(),
            repeats: self.max_chain_repeats.value,
        }
    }
}

/// `[prompts]`: how prompts are deployed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PromptSettings {
    /// The label that says which version is deployed.
    pub label: Setting<String>,
    /// What a new label is in git.
    pub label_kind: Setting<LabelKind>,
}

impl PromptSettings {
    /// The settings without where they were set.
    pub fn label_scheme(&self) -> LabelScheme {
        LabelScheme { deployed: self.label.value.clone(), kind: self.label_kind.value }
    }
}

impl Default for PromptSettings {
    fn default() -> Self {
        let usual = LabelScheme::default();
        Self { label: Setting::default_of(usual.deployed), label_kind: Setting::default_of(usual.kind) }
    }
}

/// `[cache]`: which answers are served again without being asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheSettings {
    /// How old they may be.
    pub max_age: Setting<Duration>,
    /// How many bytes of them, the newest first.
    pub max_size: Setting<u64>,
}

impl CacheSettings {
    /// The limits without where they were set.
    pub const fn limits(&self) -> CacheLimits {
        CacheLimits { max_age: self.max_age.value, max_bytes: self.max_size.value }
    }
}

impl Default for CacheSettings {
    fn default() -> Self {
        let usual = CacheLimits::default();
        Self { max_age: Setting::default_of(usual.max_age), max_size: Setting::default_of(usual.max_bytes) }
    }
}

/// Settings of the workbench: the keys at the top of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workbench {
    /// The theme's name; `None` chooses by the terminal's background.
    pub theme: Setting<Option<String>>,
    /// Whether the mouse is used.
    pub mouse: Setting<bool>,
    /// Whether anything moves that does not have to.
    pub animation: Setting<bool>,
    /// Whether lines and marks are drawn with ASCII only.
    pub ascii: Setting<bool>,
    /// How keys work in the prompt editor.
    pub editor_mode: Setting<EditorMode>,
}

/// One table `[providers.NAME]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Provider {
    /// Which interface it speaks; `None` only while layers are put together.
    pub kind: Option<Setting<ProviderKind>>,
    /// See [`ProviderSettings::base_url`].
    pub base_url: Option<Setting<String>>,
    /// See [`ProviderSettings::key`].
    pub key: Option<Setting<KeySource>>,
    /// See [`ProviderSettings::max_concurrency`].
    pub max_concurrency: Option<Setting<u32>>,
    /// See [`ProviderSettings::requests_per_minute`].
    pub requests_per_minute: Option<Setting<u32>>,
    /// See [`ProviderSettings::tokens_per_minute`].
    pub tokens_per_minute: Option<Setting<u64>>,
    /// See [`ProviderSettings::timeout_seconds`].
    pub timeout_seconds: Option<Setting<u32>>,
    /// See [`ProviderSettings::prices_as`].
    pub prices_as: Option<Setting<String>>,
    /// See [`ProviderSettings::allow_http`].
    pub allow_http: Option<Setting<bool>>,
    /// See [`ProviderSettings::region`].
    pub region: Option<Setting<String>>,
    /// See [`ProviderSettings::project`].
    pub project: Option<Setting<String>>,
    /// See [`ProviderSettings::api_version`].
    pub api_version: Option<Setting<String>>,
}

/// One table `[prices."provider/model"]`: US dollars per million tokens, over the compiled-in prices.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PriceOverride {
    /// Uncached input.
    pub input: Option<Setting<Money>>,
    /// Output, reasoning included.
    pub output: Option<Setting<Money>>,
    /// Input read from the cache.
    pub cached_input: Option<Setting<Money>>,
    /// Input written to the cache.
    pub cache_write: Option<Setting<Money>>,
    /// Input written to the cache for an hour.
    pub cache_write_1h: Option<Setting<Money>>,
}

/// The whole configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// `[defaults]`.
    pub defaults: Defaults,
    /// `[providers.NAME]`, by name.
    pub providers: BTreeMap<String, Provider>,
    /// `[prices."provider/model"]`, by model.
    pub prices: BTreeMap<ModelId, PriceOverride>,
    /// `[[evaluators]]`: how each is specified (`contains:refund`), in order; what a specification means is not known here.
    pub evaluators: Vec<Setting<String>>,
    /// `[keys.CONTEXT]`: key texts by context and action; an empty list unbinds.
    pub keys: BTreeMap<String, BTreeMap<String, Setting<Vec<String>>>>,
    /// The workbench's settings.
    pub workbench: Workbench,
    /// `[cache]`.
    pub cache: CacheSettings,
    /// `[prompts]`.
    pub prompts: PromptSettings,
    /// `[lint]`: rules for prompts that are off or weigh differently.
    pub lint: lint::Settings,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            defaults: Defaults {
                models: Setting::default_of(Vec::new()),
                max_cost_usd: Setting::default_of(Money::from_pico(1_000_000_000_000)),
                max_cost_per_day_usd: Setting::default_of(None),
                concurrency: Setting::default_of(8),
                max_output_tokens: Setting::default_of(1024),
                max_chain_steps: Setting::default_of(50),
                max_chain_tokens: Setting::default_of(1_000_000),
                max_chain_repeats: Setting::default_of(3),
            },
            providers: BTreeMap::new(),
            prices: BTreeMap::new(),
            evaluators: Vec::new(),
            keys: BTreeMap::new(),
            workbench: Workbench {
                theme: Setting::default_of(None),
                mouse: Setting::default_of(true),
                animation: Setting::default_of(true),
                ascii: Setting::default_of(false),
                editor_mode: Setting::default_of(EditorMode::Plain),
            },
            cache: CacheSettings::default(),
            prompts: PromptSettings::default(),
            lint: lint::Settings::default(),
        }
    }
}

fn value<T: Clone>(setting: Option<&Setting<T>>) -> Option<T> {
    setting.map(|setting| setting.value.clone())
}

impl Config {
    /// The configured providers without where they were set, by name.
    pub fn provider_settings(&self) -> Vec<ProviderSettings> {
        let settings = self.providers.iter().filter_map(|(name, provider)| {
            Some(ProviderSettings {
                name: name.clone(),
                kind: value(provider.kind.as_ref())?,
                base_url: value(provider.base_url.as_ref()),
                key: value(provider.key.as_ref()),
                max_concurrency: value(provider.max_concurrency.as_ref()),
                requests_per_minute: value(provider.requests_per_minute.as_ref()),
                tokens_per_minute: value(provider.tokens_per_minute.as_ref()),
                timeout_seconds: value(provider.timeout_seconds.as_ref()),
                prices_as: value(provider.prices_as.as_ref()),
                allow_http: value(provider.allow_http.as_ref()).unwrap_or(false),
                region: value(provider.region.as_ref()),
                project: value(provider.project.as_ref()),
                api_version: value(provider.api_version.as_ref()),
            })
        });
        settings.collect()
    }
}

impl PriceOverride {
    /// The fields by their names in the file, in order.
    pub const fn fields(&self) -> [(&'static str, Option<&Setting<Money>>); 5] {
        [
            ("input", self.input.as_ref()),
            ("output", self.output.as_ref()),
            ("cached_input", self.cached_input.as_ref()),
            ("cache_write", self.cache_write.as_ref()),
            ("cache_write_1h", self.cache_write_1h.as_ref()),
        ]
    }
}
