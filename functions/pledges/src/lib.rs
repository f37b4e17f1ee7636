//! One draw (双随机抽查, handbook §3) as those see it who have a part in it: the staff at their desk, who assign inspectors
//! there where they are too few to be drawn, and its contributors, whose door this is for what they commit to.
//!
//! What must stay true: nobody is named before the draw is approved; whoever has a contributor's link commits for them,
//! once, and can do nothing else.

mod desk;
mod direct;
mod pledge;

use axum::Router;
use axum::routing::{get, post};
use service::App;
use store::Platform;

/// The function's routes.
pub fn routes<P: Platform>() -> Router<App<P>> {
    Router::new()
        .route("/api/inspection/draws/{id}/contributors", get(pledge::show).post(pledge::take))
        .route("/api/inspection/desk/{draw}", get(desk::show))
        .route("/api/inspection/desk/{draw}/direct-assign", post(direct::assign))
        .route("/api/inspection/desk/{draw}/direct-sign", post(direct::sign))
}

service::component!(routes);
