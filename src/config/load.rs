//! Puts the layers together: defaults, the user's file, the workspace's file, `HINDCAST_*`, flags.

use std::path::{Path, PathBuf};

use super::error::{ConfigError, Mistake};
use super::model::{Config, Setting, Source};
use super::{Environment, check, environment, file};

/// Largest configuration file that is read, in bytes.
const MOST_BYTES: u64 = 4 << 20;

/// The files a configuration is read from; one that does not exist is no mistake.
#[derive(Clone, Debug, Default)]
pub struct Origins {
    /// The user's own file.
    pub user: Option<PathBuf>,
    /// The workspace's file.
    pub workspace: Option<PathBuf>,
    /// A file named by `--config` or `HINDCAST_CONFIG`, read in place of the user's own; it has to exist.
    pub named: Option<PathBuf>,
}

/// Values that flags of the command line set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// `--theme`.
    pub theme: Option<String>,
    /// `--no-mouse` is `Some(false)`.
    pub mouse: Option<bool>,
    /// `--no-animation` is `Some(false)`.
    pub animation: Option<bool>,
    /// `--ascii` is `Some(true)`.
    pub ascii: Option<bool>,
}

/// Reads all layers; every mistake of every layer is reported at once.
pub fn load(origins: &Origins, environment: &dyn Environment, flags: &Flags) -> Result<Config, ConfigError> {
    let mut config = Config::default();
    let mut mistakes = Vec::new();
    match &origins.named {
        Some(path) => read(&mut config, &mut mistakes, path, Missing::Mistake),
        None => {
            if let Some(path) = &origins.user {
                read(&mut config, &mut mistakes, path, Missing::Fine);
            }
        }
    }
    if let Some(path) = &origins.workspace {
        read(&mut config, &mut mistakes, path, Missing::Fine);
    }
    mistakes.extend(environment::apply(&mut config, environment));
    apply_flags(&mut config, flags);
    mistakes.extend(check::complete(&mut config));
    if mistakes.is_empty() { Ok(config) } else { Err(ConfigError { mistakes }) }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Missing {
    Fine,
    Mistake,
}

fn read(config: &mut Config, mistakes: &mut Vec<Mistake>, path: &Path, missing: Missing) {
    let mut refuse = |message: String| {
        mistakes.push(Mistake { path: Some(path.to_owned()), line: None, key: String::new(), message });
    };
    match std::fs::metadata(path) {
        Ok(meta) if meta.len() > MOST_BYTES => {
            refuse("is larger than 4 MiB, so it is no configuration".into());
            return;
        }
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            if missing == Missing::Mistake {
                refuse("does not exist".into());
            }
            return;
        }
        Err(error) => {
            refuse(format!("cannot be read: {error}"));
            return;
        }
    }
    match std::fs::read(path) {
        Err(error) => refuse(format!("cannot be read: {error}")),
        Ok(bytes) => match String::from_utf8(bytes) {
            Ok(text) => mistakes.extend(file::apply(config, path, text.trim_start_matches('\u{feff}'))),
            Err(error) => {
                let before = error.utf8_error().valid_up_to();
                let line = 1 + memchr::memchr_iter(b'\n', &error.as_bytes()[..before]).count();
                refuse(format!("line {line} is not UTF-8 text"));
            }
        },
    }
}

fn apply_flags(config: &mut Config, flags: &Flags) {
    fn set<T: Clone>(slot: &mut Setting<T>, value: Option<&T>, name: &'static str) {
        if let Some(value) = value {
            *slot = Setting { value: value.clone(), source: Source::Flag(name) };
        }
    }
    let workbench = &mut config.workbench;
    set(&mut workbench.mouse, flags.mouse.as_ref(), "--no-mouse");
    set(&mut workbench.animation, flags.animation.as_ref(), "--no-animation");
    set(&mut workbench.ascii, flags.ascii.as_ref(), "--ascii");
    if let Some(theme) = &flags.theme {
        workbench.theme = Setting { value: Some(theme.clone()), source: Source::Flag("--theme") };
    }
}
