//! The submission form: what may be typed, and everything that is wrong with it at once.
//!
//! Fields arrive as optional loose values, so that one answer names every mistake by its JSON pointer; a [`Draft`] that
//! leaves here has been checked against the catalogue, and only lacks what the store knows.

use canon::DocId;
use domain::catalogue::{AppealType, Catalogue, CategoryCode, GridCode, Point, Urgency, VillageCode};
use domain::order::Relationship;
use domain::time::Moment;
use orders::{Check, VOICE_NOTES_MAX, attachment_ids, phone_number};
use serde::Deserialize;
use service::FieldError;
use service::geo::{Crs, to_wgs84};

/// 200 characters: the longest official address line has about 80.
const ADDRESS_MAX: usize = 200;
/// 50 characters: the longest registered personal names have about 25; `·` and rare characters are welcome.
const NAME_MAX: usize = 50;
/// 100 characters: company names are limited to about 60.
const RESPONDENT_MAX: usize = 100;

/// `POST /api/intake/orders`
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct OrderForm {
    appeal_type: String,
    category_code: String,
    title: String,
    content: String,
    place: PlaceForm,
    respondent: Option<RespondentForm>,
    incident_at: Option<String>,
    caller: CallerForm,
    anonymous: bool,
    confidential: Option<bool>,
    reply_wanted: Option<bool>,
    on_behalf: Option<BehalfForm>,
    attachments: Vec<String>,
}

/// Who asks for somebody else says what they are to them.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct BehalfForm {
    relation: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct PlaceForm {
    address: Option<String>,
    village_code: Option<String>,
    grid_code: Option<String>,
    lon: Option<f64>,
    lat: Option<f64>,
    crs: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RespondentForm {
    name: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct CallerForm {
    name: Option<String>,
    phone: Option<String>,
}

/// A checked form.
#[derive(Debug)]
pub(crate) struct Draft {
    pub appeal_type: AppealType,
    pub category: CategoryCode,
    pub urgency: Urgency,
    pub title: String,
    pub content: String,
    pub address: Option<String>,
    pub village: Option<VillageCode>,
    pub grid: Option<GridCode>,
    pub position: Option<Point>,
    pub approx: bool,
    pub respondent: Option<String>,
    pub incident_at: Option<Moment>,
    pub name: Option<String>,
    /// In E.164 form.
    pub phone: Option<String>,
    pub on_behalf: Option<Relationship>,
    pub anonymous: bool,
    pub confidential: bool,
    pub reply_wanted: bool,
    pub attachments: Vec<DocId>,
    pub listed: bool,
}

/// Why a form does not become a draft.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// Fields are wrong.
    Fields(Vec<FieldError>),
    /// This is for an emergency number, not for a queue (handbook §0.4, invariant 4).
    Emergency(&'static str),
}

impl OrderForm {
    /// Checks everything; `now` bounds the incident's time.
    pub(crate) fn check(self, catalogue: &Catalogue, now: Moment) -> Result<Draft, Refusal> {
        let limits = &catalogue.town.limits;
        let mut check = Check::default();
        let category = self.category_code.parse::<CategoryCode>().ok().and_then(|code| {
            let category = catalogue.categories.get(&code)?;
            Some((code, category))
        });
        if let Some(number) = category.as_ref().and_then(|(_, category)| category.emergency_number) {
            return Err(Refusal::Emergency(number.as_str()));
        }
        let unknown = |text: &str| if text.is_empty() { "required" } else { "unknown" };
        let appeal_type = self.appeal_type.parse::<AppealType>().ok();
        let appeal_type = appeal_type.or_else(|| check.fail("/appealType", unknown(&self.appeal_type)));
        let category = category.or_else(|| check.fail("/categoryCode", unknown(&self.category_code)));
        let title = check.required("/title", &self.title, usize_of(limits.title_max));
        let content = check.required("/content", &self.content, usize_of(limits.content_max));
        let mistakes = check.mistakes();
        let place = self.place.check(&mut check, catalogue);
        let needs_place = matches!(appeal_type, Some(AppealType::Help | AppealType::Complaint | AppealType::Report));
        // A place that was given and is wrong has its own mistake and is not missing too.
        if needs_place && place.is_empty() && check.mistakes() == mistakes {
            check.note("/place", "required");
        }
        let respondent = self.respondent.and_then(|r| check.text("/respondent/name", &r.name, RESPONDENT_MAX));
        let incident_at = self.incident_at.and_then(|text| incident_time(&mut check, &text, now));
        let attachments = attachment_ids(&mut check, &self.attachments, usize_of(limits.photos_max) + VOICE_NOTES_MAX);
        // Who wants to stay unknown is not kept, whatever the form still held.
        let caller = if self.anonymous { CallerForm::default() } else { self.caller };
        let name = caller.name.and_then(|name| check.text("/caller/name", &name, NAME_MAX));
        let phone = caller.phone.and_then(|phone| phone_number(&mut check, "/caller/phone", &phone));
        let on_behalf = self.on_behalf.and_then(|form| {
            let relation = form.relation.parse::<Relationship>().ok();
            relation.or_else(|| check.fail("/onBehalf/relation", unknown(&form.relation)))
        });
        match (appeal_type, category) {
            (Some(appeal_type), Some((code, category))) if check.is_clean() => {
                let info = catalogue.appeal_types.get(&appeal_type);
                let by_default = info.is_some_and(|info| info.confidential_by_default);
                let confidential = self.confidential.unwrap_or(by_default);
                let listed = !confidential && !category.sensitive && appeal_type != AppealType::Report;
                let reply_wanted = self.reply_wanted.unwrap_or_else(|| info.is_some_and(|info| info.needs_reply));
                let PlaceDraft { address, village, grid, position, approx } = place;
                let (anonymous, urgency) = (self.anonymous, category.urgency);
                Ok(Draft {
                    appeal_type,
                    category: code,
                    urgency,
                    title,
                    content,
                    address,
                    village,
                    grid,
                    position,
                    approx,
                    respondent,
                    incident_at,
                    name,
                    phone,
                    on_behalf,
                    anonymous,
                    confidential,
                    reply_wanted,
                    attachments,
                    listed,
                })
            }
            _ => Err(Refusal::Fields(check.into_errors())),
        }
    }
}

#[derive(Default)]
struct PlaceDraft {
    address: Option<String>,
    village: Option<VillageCode>,
    grid: Option<GridCode>,
    position: Option<Point>,
    /// The grid is only the nearest one.
    approx: bool,
}

impl PlaceDraft {
    const fn is_empty(&self) -> bool {
        self.address.is_none() && self.village.is_none() && self.grid.is_none() && self.position.is_none()
    }
}

impl PlaceForm {
    fn check(self, check: &mut Check, catalogue: &Catalogue) -> PlaceDraft {
        let address = self.address.as_deref().and_then(|text| check.text("/place/address", text, ADDRESS_MAX));
        let position = self.position(check);
        let located = position.and_then(|point| match catalogue.locate(point) {
            Some(located) => Some(located),
            None => check.fail("/place/lon", "outsideTown"),
        });
        let chosen = given(self.grid_code.as_deref()).and_then(|text| {
            let grid = text.parse().ok().and_then(|code: GridCode| catalogue.grids.get(&code));
            grid.or_else(|| check.fail("/place/gridCode", "unknown"))
        });
        let village = given(self.village_code.as_deref()).and_then(|text| {
            let code = text.parse::<VillageCode>().ok().filter(|code| catalogue.villages.contains_key(code));
            code.or_else(|| check.fail("/place/villageCode", "unknown"))
        });
        if let (Some(grid), Some(village)) = (chosen, &village)
            && grid.village != *village
        {
            check.note("/place/gridCode", "otherVillage");
        }
        // What a person chose wins over what the position says; the position fills what was left open.
        let located = located.filter(|found| village.as_ref().is_none_or(|village| found.grid.village == *village));
        let approx = chosen.is_none() && located.is_some_and(|found| found.approx);
        let grid = chosen.or(located.map(|found| found.grid));
        let village = village.or_else(|| grid.map(|grid| grid.village.clone()));
        PlaceDraft { address, village, grid: grid.map(|grid| grid.code.clone()), position, approx }
    }

    fn position(&self, check: &mut Check) -> Option<Point> {
        let (lon, lat) = match (self.lon, self.lat) {
            (None, None) => return None,
            (Some(lon), Some(lat)) => (lon, lat),
            (None, Some(_)) => return check.fail("/place/lon", "required"),
            (Some(_), None) => return check.fail("/place/lat", "required"),
        };
        // Without its reference system a coordinate may be off by 500 m, so it is an error (handbook §6.4).
        let Some(crs) = given(self.crs.as_deref()) else { return check.fail("/place/crs", "required") };
        let crs = serde_json::from_value::<Crs>(crs.into()).ok();
        let crs = crs.or_else(|| check.fail("/place/crs", "unknown"))?;
        to_wgs84(lon, lat, crs).or_else(|| check.fail("/place/lon", "outOfRange"))
    }
}

fn given(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

fn usize_of(n: u32) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

/// An incident lies in the past ten years; a phone's clock may be a day ahead.
fn incident_time(check: &mut Check, text: &str, now: Moment) -> Option<Moment> {
    let Ok(at) = text.parse::<Moment>() else { return check.fail("/incidentAt", "invalid") };
    let past = now.date().plus_days(-3650).start_of_day();
    let future = now.date().plus_days(1).end_of_day();
    if (past..=future).contains(&at) { Some(at) } else { check.fail("/incidentAt", "outOfRange") }
}
