//! What a conversion could not carry over.

/// One thing that a conversion lost or changed, said so that the reader can act on it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize)]
pub struct Loss {
    /// What was lost or changed, as a sentence without its full stop. Parts of it may come from the file.
    pub what: String,
    /// Where: a message, a field, a variable.
    pub place: String,
    /// What to do about it.
    pub advice: String,
}

impl Loss {
    /// A loss.
    pub fn new(what: impl Into<String>, place: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { what: what.into(), place: place.into(), advice: advice.into() }
    }
}

/// The losses of one conversion, each said once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Losses {
    list: Vec<Loss>,
    place: String,
}

impl Losses {
    /// Says where what follows is.
    pub fn at(&mut self, place: impl Into<String>) {
        self.place = place.into();
    }

    /// Notes a loss at the place said last.
    pub fn note(&mut self, what: impl Into<String>, advice: impl Into<String>) {
        let place = self.place.clone();
        self.add(Loss::new(what, place, advice));
    }

    /// Notes a loss at a place of its own.
    pub fn note_at(&mut self, place: impl Into<String>, what: impl Into<String>, advice: impl Into<String>) {
        self.add(Loss::new(what, place, advice));
    }

    /// Adds a loss unless it is known.
    pub fn add(&mut self, loss: Loss) {
        if !self.list.contains(&loss) {
            self.list.push(loss);
        }
    }

    /// Adds others.
    pub fn extend(&mut self, losses: impl IntoIterator<Item = Loss>) {
        losses.into_iter().for_each(|loss| self.add(loss));
    }

    /// The losses in the order in which they were met.
    pub fn into_list(self) -> Vec<Loss> {
        self.list
    }
}
