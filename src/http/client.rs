//! The one factory of HTTP clients.

use std::time::Duration;

use reqwest::header::{HeaderName, HeaderValue, LOCATION};
use reqwest::redirect::Policy;
use reqwest::{Method, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::{Instant, timeout};

use super::error::{HttpError, HttpErrorKind};
use super::origin::Origin;

/// The slowest upload that is waited for, in bytes a second.
const SLOWEST_UPLOAD: u64 = 128 << 10;
/// Longest wait for an answer that is read and used line by line, such as those to a whole batch.
const LONGEST_READ: Duration = Duration::from_hours(24);

/// Whether plain http may leave the machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PlainHttp {
    /// On loopback only.
    #[default]
    LoopbackOnly,
    /// Anywhere: the user said so.
    Anywhere,
}

/// Limits of a client.
#[derive(Clone, Copy, Debug)]
pub struct HttpSettings {
    /// Whether plain http may leave the machine.
    pub plain_http: PlainHttp,
    /// Longest wait for a connection.
    pub connect: Duration,
    /// Longest wait for the first byte of the answer; large bodies have the time of their upload besides.
    pub first_byte: Duration,
    /// Longest wait between two pieces of the answer.
    pub idle: Duration,
    /// Longest wait for a whole answer, from sending on.
    pub total: Duration,
    /// Largest answer in bytes, after decompression.
    pub body_limit: usize,
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            plain_http: PlainHttp::LoopbackOnly,
            connect: Duration::from_secs(10),
            first_byte: Duration::from_mins(1),
            idle: Duration::from_secs(30),
            total: Duration::from_mins(10),
            body_limit: 64 << 20,
        }
    }
}

/// A client for one origin. Cheap to clone; clones share connections.
#[derive(Clone)]
pub struct HttpClient {
    inner: reqwest::Client,
    settings: HttpSettings,
    origin: Origin,
    base: String,
}

/// A request below the client's base address.
pub struct HttpRequest<'a> {
    /// The path, added to the base address.
    pub path: &'a str,
    /// What to post, JSON unless a header `content-type` says otherwise; `None` gets.
    pub body: Option<Vec<u8>>,
    /// Headers besides those that every request has.
    pub headers: &'a [Header<'a>],
}

/// A header of a request.
#[derive(Clone, Debug)]
pub struct Header<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it says.
    pub value: HeaderText<'a>,
}

/// What a header says; secrets are marked sensitive, so that they are never shown.
#[derive(Clone, Debug)]
pub enum HeaderText<'a> {
    /// Nothing secret.
    Plain(&'a str),
    /// A secret by itself.
    Secret(&'a SecretString),
    /// A secret after the word `Bearer`.
    Bearer(&'a SecretString),
}

impl HeaderText<'_> {
    fn value(&self) -> Option<HeaderValue> {
        let (text, secret) = match self {
            Self::Plain(text) => (HeaderValue::from_str(text), false),
            Self::Secret(secret) => (HeaderValue::from_str(secret.expose_secret()), true),
            Self::Bearer(secret) => (HeaderValue::from_str(&format!("Bearer {}", secret.expose_secret())), true),
        };
        let mut value = text.ok()?;
        value.set_sensitive(secret);
        Some(value)
    }
}

impl HttpClient {
    /// A client for everything below a base address such as `https://api.openai.com/v1`.
    ///
    /// Redirects are not followed, no referer is sent, loopback is never proxied, and plain http is refused beyond
    /// loopback unless the settings allow it.
    pub fn new(base: &str, settings: HttpSettings) -> Result<Self, HttpError> {
        let origin = Origin::of(base)?;
        let shown = origin.to_string();
        let allowed = match origin.scheme.as_str() {
            "https" => true,
            "http" => origin.is_loopback() || settings.plain_http == PlainHttp::Anywhere,
            _ => false,
        };
        if !allowed {
            return Err(HttpError::new(HttpErrorKind::NotAllowed, shown));
        }
        let mut builder = reqwest::Client::builder()
            .redirect(Policy::none())
            .referer(false)
            .connect_timeout(settings.connect)
            .pool_idle_timeout(Duration::from_secs(30))
            .tcp_nodelay(true)
            .user_agent(concat!("hindcast/", env!("CARGO_PKG_VERSION")));
        if origin.is_loopback() {
            builder = builder.no_proxy();
        }
        let inner = builder.build().map_err(|_| HttpError::new(HttpErrorKind::Setup, shown))?;
        Ok(Self { inner, settings, origin, base: base.trim_end_matches('/').to_owned() })
    }

    /// Where its requests go.
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Its limits.
    pub const fn settings(&self) -> HttpSettings {
        self.settings
    }

    /// The whole address of a path below the base address.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// Sends a request and waits for the head of the answer.
    pub async fn send(&self, request: HttpRequest<'_>) -> Result<HttpResponse, HttpError> {
        let origin = self.origin.to_string();
        let url = self.url(request.path);
        let method = if request.body.is_some() { Method::POST } else { Method::GET };
        let mut builder = self.inner.request(method, url);
        let upload = request.body.as_ref().map_or(0, |body| body.len() as u64 / SLOWEST_UPLOAD);
        let upload = Duration::from_secs(upload);
        if let Some(body) = request.body {
            let typed = request.headers.iter().any(|header| header.name.eq_ignore_ascii_case("content-type"));
            builder = if typed { builder } else { builder.header(reqwest::header::CONTENT_TYPE, "application/json") };
            builder = builder.body(body);
        }
        for header in request.headers {
            let value = header.value.value().ok_or_else(|| {
                HttpError::new(HttpErrorKind::Setup, origin.as_str())
                    .detail(format!(": the header {} holds characters that a header cannot carry", header.name))
            })?;
            builder = builder.header(header.name, value);
        }
        let end = Instant::now() + self.settings.total + upload;
        let response = match timeout(self.settings.first_byte + upload, builder.send()).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => return Err(map(&error, &origin)),
            Err(_) => return Err(HttpError::new(HttpErrorKind::FirstByteTimeout, origin)),
        };
        if response.status().is_redirection() && response.status() != StatusCode::NOT_MODIFIED {
            let target = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
            let target = target.and_then(|url| Origin::of(url).ok()).map(|origin| format!(", to {origin}"));
            let error = HttpError::new(HttpErrorKind::Redirect, origin).detail(target.unwrap_or_default());
            return Err(HttpError { status: Some(response.status().as_u16()), ..error });
        }
        Ok(HttpResponse { inner: response, idle: self.settings.idle, end, left: self.settings.body_limit, origin })
    }
}

/// An answer of which the head has come.
pub struct HttpResponse {
    inner: reqwest::Response,
    idle: Duration,
    /// When the whole answer has to be there.
    end: Instant,
    left: usize,
    origin: String,
}

impl HttpResponse {
    /// The status.
    pub fn status(&self) -> u16 {
        self.inner.status().as_u16()
    }

    /// A header as text, where there is one and it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        self.inner.headers().get(name)?.to_str().ok()
    }

    /// The next piece of the body; `None` at its end.
    pub async fn piece(&mut self) -> Result<Option<impl AsRef<[u8]> + use<>>, HttpError> {
        let status = Some(self.status());
        let fail = |kind| HttpError { status, ..HttpError::new(kind, self.origin.as_str()) };
        let (left, too_late) = match self.end.checked_duration_since(Instant::now()) {
            Some(left) if left < self.idle => (left, HttpErrorKind::TotalTimeout),
            Some(_) => (self.idle, HttpErrorKind::IdleTimeout),
            None => return Err(fail(HttpErrorKind::TotalTimeout)),
        };
        let piece = match timeout(left, self.inner.chunk()).await {
            Ok(Ok(piece)) => piece,
            Ok(Err(error)) => return Err(HttpError { status, ..map(&error, &self.origin) }),
            Err(_) => return Err(fail(too_late)),
        };
        let length = piece.as_ref().map_or(0, |piece| AsRef::<[u8]>::as_ref(piece).len());
        match self.left.checked_sub(length) {
            Some(left) => self.left = left,
            None => return Err(fail(HttpErrorKind::TooLarge)),
        }
        Ok(piece)
    }

    /// Takes back the client's limits on the body and on the whole time: it is read and used line by line. A pause is still
    /// no longer than between any two pieces.
    pub fn without_limit(&mut self) {
        self.left = usize::MAX;
        self.end = Instant::now() + LONGEST_READ;
    }

    /// The whole body, up to a limit in bytes below the client's own.
    pub async fn whole(&mut self, limit: usize) -> Result<Vec<u8>, HttpError> {
        self.left = self.left.min(limit);
        let mut body = Vec::new();
        while let Some(piece) = self.piece().await? {
            body.extend_from_slice(piece.as_ref());
        }
        Ok(body)
    }
}

/// Maps an error of the library to ours; its text is never used.
fn map(error: &reqwest::Error, origin: &str) -> HttpError {
    let kind = match (error.is_connect(), error.is_timeout()) {
        (true, false) => HttpErrorKind::Connect,
        (_, true) => HttpErrorKind::ConnectTimeout,
        (false, false) if error.is_builder() => HttpErrorKind::BadAddress,
        (false, false) if is_undecodable(error) => HttpErrorKind::BadBody,
        (false, false) => HttpErrorKind::Broken,
    };
    HttpError { status: error.status().map(|status| status.as_u16()), ..HttpError::new(kind, origin) }
}

/// Whether the bytes came and make no sense (a broken compression), rather than ended too soon: the library calls both a
/// failure to decode.
fn is_undecodable(error: &reqwest::Error) -> bool {
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        if let Some(io) = inner.downcast_ref::<std::io::Error>() {
            return matches!(io.kind(), std::io::ErrorKind::InvalidData | std::io::ErrorKind::InvalidInput);
        }
        cause = inner.source();
    }
    false
}
