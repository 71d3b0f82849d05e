//! The rights of a page that did not change (304): what its headers, its host's files and
//! robots.txt say now, and what the kept page says.

use crate::config::site::{OptOutPolicy, OptOutRules};
use crate::opt_out::{Declared, Judgement, Signal, tdm};
use crate::rights::{
    AI_TXT_AGENTS, Claim, DeclaredRights, LICENCE_HEADER, RSL, RSL_HEADER, Statement,
};
use crate::time::Timestamp;

/// What is declared about a page that did not change.
#[derive(Clone, Debug, PartialEq)]
pub struct Renewed {
    pub rights: DeclaredRights,
    /// Search may not find the page.
    pub noindex: bool,
    /// The photos of the page may not be requested, by what the answer and the host's files say.
    pub noimageindex: bool,
}

impl Declared<'_> {
    /// Returns the rights from a 304 on. A header of it replaces the kept one of the same name (RFC
    /// 9111 §3.2). What stands in the page, and headers that are not named anew, stand as they
    /// were; so does what licences said while one of them cannot be read.
    pub fn renewed(
        &self,
        agent: &str,
        rules: &OptOutRules,
        now: Timestamp,
        before: &DeclaredRights,
    ) -> Renewed {
        let judgement = self.judged(agent, rules, now);
        // The page's own word on mining counts before its host's files, and is not read here.
        let forbids_photos = |signal: Signal| signal.withholds_photos() && signal != Signal::Tdm;
        let noimageindex = judgement.obeyed(forbids_photos).is_some();
        let rights = self.renewed_rights(&judgement, before);
        let forbids = |one: &Statement| match &one.claim {
            Claim::UnavailableAfter(from) => {
                rules.unavailable_after == OptOutPolicy::Obey && *from <= now
            }
            Claim::Use(..)
            | Claim::Level(_)
            | Claim::NoArchive
            | Claim::Licence(_)
            | Claim::Unknown(_) => {
                rules.noindex == OptOutPolicy::Obey && is_of(&one.source, Signal::NoIndex)
            }
        };
        let noindex = rights.statements().iter().any(forbids);
        Renewed {
            rights,
            noindex,
            noimageindex,
        }
    }

    fn renewed_rights(&self, judgement: &Judgement, before: &DeclaredRights) -> DeclaredRights {
        let told = &judgement.rights;
        let (licensed, others): (Vec<_>, Vec<_>) = before
            .statements()
            .iter()
            .partition(|one| one.source == RSL);
        let standing = others.into_iter().filter(|one| !self.renews(one));
        let named = standing.chain(told.statements()).cloned().collect();
        let named = DeclaredRights::of(tdm::by_first_place(named));

        let renewed = self.with_licences(named);
        if self.files.has_licences(renewed.rsl_licences()) {
            return renewed;
        }
        let all = licensed.into_iter().chain(renewed.statements());
        DeclaredRights::of(all.cloned())
    }

    /// Tells whether a statement of before is one of a place that is read anew.
    fn renews(&self, before: &Statement) -> bool {
        let source = before.source.as_str();
        let is_of_file =
            source == "ai.txt" || source == AI_TXT_AGENTS || source.ends_with(" tdmrep.json");
        if is_of_file || source.starts_with("robots.txt ") {
            return true;
        }

        let header = match source {
            "header content-usage" => "content-usage",
            "header content-signal" => "content-signal",
            RSL_HEADER | LICENCE_HEADER => "link",
            _ if source.ends_with(" x-robots-tag") => "x-robots-tag",
            "tdm-reservation header" => "tdm-reservation",
            _ => return false,
        };
        self.headers.iter().any(|(name, _)| name == header)
    }
}

/// Tells whether a source is a place of an opt-out.
fn is_of(source: &str, signal: Signal) -> bool {
    let place = source.strip_prefix(signal.name());
    place.is_some_and(|place| place.starts_with(' '))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::opt_out::{Metas, Reservations};
    use crate::page_url::PageUrl;
    use crate::rights::{RSL_LINK, Use, UseState};
    use crate::robots::Robots;

    const PROHIBITION: &[u8] = b"<rsl><content url='/'><license><prohibits>ai-train</prohibits>\
        </license></content></rsl>";

    /// What is declared after a 304, with these files and this robots.txt.
    fn renewed(files: &Reservations, robots: &str, before: &DeclaredRights) -> DeclaredRights {
        let url = PageUrl::parse("https://paper.example/news/1").unwrap();
        let declared = Declared {
            url: &url,
            headers: &[],
            metas: &Metas::default(),
            words: &[],
            files,
            robots: &Robots::parse(robots.as_bytes(), "saseo"),
        };
        declared
            .renewed("saseo", &OptOutRules::default(), Timestamp::EPOCH, before)
            .rights
    }

    #[test]
    fn what_a_licence_said_stands_while_it_is_named_and_cannot_be_read() {
        let address = PageUrl::parse("https://paper.example/rsl.xml").unwrap();
        let robots = "User-agent: *\nLicense: https://paper.example/rsl.xml\nAllow: /\n";
        let (mut strict, mut open) = (Reservations::default(), Reservations::default());
        strict.read_licence(&address, PROHIBITION);
        open.read_licence(&address, b"<rsl/>");

        let none = DeclaredRights::default();
        let reserved = renewed(&strict, robots, &none);
        assert_eq!(reserved.uses().to_string(), "ai_train=reserved");
        assert_eq!(
            renewed(&Reservations::default(), robots, &reserved),
            reserved
        );
        assert_eq!(renewed(&open, robots, &reserved).uses().to_string(), "");
        assert_eq!(renewed(&Reservations::default(), "", &reserved), none);
    }

    #[test]
    fn a_licence_of_the_page_counts_and_one_that_is_not_in_rsl_does_not() {
        let said = Claim::Use(Use::Tdm, UseState::Reserved);
        let licence = Claim::Licence("https://paper.example/by.html".into());
        for (source, is_kept) in [(RSL_LINK, true), ("link", false)] {
            let before = DeclaredRights::of([
                Statement::new(RSL, said.clone(), "so"),
                Statement::new(source, licence.clone(), "so"),
            ]);
            let after = renewed(&Reservations::default(), "", &before);
            assert_eq!(!after.sources(&said).is_empty(), is_kept, "{source}");
        }
    }

    #[test]
    fn what_the_page_itself_says_of_mining_stands_before_the_file_of_its_host() {
        let file = PageUrl::parse("https://paper.example/.well-known/tdmrep.json").unwrap();
        let mut files = Reservations::default();
        let all = br#"[{"location": "/", "tdm-reservation": 1}]"#;
        files.read(&file, all, "saseo");

        for (before, expected) in [
            (None, UseState::Reserved),
            (
                Some(("tdm-reservation meta", UseState::Allowed)),
                UseState::Allowed,
            ),
            (
                Some(("tdm-reservation header", UseState::Allowed)),
                UseState::Allowed,
            ),
            (
                Some(("header content-usage", UseState::Allowed)),
                UseState::Reserved,
            ),
        ] {
            let said = before
                .map(|(source, state)| Statement::new(source, Claim::Use(Use::Tdm, state), "so"));
            let after = renewed(&files, "", &DeclaredRights::of(said));
            assert_eq!(after.uses().tdm, expected, "{before:?}");
        }
    }
}
