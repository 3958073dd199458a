//! One trace, whole.

use super::rows::TraceDetail;
use super::{Result, Store, StoreError};
use crate::domain::cancel::Cancel;
use crate::domain::ids::TraceId;

impl Store {
    /// A trace with everything that belongs to it.
    pub fn trace(&self, id: &TraceId, _cancel: &Cancel) -> Result<TraceDetail> {
        Err(StoreError::NotFound { what: "trace", id: id.as_str().to_owned() })
    }

    /// The trace whose id begins so; an exact id wins over longer ones.
    pub fn resolve_trace(&self, prefix: &str, _cancel: &Cancel) -> Result<TraceId> {
        Err(StoreError::NotFound { what: "trace", id: prefix.to_owned() })
    }
}
