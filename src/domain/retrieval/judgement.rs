//! Which documents are known to answer a question, and how well.

use std::collections::BTreeMap;

/// A document's id as the retriever and the ground truth name it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocumentId(Box<str>);

impl DocumentId {
    /// Wraps the text of an id; the text is kept byte for byte.
    pub fn new(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }

    /// The id as recorded. It came from outside: make it safe before it is shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How well a document answers: 0 not at all, 1 and more relevant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Grade(u8);

impl Grade {
    /// Wraps a grade.
    pub const fn new(grade: u8) -> Self {
        Self(grade)
    }

    /// Whether it is 1 or more: the level at which `trec_eval` takes a document as relevant.
    pub const fn is_relevant(self) -> bool {
        self.0 > 0
    }

    /// The number.
    pub const fn get(self) -> u8 {
        self.0
    }

    /// What a document of this grade adds to a cumulated gain.
    pub fn gain(self, gain: Gain) -> f64 {
        match gain {
            Gain::Linear => f64::from(self.0),
            Gain::Exponential => f64::from(self.0).exp2() - 1.0,
        }
    }
}

/// What grades weigh in nDCG.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Gain {
    /// The grade itself, as `trec_eval` has it where no other gains are given.
    #[default]
    Linear,
    /// 2^grade - 1, which sets the best documents further apart (Burges and others, Learning to Rank using Gradient
    /// Descent, 2005).
    Exponential,
}

impl Gain {
    /// Its name on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Linear => "linear",
            Self::Exponential => "exponential",
        }
    }
}

/// The judged documents of a question; a document that is not among them counts as not relevant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judgements(BTreeMap<DocumentId, Grade>);

impl Judgements {
    /// The grade of a document; `None` where nobody judged it.
    pub fn grade(&self, document: &DocumentId) -> Option<Grade> {
        self.0.get(document).copied()
    }

    /// How many documents are relevant, found or not.
    pub fn relevant(&self) -> usize {
        self.0.values().filter(|grade| grade.is_relevant()).count()
    }

    /// The judged documents by id.
    pub fn iter(&self) -> impl Iterator<Item = (&DocumentId, Grade)> {
        self.0.iter().map(|(document, grade)| (document, *grade))
    }

    /// Whether nothing is judged.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds judgements; of a document that is judged in both, the added one counts.
    pub fn add(&mut self, more: &Self) {
        self.0.extend(more.0.iter().map(|(document, grade)| (document.clone(), *grade)));
    }

    /// All grades, the best first: the order of an ideal ranking.
    pub(super) fn best_first(&self) -> Vec<Grade> {
        let mut grades: Vec<Grade> = self.0.values().copied().collect();
        grades.sort_unstable_by(|a, b| b.cmp(a));
        grades
    }
}

/// Of a document that is judged twice, the last judgement counts.
impl FromIterator<(DocumentId, Grade)> for Judgements {
    fn from_iter<T: IntoIterator<Item = (DocumentId, Grade)>>(judged: T) -> Self {
        Self(judged.into_iter().collect())
    }
}
