//! Opening the workbench.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::Arc;

use crossbeam_channel::unbounded;
use ratatui::backend::CrosstermBackend;

use super::app::{App, Look, Motion};
use super::desk::TerminalDesk;
use super::effects::{ServicesWorker, Worker};
use super::glyphs;
use super::keymap::{KeyOverrides, Keymap, KeymapError};
use super::msg::{Msg, Target, Toast};
use super::reader;
use super::runtime::{End, Runtime};
use super::term::{self, MouseMode};
use super::theme::{self, Depth, Library};
use crate::domain::time::Clock;
use crate::error::AppError;
use crate::services::Services;

/// How the workbench is opened.
#[derive(Clone, Debug)]
pub struct UiOptions {
    /// The user's keys.
    pub keys: KeyOverrides,
    /// The theme's name; `None` for the default.
    pub theme: Option<String>,
    /// The user's own themes: name and text of the file.
    pub themes: Vec<(String, String)>,
    /// How many colours; `None` to find out.
    pub depth: Option<Depth>,
    /// Whether lines and marks are of ASCII only.
    pub charset: Charset,
    /// Whether anything may move by itself.
    pub motion: Motion,
    /// Whether the mouse is taken.
    pub mouse: MouseMode,
    /// What to show first.
    pub open: Option<Target>,
}

/// The characters lines and marks are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    /// Box drawing and blocks.
    Unicode,
    /// ASCII only.
    Ascii,
}

impl Default for UiOptions {
    fn default() -> Self {
        Self {
            keys: BTreeMap::new(),
            theme: None,
            themes: Vec::new(),
            depth: None,
            charset: Charset::Unicode,
            motion: Motion::Animated,
            mouse: MouseMode::On,
            open: None,
        }
    }
}

/// How the workbench ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The user quit.
    Quit,
    /// The terminal is gone: there is nobody to tell anything.
    TerminalGone,
}

/// Why the workbench could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum UiError {
    /// There is no terminal.
    #[error("the workbench needs a terminal for input and output; `hindcast --help` lists what works without")]
    NoTerminal,
    /// The terminal could not be used.
    #[error("cannot use the terminal: {0}")]
    Terminal(#[from] io::Error),
    /// The user's keys are wrong.
    #[error("{0}")]
    Keys(#[from] KeymapError),
}

impl UiOptions {
    /// The options that the configuration and the workspace's own themes give.
    pub fn of(services: &Services) -> Result<Self, AppError> {
        let config = services.config()?;
        let keys = config.keys.iter().map(|(context, actions)| {
            let actions = actions.iter().map(|(action, keys)| (action.clone(), keys.value.clone()));
            (context.clone(), actions.collect())
        });
        let own = services.paths().config_file();
        let folders = [own.parent().map(|folder| folder.join("themes")), Some(services.workspace()?.themes())];
        Ok(Self {
            keys: keys.collect(),
            theme: config.workbench.theme.value.clone(),
            themes: folders.into_iter().flatten().flat_map(|folder| themes_in(&folder)).collect(),
            charset: if config.workbench.ascii.value { Charset::Ascii } else { Charset::Unicode },
            motion: if config.workbench.animation.value { Motion::Animated } else { Motion::Still },
            mouse: if config.workbench.mouse.value { MouseMode::On } else { MouseMode::Off },
            ..Self::default()
        })
    }
}

impl UiOptions {
    /// The same with colours in any case, never, or (`None`) as the environment says.
    #[must_use]
    pub fn colored(mut self, color: Option<bool>) -> Self {
        self.depth = match color {
            None => None,
            Some(false) => Some(Depth::None),
            // Who asks for colours on the command line wins over NO_COLOR.
            Some(true) => Some(theme::detect(|name| (name != "NO_COLOR").then(|| std::env::var(name).ok()).flatten())),
        };
        self
    }
}

/// The user's own theme files of a folder; what cannot be read is left out.
fn themes_in(folder: &Path) -> Vec<(String, String)> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut themes: Vec<(String, String)> = entries
        .flatten()
        .filter_map(|entry| {
            let path = entry.path();
            let name = path.file_stem()?.to_str()?.to_owned();
            let is_theme = path.extension().is_some_and(|extension| extension == "toml");
            is_theme.then(|| std::fs::read_to_string(&path).ok()).flatten().map(|text| (name, text))
        })
        .collect();
    themes.sort();
    themes
}

/// Opens the workbench on a workspace and stays until it ends.
pub fn run(services: &Services, options: UiOptions) -> Result<Ended, UiError> {
    let clock = Arc::clone(services.clock());
    run_with(Arc::new(ServicesWorker::new(services.clone())), clock, options)
}

/// Opens the workbench with another worker. The first frame is drawn before the worker is asked anything.
///
/// A signal that asks to end restores the terminal and then does what it does by default.
pub fn run_with(worker: Arc<dyn Worker>, clock: Arc<dyn Clock>, options: UiOptions) -> Result<Ended, UiError> {
    if !term::is_terminal() {
        return Err(UiError::NoTerminal);
    }
    let keymap = Keymap::with_overrides(&options.keys)?;
    let (look, warning) = look(&options);
    let mouse = look.mouse;
    // The theme decides about colours, not the library that writes them.
    crossterm::style::force_color_output(true);
    term::restore_on_panic();
    let (sender, inputs) = unbounded();
    reader::listen_for_signals(sender.clone())?;
    let desk = TerminalDesk::open(sender, mouse)?;
    let app = App::new(look, keymap, clock.now());
    let output = io::BufWriter::with_capacity(1 << 17, io::stdout());
    let mut runtime = Runtime::new(app, CrosstermBackend::new(output), desk, inputs, worker, clock)?;
    if let Some(text) = warning {
        // The loop holds the receiver.
        let _ = runtime.sender().send(Msg::Toast(Toast::warning(text)));
    }
    let end = runtime.run(options.open.map(Msg::Open));
    drop(runtime);
    term::restore();
    match end {
        End::Quit => Ok(Ended::Quit),
        End::Gone => Ok(Ended::TerminalGone),
        End::Signal(signal) => {
            // Returns only where the signal is ignored by default.
            let _ = signal_hook::low_level::emulate_default_handler(signal);
            Ok(Ended::Quit)
        }
    }
}

/// The look asked for; a theme that cannot be read is a warning and the default is used.
fn look(options: &UiOptions) -> (Look, Option<String>) {
    let mut library = Library::default();
    for (name, text) in &options.themes {
        library.add(name.clone(), text.clone());
    }
    let depth = options.depth.unwrap_or_else(|| theme::detect(|name| std::env::var(name).ok()));
    let mut look = Look {
        depth,
        glyphs: match options.charset {
            Charset::Unicode => &glyphs::UNICODE,
            Charset::Ascii => &glyphs::ASCII,
        },
        mouse: options.mouse,
        motion: options.motion,
        ..Look::default()
    };
    let mut warning = None;
    if let Some(name) = &options.theme {
        match library.load(name) {
            Ok(theme) => look.theme = theme,
            Err(error) => warning = Some(error.to_string()),
        }
    }
    look.theme = look.theme.at(depth);
    look.library = library;
    (look, warning)
}
