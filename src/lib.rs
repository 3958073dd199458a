//! Hindcast: a terminal workbench that replays recorded LLM traces on other models, prompts and chunks.
//!
//! Layers, from the inside out; imports point inward only, and a test enforces it:
//!
//! ```text
//! main ─► cli ─┐             ┌─ providers ─► http   (only place that names reqwest)
//!              ├─► services ─┼─ store               (only place that names duckdb)
//!         ui  ─┘             ├─ vcs                 (only place that names git2)
//! (only place that names     ├─ importers, exporters, evaluators, config
//!  ratatui and crossterm)    └─► domain             (pure types and rules)
//! ```

pub mod cli;
pub mod config;
pub mod domain;
pub mod error;
pub mod evaluators;
pub mod exporters;
pub mod http;
pub mod importers;
pub mod logging;
pub mod providers;
pub mod services;
pub mod store;
pub mod ui;
pub mod vcs;
