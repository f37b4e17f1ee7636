//! The list and the two libraries as the staff see them.

use axum::extract::Query;
use axum::response::Response;
use domain::catalogue::{Employment, InspectorCode, SubjectCode};
use domain::inspection::{Inspector, Library, Subject, is_focus};
use domain::permission::Action;
use domain::time::Date;
use serde::Deserialize;
use serde_json::{Value, json};
use service::Problem;
use service::session::StaffCall;
use store::Platform;

/// Subjects of an answer (service.md: at most 100).
const SUBJECTS_MAX: usize = 100;

/// The query of `GET /api/inspection/library`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct LibraryQuery {
    kind: String,
    q: String,
}

/// `GET /api/inspection/library`
pub(crate) async fn show<P: Platform>(
    staff: StaffCall<P>,
    query: Result<Query<LibraryQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    staff.require(Action::SeeInspection)?;
    let Query(query) = query.map_err(|_| Problem::malformed("The query has a value of a wrong kind."))?;
    let mut library = inspections::library(&staff.call).await?;
    let today = staff.call.access.now().date();
    inspections::add_records(&staff.call.access, &mut library, today).await?;
    let found: Vec<(&SubjectCode, &Subject)> = library.subjects.iter().filter(|one| query.wants(one)).collect();
    let subjects: Vec<Value> = found.iter().take(SUBJECTS_MAX).map(|(code, one)| subject(code, one)).collect();
    let inspectors: Vec<Value> = library.inspectors.iter().map(|(code, one)| inspector(code, one, today)).collect();
    Ok(service::json(&json!({
        "items": items(&library), "subjects": subjects, "subjectsFound": found.len(), "inspectors": inspectors,
        "groups": groups(&library), "results": results(&library),
    })))
}

impl LibraryQuery {
    fn wants(&self, (code, subject): &(&SubjectCode, &Subject)) -> bool {
        let q = self.q.trim();
        let named = || code.as_str() == q || subject.uscc == q || subject.name_zh.contains(q);
        (self.kind.is_empty() || subject.kind.as_str() == self.kind) && (q.is_empty() || named())
    }
}

fn items(library: &Library) -> Vec<Value> {
    let item = |(code, item): (&domain::catalogue::ItemCode, &domain::inspection::Item)| {
        json!({
            "code": code, "nameZh": item.name_zh, "unit": item.unit, "kind": item.kind, "class": item.class,
            "method": item.method, "ratio": item.ratio, "cap": item.cap, "jointGroup": item.joint_group,
            "basisZh": item.basis_zh, "published": item.published, "specialityZh": item.speciality_zh,
        })
    };
    library.items.iter().map(item).collect()
}

fn groups(library: &Library) -> Vec<Value> {
    let groups = library.groups.iter();
    groups.map(|(code, group)| json!({"code": code, "nameZh": group.name_zh, "lead": group.lead})).collect()
}

fn results(library: &Library) -> Vec<Value> {
    let results = library.results.iter();
    let result = results.map(|(code, info)| {
        json!({
            "code": code, "nameZh": info.name_zh, "nameEn": info.name_en, "followUp": info.follow_up,
            "publish": info.publish,
        })
    });
    result.collect()
}

fn subject(code: &SubjectCode, subject: &Subject) -> Value {
    json!({
        "code": code, "nameZh": subject.name_zh, "kind": subject.kind, "uscc": subject.uscc,
        "village": subject.village, "class": subject.class, "status": subject.status,
        "complaints": subject.complaints, "serious": subject.serious, "lastInspected": subject.last_inspected,
        "focus": is_focus(subject),
    })
}

/// An inspector with what would keep them out of a draw today.
fn inspector(code: &InspectorCode, inspector: &Inspector, today: Date) -> Value {
    let why = if inspector.employment != Employment::Officer {
        Some("notAnOfficer")
    } else if inspector.valid_until < today {
        Some("certificateExpired")
    } else if !inspector.on_duty {
        Some("inspectorUnavailable")
    } else {
        None
    };
    json!({
        "code": code, "nameZh": inspector.name_zh, "nameEn": inspector.name_en, "unit": inspector.unit,
        "employment": inspector.employment, "validUntil": inspector.valid_until,
        "specialitiesZh": inspector.specialities_zh, "recusals": inspector.recusal_villages.len(),
        "hasAccount": !inspector.account.is_empty(), "why": why,
    })
}
