//! The onetown command.
