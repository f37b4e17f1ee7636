//! The build as a site: which file stands for a path, read once per instance.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use axum::body::Bytes;
use sha2::{Digest, Sha256};

use crate::Files;
use crate::negotiate::Encoding;
use crate::path::{Path, first_name};
use crate::routes::Routes;
use crate::tiles::Tiles;

/// Compressed first loads are at most 0.1 MiB (citizen), 0.15 (worker) and 0.5 (console with charts), so
/// 8 MiB hold all of them in three encodings and as many images again.
const CACHED_BYTES: usize = 8 * 1024 * 1024;
/// One large file must not take the place of all small ones.
const CACHED_FILE_BYTES: usize = 2 * 1024 * 1024;

/// Paths that belong to other functions: what reaches the portal there is a mistake of the caller.
const FOREIGN: [&str; 4] = ["api", "healthz", "ledger", "open311"];

/// What the map asks for when it is opened.
const TILES: &str = "/tiles.json";
/// The entry with the map, and so the only one whose policy lets its tiles through.
pub(crate) const CITIZENS: &str = "index.html";

/// One file in one encoding.
#[derive(Debug, Clone)]
pub(crate) struct Asset {
    pub(crate) bytes: Bytes,
    /// Strong, quoted, different for every encoding.
    pub(crate) etag: Arc<str>,
    pub(crate) encoding: Encoding,
}

/// What a path leads to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// This file of the build.
    File(String),
    /// A page of an entry: its index, which the client gets because it accepts pages.
    Page(String),
    /// Where map tiles come from, which is no file.
    Tiles,
    /// A directory that was named without its slash.
    Directory,
    /// Nothing, on a path of a program interface.
    NothingForeign,
    /// Nothing.
    Nothing,
}

#[derive(Default)]
struct Cache {
    assets: HashMap<String, Asset>,
    bytes: usize,
}

/// The build, with what has been read of it.
pub(crate) struct Site {
    files: Box<dyn Files>,
    cache: Mutex<Cache>,
    routes: OnceLock<Option<Routes>>,
    pub(crate) tiles: Tiles,
}

impl Site {
    pub(crate) fn new(files: impl Files, tiles: Tiles) -> Self {
        Self { files: Box::new(files), cache: Mutex::default(), routes: OnceLock::new(), tiles }
    }

    /// Finds what a raw path leads to, for a client that accepts pages or not.
    pub(crate) fn resolve(&self, raw: &str, accepts_page: bool) -> Target {
        if raw == TILES {
            return Target::Tiles;
        }
        let nothing = |first: &str| {
            if FOREIGN.contains(&first) { Target::NothingForeign } else { Target::Nothing }
        };
        let Some(path) = Path::parse(raw) else { return nothing(first_name(raw.trim_start_matches('/'))) };
        if !path.directory && self.load(path.as_str(), Encoding::Identity).is_some() {
            return Target::File(path.as_str().to_owned());
        }
        let index = path.index();
        if self.load(&index, Encoding::Identity).is_some() {
            return if path.directory { Target::File(index) } else { Target::Directory };
        }
        match nothing(path.first()) {
            Target::Nothing if accepts_page && path.is_page() => {
                self.entry_of(&path).map_or(Target::Nothing, Target::Page)
            }
            nothing => nothing,
        }
    }

    /// The index of the entry that routes this path itself. The citizen entry says which it knows; a
    /// build without that list leaves it to the page.
    fn entry_of(&self, path: &Path) -> Option<String> {
        let own = format!("{}/index.html", path.first());
        if self.load(&own, Encoding::Identity).is_some() {
            return Some(own);
        }
        let read = || Routes::parse(&self.load("routes.json", Encoding::Identity)?.bytes);
        let known = self.routes.get_or_init(read).as_ref().is_none_or(|routes| routes.know(path.as_str()));
        known.then(|| CITIZENS.to_owned())
    }

    /// The first of these encodings that the build holds.
    pub(crate) fn best(&self, file: &str, encodings: &[Encoding]) -> Option<Asset> {
        encodings.iter().find_map(|encoding| self.load(file, *encoding))
    }

    /// Reads a file in one encoding, or remembers it. Bytes and tag are kept together, so a build that
    /// changes under a running instance cannot mix them.
    fn load(&self, file: &str, encoding: Encoding) -> Option<Asset> {
        let name = format!("{file}{}", encoding.suffix());
        if let Some(asset) = self.cache.lock().unwrap_or_else(PoisonError::into_inner).assets.get(&name) {
            return Some(asset.clone());
        }
        let bytes = Bytes::from(self.files.read(&name)?);
        let asset = Asset { etag: etag(&bytes, encoding), bytes, encoding };
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        let total = cache.bytes.saturating_add(asset.bytes.len());
        if asset.bytes.len() <= CACHED_FILE_BYTES && total <= CACHED_BYTES {
            cache.bytes = total;
            cache.assets.insert(name, asset.clone());
        }
        Some(asset)
    }
}

/// Half of SHA-256 is enough to tell versions of a file apart: 128 bits in 32 digits.
fn etag(bytes: &[u8], encoding: Encoding) -> Arc<str> {
    use core::fmt::Write;
    let mut tag = String::from("\"");
    for byte in Sha256::digest(bytes).iter().take(16) {
        // Writing to a string cannot fail.
        let _always_ok = write!(tag, "{byte:02x}");
    }
    if let Some(token) = encoding.token() {
        tag.push('-');
        tag.push_str(token);
    }
    tag.push('"');
    tag.into()
}
