//! From the path of a request to the name of a file, or to nothing.

use percent_encoding::percent_decode_str;

/// A path of clean names without the leading slash; empty for the root.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Path {
    names: String,
    /// The request ended in a slash, so it means a directory. The root does too.
    pub(crate) directory: bool,
}

impl Path {
    /// Decodes a request's path once; `None` if a name is empty, hidden or not plain text.
    ///
    /// A name that still has a percent sign, a slash or a backslash after decoding was encoded to get
    /// past somebody, and no file of a build is called so.
    pub(crate) fn parse(raw: &str) -> Option<Self> {
        let rest = raw.strip_prefix('/')?;
        let directory = rest.is_empty() || rest.ends_with('/');
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let mut names = String::with_capacity(rest.len());
        for raw_name in rest.split('/') {
            if rest.is_empty() {
                break;
            }
            let name = percent_decode_str(raw_name).decode_utf8().ok()?;
            if name.is_empty() || name.starts_with('.') || name.chars().any(is_unfit) {
                return None;
            }
            if !names.is_empty() {
                names.push('/');
            }
            names.push_str(&name);
        }
        let sibling = names.ends_with(".br") || names.ends_with(".gz");
        (!sibling).then_some(Self { names, directory })
    }

    /// The names with slashes between them.
    pub(crate) fn as_str(&self) -> &str {
        &self.names
    }

    /// The first name, which tells the entries and the other functions' paths apart.
    pub(crate) fn first(&self) -> &str {
        first_name(&self.names)
    }

    /// Whether the last name has no extension, as the paths of pages have.
    pub(crate) fn is_page(&self) -> bool {
        !self.names.rsplit('/').next().unwrap_or_default().contains('.')
    }

    /// The file in this directory that stands for it.
    pub(crate) fn index(&self) -> String {
        if self.names.is_empty() { "index.html".to_owned() } else { format!("{}/index.html", self.names) }
    }
}

/// The first name of a path without leading slash.
pub(crate) fn first_name(path: &str) -> &str {
    path.split('/').next().unwrap_or_default()
}

fn is_unfit(letter: char) -> bool {
    letter.is_control() || matches!(letter, '/' | '\\' | '%' | ':')
}
