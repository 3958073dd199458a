//! A filter as a tree.

use super::error::FilterError;
use super::parser;
use crate::domain::money::Money;
use crate::domain::time::Timestamp;

/// A parsed filter.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter {
    /// What has to hold.
    pub expr: Expr,
}

impl Filter {
    /// The filter that everything matches.
    pub const ALL: Self = Self { expr: Expr::All };

    /// Reads a filter; durations of `since` and `until` count back from `now` (give the newest data's time).
    pub fn parse(text: &str, now: Timestamp) -> Result<Self, FilterError> {
        parser::parse(text, now).map(|expr| Self { expr })
    }

    /// Whether it asks for what grounding found, which has to be up to date then.
    pub fn asks_for_grounding(&self) -> bool {
        self.expr.asks_for_grounding()
    }
}

/// A condition on a trace, or a combination of conditions.
///
/// Outside [`Expr::Span`] each condition holds for a trace when it holds on the trace or on any of its spans.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// Always holds: the empty filter. It stands only at the top of a tree.
    All,
    /// Every one holds; at least two, none of them an `And`.
    And(Vec<Expr>),
    /// One or more hold; at least two, none of them an `Or`.
    Or(Vec<Expr>),
    /// Does not hold; what is unknown does not hold, so its negation does.
    Not(Box<Expr>),
    /// The text is found, ignoring case, in an input, an output or a chunk's content.
    Text(String),
    /// A field passes a test.
    Is(Condition),
    /// Something is there.
    Has(Has),
    /// One and the same span passes everything within; trace facts are the span's own there.
    Span(Box<Expr>),
}

impl Expr {
    /// All of several conditions, flattened to the form the parser gives.
    pub fn and(parts: Vec<Self>) -> Self {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Self::And(inner) => flat.extend(inner),
                Self::All => {}
                other => flat.push(other),
            }
        }
        Self::single(flat).unwrap_or_else(Self::And)
    }

    /// Any of several conditions, flattened to the form the parser gives.
    pub fn or(parts: Vec<Self>) -> Self {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Self::Or(inner) => flat.extend(inner),
                Self::All => return Self::All,
                other => flat.push(other),
            }
        }
        Self::single(flat).unwrap_or_else(Self::Or)
    }

    fn asks_for_grounding(&self) -> bool {
        match self {
            Self::Has(has) => *has == Has::Unsupported,
            Self::Is(condition) => condition.field == Field::Cause,
            Self::And(parts) | Self::Or(parts) => parts.iter().any(Self::asks_for_grounding),
            Self::Not(part) | Self::Span(part) => part.asks_for_grounding(),
            Self::All | Self::Text(_) => false,
        }
    }

    fn single(mut parts: Vec<Self>) -> Result<Self, Vec<Self>> {
        match parts.len() {
            0 => Ok(Self::All),
            1 => parts.pop().ok_or(parts),
            _ => Err(parts),
        }
    }
}

/// A test of one field.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// What is tested.
    pub field: Field,
    /// The test.
    pub test: Test,
}

/// A field of a filter; [`super::FIELDS`] says for each whether it is a fact of the trace or of a span.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// The id of the trace or of one of its spans; a literal matches as a prefix.
    Id,
    /// The model that answered, else the one asked for; either name of a span matches.
    Model,
    /// The provider in its normal form.
    Provider,
    /// The span's kind.
    Kind,
    /// The span's name.
    Name,
    /// The status; of a trace, its root's.
    Status,
    /// The prompt's name.
    Prompt,
    /// The prompt's version as recorded.
    Version,
    /// The conversation.
    Session,
    /// The end user.
    User,
    /// The customer.
    Tenant,
    /// One of the tags.
    Tag,
    /// The deployment environment.
    Env,
    /// The cost in US dollars.
    Cost,
    /// Input and output tokens together.
    Tokens,
    /// Input tokens.
    InputTokens,
    /// Output tokens.
    OutputTokens,
    /// The duration.
    Latency,
    /// The time to the first piece of the answer.
    Ttft,
    /// The start.
    Time,
    /// A cause of the answer being wrong.
    Cause,
    /// A score by its name: its number, or its label.
    Score(String),
    /// A recorded attribute by its key, as text or as a number.
    Attr(String),
}

/// A test of a value; a value that is not known passes none.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// Text is equal, ignoring case.
    Equals(Pattern),
    /// A number or time is beyond a value.
    Compare {
        /// On which side.
        op: Compare,
        /// Of which value.
        value: Number,
    },
    /// A number or time is within a range, both ends included; equal ends test for equality.
    Range {
        /// The lowest value in it.
        low: Number,
        /// The highest value in it.
        high: Number,
    },
}

/// A side of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compare {
    /// Less.
    Lt,
    /// Less or equal.
    Le,
    /// More.
    Gt,
    /// More or equal.
    Ge,
}

impl Compare {
    /// The sign, the same in filters and in SQL.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Ge => ">=",
        }
    }

    /// Whether an ordering of value to bound passes.
    pub const fn admits(self, ordering: std::cmp::Ordering) -> bool {
        match self {
            Self::Lt => ordering.is_lt(),
            Self::Le => ordering.is_le(),
            Self::Gt => ordering.is_gt(),
            Self::Ge => ordering.is_ge(),
        }
    }
}

/// What a text is compared to, ignoring case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// The whole text.
    Literal(String),
    /// The whole text with `*` for any run of characters, none included; every other character stands for itself.
    Glob(String),
}

/// A number of a filter in the base unit of its field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// US dollars, for `cost`.
    Usd(Money),
    /// Milliseconds, for `latency` and `ttft`.
    Millis(f64),
    /// A plain number, for tokens, scores and attributes; finite.
    Plain(f64),
    /// A point in time, for `time`, `since` and `until`.
    At(Timestamp),
}

impl Number {
    /// The number as a float in its base unit: dollars, milliseconds, a plain number, nanoseconds since 1970.
    pub fn as_f64(self) -> f64 {
        match self {
            Self::Usd(amount) => amount.as_dollars(),
            Self::Millis(number) | Self::Plain(number) => number,
            Self::At(time) => time.nanos() as f64,
        }
    }
}

impl PartialOrd for Number {
    /// Compares numbers of one unit; different units do not compare.
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        match (self, other) {
            (Self::Usd(a), Self::Usd(b)) => Some(a.cmp(b)),
            (Self::Millis(a), Self::Millis(b)) | (Self::Plain(a), Self::Plain(b)) => a.partial_cmp(b),
            (Self::At(a), Self::At(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }
}

/// Something a trace or span may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Has {
    /// A span that failed.
    Error,
    /// A retrieved chunk.
    Chunks,
    /// A tool: a span of kind `tool`, or a tool call asked for or executed.
    Tools,
    /// A score by an end user, a reviewer or an API; notes, programs and judge models do not count.
    Feedback,
    /// A sentence of the answer that no chunk supports; answered by grounding.
    Unsupported,
}

impl Has {
    /// Everything `has:` takes.
    pub const ALL: [Self; 5] = [Self::Error, Self::Chunks, Self::Tools, Self::Feedback, Self::Unsupported];

    /// The word after `has:`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Chunks => "chunks",
            Self::Tools => "tools",
            Self::Feedback => "feedback",
            Self::Unsupported => "unsupported",
        }
    }
}
