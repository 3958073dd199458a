//! A provider's address and key, and one exchange with it.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::super::OnEvent;
use super::super::answer::{Answer, StreamEvent};
use super::super::error::{CallError, CallErrorKind, ProviderError};
use super::super::key::{Environment, read_key, redact};
use super::super::request::{Delivery, Prepared};
use super::assembly::Wire;
use super::{failure, reading};
use crate::domain::provider::ProviderSettings;
use crate::http::{Header, HeaderText, HttpClient, HttpRequest, HttpResponse, HttpSettings, PlainHttp};

/// The longest line in bytes.
const LINE_LIMIT: usize = 64 << 20;
/// The largest list of models in bytes.
const LIST_LIMIT: usize = 8 << 20;

/// Where a provider is and what it is told to let us in.
pub struct Connection {
    name: String,
    client: HttpClient,
    origin: String,
    key: Option<SecretString>,
}

impl Connection {
    /// A connection after the settings; `own` is the maker's address, used where the settings name none.
    pub fn new(settings: &ProviderSettings, environment: &Environment, own: &str) -> Result<Self, ProviderError> {
        Self::with_http(settings, environment, own, HttpSettings::default())
    }

    /// The same with time-outs and limits of its own.
    pub fn with_http(
        settings: &ProviderSettings,
        environment: &Environment,
        own: &str,
        http: HttpSettings,
    ) -> Result<Self, ProviderError> {
        let plain_http = if settings.allow_http { PlainHttp::Anywhere } else { http.plain_http };
        let base = settings.base_url.as_deref().unwrap_or(own);
        let total = settings.timeout_seconds.map_or(http.total, |seconds| Duration::from_secs(seconds.into()));
        let client = HttpClient::new(base, HttpSettings { plain_http, total, ..http })
            .map_err(|error| ProviderError::Settings { name: settings.name.clone(), reason: error.to_string() })?;
        let origin = client.origin().to_string();
        Ok(Self { name: settings.name.clone(), client, origin, key: read_key(settings, environment)? })
    }

    /// Another address of the same provider, asked with the same key.
    pub fn beside(&self, base: &str) -> Result<Self, ProviderError> {
        let client = HttpClient::new(base, self.client.settings())
            .map_err(|error| ProviderError::Settings { name: self.name.clone(), reason: error.to_string() })?;
        let origin = client.origin().to_string();
        Ok(Self { name: self.name.clone(), client, origin, key: self.key.clone() })
    }

    /// The provider's name in model ids.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Scheme, host and port.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The host alone.
    pub fn host(&self) -> &str {
        &self.client.origin().host
    }

    /// The port, the scheme's own where none is written.
    pub const fn port(&self) -> u16 {
        self.client.origin().port
    }

    /// The whole address of a path.
    pub fn url(&self, path: &str) -> String {
        self.client.url(path)
    }

    /// The key, where there is one.
    pub const fn key(&self) -> Option<&SecretString> {
        self.key.as_ref()
    }

    /// The header of most providers: the key as a bearer token, where there is one.
    pub fn bearer(&self) -> Vec<Header<'_>> {
        let key = self.key.as_ref();
        key.map(|key| Header { name: "authorization", value: HeaderText::Bearer(key) }).into_iter().collect()
    }

    /// Whether the key is a signed token (JWT, RFC 7519: three parts with dots between) rather than a word.
    pub fn key_looks_like_a_token(&self) -> bool {
        let key = self.key.as_ref().map(ExposeSecret::expose_secret);
        key.is_some_and(|key| key.starts_with("eyJ") && key.matches('.').count() == 2)
    }

    /// Posts a request and reads its answer, in pieces where it was asked for so; its calls are of the tools' recorded names. Keys, and what is repeated of the request,
    /// are taken out of what is said.
    pub async fn ask(
        &self,
        wire: &dyn Wire,
        path: &str,
        headers: &[Header<'_>],
        prepared: &Prepared,
        on_event: OnEvent<'_>,
    ) -> Result<Answer, CallError> {
        let request = HttpRequest { path, body: Some(prepared.body.clone()), headers };
        let asked = self.exchange(wire, request, prepared.delivery, on_event).await;
        prepared.as_recorded(asked).map_err(|error| self.clean(prepared.without_echo(error)))
    }

    async fn exchange(
        &self,
        wire: &dyn Wire,
        request: HttpRequest<'_>,
        delivery: Delivery,
        on_event: OnEvent<'_>,
    ) -> Result<Answer, CallError> {
        let mut response = self.client.send(request).await?;
        if response.status() != 200 {
            return Err(failure::read(wire, &mut response).await);
        }
        let request_id = response.header(wire.request_id()).map(str::to_owned);
        let limits = failure::limits(&response);
        // A server that cannot stream answers at once and says so by the type of the body.
        let streamed = delivery == Delivery::Streamed
            && response.header("content-type").is_none_or(|kind| !kind.contains("application/json"));
        let mut answer = if streamed {
            let read = reading::stream(wire, &mut response, on_event).await;
            read.map_err(|error| CallError { limits: limits.clone(), ..error })?
        } else {
            let answer = reading::whole(wire, &mut response).await?;
            if !answer.text.is_empty() {
                on_event(StreamEvent::Text(answer.text.clone()));
            }
            answer
        };
        answer.request_id = request_id.or(answer.request_id);
        answer.limits = limits;
        Ok(answer)
    }

    /// Gets a JSON document, such as a list of models.
    pub async fn get(&self, wire: &dyn Wire, path: &str, headers: &[Header<'_>]) -> Result<Value, CallError> {
        let got = async {
            let mut response = self.client.send(HttpRequest { path, body: None, headers }).await?;
            read_document(wire, &mut response).await
        };
        got.await.map_err(|error| self.clean(error))
    }

    /// Gets a list of models; `ids` reads it, `None` where it is none.
    pub async fn list(
        &self,
        wire: &dyn Wire,
        path: &str,
        headers: &[Header<'_>],
        ids: impl Fn(&Value) -> Option<Vec<String>> + Send,
    ) -> Result<Vec<String>, CallError> {
        let body = self.get(wire, path, headers).await?;
        let none = "the answer lists no models: is this the API that the provider's `kind` stands for?";
        ids(&body).ok_or_else(|| CallError::new(CallErrorKind::Malformed, none))
    }

    /// Posts a JSON document and reads the one that comes back: for embeddings, reranking and batches.
    pub async fn post(
        &self,
        wire: &dyn Wire,
        path: &str,
        headers: &[Header<'_>],
        body: Vec<u8>,
    ) -> Result<Value, CallError> {
        let got = async {
            let mut response = self.client.send(HttpRequest { path, body: Some(body), headers }).await?;
            read_document(wire, &mut response).await
        };
        got.await.map_err(|error| self.clean(error))
    }

    /// Gets JSON documents, one a line, however many; a line is used before the next is read.
    pub async fn lines(
        &self,
        wire: &dyn Wire,
        path: &str,
        headers: &[Header<'_>],
        on_line: &mut (dyn FnMut(&Value) + Send),
    ) -> Result<(), CallError> {
        let got = async {
            let mut response = self.client.send(HttpRequest { path, body: None, headers }).await?;
            if response.status() != 200 {
                return Err(failure::read(wire, &mut response).await);
            }
            response.without_limit();
            let mut rest: Vec<u8> = Vec::new();
            while let Some(piece) = response.piece().await? {
                rest.extend_from_slice(piece.as_ref());
                if let Some(end) = memchr::memrchr(b'\n', &rest) {
                    let tail = rest.split_off(end + 1);
                    read_lines(&std::mem::replace(&mut rest, tail), on_line)?;
                }
                if rest.len() > LINE_LIMIT {
                    return Err(CallError::new(CallErrorKind::TooLarge, "a line of the answer is larger than 64 MiB"));
                }
            }
            read_lines(&rest, on_line)
        };
        got.await.map_err(|error| self.clean(error))
    }

    /// The error without the key.
    pub(super) fn clean(&self, mut error: CallError) -> CallError {
        error.message = redact(&error.message, self.key());
        error
    }
}

fn read_lines(bytes: &[u8], on_line: &mut (dyn FnMut(&Value) + Send)) -> Result<(), CallError> {
    for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()) {
        let value = serde_json::from_slice(line)
            .map_err(|_| CallError::new(CallErrorKind::Malformed, "a line of the answer is not JSON"))?;
        on_line(&value);
    }
    Ok(())
}

async fn read_document(wire: &dyn Wire, response: &mut HttpResponse) -> Result<Value, CallError> {
    if !(200..300).contains(&response.status()) {
        return Err(failure::read(wire, response).await);
    }
    let bytes = response.whole(LIST_LIMIT).await?;
    serde_json::from_slice(&bytes).map_err(|_| CallError::new(CallErrorKind::Malformed, "the answer is not JSON"))
}

/// A text as one segment of a path: everything but unreserved characters (RFC 3986, section 2.3) percent-encoded.
pub fn path_segment(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::with_capacity(text.len()), |mut path, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => path.push(char::from(byte)),
            // Writing to a string cannot fail.
            _ => drop(write!(path, "%{byte:02X}")),
        }
        path
    })
}
