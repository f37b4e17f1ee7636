//! Which component answers a path, and what Spin tells it about the match.
//!
//! The matching is Spin's own crate (`routefinder`), so precedence is the same: literal segments
//! before parameters before wildcards, longest first.

use crate::HostError;
use crate::manifest::Trigger;
use http::{HeaderMap, HeaderName, HeaderValue};
use std::net::SocketAddr;

const PATH_MATCH: &str = "spin-path-match-";

struct Target {
    /// Position of the component in the host's list.
    component: usize,
    raw: String,
    /// The route with a leading and without a trailing slash.
    based: String,
}

/// The routing table.
pub struct Routes(routefinder::Router<Target>);

/// A path's match.
pub struct Matched {
    /// Position of the component in the host's list.
    pub component: usize,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Routes {
    /// Builds the table. As in Spin, of two equal routes the later one counts.
    ///
    /// # Errors
    /// Where a route cannot be read.
    pub fn new(triggers: &[Trigger], position: impl Fn(&str) -> Option<usize>) -> Result<Self, HostError> {
        let mut router = routefinder::Router::new();
        for (n, trigger) in triggers.iter().enumerate() {
            let replaced = triggers.iter().skip(n + 1).find(|later| later.route == trigger.route);
            if let Some(later) = replaced {
                tracing::warn!(
                    "route {} of \"{}\" is never used: \"{}\" has it too",
                    trigger.route,
                    trigger.component,
                    later.component
                );
                continue;
            }
            let fail = |what: String| HostError::Component {
                component: trigger.component.clone(),
                what: format!("route \"{}\" cannot be read: {what}", trigger.route),
            };
            let component = position(&trigger.component).ok_or_else(|| fail("no such component".to_owned()))?;
            let based = format!("/{}", trigger.route.trim_start_matches('/'));
            let based = based.strip_suffix('/').unwrap_or(&based).to_owned();
            let pattern = match based.strip_suffix("/...") {
                Some(prefix) => format!("{prefix}/*"),
                None => based.clone(),
            };
            let target = Target { component, raw: trigger.route.clone(), based };
            router.add(pattern.as_str(), target).map_err(|error| fail(error.to_string()))?;
        }
        Ok(Self(router))
    }

    /// The component for a path, with the headers that follow from the match.
    #[must_use]
    pub fn find(&self, path: &str) -> Option<Matched> {
        let found = self.0.best_match(path)?;
        let target = found.handler();
        let mut headers = Vec::with_capacity(8);
        let mut add = |name: HeaderName, value: &str| {
            // What a header cannot carry (control characters) is left out, not sent garbled.
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.push((name, value));
            }
        };
        let captures = found.captures();
        add(HeaderName::from_static("spin-path-info"), &path_info(captures.wildcard(), path));
        add(HeaderName::from_static("spin-matched-route"), &target.based);
        add(HeaderName::from_static("spin-raw-component-route"), &target.raw);
        let prefix = target.raw.strip_suffix("/...").unwrap_or(&target.raw);
        add(HeaderName::from_static("spin-component-route"), prefix);
        for (name, value) in captures.iter() {
            let header = format!("{PATH_MATCH}{}", name.to_ascii_lowercase().replace('_', "-"));
            if let Ok(header) = HeaderName::try_from(header) {
                add(header, value);
            }
        }
        Some(Matched { component: target.component, headers })
    }
}

/// What the wildcard took, with its slashes as Spin has always given them.
fn path_info(wildcard: Option<&str>, path: &str) -> String {
    match (wildcard, path.ends_with('/')) {
        (None | Some(""), false) | (None, true) => String::new(),
        (Some(""), true) => "/".to_owned(),
        (Some(rest), false) => format!("/{rest}"),
        (Some(rest), true) => format!("/{}/", rest.trim_end_matches('/')),
    }
}

impl Matched {
    /// Adds what is true after whatever the client sent under Spin's names. Spin removes nothing either
    /// (`crates/trigger-http/src/wasi.rs`, `prepare_request`), so a guest may believe the last value only.
    pub fn add_headers(self, headers: &mut HeaderMap, full_url: &str, client: SocketAddr) {
        headers.append("spin-base-path", HeaderValue::from_static("/"));
        if let Ok(url) = HeaderValue::from_str(full_url) {
            headers.append("spin-full-url", url);
        }
        if let Ok(client) = HeaderValue::try_from(client.to_string()) {
            headers.append("spin-client-addr", client);
        }
        headers.extend(self.headers);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(routes: &[&str]) -> Routes {
        let triggers: Vec<Trigger> = routes
            .iter()
            .map(|route| Trigger { id: None, route: route.to_string(), component: route.to_string() })
            .collect();
        Routes::new(&triggers, |name| routes.iter().position(|route| *route == name)).unwrap()
    }

    #[test]
    fn the_most_specific_route_wins() {
        let routes = ["/...", "/api/...", "/api/orders", "/api/orders/:id", "/api/orders/:id/events", "/"];
        let table = table(&routes);
        for (path, route) in [
            ("/", "/"),
            ("/anything/else", "/..."),
            ("/api", "/api/..."),
            ("/api/", "/api/..."),
            ("/api/x/y", "/api/..."),
            ("/api/orders", "/api/orders"),
            ("/api/orders/7", "/api/orders/:id"),
            ("/api/orders/7/events", "/api/orders/:id/events"),
            ("/api/orders/7/other", "/api/..."),
        ] {
            assert_eq!(routes[table.find(path).unwrap().component], route, "{path}");
        }
        assert!(super::tests::table(&["/only"]).find("/other").is_none());
    }

    fn headers(route: &str, path: &str, sent: &[(&str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in sent {
            headers.append(HeaderName::try_from(*name).unwrap(), value.parse().unwrap());
        }
        let url = format!("http://town.example{path}?q=1");
        let client = "127.0.0.1:8777".parse().unwrap();
        table(&[route]).find(path).unwrap().add_headers(&mut headers, &url, client);
        headers
    }

    #[test]
    fn spin_headers_describe_the_match() {
        let found = headers("/foo/:user_id/...", "/foo/42/bar/", &[]);
        for (name, value) in [
            ("spin-path-info", "/bar/"),
            ("spin-full-url", "http://town.example/foo/42/bar/?q=1"),
            ("spin-matched-route", "/foo/:user_id/..."),
            ("spin-raw-component-route", "/foo/:user_id/..."),
            ("spin-component-route", "/foo/:user_id"),
            ("spin-base-path", "/"),
            ("spin-client-addr", "127.0.0.1:8777"),
            ("spin-path-match-user-id", "42"),
        ] {
            assert_eq!(found.get(name).unwrap(), value, "{name}");
        }
        assert_eq!(headers("/foo/...", "/foo", &[])["spin-path-info"], "");
        assert_eq!(headers("/foo/...", "/foo/", &[])["spin-path-info"], "/");
    }

    #[test]
    fn what_is_true_comes_after_what_a_client_forged() {
        let sent = [
            ("spin-client-addr", "10.0.0.1:1"),
            ("spin-client-addr", "10.0.0.2:2"),
            ("Spin-Path-Match-Role", "admin"),
            ("spin-path-info", "/secret"),
            ("x-harmless", "kept"),
        ];
        let found = headers("/foo", "/foo", &sent);
        let all = |name: &str| found.get_all(name).iter().cloned().collect::<Vec<_>>();
        assert_eq!(all("spin-client-addr"), ["10.0.0.1:1", "10.0.0.2:2", "127.0.0.1:8777"]);
        assert_eq!(all("spin-path-info"), ["/secret", ""]);
        assert_eq!(all("spin-path-match-role"), ["admin"]);
        assert_eq!(all("x-harmless"), ["kept"]);
    }
}
