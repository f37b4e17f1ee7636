//! What a callback leads to (回访, handbook §1.7): closed, done once more, or a ruling where redos end.

use super::clocks::Rules;
use super::code::Explanation;
use super::gate::ensure;
use super::refusal::Why;
use super::work::{Answer, Clocks, Handling, Visited, Work};
use super::{Status, WorkOrder};
use crate::time::Moment;

impl WorkOrder {
    /// What an attempt at a callback leads to.
    pub(super) fn visited(
        &self,
        work: Work,
        answer: Option<Answer>,
        clocks: &Clocks,
        rules: Rules,
        now: Moment,
    ) -> Result<Box<Visited>, Why> {
        let (to, ruling) = match answer {
            Some(answer) => {
                ensure(answer.is_valid(), Why::AnswersMissing)?;
                self.after_answer(answer, rules)
            }
            None if self.is_last_attempt(now, rules) => (Status::Closed, false),
            None => (Status::PendingVisit, false),
        };
        Ok(self.outcome(work, answer, to, ruling, clocks))
    }

    /// Where an answer leads: closed, a redo, or a ruling where redos end.
    fn after_answer(&self, answer: Answer, rules: Rules) -> (Status, bool) {
        let none = Handling::default();
        let h = self.handled().unwrap_or(&none);
        let can_be_redone = h.class.is_none_or(Explanation::can_be_redone) && h.redos < rules.redos_max;
        match (answer.is_dissatisfied(), can_be_redone) {
            (false, _) => (Status::Closed, false),
            (true, true) => (Status::InProgress, false),
            (true, false) => (Status::PendingVisit, true),
        }
    }

    fn is_last_attempt(&self, now: Moment, rules: Rules) -> bool {
        let earlier = self.handled().map(|h| h.attempts.as_slice()).unwrap_or_default();
        let attempts: Vec<_> = earlier.iter().copied().chain([now]).map(Moment::date).collect();
        let mut days = attempts.clone();
        // Attempts only get later.
        days.dedup();
        let enough = |count: usize, least: u32| u32::try_from(count).unwrap_or(u32::MAX) >= least;
        enough(attempts.len(), rules.visit_attempts) && enough(days.len(), rules.visit_days)
    }

    pub(super) fn outcome(
        &self,
        work: Work,
        answer: Option<Answer>,
        to: Status,
        ruling: bool,
        clocks: &Clocks,
    ) -> Box<Visited> {
        let clocks = (to == Status::InProgress).then(|| Box::new(clocks.clone()));
        Box::new(Visited { work: self.for_lead(work), answer, to, ruling, clocks, reasons: Vec::new() })
    }
}

impl Answer {
    /// Whether at least one question is answered and the satisfaction is 1 to 5.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        let any = self.contacted.is_some() || self.resolved.is_some() || self.satisfaction.is_some();
        any && self.satisfaction.is_none_or(|stars| (1..=5).contains(&stars))
    }

    /// Whether the caller says that it is not resolved, or is dissatisfied.
    #[must_use]
    pub fn is_dissatisfied(&self) -> bool {
        self.resolved == Some(false) || self.satisfaction.is_some_and(|stars| stars <= 2)
    }
}
