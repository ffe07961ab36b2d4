//! Thresholds of the charter (ORES CIA-14, 15): so many decisions within a time are an alert. Counts as events are
//! written; knows no store.

use super::event::{Event, What};
use crate::charter::Threshold;
use jiff::Timestamp;
use std::collections::VecDeque;

/// Times that one threshold remembers; a larger count fires at this one.
const TIMES_MAX: u64 = 100_000;

/// Counts towards the charter's thresholds.
#[derive(Debug, Default)]
pub(super) struct Alarm {
    watches: Vec<Watch>,
}

/// One threshold and when decisions met it.
#[derive(Debug)]
struct Watch {
    threshold: Threshold,
    times: VecDeque<Timestamp>,
}

/// A threshold that was reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Alert {
    /// The threshold.
    pub(super) threshold: Threshold,
    /// The time of the decision that reached it.
    pub(super) time: Timestamp,
}

impl Alarm {
    /// Watches these thresholds; what counted towards one that stays the same still does.
    pub(super) fn set(&mut self, thresholds: &[Threshold]) {
        let mut before = std::mem::take(&mut self.watches);
        self.watches = thresholds
            .iter()
            .map(|threshold| {
                let known = before.iter().position(|watch| watch.threshold == *threshold);
                known.map_or_else(
                    || Watch { threshold: threshold.clone(), times: VecDeque::new() },
                    |at| before.swap_remove(at),
                )
            })
            .collect();
    }

    /// Counts an event. Each threshold that it reaches is named, and counts anew.
    pub(super) fn count(&mut self, event: &Event) -> Vec<Alert> {
        if event.what != What::Decision {
            return Vec::new();
        }
        self.watches.iter_mut().filter_map(|watch| watch.count(event)).collect()
    }
}

impl Watch {
    fn count(&mut self, event: &Event) -> Option<Alert> {
        let Threshold { article, tool, action, count, within } = &self.threshold;
        let meets = event.would >= *action
            && tool.as_ref().is_none_or(|tool| event.tool.as_ref() == Some(tool))
            && article.as_ref().is_none_or(|wanted| {
                event.grounds.iter().any(|ground| ground.article == *wanted && ground.action >= *action)
            });
        if !meets {
            return None;
        }
        self.times.push_back(event.time);
        // The clock may be set back: what lies ahead then counts as now.
        while self.times.front().is_some_and(|first| {
            event.time.duration_since(*first).unsigned_abs() > *within && *first < event.time
        }) {
            self.times.pop_front();
        }
        if (self.times.len() as u64) < (*count).min(TIMES_MAX) {
            return None;
        }
        self.times.clear();
        Some(Alert { threshold: self.threshold.clone(), time: event.time })
    }
}

#[cfg(test)]
mod tests {
    use super::Alarm;
    use crate::audit::event::{Event, Facts, What};
    use crate::audit::tally::{About, Ground};
    use crate::charter::{Action, Threshold};
    use jiff::Timestamp;
    use std::time::Duration;

    fn event(second: i64, article: &str, tool: &str, would: Action) -> Event {
        let mut event =
            Event::notice(What::Decision, Timestamp::from_second(second).unwrap(), &Facts::default());
        event.would = would;
        event.tool = Some(tool.into());
        event.grounds = vec![Ground { article: article.into(), action: would, about: About::Finding }];
        event
    }

    fn alarm(article: Option<&str>, tool: Option<&str>) -> Alarm {
        let mut alarm = Alarm::default();
        alarm.set(&[Threshold {
            article: article.map(Into::into),
            tool: tool.map(Into::into),
            action: Action::Block,
            count: 3,
            within: Duration::from_secs(60),
        }]);
        alarm
    }

    #[test]
    fn so_many_within_the_time_fire_once_and_then_count_anew() {
        let mut alarm = alarm(Some("8 b"), None);
        let fired: Vec<bool> = [0, 30, 61, 62, 63, 64, 65, 500]
            .iter()
            .map(|second| !alarm.count(&event(*second, "8 b", "x", Action::Block)).is_empty())
            .collect();
        assert_eq!(fired, [false, false, false, true, false, false, true, false]);
    }

    #[test]
    fn other_articles_tools_and_milder_actions_do_not_count() {
        let mut alarm = alarm(Some("8 b"), Some("chatgpt"));
        for _ in 0..9 {
            for (article, tool, would) in [
                ("7", "chatgpt", Action::Block),
                ("8 b", "claude", Action::Block),
                ("8 b", "chatgpt", Action::Confirm),
            ] {
                assert!(alarm.count(&event(1, article, tool, would)).is_empty(), "{article} {tool}");
            }
        }
    }

    #[test]
    fn a_reload_forgets_nothing_of_a_threshold_that_stays() {
        let mut alarm = alarm(None, None);
        let thresholds: Vec<Threshold> = alarm.watches.iter().map(|watch| watch.threshold.clone()).collect();
        for second in 0..2 {
            assert!(alarm.count(&event(second, "7", "x", Action::Block)).is_empty());
        }
        alarm.set(&thresholds);
        assert_eq!(alarm.count(&event(3, "7", "x", Action::Block)).len(), 1);
    }
}
