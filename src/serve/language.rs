//! The language of the pages: Korean or English.

/// A language that the pages speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    Korean,
    English,
}

impl Language {
    pub(super) const ALL: [Self; 2] = [Self::Korean, Self::English];

    /// Returns the language of a tag, as `ko` or `en-GB`.
    pub(super) fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default().trim();
        match primary.to_ascii_lowercase().as_str() {
            "ko" => Some(Self::Korean),
            "en" => Some(Self::English),
            _ => None,
        }
    }

    /// Returns the tag (BCP 47).
    pub(super) fn tag(self) -> &'static str {
        match self {
            Self::Korean => "ko",
            Self::English => "en",
        }
    }

    pub(super) fn other(self) -> Self {
        match self {
            Self::Korean => Self::English,
            Self::English => Self::Korean,
        }
    }

    /// Chooses by the reader's choice, the tag of a language, and the header `Accept-Language`
    /// (RFC 9110, 12.5.4): the choice counts most, then the wish with the highest weight, and
    /// English where none is known.
    pub(super) fn of_request(chosen: Option<&str>, accepted: Option<&str>) -> Self {
        chosen.and_then(Self::of_tag).unwrap_or_else(|| {
            accepted
                .and_then(Self::most_wanted)
                .unwrap_or(Self::English)
        })
    }

    fn most_wanted(accepted: &str) -> Option<Self> {
        let mut best: Option<(Self, f32)> = None;
        for wish in accepted.split(',') {
            let (tag, weight) = wish.split_once(';').unwrap_or((wish, "q=1"));
            let weight = weight
                .trim()
                .strip_prefix("q=")
                .and_then(|q| q.parse().ok());
            let (Some(language), Some(weight)) = (Self::of_tag(tag.trim()), weight) else {
                continue;
            };
            if weight > 0.0 && best.is_none_or(|(_, known)| weight > known) {
                best = Some((language, weight));
            }
        }
        best.map(|(language, _)| language)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_choice_counts_before_the_browser_and_weights_before_order() {
        use Language::{English, Korean};
        for (chosen, accepted, language) in [
            (None, None, English),
            (None, Some("ko"), Korean),
            (None, Some("ko-KR,en;q=0.8"), Korean),
            (None, Some("ko;q=0.3, en-GB;q=0.8"), English),
            (None, Some("fr, de;q=0.9"), English),
            (None, Some("fr, ko;q=0.2"), Korean),
            (None, Some("ko;q=0, en;q=0.1"), English),
            (None, Some("ko;q=x,,;"), English),
            (Some("ko"), Some("en"), Korean),
            (Some("xx"), Some("ko"), Korean),
        ] {
            assert_eq!(
                Language::of_request(chosen, accepted),
                language,
                "{accepted:?}"
            );
        }
    }
}
