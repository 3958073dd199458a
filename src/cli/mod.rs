//! The command line: arguments in, data on stdout, everything else on stderr, an exit code out.

mod ablation_text;
mod agreement;
mod answered_by;
mod args;
mod cell;
mod chain_asker;
mod chunk_flags;
mod commands;
mod compare_tables;
mod context;
mod decided_text;
mod figures;
mod interrupt;
mod invocation;
mod notices;
mod outcome_text;
mod output;
mod paid_flags;
mod plan_text;
mod replay_live;
mod run_end;
mod shape;
mod skipped_text;
mod span_json;
mod table;
mod terminal;
mod trace_rows;
mod trace_text;
mod usage;
mod variant_flags;

pub use commands::run;
pub use invocation::Invocation;
