//! A request of which only the newest counts.

use super::{Cx, ScreenId};
use crate::ui::effect::Effect;
use crate::ui::effects::Request;
use crate::ui::msg::RequestId;

/// At most one request under way: a newer one cancels it, and only its own answer is taken.
#[derive(Debug, Default)]
pub struct Newest(Option<RequestId>);

impl Newest {
    /// Sends a request in the place of the one under way.
    pub fn ask(&mut self, of: ScreenId, request: Request, cx: &Cx) -> Vec<Effect> {
        let before = self.stop();
        let (id, effect) = cx.request(of, request);
        self.0 = Some(id);
        before.into_iter().chain([effect]).collect()
    }

    /// Whether an answer is the one that was waited for; nothing is waited for then.
    pub fn take(&mut self, id: RequestId) -> bool {
        self.0.take_if(|waiting| *waiting == id).is_some()
    }

    /// Whether an answer is waited for.
    pub const fn is_under_way(&self) -> bool {
        self.0.is_some()
    }

    /// Waits no longer; the request under way is cancelled.
    #[must_use]
    pub fn stop(&mut self) -> Option<Effect> {
        self.0.take().map(Effect::Cancel)
    }
}
