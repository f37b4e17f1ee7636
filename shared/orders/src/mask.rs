//! Masks for display (handbook §9): 张*, 李**, 138****5678.

/// The first character, then a star for each other one, at most two.
#[must_use]
pub fn name(name: &str) -> String {
    let mut letters = name.chars();
    let first: String = letters.next().into_iter().collect();
    format!("{first}{}", "*".repeat(letters.count().clamp(1, 2)))
}

/// The first three and the last four digits of the national number.
#[must_use]
pub fn phone(e164: &str) -> String {
    let national = e164.strip_prefix("+86").unwrap_or(e164);
    match (national.get(..3), national.len().checked_sub(4).and_then(|from| national.get(from..))) {
        (Some(head), Some(tail)) if national.len() >= 9 => format!("{head}****{tail}"),
        _ => "****".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn masks_are_those_of_the_handbook() {
        assert_eq!(super::name("张三"), "张*");
        assert_eq!(super::name("李小明"), "李**");
        assert_eq!(super::name("阿卜杜拉·买买提"), "阿**");
        assert_eq!(super::name("王"), "王*");
        assert_eq!(super::phone("+8613812345678"), "138****5678");
        assert_eq!(super::phone("+862512345678"), "251****5678");
        assert_eq!(super::phone(""), "****");
    }
}
