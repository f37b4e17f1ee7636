//! The one place where a domain's rejection becomes an HTTP problem.

use domain::catalogue::CatalogueRejection;
use domain::export::ExportRejection;
use domain::inspection::Refusal as InspectionRefusal;
use domain::integration::KeyRejection;
use domain::look::{LOOKS_PER_DAY, LookRejection};
use domain::order::{OrderRejection, Refusal, RefusalKind};
use domain::staff::StaffRejection;
use domain::upload::UploadRejection;
use domain::whistle::WhistleRejection;
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
                    .with("orderStatus", json!(status))
            }
            OrderRejection::UrgeTooSoon { available_at } => {
                conflict("You have urged this order already. It can be urged again at `availableAt`.")
                    .with("availableAt", json!(available_at))
            }
            OrderRejection::SupplementsFull { max } => {
                conflict("This order takes no more supplements. Please call 12345.").with("max", max)
            }
            OrderRejection::AlreadyLinked => conflict("This repeat is linked already."),
            OrderRejection::Refused(refusal) => refused(&refusal),
        }
    }
}

/// A refused step says where the order stands and what would be possible, except to whom the order is hidden.
fn refused(refusal: &Refusal) -> Problem {
    let (status, detail) = match refusal.why.kind() {
        RefusalKind::Hidden => return Problem::not_found(),
        RefusalKind::Forbidden => (StatusCode::FORBIDDEN, "You may not do this with this order."),
        RefusalKind::Conflict => (StatusCode::CONFLICT, "The order does not allow this now."),
        RefusalKind::Invalid => (StatusCode::UNPROCESSABLE_ENTITY, "What was sent is against a rule for this step."),
    };
    let allowed: Vec<&str> = refusal.allowed.iter().map(|step| step.as_str()).collect();
    Problem::new(status, refusal.why.as_str(), detail)
        .with("orderStatus", json!(refusal.status))
        .with("allowed", json!(allowed))
}

impl From<LookRejection> for Problem {
    fn from(rejection: LookRejection) -> Self {
        match rejection {
            LookRejection::StateConflict => {
                Self::new(StatusCode::CONFLICT, "stateConflict", "The look could not be recorded. Try again.")
            }
            LookRejection::TooMany => {
                let detail = format!("You have looked at {LOOKS_PER_DAY} callers today; more is possible tomorrow.");
                Self::new(StatusCode::TOO_MANY_REQUESTS, "tooManyLooks", detail)
            }
        }
    }
}

impl From<WhistleRejection> for Problem {
    fn from(rejection: WhistleRejection) -> Self {
        let problem = |status, detail: &str| Self::new(status, rejection.code(), detail);
        match rejection {
            WhistleRejection::Hidden => Self::not_found(),
            WhistleRejection::NotPermitted => {
                problem(StatusCode::FORBIDDEN, "Your role does not allow this with a whistle.")
            }
            WhistleRejection::StateConflict(status) => {
                problem(StatusCode::CONFLICT, "The whistle does not stand so that this is possible.")
                    .with("whistleStatus", json!(status))
            }
            WhistleRejection::UnitMissing => problem(
                StatusCode::UNPROCESSABLE_ENTITY,
                "Each unit is called once, and every task is for a unit that was called.",
            ),
            WhistleRejection::TextMissing => problem(StatusCode::UNPROCESSABLE_ENTITY, "Say why, or what was done."),
        }
    }
}

impl From<ExportRejection> for Problem {
    fn from(rejection: ExportRejection) -> Self {
        let problem = |status, detail: &str| Self::new(status, rejection.code(), detail);
        match rejection {
            ExportRejection::SamePerson => {
                problem(StatusCode::FORBIDDEN, "Whoever asked for an export does not decide on it.")
            }
            ExportRejection::NotPermitted => {
                problem(StatusCode::FORBIDDEN, "Only whoever asked for it takes an export.")
            }
            ExportRejection::TextMissing => problem(StatusCode::UNPROCESSABLE_ENTITY, "Say what for, or why."),
            ExportRejection::StateConflict(status) => {
                let detail = "The export is not waiting for this, or its approval is over. Look at it again.";
                problem(StatusCode::CONFLICT, detail).with("exportStatus", json!(status))
            }
        }
    }
}

impl From<InspectionRefusal> for Problem {
    fn from(refusal: InspectionRefusal) -> Self {
        use InspectionRefusal as R;
        let (status, detail) = match &refusal {
            R::NotPermitted => (StatusCode::FORBIDDEN, "You may not do this here: it is somebody else's."),
            R::SamePerson => (
                StatusCode::FORBIDDEN,
                "Somebody else has to do this: whoever plans or draws neither approves nor inspects, and nobody confirms their own work.",
            ),
            R::StateConflict | R::AlreadyDrawn | R::NotApproved | R::NotCommitted | R::TooEarly | R::NotFinished => {
                (StatusCode::CONFLICT, "It does not stand so that this is possible. Look again, then decide.")
            }
            R::PledgesPending(_) => (
                StatusCode::CONFLICT,
                "Contributors have not committed to their secrets yet: wait for them, or for the deadline and half a minute.",
            ),
            R::AlreadyPledged | R::AlreadyRevealed => {
                (StatusCode::CONFLICT, "This is recorded for the contributor already, and never changes.")
            }
            R::PledgesOver | R::RevealsOver | R::RevealWindowShort => {
                (StatusCode::CONFLICT, "The time for it is over, or too little of it is left.")
            }
            R::LotteryMissing => (
                StatusCode::CONFLICT,
                "The lotteries' numbers are missing: two people read them, and both enter the same.",
            ),
            R::AssignmentMissing => (
                StatusCode::CONFLICT,
                "It is not settled who inspects: say it for everybody who was drawn, and have a second person sign it.",
            ),
            R::DrawPending => {
                (StatusCode::CONFLICT, "Another draw for one of the items waits for its result. Draw that one first.")
            }
            R::NoRehearsal => (StatusCode::CONFLICT, "This town has no rounds to rehearse with (drand_rounds.csv)."),
            R::PlanFull | R::NobodyToDraw | R::NobodyLeft => {
                (StatusCode::CONFLICT, "There is no room, or nobody left.")
            }
            R::NeverPublished => (StatusCode::CONFLICT, "Such a result is never published."),
            _ => (StatusCode::UNPROCESSABLE_ENTITY, "What was sent is against a rule; the code says which."),
        };
        let problem = Self::new(status, refusal.code(), detail);
        match refusal.about() {
            Some(about) => problem.with("about", about),
            None => problem,
        }
    }
}

impl From<UploadRejection> for Problem {
    fn from(rejection: UploadRejection) -> Self {
        match rejection {
            UploadRejection::Dropped => {
                let detail =
                    "Nothing referred to this file for a day, so it is gone. Upload it again, under a new key.";
                Self::new(StatusCode::CONFLICT, "uploadDropped", detail)
            }
            UploadRejection::Already | UploadRejection::Unfinished | UploadRejection::NotDue => {
                Self::new(StatusCode::CONFLICT, "stateConflict", "The upload is not in a state that allows this.")
            }
        }
    }
}

impl From<CatalogueRejection> for Problem {
    fn from(rejection: CatalogueRejection) -> Self {
        match rejection {
            CatalogueRejection::StateConflict => {
                Self::new(StatusCode::CONFLICT, "stateConflict", "The catalogue is not in a state that allows this.")
            }
            CatalogueRejection::Changed { version, loads } => {
                let detail = "Somebody loaded other files while yours were checked. Look at theirs, then load again.";
                Self::new(StatusCode::CONFLICT, "catalogueChanged", detail)
                    .with("version", version)
                    .with("number", loads)
            }
        }
    }
}

impl From<StaffRejection> for Problem {
    fn from(rejection: StaffRejection) -> Self {
        let conflict = |code, detail: &str| Self::new(StatusCode::CONFLICT, code, detail);
        match rejection {
            StaffRejection::AccountTaken => {
                conflict("accountTaken", "There is somebody under this account already. Choose another account.")
            }
            StaffRejection::OwnAccount => {
                let detail = "Nobody administers themselves. Ask another administrator.";
                Self::new(StatusCode::FORBIDDEN, "ownAccount", detail)
            }
            StaffRejection::Unchanged => conflict("staffUnchanged", "This is so already. Look at the person again."),
            StaffRejection::FactorEnrolled => conflict(
                "secondFactorEnrolled",
                "There is an authenticator app for this account. Sign in with its code.",
            ),
            StaffRejection::OwnChangesFull => conflict(
                "ownChangesFull",
                "You have changed your account too often for one file. Ask an administrator for a new account.",
            ),
            StaffRejection::Stale { version } => {
                let detail = "Somebody else changed this person since you looked. Look again, then decide.";
                conflict("staleVersion", detail).with("version", version)
            }
        }
    }
}

impl From<KeyRejection> for Problem {
    fn from(KeyRejection::Revoked: KeyRejection) -> Self {
        Self::new(StatusCode::CONFLICT, "keyRevoked", "The key is revoked already; nothing is left to do.")
    }
}
