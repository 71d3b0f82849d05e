//! The groups of a robots.txt, parsed by robotstxt and merged into the one group for our agent.

use std::time::Duration;

use robotstxt::{RobotsParseHandler, parse_robotstxt};

use crate::rights::AI_AGENTS;
use crate::robots::agents::RefusedAgents;
use crate::robots::lines::{self, RightsKey};
use crate::robots::rights::RobotsRights;
use crate::robots::rules::PathRules;

/// The directives of a robots.txt, in order.
#[derive(Debug, Default)]
pub(super) struct Directives {
    lines: Vec<Directive>,
    pub sitemaps: Vec<String>,
}

#[derive(Debug)]
enum Directive {
    Agent(String),
    Allow(String),
    Disallow(String),
    /// Crawl-delay or Request-rate, as the time from one request to the next.
    Delay(Duration),
    Rights(RightsKey, String),
}

impl Directive {
    fn allow(&self) -> Option<&str> {
        match self {
            Self::Allow(pattern) => Some(pattern),
            Self::Agent(_) | Self::Disallow(_) | Self::Delay(_) | Self::Rights(..) => None,
        }
    }

    fn disallow(&self) -> Option<&str> {
        match self {
            Self::Disallow(pattern) => Some(pattern),
            Self::Agent(_) | Self::Allow(_) | Self::Delay(_) | Self::Rights(..) => None,
        }
    }

    fn delay(&self) -> Option<Duration> {
        match self {
            Self::Delay(delay) => Some(*delay),
            Self::Agent(_) | Self::Allow(_) | Self::Disallow(_) | Self::Rights(..) => None,
        }
    }

    fn rights(&self) -> Option<(RightsKey, &str)> {
        match self {
            Self::Rights(key, value) => Some((*key, value)),
            Self::Agent(_) | Self::Allow(_) | Self::Disallow(_) | Self::Delay(_) => None,
        }
    }
}

/// Everything in a robots.txt that holds for one agent.
#[derive(Debug)]
pub(super) struct Group {
    pub rules: PathRules,
    pub delay: Option<Duration>,
    pub rights: RobotsRights,
}

impl Directives {
    pub(super) fn read(body: &[u8]) -> Self {
        let mut directives = Self::default();
        parse_robotstxt(&lines::normalised(body), &mut directives);
        directives
    }

    /// Merges the groups that name `agent`, or else those for `*` (RFC 9309 §2.2.1).
    pub(super) fn group_for(&self, agent: &str) -> Group {
        let own = self.merged(&|name| token(name).eq_ignore_ascii_case(agent));

        let lines = own
            .or_else(|| self.merged(&is_everyone))
            .unwrap_or_default();

        Group {
            rules: PathRules::new(
                lines.iter().filter_map(|line| line.allow()),
                lines.iter().filter_map(|line| line.disallow()),
            ),
            delay: lines.iter().filter_map(|line| line.delay()).max(),
            rights: self.rights(&lines),
        }
    }

    /// Returns what the lines of a group, and those before every group, say about uses. A group's
    /// licences replace the global ones (RSL 1.0).
    fn rights(&self, group: &[&Directive]) -> RobotsRights {
        let global = self
            .lines
            .iter()
            .take_while(|line| !matches!(line, Directive::Agent(_)))
            .filter_map(Directive::rights)
            .filter(says_something);
        let own: Vec<_> = group
            .iter()
            .filter_map(|line| line.rights())
            .filter(says_something)
            .collect();
        let has_licence = own.iter().any(|(key, _)| *key == RightsKey::License);

        let global = global.filter(|(key, _)| *key != RightsKey::License || !has_licence);
        RobotsRights::new(global.chain(own.iter().copied()), self.refused_agents())
    }

    /// Returns the AI agents that the file names with rules against them, by their rules.
    fn refused_agents(&self) -> RefusedAgents {
        let mut refused =
            RefusedAgents::new(rules_of(&self.merged(&is_everyone).unwrap_or_default()));
        for agent in &AI_AGENTS {
            let group = self.merged(&|line| names(line, agent.name));
            if let Some(group) = group.filter(|group| has_refusal(group)) {
                refused.add(agent, rules_of(&group));
            }
        }
        refused
    }

    /// Returns the lines of all groups with an agent for whom `is_meant` holds; `None` if there is
    /// none.
    fn merged(&self, is_meant: &dyn Fn(&str) -> bool) -> Option<Vec<&Directive>> {
        let mut merged = Vec::new();
        let (mut found, mut in_group, mut in_list) = (false, false, false);

        for line in &self.lines {
            match line {
                Directive::Agent(name) => {
                    // A new list of agents begins after a rule. Crawl-delay and Sitemap do not end
                    // one. A delay among the agents is meant for those before it.
                    if !in_list {
                        (in_group, in_list) = (false, true);
                    }
                    in_group |= is_meant(name);
                    found |= in_group;
                }
                // A line about uses is a rule (draft-ietf-aipref-attach-05: `rule =/
                // content-usage`).
                Directive::Allow(_) | Directive::Disallow(_) | Directive::Rights(..) => {
                    in_list = false;
                    merged.extend(in_group.then_some(line));
                }
                Directive::Delay(_) => merged.extend(in_group.then_some(line)),
            }
        }

        found.then_some(merged)
    }
}

impl RobotsParseHandler for Directives {
    fn handle_robots_start(&mut self) {}
    fn handle_robots_end(&mut self) {}

    fn handle_user_agent(&mut self, _line: u32, agent: &str) {
        self.lines.push(Directive::Agent(agent.to_owned()));
    }

    fn handle_allow(&mut self, _line: u32, pattern: &str) {
        self.lines.push(Directive::Allow(pattern.to_owned()));
    }

    fn handle_disallow(&mut self, _line: u32, pattern: &str) {
        self.lines.push(Directive::Disallow(pattern.to_owned()));
    }

    fn handle_sitemap(&mut self, _line: u32, address: &str) {
        self.sitemaps.push(address.to_owned());
    }

    fn handle_unknown_action(&mut self, _line: u32, key: &str, value: &str) {
        if let Some(key) = RightsKey::of_name(key) {
            self.lines.push(Directive::Rights(key, value.to_owned()));
            return;
        }

        let delay = match key {
            "crawl-delay" => seconds(value),
            "request-rate" => time_per_request(value),
            _ => None,
        };
        self.lines.extend(delay.map(Directive::Delay));
    }
}

/// The most rules of each kind that are read of a group that is not ours. Its rules are tried for
/// every page.
const MOST_RULES: usize = 1000;

/// Returns the first rules of a group that is not ours.
fn rules_of(group: &[&Directive]) -> PathRules {
    let allow = group.iter().filter_map(|line| line.allow());
    let disallow = group.iter().filter_map(|line| line.disallow());
    PathRules::new(allow.take(MOST_RULES), disallow.take(MOST_RULES))
}

/// Tells whether a group refuses any page. An empty Disallow refuses none.
fn has_refusal(group: &[&Directive]) -> bool {
    group
        .iter()
        .filter_map(|line| line.disallow())
        .any(|path| !path.is_empty())
}

/// Parses a Crawl-delay: `5`, `0.5`, `1,5`, also with a unit or comment: `10 s`, `10 # seconds`.
fn seconds(value: &str) -> Option<Duration> {
    let end = value
        .find(|c: char| !(c.is_ascii_digit() || ".,".contains(c)))
        .unwrap_or(value.len());

    if value.to_ascii_lowercase().starts_with("inf") {
        return Some(Duration::MAX);
    }

    let seconds: f64 = value[..end].replace(',', ".").parse().ok()?;
    // In `1e30` the text after the digits is an exponent, not a unit.
    let seconds = value
        .split_whitespace()
        .next()
        .and_then(|whole| whole.parse().ok())
        .unwrap_or(seconds);

    (seconds >= 0.0).then(|| saturating(seconds))
}

/// `1/5` or `1/5s`: pages over seconds, also `m` and `h`; what stands behind (hours of the day) is
/// kept to at all hours.
fn time_per_request(value: &str) -> Option<Duration> {
    let (pages, rest) = value.split_once('/')?;
    let pages: f64 = pages.trim().parse().ok().filter(|pages| *pages > 0.0)?;

    let rest = rest.trim_start();
    let end = rest
        .find(|c: char| !(c.is_ascii_digit() || c == '.'))
        .unwrap_or(rest.len());

    let unit = match rest[end..].chars().next().map(|c| c.to_ascii_lowercase()) {
        Some('m') => 60.0,
        Some('h') => 3600.0,
        _ => 1.0,
    };

    let time: f64 = rest[..end].parse().ok()?;
    Some(saturating(time * unit / pages))
}

fn saturating(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
}

/// The product token at the head of a user-agent line: `SASEO/2.0` names `SASEO`.
fn token(name: &str) -> &str {
    let end = name.find(|c: char| !(c.is_ascii_alphabetic() || "-_".contains(c)));
    &name[..end.unwrap_or(name.len())]
}

/// Tells whether a user-agent line names an agent: `Ai2Bot/1.0`, `ai2bot 1.0` and `AI2Bot*` name
/// `AI2Bot`, and `AI2Bot-Dolma` names another.
fn names(line: &str, agent: &str) -> bool {
    let Some((head, rest)) = line.trim_start().split_at_checked(agent.len()) else {
        return false;
    };
    let goes_on = rest.starts_with(|c: char| c.is_ascii_alphanumeric() || "-_".contains(c));
    head.eq_ignore_ascii_case(agent) && !goes_on
}

/// As Google's parser: a `*` followed by white space and more still means everyone.
fn is_everyone(name: &str) -> bool {
    name.strip_prefix('*')
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
}
/// Tells whether a line about uses has a value. An empty `License:` names no licence.
fn says_something((key, text): &(RightsKey, &str)) -> bool {
    *key != RightsKey::License || !text.trim().is_empty()
}
