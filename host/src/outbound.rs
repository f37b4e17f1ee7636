//! Where a component may send requests: `allowed_outbound_hosts`, read as Spin reads it.
//!
//! What is not allowed is denied; an empty list allows nothing.

use crate::HostError;
use http::uri::Scheme;
use http_body_util::BodyExt as _;
use std::sync::Arc;
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, WasiHttpHooks, default_send_request};

#[derive(Debug, PartialEq)]
enum Ports {
    Any,
    One(u16),
    /// From the first to before the second, as in Spin.
    Range(u16, u16),
}

#[derive(Debug, PartialEq)]
enum Hosts {
    Any,
    /// `.example.com`: any name that ends so.
    Below(String),
    One(String),
}

#[derive(Debug, PartialEq)]
struct Pattern {
    scheme: Option<String>,
    hosts: Hosts,
    ports: Ports,
}

impl Pattern {
    fn parse(text: &str) -> Result<Self, String> {
        let (scheme, rest) = text.trim().split_once("://").ok_or("it lacks a scheme such as https:// or *://")?;
        let (host, port) = rest.rsplit_once(':').unwrap_or((rest, ""));
        let (host, port) = (host.trim_end_matches('/'), port.trim_end_matches('/'));
        if host.contains('/') || port.contains('/') {
            return Err("it has a path, and only scheme, host and port can be granted".to_owned());
        }
        if scheme != "*" && !scheme.chars().all(char::is_alphabetic) {
            return Err(format!("\"{scheme}\" is no scheme"));
        }
        Ok(Self {
            scheme: (scheme != "*").then(|| scheme.to_owned()),
            hosts: Hosts::parse(host)?,
            ports: Ports::parse(port, scheme)?,
        })
    }

    fn allows(&self, scheme: &str, host: &str, port: u16) -> bool {
        let host_fits = match &self.hosts {
            Hosts::Any => true,
            Hosts::Below(suffix) => host.ends_with(suffix.as_str()),
            Hosts::One(name) => name == host,
        };
        let port_fits = match self.ports {
            Ports::Any => true,
            Ports::One(one) => one == port,
            Ports::Range(from, to) => (from..to).contains(&port),
        };
        self.scheme.as_deref().is_none_or(|wanted| wanted == scheme) && host_fits && port_fits
    }
}

impl Hosts {
    fn parse(host: &str) -> Result<Self, String> {
        if host == "*" {
            return Ok(Self::Any);
        }
        if host == "self" || host.ends_with("spin.internal") {
            return Err("requests to the application itself are not supported by this host".to_owned());
        }
        match host.strip_prefix("*.") {
            Some(domain) if !domain.contains('*') => Ok(Self::Below(format!(".{domain}"))),
            None if !host.is_empty() && !host.contains(['*', '{']) => Ok(Self::One(host.to_owned())),
            _ => Err(format!("\"{host}\" is no host; a wildcard may only stand first, as in *.example.com")),
        }
    }
}

impl Ports {
    fn parse(port: &str, scheme: &str) -> Result<Self, String> {
        let number = |text: &str| text.parse::<u16>().map_err(|_| format!("\"{port}\" is no port, port range or *"));
        match (port, port.split_once("..")) {
            ("", _) => well_known(scheme)
                .map(Self::One)
                .ok_or_else(|| format!("it needs a port, because {scheme}:// has no usual one")),
            ("*", _) => Ok(Self::Any),
            (_, Some((from, to))) => Ok(Self::Range(number(from)?, number(to)?)),
            (one, None) => number(one).map(Self::One),
        }
    }
}

fn well_known(scheme: &str) -> Option<u16> {
    match scheme {
        "http" => Some(80),
        "https" => Some(443),
        "redis" => Some(6379),
        "postgres" => Some(5432),
        "mysql" => Some(3306),
        "mqtt" => Some(1883),
        _ => None,
    }
}

/// The gate every outbound request of one component passes.
#[derive(Clone)]
pub struct Outbound {
    component: Arc<str>,
    patterns: Arc<[Pattern]>,
}

impl Outbound {
    /// Reads the list of one component, templates already resolved.
    ///
    /// # Errors
    /// Where a pattern is not scheme, host and port.
    pub fn new(component: &Arc<str>, hosts: &[String]) -> Result<Self, HostError> {
        let pattern = |text: &String| {
            Pattern::parse(text).map_err(|what| HostError::Component {
                component: component.to_string(),
                what: format!("allowed_outbound_hosts has \"{text}\", but {what}"),
            })
        };
        let patterns = hosts.iter().map(pattern).collect::<Result<_, _>>()?;
        Ok(Self { component: Arc::clone(component), patterns })
    }

    fn allows(&self, uri: &http::Uri) -> bool {
        let scheme = uri.scheme_str().unwrap_or("https");
        let (Some(host), Some(port)) = (uri.host(), uri.port_u16().or_else(|| well_known(scheme))) else {
            return false;
        };
        let host = host.to_ascii_lowercase();
        self.patterns.iter().any(|pattern| pattern.allows(scheme, &host, port))
    }
}

/// An exchange in flight: the response, and what still has to run while its body is read.
type Sending = Box<
    dyn Future<Output = Result<(http::Response<WasiBody>, Box<dyn Future<Output = Result<(), Error>> + Send>), Error>>
        + Send,
>;

impl WasiHttpHooks for Outbound {
    fn is_supported_scheme(&mut self, scheme: &Scheme) -> bool {
        *scheme == Scheme::HTTP || *scheme == Scheme::HTTPS
    }

    fn send_request(
        &mut self,
        request: http::Request<WasiBody>,
        options: Option<RequestOptions>,
        _: Box<dyn Future<Output = Result<(), Error>> + Send>,
    ) -> Sending {
        if !self.allows(request.uri()) {
            // Host and port only: a path may hold what no log line may.
            let authority = request.uri().authority().map(http::uri::Authority::as_str).unwrap_or_default();
            tracing::warn!(
                "component \"{}\" may not send to {authority}: add it to allowed_outbound_hosts if it should",
                self.component
            );
            return Box::new(async { Err(Error::HttpRequestDenied) });
        }
        Box::new(async move {
            let (response, driver) = default_send_request(request, options).await?;
            let driver: Box<dyn Future<Output = Result<(), Error>> + Send> = Box::new(driver);
            Ok((response.map(|body| body.boxed_unsync()), driver))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(hosts: &[&str], url: &str) -> bool {
        let hosts: Vec<String> = hosts.iter().map(ToString::to_string).collect();
        Outbound::new(&"test".into(), &hosts).unwrap().allows(&url.parse().unwrap())
    }

    #[test]
    fn patterns_grant_scheme_host_and_port() {
        for (host, url, granted) in [
            ("https://api.drand.sh", "https://api.drand.sh/public/1", true),
            ("https://api.drand.sh", "https://API.drand.sh", true),
            ("https://api.drand.sh", "http://api.drand.sh", false),
            ("https://api.drand.sh", "https://api.drand.sh:8443", false),
            ("https://api.drand.sh/", "https://api.drand.sh", true),
            ("https://*.drand.sh", "https://api.drand.sh", true),
            ("https://*.drand.sh", "https://drand.sh", false),
            ("https://*.drand.sh", "https://evildrand.sh", false),
            ("*://*:*", "http://127.0.0.1:9", true),
            ("http://127.0.0.1:8000..8002", "http://127.0.0.1:8001", true),
            ("http://127.0.0.1:8000..8002", "http://127.0.0.1:8002", false),
        ] {
            assert_eq!(allows(&[host], url), granted, "{host} and {url}");
        }
        assert!(!allows(&[], "https://example.com"));
    }

    #[test]
    fn a_wrong_pattern_says_what_is_wrong() {
        for (host, says) in [
            ("example.com", "lacks a scheme"),
            ("https://example.com/path", "has a path"),
            ("https://ex*mple.com", "wildcard"),
            ("*://example.com", "needs a port"),
            ("http://self", "application itself"),
            ("http://a:port", "no port"),
        ] {
            let error = Outbound::new(&"test".into(), &[host.to_owned()]).err().unwrap().to_string();
            assert!(error.contains(says) && error.contains("component \"test\""), "{host}: {error}");
        }
    }
}
