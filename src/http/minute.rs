//! Requests and tokens in any minute.

use std::collections::VecDeque;
use std::time::Duration;

use crate::domain::time::Timestamp;

const MINUTE: Duration = Duration::from_mins(1);

/// What a provider's configuration allows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RateLimit {
    /// The most requests in flight.
    pub in_flight: Option<usize>,
    /// The most requests in any minute.
    pub requests: Option<u32>,
    /// The most tokens, input and allowed output, in any minute.
    pub tokens: Option<u64>,
}

/// What was sent in the last minute.
#[derive(Debug, Default)]
pub(super) struct Minute {
    sent: VecDeque<Sent>,
    tokens: u64,
    next: u64,
}

#[derive(Debug)]
struct Sent {
    number: u64,
    at: Timestamp,
    tokens: u64,
}

impl Minute {
    /// Until when a request of so many tokens has to wait; `None` lets it go.
    ///
    /// A request that alone is larger than the limit goes when nothing else was sent in the last minute.
    pub(super) fn full_until(&mut self, limit: &RateLimit, tokens: u64, now: Timestamp) -> Option<Timestamp> {
        while let Some(first) = self.sent.front() {
            if now.since(first.at) < MINUTE.as_nanos() as i64 {
                break;
            }
            self.tokens -= first.tokens;
            self.sent.pop_front();
        }
        let full = limit.requests.is_some_and(|most| self.sent.len() as u64 >= u64::from(most.max(1)))
            || limit.tokens.is_some_and(|most| self.tokens > 0 && self.tokens.saturating_add(tokens) > most);
        self.sent.front().filter(|_| full).map(|first| first.at.plus(MINUTE))
    }

    /// Notes a request; gives its number.
    pub(super) fn sent(&mut self, tokens: u64, now: Timestamp) -> u64 {
        self.next += 1;
        self.tokens += tokens;
        self.sent.push_back(Sent { number: self.next, at: now, tokens });
        self.next
    }

    /// A request had another number of tokens than was thought.
    pub(super) fn had(&mut self, number: u64, tokens: u64) {
        if let Ok(place) = self.sent.binary_search_by_key(&number, |sent| sent.number)
            && let Some(sent) = self.sent.get_mut(place)
        {
            self.tokens = self.tokens - sent.tokens + tokens;
            sent.tokens = tokens;
        }
    }

    /// A request was not sent after all.
    pub(super) fn unsent(&mut self, number: u64) {
        if let Ok(place) = self.sent.binary_search_by_key(&number, |sent| sent.number)
            && let Some(sent) = self.sent.remove(place)
        {
            self.tokens -= sent.tokens;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_nanos(0).plus(Duration::from_secs(seconds))
    }

    #[test]
    fn requests_in_any_minute() {
        let limit = RateLimit { requests: Some(2), ..RateLimit::default() };
        let mut minute = Minute::default();
        minute.sent(1, at(0));
        assert_eq!(minute.full_until(&limit, 1, at(10)), None);
        let second = minute.sent(1, at(10));
        assert_eq!(minute.full_until(&limit, 1, at(10)), Some(at(60)));
        minute.unsent(second);
        assert_eq!(minute.full_until(&limit, 1, at(10)), None);
        minute.sent(1, at(10));
        assert_eq!(minute.full_until(&limit, 1, at(60)), None);
        minute.sent(1, at(60));
        assert_eq!(minute.full_until(&limit, 1, at(60)), Some(at(70)));
    }

    #[test]
    fn tokens_in_any_minute_and_one_that_is_too_large() {
        let limit = RateLimit { tokens: Some(100), ..RateLimit::default() };
        let mut minute = Minute::default();
        assert_eq!(minute.full_until(&limit, 500, at(0)), None);
        minute.sent(500, at(0));
        assert_eq!(minute.full_until(&limit, 1, at(0)), Some(at(60)));
        assert_eq!(minute.full_until(&limit, 60, at(60)), None);
        let sent = minute.sent(60, at(60));
        assert_eq!(minute.full_until(&limit, 41, at(60)), Some(at(120)));
        assert_eq!(minute.full_until(&limit, 40, at(60)), None);
        minute.had(sent, 10);
        assert_eq!(minute.full_until(&limit, 90, at(60)), None);
    }
}
