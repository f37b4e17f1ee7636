//! Serves the static portal with security headers, ETag and precompressed bodies.
