//! Vectors that a provider was paid for, kept by model and text, so that no text is paid for twice.
//!
//! `vectors/MODEL/HASH.bin` below the state directory holds what came with one request: for each vector the BLAKE3 hash of
//! its text (32 bytes), the count of its numbers and the numbers (little-endian, 32 bits each); then the BLAKE3 hash of all
//! of it, by which the file is named. Files are written whole and never changed: two processes need no lock, and what a
//! power cut leaves behind is no file at all.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::disk;
use super::error::{Result, StoreError};

const HASH: usize = 32;

/// What a vector is kept by: a text, and what it was embedded as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct VectorKey([u8; HASH]);

impl VectorKey {
    /// The key of a text; `purpose` tells apart vectors of one text that differ, such as those of questions.
    pub fn of(purpose: &str, text: &str) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&(purpose.len() as u64).to_le_bytes());
        hasher.update(purpose.as_bytes());
        hasher.update(text.as_bytes());
        Self(*hasher.finalize().as_bytes())
    }
}

/// The kept vectors of one model.
#[derive(Debug)]
pub struct Vectors {
    dir: PathBuf,
    known: HashMap<VectorKey, Vec<f32>>,
}

impl Vectors {
    /// Reads the vectors of a model (`provider/model`) below a state directory; damaged files are passed by.
    pub fn open(state_dir: &Path, model: &str) -> Result<Self> {
        let hash = blake3::hash(model.as_bytes()).to_hex();
        let dir = state_dir.join("vectors").join(format!("{}-{}", disk::safe_name(model), &hash[..8]));
        let mut known = HashMap::new();
        if dir.is_dir() {
            let at = |error| StoreError::file(&dir, error);
            for entry in std::fs::read_dir(&dir).map_err(at)? {
                let path = entry.map_err(at)?.path();
                if path.extension().is_some_and(|suffix| suffix == "bin") {
                    let bytes = std::fs::read(&path).map_err(|error| StoreError::file(&path, error))?;
                    if let Some(vectors) = read(&bytes) {
                        known.extend(vectors);
                    } else {
                        tracing::warn!(path = %path.display(), "vectors are damaged and not used");
                    }
                }
            }
        }
        Ok(Self { dir, known })
    }

    /// The vector of a text.
    pub fn get(&self, key: &VectorKey) -> Option<&[f32]> {
        self.known.get(key).map(Vec::as_slice)
    }

    /// Keeps the vectors of one request; on disk when this returns.
    pub fn keep(&mut self, vectors: Vec<(VectorKey, Vec<f32>)>) -> Result<()> {
        let mut bytes = Vec::new();
        for (key, vector) in &vectors {
            bytes.extend_from_slice(&key.0);
            bytes.extend_from_slice(&(vector.len() as u32).to_le_bytes());
            bytes.extend(vector.iter().flat_map(|number| number.to_le_bytes()));
        }
        let hash = blake3::hash(&bytes);
        bytes.extend_from_slice(hash.as_bytes());
        for dir in self.dir.ancestors().take(2).collect::<Vec<_>>().into_iter().rev() {
            disk::private_dir(dir)?;
        }
        disk::write_durably(&self.dir.join(format!("{}.bin", hash.to_hex())), &bytes)?;
        self.known.extend(vectors);
        Ok(())
    }
}

fn read(bytes: &[u8]) -> Option<Vec<(VectorKey, Vec<f32>)>> {
    let (mut rest, hash) = bytes.split_at_checked(bytes.len().checked_sub(HASH)?)?;
    if blake3::hash(rest).as_bytes() != hash {
        return None;
    }
    let mut vectors = Vec::new();
    while !rest.is_empty() {
        let (key, after) = rest.split_first_chunk::<HASH>()?;
        let (count, after) = after.split_first_chunk::<4>()?;
        let (numbers, after) = after.split_at_checked(u32::from_le_bytes(*count) as usize * 4)?;
        let (numbers, _) = numbers.as_chunks::<4>();
        vectors.push((VectorKey(*key), numbers.iter().map(|number| f32::from_le_bytes(*number)).collect()));
        rest = after;
    }
    Some(vectors)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_are_kept_by_model_and_text_and_damage_is_passed_by() {
        let folder = tempfile::tempdir().unwrap();
        let [a, b] = ["a", "b"].map(|text| VectorKey::of("document", text));
        let mut vectors = Vectors::open(folder.path(), "p/m").unwrap();
        vectors.keep(vec![(a, vec![1.0, -0.5])]).unwrap();
        vectors.keep(vec![(b, vec![0.25, 3.5])]).unwrap();
        let again = Vectors::open(folder.path(), "p/m").unwrap();
        assert_eq!((again.get(&a), again.get(&b)), (Some(&[1.0, -0.5][..]), Some(&[0.25, 3.5][..])));
        assert_eq!(again.get(&VectorKey::of("question", "a")), None);
        assert_eq!(Vectors::open(folder.path(), "p/other").unwrap().get(&a), None);
        for entry in std::fs::read_dir(&again.dir).unwrap() {
            let path = entry.unwrap().path();
            let mut bytes = std::fs::read(&path).unwrap();
            if read(&bytes).unwrap()[0].0 == a {
                bytes[40] ^= 1;
                std::fs::write(&path, bytes).unwrap();
            }
        }
        let damaged = Vectors::open(folder.path(), "p/m").unwrap();
        assert_eq!((damaged.get(&a), damaged.get(&b).is_some()), (None, true));
    }
}
