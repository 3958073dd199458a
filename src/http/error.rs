//! What goes wrong on the way, without any text of the HTTP library: that may hold a URL with a key in it.

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HttpErrorKind {
    /// The client could not be made.
    Setup,
    /// The address is no valid URL.
    BadAddress,
    /// Plain http beyond loopback, or a scheme other than http and https.
    NotAllowed,
    /// No connection: refused, no such host, TLS failed.
    Connect,
    /// No connection in time.
    ConnectTimeout,
    /// No answer in time.
    FirstByteTimeout,
    /// The answer stopped coming.
    IdleTimeout,
    /// The answer was not whole in time.
    TotalTimeout,
    /// The connection broke.
    Broken,
    /// A redirect, which is never followed.
    Redirect,
    /// The body is larger than allowed.
    TooLarge,
    /// The body cannot be decoded.
    BadBody,
}

impl HttpErrorKind {
    const fn words(self) -> &'static str {
        match self {
            Self::Setup => "the HTTP client could not be set up for",
            Self::BadAddress => "this is no valid address:",
            Self::NotAllowed => {
                "plain http is allowed to this machine only (set allow_http = true for the provider, or use https):"
            }
            Self::Connect => "no connection to",
            Self::ConnectTimeout => "no connection in time to",
            Self::FirstByteTimeout => "no answer in time from",
            Self::IdleTimeout => "the answer stopped coming from",
            Self::TotalTimeout => "the answer was not whole in time (timeout_seconds of the provider), from",
            Self::Broken => "the connection broke to",
            Self::Redirect => "a redirect, which is never followed, came from",
            Self::TooLarge => "the answer is larger than the limit, from",
            Self::BadBody => "the answer cannot be decoded, from",
        }
    }
}

/// A failure of one request: what, and where, and nothing else.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} {origin}{detail}", kind.words())]
pub struct HttpError {
    /// What went wrong.
    pub kind: HttpErrorKind,
    /// The status, where an answer had begun.
    pub status: Option<u16>,
    /// Scheme, host and port.
    pub origin: String,
    /// What else is safe to say, such as the target of a redirect.
    pub detail: String,
}

impl HttpError {
    /// A failure at an origin.
    pub fn new(kind: HttpErrorKind, origin: impl Into<String>) -> Self {
        Self { kind, status: None, origin: origin.into(), detail: String::new() }
    }

    /// With more words.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }
}
