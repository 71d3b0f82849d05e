//! A robots.txt taken apart by robotstxt's parser, and put together again as the one group that is ours.

use std::borrow::Cow;
use std::time::Duration;

use robotstxt::{RobotsParseHandler, parse_robotstxt};

use crate::page_url::canonical_escapes;

/// RFC 9309 §2.5: at least 500 KiB must be parsed; more is not.
const LARGEST: usize = 500 * 1024;
/// Longer lines are cut; robotstxt panics at about 16.6 kB of multibyte text.
const LONGEST_LINE: usize = 8 * 1024;

/// The lines of a robots.txt that mean something, in order.
#[derive(Debug, Default)]
pub(in crate::robots) struct Directives {
    lines: Vec<Directive>,
    pub sitemaps: Vec<String>,
}

#[derive(Debug)]
enum Directive {
    Agent(String),
    Allow(String),
    Disallow(String),
    CrawlDelay(Duration),
}

/// Everything in a robots.txt that holds for one agent.
#[derive(Debug)]
pub(in crate::robots) struct Group {
    /// Rules for robotstxt's matcher, one a line.
    pub rules: String,
    pub crawl_delay: Option<Duration>,
}

impl Directives {
    pub fn read(body: &[u8]) -> Self {
        let mut directives = Self::default();
        parse_robotstxt(&normalised(body), &mut directives);
        directives
    }

    /// Merges the groups that name `agent`, or else those for `*` (RFC 9309 §2.2.1).
    pub fn group_for(&self, agent: &str) -> Group {
        let own = self.merged(&|name| token(name).eq_ignore_ascii_case(agent));
        let everyone = || self.merged(&is_everyone);
        let (rules, crawl_delay) = own.or_else(everyone).unwrap_or_default();
        Group { rules: format!("user-agent: {agent}\n{rules}"), crawl_delay }
    }

    /// The rules of all groups that name an agent `is_meant`, or `None` where no group does.
    fn merged(&self, is_meant: &dyn Fn(&str) -> bool) -> Option<(String, Option<Duration>)> {
        let mut rules = String::new();
        let (mut crawl_delay, mut found) = (None, false);
        let (mut in_group, mut after_rule) = (false, false);
        for line in &self.lines {
            match line {
                Directive::Agent(name) => {
                    // A new list of agents begins after a rule; Crawl-delay and Sitemap do not end one.
                    in_group = (in_group && !after_rule) || is_meant(name);
                    found |= in_group;
                    after_rule = false;
                }
                Directive::Allow(pattern) => {
                    after_rule = true;
                    push_rule(&mut rules, in_group, "allow", pattern);
                }
                Directive::Disallow(pattern) => {
                    after_rule = true;
                    push_rule(&mut rules, in_group, "disallow", pattern);
                }
                Directive::CrawlDelay(delay) if in_group => crawl_delay = crawl_delay.max(Some(*delay)),
                Directive::CrawlDelay(_) => {}
            }
        }
        found.then_some((rules, crawl_delay))
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
        if key.eq_ignore_ascii_case("crawl-delay") {
            let seconds: Option<f64> = value.parse().ok();
            if let Some(delay) = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()) {
                self.lines.push(Directive::CrawlDelay(delay));
            }
        }
    }
}

fn push_rule(rules: &mut String, in_group: bool, kind: &str, pattern: &str) {
    if in_group {
        rules.push_str(&format!("{kind}: {}\n", canonical_escapes(pattern)));
    }
}

/// The product token at the head of a user-agent line: `SASEO/2.0` names `SASEO`.
fn token(name: &str) -> &str {
    let end = name.find(|c: char| !(c.is_ascii_alphabetic() || "-_".contains(c)));
    &name[..end.unwrap_or(name.len())]
}

/// As Google's parser: a `*` followed by white space and more still means everyone.
fn is_everyone(name: &str) -> bool {
    name.strip_prefix('*').is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
}

/// At most 500 KiB, whole lines, without byte-order mark, as UTF-8 with every line at most 8 KiB.
fn normalised(body: &[u8]) -> String {
    let body = if body.len() > LARGEST { whole_lines(&body[..LARGEST]) } else { body };
    let text = String::from_utf8_lossy(body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body));
    let lines = text.split(['\n', '\r']).map(|line| Cow::Borrowed(&line[..line.floor_char_boundary(LONGEST_LINE)]));
    lines.collect::<Vec<_>>().join("\n")
}

fn whole_lines(cut: &[u8]) -> &[u8] {
    let end = cut.iter().rposition(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(cut.len());
    &cut[..end]
}
