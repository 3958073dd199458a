//! Whole copies of imported files, compressed and named by their content.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::disk;
use super::error::{Result, StoreError};

/// The archive of a state directory: `archive/HASH.zst`.
#[derive(Clone, Debug)]
pub struct Archive {
    dir: PathBuf,
}

/// What went into the archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Archived {
    /// The BLAKE3 hash of the content in hex.
    pub hash: String,
    /// Bytes of the content.
    pub bytes: u64,
    /// Whether it was there before.
    pub existed: bool,
}

impl Archive {
    /// The archive of a state directory; nothing is touched.
    pub fn new(state_dir: &Path) -> Self {
        Self { dir: state_dir.join("archive") }
    }

    /// Keeps a stream whole; on disk when this returns. The same content twice is kept once.
    pub fn keep(&self, content: &mut dyn Read) -> Result<Archived> {
        let at = |error| StoreError::file(&self.dir, error);
        if let Some(parent) = self.dir.parent() {
            disk::state_dir(parent)?;
        }
        disk::private_dir(&self.dir)?;
        let temporary = tempfile::Builder::new().prefix(".tmp-").tempfile_in(&self.dir).map_err(at)?;
        let mut encoder = zstd::Encoder::new(temporary, 3).map_err(at)?;
        let mut hasher = blake3::Hasher::new();
        let mut bytes = 0;
        let mut buffer = vec![0; 1 << 20];
        loop {
            let read = match content.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(at(error)),
            };
            hasher.update(&buffer[..read]);
            encoder.write_all(&buffer[..read]).map_err(at)?;
            bytes += read as u64;
        }
        let temporary = encoder.finish().map_err(at)?;
        let hash = hasher.finalize().to_hex().to_string();
        let path = self.path(&hash);
        if path.exists() {
            return Ok(Archived { hash, bytes, existed: true });
        }
        temporary.as_file().sync_all().map_err(at)?;
        temporary.persist(&path).map_err(|error| at(error.error))?;
        disk::sync_dir(&self.dir)?;
        Ok(Archived { hash, bytes, existed: false })
    }

    /// The content of a hash, decompressed as it is read.
    pub fn open(&self, hash: &str) -> Result<impl Read + Send + use<>> {
        let path = self.path(hash);
        let at = |error| StoreError::file(&path, error);
        zstd::Decoder::new(File::open(&path).map_err(at)?).map_err(at)
    }

    /// Whether the content of a hash is kept.
    pub fn holds(&self, hash: &str) -> bool {
        self.path(hash).exists()
    }

    /// Where the content of a hash is kept.
    pub fn path(&self, hash: &str) -> PathBuf {
        self.dir.join(format!("{}.zst", disk::safe_name(hash)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn content_comes_back_and_is_kept_once() {
        let dir = tempfile::tempdir().unwrap();
        let state = dir.path().join(".hindcast");
        let archive = Archive::new(&state);
        let first = archive.keep(&mut &b"some traces"[..]).unwrap();
        assert!(!first.existed);
        assert_eq!(first.bytes, 11);
        assert!(archive.keep(&mut &b"some traces"[..]).unwrap().existed);
        assert!(archive.holds(&first.hash));
        let mut text = String::new();
        archive.open(&first.hash).unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "some traces");
        assert_eq!(std::fs::read_to_string(state.join(".gitignore")).unwrap(), "*\n");
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&archive.path(&first.hash)), 0o600);
        assert_eq!(mode(&state), 0o700);
        assert_eq!(std::fs::read_dir(state.join("archive")).unwrap().count(), 1);
    }
}
