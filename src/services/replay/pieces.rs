//! The pieces of an answer while it comes in.

use std::time::{Duration, Instant};

use super::events::{CallId, RunEvent};
use super::running::Shared;
use crate::providers::StreamEvent;

/// Pieces of an answer are joined for this long, so that no display is flooded.
const JOIN: Duration = Duration::from_millis(33);

/// Times and text of one attempt.
pub(super) struct Pieces<'a> {
    shared: &'a Shared,
    id: &'a CallId,
    started: Instant,
    first: Option<Duration>,
    text: String,
    reasoning: String,
    sent: Instant,
}

impl<'a> Pieces<'a> {
    pub(super) fn new(shared: &'a Shared, id: &'a CallId, started: Instant) -> Self {
        Self { shared, id, started, first: None, text: String::new(), reasoning: String::new(), sent: started }
    }

    /// From sending to the first piece; `None` where none came.
    pub(super) const fn first(&self) -> Option<Duration> {
        self.first
    }

    pub(super) fn take(&mut self, event: StreamEvent) {
        self.first.get_or_insert_with(|| self.started.elapsed());
        if self.shared.events.is_none() {
            return;
        }
        match event {
            StreamEvent::Text(more) => self.text.push_str(&more),
            StreamEvent::Reasoning(more) => self.reasoning.push_str(&more),
            StreamEvent::Tool { .. } => {}
        }
        if self.sent.elapsed() >= JOIN {
            self.send();
        }
    }

    /// Sends what has come; what does not fit into the queue waits for the next time.
    pub(super) fn send(&mut self) {
        let Some(events) = &self.shared.events else { return };
        self.sent = Instant::now();
        for (kept, reasoning) in [(&mut self.reasoning, true), (&mut self.text, false)] {
            if kept.is_empty() {
                continue;
            }
            if let Ok(place) = events.try_reserve() {
                let (call, text) = (self.id.clone(), std::mem::take(kept));
                place.send(if reasoning { RunEvent::Reasoning { call, text } } else { RunEvent::Text { call, text } });
            }
        }
    }
}
