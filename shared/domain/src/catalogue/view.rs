//! The catalogue as a form needs it: `GET /api/catalogue`, one request, cacheable by version.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{
    AppealType, AppealTypeInfo, Catalogue, CategoryCode, ClassCode, EmergencyNumber, Grid, GridCode, Point, TownCode,
    Urgency, Village, VillageCode,
};
use crate::limit::Limit;

/// What a citizen's form shows and checks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CatalogueView<'a> {
    /// Names the content; the ETag.
    pub version: &'a str,
    /// The town.
    pub town: TownView<'a>,
    /// Appeal types, in their own order.
    pub appeal_types: Vec<AppealTypeView<'a>>,
    /// Classes with their categories, by code; emergencies have the first.
    pub categories: Vec<CategoryClassView<'a>>,
    /// Villages with their grids, by code.
    pub villages: Vec<VillageView<'a>>,
    /// What a submission may hold.
    pub limits: LimitsView,
}

/// The town.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TownView<'a> {
    /// Division code.
    pub code: &'a TownCode,
    /// Name in Chinese.
    pub name_zh: &'a str,
    /// Name in English.
    pub name_en: &'a str,
    /// The government hotline's number.
    pub hotline: &'a str,
    /// Where a map begins, WGS-84 in 1e-7 degree.
    pub center: Point,
}

/// An appeal type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AppealTypeView<'a> {
    /// The type.
    pub code: AppealType,
    /// Name in Chinese.
    pub name_zh: &'a str,
    /// Name in English.
    pub name_en: &'a str,
    /// How long handling may take.
    pub limit: Limit,
    /// Whether the caller is hidden unless they say otherwise.
    pub confidential_by_default: bool,
    /// Whether the caller gets a reply.
    pub needs_reply: bool,
}

impl<'a> AppealTypeView<'a> {
    fn new(code: AppealType, info: &'a AppealTypeInfo) -> Self {
        Self {
            code,
            name_zh: &info.name_zh,
            name_en: &info.name_en,
            limit: info.limit,
            confidential_by_default: info.confidential_by_default,
            needs_reply: info.needs_reply,
        }
    }
}

/// A class of categories.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CategoryClassView<'a> {
    /// Code.
    pub code: &'a ClassCode,
    /// Name in Chinese.
    pub name_zh: &'a str,
    /// Name in English.
    pub name_en: &'a str,
    /// Its categories, by code.
    pub items: Vec<CategoryView<'a>>,
}

/// A category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CategoryView<'a> {
    /// Code.
    pub code: &'a CategoryCode,
    /// Name in Chinese.
    pub name_zh: &'a str,
    /// Name in English.
    pub name_en: &'a str,
    /// How urgent such a matter is.
    pub urgency: Urgency,
    /// Whether it is handled discreetly.
    pub sensitive: bool,
    /// The number to call instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub emergency_number: Option<EmergencyNumber>,
}

/// A village.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VillageView<'a> {
    /// Code.
    pub code: &'a VillageCode,
    /// Name in Chinese.
    pub name_zh: &'a str,
    /// Name in English.
    pub name_en: &'a str,
    /// Part of the town, in Chinese.
    pub subarea_zh: &'a str,
    /// Part of the town, in English.
    pub subarea_en: &'a str,
    /// Its centre, WGS-84 in 1e-7 degree.
    pub center: Point,
    /// Its grids, by code.
    pub grids: Vec<GridView<'a>>,
}

impl<'a> VillageView<'a> {
    fn new(code: &'a VillageCode, village: &'a Village, grids: Vec<GridView<'a>>) -> Self {
        Self {
            code,
            name_zh: &village.name_zh,
            name_en: &village.name_en,
            subarea_zh: &village.subarea_zh,
            subarea_en: &village.subarea_en,
            center: village.center,
            grids,
        }
    }
}

/// A grid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GridView<'a> {
    /// Code.
    pub code: &'a GridCode,
    /// Name in Chinese.
    pub name_zh: &'a str,
    /// Name in English.
    pub name_en: &'a str,
}

/// What a submission may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LimitsView {
    /// Characters.
    pub title_max: u32,
    /// Characters.
    pub content_max: u32,
    /// Photos.
    pub photos_max: u32,
    /// Bytes of one attachment.
    pub attachment_bytes_max: u32,
    /// Seconds of a recording.
    pub audio_seconds_max: u32,
    /// Hours between two urges.
    pub urge_cooldown_hours: u32,
    /// Supplements of one order.
    pub supplements_max: u32,
}

impl Catalogue {
    /// The public view.
    #[must_use]
    pub fn view(&self) -> CatalogueView<'_> {
        let town = &self.town;
        CatalogueView {
            version: &self.version,
            town: TownView {
                code: &town.code,
                name_zh: &town.name_zh,
                name_en: &town.name_en,
                hotline: &town.hotline,
                center: town.origin.point(),
            },
            appeal_types: self.appeal_type_views(),
            categories: self.category_views(),
            villages: self.village_views(),
            limits: self.limits_view(),
        }
    }

    fn appeal_type_views(&self) -> Vec<AppealTypeView<'_>> {
        let types = self.appeal_types.iter();
        types.map(|(code, info)| AppealTypeView::new(*code, info)).collect()
    }

    fn category_views(&self) -> Vec<CategoryClassView<'_>> {
        let mut items: BTreeMap<&ClassCode, Vec<CategoryView<'_>>> = BTreeMap::new();
        for (code, category) in &self.categories {
            items.entry(&category.class).or_default().push(CategoryView {
                code,
                name_zh: &category.name_zh,
                name_en: &category.name_en,
                urgency: category.urgency,
                sensitive: category.sensitive,
                emergency_number: category.emergency_number,
            });
        }
        let view = |(code, items)| {
            let class = self.classes.get(code)?;
            Some(CategoryClassView { code, name_zh: &class.name_zh, name_en: &class.name_en, items })
        };
        items.into_iter().filter_map(view).collect()
    }

    fn village_views(&self) -> Vec<VillageView<'_>> {
        let mut grids: BTreeMap<&VillageCode, Vec<GridView<'_>>> = BTreeMap::new();
        for (code, Grid { name_zh, name_en, village, .. }) in &self.grids {
            grids.entry(village).or_default().push(GridView { code, name_zh, name_en });
        }
        let mut grids_of = |code: &VillageCode| grids.remove(code).unwrap_or_default();
        let villages = self.villages.iter();
        villages.map(|(code, village)| VillageView::new(code, village, grids_of(code))).collect()
    }

    fn limits_view(&self) -> LimitsView {
        let limits = &self.town.limits;
        LimitsView {
            title_max: limits.title_max,
            content_max: limits.content_max,
            photos_max: limits.photos_max,
            attachment_bytes_max: limits.attachment_bytes_max,
            audio_seconds_max: limits.audio_seconds_max,
            urge_cooldown_hours: limits.urge_cooldown.n,
            supplements_max: limits.supplements_max,
        }
    }
}
