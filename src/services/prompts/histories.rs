//! The histories of several prompts at once: the commits are gone through once for all of them.

use std::path::Path;
use std::sync::{Arc, PoisonError};

use super::error::PromptsError;
use super::library::{PromptFile, Prompts, Standing};
use super::versions::{Version, read};
use crate::domain::cancel::Cancel;
use crate::domain::prompt::PromptFormat;
use crate::vcs::FileState;

/// Most versions that are read of one prompt.
const MOST_VERSIONS: usize = 10_000;

/// Where a prompt's file is.
pub(super) struct Place<'p> {
    pub(super) name: &'p str,
    pub(super) path: &'p Path,
    pub(super) format: PromptFormat,
}

impl<'p> Place<'p> {
    fn of(file: &'p PromptFile) -> Self {
        Self { name: &file.name, path: &file.path, format: file.format }
    }
}

impl Prompts {
    /// The versions of all prompts that are there, each as [`log`](Self::log) gives them, by name; the commits are gone
    /// through once for all of them. A file that cannot be read is left out of its versions.
    pub fn logs(&self, cancel: &Cancel) -> Result<Vec<(String, Vec<Version>)>, PromptsError> {
        let files = self.list()?.prompts;
        let places: Vec<Place<'_>> = files.iter().map(Place::of).collect();
        let committed = self.versions_of(&places, cancel)?;
        let log = |(file, committed): (PromptFile, Arc<Vec<Version>>)| {
            let changed = file.state != Some(FileState::Clean);
            let work = if changed { self.work(&file, committed.first()).ok() } else { None };
            (file.name, work.into_iter().chain(committed.iter().cloned()).collect())
        };
        Ok(files.into_iter().zip(committed).map(log).collect())
    }

    /// What was read of a prompt when the repository stood as it does now.
    pub(super) fn known_versions(&self, name: &str, standing: &Arc<Standing>) -> Option<Arc<Vec<Version>>> {
        let known = self.versions.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
        known.filter(|(at, _)| at == standing).map(|(_, versions)| versions)
    }

    /// The committed versions of prompts, in their order; those that are not known are read together.
    pub(super) fn versions_of(
        &self,
        places: &[Place<'_>],
        cancel: &Cancel,
    ) -> Result<Vec<Arc<Vec<Version>>>, PromptsError> {
        let Some(repository) = self.repository() else { return Ok(vec![Arc::default(); places.len()]) };
        let standing = Self::standing(repository)?;
        let mut all: Vec<Option<Arc<Vec<Version>>>> =
            places.iter().map(|place| self.known_versions(place.name, &standing)).collect();
        let paths: Vec<&Path> =
            places.iter().zip(&all).filter(|(_, known)| known.is_none()).map(|(place, _)| place.path).collect();
        let mut histories = repository.histories(&paths, MOST_VERSIONS, cancel)?.into_iter();
        for (place, versions) in places.iter().zip(&mut all).filter(|(_, known)| known.is_none()) {
            let revisions = histories.next().unwrap_or_default().revisions;
            let mut made = read(place.name, place.format, revisions, repository, cancel)?;
            self.attach_names(place.name, &mut made, &standing, repository)?;
            let made = Arc::new(made);
            let mut known = self.versions.lock().unwrap_or_else(PoisonError::into_inner);
            known.insert(place.name.to_owned(), (Arc::clone(&standing), Arc::clone(&made)));
            *versions = Some(made);
        }
        Ok(all.into_iter().flatten().collect())
    }
}
