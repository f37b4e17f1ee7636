//! Serves the static portal with security headers, ETag and precompressed bodies.
//!
//! The portal is what Vite left in `web/dist`, mounted read-only at `/web`. This function decides which
//! file answers a path, in which encoding, and what the browser may do with it.
//!
//! What must stay true:
//! - A path leads to a file of the build or to 404, never out of it; hidden files and the compressed
//!   siblings cannot be named.
//! - Every response has a content-length and the security headers, errors included, and every HTML
//!   response has the content security policy.
//! - An unknown path is a 404 and not a page that looks well: the entries' indexes answer only paths
//!   that their routers know.
//! - The function reads nothing but the mount and where map tiles come from, keeps nothing, and logs nothing about who
//!   asks.

mod answer;
mod negotiate;
mod path;
mod range;
mod routes;
mod security;
mod site;
mod tiles;

use std::sync::Arc;

use axum::Router;

use crate::site::Site;
pub use crate::tiles::Tiles;

/// The files of the build.
pub trait Files: Send + Sync + 'static {
    /// The content of a file, by its path in the build with `/` between names (`assets/app-1a2b.js`);
    /// `None` if there is no such file. The path has been checked: it has no empty, hidden or dot names.
    fn read(&self, path: &str) -> Option<Vec<u8>>;
}

/// A build in a directory: the mount of the component, or a folder in a test.
#[derive(Debug, Clone)]
pub struct Directory {
    root: std::path::PathBuf,
}

impl Directory {
    /// The build below this directory.
    #[must_use]
    pub fn new(root: impl Into<std::path::PathBuf>) -> Self {
        Self { root: root.into() }
    }
}

impl Files for Directory {
    fn read(&self, path: &str) -> Option<Vec<u8>> {
        std::fs::read(self.root.join(path)).ok()
    }
}

/// The portal over these files, with these map tiles: every method, every path.
pub fn router(files: impl Files, tiles: Tiles) -> Router {
    Router::new().fallback(answer::answer).with_state(Arc::new(Site::new(files, tiles)))
}

#[cfg(target_family = "wasm")]
mod component {
    //! The Spin component: one router for the life of the instance, so that its cache is shared.

    use std::sync::OnceLock;

    use axum::Router;
    use spin_sdk::http::{IntoResponse, Request};
    use spin_sdk::{http_service, variables};
    use tower_service::Service;

    use crate::Tiles;

    /// Where the manifest mounts `web/dist`.
    const MOUNT: &str = "/web";

    static ROUTER: OnceLock<Router> = OnceLock::new();

    #[http_service]
    async fn handle(request: Request) -> impl IntoResponse {
        let known = ROUTER.get().cloned();
        let mut router = match known {
            Some(router) => router,
            None => {
                let tiles = tiles().await;
                ROUTER.get_or_init(|| crate::router(crate::Directory::new(MOUNT), tiles)).clone()
            }
        };
        router.call(request).await
    }

    /// The tile source that the manifest's variables name; none, and a line in the log, where it is not understood.
    async fn tiles() -> Tiles {
        let source = variables::get("tile_source").await.unwrap_or_default();
        let attribution = variables::get("tile_attribution").await.unwrap_or_default();
        Tiles::parse(&source, &attribution).unwrap_or_else(|sentence| {
            eprintln!("{}", serde_json::json!({ "level": "error", "cause": sentence }));
            Tiles::default()
        })
    }
}

#[cfg(test)]
mod tests;
