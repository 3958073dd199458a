//! A hand on a run while it goes: its calls in flight, its cap, its end.

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::domain::money::Money;

/// What can be changed of a run while it goes; `None` is as planned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RunChange {
    /// The most calls in flight, at least 1.
    pub concurrency: Option<usize>,
    /// The cap on its cost. Below what is spent, it ends the run: what is in flight is waited for.
    pub cap: Option<Money>,
}

/// A hand on a run. Clones reach the same run; changes made before it begins count from its beginning.
#[derive(Clone, Debug)]
pub struct RunControl {
    wanted: watch::Sender<RunChange>,
    cancel: CancellationToken,
}

impl Default for RunControl {
    fn default() -> Self {
        Self::new(CancellationToken::new())
    }
}

impl RunControl {
    /// A hand on a run that `cancel` ends at once.
    pub fn new(cancel: CancellationToken) -> Self {
        Self { wanted: watch::Sender::new(RunChange::default()), cancel }
    }

    /// Changes what is given and leaves the rest as it was wanted before.
    pub fn change(&self, change: RunChange) {
        self.wanted.send_modify(|wanted| {
            wanted.concurrency = change.concurrency.or(wanted.concurrency);
            wanted.cap = change.cap.or(wanted.cap);
        });
    }

    /// Ends the run: what is in flight is dropped.
    pub fn stop(&self) {
        self.cancel.cancel();
    }

    /// The token that ends the run.
    pub const fn cancel(&self) -> &CancellationToken {
        &self.cancel
    }

    /// Changes as they are wanted; those made before are seen too.
    pub(super) fn changes(&self) -> watch::Receiver<RunChange> {
        let mut changes = self.wanted.subscribe();
        changes.mark_changed();
        changes
    }
}
