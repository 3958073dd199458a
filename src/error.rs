//! The one error that reaches a user, and the exit codes of the process.

use std::io::Write as _;

/// How the process ends (public: scripts rely on the numbers).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Fine; cases skipped with a reason included.
    Fine = 0,
    /// A checked condition is false: a failed gate, no match, a difference that was asked for.
    CheckFailed = 1,
    /// Usage, configuration, a wrong filter or SQL.
    Usage = 2,
    /// Provider or network: any case failed.
    Provider = 3,
    /// Data or store.
    Data = 4,
    /// Stopped at the budget.
    Budget = 5,
    /// Interrupted by ctrl-c or a signal.
    Interrupted = 130,
}

impl Exit {
    /// The number the process ends with.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// Ends the process without running what C++ libraries registered for its end.
    ///
    /// DuckDB's global objects must not be destroyed while a thread still asks it something (a count that nobody waits
    /// for any more, the closing of an idle index): that is a crash. Everything written is safe without: a kill at any
    /// moment loses nothing.
    pub fn end_process(self) -> ! {
        // A reader that is gone is no reason to stay.
        let _ = std::io::stdout().flush();
        signal_hook::low_level::exit(i32::from(self.code()))
    }
}

/// What kind of thing went wrong; it decides the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The command, a filter or SQL is wrong.
    Usage,
    /// The configuration is wrong.
    Config,
    /// A provider or the network failed.
    Provider,
    /// Files or the store failed.
    Store,
    /// A checked condition is false.
    CheckFailed,
    /// The cap on costs was reached.
    Budget,
    /// The user or a signal stopped it.
    Interrupted,
    /// Something that should not happen.
    Internal,
}

impl ErrorKind {
    /// The exit code of this kind.
    pub const fn exit(self) -> Exit {
        match self {
            Self::Usage | Self::Config => Exit::Usage,
            Self::Provider => Exit::Provider,
            Self::Store | Self::Internal => Exit::Data,
            Self::CheckFailed => Exit::CheckFailed,
            Self::Budget => Exit::Budget,
            Self::Interrupted => Exit::Interrupted,
        }
    }
}

/// An error as the user sees it: what happened and where, then what to do next.
///
/// The texts may quote input from outside; whoever shows them makes them safe.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct AppError {
    /// What kind of thing went wrong.
    pub kind: ErrorKind,
    /// What happened, and where.
    pub message: String,
    /// What to do next, one step each.
    pub hints: Vec<String>,
}

impl AppError {
    /// An error without hints.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hints: Vec::new() }
    }

    /// A mistake in the command, a filter or SQL.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Usage, message)
    }

    /// A mistake in the configuration.
    pub fn config(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Config, message)
    }

    /// A failure of a provider or the network.
    pub fn provider(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Provider, message)
    }

    /// A failure of files or the store.
    pub fn store(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Store, message)
    }

    /// Something that should not happen.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Internal, message)
    }

    /// Adds what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// The exit code of this error.
    pub const fn exit(&self) -> Exit {
        self.kind.exit()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_the_documented_code() {
        let codes = [
            (ErrorKind::CheckFailed, 1),
            (ErrorKind::Usage, 2),
            (ErrorKind::Config, 2),
            (ErrorKind::Provider, 3),
            (ErrorKind::Store, 4),
            (ErrorKind::Budget, 5),
            (ErrorKind::Interrupted, 130),
        ];
        for (kind, code) in codes {
            assert_eq!(kind.exit().code(), code, "{kind:?}");
        }
    }
}
