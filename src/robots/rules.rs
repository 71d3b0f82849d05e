//! Our group's rules, and which of them decides about a path. robotstxt's matcher has the last word.

use std::cmp::Reverse;

use robotstxt::matcher::{RobotsMatchStrategy, RobotsMatcher};

use crate::robots::{comparable, glob};

/// The rules of one group, the longest first: the first that matches is the one that counts (RFC 9309 §2.2.2).
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct PathRules {
    allow: Vec<PathRule>,
    disallow: Vec<PathRule>,
}

#[derive(Clone, Debug, PartialEq)]
struct PathRule {
    /// As it is told, and as its length counts.
    shown: String,
    /// As it is compared.
    pattern: String,
}

/// What the rules say of a path, and the rule that says so, where one does.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum PathVerdict {
    Allowed(Option<String>),
    Forbidden(String),
}

impl PathRules {
    /// Takes the patterns in canonical form; empty ones mean nothing (RFC 9309 §2.2.2).
    pub fn new<'a>(
        allow: impl Iterator<Item = &'a str>,
        disallow: impl Iterator<Item = &'a str>,
    ) -> Self {
        let mut allow: Vec<PathRule> = allow
            .flat_map(|shown| [Some(rule(shown)), folder(shown)])
            .flatten()
            .collect();
        let mut disallow: Vec<PathRule> = disallow
            .flat_map(|shown| [Some(rule(shown)), loose(shown)])
            .flatten()
            .collect();
        for rules in [&mut allow, &mut disallow] {
            rules.retain(|rule| !rule.shown.is_empty());
            rules.sort_by(|a, b| {
                (Reverse(a.shown.len()), &a.shown).cmp(&(Reverse(b.shown.len()), &b.shown))
            });
            rules.dedup();
        }
        Self { allow, disallow }
    }

    /// Decides about a path with its query. The work is one pass over the rules, each matched without backtracking.
    pub fn judge(&self, path_and_query: &str, agent: &str) -> PathVerdict {
        let path = comparable::path(path_and_query);
        let (allow, disallow) = (first(&self.allow, &path), first(&self.disallow, &path));
        // Whether `%3B` is `;` depends on the server: in doubt a rule forbids.
        let disallow = disallow.or_else(|| first(&self.disallow, &comparable::decoded(&path)));
        let line = |kind: &str, rule: Option<&PathRule>| {
            rule.map(|rule| format!("{kind}: {}\n", rule.shown))
        };
        let (allow, disallow) = (line("allow", allow), line("disallow", disallow));
        let body = format!(
            "user-agent: {agent}\n{}{}",
            allow.as_deref().unwrap_or(""),
            disallow.as_deref().unwrap_or("")
        );
        let is_allowed =
            RobotsMatcher::<'_, Matched>::default().one_agent_allowed_by_robots(&body, agent, "/");
        let told = |line: String| line.trim_end().to_owned();
        match disallow {
            Some(disallow) if !is_allowed => PathVerdict::Forbidden(told(disallow)),
            _ => PathVerdict::Allowed(allow.map(told)),
        }
    }
}

fn rule(shown: &str) -> PathRule {
    PathRule {
        shown: shown.to_owned(),
        pattern: comparable::pattern(shown),
    }
}

/// `Disallow: /*%` may mean any escape: in doubt it forbids.
fn loose(shown: &str) -> Option<PathRule> {
    Some(PathRule {
        shown: shown.to_owned(),
        pattern: comparable::loose_pattern(shown)?,
    })
}

/// Google's matcher takes `Allow: /x/index.html` to allow `/x/` as well.
fn folder(shown: &str) -> Option<PathRule> {
    let slash = shown
        .rfind('/')
        .filter(|slash| shown[*slash..].starts_with("/index.htm"))?;
    Some(rule(&format!("{}$", &shown[..=slash])))
}

fn first<'a>(rules: &'a [PathRule], path: &str) -> Option<&'a PathRule> {
    rules.iter().find(|rule| glob::matches(path, &rule.pattern))
}

/// Our strategy for robotstxt's matcher, whose own tries only the first candidate after a `*`: what it is shown has been
/// matched already, and only lengths are left to be compared.
#[derive(Default)]
struct Matched;

impl RobotsMatchStrategy for Matched {
    fn match_allow(&self, _path: &str, pattern: &str) -> i32 {
        octets(pattern)
    }

    fn match_disallow(&self, _path: &str, pattern: &str) -> i32 {
        octets(pattern)
    }
}

fn octets(pattern: &str) -> i32 {
    i32::try_from(pattern.len()).unwrap_or(i32::MAX)
}
