//! `onetown verify FILE`: a draw recomputed from its bundle, without any network.

use crate::CliError;
use bundle::{Report, Status, Step, Verdict, verify};
use clap::Args;
use std::fs;
use std::path::PathBuf;

/// What `verify` may be told.
#[derive(Args)]
pub struct Options {
    /// The bundle, as the draw's page offers it for download.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

pub(crate) fn run(options: &Options) -> Result<(), CliError> {
    let shown = options.file.display();
    let json = fs::read(&options.file).map_err(|error| CliError::Said(format!("{shown}: {error}")))?;
    let report = verify(&json, &mut |round, value| Some(draw::beacon::verify(round, value)), &mut |_, _, _| {});
    for step in &report.steps {
        println!("{}", line(step));
    }
    let end = sentence(&report);
    if report.ok {
        println!("{end}");
        Ok(())
    } else {
        Err(CliError::Said(format!("{shown}: {end}")))
    }
}

/// One step in one sentence; where it differs, with both values.
fn line(step: &Step) -> String {
    let mark = match step.status {
        Status::Ok => "ok     ",
        Status::Differs => "DIFFERS",
        Status::Open => "open   ",
    };
    let about = if step.about.is_empty() { String::new() } else { format!(" {}", step.about) };
    let said = format!("{mark} {}{about}: {}", step.name, meaning(step));
    let value = |text: &str| if text.is_empty() { "nothing".to_owned() } else { text.to_owned() };
    match step.status {
        Status::Differs if step.expected.is_empty() && step.found.is_empty() => said,
        Status::Differs => {
            format!("{said}\n        recomputed {}\n        in the file {}", value(&step.expected), value(&step.found))
        }
        _ if step.expected.is_empty() => said,
        _ => format!("{said} ({})", step.expected),
    }
}

fn meaning(step: &Step) -> &'static str {
    match step.code {
        "known" => "the form is known.",
        "rootMatches" => "the list is the one that was committed to.",
        "rootDiffers" => "the list is not the one that was committed to.",
        "commitMatches" => "plan and policy are those that were committed to.",
        "commitDiffers" => "plan, policy or roots are not those that were committed to.",
        "inOrder" => "every list is in order.",
        "lawful" => "the policy is lawful, and the round follows from the time of the commitment.",
        "rehearsal" => "a rehearsal: the randomness was known before, so it binds nobody.",
        "signed" => "the signature is the network's own.",
        "asCommitted" => "the secret is the one that was committed to.",
        "leftOut" => "did not reveal in time and is left out.",
        "aResult" => "a possible result; compare it with the lottery's own announcement.",
        "wrongValue" => "the value is not the one of this source.",
        "notYet" => "is not there yet.",
        "noResultYet" => "there is no result yet.",
        "stillSealed" => "the result is sealed until the inspections are done.",
        "seedMatches" => "the seed follows from commitment and randomness.",
        "seedDiffers" => "the seed does not follow from commitment and randomness.",
        "selectionMatches" => "exactly these were drawn, in this order.",
        "selectionDiffers" => "others were drawn than the seed says, or in another order.",
        "tooFewInspectors" => "there really are too few inspectors to draw them.",
        "assignedByPeople" => "people assigned two for each drawn subject, and nobody who is recused.",
        "assignedNeedlessly" => "inspectors could have been drawn, but people assigned them.",
        "assignedOthers" => "those who were assigned to are not those who were drawn.",
        "assignedUnlawfully" => "somebody has both places, or is recused.",
        "pairingMatches" => "exactly these inspectors were paired.",
        "pairingDiffers" => "others were paired than the seed says.",
        "sealMatches" => "the opened result is the one that was sealed.",
        "sealDiffers" => "the opened result is not the one that was sealed.",
        "none" => "nobody was replaced.",
        "substitutesMatch" => "each substitute is the next one by the rules.",
        "substituteDiffers" => "another one comes next by the rules.",
        "unknownVersion" => "the file's version is not known to this program.",
        "notABundle" => "the file is no draw's bundle.",
        code => code,
    }
}

fn sentence(report: &Report) -> String {
    let id = &report.facts.draw_id;
    match (report.verdict, report.first_difference()) {
        (Verdict::Holds, _) => format!("The draw {id} is right: everything follows from what was published before."),
        (Verdict::HoldsSoFar, _) => format!("What can be told of the draw {id} by now is right."),
        (Verdict::Rehearsal, _) => format!("The rehearsal {id} is computed right; its randomness was known before."),
        (Verdict::NotABundle, _) => "this is not a draw's bundle that can be checked".to_owned(),
        (_, Some(step)) => format!("the draw {id} does not hold: {} ({})", step.name, step.code),
        (_, None) => format!("the draw {id} does not hold"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOLDEN: &[u8] = include_bytes!("../../tests/golden/draw-drand.json");

    fn verified(json: &[u8]) -> Result<(), CliError> {
        let directory = std::env::temp_dir().join(format!("onetown-verify-{}-{}", std::process::id(), json.len()));
        fs::write(&directory, json).unwrap();
        let result = run(&Options { file: directory.clone() });
        fs::remove_file(directory).unwrap();
        result
    }

    #[test]
    fn a_true_bundle_passes_and_a_changed_one_fails_by_name() {
        verified(GOLDEN).unwrap();
        let text = String::from_utf8(GOLDEN.to_vec()).unwrap();
        let changed = text.replacen("\"weight\":2", "\"weight\":12", 1);
        let error = verified(changed.as_bytes()).unwrap_err().to_string();
        assert!(error.ends_with("does not hold: subjects (rootDiffers)"), "{error}");
        assert!(verified(b"{}").unwrap_err().to_string().ends_with("not a draw's bundle that can be checked"));
    }

    #[test]
    fn every_step_of_every_golden_bundle_has_its_sentence() {
        let sealed = include_bytes!("../../tests/golden/draw-sealed.json").as_slice();
        let contributors = include_bytes!("../../tests/golden/draw-contributors.json").as_slice();
        for json in [GOLDEN, sealed, contributors, include_bytes!("../../tests/golden/draw-assigned.json")] {
            let report = verify(json, &mut |_, _| Some(true), &mut |_, _, _| {});
            for step in report.steps {
                assert!(meaning(&step).ends_with('.'), "{}", step.code);
            }
        }
    }
}
