//! What a robots.txt says about uses of its pages: preferences by path, licences, refused agents.

use crate::page_url::PageUrl;
use crate::rights::{
    Claim, ROBOTS_AGENTS, RSL_ROBOTS, Statement, Use, UseState, content_signal, content_usage,
};
use crate::robots::agents::RefusedAgents;
use crate::robots::lines::RightsKey;
use crate::robots::matches_pattern;

/// The most lines of each key that are heard. An honest file has a few. Each line costs a match for
/// every page.
const MOST_LINES: usize = 1000;

/// The most licences of a file. An honest file names a few, and each is requested.
const MOST_LICENCES: usize = 10;

/// The keys of lines about uses.
const KEYS: [RightsKey; 4] = [
    RightsKey::ContentUsage,
    RightsKey::ContentSignal,
    RightsKey::License,
    RightsKey::DisallowAiTraining,
];

/// The lines about uses that hold for our agent.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct RobotsRights {
    lines: Vec<RightsLine>,
    refused: RefusedAgents,
}

/// A line about uses.
#[derive(Clone, Debug, PartialEq)]
struct RightsLine {
    key: RightsKey,
    /// `/` where the line names no path.
    path: String,
    /// The value behind the path.
    value: String,
}

impl RobotsRights {
    pub(super) fn new<'a>(
        lines: impl Iterator<Item = (RightsKey, &'a str)> + Clone,
        refused: RefusedAgents,
    ) -> Self {
        let of_key = |key| {
            let lines = lines.clone().filter(move |(of, _)| *of == key);
            lines.take(MOST_LINES)
        };
        let lines = KEYS.into_iter().flat_map(of_key);
        let lines = lines.map(|(key, text)| line(key, text));
        Self {
            lines: lines.collect(),
            refused,
        }
    }

    /// Returns the addresses of the licences. RSL asks for whole addresses; others are joined as in
    /// a link of the home page.
    pub(super) fn licences(&self, origin: &PageUrl) -> Vec<(PageUrl, &str)> {
        let root = origin.at_root();
        let lines = self
            .lines
            .iter()
            .filter(|line| line.key == RightsKey::License);
        lines
            .filter_map(|line| Some((root.join(&line.value).ok()?, line.value.as_str())))
            .take(MOST_LICENCES)
            .collect()
    }

    /// Returns what the file says about a page.
    pub(super) fn of(&self, url: &PageUrl) -> Vec<Statement> {
        let mut found = Vec::new();

        for key in [RightsKey::ContentUsage, RightsKey::ContentSignal] {
            found.extend(self.preferences(key, url));
        }

        found.extend(self.licences(url).into_iter().map(|(address, words)| {
            let licence = Claim::Licence(address.to_string());
            Statement::new(RSL_ROBOTS, licence, words)
        }));
        for line in &self.lines {
            match line.key {
                RightsKey::DisallowAiTraining if matches_pattern(&line.path, url) => {
                    let claim = Claim::Use(Use::AiTrain, UseState::Reserved);
                    let words = format!("DisallowAITraining: {}", line.path);
                    found.push(Statement::new(
                        "robots.txt disallowaitraining",
                        claim,
                        &words,
                    ));
                }
                RightsKey::License
                | RightsKey::DisallowAiTraining
                | RightsKey::ContentUsage
                | RightsKey::ContentSignal => {}
            }
        }

        found.extend(self.refused_agents(url, ROBOTS_AGENTS));
        found
    }

    /// Returns what the file says of AI agents that it names, as a source.
    pub(super) fn refused_agents(&self, url: &PageUrl, source: &str) -> Vec<Statement> {
        self.refused.of(url, source)
    }

    /// Returns the preferences of the longest path that matches. Lines with equal paths all count.
    fn preferences(&self, key: RightsKey, url: &PageUrl) -> Vec<Statement> {
        let matching: Vec<&RightsLine> = self
            .lines
            .iter()
            .filter(|line| line.key == key && matches_pattern(&line.path, url))
            .collect();
        let longest = matching.iter().map(|line| line.path.len()).max();

        matching
            .into_iter()
            .filter(|line| Some(line.path.len()) == longest)
            .flat_map(|line| match key {
                RightsKey::ContentUsage => content_usage("robots.txt content-usage", &line.value),
                RightsKey::ContentSignal => {
                    content_signal("robots.txt content-signal", &line.value)
                }
                RightsKey::License | RightsKey::DisallowAiTraining => Vec::new(),
            })
            .collect()
    }
}

/// Reads a line's value: a path and what holds for it, the path alone, or a value for all pages.
fn line(key: RightsKey, text: &str) -> RightsLine {
    let (path, value) = match key {
        RightsKey::License => ("/", text),
        RightsKey::DisallowAiTraining => (text, ""),
        RightsKey::ContentUsage | RightsKey::ContentSignal if text.starts_with('/') => {
            text.split_once([' ', '\t']).unwrap_or((text, ""))
        }
        RightsKey::ContentUsage | RightsKey::ContentSignal => ("/", text),
    };

    // An empty pattern matches everything, and an empty DisallowAITraining forbids nothing.
    let path = if path.is_empty() { "$" } else { path };
    RightsLine {
        key,
        path: path.to_owned(),
        value: value.trim().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::rights::DeclaredRights;
    use crate::robots::Robots;

    fn url(path: &str) -> PageUrl {
        PageUrl::parse(&format!("https://paper.example{path}")).unwrap()
    }

    fn said(file: &str, path: &str) -> String {
        let statements = Robots::parse(file.as_bytes(), "saseo").rights(&url(path));
        DeclaredRights::of(statements).to_string()
    }

    #[test]
    fn the_longest_path_counts_equal_paths_both_count_and_n_wins() {
        let file = "User-agent: *\nAllow: /\nContent-Usage: train-ai=n\n\
            Content-Usage: /open/ train-ai=y\nContent-Usage: /open/search train-ai=y, search=n\n\
            Content-Usage: /both/ train-ai=y\nContent-Usage: /both/ train-ai=n, search=y\n";
        for (path, expected) in [
            ("/news/1", "ai_train=reserved"),
            ("/open/1", "ai_train=allowed"),
            ("/open/search/1", "search=reserved ai_train=allowed"),
            ("/both/1", "search=allowed ai_train=reserved"),
        ] {
            assert_eq!(said(file, path), expected, "{path}");
        }
    }

    #[test]
    fn the_group_that_holds_for_us_speaks_and_others_do_not() {
        let file = "User-agent: *\nContent-Signal: ai-train=no\nDisallow: /x\n\n\
            User-agent: saseo\nContent-Signal: search=yes, ai-input=no, use=reference\nAllow: /\n";
        assert_eq!(
            said(file, "/1"),
            "search=allowed ai_input=reserved use=reference"
        );
        let others = "User-agent: otherbot\nContent-Usage: train-ai=n\nDisallow: /x\n";
        assert_eq!(said(others, "/1"), "");
    }

    #[test]
    fn a_groups_licences_replace_the_global_one_and_several_may_stand() {
        let global = "License: https://paper.example/all.xml\nUser-agent: *\nAllow: /\n";
        assert_eq!(said(global, "/1"), "licence=https://paper.example/all.xml");
        let own = format!(
            "{global}License: https://paper.example/a.xml\nLicense: https://paper.example/b.xml\n"
        );
        assert_eq!(
            said(&own, "/1"),
            "licence=https://paper.example/a.xml licence=https://paper.example/b.xml"
        );
    }

    #[test]
    fn a_licence_has_an_address_and_a_reservation_is_heard_behind_many_lines() {
        let empty = "License: https://paper.example/all.xml\nUser-agent: *\nLicense:\nAllow: /\n";
        assert_eq!(said(empty, "/1"), "licence=https://paper.example/all.xml");
        let relative = "User-agent: *\nLicense: /rsl.xml\nAllow: /\n";
        assert_eq!(
            said(relative, "/1"),
            "licence=https://paper.example/rsl.xml"
        );

        let many: String = (0..110)
            .map(|n| format!("DisallowAITraining: /x{n}/\n"))
            .collect();
        let file = format!("User-agent: *\n{many}Content-Usage: train-ai=n\nAllow: /\n");
        assert_eq!(said(&file, "/1"), "ai_train=reserved");
    }

    #[test]
    fn ai_training_may_be_disallowed_and_crawling_stays_allowed() {
        let file = "User-agent: *\nDisallowAITraining: /news\nDisallow: /admin\n";
        assert_eq!(said(file, "/news/1"), "ai_train=reserved");
        assert_eq!(said(file, "/about"), "");
        assert_eq!(said("User-agent: *\nDisallowAITraining:\n", "/1"), "");
        assert!(
            Robots::parse(file.as_bytes(), "saseo")
                .check(&url("/news/1"))
                .is_ok()
        );
    }

    #[test]
    fn agents_refused_by_name_count_where_the_file_is_open_to_others() {
        let named = "User-agent: GPTBot\nUser-agent: CCBot\nDisallow: /\n\n";
        let open = format!("{named}User-agent: *\nDisallow: /admin\n");
        assert_eq!(said(&open, "/1"), "ai_train=reserved");
        let closed = format!("{named}User-agent: *\nDisallow: /\n");
        assert_eq!(said(&closed, "/1"), "");
        assert_eq!(said("User-agent: GPTBot\nDisallow: /private\n", "/1"), "");
    }

    #[test]
    fn an_agent_that_is_refused_some_paths_reserves_those_and_no_other() {
        let file = "User-agent: GPTBot\nDisallow: /news/\nAllow: /news/open/\nDisallow: /$\n\n\
            User-agent: ChatGPT-User/2.0\nDisallow:\n\nUser-agent: *\nDisallow: /news/admin/\n";
        for (path, expected) in [
            ("/news/1", "ai_train=reserved"),
            ("/news/open/1", ""),
            ("/about", ""),
            ("/", "ai_train=reserved"),
            ("/news/admin/1", ""),
        ] {
            assert_eq!(said(file, path), expected, "{path}");
        }
        let told = Robots::parse(file.as_bytes(), "saseo").rights(&url("/news/1"));
        assert_eq!(told[0].words, "user-agent: GPTBot, disallow: /news/");
        // `Disallow: /$` is about the home page alone.
        assert_eq!(said("User-agent: CCBot\nDisallow: /$\n", "/news/1"), "");
        // The whole name counts: an agent `AI` is not `AI2Bot`.
        assert_eq!(said("User-agent: AI\nDisallow: /\n", "/1"), "");
        assert_eq!(
            said("User-agent: ai2bot\nDisallow: /\n", "/1"),
            "ai_train=reserved"
        );
    }

    #[test]
    fn an_agent_is_named_whatever_follows_its_whole_name() {
        for (name, is_heard) in [
            ("GPTBot*", true),
            ("gptbot 1.0", true),
            ("GPTBot/1.1", true),
            ("GPTBot책", true),
            ("Kangaroo Bot", true),
            ("Kangaroo Bot/2", true),
            ("GPTBots", false),
            ("GPTBot-News", false),
            ("GPT", false),
            ("Kangaroo", false),
            ("책책", false),
        ] {
            let file = format!("User-agent: {name}\nDisallow: /\n");
            let expected = if is_heard { "ai_train=reserved" } else { "" };
            assert_eq!(said(&file, "/1"), expected, "{name}");
        }
    }

    #[test]
    fn a_line_about_uses_ends_the_list_of_agents_as_a_rule_does() {
        let closed = "User-agent: *\nDisallow: /admin\n";
        for line in [
            "Content-Usage: train-ai=y",
            "Content-Signal: ai-train=yes",
            "License: https://paper.example/rsl.xml",
            "DisallowAITraining: /",
        ] {
            let others = format!("User-agent: FriendlyBot\n{line}\n\n{closed}");
            assert_eq!(said(&others, "/1"), "", "{line}");

            let ours = format!("User-agent: *\n{line}\n\nUser-agent: GPTBot\nDisallow: /\n");
            let robots = Robots::parse(ours.as_bytes(), "saseo");
            assert!(robots.check(&url("/1")).is_ok(), "{line}");
            assert!(!robots.rights(&url("/1")).is_empty(), "{line}");
        }

        let reserved = "User-agent: *\nContent-Usage: train-ai=n\n\n\
            User-agent: GPTBot\nDisallow: /\n";
        assert_eq!(said(reserved, "/1"), "ai_train=reserved");
        let listed = "User-agent: GPTBot\nUser-agent: saseo\nContent-Usage: train-ai=n\n";
        assert_eq!(said(listed, "/1"), "ai_train=reserved");
    }

    #[test]
    fn neither_a_delay_nor_a_sitemap_ends_the_list_of_agents() {
        let delayed = "User-agent: otherbot\nCrawl-delay: 7\nUser-agent: saseo\nDisallow: /x\n";
        let delay = |agent| Robots::parse(delayed.as_bytes(), agent).delay().as_secs();
        // A delay is meant for the agents before it.
        assert_eq!((delay("otherbot"), delay("saseo")), (7, 0));

        for between in ["Crawl-delay: 7", "Sitemap: https://paper.example/s.xml"] {
            let file = format!("User-agent: *\n{between}\nUser-agent: otherbot\nDisallow: /x\n");
            let robots = Robots::parse(file.as_bytes(), "saseo");
            assert!(robots.check(&url("/x")).is_err(), "{between}");
        }
    }

    proptest! {
        #[test]
        fn any_file_is_read_and_says_no_more_than_its_bound(
            file in "(User-agent: (\\*|GPTBot)\n|Content-Usage: [/a-z=, ?]{0,9}\n|\
                License: .{0,9}\n|DisallowAITraining: .{0,3}\n|Content-Signal: .{0,20}\n){0,40}"
        ) {
            let said = Robots::parse(file.as_bytes(), "saseo").rights(&url("/a"));
            prop_assert!(DeclaredRights::of(said).statements().len() <= 100);
        }
    }
}
