//! Models that answer on this machine, at no cost: `builtin/recorded` and `builtin/extractive`.

mod extractive;
mod provider;

pub(super) use provider::Builtin;
