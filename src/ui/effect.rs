//! Effects: everything that an update asks for, as plain data.

use std::time::Duration;

use super::action::Action;
use super::effects::Request;
use super::input::Input;
use super::msg::{RequestId, Target, TimerId, TimerOf, Toast};
use super::screens::ScreenId;
use super::term::MouseMode;

/// Something that an update asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Show something else. (The workbench does it at once, as it does the next six.)
    Go(Target),
    /// There is nothing to go back to in the screen: go to the one before.
    Back,
    /// Tell the user.
    Toast(Toast),
    /// Ask yes or no; yes comes back as [`super::msg::Event::Confirmed`].
    Confirm(Confirm),
    /// Let the user choose; comes back as [`super::msg::Event::Picked`].
    Pick(Pick),
    /// Let the user enter one line; comes back as [`super::msg::Event::Entered`].
    Ask(Ask),
    /// Ask the services. (The runtime does it, as it does the rest.)
    Request {
        /// The number of the request.
        id: RequestId,
        /// The screen that is answered.
        to: ScreenId,
        /// What is asked.
        request: Request,
    },
    /// Stop a request; nothing happens when it is answered already.
    Cancel(RequestId),
    /// Wake the screen or the workbench later; a timer of the same name is replaced.
    Timer {
        /// Whose.
        of: TimerOf,
        /// Which.
        timer: TimerId,
        /// How much later.
        after: Duration,
    },
    /// Put text on the clipboard.
    Copy {
        /// The text, already safe unless the user asked for raw.
        text: String,
        /// What it is, for the message: `trace id`, `answer`.
        what: String,
    },
    /// Open text in the user's editor; comes back as [`super::msg::Event::Edited`].
    Edit {
        /// The screen that is answered.
        to: ScreenId,
        /// What for.
        action: Action,
        /// The text.
        text: String,
        /// The suffix of the file, which tells the editor the language: `.md`, `.json`, `.sql`.
        suffix: &'static str,
    },
    /// Take the mouse or give it back.
    Mouse(MouseMode),
    /// Go to the background.
    Suspend,
    /// Draw everything again.
    Redraw,
    /// Leave.
    Quit,
    /// Leave because of something that came from outside.
    End(Input),
}

/// A question with yes and no; no is the default.
#[derive(Clone, Debug, PartialEq)]
pub struct Confirm {
    /// What is asked for.
    pub action: Action,
    /// The question, one line: `Send 412 requests, about $3.10?`
    pub title: String,
    /// What it means and how much, a line each.
    pub lines: Vec<String>,
    /// The word on the yes button: `send`, `delete`.
    pub yes: &'static str,
}

/// A list to choose from.
#[derive(Clone, Debug, PartialEq)]
pub struct Pick {
    /// What is chosen for.
    pub action: Action,
    /// The heading.
    pub title: String,
    /// What there is.
    pub items: Vec<PickItem>,
    /// How many may be chosen.
    pub choose: Choose,
}

/// How many may be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choose {
    /// Enter takes the one under the cursor.
    One,
    /// Space marks; enter takes all marked ones.
    Several,
}

/// Something to choose.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PickItem {
    /// What comes back.
    pub value: String,
    /// What is shown; foreign text is made safe.
    pub label: String,
    /// What is shown dim at the right.
    pub detail: String,
    /// Whether it is marked from the start.
    pub marked: bool,
    /// Why it cannot be chosen.
    pub disabled: Option<String>,
}

/// A question for one line of text.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    /// What is asked for.
    pub action: Action,
    /// The heading.
    pub title: String,
    /// What is there from the start.
    pub text: String,
    /// What to type, shown dim.
    pub hint: String,
}
