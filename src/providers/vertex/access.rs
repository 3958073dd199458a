//! What lets requests in: a token from a command, a key of express mode, or Google's application default credentials.

use secrecy::{ExposeSecret, SecretString};

use super::super::credentials::GoogleCredentials;
use super::super::error::CallError;
use super::super::key::{Environment, redact};
use super::super::remote::Connection;
use crate::http::{Header, HeaderText};

/// How keys of Google's APIs begin; anything else is a token.
const KEY: &str = "AIza";

/// Where the token comes from.
pub(super) enum Access {
    /// The settings name it.
    Named,
    /// Google's application default credentials.
    Default(GoogleCredentials),
}

impl Access {
    /// What the settings name, else the default credentials.
    pub(super) fn new(connection: &Connection, environment: &Environment) -> Self {
        if connection.key().is_some() { Self::Named } else { Self::Default(GoogleCredentials::new(environment)) }
    }

    /// The token for a call; `None` where the settings name it.
    pub(super) async fn token(&self) -> Result<Option<SecretString>, CallError> {
        match self {
            Self::Named => Ok(None),
            Self::Default(credentials) => credentials.token().await.map(Some),
        }
    }
}

/// The header for a token that was fetched, else for what the settings name.
pub(super) fn header<'a>(connection: &'a Connection, fetched: Option<&'a SecretString>) -> Option<Header<'a>> {
    let secret = fetched.or_else(|| connection.key())?;
    let is_key = fetched.is_none() && secret.expose_secret().starts_with(KEY);
    Some(if is_key {
        Header { name: "x-goog-api-key", value: HeaderText::Secret(secret) }
    } else {
        Header { name: "authorization", value: HeaderText::Bearer(secret) }
    })
}

/// The error without pieces of the token that was fetched.
pub(super) fn clean(mut error: CallError, fetched: Option<&SecretString>) -> CallError {
    error.message = redact(&error.message, fetched);
    error
}
