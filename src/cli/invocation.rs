//! One call of the program: what was typed, read and understood.

use std::ffi::OsString;
use std::sync::Arc;

use clap::Parser;

use super::args::{Cli, Command, Global};
use super::notices::{Motion, Notices, Talk};
use super::terminal::{self, Stream, When};
use super::usage;
use crate::config::Flags;
use crate::error::Exit;
use crate::logging::Detail;
use crate::services::Asked;
use crate::store::WaitNotice;

/// What was typed.
#[derive(Debug)]
pub struct Invocation {
    /// Options that every subcommand takes.
    pub global: Global,
    /// The subcommand, where there is one.
    pub command: Option<Command>,
}

impl Invocation {
    /// Reads the arguments, the program's name first; help, versions and mistakes are printed here.
    pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, Exit> {
        let arguments: Vec<OsString> = arguments.into_iter().collect();
        match Cli::try_parse_from(&arguments) {
            Ok(Cli { global, command }) => Ok(Self { global, command }),
            Err(error) => Err(usage::report(&error, &arguments)),
        }
    }

    /// Whether the workbench is asked for and can be drawn.
    pub fn wants_workbench(&self) -> bool {
        matches!(self.command, None | Some(Command::Open(_))) && terminal::is_interactive()
    }

    /// The trace that the workbench opens first.
    pub fn opens_at(&self) -> Option<&str> {
        match &self.command {
            Some(Command::Open(args)) => Some(&args.trace_id),
            _ => None,
        }
    }

    /// Whether colours are used whatever the environment says, or never; `None` leaves it to the environment.
    pub const fn color(&self) -> Option<bool> {
        match self.global.color {
            When::Auto => None,
            When::Always => Some(true),
            When::Never => Some(false),
        }
    }

    /// What the services are to open.
    pub fn asked(&self) -> Asked {
        let Global { workspace, config, theme, .. } = self.global.clone();
        let flags = Flags {
            theme,
            mouse: self.global.no_mouse.then_some(false),
            animation: self.global.no_animation.then_some(false),
            ascii: self.global.ascii.then_some(true),
        };
        let notices = self.notices();
        // In the workbench nothing may be written beside the screen.
        let wait_notice: Option<WaitNotice> =
            (!self.wants_workbench()).then(|| -> WaitNotice { Arc::new(move |text| notices.note(text)) });
        Asked { workspace, config, flags, wait_notice }
    }

    /// How much is logged.
    pub const fn detail(&self) -> Detail {
        match self.global.verbose {
            0 => Detail::Usual,
            1 => Detail::More,
            _ => Detail::All,
        }
    }

    /// The standard error of this invocation.
    pub fn notices(&self) -> Notices {
        let talk = match (self.global.quiet, self.global.verbose) {
            (true, _) => Talk::Quiet,
            (false, 0) => Talk::Usual,
            (false, _) => Talk::Verbose,
        };
        let motion = if self.global.no_animation { Motion::Still } else { Motion::Allowed };
        Notices::new(Stream::stderr(self.global.color), talk, motion)
    }
}
