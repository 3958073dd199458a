//! Values as the languages of the template engines print them: each format prints a list or a number its own way.

mod numbers;

pub(super) mod go;
pub(super) mod javascript;
pub(super) mod python;
