//! Brings the index up to date with the files of the workspace before it is read.

use super::Services;
use super::import::{Intake, Outcome, Progress};
use crate::domain::cancel::Cancel;
use crate::error::AppError;
use crate::store::{IndexState, RebuildProgress, Store};

/// Who is told how far it is, and what the user has to know.
pub trait Listener {
    /// How far reading the files is.
    fn importing(&self, progress: &Progress);
    /// How far building the index anew is.
    fn rebuilding(&self, progress: &RebuildProgress);
    /// Something the user has to know.
    fn warn(&self, text: &str);
}

impl Services {
    /// What imports into this workspace.
    pub fn intake(&self) -> Result<Intake, AppError> {
        let workspace = self.workspace()?;
        Ok(Intake::new(self.store()?.clone(), workspace.root(), workspace.traces(), self.clock().clone()))
    }

    /// The store, with everything in it that the workspace's files and journals hold.
    pub fn ready(&self, listener: &dyn Listener, cancel: &Cancel) -> Result<&Store, AppError> {
        let store = self.prepared(listener, cancel)?;
        let report = self.intake()?.sync(&mut |progress| listener.importing(progress), cancel)?;
        for file in &report.files {
            if file.outcome == Outcome::Failed
                && let Some(skipped) = file.skipped.first()
            {
                listener.warn(&format!("{}: {}", file.path, skipped.reason));
            }
        }
        Ok(store)
    }

    /// The store as it was left, built anew where it cannot be used, with the journals in it.
    pub fn prepared(&self, listener: &dyn Listener, cancel: &Cancel) -> Result<&Store, AppError> {
        let store = self.store()?;
        let anew = match store.prepare(cancel)? {
            IndexState::Ready => false,
            IndexState::PutAside { kept, reason } => {
                listener.warn(&format!(
                    "the index could not be used ({reason}); it is kept as {} and built anew from the files",
                    kept.display()
                ));
                true
            }
            // The files below traces/ are looked through at every start; what came from elsewhere is not.
            IndexState::New => self.intake()?.has_kept_files(),
        };
        if anew {
            self.rebuild(&mut |progress| listener.rebuilding(&progress), cancel)?;
        }
        for damage in store.replay_journals(cancel)? {
            listener.warn(&damage);
        }
        Ok(store)
    }

    /// The store, built anew from the files and journals.
    pub fn rebuild(&self, progress: &mut dyn FnMut(RebuildProgress), cancel: &Cancel) -> Result<&Store, AppError> {
        self.intake()?.rebuild(progress, cancel)?;
        self.store()
    }
}
