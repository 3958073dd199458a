//! Pieces that screens and overlays are built of.

pub mod chart;
pub mod editor;
pub mod empty;
pub mod line_input;
pub mod list;
pub mod panes;
pub mod table;
pub mod text_area;
pub mod text_view;
pub mod tree;
