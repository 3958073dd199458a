//! Identifiers as newtypes, so that no function can mix up two of them.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Box<str>);

        impl $name {
            /// Wraps the text of an id; the text is kept byte for byte.
            pub fn new(text: impl Into<Box<str>>) -> Self {
                Self(text.into())
            }

            /// The id as recorded. It came from outside: make it safe before it is shown.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text.into_boxed_str())
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({:?})"), self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    };
}

id!(
    /// A trace: 32 lower-case hex digits where the source has OpenTelemetry ids, else the source's own id.
    TraceId
);
id!(
    /// A span within a trace: 16 lower-case hex digits where the source has OpenTelemetry ids.
    SpanId
);
id!(
    /// A conversation of several traces, as the application named it.
    SessionId
);
id!(
    /// A replay run: a UUID of version 7 in its simple form, so that ids sort by time.
    RunId
);
id!(
    /// One answer of a run: the run's id, a dash, and a number counted from 0.
    ResultId
);
id!(
    /// An imported file or stream: the BLAKE3 hash of its path and kind, 16 hex digits.
    SourceId
);
id!(
    /// A variant within its run: `recorded`, or a letter `A`, `B`, … in the order they were asked for.
    VariantId
);
id!(
    /// A golden case: `g-` and the first 12 hex digits of the BLAKE3 hash of its trace and span, else of its question; or as
    /// whoever wrote the line named it.
    GoldenId
);
