//! Directories of the user: XDG on every system but Windows, `~/.config` on macOS too.

use std::path::PathBuf;

use super::Environment;

/// Where the user's own files are; each can be moved with a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    /// Configuration and themes; `HINDCAST_CONFIG_DIR` overrides.
    pub config: PathBuf,
    /// Data to keep; `HINDCAST_DATA_DIR` overrides.
    pub data: PathBuf,
    /// State of workspaces that cannot be written; `HINDCAST_STATE_DIR` overrides.
    pub state: PathBuf,
    /// What can be made again; `HINDCAST_CACHE_DIR` overrides.
    pub cache: PathBuf,
}

impl Paths {
    /// Finds the directories; creates none. Where there is no home directory, they are below the temporary one.
    pub fn find(environment: &dyn Environment) -> Self {
        let home = environment
            .var("HOME")
            .map(PathBuf::from)
            .filter(|home| home.is_absolute())
            .or_else(|| etcetera::home_dir().ok())
            .unwrap_or_else(|| std::env::temp_dir().join("hindcast-home"));
        let place = |own: &str, xdg: &str, below: &str| {
            if let Some(path) = environment.var(own).map(PathBuf::from) {
                return path;
            }
            // The XDG specification: a relative path is invalid and ignored.
            let base = environment.var(xdg).map(PathBuf::from).filter(|path| path.is_absolute());
            base.unwrap_or_else(|| home.join(below)).join("hindcast")
        };
        Self {
            config: place("HINDCAST_CONFIG_DIR", "XDG_CONFIG_HOME", ".config"),
            data: place("HINDCAST_DATA_DIR", "XDG_DATA_HOME", ".local/share"),
            state: place("HINDCAST_STATE_DIR", "XDG_STATE_HOME", ".local/state"),
            cache: place("HINDCAST_CACHE_DIR", "XDG_CACHE_HOME", ".cache"),
        }
    }

    /// The user's own configuration file.
    pub fn config_file(&self) -> PathBuf {
        self.config.join("config.toml")
    }
}
