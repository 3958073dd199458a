//! The providers of a workspace, by name.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use super::anthropic::Anthropic;
use super::azure::Azure;
use super::bedrock::{Bedrock, KEY_VARIABLE};
use super::builtin::Builtin;
use super::cohere::Cohere;
use super::error::ProviderError;
use super::fresh_key::FreshKey;
use super::gemini::Gemini;
use super::key::Environment;
use super::mistral::Mistral;
use super::openai::OpenAi;
use super::responses::Responses;
use super::vertex::Vertex;
use super::{CallError, Provider};
use crate::domain::price::Pricing;
use crate::domain::provider::{KeySource, ProviderKind as Kind, ProviderSettings};
use crate::domain::time::Clock;
use crate::http::{Origin, RateLimit, Traffic, is_loopback};

/// What makes a provider of a kind.
type Maker = fn(&ProviderSettings, &Environment) -> Result<Arc<dyn Provider>, ProviderError>;

/// A kind of provider as the program knows it.
pub struct KindEntry {
    /// The kind.
    pub kind: Kind,
    /// The environment variable in which its key usually is.
    pub usual_key: Option<&'static str>,
    /// Its key in the price tables.
    pub prices: Option<&'static str>,
    /// Makes one.
    maker: Maker,
}

const fn built(kind: Kind, usual_key: Option<&'static str>, prices: Option<&'static str>, maker: Maker) -> KindEntry {
    KindEntry { kind, usual_key, prices, maker }
}

/// Every kind that the configuration takes: one line adds one.
pub const REGISTRY: [KindEntry; 10] = [
    built(Kind::Builtin, None, None, Builtin::make),
    built(Kind::OpenAi, Some("OPENAI_API_KEY"), Some("openai"), OpenAi::make),
    built(Kind::OpenAiResponses, Some("OPENAI_API_KEY"), Some("openai"), Responses::make),
    built(Kind::Azure, Some("AZURE_OPENAI_API_KEY"), Some("azure"), Azure::make),
    built(Kind::Anthropic, Some("ANTHROPIC_API_KEY"), Some("anthropic"), Anthropic::make),
    built(Kind::Gemini, Some("GEMINI_API_KEY"), Some("google"), Gemini::make),
    built(Kind::Vertex, None, Some("vertex"), Vertex::make),
    built(Kind::Bedrock, Some(KEY_VARIABLE), Some("bedrock"), Bedrock::make),
    built(Kind::Cohere, Some("COHERE_API_KEY"), Some("cohere"), Cohere::make),
    built(Kind::Mistral, Some("MISTRAL_API_KEY"), Some("mistral"), Mistral::make),
];

fn entry(kind: Kind) -> Option<&'static KindEntry> {
    REGISTRY.iter().find(|entry| entry.kind == kind)
}

/// Whether an address that was configured is the maker's own: only Azure has one for each customer.
fn is_makers(kind: Kind, url: &str) -> bool {
    kind == Kind::Azure && Origin::of(url).is_ok_and(|origin| origin.host.ends_with(".azure.com"))
}

/// Whether a provider can be reached.
#[derive(Clone, Debug)]
pub enum Reach {
    /// It answered with its models.
    Reachable(Vec<String>),
    /// Why not, in words.
    Not(String),
}

/// A provider as `models` shows it.
#[derive(Clone, Debug)]
pub struct ProviderInfo {
    /// Its name in model ids.
    pub name: String,
    /// Its kind.
    pub kind: Kind,
    /// Where requests go; `None` where that is not known.
    pub origin: Option<String>,
    /// The proxy that requests would go through, without its password.
    pub proxy: Option<String>,
    /// How its models are priced.
    pub pricing: Pricing,
    /// Why it cannot be used, in words.
    pub problem: Option<String>,
}

struct Slot {
    settings: ProviderSettings,
    made: OnceLock<Result<Arc<dyn Provider>, ProviderError>>,
}

/// The providers of a workspace; each is made when it is first asked for. Cheap to clone.
#[derive(Clone)]
pub struct Providers {
    slots: Arc<BTreeMap<String, Slot>>,
    environment: Environment,
    traffic: Arc<OnceLock<Traffic>>,
}

impl Providers {
    /// The configured providers, those whose key is in the usual environment variable, and the built-in ones.
    pub fn new(configured: Vec<ProviderSettings>, environment: Environment) -> Self {
        let mut slots = BTreeMap::new();
        let usual = REGISTRY.iter().filter(|entry| entry.kind != Kind::OpenAiResponses).filter_map(|entry| {
            let variable = entry.usual_key.filter(|variable| environment.has(variable))?;
            Some(ProviderSettings {
                key: Some(KeySource::Env(variable.to_owned())),
                ..ProviderSettings::new(entry.kind.as_str(), entry.kind)
            })
        });
        let builtin = std::iter::once(ProviderSettings::new("builtin", Kind::Builtin));
        for mut settings in builtin.chain(usual).chain(configured) {
            if settings.key.is_none()
                && settings.base_url.is_none()
                // Without a key Bedrock asks the credential chain.
                && settings.kind != Kind::Bedrock
                && let Some(variable) = entry(settings.kind).and_then(|entry| entry.usual_key)
            {
                settings.key = Some(KeySource::Env(variable.to_owned()));
            }
            slots.insert(settings.name.clone(), Slot { settings, made: OnceLock::new() });
        }
        Self { slots: Arc::new(slots), environment, traffic: Arc::default() }
    }

    /// The names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.slots.keys().map(String::as_str)
    }

    /// What is configured of a provider.
    pub fn settings(&self, name: &str) -> Option<&ProviderSettings> {
        self.slots.get(name).map(|slot| &slot.settings)
    }

    /// The desk at which all runs that share these providers wait for their turns; made by whoever asks first.
    pub fn traffic(&self, clock: &Arc<dyn Clock>) -> &Traffic {
        self.traffic.get_or_init(|| {
            let limits = self.slots.iter().map(|(name, slot)| {
                let limit = RateLimit {
                    in_flight: slot.settings.max_concurrency.map(|most| most as usize),
                    requests: slot.settings.requests_per_minute,
                    tokens: slot.settings.tokens_per_minute,
                };
                (name.clone(), limit)
            });
            Traffic::new(limits.collect(), Arc::clone(clock))
        })
    }

    /// The provider of a name; runs its key command on first use.
    pub fn get(&self, name: &str) -> Result<Arc<dyn Provider>, ProviderError> {
        let slot = self.slots.get(name).ok_or_else(|| ProviderError::Unknown {
            name: name.to_owned(),
            known: self.names().collect::<Vec<_>>().join(", "),
        })?;
        slot.made.get_or_init(|| self.make(&slot.settings)).clone()
    }

    fn make(&self, settings: &ProviderSettings) -> Result<Arc<dyn Provider>, ProviderError> {
        let unknown = || ProviderError::Settings {
            name: settings.name.clone(),
            reason: format!("nothing makes a provider of kind {}", settings.kind),
        };
        let maker = entry(settings.kind).ok_or_else(unknown)?.maker;
        let made = maker(settings, &self.environment)?;
        if !matches!(settings.key, Some(KeySource::Command(_))) {
            return Ok(made);
        }
        let (settings, environment) = (settings.clone(), self.environment.clone());
        Ok(Arc::new(FreshKey::new(made, move || maker(&settings, &environment))))
    }

    /// How the models of a provider are priced: `prices_as`, else free on loopback, else the maker's list at the maker's
    /// own address (Azure's are those of its resources), else not at all.
    pub fn pricing(&self, name: &str) -> Pricing {
        let Some(slot) = self.slots.get(name) else { return Pricing::Unknown };
        let settings = &slot.settings;
        if let Some(key) = &settings.prices_as {
            return Pricing::Table(key.clone());
        }
        match (&settings.base_url, settings.kind) {
            (_, Kind::Builtin) => Pricing::Free,
            (Some(url), _) if is_loopback(url) => Pricing::Free,
            (Some(url), kind) if !is_makers(kind, url) => Pricing::Unknown,
            (_, kind) => entry(kind)
                .and_then(|entry| entry.prices)
                .map_or(Pricing::Unknown, |key| Pricing::Table(key.to_owned())),
        }
    }

    /// The proxy that a provider's requests go through, without user and password.
    pub fn proxy(&self, name: &str) -> Option<String> {
        let provider = self.get(name).ok()?;
        self.environment.proxy_for(provider.origin())
    }

    /// Every provider with its state, without asking any of them.
    pub fn list(&self) -> Vec<ProviderInfo> {
        self.slots
            .iter()
            .map(|(name, slot)| {
                let url = slot.settings.base_url.as_deref();
                let made = self.get(name);
                let origin = made.as_ref().map(|provider| provider.origin().to_owned()).ok();
                ProviderInfo {
                    name: name.clone(),
                    kind: slot.settings.kind,
                    proxy: url.or(origin.as_deref()).and_then(|url| self.environment.proxy_for(url)),
                    origin: origin
                        .or_else(|| url.and_then(|url| Origin::of(url).ok()).map(|origin| origin.to_string())),
                    pricing: self.pricing(name),
                    problem: made.err().map(|error| error.to_string()),
                }
            })
            .collect()
    }

    /// Asks a provider for its models.
    pub async fn check(&self, name: &str) -> Reach {
        let provider = match self.get(name) {
            Ok(provider) => provider,
            Err(error) => return Reach::Not(error.to_string()),
        };
        match provider.models().await {
            Ok(models) => Reach::Reachable(models),
            Err(CallError { message, .. }) => Reach::Not(message),
        }
    }
}
