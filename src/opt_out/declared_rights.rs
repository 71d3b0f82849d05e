//! What a page declares about uses, joined from opt-outs, headers, links and robots.txt.

use crate::opt_out::page_signals::MOST_LICENCES;
use crate::opt_out::tdm::TdmPlace;
use crate::opt_out::{Declared, Judgement, OptOut, OptOutAction, Signal, link_header};
use crate::page_url::PageUrl;
use crate::rights::{
    Claim, DeclaredRights, LICENCE_HEADER, RSL_HEADER, RSL_LINK, Statement, Use, UseState,
    content_signal, content_usage,
};

/// Words beside "learning" by which a Korean notice forbids other uses as well.
const USE_WORDS: [&str; 2] = ["활용", "이용"];

/// Words that name text and data mining, or how its texts are collected.
const MINING_WORDS: [&str; 4] = ["마이닝", "TDM", "크롤", "스크"];

impl Declared<'_> {
    /// Decides the action on each opt-out, and collects what is declared about uses.
    pub fn judged(
        &self,
        agent: &str,
        rules: &crate::config::site::OptOutRules,
        now: crate::time::Timestamp,
    ) -> Judgement {
        let mut judgement = Judgement::of(self.opt_outs(agent), rules, now);
        judgement.rights = self.rights(&judgement);
        judgement
    }

    /// Collects the statements. An opt-out that the site file ignores makes none.
    fn rights(&self, judgement: &Judgement) -> DeclaredRights {
        let heard = judgement
            .told
            .iter()
            .filter(|(_, action)| *action != OptOutAction::Ignored);
        let opt_outs = heard.flat_map(|(opt_out, _)| rights_of_opt_out(opt_out));

        let is_ignored = |(opt_out, action): &(OptOut, OptOutAction)| {
            opt_out.signal == Signal::Tdm && *action == OptOutAction::Ignored
        };
        // Where the reservation is ignored, so is what stands beside it.
        let mining = match judgement.told.iter().any(is_ignored) {
            true => Vec::new(),
            false => self.of_mining(),
        };
        let headers = self.of_headers();
        let links = self.metas.licences.iter().filter_map(|link| {
            let source = if link.is_rsl { RSL_LINK } else { "link" };
            licence(self.url, source, &link.href)
        });
        let robots = self.robots.rights(self.url);
        let agents = self.files.refused_agents(self.url);
        let told = opt_outs
            .chain(mining)
            .chain(headers)
            .chain(links)
            .chain(robots)
            .chain(agents);
        self.with_licences(DeclaredRights::of(told))
    }

    /// Adds what the licences say that the statements name.
    pub(super) fn with_licences(&self, named: DeclaredRights) -> DeclaredRights {
        let licensed = self.files.licensed(&named.licences(), self.url);
        if licensed.is_empty() {
            return named;
        }
        DeclaredRights::of(named.statements().iter().cloned().chain(licensed))
    }

    /// Returns what the page itself says of text and data mining beside its reservation.
    fn of_mining(&self) -> Vec<Statement> {
        let places = self.tdm_places();
        let speaks = places.iter().find(|place| place.is_reserved().is_some());
        let permission = speaks.and_then(TdmPlace::permission);
        let meaningless = places.iter().flat_map(TdmPlace::meaningless);
        permission.into_iter().chain(meaningless).collect()
    }

    fn of_headers(&self) -> Vec<Statement> {
        let mut found = content_usage("header content-usage", &self.joined("content-usage"));
        found.extend(content_signal(
            "header content-signal",
            &self.joined("content-signal"),
        ));

        let links = self.headers.iter().filter(|(name, _)| name == "link");
        found.extend(
            links
                .flat_map(|(_, value)| link_header::licences(value))
                .filter_map(|link| {
                    let source = if link.is_rsl {
                        RSL_HEADER
                    } else {
                        LICENCE_HEADER
                    };
                    licence(self.url, source, link.href)
                })
                .take(MOST_LICENCES),
        );
        found
    }

    /// Returns a header's lines as one value (RFC 9110 §5.3).
    fn joined(&self, name: &str) -> String {
        let lines = self.headers.iter().filter(|(known, _)| known == name);
        let lines: Vec<&str> = lines.map(|(_, value)| value.as_str()).collect();
        lines.join(", ")
    }
}

fn licence(page: &PageUrl, source: &str, href: &str) -> Option<Statement> {
    let address = page.join(href).ok()?.to_string();
    Some(Statement::new(source, Claim::Licence(address), href))
}

/// Returns what an opt-out says about uses. A reservation of text and data mining covers training
/// (Directive (EU) 2019/790, Article 4). The words forbid what they name.
pub fn rights_of_opt_out(opt_out: &OptOut) -> Vec<Statement> {
    let reserved = |wanted| Claim::Use(wanted, UseState::Reserved);
    let claims = match opt_out.signal {
        Signal::Tdm | Signal::AiTxt => vec![reserved(Use::Tdm), reserved(Use::AiTrain)],
        Signal::NoAi => vec![reserved(Use::AiInput), reserved(Use::AiTrain)],
        Signal::NoImageAi => vec![Claim::Unknown("noimageai".to_owned())],
        Signal::NoIndex => vec![reserved(Use::Search)],
        Signal::NoArchive => vec![Claim::NoArchive],
        Signal::Words => uses_in_words(opt_out).map(reserved).collect(),
        Signal::UnavailableAfter => match opt_out.from {
            Some(from) => vec![Claim::UnavailableAfter(from)],
            None => vec![Claim::Unknown(opt_out.signal.name().to_owned())],
        },
        Signal::NoImageIndex | Signal::NoFollow => Vec::new(),
    };

    let source = match opt_out.signal {
        Signal::AiTxt | Signal::Words => opt_out.signal.name().to_owned(),
        Signal::NoArchive
        | Signal::NoIndex
        | Signal::NoImageIndex
        | Signal::NoFollow
        | Signal::UnavailableAfter
        | Signal::Tdm
        | Signal::NoAi
        | Signal::NoImageAi => format!("{} {}", opt_out.signal.name(), opt_out.source),
    };
    let statement = |claim| Statement::new(&source, claim, &opt_out.evidence);
    claims.into_iter().map(statement).collect()
}

/// Returns the uses that the words of a page forbid.
fn uses_in_words(opt_out: &OptOut) -> impl Iterator<Item = Use> {
    let has = |text: &str, words: &[&str]| words.iter().any(|word| text.contains(word));
    let is_input = has(&opt_out.evidence, &USE_WORDS);
    let is_mining = has(&opt_out.source.to_uppercase(), &MINING_WORDS);

    let input = is_input.then_some(Use::AiInput);
    let mining = is_mining.then_some(Use::Tdm);
    [Use::AiTrain].into_iter().chain(input).chain(mining)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::site::OptOutRules;
    use crate::markup::Tree;
    use crate::opt_out::{Metas, Reservations};
    use crate::robots::Robots;
    use crate::time::Timestamp;

    fn said(html: &str, headers: &[(&str, &str)], words: &str, robots: &str) -> String {
        rights(html, headers, words, robots).to_string()
    }

    fn rights(html: &str, headers: &[(&str, &str)], words: &str, robots: &str) -> DeclaredRights {
        let url = PageUrl::parse("https://paper.example/news/1").unwrap();
        let headers: Vec<(String, String)> = headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let words = [("AI학습".to_owned(), words.to_owned())];
        let declared = Declared {
            url: &url,
            headers: &headers,
            metas: &Metas::read(&Tree::parse(html).unwrap(), "saseo"),
            words: if words[0].1.is_empty() { &[] } else { &words },
            files: &Reservations::default(),
            robots: &Robots::parse(robots.as_bytes(), "saseo"),
        };
        let judged = declared.judged("saseo", &OptOutRules::default(), Timestamp::EPOCH);
        judged.rights
    }

    #[test]
    fn every_licence_of_a_link_header_is_heard_and_no_other_link() {
        let told = |value: &str| said("", &[("link", value)], "", "");
        let kind = "type=\"application/rsl+xml\"";
        assert_eq!(
            told(&format!(
                "</a.xml>; rel=\"license next\"; {kind}, </b.xml>; {kind}; rel=license"
            )),
            "licence=https://paper.example/a.xml licence=https://paper.example/b.xml"
        );
        assert_eq!(
            told(&format!(
                "</a.xml>; rel=alternate; title=\"license\"; {kind}"
            )),
            ""
        );
        let by = rights(
            "",
            &[("link", "</by>; rel=license; type=text/html")],
            "",
            "",
        );
        assert_eq!(by.to_string(), "licence=https://paper.example/by");
        assert_eq!(by.statements()[0].source, LICENCE_HEADER);
    }

    #[test]
    fn every_place_is_heard() {
        let rsl = "<https://paper.example/rsl.xml>; rel=\"license\"; type=\"application/rsl+xml\"";
        for (html, headers, words, expected) in [
            (
                "<meta name=robots content='noai, noimageai'>",
                vec![],
                "",
                "ai_input=reserved ai_train=reserved",
            ),
            (
                "",
                vec![("x-robots-tag", "noai")],
                "",
                "ai_input=reserved ai_train=reserved",
            ),
            ("", vec![("x-robots-tag", "otherbot: noai")], "", ""),
            (
                "",
                vec![("tdm-reservation", "1")],
                "",
                "ai_train=reserved tdm=reserved",
            ),
            (
                "<meta name=tdm-reservation content=0>",
                vec![("tdm-reservation", "1")],
                "",
                "tdm=allowed",
            ),
            (
                "",
                vec![
                    ("content-usage", "search=y"),
                    ("content-usage", "train-ai=n"),
                ],
                "",
                "search=allowed ai_train=reserved",
            ),
            (
                "",
                vec![("content-signal", "ai-input=no, use=immediate")],
                "",
                "ai_input=reserved use=immediate",
            ),
            (
                "<link rel=license href='/rsl.xml'>",
                vec![],
                "",
                "licence=https://paper.example/rsl.xml",
            ),
            (
                "<link rel=stylesheet href='/a.css'>",
                vec![("link", "</a.css>; rel=preload")],
                "",
                "",
            ),
            (
                "",
                vec![("link", rsl)],
                "",
                "licence=https://paper.example/rsl.xml",
            ),
            ("", vec![], "무단전재, AI학습 금지", "ai_train=reserved"),
            (
                "",
                vec![],
                "AI학습 및 활용 금지",
                "ai_input=reserved ai_train=reserved",
            ),
        ] {
            assert_eq!(
                said(html, &headers, words, ""),
                expected,
                "{html} {headers:?} {words}"
            );
        }
    }

    #[test]
    fn of_contradictory_words_on_mining_in_one_place_the_reservation_wins_and_all_are_kept() {
        let meta = |content: &str| format!("<meta name=tdm-reservation content='{content}'>");
        let reserved = [Use::Tdm, Use::AiTrain].map(|one| Claim::Use(one, UseState::Reserved));
        let allowed = Claim::Use(Use::Tdm, UseState::Allowed);
        let unknown = Claim::Unknown("tdm-reservation".to_owned());
        let both = [&reserved[..], std::slice::from_ref(&allowed)].concat();
        let odd = [&reserved[..], &[unknown]].concat();
        for (html, headers, expected) in [
            (meta("0") + &meta("1"), vec![], &both),
            (meta("1") + &meta("0"), vec![], &both),
            (meta("maybe") + &meta("1"), vec![], &odd),
            (meta("yes"), vec!["1"], &odd),
            (String::new(), vec!["0", "1"], &both),
            (String::new(), vec!["0, 1"], &both),
            (String::new(), vec!["yes", "1"], &odd),
            // The tag counts before the header.
            (meta("0"), vec!["1"], &vec![allowed.clone()]),
        ] {
            let headers: Vec<_> = headers
                .iter()
                .map(|one| ("tdm-reservation", *one))
                .collect();
            let told = rights(&html, &headers, "", "");
            let told: Vec<Claim> = told
                .statements()
                .iter()
                .map(|one| one.claim.clone())
                .collect();
            let is_told = expected.iter().all(|claim| told.contains(claim));
            assert!(
                is_told && told.len() == expected.len(),
                "{html} {headers:?}: {told:?}"
            );
        }
    }

    #[test]
    fn a_permission_of_one_place_does_not_undo_a_reservation_of_another() {
        let robots = "User-agent: *\nContent-Usage: train-ai=n\nAllow: /\n";
        let header = [("content-usage", "train-ai=y")];
        assert_eq!(said("", &header, "", robots), "ai_train=reserved");
        assert_eq!(said("", &header, "", ""), "ai_train=allowed");
    }
}
