//! The function kit: router, errors, limits, configuration, Spin adapters.
