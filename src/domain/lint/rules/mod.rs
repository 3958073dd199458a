//! The rules, one file each or one a closely related pair.

pub(super) mod delimiter;
pub(super) mod duplicate;
pub(super) mod foreign;
pub(super) mod format;
pub(super) mod hidden;
pub(super) mod limits;
pub(super) mod model;
pub(super) mod parameters;
mod pattern;
pub(super) mod personal;
pub(super) mod prefix;
pub(super) mod roles;
pub(super) mod secret;
pub(super) mod switch;
pub(super) mod template;
pub(super) mod text;
pub(super) mod untrusted;
pub(super) mod variables;
