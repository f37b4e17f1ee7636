//! The portal over a small build, asked as browsers, scripts and attackers ask.

mod caching;
mod errors;
mod headers;
mod pages;
mod paths;
mod ranges;
mod tiles;

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{Request, Response, StatusCode};
use futures::StreamExt;
use futures::executor::block_on;
use tower_service::Service;

use crate::{Files, Tiles};

/// A build in memory.
struct Build(BTreeMap<&'static str, &'static str>);

impl Files for Build {
    fn read(&self, path: &str) -> Option<Vec<u8>> {
        self.0.get(path).map(|content| content.as_bytes().to_vec())
    }
}

const FILES: [(&str, &str); 16] = [
    ("index.html", "<!doctype html>citizen"),
    ("index.html.br", "citizen in brotli"),
    ("index.html.gz", "citizen in gzip"),
    ("404.html", "<!doctype html>missing"),
    ("404.html.gz", "missing in gzip"),
    ("console/index.html", "<!doctype html>console"),
    ("worker/index.html", "<!doctype html>worker"),
    ("worker/sw.js", "self.skipWaiting()"),
    ("assets/app-1a2b3c4d.js", "console.log(1)"),
    ("assets/app-1a2b3c4d.js.br", "log in brotli"),
    ("assets/say.m4a", "0123456789"),
    ("assets/empty.txt", ""),
    ("api/openapi.json", "{\"openapi\":\"3.1.0\"}"),
    ("routes.json", "[\"/\",\"/submit\",\"/track/:number\",\"/draws/:id/proof\"]"),
    ("icon.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>"),
    ("favicon.ico", "icon"),
];

/// The response to one request and its body.
struct Answer {
    response: Response<()>,
    body: String,
}

impl Answer {
    fn status(&self) -> StatusCode {
        self.response.status()
    }

    fn header(&self, name: &str) -> &str {
        self.response.headers().get(name).map_or("", |value| value.to_str().unwrap())
    }
}

fn ask_of(files: impl Files, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    ask_with(files, Tiles::default(), method, path, headers)
}

fn ask_with(files: impl Files, tiles: Tiles, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::empty()).unwrap();
    block_on(async {
        let (parts, body) = crate::router(files, tiles).call(request).await.unwrap().into_parts();
        let mut stream = body.into_data_stream();
        let mut bytes = Vec::new();
        while let Some(chunk) = stream.next().await {
            bytes.extend_from_slice(&chunk.unwrap());
        }
        Answer { response: Response::from_parts(parts, ()), body: String::from_utf8(bytes).unwrap() }
    })
}

fn ask(method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    ask_of(Build(FILES.into()), method, path, headers)
}

fn get(path: &str, headers: &[(&str, &str)]) -> Answer {
    ask("GET", path, headers)
}

/// What a browser accepts when it navigates.
const PAGE: (&str, &str) = ("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");
