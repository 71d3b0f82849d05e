//! Reservations of text and data mining: the TDM Reservation Protocol's file, header and meta tags.

use serde_json::Value;

use crate::opt_out::{OptOut, Signal, evidence};
use crate::page_url::PageUrl;
use crate::rights::{Claim, Statement, Use, UseState};
use crate::robots::matches_pattern;

/// The places of reservations, as statements name them. The first that says something counts
/// (TDMRep §6).
pub(super) const META: &str = "meta";
pub(super) const HEADER: &str = "header";
const FILE: &str = "tdmrep.json";

/// Returns the source of a statement that a place makes.
pub(super) fn source(place: &str) -> String {
    format!("{} {place}", Signal::Tdm.name())
}

/// Leaves out what later places say about text and data mining, where an earlier one speaks. A
/// value without a meaning does not speak.
pub(super) fn by_first_place(statements: Vec<Statement>) -> Vec<Statement> {
    let places = [META, HEADER, FILE].map(source);
    let place = |one: &Statement| match one.claim {
        Claim::Use(..) => places.iter().position(|source| *source == one.source),
        Claim::Level(_)
        | Claim::NoArchive
        | Claim::UnavailableAfter(_)
        | Claim::Licence(_)
        | Claim::Unknown(_) => None,
    };
    let Some(first) = statements.iter().filter_map(place).min() else {
        return statements;
    };

    let counts = |one: &Statement| place(one).is_none_or(|place| place == first);
    statements.into_iter().filter(counts).collect()
}

/// The most values of one place that are read. An honest page has one.
const MOST_VALUES: usize = 20;

/// What one place of a page says about text and data mining.
#[derive(Debug)]
pub(super) struct TdmPlace<'p> {
    pub place: &'static str,
    /// All values in the place, each once.
    values: Vec<&'p str>,
}

impl<'p> TdmPlace<'p> {
    /// Reads the headers or tags of a place, each with its name. One may have several values, as
    /// headers are joined (RFC 9110 §5.3).
    pub(super) fn of(place: &'static str, named: &'p [(String, String)]) -> Self {
        let texts = named.iter().filter(|(name, _)| name == Signal::Tdm.name());
        let mut values: Vec<&str> = Vec::new();
        for value in texts.flat_map(|(_, text)| text.split(',')).map(str::trim) {
            // A reservation is heard behind however many others.
            if !values.contains(&value) && (values.len() < MOST_VALUES || says(value).is_some()) {
                values.push(value);
            }
        }
        Self { place, values }
    }

    /// Tells whether the place reserves text and data mining; `None` where it says nothing. Of
    /// contradictory values the reservation wins.
    pub(super) fn is_reserved(&self) -> Option<bool> {
        let said = self.values.iter().filter_map(|value| says(value));
        said.reduce(|one, other| one || other)
    }

    /// Returns the permission among the values.
    pub(super) fn permission(&self) -> Option<Statement> {
        let is_allowed = self.values.iter().any(|value| says(value) == Some(false));
        let claim = Claim::Use(Use::Tdm, UseState::Allowed);
        let words = "tdm-reservation: 0";
        is_allowed.then(|| Statement::new(&source(self.place), claim, words))
    }

    /// Returns the values that have no meaning, as evidence.
    pub(super) fn meaningless(&self) -> impl Iterator<Item = Statement> {
        let values = self.values.iter().filter(|value| says(value).is_none());
        values.map(|value| {
            let claim = Claim::Unknown(Signal::Tdm.name().to_owned());
            let words = format!("tdm-reservation: {value}");
            Statement::new(&source(self.place), claim, &words)
        })
    }
}

/// One rule of `/.well-known/tdmrep.json`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct TdmRule {
    location: String,
    is_reserved: bool,
    policy: Option<String>,
}

/// Reads the rules of the file. Entries that are no rules are ignored.
pub(super) fn rules(file: &[u8]) -> Vec<TdmRule> {
    // In bytes: a parsed JSON value takes some hundred times as much memory.
    const LARGEST: usize = 64 * 1024;

    let file = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file);
    let rules = if file.len() <= LARGEST {
        serde_json::from_slice(file)
    } else {
        Ok(Value::Null)
    };

    let Ok(Value::Array(rules)) = rules else {
        return Vec::new();
    };

    let rule = |rule: &Value| {
        Some(TdmRule {
            location: rule["location"].as_str()?.to_owned(),
            is_reserved: is_one(&rule["tdm-reservation"])?,
            policy: rule["tdm-policy"].as_str().map(str::to_owned),
        })
    };

    rules.iter().filter_map(rule).collect()
}

fn is_one(value: &Value) -> Option<bool> {
    match value {
        Value::Number(number) => Some(number.as_f64() == Some(1.0)),
        Value::String(text) => says(text),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Parses a reservation: `1` reserves, `0` does not; any other text has no meaning.
pub(super) fn says(text: &str) -> Option<bool> {
    match text.trim() {
        "1" => Some(true),
        "0" => Some(false),
        _ => None,
    }
}

/// Returns the reservation that the first matching rule makes.
pub(super) fn of_file(rules: &[TdmRule], url: &PageUrl) -> Option<OptOut> {
    let rule = rules
        .iter()
        .find(|rule| matches_pattern(&rule.location, url))?;
    let told = format!("location {}", rule.location);
    rule.is_reserved
        .then(|| reservation(FILE, &told, rule.policy.as_deref()))
}

pub(super) fn reservation(source: &str, told: &str, policy: Option<&str>) -> OptOut {
    let policy = policy
        .map(|policy| format!("; tdm-policy: {policy}"))
        .unwrap_or_default();
    let evidence = evidence(&format!("{told}: tdm-reservation: 1{policy}"));
    OptOut {
        signal: Signal::Tdm,
        source: source.to_owned(),
        evidence,
        from: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reserved(file: &str, path: &str) -> Option<String> {
        let url = PageUrl::parse(&format!("https://paper.example{path}")).unwrap();
        of_file(&rules(file.as_bytes()), &url).map(|opt_out| opt_out.evidence)
    }

    #[test]
    fn the_first_rule_that_matches_decides() {
        let file = r#"[{"location": "/open/*", "tdm-reservation": 0},
            {"location": "/", "tdm-reservation": 1, "tdm-policy": "https://paper.example/tdm.json"}]"#;
        assert_eq!(reserved(file, "/open/1"), None);
        let told = reserved(file, "/news/1").unwrap();
        assert!(
            told.contains(
                "location /: tdm-reservation: 1; tdm-policy: https://paper.example/tdm.json"
            ),
            "{told}"
        );
    }

    #[test]
    fn what_is_no_file_of_rules_reserves_nothing() {
        for file in [
            "",
            "{}",
            "<html>",
            "[1, {\"location\": 7}]",
            "[{\"location\": \"/\"}]",
            "[[[[",
        ] {
            assert_eq!(reserved(file, "/"), None, "{file}");
        }
        assert!(
            reserved(
                "\u{feff}[{\"location\": \"/*\", \"tdm-reservation\": \"1\"}]",
                "/x"
            )
            .is_some()
        );
    }
}
