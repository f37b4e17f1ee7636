//! Lottery numbers as somebody typed them, as the algorithm writes them.

use domain::inspection::{Commitment, Refusal};
use draw::policy::{Policy, Source};
use service::{FieldError, Problem};

/// One text for each lottery of the policy: spaces aside, `01,05,12,18,22,30+09` or `12345`.
pub(crate) fn numbers(commitment: &Commitment, typed: &[String]) -> Result<Vec<String>, Problem> {
    let policy = Policy::parse(&commitment.policy).map_err(|_| Refusal::StateConflict)?;
    let games: Vec<_> = policy
        .sources
        .iter()
        .filter_map(|source| match source {
            Source::Lottery { game, .. } => Some(*game),
            _ => None,
        })
        .collect();
    if games.is_empty() {
        return Err(Refusal::StateConflict.into());
    }
    let clean = |text: &String| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let numbers: Vec<String> = typed.iter().take(games.len()).map(clean).collect();
    let right =
        games.iter().enumerate().all(|(at, game)| numbers.get(at).is_some_and(|text| game.is_result(text.as_bytes())));
    if right { Ok(numbers) } else { Err(Problem::invalid(vec![FieldError::new("/numbers", "invalid")])) }
}
