//! What every command is given.

use super::commands::import;
use super::notices::Notices;
use super::output::Output;
use super::shape::Shape;
use crate::domain::cancel::Cancel;
use crate::domain::filter::Filter;
use crate::error::AppError;
use crate::logging::{self, Detail};
use crate::services::import::Progress;
use crate::services::{Listener, Services};
use crate::store::{RebuildProgress, Store};

/// The services, the two streams and the stop flag of one invocation.
pub struct Context<'c> {
    /// The handles to everything below.
    pub services: &'c Services,
    /// Where data goes.
    pub out: Output,
    /// How results are asked for.
    pub shape: Shape,
    /// Where everything else goes.
    pub notices: Notices,
    /// How much is logged.
    pub log: Detail,
    /// Set by ctrl-c.
    pub cancel: Cancel,
}

impl<'c> Context<'c> {
    /// The store, with everything in it that the files of the workspace hold.
    pub fn store(&self) -> Result<&'c Store, AppError> {
        self.greet()?;
        self.services.ready(&Told(&self.notices), &self.cancel)
    }

    /// The store without a look at the files of the workspace.
    pub fn prepared_store(&self) -> Result<&'c Store, AppError> {
        self.greet()?;
        self.services.prepared(&Told(&self.notices), &self.cancel)
    }

    /// Says what is special about the workspace.
    fn greet(&self) -> Result<(), AppError> {
        let workspace = self.services.workspace()?;
        logging::start(&workspace.log(), self.log, std::env::var("HINDCAST_LOG").ok().as_deref());
        workspace.notices().iter().for_each(|notice| self.notices.note(notice));
        Ok(())
    }

    /// The words of a FILTER argument, understood.
    pub fn filter(&self, words: &[String]) -> Result<Filter, AppError> {
        let text = words.join(" ");
        Filter::parse(&text, self.services.clock().now()).map_err(|error| {
            let place = format!("  {text}\n  {}^", " ".repeat(error.position));
            AppError::usage(format!(
                "the filter is wrong at character {}: {}\n{place}",
                error.position + 1,
                error.message
            ))
            .hint(format!("expected {}", error.expected))
        })
    }
}

/// Progress and warnings on the way to a store that is up to date.
struct Told<'n>(&'n Notices);

impl Listener for Told<'_> {
    fn importing(&self, progress: &Progress) {
        self.0.progress(&import::words(progress));
    }

    fn rebuilding(&self, progress: &RebuildProgress) {
        self.0.progress(&format!("building the index: {} · {} spans", progress.step, progress.spans));
    }

    fn warn(&self, text: &str) {
        self.0.warning(text);
    }
}
