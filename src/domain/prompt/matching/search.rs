//! The search for a way in which a program's steps say what was recorded.
//!
//! A search with steps back, on a stack of its own: a place from which no way led to the end is not tried again, so that
//! the work grows with steps times length, not exponentially.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::{Map, Value};

use super::call::RecordedCall;
use super::program::{Program, Step};
use crate::domain::prompt::pattern::Test;

/// Most steps of one search; a pattern that needs more fits in too many ways to mean anything.
const MOST_STEPS: u32 = 400_000;
/// Most ways to the end that are looked at before the first one is taken.
const MOST_ENDS: u32 = 16;

/// Where a search is in the recorded messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Cursor {
    /// Before the message `next`, in which the role step `role` has its text.
    Between { next: usize, role: usize },
    /// In a message, at a byte of its text.
    Within { message: usize, at: usize },
}

/// A repetition under way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub(super) each: usize,
    /// The current item, from 0.
    pub(super) index: usize,
    /// Where the current item began.
    pub(super) start: Cursor,
    /// Whether the current item is said to be the last; `None` where nobody asks, and before the first.
    pub(super) last: Option<bool>,
}

/// A piece of a message's text, in bytes.
pub(super) type Range = (usize, usize, usize);

#[derive(Clone, Debug)]
pub(super) struct State {
    pub(super) cursor: Cursor,
    pub(super) frames: Vec<Frame>,
    /// For each reference that occurs more than once: the text it had.
    pub(super) bound: Vec<Option<Range>>,
    /// For each reference that occurs more than once: whether a condition took it to be there.
    pub(super) assumed: Vec<Option<bool>>,
}

/// What a search did on its way, in order.
#[derive(Clone, Debug)]
pub(super) enum Event {
    Enter(usize),
    Skip(usize),
    Bind {
        hole: usize,
        range: Range,
    },
    Count(Range),
    Chose {
        condition: usize,
        yes: bool,
    },
    Open,
    Item,
    Shut,
    Close(usize),
    /// The messages from here on follow the prompt.
    Rest(usize),
}

/// One way to go on.
pub(super) enum Way {
    End(usize),
    Branch(bool),
    Item(Option<bool>),
    Exit,
    Skip(usize),
}

struct Fork {
    at: usize,
    state: State,
    trail: usize,
    /// Ways not yet tried, the next one last.
    ways: Vec<Way>,
    /// From where on ends of the hole are looked for when the ways are used up.
    scan: Option<usize>,
    key: u64,
    /// Whether a way from here led to an end that was not accepted.
    reached: bool,
}

enum Move {
    To(usize),
    Fail,
    Fork(Vec<Way>, Option<usize>),
    Done,
}

/// One search.
pub(super) struct Search<'a> {
    pub(super) program: &'a Program,
    pub(super) call: &'a RecordedCall,
    /// Values that have to be the ones in the text.
    pub(super) fixed: &'a Map<String, Value>,
    pub(super) state: State,
    pub(super) trail: Vec<Event>,
    forks: Vec<Fork>,
    failed: HashSet<u64>,
}

impl<'a> Search<'a> {
    pub(super) fn new(program: &'a Program, call: &'a RecordedCall, fixed: &'a Map<String, Value>) -> Self {
        let state = State {
            cursor: Cursor::Between { next: 0, role: 0 },
            frames: Vec::new(),
            bound: vec![None; program.shares],
            assumed: vec![None; program.shares],
        };
        Self { program, call, fixed, state, trail: Vec::new(), forks: Vec::new(), failed: HashSet::new() }
    }

    /// Goes through the ways to the end until one is accepted.
    pub(super) fn run(&mut self, accept: &mut dyn FnMut(&[Event]) -> bool) {
        let mut at = 0;
        let mut ends = 0;
        for _ in 0..MOST_STEPS {
            let next = match self.step(at) {
                Move::To(next) => Some(next),
                Move::Fail => self.back(),
                Move::Fork(ways, scan) => {
                    self.fork(at, ways, scan);
                    self.back()
                }
                Move::Done => {
                    ends += 1;
                    if accept(&self.trail) || ends >= MOST_ENDS {
                        return;
                    }
                    self.forks.iter_mut().for_each(|fork| fork.reached = true);
                    self.back()
                }
            };
            match next {
                Some(next) => at = next,
                None => return,
            }
        }
    }

    fn fork(&mut self, at: usize, mut ways: Vec<Way>, scan: Option<usize>) {
        let key = self.key(at);
        if self.failed.contains(&key) {
            return;
        }
        ways.reverse();
        let (state, trail) = (self.state.clone(), self.trail.len());
        self.forks.push(Fork { at, state, trail, ways, scan, key, reached: false });
    }

    /// What decides how the search can go on from here.
    fn key(&self, at: usize) -> u64 {
        let mut hasher = DefaultHasher::new();
        (at, self.state.cursor, &self.state.bound, &self.state.assumed).hash(&mut hasher);
        for frame in &self.state.frames {
            let each = &self.program.loops[frame.each];
            let counts = each.counts || each.list.is_some() && !self.fixed.is_empty();
            (frame.last, counts.then_some(frame.index), frame.index == 0).hash(&mut hasher);
        }
        hasher.finish()
    }

    /// Takes the next way of the last fork that has one.
    fn back(&mut self) -> Option<usize> {
        while let Some(fork) = self.forks.last_mut() {
            self.trail.truncate(fork.trail);
            self.state.clone_from(&fork.state);
            let at = fork.at;
            let way = match (fork.ways.pop(), fork.scan) {
                (Some(way), _) => Some(way),
                (None, Some(from)) => {
                    let found = self.next_end(at, from);
                    if let Some(fork) = self.forks.last_mut() {
                        fork.scan = found.map(|end| end + 1);
                    }
                    found.map(Way::End)
                }
                (None, None) => None,
            };
            match way {
                Some(way) => {
                    if let Some(next) = self.take(at, &way) {
                        return Some(next);
                    }
                }
                None => {
                    if let Some(fork) = self.forks.pop()
                        && !fork.reached
                    {
                        self.failed.insert(fork.key);
                    }
                }
            }
        }
        None
    }

    fn step(&mut self, at: usize) -> Move {
        match &self.program.steps[at] {
            Step::Literal(text) => self.literal(text).map_or(Move::Fail, |()| Move::To(at + 1)),
            Step::Role(_) => match self.between() {
                Some(next) => {
                    self.state.cursor = Cursor::Between { next, role: at };
                    Move::To(at + 1)
                }
                None => Move::Fail,
            },
            Step::History => match self.between() {
                Some(next) => Move::Fork(self.skips(at, next), None),
                None => Move::Fail,
            },
            Step::Hole(hole) => self.hole(*hole).map_or(Move::Fail, |(ways, scan)| Move::Fork(ways, scan)),
            Step::Counter { scope, first } => self.counter(*scope, *first).map_or(Move::Fail, |()| Move::To(at + 1)),
            Step::Choice { test, otherwise } => match self.known(*test) {
                Some(yes) => {
                    self.trail.push(Event::Chose { condition: *test, yes });
                    Move::To(if yes { at + 1 } else { *otherwise })
                }
                None => Move::Fork(vec![Way::Branch(true), Way::Branch(false)], None),
            },
            Step::Jump(to) => Move::To(*to),
            Step::Open(each) => {
                self.trail.push(Event::Open);
                self.state.frames.push(Frame { each: *each, index: 0, start: self.state.cursor, last: None });
                Move::To(at + 1)
            }
            Step::Again { each, .. } => Move::Fork(self.again(*each), None),
            Step::Shut(again) => {
                let cursor = self.state.cursor;
                match self.state.frames.last_mut() {
                    // An item that said nothing could be repeated for ever.
                    Some(frame) if frame.start != cursor => {
                        frame.index += 1;
                        self.trail.push(Event::Shut);
                        Move::To(*again)
                    }
                    _ => Move::Fail,
                }
            }
            Step::Close { each, after } => {
                self.trail.push(Event::Close(*each));
                let items = self.state.frames.pop().map_or(0, |frame| frame.index);
                Move::To(if items == 0 { at + 1 } else { *after })
            }
            Step::End => match self.between() {
                Some(next) if next > 0 => {
                    self.trail.push(Event::Rest(next));
                    Move::Done
                }
                _ => Move::Fail,
            },
        }
    }

    /// Does what a way says; `None` where it turns out to be none.
    fn take(&mut self, at: usize, way: &Way) -> Option<usize> {
        match (&self.program.steps[at], way) {
            (Step::Hole(hole), Way::End(end)) => {
                let (message, start) = self.enter()?;
                if let Some(shared) = self.program.holes[*hole].reference.and_then(|id| self.program.shared[id]) {
                    if self.state.assumed[shared].is_some_and(|there| there != (*end > start)) {
                        return None;
                    }
                    self.state.bound[shared].get_or_insert((message, start, *end));
                }
                self.trail.push(Event::Bind { hole: *hole, range: (message, start, *end) });
                self.state.cursor = Cursor::Within { message, at: *end };
                Some(at + 1)
            }
            (Step::Choice { test, otherwise }, Way::Branch(yes)) => {
                let condition = &self.program.conditions[*test];
                if let (Test::Truthy(_), Some(id)) = (&condition.test, condition.reference)
                    && let Some(shared) = self.program.shared[id]
                {
                    self.state.assumed[shared] = Some(*yes);
                }
                self.trail.push(Event::Chose { condition: *test, yes: *yes });
                Some(if *yes { at + 1 } else { *otherwise })
            }
            (Step::Again { each, .. }, Way::Item(last)) => {
                let scope = self.program.loops[*each].scope;
                for (id, reference) in self.program.references.iter().enumerate() {
                    if let (Some(shared), true) = (self.program.shared[id], reference.scope >= scope) {
                        self.state.bound[shared] = None;
                        self.state.assumed[shared] = None;
                    }
                }
                let start = self.state.cursor;
                let frame = self.state.frames.last_mut()?;
                (frame.start, frame.last) = (start, *last);
                self.trail.push(Event::Item);
                Some(at + 1)
            }
            (Step::Again { exit, .. }, Way::Exit) => Some(*exit),
            (Step::History, Way::Skip(next)) => {
                let from = self.between()?;
                self.trail.extend((from..*next).map(Event::Skip));
                self.state.cursor = Cursor::Between { next: *next, role: at };
                Some(at + 1)
            }
            _ => None,
        }
    }
}
