//! What stands in the palette, the help, the menu, and the lists of messages and jobs.

use super::Overlay;
use super::chooser::{Chooser, Item, Value};
use crate::domain::grounding::{MEASURED, MEASURED_IN_ALL};
use crate::ui::action::{ACTIONS, Context, Effects, Row};
use crate::ui::app::App;
use crate::ui::effect::Choose;
use crate::ui::msg::{Progress, Severity};
use crate::ui::screens::Screen;

impl Overlay {
    /// Every action, screen and theme, found by name, help, id or key.
    pub fn palette(app: &App) -> Self {
        let here = context(app);
        let mut items: Vec<Item> =
            ACTIONS.iter().filter(|row| row.action.applies(here)).map(|row| item(app, row)).collect();
        items.extend(ACTIONS.iter().filter(|row| !row.action.applies(here)).map(|row| {
            let places: Vec<&str> = row.contexts.iter().map(|context| context.title()).collect();
            Item { disabled: Some(format!("works in: {}", places.join(", "))), ..item(app, row) }
        }));
        items.extend(app.look.library.names().map(|name| Item {
            detail: if name == app.look.theme.name() { "now".into() } else { String::new() },
            ..Item::new(Value::Theme(name.to_owned()), format!("Theme: {name}"))
        }));
        Self::list(Chooser::new("Everything", "", items, Choose::One))
    }

    /// The keys of this place, then those that work everywhere.
    pub fn help(app: &App) -> Self {
        let here = context(app);
        let mut items = Vec::new();
        for place in [here, Context::Global] {
            let title =
                if place == Context::Global { "Everywhere".to_owned() } else { format!("{} (here)", place.title()) };
            items.push(Item::new(Value::Nothing, title));
            items.extend(ACTIONS.iter().filter(|row| row.contexts.contains(&place)).map(|row| item(app, row)));
            if place == Context::Retrieval {
                items.extend(how_right().into_iter().map(|line| Item::new(Value::Nothing, line)));
            }
        }
        items.push(Item::new(
            Value::Nothing,
            "Mouse: click to focus and open, wheel to scroll; hold shift to select text",
        ));
        items.push(Item::new(Value::Nothing, "Elsewhere"));
        let elsewhere = |row: &&Row| !row.action.applies(here);
        items.extend(ACTIONS.iter().filter(elsewhere).map(|row| {
            let places: Vec<&str> = row.contexts.iter().map(|context| context.title()).collect();
            Item { disabled: Some(format!("works in: {}", places.join(", "))), ..item(app, row) }
        }));
        Self::list(Chooser::new("Help: type to search, enter does it, esc closes", "", items, Choose::One))
    }

    /// What can be done with the selection, and what cannot and why.
    pub fn menu(app: &App) -> Self {
        let here = context(app);
        let rows = ACTIONS.iter().filter(|row| row.contexts.contains(&here));
        Self::list(Chooser::new(
            "Actions here",
            "nothing to do here",
            rows.map(|row| item(app, row)).collect(),
            Choose::One,
        ))
    }

    /// What runs.
    pub fn jobs(app: &App) -> Self {
        let items = app.jobs.values().map(|job| Item {
            detail: match job.progress {
                Progress::Counted { done, total } => format!("{done} of {total}"),
                Progress::Running | Progress::Finished => "running".into(),
            },
            ..Item::new(Value::Job(job.id), job.title.clone())
        });
        Self::list(Chooser::new("Jobs: enter stops the job", "nothing runs", items.collect(), Choose::One))
    }

    /// The messages of the session, newest first.
    pub fn messages(app: &App) -> Self {
        let items = app.log.iter().rev().map(|(time, toast)| {
            let mark = match toast.severity {
                Severity::Info => app.look.glyphs.dot,
                Severity::Warning => app.look.glyphs.warning,
                Severity::Error => app.look.glyphs.bad,
            };
            let time = time.to_rfc3339();
            let clock = time.get(11..19).unwrap_or_default();
            Item::new(Value::Text(toast.text.clone()), format!("{clock} {mark} {}", toast.text))
        });
        Self::list(Chooser::new("Messages: enter copies", "no messages yet", items.collect(), Choose::One))
    }
}

/// How far the verdicts on sentences can be trusted.
fn how_right() -> Vec<String> {
    let (decided, right, guarded) = MEASURED_IN_ALL;
    let percent = |share: f64| format!("{:.0} %", share * 100.0);
    let mut lines = vec![format!(
        "How right the marks are: {} decided, {} of these right; {} of wrong numbers and negations not taken as supported",
        percent(decided),
        percent(right),
        percent(guarded)
    )];
    lines.extend(MEASURED.iter().map(|of| {
        let (decided, precision) = (percent(of.decided), percent(of.precision));
        format!(
            "  {}: {decided} of such sentences decided; where it is said, {precision} are",
            of.verdict.replace('_', " ")
        )
    }));
    lines
}

fn context(app: &App) -> Context {
    app.screen(app.current()).map_or(Context::Global, Screen::context)
}

fn item(app: &App, row: &Row) -> Item {
    let keys: Vec<String> = app.keymap.keys(row.action).into_iter().map(ToString::to_string).collect();
    let cost = if row.effects == Effects::CostsMoney { " Asks first: it can cost money." } else { "" };
    Item {
        detail: format!("{}{cost}", row.help),
        key: keys.join("  "),
        search: row.id.to_owned(),
        disabled: app.screen(app.current()).and_then(|screen| screen.disabled(row.action)),
        ..Item::new(Value::Action(row.action), row.title)
    }
}
