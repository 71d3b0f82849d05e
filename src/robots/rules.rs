//! Our group's rules, and the choice of the rule that decides about a path. The matcher of
//! robotstxt has the last word.

use std::cmp::Reverse;

use robotstxt::matcher::{RobotsMatchStrategy, RobotsMatcher};

use crate::robots::{comparable, glob};

/// The rules of one group, the longest first: the first that matches is the one that counts (RFC
/// 9309 §2.2.2).
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct PathRules {
    allow: Vec<PathRule>,
    disallow: Vec<PathRule>,
}

#[derive(Clone, Debug, PartialEq)]
struct PathRule {
    /// The pattern as messages show it; its length decides precedence.
    shown: String,
    /// The pattern in the form in which it is compared.
    pattern: String,
}

/// The verdict on a path, with the rule that decides, if there is one.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum PathVerdict {
    Allowed(Option<String>),
    Forbidden(String),
}

impl PathRules {
    /// Takes the patterns in canonical form; empty ones mean nothing (RFC 9309 §2.2.2).
    pub(super) fn new<'a>(
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

    /// Decides about a path with its query. The work is one pass over the rules, and each is
    /// matched without backtracking.
    pub(super) fn judge(&self, path_and_query: &str, agent: &str) -> PathVerdict {
        let path = comparable::path(path_and_query);

        let (allow, disallow) = (first(&self.allow, &path), first(&self.disallow, &path));
        // Whether `%3B` is `;` depends on the server: in doubt a rule forbids.
        let disallow = disallow.or_else(|| first(&self.disallow, &comparable::decoded(&path)));
        let (allow, disallow) = (
            allow.map(|rule| format!("allow: {}\n", rule.shown)),
            disallow.map(|rule| format!("disallow: {}\n", rule.shown)),
        );

        let body = format!(
            "user-agent: {agent}\n{}{}",
            allow.as_deref().unwrap_or(""),
            disallow.as_deref().unwrap_or("")
        );

        let is_allowed =
            RobotsMatcher::<'_, Matched>::default().one_agent_allowed_by_robots(&body, agent, "/");

        match disallow {
            Some(disallow) if !is_allowed => PathVerdict::Forbidden(disallow.trim_end().to_owned()),
            _ => PathVerdict::Allowed(allow.map(|line| line.trim_end().to_owned())),
        }
    }
}

fn rule(shown: &str) -> PathRule {
    PathRule {
        shown: shown.to_owned(),
        pattern: comparable::pattern(shown),
    }
}

/// Returns the rule's wider reading, if it has one. `Disallow: /*%` may mean any escape: in doubt
/// it forbids.
fn loose(shown: &str) -> Option<PathRule> {
    Some(PathRule {
        shown: shown.to_owned(),
        pattern: comparable::loose_pattern(shown)?,
    })
}

/// Returns the folder that a rule for its index page allows as well: Google's matcher takes
/// `Allow: /x/index.html` to allow `/x/`.
fn folder(shown: &str) -> Option<PathRule> {
    let slash = shown
        .rfind('/')
        .filter(|slash| shown[*slash..].starts_with("/index.htm"))?;
    Some(rule(&format!("{}$", &shown[..=slash])))
}

fn first<'a>(rules: &'a [PathRule], path: &str) -> Option<&'a PathRule> {
    rules.iter().find(|rule| glob::matches(path, &rule.pattern))
}

/// Our strategy for the matcher of robotstxt, whose own strategy tries only the first candidate
/// after a `*`. The rules it receives have matched already, so it only compares their lengths.
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
