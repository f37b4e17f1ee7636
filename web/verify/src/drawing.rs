//! A draw's bundle: everything recomputed, and one enterprise looked up.
//!
//! A drand signature is checked by the second browser module (`web/beacon`), which is loaded only where there is one.

use bundle::{BYTES_MAX, Bundle, check, find};
use draw::Part;
use draw::policy::Source;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// The answers' types, as the pages see them.
#[wasm_bindgen(typescript_custom_section)]
const ANSWERS: &str = r#"
export type DrawVerdict = 'holds' | 'holdsSoFar' | 'rehearsal' | 'differs' | 'notABundle'
export interface DrawStep {
  name: 'form' | 'subjects' | 'inspectors' | 'recusals' | 'commitment' | 'exclusions' | 'lists' | 'policy' | 'drand' | 'reveal'
    | 'lottery' | 'seed' | 'selection' | 'pairing' | 'sealed' | 'substitutions'
  status: 'ok' | 'differs' | 'open'
  code: string
  expected: string
  found: string
  about: string
}
export interface DrawFacts {
  drawId: string
  policy: '' | 'P1' | 'P2' | 'P3'
  /** Seconds since 1970. */
  committed: number | null
  items: string[]
  program: string | null
  subjects: number
  inspectors: number
  excluded: number
  drawn: number
  sources: { kind: 'drand' | 'reveal' | 'lottery'; name: string; at: number | null; value: string | null }[]
}
export interface DrawReport { ok: boolean; verdict: DrawVerdict; steps: DrawStep[]; facts: DrawFacts }
export interface DrawFound {
  id: string
  excluded: string | null
  listed: number | null
  stratum: string
  of: number
  k: number
  weight: number
  ticket: string | null
  place: number | null
}
"#;

#[wasm_bindgen]
extern "C" {
    /// A JavaScript function that is told how much is done, per mille.
    pub type Told;
    #[wasm_bindgen(method, structural)]
    fn call(this: &Told, that: &JsValue, per_mille: u32);
}

/// A bundle that was read once, to be checked and asked about.
#[wasm_bindgen]
pub struct DrawFile(Option<Bundle>);

#[wasm_bindgen]
impl DrawFile {
    /// Reads a file's text; what is no bundle is told by the check.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(json: &str) -> Self {
        Self(if json.len() > BYTES_MAX { None } else { Bundle::read(json.as_bytes()).ok() })
    }

    /// The round and the signature that have to be checked, as `ROUND HEX`; none where there is no signature.
    #[must_use]
    pub fn signature(&self) -> Option<String> {
        let bundle = self.0.as_ref()?;
        let policy = bundle.policy().ok()?;
        policy.sources.iter().zip(&bundle.entropy).find_map(|(source, entropy)| match source {
            Source::Drand { round } => Some(format!("{round} {}", entropy.value.as_ref()?)),
            _ => None,
        })
    }

    /// Recomputes everything; answers the JSON of a `DrawReport`. `signed` is what the other module says of the
    /// signature, none where it could not be asked.
    #[must_use]
    pub fn check(&self, signed: Option<bool>, told: &Told) -> String {
        let mut said = 0;
        let mut tell = |part: Part, done: usize, of: usize| {
            let (from, span) = match part {
                Part::Selection => (0, 400),
                Part::Pairing => (400, 400),
                Part::Mix => (800, 200),
            };
            let share = done.saturating_mul(span).checked_div(of).unwrap_or_default();
            let now = u32::try_from(share.saturating_add(from)).unwrap_or(1_000);
            if now > said {
                said = now;
                told.call(&JsValue::UNDEFINED, now);
            }
        };
        json(&check(self.0.as_ref(), &mut |_, _| signed, &mut tell))
    }

    /// Looks an enterprise up by its id; answers the JSON of a `DrawFound`, or `null`.
    #[must_use]
    pub fn find(&self, id: &str) -> String {
        json(&self.0.as_ref().and_then(|bundle| find(bundle, id)))
    }
}

/// An answer is booleans, numbers and texts, which always serialise.
fn json(answer: &impl serde::Serialize) -> String {
    serde_json::to_string(answer).unwrap_or_default()
}
