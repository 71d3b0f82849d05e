//! Opt-outs: a paper's signals against uses of its pages, their sources, and the action taken.
//! Pure; the caller passes the time.

mod declared_rights;
mod directives;
mod files;
mod link_header;
mod page_signals;
mod renewed_rights;
mod rsl;
mod tdm;

use std::fmt;

use crate::config::site::{OptOutPolicy, OptOutRules};
use crate::rights::DeclaredRights;
use crate::time::Timestamp;

pub use declared_rights::rights_of_opt_out;
pub use files::{AI_TXT, Reservations, TDMREP};
pub use page_signals::{Declared, Metas};
pub use renewed_rights::Renewed;
pub use rsl::LicenceServer;

/// A kind of opt-out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Signal {
    /// Keep no copy.
    NoArchive,
    /// Keep the page out of search.
    NoIndex,
    /// Keep its images out of search.
    NoImageIndex,
    /// Follow none of its links.
    NoFollow,
    /// Keep no copy from a moment on.
    UnavailableAfter,
    /// Text and data mining is reserved (TDMRep, W3C Community Group report of 2024).
    Tdm,
    /// `ai.txt` forbids it (Spawning).
    AiTxt,
    /// The page is not for AI (DeviantArt's `noai`).
    NoAi,
    /// Its images are not for AI.
    NoImageAi,
    /// The paper says in words that machines shall not learn from it.
    Words,
}

/// All signals.
const ALL_SIGNALS: [Signal; 10] = [
    Signal::NoArchive,
    Signal::NoIndex,
    Signal::NoImageIndex,
    Signal::NoFollow,
    Signal::UnavailableAfter,
    Signal::Tdm,
    Signal::AiTxt,
    Signal::NoAi,
    Signal::NoImageAi,
    Signal::Words,
];

/// An opt-out of a kept page, as the archive recorded it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedOptOut {
    /// `None` where another version of the program knew the signal.
    pub signal: Option<Signal>,
    /// Whether it was obeyed when the page came.
    pub was_obeyed: bool,
}

impl RecordedOptOut {
    /// Tells whether the photos of the page may not be requested: the signal was obeyed, or it
    /// would be today. The moment of [`Signal::UnavailableAfter`] is not recorded, so that it
    /// counts only where it was obeyed.
    pub fn withholds_photos(&self, rules: &OptOutRules) -> bool {
        let Some(signal) = self.signal else {
            return self.was_obeyed;
        };
        let is_due = signal != Signal::UnavailableAfter;
        let would_be_obeyed = is_due && signal.effect(rules) == OptOutPolicy::Obey;
        signal.withholds_photos() && (self.was_obeyed || would_be_obeyed)
    }
}

/// One opt-out of a paper, with its evidence.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OptOut {
    pub signal: Signal,
    /// The place of the signal: `x-robots-tag`, `meta robots`, `tdmrep.json`; for
    /// [`Signal::Words`], the words.
    pub source: String,
    /// The text as it stands at the source.
    pub evidence: String,
    /// The moment of [`Signal::UnavailableAfter`], if it can be parsed.
    pub from: Option<Timestamp>,
}

/// The action taken on an opt-out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptOutAction {
    Obeyed,
    Recorded,
    Ignored,
}

/// All opt-outs about one page, each with the action taken.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Judgement {
    pub told: Vec<(OptOut, OptOutAction)>,
    /// What the page, its headers, its host's files and robots.txt declare about uses.
    pub rights: DeclaredRights,
}

impl Signal {
    /// Returns the name that the archive and the exports keep.
    pub fn name(self) -> &'static str {
        match self {
            Self::NoArchive => "noarchive",
            Self::NoIndex => "noindex",
            Self::NoImageIndex => "noimageindex",
            Self::NoFollow => "nofollow",
            Self::UnavailableAfter => "unavailable-after",
            Self::Tdm => "tdm-reservation",
            Self::AiTxt => "ai.txt",
            Self::NoAi => "noai",
            Self::NoImageAi => "noimageai",
            Self::Words => "words",
        }
    }

    /// Returns the signal that the archive calls so.
    pub fn named(name: &str) -> Option<Self> {
        ALL_SIGNALS.into_iter().find(|signal| signal.name() == name)
    }

    /// Tells whether obeying the signal means keeping no photo of its page.
    fn withholds_photos(self) -> bool {
        self.withholds() || self == Self::NoImageIndex
    }

    fn effect(self, rules: &OptOutRules) -> OptOutPolicy {
        match self {
            Self::NoArchive => rules.noarchive,
            Self::NoIndex => rules.noindex,
            Self::NoImageIndex => rules.noimageindex,
            Self::NoFollow => rules.nofollow,
            Self::UnavailableAfter => rules.unavailable_after,
            Self::Tdm => rules.tdm,
            Self::AiTxt => rules.ai_txt,
            // They are about uses, and no site file has a rule for them.
            Self::NoAi | Self::NoImageAi => OptOutPolicy::Record,
            Self::Words => rules.words,
        }
    }

    /// Tells whether obeying the signal means keeping no copy.
    fn withholds(self) -> bool {
        match self {
            Self::NoArchive | Self::UnavailableAfter | Self::Tdm | Self::AiTxt | Self::Words => {
                true
            }
            Self::NoIndex | Self::NoImageIndex | Self::NoFollow | Self::NoAi | Self::NoImageAi => {
                false
            }
        }
    }
}

impl OptOutAction {
    /// Returns the name that the archive keeps.
    pub fn name(self) -> &'static str {
        match self {
            Self::Obeyed => "obeyed",
            Self::Recorded => "recorded",
            Self::Ignored => "ignored",
        }
    }
}

/// `noarchive:x-robots-tag`, as exports tell it.
impl fmt::Display for OptOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.signal.name(), self.source)
    }
}

impl Judgement {
    /// Decides the action on each opt-out by the site file's rules. A signal whose moment lies in
    /// the future is only recorded.
    pub fn of(
        opt_outs: impl IntoIterator<Item = OptOut>,
        rules: &OptOutRules,
        now: Timestamp,
    ) -> Self {
        let mut told: Vec<(OptOut, OptOutAction)> = Vec::new();

        for opt_out in opt_outs.into_iter().take(MOST_OPT_OUTS) {
            let is_due = opt_out.signal != Signal::UnavailableAfter
                || opt_out.from.is_some_and(|from| from <= now);

            let done = match opt_out.signal.effect(rules) {
                OptOutPolicy::Obey if is_due => OptOutAction::Obeyed,
                OptOutPolicy::Obey | OptOutPolicy::Record => OptOutAction::Recorded,
                OptOutPolicy::Ignore => OptOutAction::Ignored,
            };

            if !told.iter().any(|(known, _)| *known == opt_out) {
                told.push((opt_out, done));
            }
        }

        Self {
            told,
            rights: DeclaredRights::default(),
        }
    }

    /// Returns why no copy may be kept, if so.
    pub fn withholds(&self) -> Option<String> {
        self.obeyed(Signal::withholds)
    }

    /// Returns why the photos of a page may not be kept, if so.
    pub fn withholds_photos(&self) -> Option<String> {
        self.obeyed(Signal::withholds_photos)
    }

    /// Returns why a photo may not be kept, if its own answer says so. To keep a photo out of
    /// search means the same in either word.
    pub fn withholds_photo(&self) -> Option<String> {
        self.withholds_photos()
            .or_else(|| self.obeyed(|signal| signal == Signal::NoIndex))
    }

    /// Returns why its links may not be followed, if so.
    pub fn keeps_links(&self) -> Option<String> {
        self.obeyed(|signal| signal == Signal::NoFollow)
    }

    /// Tells whether search may find the page.
    pub fn is_searchable(&self) -> bool {
        self.obeyed(|signal| signal == Signal::NoIndex || signal == Signal::UnavailableAfter)
            .is_none()
    }

    /// Returns the opt-outs as exports name them, each once, without those that the site file
    /// ignores.
    pub fn in_export(&self) -> Vec<String> {
        let mut texts: Vec<String> = Vec::new();

        for (opt_out, _) in self
            .told
            .iter()
            .filter(|(_, done)| *done != OptOutAction::Ignored)
        {
            let text = opt_out.to_string();
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
        texts
    }

    fn obeyed(&self, is_meant: impl Fn(Signal) -> bool) -> Option<String> {
        let found = self
            .told
            .iter()
            .find(|(opt_out, done)| *done == OptOutAction::Obeyed && is_meant(opt_out.signal))?;
        Some(format!("{} says {:?}", found.0.source, found.0.evidence))
    }
}

/// The most opt-outs that are read from one page. No honest page has so many; a page with more is
/// built to exhaust its reader.
const MOST_OPT_OUTS: usize = 100;

/// Returns the evidence as it stands, cut to a readable length.
fn evidence(text: &str) -> String {
    /// In bytes: nobody reads more of it.
    const LONGEST: usize = 500;
    text[..text.floor_char_boundary(LONGEST)].trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_520_550);

    fn opt_out(signal: Signal) -> OptOut {
        OptOut {
            signal,
            source: "meta robots".into(),
            evidence: "so".into(),
            from: None,
        }
    }

    fn judged(opt_outs: &[OptOut]) -> Judgement {
        Judgement::of(opt_outs.iter().cloned(), &OptOutRules::default(), NOW)
    }

    #[test]
    fn by_default_what_robots_directives_say_is_obeyed_and_reservations_are_recorded() {
        let all = [
            Signal::NoIndex,
            Signal::NoFollow,
            Signal::Tdm,
            Signal::AiTxt,
            Signal::Words,
        ]
        .map(opt_out);
        let judgement = judged(&all);
        assert_eq!(
            (judgement.withholds(), judgement.is_searchable()),
            (None, false)
        );
        assert!(
            judgement
                .keeps_links()
                .unwrap()
                .contains("meta robots says \"so\"")
        );
        assert!(judged(&[opt_out(Signal::NoArchive)]).withholds().is_some());
        assert_eq!(judgement.in_export().len(), 5);
    }

    #[test]
    fn a_site_file_decides_what_each_does() {
        let rules = OptOutRules {
            tdm: OptOutPolicy::Obey,
            noarchive: OptOutPolicy::Ignore,
            ..OptOutRules::default()
        };
        let of = |signal| Judgement::of([opt_out(signal)], &rules, NOW);
        assert!(of(Signal::Tdm).withholds().is_some());
        assert_eq!(
            (
                of(Signal::NoArchive).withholds(),
                of(Signal::NoArchive).in_export()
            ),
            (None, vec![])
        );
        assert_eq!(of(Signal::NoArchive).told[0].1, OptOutAction::Ignored);
    }

    #[test]
    fn recorded_opt_outs_withhold_photos_that_were_obeyed_or_would_be_today() {
        let rules = OptOutRules {
            tdm: OptOutPolicy::Obey,
            noimageindex: OptOutPolicy::Record,
            ..OptOutRules::default()
        };
        for (name, was_obeyed, expected) in [
            ("noimageindex", true, true),
            ("noimageindex", false, false),
            ("tdm-reservation", false, true),
            ("unavailable-after", false, false),
            ("unavailable-after", true, true),
            ("noindex", true, false),
            ("nofollow", true, false),
            ("a word of later", true, true),
            ("a word of later", false, false),
        ] {
            let signal = Signal::named(name);
            let recorded = RecordedOptOut { signal, was_obeyed };
            assert_eq!(recorded.withholds_photos(&rules), expected, "{name}");
        }
        assert!(
            ALL_SIGNALS
                .iter()
                .all(|one| Signal::named(one.name()) == Some(*one))
        );
    }

    #[test]
    fn a_page_is_withheld_from_its_last_day_on() {
        let until = |from| OptOut {
            from: Some(from),
            ..opt_out(Signal::UnavailableAfter)
        };
        assert!(judged(&[until(NOW)]).withholds().is_some());
        let later = judged(&[until(NOW + std::time::Duration::from_secs(1))]);
        assert_eq!(
            (later.withholds(), later.told[0].1),
            (None, OptOutAction::Recorded)
        );
        assert_eq!(
            judged(&[opt_out(Signal::UnavailableAfter)]).withholds(),
            None
        );
    }
}
