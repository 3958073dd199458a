//! The handles to everything below, each opened when it is first needed.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use super::ablation::AblationService;
use super::grounding::{self, Learned};
use super::prompts::Prompts;
use super::replay::{self, DayLimit, ReplayService};
use super::workspace::{self, Workspace};
use crate::config::{self, Config, Environment, Flags, Origins, Paths, Variables};
use crate::domain::cancel::Cancel;
use crate::domain::grounding::{Scorer, VERSION};
use crate::domain::price::PriceBook;
use crate::domain::provider::KeySource;
use crate::domain::time::{Clock, SystemClock};
use crate::error::AppError;
use crate::providers::{self, Providers, REGISTRY};
use crate::store::{Store, StoreOptions, WaitNotice};

/// What the user asked for before anything is opened.
#[derive(Clone, Default)]
pub struct Asked {
    /// `--workspace`.
    pub workspace: Option<PathBuf>,
    /// `--config`.
    pub config: Option<PathBuf>,
    /// Flags that are settings.
    pub flags: Flags,
    /// Told when another process holds the index for more than a second.
    pub wait_notice: Option<WaitNotice>,
}

/// The handles to everything below; a clone shares them.
#[derive(Clone)]
pub struct Services {
    inner: Arc<Inner>,
}

struct Inner {
    asked: Asked,
    environment: Arc<dyn Environment>,
    clock: Arc<dyn Clock>,
    workspace: OnceLock<Workspace>,
    config: OnceLock<Arc<Config>>,
    store: OnceLock<Store>,
    providers: OnceLock<Providers>,
    prices: OnceLock<PriceBook>,
    prompts: OnceLock<Arc<Prompts>>,
    learned: Learned,
}

impl Services {
    /// Handles for what was asked; opens nothing yet.
    pub fn new(asked: Asked) -> Self {
        Self::with(asked, Arc::new(Variables::Process), Arc::new(SystemClock))
    }

    /// Handles with another environment and clock than the process' own.
    pub fn with(asked: Asked, environment: Arc<dyn Environment>, clock: Arc<dyn Clock>) -> Self {
        Self {
            inner: Arc::new(Inner {
                asked,
                environment,
                clock,
                workspace: OnceLock::new(),
                config: OnceLock::new(),
                store: OnceLock::new(),
                providers: OnceLock::new(),
                prices: OnceLock::new(),
                prompts: OnceLock::new(),
                learned: Learned::default(),
            }),
        }
    }

    /// The environment variables.
    pub fn environment(&self) -> &Arc<dyn Environment> {
        &self.inner.environment
    }

    /// The clock.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.inner.clock
    }

    /// The user's own directories.
    pub fn paths(&self) -> Paths {
        Paths::find(self.inner.environment.as_ref())
    }

    /// The workspace: the one named, else the nearest upwards, else the samples.
    pub fn workspace(&self) -> Result<&Workspace, AppError> {
        once(&self.inner.workspace, || {
            let current = std::env::current_dir()
                .map_err(|error| AppError::store(format!("the current directory cannot be found: {error}")))?;
            let ask = workspace::Ask { named: self.inner.asked.workspace.clone(), current };
            Ok(workspace::open(&ask, &self.paths())?)
        })
    }

    /// The prompts of the workspace. Git and its hooks do not get the keys of providers.
    pub fn prompts(&self) -> Result<&Arc<Prompts>, AppError> {
        once(&self.inner.prompts, || {
            let labels = self.config().map(|config| config.prompts.label_scheme()).unwrap_or_default();
            Ok(Arc::new(Prompts::open(self.workspace()?, self.key_variables()).with_labels(labels)))
        })
    }

    /// The environment variables that hold keys of providers: no child process gets them.
    pub fn key_variables(&self) -> impl Iterator<Item = String> + use<> {
        let usual = REGISTRY.iter().filter_map(|entry| entry.usual_key.map(str::to_owned));
        // A mistake in the configuration is told by those who need it.
        let named = self.config().map(|config| config.provider_settings()).unwrap_or_default();
        let named = named.into_iter().filter_map(|settings| match settings.key {
            Some(KeySource::Env(variable)) => Some(variable),
            _ => None,
        });
        usual.chain(named)
    }

    /// The configuration, all layers together.
    pub fn config(&self) -> Result<&Arc<Config>, AppError> {
        once(&self.inner.config, || {
            let origins = Origins {
                user: Some(self.paths().config_file()),
                workspace: Some(self.workspace()?.config_file()),
                named: self.inner.asked.config.clone(),
            };
            Ok(Arc::new(config::load(&origins, self.inner.environment.as_ref(), &self.inner.asked.flags)?))
        })
    }

    /// The providers: built in, configured, and those whose key is in the usual environment variable.
    pub fn providers(&self) -> Result<&Providers, AppError> {
        once(&self.inner.providers, || {
            let variables = Arc::clone(&self.inner.environment);
            let environment = providers::Environment::from_fn(move |name| variables.text(name));
            Ok(Providers::new(self.config()?.provider_settings(), environment))
        })
    }

    /// Prices: the configuration's over the compiled-in tables.
    pub fn prices(&self) -> Result<&PriceBook, AppError> {
        once(&self.inner.prices, || {
            let providers = self.providers()?;
            let book = replay::prices(self.config()?);
            Ok(providers.names().fold(book, |book, name| book.with_provider(name, providers.pricing(name))))
        })
    }

    /// What replays recorded calls.
    pub fn replay(&self) -> Result<ReplayService, AppError> {
        let prices = self.prices()?.clone();
        let most = self.config()?.defaults.max_cost_per_day_usd.value;
        let limit = most.map(|most| DayLimit { most, books: self.paths().state.join("days") });
        let service =
            ReplayService::new(self.providers()?.clone(), prices, self.store()?.clone(), Arc::clone(self.clock()));
        Ok(service.with_cache(self.config()?.cache.limits()).with_day(limit))
    }

    /// The scorer that grounds answers, with what it learned from the chunks of the workspace.
    pub fn scorer(&self, cancel: &Cancel) -> Result<Arc<Scorer>, AppError> {
        Ok(self.inner.learned.scorer(self.store()?, cancel)?)
    }

    /// Grounds every answer that was not grounded yet; says how many.
    pub fn ground_history(
        &self,
        progress: &mut dyn FnMut(grounding::Progress),
        cancel: &Cancel,
    ) -> Result<u64, AppError> {
        // Learning reads chunks: where nothing is to be done, nothing is learned.
        if self.store()?.ungrounded_count(VERSION, cancel)? == 0 {
            return Ok(0);
        }
        let scorer = self.scorer(cancel)?;
        grounding::catch_up(self.store()?, &scorer, progress, cancel)
    }

    /// What finds out what an answer depends on.
    pub fn ablation(&self) -> Result<AblationService, AppError> {
        self.replay().map(AblationService::new)
    }

    /// The store of the workspace, as it is; [`ready`](Self::ready) brings it up to date first.
    pub fn store(&self) -> Result<&Store, AppError> {
        once(&self.inner.store, || {
            let options = StoreOptions { wait_notice: self.inner.asked.wait_notice.clone(), ..StoreOptions::default() };
            Ok(Store::new(self.workspace()?.state(), options))
        })
    }
}

/// The value of a cell, made at its first use; a failure is not kept, so that a later try can succeed.
fn once<T>(cell: &OnceLock<T>, make: impl FnOnce() -> Result<T, AppError>) -> Result<&T, AppError> {
    if let Some(value) = cell.get() {
        return Ok(value);
    }
    let value = make()?;
    Ok(cell.get_or_init(|| value))
}
