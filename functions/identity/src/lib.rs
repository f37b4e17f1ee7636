//! Staff, sessions, and the administrator's load of the catalogue.
