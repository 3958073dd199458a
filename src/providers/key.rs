//! Keys: where they come from, and how they are kept out of everything that is shown.

use std::collections::HashMap;
use std::process::{Command, Stdio};
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};

use super::error::ProviderError;
use super::registry::REGISTRY;
use super::replaced::replaced;
use crate::domain::provider::{KeySource, ProviderSettings};

/// A piece of a key as short as this is taken out of messages; providers echo keys with their middle cut out.
const SHORTEST_PIECE: usize = 6;

type Variable = dyn Fn(&str) -> Option<String> + Send + Sync;

/// The environment's variables; comes in from outside so that tests are exact.
#[derive(Clone)]
pub struct Environment {
    variable: Arc<Variable>,
}

impl Environment {
    /// The variables of this process.
    pub fn of_process() -> Self {
        Self { variable: Arc::new(|name| std::env::var(name).ok()) }
    }

    /// Variables that a function knows.
    pub fn from_fn(variable: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        Self { variable: Arc::new(variable) }
    }

    /// Given variables and no others.
    pub fn of<const N: usize>(variables: [(&str, &str); N]) -> Self {
        let map: HashMap<String, String> =
            variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Self { variable: Arc::new(move |name| map.get(name).cloned()) }
    }

    /// Whether a variable is set to something.
    pub fn has(&self, name: &str) -> bool {
        (self.variable)(name).is_some_and(|value| !value.trim().is_empty())
    }

    /// The proxy for a URL, without user and password.
    pub fn proxy_for(&self, url: &str) -> Option<String> {
        crate::http::proxy_for(url, |name| (self.variable)(name))
    }

    /// What a variable says; `None` where it is not set or empty.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        (self.variable)(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    fn secret(&self, name: &str) -> Option<SecretString> {
        let value = (self.variable)(name)?;
        let trimmed = value.trim();
        (!trimmed.is_empty()).then(|| SecretString::from(trimmed.to_owned()))
    }
}

/// A provider's key, or `None` where none is configured and none is needed.
pub(super) fn read_key(
    settings: &ProviderSettings,
    environment: &Environment,
) -> Result<Option<SecretString>, ProviderError> {
    let missing = |remedy: String| ProviderError::NoKey { name: settings.name.clone(), remedy };
    match &settings.key {
        None => Ok(None),
        Some(KeySource::Env(variable)) => environment.secret(variable).map(Some).ok_or_else(|| {
            missing(format!("set the environment variable {variable}, or api_key_cmd in hindcast.toml"))
        }),
        Some(KeySource::Command(command)) => run(command).map(Some).map_err(|reason| {
            missing(format!("api_key_cmd {reason}; it is run without a shell and must print the key"))
        }),
    }
}

/// Runs a key command: words as a shell would split them, no shell, no input, without the keys that we know of.
fn run(command: &str) -> Result<SecretString, String> {
    let words = shlex::split(command).filter(|words| !words.is_empty()).ok_or("cannot be split into words")?;
    let mut child = Command::new(&words[0]);
    child.args(&words[1..]).stdin(Stdio::null()).stderr(Stdio::null());
    for variable in REGISTRY.iter().filter_map(|entry| entry.usual_key) {
        child.env_remove(variable);
    }
    let output = child.output().map_err(|error| format!("could not be started ({})", error.kind()))?;
    if !output.status.success() {
        return Err(output
            .status
            .code()
            .map_or_else(|| "was ended by a signal".to_owned(), |code| format!("failed with exit code {code}")));
    }
    let text = String::from_utf8(output.stdout).map_err(|_| "printed bytes that are not UTF-8")?;
    match text.lines().next().map(str::trim) {
        Some(key) if !key.is_empty() => Ok(SecretString::from(key.to_owned())),
        _ => Err("printed nothing".to_owned()),
    }
}

/// The text with every piece of the key in it replaced: a provider may echo the key, whole or in part.
pub(super) fn redact(text: &str, key: Option<&SecretString>) -> String {
    let Some(key) = key.map(ExposeSecret::expose_secret).filter(|key| key.len() >= SHORTEST_PIECE) else {
        return text.to_owned();
    };
    // The longest run from here that is part of the key.
    replaced(text, "[key]", |rest| {
        let ends = rest.char_indices().map(|(at, character)| at + character.len_utf8());
        ends.take_while(|end| key.contains(&rest[..*end])).last().filter(|length| *length >= SHORTEST_PIECE)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::provider::ProviderKind;

    fn with(key: KeySource) -> ProviderSettings {
        ProviderSettings { key: Some(key), ..ProviderSettings::new("p", ProviderKind::OpenAi) }
    }

    #[test]
    fn keys_come_from_the_environment_or_a_command() {
        let environment = Environment::of([("P_KEY", " abc \n"), ("EMPTY", "")]);
        let read = |source| {
            let key = read_key(&with(source), &environment).map_err(|error| error.to_string())?;
            Ok::<_, String>(key.map(|key| key.expose_secret().to_owned()))
        };
        assert_eq!(read(KeySource::Env("P_KEY".into())), Ok(Some("abc".into())));
        assert!(read(KeySource::Env("EMPTY".into())).unwrap_err().contains("EMPTY"));
        assert_eq!(read(KeySource::Command("printf 'k 1\\nmore'".into())), Ok(Some("k 1".into())));
        assert!(read(KeySource::Command("false".into())).unwrap_err().contains("exit code 1"));
        assert!(read(KeySource::Command("/no/such/program".into())).unwrap_err().contains("could not be started"));
        assert!(read(KeySource::Command("true".into())).unwrap_err().contains("printed nothing"));
    }

    #[test]
    fn an_echoed_key_is_taken_out_whole_or_in_part() {
        let key = SecretString::from("sk-live-0123456789abcdef".to_owned());
        let said = "Incorrect key: sk-live-0123456789abcdef, or sk-live-********bcdef0, ünknown";
        let clean = redact(said, Some(&key));
        assert_eq!(clean, "Incorrect key: [key], or [key]********bcdef0, ünknown");
    }
}
