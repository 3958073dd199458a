//! Which variable a name means inside blocks.

/// Whether a piece of a template is always printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) enum Nesting {
    /// Once, always.
    Once,
    /// In a condition.
    Choice,
    /// In a loop.
    Loop,
}

/// An open block.
#[derive(Clone, Debug)]
pub(super) struct Block {
    /// The block's name.
    pub(super) name: String,
    /// What it does to what is in it.
    pub(super) nesting: Nesting,
    /// The variable whose items or fields the names within it mean, where it changes that.
    pub(super) subject: Option<String>,
    /// Names of its own for items of the subject.
    pub(super) own: Vec<String>,
}

/// What a name in an expression means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning<'s> {
    /// A variable of that name.
    Variable,
    /// An item or field of this variable.
    Part(&'s str),
    /// A value that comes from no variable.
    Nothing,
}

/// The open blocks, the innermost last.
#[derive(Debug, Default)]
pub(super) struct Scope {
    blocks: Vec<Block>,
}

impl Scope {
    pub(super) fn open(&mut self, block: Block) {
        self.blocks.push(block);
    }

    /// Closes the innermost block of a name with all that was left open in it.
    pub(super) fn close(&mut self, name: &str) {
        if let Some(at) = self.blocks.iter().rposition(|block| block.name == name) {
            self.blocks.truncate(at);
        }
    }

    pub(super) fn nesting(&self) -> Nesting {
        self.blocks.iter().map(|block| block.nesting).max().unwrap_or(Nesting::Once)
    }

    /// What a name means.
    pub(super) fn meaning(&self, name: &str) -> Meaning<'_> {
        let owns = |block: &&Block| block.own.iter().any(|own| own == name);
        match self.blocks.iter().rev().find(owns) {
            None => Meaning::Variable,
            Some(block) => block.subject.as_deref().map_or(Meaning::Nothing, Meaning::Part),
        }
    }

    /// The subject that plain names belong to, `up` subjects further out.
    pub(super) fn subject(&self, up: usize) -> Option<&str> {
        self.blocks.iter().rev().filter_map(|block| block.subject.as_deref()).nth(up)
    }
}
