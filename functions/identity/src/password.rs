//! Passwords: Argon2id, as PHC strings.
//!
//! The crate's default parameters are the first choice of OWASP's cheat sheet: m = 19 456 KiB, t = 2, p = 1.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use service::Problem;

/// Characters of a password. NIST SP 800-63B-4 asks for 15 where nothing else is asked for, and for 8 with a second
/// factor; 12 lies between, because five tries in 15 minutes are all that anybody gets. 128 are a long sentence.
pub const LENGTH: std::ops::RangeInclusive<usize> = 12..=128;

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

#[cfg(test)]
mod tests {
    use super::{NOBODYS, PasswordHash, hash, verify};

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
