//! Why there is no plan.

use crate::domain::run::ModelId;
use crate::providers::ProviderError;
use crate::store::StoreError;

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// No trace matches, or none holds an LLM call.
    #[error("no recorded model call matches: there is nothing to replay")]
    NoCases,
    /// No model was named.
    #[error("no model is named: say -m MODEL, or set defaults.models in hindcast.toml")]
    NoModels,
    /// A model has no price.
    #[error(
        "the price of {0} is not known, so its cost cannot be limited: say it with --price {0}=IN,OUT (US dollars per million \
         tokens) or --free {0}, or add [prices.\"{0}\"] with input and output to hindcast.toml (0 is a price)"
    )]
    NoPrice(ModelId),
    /// A provider cannot be used.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// A provider has no batch endpoint.
    #[error("{provider} has no batch endpoint: leave --batch out, or replay its models in a run of their own")]
    NoBatches {
        /// The provider.
        provider: String,
    },
    /// Chains cannot be asked in batches.
    #[error(
        "--calls chain and --batch do not go together: the next request of a chain needs the answer to the one before"
    )]
    ChainInBatch,
    /// The index or a journal could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A run cannot be resumed.
    #[error("run {run} cannot be resumed: {reason}")]
    NotResumable {
        /// The run.
        run: String,
        /// Why.
        reason: String,
    },
}
