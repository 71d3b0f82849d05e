//! The two vocabularies of preferences: `Content-Usage` (AIPREF) and `Content-Signal` (Cloudflare).

use sfv::{BareItem, Dictionary, ListEntry, Parser};

use crate::rights::{Claim, Statement, Use, UseLevel, UseState};

/// The longest value that is read, in bytes. An honest one names a few keys.
const LONGEST: usize = 4 * 1024;

/// Reads a `Content-Usage` value (draft-ietf-aipref-attach-05 and -vocab-08). Keys and values are
/// case-sensitive. A value that is no RFC 9651 dictionary says nothing, and of a doubled key the
/// last counts. Other keys are kept as they stand.
pub fn content_usage(source: &str, value: &str) -> Vec<Statement> {
    if value.len() > LONGEST {
        return Vec::new();
    }
    let Ok(preferences) = Parser::new(value).parse::<Dictionary>() else {
        return Vec::new();
    };

    preferences
        .iter()
        .filter_map(|(key, entry)| Some((usage_claim(key.as_str(), entry)?, key)))
        .map(|(claim, _)| Statement::new(source, claim, value))
        .collect()
}

fn usage_claim(key: &str, entry: &ListEntry) -> Option<Claim> {
    let wanted = match key {
        "train-ai" => Use::AiTrain,
        "search" => Use::Search,
        _ => return Some(Claim::Unknown(key.to_owned())),
    };

    let ListEntry::Item(item) = entry else {
        return None;
    };
    let BareItem::Token(token) = &item.bare_item else {
        return None;
    };
    match token.as_str() {
        "y" => Some(Claim::Use(wanted, UseState::Allowed)),
        "n" => Some(Claim::Use(wanted, UseState::Reserved)),
        _ => None,
    }
}

/// Reads a `Content-Signal` value. Its draft names no case, so that none counts. Pairs that are no
/// signals are kept by their keys.
pub fn content_signal(source: &str, value: &str) -> Vec<Statement> {
    if value.len() > LONGEST {
        return Vec::new();
    }

    value
        // Some write semicolons. Nobody who writes "no" means yes.
        .split([',', ';'])
        .filter_map(|pair| pair.split_once('='))
        .filter_map(|(key, told)| signal_claim(key.trim(), told.trim()))
        .map(|claim| Statement::new(source, claim, value))
        .collect()
}

fn signal_claim(key: &str, told: &str) -> Option<Claim> {
    let wanted = match key.to_ascii_lowercase().as_str() {
        "search" => Use::Search,
        "ai-input" => Use::AiInput,
        "ai-train" => Use::AiTrain,
        "use" => return UseLevel::from_name(&told.to_ascii_lowercase()).map(Claim::Level),
        _ => return Some(Claim::Unknown(key.to_owned())),
    };

    if told.eq_ignore_ascii_case("yes") {
        Some(Claim::Use(wanted, UseState::Allowed))
    } else if told.eq_ignore_ascii_case("no") {
        Some(Claim::Use(wanted, UseState::Reserved))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::rights::DeclaredRights;

    #[test]
    fn a_content_usage_is_a_dictionary_and_says_nothing_where_it_is_broken() {
        for (value, expected) in [
            ("train-ai=n", "ai_train=reserved"),
            ("train-ai=y, search=n", "search=reserved ai_train=allowed"),
            ("search=y", "search=allowed"),
            ("train-ai=n, train-ai=y", "ai_train=allowed"),
            ("train-ai=y, train-ai=n", "ai_train=reserved"),
            ("train-ai=n;why=\"books\"", "ai_train=reserved"),
            ("train-ai=N", ""),
            ("Train-AI=n", ""),
            ("TRAIN-AI=n, search=y", ""),
            ("train-ai=\"n\"", ""),
            ("train-ai=?0", ""),
            ("train-ai", ""),
            ("train-ai=(n)", ""),
            ("train-ai=n,", ""),
            ("train-ai=n search=y", ""),
            ("train-ai = n", ""),
            ("", ""),
            ("모두=n", ""),
        ] {
            let said = DeclaredRights::of(content_usage("header", value));
            assert_eq!(said.to_string(), expected, "{value}");
        }
    }

    #[test]
    fn no_reservation_is_lost_behind_a_flood_of_other_words() {
        let flood: Vec<String> = (0..300).map(|n| format!("k{n}=y")).collect();
        let header = content_usage("header", &flood.join(", "));
        let robots = content_usage("robots.txt", "train-ai=n");

        let said = DeclaredRights::of(header.into_iter().chain(robots));
        assert_eq!(said.to_string(), "ai_train=reserved");
        assert_eq!(said.statements().len(), 100);
    }

    #[test]
    fn unknown_keys_are_kept_as_they_stand() {
        let said = content_usage("header", "bind-books=n, train-ai=n");
        assert_eq!(said[0].claim, Claim::Unknown("bind-books".into()));
        assert_eq!(said[0].words, "bind-books=n, train-ai=n");
    }

    #[test]
    fn a_content_signal_has_three_uses_and_a_level() {
        for (value, expected) in [
            (
                "search=yes, ai-train=no",
                "search=allowed ai_train=reserved",
            ),
            (
                "search=yes,ai-input=no,ai-train=no",
                "search=allowed ai_input=reserved ai_train=reserved",
            ),
            (
                "ai-train=no, use=reference",
                "ai_train=reserved use=reference",
            ),
            ("use=full, use=immediate", "use=immediate"),
            (
                "ai-input=no; ai-train=no",
                "ai_input=reserved ai_train=reserved",
            ),
            ("use=always", ""),
            ("ai-train=maybe", ""),
            ("ai-train=yes, ai-train=no", "ai_train=reserved"),
            ("ai-train", ""),
            ("", ""),
        ] {
            let said = DeclaredRights::of(content_signal("header", value));
            assert_eq!(said.to_string(), expected, "{value}");
        }
    }

    proptest! {
        #[test]
        fn any_value_is_read_and_bounded(value in "([a-z=,;\"?():\\- ]|\\PC){0,200}") {
            for said in [content_usage("h", &value), content_signal("h", &value)] {
                let rights = DeclaredRights::of(said);
                prop_assert!(rights.statements().len() <= 100);
                prop_assert!(rights.statements().iter().all(|one| one.words.len() <= 500));
            }
        }
    }
}
