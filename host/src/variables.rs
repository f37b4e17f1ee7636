//! Application variables and the templates that read them.
//!
//! A value comes from what the caller of the host passed, else from `SPIN_VARIABLE_<NAME>`, else
//! from the manifest's default. A required variable without a value stops the start.

use crate::HostError;
use crate::manifest::Variable;
use std::collections::BTreeMap;

/// Spin's names: a lower-case letter, then letters, digits and single underscores.
pub fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && !name.contains("__")
        && !name.ends_with('_')
}

/// Gives every declared variable its value.
///
/// # Errors
/// Where a required variable has none, or a passed one is not declared.
pub fn resolve(
    declared: &BTreeMap<String, Variable>,
    passed: &BTreeMap<String, String>,
    environment: impl Fn(&str) -> Option<String>,
) -> Result<BTreeMap<String, String>, HostError> {
    if let Some(name) = passed.keys().find(|name| !declared.contains_key(*name)) {
        return Err(HostError::Variable {
            name: name.clone(),
            what: "it is not declared; add it to [variables] in spin.toml".to_owned(),
        });
    }
    let mut values = BTreeMap::new();
    for (name, variable) in declared {
        let from_environment = format!("SPIN_VARIABLE_{}", name.to_ascii_uppercase());
        let value = passed
            .get(name)
            .cloned()
            .or_else(|| environment(&from_environment))
            .or_else(|| variable.default.clone())
            .ok_or_else(|| HostError::Variable {
                name: name.clone(),
                what: format!("it is required and has no value; set {from_environment}"),
            })?;
        values.insert(name.clone(), value);
    }
    Ok(values)
}

/// Replaces every `{{ name }}` by the variable's value.
///
/// # Errors
/// A sentence naming the unknown variable or the missing brace.
pub fn fill(template: &str, values: &BTreeMap<String, String>) -> Result<String, String> {
    let (mut filled, mut rest) = (String::new(), template);
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, after) =
            after.split_once("}}").ok_or_else(|| format!("the template \"{template}\" lacks its closing }}}}"))?;
        let name = name.trim();
        let value = values.get(name).ok_or_else(|| {
            format!("the template \"{template}\" names \"{name}\", which [variables] does not declare")
        })?;
        filled.push_str(before);
        filled.push_str(value);
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect()
    }

    #[test]
    fn a_template_takes_the_values_of_variables() {
        let known = values(&[("a", "1"), ("b", "{{ a }}")]);
        assert_eq!(fill("x{{ a }}y{{b}}", &known).unwrap(), "x1y{{ a }}");
        assert_eq!(fill("plain", &known).unwrap(), "plain");
        assert!(fill("{{ c }}", &known).unwrap_err().contains("does not declare"));
        assert!(fill("{{ a", &known).unwrap_err().contains("closing"));
    }

    #[test]
    fn passed_beats_environment_beats_default() {
        let declared = ["p", "e", "d"]
            .map(|name| (name.to_owned(), Variable { default: Some("default".into()), ..Variable::default() }));
        let environment = |name: &str| (name != "SPIN_VARIABLE_D").then(|| "environment".to_owned());
        let found = resolve(&declared.into(), &values(&[("p", "passed")]), environment).unwrap();
        assert_eq!(found, values(&[("p", "passed"), ("e", "environment"), ("d", "default")]));
    }

    #[test]
    fn a_required_variable_must_have_a_value() {
        let required = Variable { required: true, ..Variable::default() };
        let declared = BTreeMap::from([("town_key".to_owned(), required)]);
        let error = resolve(&declared, &BTreeMap::new(), |_| None).unwrap_err().to_string();
        assert!(error.contains("\"town_key\"") && error.contains("SPIN_VARIABLE_TOWN_KEY"), "{error}");
        let error = resolve(&BTreeMap::new(), &values(&[("x", "")]), |_| None).unwrap_err();
        assert!(error.to_string().contains("not declared"));
    }

    #[test]
    fn names_are_spins() {
        assert!(["a", "clock_key", "a1"].into_iter().all(is_name));
        assert!(!["", "A", "1a", "a__b", "a_", "a-b"].into_iter().any(is_name));
    }
}
