//! Document, Feed, Log and Board over a plain key-value store.
