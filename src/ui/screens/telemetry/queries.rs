//! The queries that were run.

/// Queries, the newest last, and the place in them that is shown.
#[derive(Debug, Default)]
pub struct History {
    queries: Vec<String>,
    /// The place counted from the end; 0 is what is being written.
    at: usize,
    written: String,
}

/// Where to go among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// To the one before.
    Older,
    /// To the one after, and at last to what is being written.
    Newer,
}

impl History {
    /// Takes a query that is run.
    pub fn push(&mut self, query: String) {
        if self.queries.last() != Some(&query) {
            self.queries.push(query);
        }
        self.at = 0;
    }

    /// Puts older queries before those that are there.
    pub fn begin_with(&mut self, older: &[String]) {
        self.queries.splice(0..0, older.iter().cloned());
    }

    /// Forgets them all.
    pub fn clear(&mut self) {
        self.queries.clear();
    }

    /// Goes one further, from a text that is being written; `None` where there is no further one.
    pub fn go(&mut self, way: Way, written: String) -> Option<String> {
        if self.at == 0 {
            self.written = written;
        }
        let at = match way {
            Way::Older => (self.at + 1).min(self.queries.len()),
            Way::Newer => self.at.saturating_sub(1),
        };
        if at == self.at {
            return None;
        }
        self.at = at;
        Some(match at {
            0 => self.written.clone(),
            _ => self.queries.get(self.queries.len() - at).cloned().unwrap_or_default(),
        })
    }
}
