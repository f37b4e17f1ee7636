//! Passwords: Argon2id, as PHC strings.
//!
//! The crate's default parameters are the first choice of OWASP's cheat sheet: m = 19 456 KiB, t = 2, p = 1.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use service::{FieldError, Problem};

/// Characters of a password. NIST SP 800-63B-4 asks for 15 where nothing else is asked for, and for 8 with a second
/// factor; 10 lies between, because five tries in 15 minutes are all that anybody gets and whoever decides shows a code
/// besides. 128 are a long sentence. Nothing is asked about the kinds of characters (there, §3.1.1.2).
const LENGTH: std::ops::RangeInclusive<usize> = 10..=128;

/// Beginnings of the passwords that are tried first, of those long enough: the commonest of published leaks, here and
/// abroad, and keyboards read along. A common one with digits or an exclamation mark behind is as common.
const COMMON: [&str; 40] = [
    "password",
    "passw0rd",
    "p@ssw0rd",
    "p@ssword",
    "iloveyou",
    "qwertyuiop",
    "1qaz2wsx",
    "qazwsx",
    "zaq12wsx",
    "1q2w3e4r",
    "q1w2e3r4",
    "qwer1234",
    "asdfghjkl",
    "zxcvbnm",
    "abcdefg",
    "abcd1234",
    "abc123",
    "a123456",
    "aa123456",
    "123qwe",
    "1234qwer",
    "qwerty",
    "admin",
    "administrator",
    "root",
    "welcome",
    "letmein",
    "changeme",
    "sunshine",
    "football",
    "princess",
    "dragon",
    "woaini",
    "5201314",
    "1314520",
    "woaiwojia",
    "wodemima",
    "onetown",
    "12345hotline",
    "yizhentong",
];

/// A hash that no password has: verifying against it takes as long as against a real one.
const NOBODYS: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// The hash of `password` as a PHC string.
///
/// # Errors
/// 503 when there is no memory for it.
pub fn hash(password: &str, salt: [u8; 16]) -> Result<String, Problem> {
    let hashed = Argon2::default().hash_password_with_salt(password.as_bytes(), &salt);
    hashed.map(|hash| hash.to_string()).map_err(|_| Problem::unavailable())
}

/// Whether `password` has the hash `phc`; without a hash it takes as long to say no.
pub fn verify(password: &str, phc: Option<&str>) -> bool {
    let verified = PasswordHash::new(phc.unwrap_or(NOBODYS))
        .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok());
    verified && phc.is_some()
}

/// Notes a password that is too short, too long, or one of those that are tried first.
pub fn check(errors: &mut Vec<FieldError>, pointer: &'static str, password: &str, account: &str) {
    let length = password.chars().count();
    if length < *LENGTH.start() {
        errors.push(FieldError::new(pointer, "passwordTooShort"));
    } else if length > *LENGTH.end() {
        errors.push(FieldError::new(pointer, "tooLong"));
    } else if is_common(password, account) {
        errors.push(FieldError::new(pointer, "passwordCommon"));
    }
}

fn is_common(password: &str, account: &str) -> bool {
    let lower = password.trim().to_ascii_lowercase();
    let tail = |rest: &str| rest.chars().all(|letter| letter.is_ascii_digit() || letter.is_ascii_punctuation());
    let begins = |start: &str| lower.strip_prefix(start).is_some_and(tail);
    begins("") || begins(account) || COMMON.iter().any(|common| begins(common)) || is_run(&lower)
}

/// One or two characters again and again, or each one more or one less than the one before.
fn is_run(text: &str) -> bool {
    let codes: Vec<i64> = text.chars().map(|letter| i64::from(u32::from(letter))).collect();
    let steps = |distance: usize, step: i64| {
        codes.iter().zip(codes.iter().skip(distance)).all(|(first, second)| second.saturating_sub(*first) == step)
    };
    steps(1, 0) || steps(2, 0) || steps(1, 1) || steps(1, -1)
}

#[cfg(test)]
mod tests {
    use super::{NOBODYS, PasswordHash, check, hash, verify};

    #[test]
    fn what_everybody_tries_first_is_no_password_and_nothing_else_is_asked_for() {
        let said = |password: &str| {
            let mut errors = Vec::new();
            check(&mut errors, "/password", password, "li.wen");
            errors.first().map(|error| error.code)
        };
        let too_long = "ä".repeat(129);
        for (bad, code) in [
            ("ninechars", "passwordTooShort"),
            (too_long.as_str(), "tooLong"),
            ("1234567890", "passwordCommon"),
            ("19870512-001", "passwordCommon"),
            ("Password2026!", "passwordCommon"),
            ("woaini1314520", "passwordCommon"),
            ("Li.Wen123456", "passwordCommon"),
            ("aaaaaaaaaaaa", "passwordCommon"),
            ("abababababab", "passwordCommon"),
            ("abcdefghijkl", "passwordCommon"),
            ("一一一一一一一一一一", "passwordCommon"),
        ] {
            assert_eq!(said(bad), Some(code), "{bad}");
        }
        for good in ["correct horse", "tencharsok", "passwords are dull", "春江潮水连海平海上明月", "k9f2-mh4x-2pqr"]
        {
            assert_eq!(said(good), None, "{good}");
        }
    }

    #[test]
    fn a_hash_names_the_parameters_of_owasp_and_verifies() {
        let phc = hash("correct horse battery", [7; 16]).unwrap();
        assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
        assert!(verify("correct horse battery", Some(&phc)));
        assert!(!verify("correct horse batterz", Some(&phc)));
    }

    #[test]
    fn nobodys_hash_costs_as_much_as_a_real_one_and_fits_nobody() {
        let real = hash("correct horse battery", [7; 16]).unwrap();
        let (real, nobodys) = (PasswordHash::new(&real).unwrap(), PasswordHash::new(NOBODYS).unwrap());
        assert_eq!((real.algorithm, real.version, &real.params), (nobodys.algorithm, nobodys.version, &nobodys.params));
        assert_eq!(real.hash.unwrap().len(), nobodys.hash.unwrap().len());
        assert_eq!(real.salt.unwrap().len(), nobodys.salt.unwrap().len());
        assert!(!verify("", None));
    }
}
