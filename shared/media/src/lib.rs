//! What an upload really is, and the same file without its metadata.
