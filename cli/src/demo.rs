//! `onetown up --demo`: the fictitious town with one login per role.
//!
//! The logins are made and kept before anything is done with them, so a start that was broken off, or the next one, goes
//! on with the same: nothing is done twice and nothing is forgotten.

use std::path::Path;

use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::CliError;
use crate::client::Api;
use crate::load;
use crate::progress::Step;
use crate::secrets::{Secrets, readable};

/// Who signs in to load the rest.
const ADMINISTRATOR: &str = "administrator";

/// Account, role, the demo's unit for it, and the name to show. A check needs two inspectors.
const CAST: [(&str, &str, &str, &str); 18] = [
    ("window-clerk", "window_clerk", "D05", "窗口人员（演示）"),
    ("surveyor", "surveyor", "D07", "勘验人员（演示）"),
    ("approver", "approver", "D05", "审批人员（演示）"),
    ("dispatcher", "dispatcher", "C01", "派单员（演示）"),
    ("unit-head", "unit_head", "D04", "部门负责人（演示）"),
    ("handler", "handler", "D04", "承办人（演示）"),
    ("callback-agent", "callback_agent", "C01", "回访员（演示）"),
    ("grid-head", "grid_head", "990181101001", "网格长（演示）"),
    ("grid-worker", "grid_worker", "990181101001", "网格员（演示）"),
    ("patroller", "patroller", "990181101001", "巡查员（演示）"),
    ("inspector", "inspector", "D06", "执法检查人员（演示）"),
    ("inspector-2", "inspector", "D06", "执法检查人员二（演示）"),
    ("case-officer", "case_officer", "D04", "办案人员（演示）"),
    ("legal-reviewer", "legal_reviewer", "D02", "法制审核人员（演示）"),
    ("supervisor", "supervisor", "C01", "督办人员（演示）"),
    ("town-leader", "town_leader", "P01", "镇领导（演示）"),
    ("auditor", "auditor", "P02", "审计人员（演示）"),
    (ADMINISTRATOR, ADMINISTRATOR, "C01", "系统管理员（演示）"),
];

/// One login of the demo.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct Login {
    /// What it may do.
    pub role: String,
    /// The name to sign in with.
    pub account: String,
    /// The password, here only and in demo mode only.
    pub password: String,
}

/// Loads the demo into the town at `url` as far as it is not there yet, and prints the logins.
///
/// # Errors
/// One sentence that says what to do.
pub async fn prepare(url: &str, secrets: &mut Secrets, state_dir: &Path, directory: &Path) -> Result<(), CliError> {
    if secrets.logins.is_empty() {
        secrets.logins = CAST.iter().map(|(account, role, ..)| login(account, role)).collect::<Result<_, _>>()?;
        secrets.save(state_dir)?;
    }
    let logins = &secrets.logins;
    let administrator = logins.iter().find(|login| login.role == ADMINISTRATOR).ok_or_else(damaged)?;
    let mut api = Api::new(url)?;
    let body = json!({
        "account": administrator.account, "displayName": "系统管理员（演示）", "password": administrator.password,
    });
    api.set_up(&secrets.setup_token, &body, "onetown-demo-setup").await?;
    api.sign_in(&administrator.account, &administrator.password, None).await.map_err(|error| {
        let what = "the demo's administrator cannot sign in; start without --demo, or with another --state-dir";
        CliError::Said(format!("{what} ({error})"))
    })?;
    let catalogue = api.read("/api/admin/catalogue").await?;
    let empty = catalogue.body.get("version").and_then(Value::as_str).is_none_or(str::is_empty);
    if empty {
        load::directory(&api, directory, &load::Terms::default()).await?;
    }
    enrol(&api, logins).await?;
    api.sign_out().await?;
    print!("{}", table(logins));
    Ok(())
}

fn login(account: &str, role: &str) -> Result<Login, CliError> {
    Ok(Login { role: role.to_owned(), account: account.to_owned(), password: readable()? })
}

/// Enrols everybody who is not there yet; the idempotency key is the account's, so whoever is there stays as they are.
async fn enrol(api: &Api, logins: &[Login]) -> Result<(), CliError> {
    let step = Step::start("Enrolling one member of staff per role");
    for login in logins.iter().filter(|login| login.role != ADMINISTRATOR) {
        let found = CAST.iter().find(|(account, ..)| *account == login.account);
        let Some((account, role, unit, name)) = found else { continue };
        step.at(account);
        let body = json!({
            "account": login.account, "displayName": name, "password": login.password, "roles": [role], "unit": unit,
        });
        let key = format!("onetown-demo-enrol-{}", account.replace('-', "_"));
        let reply = api.change(Method::POST, "/api/identity/staff", &key, &body).await?;
        if reply.status != StatusCode::CREATED {
            step.failed();
            return Err(reply.problem());
        }
    }
    step.done();
    Ok(())
}

fn table(logins: &[Login]) -> String {
    let mut text = format!("\n{:<16} {:<16} password\n", "role", "account");
    for login in logins {
        text.push_str(&format!("{:<16} {:<16} {}\n", login.role, login.account, login.password));
    }
    text.push_str("\nCodes of an authenticator app are not asked for, unless one is set up under \"My account\".\n");
    text.push_str("These logins are for trying out: the town is fictitious, and so is everybody in it.\n");
    text
}

fn damaged() -> CliError {
    CliError::Said("onetown.json has no administrator; delete the state directory to begin anew".to_owned())
}

#[cfg(test)]
mod tests {
    use super::{CAST, login, table};

    #[test]
    fn every_role_has_a_login_and_no_password_is_there_twice() {
        let logins: Vec<_> = CAST.iter().map(|(account, role, ..)| login(account, role).unwrap()).collect();
        let mut passwords: Vec<_> = logins.iter().map(|login| login.password.clone()).collect();
        passwords.sort();
        passwords.dedup();
        assert_eq!(passwords.len(), 18);
        assert!(passwords.iter().all(|password| password.len() >= 12));
        let table = table(&logins);
        assert!(logins.iter().all(|login| table.contains(&login.account) && table.contains(&login.password)));
    }
}
