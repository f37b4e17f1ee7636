//! Who contributes to a draw, as it is proposed.

use domain::inspection::{CONTRIBUTORS_MAX, Contributor, Contributors, LOTTERIES_MAX, Lottery};
use domain::time::Moment;
use orders::Check;
use serde::Deserialize;

/// Characters of a contributor's name, and of what they stand for: 200 bytes with what is around them.
const NAME_MAX: usize = 20;
const STANDING_MAX: usize = 30;

/// Contributors, deadlines and lotteries of a proposal.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ContributorsForm {
    people: Vec<PersonForm>,
    pledge_by: Option<Moment>,
    reveal_by: Option<Moment>,
    lotteries: Vec<Lottery>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct PersonForm {
    name: String,
    standing: String,
}

impl ContributorsForm {
    /// None where something is missing, which is noted.
    pub(crate) fn read(&self, check: &mut Check) -> Option<Contributors> {
        let mut people: Vec<Contributor> = Vec::with_capacity(CONTRIBUTORS_MAX);
        for (number, person) in (1..=CONTRIBUTORS_MAX).zip(&self.people) {
            let name = check.required("/contributors/people", &person.name, NAME_MAX);
            let standing = check.required("/contributors/people", &person.standing, STANDING_MAX);
            if people.iter().any(|other| other.name == name) {
                check.note("/contributors/people", "twice");
            }
            people.push(Contributor { who: format!("c{number}"), name, standing });
        }
        if self.people.len() > CONTRIBUTORS_MAX {
            check.note("/contributors/people", "tooMany");
        }
        if self.lotteries.len() > LOTTERIES_MAX {
            check.note("/contributors/lotteries", "tooMany");
        }
        let pledge_by = self.pledge_by.or_else(|| check.fail("/contributors/pledgeBy", "required"))?;
        let reveal_by = self.reveal_by.or_else(|| check.fail("/contributors/revealBy", "required"))?;
        let lotteries = self.lotteries.iter().take(LOTTERIES_MAX).copied().collect();
        Some(Contributors { people, pledge_by, reveal_by, lotteries })
    }
}
