//! A pattern as a list of steps, with what is known of it beforehand.

use std::collections::HashMap;

use memchr::memmem::Finder;

use crate::domain::message::Role;
use crate::domain::prompt::pattern::{Form, Pattern, Piece, Reference, Test};

/// One step of a search; places are indices into the list of steps.
#[derive(Debug)]
pub(super) enum Step {
    Literal(String),
    Role(Option<Role>),
    History,
    Hole(usize),
    Counter {
        scope: usize,
        first: usize,
    },
    /// Goes on with the next step where the test holds, else at `otherwise`.
    Choice {
        test: usize,
        otherwise: usize,
    },
    Jump(usize),
    /// A repetition begins.
    Open(usize),
    /// One more item, or on at `exit`.
    Again {
        each: usize,
        exit: usize,
    },
    /// An item ends; on at its `Again`.
    Shut(usize),
    /// A repetition ends: on at `after` if it had an item.
    Close {
        each: usize,
        after: usize,
    },
    End,
}

/// A hole.
#[derive(Debug)]
pub(super) struct Hole {
    pub(super) reference: Option<usize>,
    pub(super) form: Form,
    /// What can follow it.
    pub(super) next: Follow,
}

/// What can follow a hole.
#[derive(Debug, Default)]
pub(super) struct Follow {
    /// Literal texts.
    pub(super) texts: Vec<Needle>,
    /// Anything.
    pub(super) any: bool,
    /// The end of the message.
    pub(super) end: bool,
}

/// A text to look for.
#[derive(Debug)]
pub(super) struct Needle {
    pub(super) text: String,
    pub(super) finder: Finder<'static>,
}

/// A condition.
#[derive(Debug)]
pub(super) struct Condition {
    pub(super) test: Test,
    /// The value it looks at.
    pub(super) reference: Option<usize>,
}

/// A repetition.
#[derive(Debug)]
pub(super) struct Each {
    pub(super) scope: usize,
    pub(super) list: Option<usize>,
    /// Whether something in it asks for the last item.
    pub(super) asks_last: bool,
    /// Whether something in it asks for the number of the item.
    pub(super) counts: bool,
}

/// A pattern ready to be searched for.
#[derive(Debug, Default)]
pub(super) struct Program {
    pub(super) steps: Vec<Step>,
    pub(super) holes: Vec<Hole>,
    pub(super) conditions: Vec<Condition>,
    pub(super) loops: Vec<Each>,
    pub(super) references: Vec<Reference>,
    /// For each reference: its place among those that occur more than once.
    pub(super) shared: Vec<Option<usize>>,
    /// How many references occur more than once.
    pub(super) shares: usize,
    /// For each reference: whether it is a list, and whether it is printed.
    pub(super) listed: Vec<bool>,
    pub(super) printed: Vec<bool>,
    /// Texts that are in every rendering, the longest first.
    pub(super) required: Vec<Needle>,
    pub(super) marked: bool,
}

impl Program {
    pub(super) fn new(pattern: &Pattern) -> Self {
        let mut builder = Builder { program: Self { marked: pattern.marked, ..Self::default() }, ids: HashMap::new() };
        builder.pieces(&pattern.pieces, &mut Vec::new());
        let mut program = builder.program;
        program.steps.push(Step::End);
        program.find_shared();
        for index in 0..program.steps.len() {
            if let Step::Hole(hole) = program.steps[index] {
                let mut follow = Follow::default();
                let mut seen = vec![false; 2 * program.steps.len()];
                program.follow(index + 1, &mut follow, &mut seen, true);
                program.holes[hole].next = follow;
            }
        }
        let mut required: Vec<&str> = pattern
            .pieces
            .iter()
            .filter_map(|piece| match piece {
                Piece::Literal(text) => Some(text.trim()).filter(|text| !text.is_empty()),
                _ => None,
            })
            .collect();
        required.sort_by_key(|text| std::cmp::Reverse(text.len()));
        program.required = required.into_iter().take(3).map(Needle::new).collect();
        program
    }

    fn find_shared(&mut self) {
        let mut uses = vec![0_usize; self.references.len()];
        let of_holes = self.holes.iter().filter_map(|hole| hole.reference);
        let of_conditions = self.conditions.iter().filter_map(|condition| condition.reference);
        let of_loops = self.loops.iter().filter_map(|each| each.list);
        for reference in of_holes.chain(of_conditions).chain(of_loops) {
            uses[reference] += 1;
        }
        for uses in uses {
            self.shared.push((uses > 1).then_some(self.shares));
            self.shares += usize::from(uses > 1);
        }
        self.listed = vec![false; self.references.len()];
        self.printed = vec![false; self.references.len()];
        self.loops.iter().filter_map(|each| each.list).for_each(|list| self.listed[list] = true);
        self.holes.iter().filter_map(|hole| hole.reference).for_each(|value| self.printed[value] = true);
    }

    /// Collects what can stand first at a place; `first` is false behind white space, where only an end counts.
    fn follow(&self, at: usize, follow: &mut Follow, seen: &mut [bool], first: bool) {
        let mut at = at;
        loop {
            if std::mem::replace(&mut seen[2 * at + usize::from(first)], true) {
                return;
            }
            at = match &self.steps[at] {
                Step::Literal(text) => {
                    if first && !follow.texts.iter().any(|needle| needle.text == *text) {
                        follow.texts.push(Needle::new(text));
                    }
                    if text.trim().is_empty() {
                        self.follow(at + 1, follow, seen, false);
                    }
                    return;
                }
                Step::Role(_) | Step::History | Step::End => {
                    follow.end = true;
                    return;
                }
                Step::Hole(_) | Step::Counter { .. } => {
                    follow.any |= first;
                    // A hole at the end of a message may be empty.
                    follow.end = true;
                    return;
                }
                Step::Choice { otherwise, .. } | Step::Again { exit: otherwise, .. } => {
                    self.follow(*otherwise, follow, seen, first);
                    at + 1
                }
                Step::Jump(to) | Step::Shut(to) => *to,
                Step::Close { after, .. } => {
                    self.follow(*after, follow, seen, first);
                    at + 1
                }
                Step::Open(_) => at + 1,
            };
        }
    }
}

impl Needle {
    fn new(text: &str) -> Self {
        Self { text: text.to_owned(), finder: Finder::new(text.as_bytes()).into_owned() }
    }
}

struct Builder {
    program: Program,
    ids: HashMap<Reference, usize>,
}

impl Builder {
    fn reference(&mut self, reference: &Reference) -> usize {
        let next = self.program.references.len();
        let id = *self.ids.entry(reference.clone()).or_insert(next);
        if id == next {
            self.program.references.push(reference.clone());
        }
        id
    }

    /// Appends steps; `around` are the repetitions that enclose them.
    fn pieces(&mut self, pieces: &[Piece], around: &mut Vec<usize>) {
        for piece in pieces {
            match piece {
                Piece::Literal(text) => self.program.steps.push(Step::Literal(text.clone())),
                Piece::Role(role) => self.program.steps.push(Step::Role(role.clone())),
                Piece::History => self.program.steps.push(Step::History),
                Piece::Hole(reference, form) => {
                    let reference = reference.as_ref().map(|reference| self.reference(reference));
                    self.program.steps.push(Step::Hole(self.program.holes.len()));
                    self.program.holes.push(Hole { reference, form: form.clone(), next: Follow::default() });
                }
                Piece::Counter { scope, first } => {
                    self.counts(*scope, around);
                    self.program.steps.push(Step::Counter { scope: *scope, first: *first });
                }
                Piece::Choice { test, then, otherwise } => self.choice(test, then, otherwise, around),
                Piece::Each { list, body, otherwise } => self.each(list.as_ref(), body, otherwise, around),
            }
        }
    }

    fn counts(&mut self, scope: usize, around: &[usize]) {
        if let Some(each) = scope.checked_sub(1).and_then(|at| around.get(at)) {
            self.program.loops[*each].counts = true;
        }
    }

    fn choice(&mut self, test: &Test, then: &[Piece], otherwise: &[Piece], around: &mut Vec<usize>) {
        let reference = match test {
            Test::Truthy(reference) | Test::Equals(reference, _) => Some(self.reference(reference)),
            Test::First(scope) => {
                self.counts(*scope, around);
                None
            }
            Test::Last(scope) => {
                if let Some(each) = scope.checked_sub(1).and_then(|at| around.get(at)) {
                    self.program.loops[*each].asks_last = true;
                }
                None
            }
            Test::Unknown => None,
        };
        let condition = self.program.conditions.len();
        self.program.conditions.push(Condition { test: test.clone(), reference });
        let at = self.program.steps.len();
        self.program.steps.push(Step::Choice { test: condition, otherwise: 0 });
        self.pieces(then, around);
        let jump = self.program.steps.len();
        self.program.steps.push(Step::Jump(0));
        self.program.steps[at] = Step::Choice { test: condition, otherwise: jump + 1 };
        self.pieces(otherwise, around);
        self.program.steps[jump] = Step::Jump(self.program.steps.len());
    }

    fn each(&mut self, list: Option<&Reference>, body: &[Piece], otherwise: &[Piece], around: &mut Vec<usize>) {
        let list = list.map(|list| self.reference(list));
        let each = self.program.loops.len();
        self.program.loops.push(Each { scope: around.len() + 1, list, asks_last: false, counts: false });
        self.program.steps.push(Step::Open(each));
        let again = self.program.steps.len();
        self.program.steps.push(Step::Again { each, exit: 0 });
        around.push(each);
        self.pieces(body, around);
        around.pop();
        self.program.steps.push(Step::Shut(again));
        let close = self.program.steps.len();
        self.program.steps[again] = Step::Again { each, exit: close };
        self.program.steps.push(Step::Close { each, after: 0 });
        self.pieces(otherwise, around);
        self.program.steps[close] = Step::Close { each, after: self.program.steps.len() };
    }
}
