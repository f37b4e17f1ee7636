//! The one place where a domain's rejection becomes an HTTP problem.

use domain::order::OrderRejection;
use domain::upload::UploadRejection;
use http::StatusCode;
use serde_json::json;

use crate::problem::Problem;

impl From<OrderRejection> for Problem {
    fn from(rejection: OrderRejection) -> Self {
        let code = rejection.code();
        let conflict = |detail: &str| Self::new(StatusCode::CONFLICT, code, detail);
        match rejection {
            OrderRejection::StateConflict { status } => {
                conflict("The order is closed, so this is not possible any more. You can submit a new one.")
                    .with("status", json!(status))
            }
            OrderRejection::UrgeTooSoon { available_at } => {
                conflict("You have urged this order already. It can be urged again at `availableAt`.")
                    .with("availableAt", json!(available_at))
            }
            OrderRejection::SupplementsFull { max } => {
                conflict("This order takes no more supplements. Please call 12345.").with("max", max)
            }
            OrderRejection::AlreadyLinked => conflict("This repeat is linked already."),
        }
    }
}

impl From<UploadRejection> for Problem {
    fn from(_: UploadRejection) -> Self {
        Self::new(StatusCode::CONFLICT, "stateConflict", "An upload never changes. Upload the file anew.")
    }
}
