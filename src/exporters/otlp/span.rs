//! A span as OTLP has it.

/// The value of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub enum AttributeValue {
    /// A text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// Any other number.
    Double(f64),
    /// Yes or no.
    Flag(bool),
    /// Texts in order.
    Texts(Vec<String>),
}

/// Attributes in order, each name once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attributes(pub Vec<(&'static str, AttributeValue)>);

impl Attributes {
    /// Adds a text.
    pub fn text(&mut self, name: &'static str, text: impl Into<String>) {
        self.0.push((name, AttributeValue::Text(text.into())));
    }

    /// Adds a whole number, where there is one.
    pub fn count(&mut self, name: &'static str, number: Option<u64>) {
        let number = number.map(|number| i64::try_from(number).unwrap_or(i64::MAX));
        self.0.extend(number.map(|number| (name, AttributeValue::Integer(number))));
    }

    /// Adds a number, where there is one.
    pub fn double(&mut self, name: &'static str, number: Option<f64>) {
        self.0.extend(number.map(|number| (name, AttributeValue::Double(number))));
    }

    /// Adds yes or no.
    pub fn flag(&mut self, name: &'static str, value: bool) {
        self.0.push((name, AttributeValue::Flag(value)));
    }

    /// Adds texts, where there are any.
    pub fn texts(&mut self, name: &'static str, texts: Vec<String>) {
        if !texts.is_empty() {
            self.0.push((name, AttributeValue::Texts(texts)));
        }
    }
}

/// Which side of a call a span is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpanRole {
    /// Work inside this program.
    Internal,
    /// A call to another.
    Client,
}

impl SpanRole {
    /// Its number in `Span.SpanKind`.
    pub const fn code(self) -> u64 {
        match self {
            Self::Internal => 1,
            Self::Client => 3,
        }
    }
}

/// How a span ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OtlpStatus {
    /// Nothing said.
    Unset,
    /// Well.
    Ok,
    /// Badly, in words.
    Error(String),
}

impl OtlpStatus {
    /// Its number in `Status.StatusCode`.
    pub const fn code(&self) -> u64 {
        match self {
            Self::Unset => 0,
            Self::Ok => 1,
            Self::Error(_) => 2,
        }
    }

    /// What is said of a failure.
    pub fn message(&self) -> &str {
        match self {
            Self::Error(message) => message,
            Self::Unset | Self::Ok => "",
        }
    }
}

/// A link to a span of another trace.
#[derive(Clone, Debug, PartialEq)]
pub struct OtlpLink {
    /// The trace.
    pub trace_id: [u8; 16],
    /// The span.
    pub span_id: [u8; 8],
    /// What the link means.
    pub attributes: Attributes,
}

/// A span.
#[derive(Clone, Debug, PartialEq)]
pub struct OtlpSpan {
    /// Its trace.
    pub trace_id: [u8; 16],
    /// Its own id.
    pub span_id: [u8; 8],
    /// Its parent; `None` for a root.
    pub parent_id: Option<[u8; 8]>,
    /// Its name.
    pub name: String,
    /// Which side of a call it is.
    pub role: SpanRole,
    /// Nanoseconds since 1970.
    pub start_ns: u64,
    /// Nanoseconds since 1970.
    pub end_ns: u64,
    /// What is known of it.
    pub attributes: Attributes,
    /// Spans of other traces that it belongs to.
    pub links: Vec<OtlpLink>,
    /// How it ended.
    pub status: OtlpStatus,
}
