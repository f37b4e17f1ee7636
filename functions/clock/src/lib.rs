//! The tick: sequence the feed, fold the boards, run the reactions.
