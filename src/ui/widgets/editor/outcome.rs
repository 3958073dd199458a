//! What a key did, and what it asks of the screen around the editor.

/// What a key did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The text is another.
    Edited,
    /// The cursor, the selection or the mode is another.
    Moved,
    /// The key means nothing here.
    Ignored,
    /// The editor is to be left: escape where there is nothing to end.
    Leave,
    /// The text is to be saved.
    Save,
    /// The editor is to be closed.
    Quit(Unsaved),
    /// The text is to be saved and the editor closed.
    SaveAndQuit,
    /// The text is to be read again as it was saved; what was written since is given up.
    Revert,
    /// The text is to be edited in the user's own editor.
    ExternalEditor,
    /// Something to say; the text may be another as well.
    Message(String),
    /// A text for the system's clipboard; the text being edited may be another as well.
    Copy(String),
}

/// What becomes of text that is not saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsaved {
    /// The editor stays where there is any, and says so.
    Keep,
    /// It is given up.
    Discard,
}
