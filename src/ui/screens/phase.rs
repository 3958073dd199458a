//! How something stands that a screen asked for.

/// How something stands that was asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Phase {
    /// Nothing has come yet.
    #[default]
    Loading,
    /// It is there.
    Ready,
    /// It could not be read.
    Failed(String),
}
