//! What an ablation comes to.

use serde::{Deserialize, Serialize};

/// What an answer depends on, by the places of the items from 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// One item: without it the answer goes.
    Item(usize),
    /// Each of several: the answer needs them all.
    All(Vec<Self>),
    /// One of several is enough: the answer goes only when all of them are gone.
    Any(Vec<Self>),
}

impl Cause {
    /// All of these; those that are such themselves are taken apart.
    pub(super) fn all(causes: impl IntoIterator<Item = Self>) -> Self {
        let flat = causes.into_iter().flat_map(|cause| match cause {
            Self::All(inner) => inner,
            other => vec![other],
        });
        Self::All(flat.collect())
    }

    /// Any of these; those that are such themselves are taken apart.
    pub(super) fn any(causes: impl IntoIterator<Item = Self>) -> Self {
        let flat = causes.into_iter().flat_map(|cause| match cause {
            Self::Any(inner) => inner,
            other => vec![other],
        });
        Self::Any(flat.collect())
    }

    /// The items it names, in the order they were found.
    pub fn items(&self) -> Vec<usize> {
        match self {
            Self::Item(item) => vec![*item],
            Self::All(causes) | Self::Any(causes) => causes.iter().flat_map(Self::items).collect(),
        }
    }

    /// Whether the answer would stay with these items.
    pub fn stays(&self, is_there: &dyn Fn(usize) -> bool) -> bool {
        match self {
            Self::Item(item) => is_there(*item),
            Self::All(causes) => causes.iter().all(|cause| cause.stays(is_there)),
            Self::Any(causes) => causes.iter().any(|cause| cause.stays(is_there)),
        }
    }

    /// The items in words: `1 and 4`, `2 or 5`, `1 and (2 or 5)`.
    pub fn in_words(&self, name: &dyn Fn(usize) -> String) -> String {
        let joined = |causes: &[Self], word: &str| {
            let parts = causes.iter().map(|cause| match cause {
                Self::Item(item) => name(*item),
                Self::All(_) | Self::Any(_) => format!("({})", cause.in_words(name)),
            });
            parts.collect::<Vec<_>>().join(word)
        };
        match self {
            Self::Item(item) => name(*item),
            Self::All(causes) => joined(causes, " and "),
            Self::Any(causes) => joined(causes, " or "),
        }
    }
}

/// Whether what was found gives the answer with everything else gone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sufficiency {
    /// It was not asked.
    #[default]
    NotAsked,
    /// It does.
    Alone,
    /// It does not: other items have a part in the answer.
    WithOthers,
}

/// What an ablation says of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// One item is responsible.
    One,
    /// Several are, and the answer needs each of them.
    Together,
    /// Any of several is enough: it goes only when all of them are gone.
    Redundant,
    /// Several are, some of them needed and some in place of each other.
    Mixed,
    /// The answer stays without any item: the model made it up, knew it, or took it from the rest of the request.
    MadeUp,
    /// The answers differ from one time to the next by as much as from test to test.
    Varies,
    /// Without all items the answer is another, but there is no item or small group that it hangs on.
    Spread,
    /// The model does not say the sentence now, with everything there.
    NotSaid,
}

impl Verdict {
    /// Its name in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::One => "one",
            Self::Together => "together",
            Self::Redundant => "redundant",
            Self::Mixed => "mixed",
            Self::MadeUp => "made_up",
            Self::Varies => "varies",
            Self::Spread => "spread",
            Self::NotSaid => "not_said",
        }
    }

    /// The verdict on a cause.
    pub(super) fn of(cause: &Cause) -> Self {
        let plain = |causes: &[Cause]| causes.iter().all(|cause| matches!(cause, Cause::Item(_)));
        match cause {
            Cause::Item(_) => Self::One,
            Cause::All(causes) if plain(causes) => Self::Together,
            Cause::Any(causes) if plain(causes) => Self::Redundant,
            Cause::All(_) | Cause::Any(_) => Self::Mixed,
        }
    }
}

/// The end of an ablation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it says.
    pub verdict: Verdict,
    /// What is responsible; `None` where nothing is.
    pub cause: Option<Cause>,
    /// Whether that is enough for the answer.
    pub sufficiency: Sufficiency,
}

impl Finding {
    /// A finding that makes nothing responsible.
    pub(super) const fn nobody(verdict: Verdict) -> Self {
        Self { verdict, cause: None, sufficiency: Sufficiency::NotAsked }
    }

    /// Whether an item is responsible.
    pub fn blames(&self, item: usize) -> bool {
        self.cause.as_ref().is_some_and(|cause| cause.items().contains(&item))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_join_and_are_told() {
        let pair = Cause::any([Cause::Item(1), Cause::any([Cause::Item(4), Cause::Item(5)])]);
        assert_eq!(pair, Cause::Any(vec![Cause::Item(1), Cause::Item(4), Cause::Item(5)]));
        let both = Cause::all([Cause::Item(0), pair]);
        let name = |item: usize| (item + 1).to_string();
        assert_eq!(both.in_words(&name), "1 and (2 or 5 or 6)");
        assert!(both.stays(&|item| item == 0 || item == 5) && !both.stays(&|item| item != 0));
        assert_eq!((Verdict::of(&both), both.items()), (Verdict::Mixed, vec![0, 1, 4, 5]));
    }
}
