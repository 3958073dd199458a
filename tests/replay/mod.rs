//! Replays against servers on loopback: answers, failures, budgets, kills and resumes.

mod budget;
mod double;
mod faults;
mod limits;
mod outcomes;
mod real;
mod resume;
mod speed;
mod support;
