//! Aggregates, state machines, calendar, deadlines: the law as pure functions.
