//! Labels of prompt versions: names in git that say what is deployed.

/// What a label is in git.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LabelKind {
    /// A tag, `NAME/LABEL`.
    #[default]
    Tag,
    /// A branch, `NAME/LABEL`.
    Branch,
}

impl LabelKind {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::Tag, Self::Branch];

    /// The kind's name in the configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tag => "tag",
            Self::Branch => "branch",
        }
    }
}

/// The label that says what is deployed, and what new labels are in git.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelScheme {
    /// The label: `production` unless configured.
    pub deployed: String,
    /// What a new label is in git.
    pub kind: LabelKind,
}

impl Default for LabelScheme {
    fn default() -> Self {
        Self { deployed: "production".to_owned(), kind: LabelKind::Tag }
    }
}
