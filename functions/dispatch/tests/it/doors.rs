//! Every route of the bundle, who may knock at it, and every role knocking.
//!
//! The list is held to the functions' own source, so that no route can be added without saying whose it is.

use std::collections::BTreeSet;

use domain::order::Relation;
use domain::permission::{Action, permitted};
use domain::staff::Role;
use http::{Request, Response};
use serde_json::{Value, json};
use service::{Network, NetworkError};

use crate::town::{Answer, OTHER, Person, Town};

/// Whose a route is.
#[derive(Debug, Clone, Copy)]
enum Door {
    /// Anybody's: citizens, with a case secret where it is about a case; what they may is tested with their functions.
    Public,
    /// The timer's, with the clock key.
    Clock,
    /// Whoever is signed in.
    Session,
    /// Whoever may do this where they work.
    May(Action),
    /// Whoever may see the order; steps by role and relation are tested in `rights`.
    Order,
    /// Whoever may see the whistle, or the export; tested with them.
    Own,
}

use Door::{Clock, May, Order, Own, Public, Session};

const ID: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaa";

const DOORS: &[(&str, &str, Door)] = &[
    ("GET", "/healthz", Public),
    ("GET", "/api/catalogue", Public),
    ("GET", "/api/intake/public", Public),
    ("POST", "/api/intake/orders", Public),
    ("POST", "/api/intake/attachments", Public),
    ("GET", "/api/intake/orders/{reference}", Public),
    ("GET", "/api/intake/orders/{reference}/attachments/{id}", Public),
    ("POST", "/api/intake/orders/{reference}/supplements", Public),
    ("POST", "/api/intake/orders/{reference}/urges", Public),
    ("POST", "/api/intake/orders/{reference}/withdrawal", Public),
    ("POST", "/api/identity/setup", Public),
    ("POST", "/api/identity/sessions", Public),
    ("POST", "/api/clock/tick", Clock),
    ("POST", "/api/clock/duties", Clock),
    ("POST", "/api/clock/fold", Session),
    ("GET", "/api/identity/me", Session),
    ("GET", "/api/identity/account", Session),
    ("POST", "/api/identity/account/password", Session),
    ("DELETE", "/api/identity/sessions/others", Session),
    ("DELETE", "/api/identity/sessions/current", Session),
    ("GET", "/api/dispatch/queues", Session),
    ("GET", "/api/dispatch/queues/{name}", Own),
    ("GET", "/api/dispatch/orders", Session),
    ("GET", "/api/dispatch/dashboard", Session),
    ("GET", "/api/dispatch/units", Session),
    ("GET", "/api/whistles", Session),
    ("GET", "/api/exports", Session),
    ("GET", "/api/identity/staff", May(Action::SeeStaff)),
    ("GET", "/api/identity/staff/{account}", May(Action::SeeStaff)),
    ("GET", "/api/identity/keys", May(Action::SeeStaff)),
    ("POST", "/api/identity/staff", May(Action::ManageStaff)),
    ("POST", "/api/identity/staff/{account}/{change}", May(Action::ManageStaff)),
    ("POST", "/api/identity/keys", May(Action::ManageStaff)),
    ("POST", "/api/identity/keys/{id}/revocation", May(Action::ManageStaff)),
    ("GET", "/api/admin/catalogue", May(Action::ManageCatalogue)),
    ("PUT", "/api/admin/catalogue", May(Action::ManageCatalogue)),
    ("POST", "/api/admin/catalogue/preview", May(Action::ManageCatalogue)),
    ("GET", "/api/dispatch/in-use", May(Action::ManageCatalogue)),
    ("GET", "/api/dispatch/looks", May(Action::SeeLooks)),
    ("GET", "/api/dispatch/looks/{book}", May(Action::SeeLooks)),
    ("POST", "/api/exports", May(Action::ExportOrders)),
    ("POST", "/api/whistles", May(Action::BlowWhistle)),
    ("GET", "/api/dispatch/orders/{reference}", Order),
    ("GET", "/api/dispatch/orders/{reference}/attachments/{id}", Order),
    ("POST", "/api/dispatch/orders/{reference}/caller-looks", Order),
    ("POST", "/api/dispatch/orders/{reference}/{step}", Order),
    ("GET", "/api/whistles/{id}", Own),
    ("GET", "/api/catalogue/map", Public),
    ("GET", "/api/catalogue/notices", Public),
    ("GET", "/api/intake/similar", Public),
    ("GET", "/api/intake/statistics", Public),
    ("GET", "/api/intake/orders/{reference}/export", Public),
    ("POST", "/api/intake/orders/{reference}/erasure", Public),
    ("POST", "/api/intake/orders/{reference}/rating", Public),
    ("POST", "/api/intake/orders/{reference}/redo", Public),
    ("POST", "/api/intake/public/{number}/me-too", Public),
    ("POST", "/api/hotline/events", Public),
    ("POST", "/api/clock/relay", Clock),
    ("POST", "/api/clock/outbox", Clock),
    ("POST", "/api/clock/courier", Clock),
    ("POST", "/api/clock/fetcher", Clock),
    ("POST", "/api/clock/beacon", Clock),
    ("POST", "/api/clock/reconciliation", Clock),
    ("GET", "/api/hotline/platforms", May(Action::SeeHotline)),
    ("GET", "/api/hotline/tickets", May(Action::SeeHotline)),
    ("GET", "/api/hotline/tickets/{id}", May(Action::SeeHotline)),
    ("GET", "/api/hotline/reconciliation", May(Action::SeeHotline)),
    ("POST", "/api/hotline/preview", May(Action::WorkHotline)),
    ("POST", "/api/hotline/tickets/{id}/{step}", May(Action::WorkHotline)),
    ("POST", "/api/hotline/reconciliation", May(Action::WorkHotline)),
    ("POST", "/api/hotline/reconciliation/repair", May(Action::WorkHotline)),
    ("GET", "/api/inspection/draws", Public),
    ("GET", "/api/inspection/draws/{id}", Public),
    ("GET", "/api/inspection/draws/{id}/bundle", Public),
    ("POST", "/api/inspection/draws/{id}/entropy", Public),
    ("GET", "/api/inspection/draws/{id}/contributors", Public),
    ("POST", "/api/inspection/draws/{id}/contributors", Public),
    ("GET", "/api/inspection/results", Public),
    ("GET", "/api/inspection/library", May(Action::SeeInspection)),
    ("GET", "/api/inspection/plan", May(Action::SeeInspection)),
    ("GET", "/api/inspection/desk/{draw}", May(Action::SeeInspection)),
    ("POST", "/api/inspection/plan", May(Action::PlanDraw)),
    ("POST", "/api/inspection/plan/{draw}/{step}", May(Action::ApproveDraw)),
    ("POST", "/api/inspection/desk/{draw}/commit", May(Action::PlanDraw)),
    ("POST", "/api/inspection/desk/{draw}/direct-assign", May(Action::PlanDraw)),
    ("POST", "/api/inspection/desk/{draw}/direct-sign", May(Action::ApproveDraw)),
    ("POST", "/api/inspection/desk/{draw}/{step}", May(Action::ApproveDraw)),
    ("GET", "/api/inspection/checks", May(Action::SeeInspection)),
    ("GET", "/api/inspection/checks/{draw}/{subject}", Own),
    ("POST", "/api/inspection/checks/{draw}/{subject}/{step}", May(Action::Inspect)),
];
/// The same, of which there are as many as fit no table row.
const STEPS: &[(&str, &str, Door)] =
    &[("POST", "/api/whistles/{id}/{step}", Own), ("POST", "/api/exports/{id}/{step}", Own)];

fn doors() -> impl Iterator<Item = (&'static str, &'static str, Door)> {
    DOORS.iter().chain(STEPS).copied()
}

/// Methods and patterns in the functions' own source.
fn written() -> BTreeSet<(String, String)> {
    let functions = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = BTreeSet::new();
    for function in std::fs::read_dir(functions).unwrap() {
        let Ok(source) = std::fs::read_to_string(function.unwrap().path().join("src/lib.rs")) else { continue };
        for call in source.split(".route(").skip(1) {
            let pattern = call.split('"').nth(1).unwrap();
            // Up to the next route, or the end of the chain.
            let handlers = call.split("\n}").next().unwrap();
            for (word, method) in [("get(", "GET"), ("post(", "POST"), ("put(", "PUT"), ("delete(", "DELETE")] {
                if handlers.contains(word) {
                    found.insert((method.to_owned(), pattern.to_owned()));
                }
            }
        }
    }
    found
}

#[test]
fn every_route_of_every_function_says_whose_it_is() {
    let named: BTreeSet<(String, String)> =
        doors().map(|(method, path, _)| (method.to_owned(), path.to_owned())).collect();
    let written: BTreeSet<_> = written().into_iter().filter(|(_, path)| path.starts_with('/')).collect();
    let missing: Vec<_> = written.difference(&named).collect();
    let gone: Vec<_> = named.difference(&written).collect();
    assert!(missing.is_empty() && gone.is_empty(), "not in the list: {missing:?}; no route: {gone:?}");
    assert!(written.len() > 40);
}

/// An address of the pattern.
fn address(pattern: &str) -> String {
    let filled =
        [("{reference}", ID), ("{id}", ID), ("{book}", ID), ("{account}", "admin"), ("{change}", "suspension")];
    let filled = filled.into_iter().fold(pattern.to_owned(), |path, (name, value)| path.replace(name, value));
    let step = match pattern {
        path if path.contains("exports") => "take",
        path if path.contains("tickets") => "resend",
        path if path.contains("plan") => "approve",
        path if path.contains("checks") => "enter",
        _ => "sign",
    };
    let filled = filled.replace("{number}", ID).replace("{draw}", "2026-D06-001").replace("{subject}", "YD-DX-0001");
    filled.replace("{name}", "pool").replace("{step}", step)
}

/// No way out of the house.
#[derive(Clone)]
struct NoNetwork;

impl Network for NoNetwork {
    async fn send(&self, _: Request<Vec<u8>>, _: usize, _: u64) -> Result<Response<Vec<u8>>, NetworkError> {
        Err(NetworkError::Unreachable)
    }
}

/// The town with every function of the bundle.
async fn whole_town() -> Town {
    let mut town = Town::new().await;
    let routes = crate::town::functions()
        .merge(hotline::routes())
        .merge(relay::routes())
        .merge(outbox::routes())
        .merge(liaison::routes())
        .merge(courier::routes(NoNetwork))
        .merge(fetcher::routes(NoNetwork))
        .merge(beacon::routes(NoNetwork))
        .merge(reconciliation::routes(NoNetwork))
        .merge(inspection::routes())
        .merge(commitment::routes())
        .merge(drawing::routes())
        .merge(pledges::routes())
        .merge(checks::routes())
        .merge(draws::routes());
    town.router = service::finish(routes, service::App::new(town.kv.clone()));
    town
}

async fn knock(town: &mut Town, who: Option<&Person>, method: &str, pattern: &str) -> Answer {
    let path = address(pattern);
    let body = json!({});
    match (who, method) {
        (Some(who), "GET") => town.get(who, &path).await,
        (Some(who), _) => town.post(who, method, &path, &body).await,
        (None, "GET") => town.send("GET", &path, &[], None).await,
        (None, _) => town.send(method, &path, &[], Some(&body)).await,
    }
}

#[tokio::test]
async fn nobody_who_is_not_signed_in_gets_past_any_door() {
    let mut town = whole_town().await;
    for (method, pattern, door) in doors() {
        let answer = knock(&mut town, None, method, pattern).await;
        match door {
            Public => assert_ne!(answer.said(), (401, "noSession"), "{method} {pattern}"),
            Clock => assert_eq!(answer.said(), (401, "clockKeyRequired"), "{method} {pattern}"),
            _ => assert_eq!(answer.said(), (401, "noSession"), "{method} {pattern}"),
        }
    }
}

#[tokio::test]
async fn every_role_knocks_at_every_door_at_the_centre_and_elsewhere() {
    let mut town = whole_town().await;
    let mut tried = 0;
    for (unit, relation) in [("C01", Relation::Centre), (OTHER, Relation::Outside)] {
        for role in Role::ALL {
            let account = format!("{}-{}", role.as_str().replace('_', "-"), unit.to_lowercase());
            let who = town.person(&account, role.as_str(), unit).await;
            // A unit that leads nothing exports nothing, and may ask.
            let may = |action| {
                permitted(*role, action, relation) || {
                    action == Action::ExportOrders && permitted(*role, action, Relation::Leading)
                }
            };
            // Signing out comes last in the list of what a session may do, so it is left out here.
            for (method, pattern, door) in doors().filter(|(_, path, _)| !path.ends_with("/current")) {
                let what = format!("{role} of {unit}: {method} {pattern}");
                let answer = knock(&mut town, Some(&who), method, pattern).await;
                let shut = answer.said() == (403, "forbidden") || answer.said() == (403, "notPermitted");
                match door {
                    Public | Clock => continue,
                    Session => assert!(!shut && answer.status != 401, "{what}: {answer:?}"),
                    May(Action::BlowWhistle) => {
                        // The whistle asks for its form first; who blows it is tested with whistles.
                        assert!(matches!(answer.status, 403 | 422), "{what}: {answer:?}");
                        assert!(may(Action::BlowWhistle) || answer.status == 403 || answer.status == 422);
                    }
                    May(action) => assert_eq!(!shut, may(action), "{what}: {answer:?}"),
                    Order => assert_eq!(answer.said(), (404, "notFound"), "{what}"),
                    Own => assert!(matches!(answer.status, 200 | 403 | 404), "{what}: {answer:?}"),
                }
                assert!(answer.status < 500, "{what}: {answer:?}");
                tried += 1;
            }
        }
    }
    assert!(tried > 1_000, "{tried}");
}

/// Status, headers and body, less what names the request itself.
fn told(answer: &Answer) -> (u16, Vec<(String, String)>, Value) {
    let mut body = answer.body.clone();
    if let Some(trace) = body.get_mut("traceId") {
        *trace = Value::Null;
    }
    let headers = answer.headers.iter().filter(|(name, _)| name != "traceparent").cloned().collect();
    (answer.status, headers, body)
}

/// What must not be known is answered as what does not exist: by every route, to the last header.
#[tokio::test]
async fn what_is_hidden_and_what_is_not_there_are_one_answer() {
    let mut town = Town::new().await;
    let dispatcher = town.person("dispatcher", "dispatcher", "C01").await;
    let supervisor = town.person("supervisor", "supervisor", "C01").await;
    let stranger = town.person("stranger", "handler", OTHER).await;
    let (order, _) = town.submit().await;
    let number = town.get(&dispatcher, &format!("/api/dispatch/orders/{order}")).await.good()["number"].clone();
    let whistle = json!({"kind": "enforcement", "text": "占道。", "units": ["D05"]});
    let whistle = town.post(&dispatcher, "POST", "/api/whistles", &whistle).await.good()["id"].clone();
    let export = json!({"filter": {}, "purpose": "x", "callers": true});
    let export = town.post(&supervisor, "POST", "/api/exports", &export).await.good()["id"].clone();
    let [number, whistle, export] = [&number, &whistle, &export].map(|id| id.as_str().unwrap().to_owned());
    let mut compared = 0;
    for (method, pattern, _) in doors().filter(|(_, _, door)| matches!(door, Order | Own)) {
        let hidden = match pattern {
            path if path.contains("whistles") => vec![whistle.clone()],
            path if path.contains("exports") => vec![export.clone()],
            path if path.contains("{reference}") => vec![order.clone(), number.clone()],
            _ => continue,
        };
        for id in hidden {
            let absent = if id == number { "YD12345-20261123-99999" } else { ID };
            // The body is a good one, so that what is compared is not how it is read.
            let body = json!({"ifVersion": 1, "text": "x", "purpose": "contact"});
            let mut answers = Vec::new();
            for id in [id.as_str(), absent] {
                let path = address(pattern).replacen(ID, id, 1);
                answers.push(if method == "GET" {
                    town.get(&stranger, &path).await
                } else {
                    town.post(&stranger, method, &path, &body).await
                });
            }
            assert_eq!(answers[0].said(), (404, "notFound"), "{method} {pattern}");
            assert_eq!(told(&answers[0]), told(&answers[1]), "{method} {pattern} for {id}");
            assert!(answers[0].headers.len() >= 5, "{:?}", answers[0].headers);
            compared += 1;
        }
    }
    assert!(compared >= 11, "{compared}");
}
