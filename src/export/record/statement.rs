//! One statement of a paper about uses, as every export tells it.

use serde::Serialize;

use crate::rights::{Claim, Statement};

/// A statement with its source and its words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RightsStatement {
    /// `search`, `ai_input`, `ai_train`, `tdm`, `use_level`, `licence`, `archive`,
    /// `unavailable_after` or `unknown`.
    pub about: &'static str,
    /// `allowed` or `reserved`, the level, the address of the licence, the moment, or the key.
    pub says: String,
    /// `header content-usage`, `robots.txt content-signal`, `tdmrep.json`.
    pub source: String,
    /// As they stand at the source.
    pub words: String,
}

impl From<&Statement> for RightsStatement {
    fn from(statement: &Statement) -> Self {
        let (about, says) = match &statement.claim {
            Claim::Use(wanted, state) => (wanted.name(), state.name().to_owned()),
            Claim::Level(level) => ("use_level", level.name().to_owned()),
            Claim::Licence(address) => ("licence", address.clone()),
            Claim::NoArchive => ("archive", "reserved".to_owned()),
            Claim::UnavailableAfter(from) => ("unavailable_after", from.to_second().to_string()),
            Claim::Unknown(key) => ("unknown", key.clone()),
        };
        Self {
            about,
            says: without_nul(says),
            source: without_nul(statement.source.clone()),
            words: without_nul(statement.words.clone()),
        }
    }
}

/// Returns a text in which NUL is U+FFFD, as in all texts of a record.
fn without_nul(text: String) -> String {
    if memchr::memchr(0, text.as_bytes()).is_some() {
        text.replace('\0', "\u{fffd}")
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rights::{Use, UseLevel, UseState};
    use crate::time::Timestamp;

    #[test]
    fn each_kind_of_claim_has_its_name_and_value() {
        let told = |claim: Claim| {
            let row = RightsStatement::from(&Statement::new("header", claim, "so\0"));
            assert_eq!(
                (row.source.as_str(), row.words.as_str()),
                ("header", "so\u{fffd}")
            );
            format!("{} {}", row.about, row.says)
        };
        let reserved = Claim::Use(Use::AiTrain, UseState::Reserved);
        assert_eq!(told(reserved), "ai_train reserved");
        assert_eq!(
            told(Claim::Level(UseLevel::Reference)),
            "use_level reference"
        );
        let licence = Claim::Licence("https://paper.example/l.xml".into());
        assert_eq!(told(licence), "licence https://paper.example/l.xml");
        assert_eq!(told(Claim::NoArchive), "archive reserved");
        let from = Claim::UnavailableAfter(Timestamp::from_seconds(0));
        assert_eq!(told(from), "unavailable_after 1970-01-01T00:00:00Z");
        assert_eq!(told(Claim::Unknown("x-key".into())), "unknown x-key");
    }
}
