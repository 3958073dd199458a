//! Which providers and models there are, what they cost, and whether they can be reached.

use std::collections::BTreeSet;

use super::Services;
use crate::domain::money::Money;
use crate::domain::price::{Mode, Pricing};
use crate::domain::provider::ProviderKind;
use crate::error::AppError;
use crate::http::is_loopback;
use crate::providers::{self, Discovered, ProviderInfo, Reach};

/// The models that are built in.
const BUILT_IN: [&str; 2] = ["recorded", "extractive"];

/// A model with its price in US dollars per million tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelEntry {
    /// Its name at the provider.
    pub model: String,
    /// Uncached input; `None` where the price is not known.
    pub input: Option<Money>,
    /// Output.
    pub output: Option<Money>,
    /// Where the price comes from.
    pub price_source: Option<String>,
}

/// How a provider stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It can be used as far as is known without asking it.
    Configured,
    /// It answered.
    Reachable,
    /// It cannot be used, or did not answer, with the reason.
    Unusable(String),
}

/// A provider with its models.
#[derive(Clone, Debug)]
pub struct ProviderEntry {
    /// What is configured of it.
    pub info: ProviderInfo,
    /// How it stands.
    pub standing: Standing,
    /// Its models: those it names when asked, else those that are named in the configuration or the price tables.
    pub models: Vec<ModelEntry>,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Models {
    /// The providers by name.
    pub providers: Vec<ProviderEntry>,
    /// Servers on this machine that no provider is configured for.
    pub found: Vec<Discovered>,
}

/// The providers as configured; asks none of them.
pub fn list(services: &Services) -> Result<Models, AppError> {
    let entries = services.providers()?.list().into_iter().map(|info| {
        let standing = info.problem.clone().map_or(Standing::Configured, Standing::Unusable);
        let names = known_models(services, &info)?;
        entry(services, info, standing, names)
    });
    Ok(Models { providers: entries.collect::<Result<_, _>>()?, found: Vec::new() })
}

/// The providers, each asked for its models, and the servers on the usual ports of this machine.
pub fn check(services: &Services) -> Result<Models, AppError> {
    ask(services, services.providers()?.list())
}

fn ask(services: &Services, infos: Vec<ProviderInfo>) -> Result<Models, AppError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| AppError::internal(format!("cannot start the network: {error}")))?;
    let providers = services.providers()?;
    let (reached, discovered) = runtime.block_on(async {
        let reached = futures_util::future::join_all(infos.iter().map(|info| providers.check(&info.name))).await;
        (reached, providers::discover().await)
    });
    let configured: BTreeSet<String> = providers.list().into_iter().filter_map(|info| info.origin).collect();
    let mut models = Models::default();
    for (info, reach) in infos.into_iter().zip(reached) {
        let (standing, names) = match reach {
            Reach::Reachable(names) => (Standing::Reachable, names),
            Reach::Not(reason) => (Standing::Unusable(reason), known_models(services, &info)?),
        };
        models.providers.push(entry(services, info, standing, names)?);
    }
    models.found = discovered
        .into_iter()
        .filter(|found| !configured.iter().any(|origin| found.base_url.starts_with(origin)))
        .collect();
    Ok(models)
}

/// What runs on this machine: the configured providers with an address on loopback, each asked for its models, and the
/// servers on the usual ports. Nothing is sent to another machine.
pub fn on_this_machine(services: &Services) -> Result<Models, AppError> {
    let near = |info: &ProviderInfo| info.problem.is_none() && info.origin.as_deref().is_some_and(is_loopback);
    ask(services, services.providers()?.list().into_iter().filter(near).collect())
}

fn entry(
    services: &Services,
    info: ProviderInfo,
    standing: Standing,
    names: Vec<String>,
) -> Result<ProviderEntry, AppError> {
    let prices = services.prices()?;
    let models = names.into_iter().map(|model| {
        let row = prices.find(Some(&info.name), &model);
        let rates = row.as_ref().map(|row| row.rates);
        ModelEntry {
            input: rates.and_then(|rates| rates.input),
            output: rates.and_then(|rates| rates.output),
            price_source: row.map(|row| row.source.clone()),
            model,
        }
    });
    Ok(ProviderEntry { models: models.collect(), info, standing })
}

/// Models of a provider that are known without asking it.
fn known_models(services: &Services, info: &ProviderInfo) -> Result<Vec<String>, AppError> {
    let config = services.config()?;
    let configured = config.defaults.models.value.iter().chain(config.prices.keys());
    let mut names: BTreeSet<String> =
        configured.filter(|id| id.provider == info.name).map(|id| id.model.clone()).collect();
    match (&info.pricing, info.kind) {
        (_, ProviderKind::Builtin) => names.extend(BUILT_IN.map(str::to_owned)),
        (Pricing::Table(key), _) if info.problem.is_none() => {
            let prices = services.prices()?;
            let rows = prices.rows().filter(|row| row.provider == *key && row.mode == Mode::Chat && !row.retired);
            names.extend(rows.map(|row| row.model.clone()));
        }
        (Pricing::Table(_) | Pricing::Free | Pricing::Unknown, _) => {}
    }
    Ok(names.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use wiremock::matchers::path;
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;
    use crate::config::Variables;
    use crate::domain::time::SystemClock;
    use crate::services::Asked;

    #[tokio::test(flavor = "multi_thread")]
    async fn only_configured_servers_of_this_machine_are_asked_unasked() {
        let server = MockServer::start().await;
        let list = serde_json::json!({"object": "list", "data": [{"id": "small", "object": "model"}]});
        Mock::given(path("/v1/models"))
            .respond_with(ResponseTemplate::new(200).set_body_json(list))
            .mount(&server)
            .await;
        let dir = tempfile::tempdir().unwrap();
        let config = format!(
            "[providers.near]\nkind = \"openai\"\nbase_url = \"{}/v1\"\n\
             [providers.far]\nkind = \"openai\"\nbase_url = \"https://models.example/v1\"\napi_key_env = \"FAR_KEY\"\n",
            server.uri()
        );
        std::fs::write(dir.path().join("hindcast.toml"), config).unwrap();
        let asked = Asked { workspace: Some(dir.path().to_owned()), ..Asked::default() };
        let variables = Variables::fixed([("HOME", dir.path().to_str().unwrap()), ("FAR_KEY", "k")]);
        let services = Services::with(asked, Arc::new(variables), Arc::new(SystemClock));
        let near = tokio::task::spawn_blocking(move || on_this_machine(&services).unwrap()).await.unwrap();
        let named: Vec<(&str, &str)> = near
            .providers
            .iter()
            .flat_map(|provider| {
                provider.models.iter().map(|model| (provider.info.name.as_str(), model.model.as_str()))
            })
            .collect();
        assert_eq!(named, [("near", "small")]);
        assert_eq!(near.providers.len(), 1, "the builtin and the far provider are left alone");
        assert_eq!(near.providers[0].models[0].input, Some(Money::ZERO), "a server on loopback is free");
    }
}
