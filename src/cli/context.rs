//! What every command is given.

use super::commands::import;
use super::notices::Notices;
use super::output::Output;
use super::shape::Shape;
use crate::domain::cancel::Cancel;
use crate::domain::filter::Filter;
use crate::error::{AppError, ErrorKind};
use crate::logging::{self, Detail};
use crate::services::grounding;
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

    /// Grounds the answers that were not grounded yet. Where nothing can be written it is left: what there is still counts.
    pub fn ground_history(&self) -> Result<(), AppError> {
        let told = |progress: grounding::Progress| {
            self.notices.progress(&format!("grounding answer {} of {}", progress.done, progress.total));
        };
        let done = self.services.ground_history(&mut { told }, &self.cancel);
        self.notices.clear();
        match done {
            Err(error) if error.kind == ErrorKind::Store => {
                self.notices.warning(&format!("answers could not be grounded: {}", error.message));
                Ok(())
            }
            done => done.map(drop),
        }
    }

    /// Says what is special about the workspace.
    fn greet(&self) -> Result<(), AppError> {
        let workspace = self.services.workspace()?;
        logging::start(&workspace.log(), self.log, std::env::var("HINDCAST_LOG").ok().as_deref());
        workspace.notices().iter().for_each(|notice| self.notices.note(notice));
        Ok(())
    }

    /// The words of a FILTER argument, understood; where it asks for grounding, answers are grounded first.
    pub fn filter(&self, words: &[String]) -> Result<Filter, AppError> {
        let text = words.join(" ");
        let filter = Filter::parse(&text, self.services.clock().now()).map_err(|error| {
            let place = format!("  {text}\n  {}^", " ".repeat(error.position));
            AppError::usage(format!(
                "the filter is wrong at character {}: {}\n{place}",
                error.position + 1,
                error.message
            ))
            .hint(format!("expected {}", error.expected))
        })?;
        if filter.asks_for_grounding() {
            self.store()?;
            self.ground_history()?;
        }
        Ok(filter)
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
