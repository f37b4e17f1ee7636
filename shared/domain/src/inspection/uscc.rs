//! Unified social credit codes (统一社会信用代码, GB 32100-2015): 17 characters and a check character.

/// Without I, O, S, V and Z, which look like digits or each other.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
/// Powers of 3 modulo 31; the check character itself weighs 1 and makes the sum divisible.
const WEIGHTS: [u32; 18] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28, 1];

/// Whether `text` is one, check character included.
#[must_use]
pub fn is_uscc(text: &str) -> bool {
    let value = |byte: u8| ALPHABET.iter().position(|letter| *letter == byte).and_then(|at| u32::try_from(at).ok());
    let terms: Option<Vec<u32>> =
        text.bytes().zip(WEIGHTS).map(|(byte, weight)| Some(value(byte)?.wrapping_mul(weight))).collect();
    let sum = terms.map(|terms| terms.into_iter().fold(0, u32::wrapping_add));
    text.len() == WEIGHTS.len() && sum.is_some_and(|sum| sum.wrapping_rem(31) == 0)
}

#[cfg(test)]
mod tests {
    use super::is_uscc;

    #[test]
    fn every_changed_character_shows() {
        let good = "92990181MA0000001P";
        assert!(is_uscc(good));
        for at in 0..good.len() {
            for other in "0123456789ABCDEFGHJKLMNPQRTUWXYIOSVZ".chars() {
                let mut text: Vec<char> = good.chars().collect();
                if text[at] != other {
                    text[at] = other;
                    let text: String = text.into_iter().collect();
                    assert!(!is_uscc(&text), "{text}");
                }
            }
        }
        for text in ["", "92990181MA0000001", "92990181MA0000001PP", "９2990181MA000001P"] {
            assert!(!is_uscc(text), "{text}");
        }
    }
}
