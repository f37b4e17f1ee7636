//! The pages that the citizen entry knows, as its build wrote them down.

/// Patterns of paths: names and `:parameters`.
#[derive(Debug)]
pub(crate) struct Routes {
    patterns: Vec<String>,
}

impl Routes {
    /// Reads `routes.json`, an array of patterns such as `/track/:number`.
    pub(crate) fn parse(json: &[u8]) -> Option<Self> {
        serde_json::from_slice(json).ok().map(|patterns| Self { patterns })
    }

    /// Whether a path without leading slash matches a pattern.
    pub(crate) fn know(&self, path: &str) -> bool {
        self.patterns.iter().any(|pattern| matches(pattern.trim_matches('/'), path))
    }
}

fn matches(pattern: &str, path: &str) -> bool {
    let (mut expected, mut names) = (pattern.split('/'), path.split('/'));
    loop {
        match (expected.next(), names.next()) {
            (None, None) => return true,
            (Some(expected), Some(name)) if expected == name => {}
            (Some(expected), Some(name)) if expected.starts_with(':') && !name.is_empty() => {}
            _ => return false,
        }
    }
}
