//! What the town tells everybody today.

use axum::response::{IntoResponse, Response};
use http::header;
use serde_json::json;
use service::{Call, Problem};
use store::Platform;

use crate::show::CACHE_CONTROL;

/// `GET /api/catalogue/notices`
pub(crate) async fn list<P: Platform>(call: Call<P>) -> Result<Response, Problem> {
    let catalogue = call.app.catalogue(&call.access).await?;
    let notices = catalogue.notices_on(call.access.now().date());
    let answer = service::json(&json!({ "items": notices }));
    Ok(([(header::CACHE_CONTROL, CACHE_CONTROL)], answer).into_response())
}
