//! A scorer that knows how rare words are in this workspace.

use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::cancel::Cancel;
use crate::domain::grounding::Scorer;
use crate::domain::lexical::{Rarity, sentences};
use crate::store::{Store, StoreError};

/// Chunks that are read to learn from; taken evenly from all.
const CHUNKS: u64 = 20_000;

/// The scorer of a workspace, learned from its chunks at the first use and again when there are notably more.
#[derive(Debug, Default)]
pub struct Learned(Mutex<Option<(u64, Arc<Scorer>)>>);

impl Learned {
    /// The scorer; reads chunks where it has to learn.
    pub fn scorer(&self, store: &Store, cancel: &Cancel) -> Result<Arc<Scorer>, StoreError> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((chunks, scorer)) = known.as_ref()
            && store.chunk_count(cancel)? <= chunks + chunks / 4
        {
            return Ok(Arc::clone(scorer));
        }
        let (all, texts) = store.chunk_texts(CHUNKS, cancel)?;
        let scorer = Arc::new(Scorer::new(rarity(&texts)));
        *known = Some((all, Arc::clone(&scorer)));
        Ok(scorer)
    }
}

fn rarity(texts: &[String]) -> Rarity {
    Rarity::of(texts.iter().flat_map(|text| sentences(text).into_iter().filter_map(|part| text.get(part.bytes))))
}
