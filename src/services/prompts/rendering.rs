//! Renders prompt versions for many recorded calls: what git and the files say is read once, not once a call.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::library::Prompts;
use super::load::Loaded;
use super::matching::Versions;
use crate::domain::ids::{SpanId, TraceId};
use crate::domain::message::Message;
use crate::domain::prompt::Match;
use crate::domain::run::{Case, PromptVersionRef};

/// A prompt and a recorded call.
type Of = (String, TraceId, SpanId);

/// Prompts as they were when it was made; for one plan, and not longer.
pub struct Rendering<'p> {
    prompts: &'p Prompts,
    versions: OnceLock<Result<Versions, String>>,
    loaded: Mutex<HashMap<PromptVersionRef, Result<Arc<Loaded>, String>>>,
    fits: Mutex<HashMap<Of, Option<Arc<Match>>>>,
}

impl<'p> Rendering<'p> {
    /// Reads nothing yet.
    pub fn new(prompts: &'p Prompts) -> Self {
        Self { prompts, versions: OnceLock::new(), loaded: Mutex::default(), fits: Mutex::default() }
    }

    /// The prompts.
    pub const fn prompts(&self) -> &'p Prompts {
        self.prompts
    }

    /// As [`Prompts::render_for_case`].
    pub fn render_for_case(&self, case: &Case, reference: &PromptVersionRef) -> Result<Vec<Message>, String> {
        let loaded = self.load(reference)?;
        let made = self.fit(case, &reference.name)?;
        self.prompts.render_loaded(case, reference, &loaded, made.as_deref())
    }

    fn load(&self, reference: &PromptVersionRef) -> Result<Arc<Loaded>, String> {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = loaded.get(reference) {
            return known.clone();
        }
        let read = self.prompts.load(reference).map_err(|error| error.to_string());
        loaded.insert(reference.clone(), read.clone());
        read
    }

    /// The version that made a call, as far as it can be told.
    fn fit(&self, case: &Case, name: &str) -> Result<Option<Arc<Match>>, String> {
        let of = (name.to_owned(), case.trace_id.clone(), case.span_id.clone());
        if let Some(known) = self.fits.lock().unwrap_or_else(PoisonError::into_inner).get(&of) {
            return Ok(known.clone());
        }
        let versions = self.versions.get_or_init(|| self.prompts.matchable().map_err(|error| error.to_string()));
        let versions = versions.as_ref().map_err(Clone::clone)?;
        let fit = versions.best_fit(name, case).map(Arc::new);
        self.fits.lock().unwrap_or_else(PoisonError::into_inner).insert(of, fit.clone());
        Ok(fit)
    }
}
