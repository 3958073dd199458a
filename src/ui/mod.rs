//! The workbench: the only place that names ratatui and crossterm.

pub mod action;
pub mod app;
pub mod backend;
pub mod chord;
pub mod clipboard;
pub mod desk;
pub mod editor;
pub mod effect;
pub mod effects;
pub mod glyphs;
pub mod held;
pub mod input;
pub mod keymap;
pub mod msg;
pub mod overlays;
pub mod reader;
pub mod runtime;
pub mod screens;
pub mod shell;
pub mod start;
pub mod term;
pub mod text;
pub mod theme;
pub mod update;
pub mod widgets;

#[cfg(test)]
mod harness;
#[cfg(test)]
mod tests;

pub use start::{Charset, Ended, UiError, UiOptions, run, run_with};
