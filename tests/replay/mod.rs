//! Replays against servers on loopback: answers, failures, budgets, kills and resumes.

mod batch;
mod batch_anthropic;
mod budget;
mod chain_kills;
mod chain_recorded;
mod chain_support;
mod chains;
mod decided;
mod double;
mod faults;
mod limits;
mod outcomes;
mod real;
mod resume;
mod series;
mod sharing;
mod speed;
mod support;
