//! What a robots.txt allows (RFC 9309). The crate robotstxt parses and decides, on text that we
//! have normalised.

mod agents;
mod comparable;
mod glob;
mod groups;
mod lines;
mod rights;
mod rules;

use std::fmt;
use std::time::Duration;

use crate::page_url::PageUrl;
use crate::rights::Statement;
use crate::robots::groups::Directives;
use crate::robots::rights::RobotsRights;
use crate::robots::rules::{PathRules, PathVerdict};

pub use lines::LARGEST;

/// RFC 9309 §2.4: a copy may be used for a day.
pub const FRESH: Duration = Duration::from_secs(24 * 3600);
/// RFC 9309 §2.3.1.2: at least five redirects are followed; then the file counts as unavailable.
pub const REDIRECTS: u32 = 5;
/// The wait before a robots.txt that could not be fetched is requested again. It bounds the
/// requests to a host in trouble to one an hour; until then nothing of the host is allowed.
pub const ASK_AGAIN: Duration = Duration::from_secs(3600);
/// The longest crawl delay that is followed. A longer one would stop a crawl for good, and a day
/// between two requests is slow enough for any host.
pub const LONGEST_DELAY: Duration = Duration::from_secs(24 * 3600);

/// The right to request one page. Only [`Robots::check`] and [`Allowed::robots_txt`] make one.
#[derive(Debug)]
pub struct Allowed {
    url: PageUrl,
    rule: String,
}

/// The rule that forbids a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forbidden {
    pub rule: String,
}

/// The meaning of one robots.txt for our agent.
#[derive(Clone, Debug, PartialEq)]
pub struct Robots {
    policy: Policy,
    /// The agent that the rules were chosen for.
    agent: String,
    /// The crawl delay as the file states it, however long.
    delay: Option<Duration>,
    sitemaps: Vec<String>,
    rights: RobotsRights,
}

#[derive(Clone, Debug, PartialEq)]
enum Policy {
    Rules(PathRules),
    AllowAll,
    ForbidAll,
}

/// The meaning of a response to a robots.txt request (RFC 9309 §2.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ruling {
    /// 2xx: the body counts.
    Parse,
    /// 3xx: the place it points to counts.
    Follow,
    /// 4xx: "unavailable", everything is allowed.
    AllowAll,
    /// 5xx, and 429, which says "not now": "unreachable", nothing is allowed.
    ForbidAll,
}

impl Ruling {
    /// Returns the ruling for an HTTP status.
    pub fn of_status(status: u16) -> Self {
        match status {
            200..=299 => Self::Parse,
            300..=399 => Self::Follow,
            429 => Self::ForbidAll,
            400..=499 => Self::AllowAll,
            _ => Self::ForbidAll,
        }
    }
}

impl Robots {
    /// Reads the body of a robots.txt for a product token such as `saseo`.
    pub fn parse(body: &[u8], agent: &str) -> Self {
        let directives = Directives::read(body);
        let group = directives.group_for(agent);
        Self {
            policy: Policy::Rules(group.rules),
            agent: agent.to_owned(),
            delay: group.delay,
            sitemaps: directives.sitemaps,
            rights: group.rights,
        }
    }

    /// Returns the meaning of an absent robots.txt (4xx): everything is allowed.
    pub fn allow_all() -> Self {
        Self {
            policy: Policy::AllowAll,
            agent: String::new(),
            delay: None,
            sitemaps: Vec::new(),
            rights: RobotsRights::default(),
        }
    }

    /// Returns the meaning of a robots.txt that cannot be fetched: nothing is allowed.
    pub fn forbid_all() -> Self {
        Self {
            policy: Policy::ForbidAll,
            ..Self::allow_all()
        }
    }

    /// Tells whether the whole host is forbidden.
    pub fn forbids_all(&self) -> bool {
        self.policy == Policy::ForbidAll
    }

    /// Returns the time from one request to the next that our group asks for, by Crawl-delay or
    /// Request-rate. It is at most [`LONGEST_DELAY`].
    pub fn delay(&self) -> Duration {
        self.delay.unwrap_or_default().min(LONGEST_DELAY)
    }

    /// Returns a warning if the file is not followed literally, with the reason.
    pub fn warning(&self) -> Option<String> {
        let delay = self.delay.filter(|delay| *delay > LONGEST_DELAY)?;
        Some(format!(
            "its delay of {} s is taken as a day",
            delay.as_secs()
        ))
    }

    /// Returns the addresses of the Sitemap lines, which belong to no group.
    pub fn sitemaps(&self) -> &[String] {
        &self.sitemaps
    }

    /// Returns what the file says about uses of a page. It changes nothing in crawling.
    pub fn rights(&self, url: &PageUrl) -> Vec<Statement> {
        self.rights.of(url)
    }

    /// Returns what the file says of AI agents that it names, as statements of a source. It serves
    /// files other than robots.txt that have the same form.
    pub fn refused_agents(&self, url: &PageUrl, source: &str) -> Vec<Statement> {
        self.rights.refused_agents(url, source)
    }

    /// Returns the addresses of the RSL licences that the file names for the pages of an origin.
    pub fn licences(&self, origin: &PageUrl) -> Vec<PageUrl> {
        let named = self.rights.licences(origin).into_iter();
        named.map(|(address, _)| address).collect()
    }

    /// Returns the rule that forbids a page, without the right to request it. It serves files other
    /// than robots.txt that have the same form.
    pub fn forbids(&self, url: &PageUrl) -> Option<String> {
        self.check(url).err().map(|forbidden| forbidden.rule)
    }

    /// Decides whether a page may be requested, and by which rule.
    pub fn check(&self, url: &PageUrl) -> Result<Allowed, Forbidden> {
        let allow = |rule: String| {
            Ok(Allowed {
                url: url.clone(),
                rule,
            })
        };

        match &self.policy {
            Policy::AllowAll => allow("no robots.txt".to_owned()),
            Policy::ForbidAll => Err(Forbidden {
                rule: "robots.txt unreachable".to_owned(),
            }),
            Policy::Rules(rules) => match rules.judge(url.path_and_query(), &self.agent) {
                PathVerdict::Allowed(rule) => {
                    allow(rule.unwrap_or_else(|| "no rule against it".to_owned()))
                }
                PathVerdict::Forbidden(rule) => Err(Forbidden { rule }),
            },
        }
    }
}

/// Returns whether a pattern in the form of robots.txt, with `*` and a final `$`, matches an
/// address.
pub fn matches_pattern(pattern: &str, url: &PageUrl) -> bool {
    glob::matches(
        &comparable::path(url.path_and_query()),
        &comparable::pattern(pattern),
    )
}

impl Allowed {
    /// Returns the right to request the robots.txt itself, which is always allowed (RFC 9309
    /// §2.2.2). The address is that of the file, or one that it was redirected to.
    pub fn robots_txt(url: PageUrl) -> Self {
        Self {
            url,
            rule: "robots.txt itself".to_owned(),
        }
    }

    pub fn url(&self) -> &PageUrl {
        &self.url
    }

    /// Returns the rule that allows the page, in words.
    pub fn rule(&self) -> &str {
        &self.rule
    }
}

impl fmt::Display for Forbidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rule)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(body: &str, path: &str) -> bool {
        let url = PageUrl::parse(&format!("https://paper.example{path}")).unwrap();
        Robots::parse(body.as_bytes(), "saseo").check(&url).is_ok()
    }

    #[test]
    fn the_longest_rule_wins_and_allow_wins_a_tie() {
        let body =
            "User-agent: *\nDisallow: /news\nAllow: /news/open\nDisallow: /tie\nAllow: /tie\n";
        assert!(!allows(body, "/news/articleView.html?idxno=1"));
        assert!(allows(body, "/news/open/1"));
        assert!(allows(body, "/tie"));
        assert!(allows(body, "/"));
    }

    #[test]
    fn our_own_group_replaces_the_one_for_all() {
        let body = "User-agent: *\nDisallow: /\n\nUser-agent: SASEO/2.0\nDisallow: /admin/\n";
        assert!(allows(body, "/news"));
        assert!(!allows(body, "/admin/x"));
    }

    #[test]
    fn groups_for_us_are_merged() {
        let body = "User-agent: saseo\nDisallow: /a\n\nUser-agent: other\nDisallow: /\n\nUser-agent: saseo\nDisallow: /b\n";
        assert!(!allows(body, "/a") && !allows(body, "/b") && allows(body, "/c"));
    }

    // The seven bugs of robotstxt 0.3, each of which would allow too much, or hang, or panic.

    #[test]
    fn every_candidate_after_a_star_is_tried() {
        assert!(!allows("User-agent: *\nDisallow: /*/print", "/a/b/print"));
        assert!(!allows("User-agent: *\nDisallow: /*.pdf$", "/a.pdf.b.pdf"));
        assert!(!allows(
            "User-agent: *\nDisallow: /*&sort=",
            "/l?a=1&b=2&sort=x"
        ));
        assert!(allows("User-agent: *\nDisallow: /*.pdf$", "/a.pdf?x"));
    }

    #[test]
    fn a_hostile_pattern_is_decided_in_time() {
        let pattern = format!("/{}b", "*a".repeat(2000));
        let path = format!("/{}", "a".repeat(2000));
        assert!(allows(
            &format!("User-agent: *\nDisallow: {pattern}"),
            &path
        ));
    }

    #[test]
    fn a_long_line_of_korean_letters_is_no_panic() {
        let body = format!(
            "User-agent: *\nDisallow: /{}\nDisallow: /x\n",
            "책".repeat(20_000)
        );
        assert!(!allows(&body, "/x"));
    }

    #[test]
    fn a_byte_order_mark_does_not_hide_the_first_group() {
        assert!(!allows("\u{feff}User-agent: *\nDisallow: /x\n", "/x"));
    }

    #[test]
    fn a_crawl_delay_does_not_end_a_list_of_agents() {
        let body = "User-agent: saseo\nCrawl-delay: 3\nSitemap: https://a.kr/s.xml\nUser-agent: other\nDisallow: /x\n";
        assert!(!allows(body, "/x"));
        let robots = Robots::parse(body.as_bytes(), "saseo");
        assert_eq!(robots.delay(), Duration::from_secs(3));
        assert_eq!(robots.sitemaps(), ["https://a.kr/s.xml"]);
    }

    #[test]
    fn escapes_are_compared_in_canonical_form() {
        assert!(!allows("User-agent: *\nDisallow: /책", "/%ec%b1%85/1"));
        assert!(!allows("User-agent: *\nDisallow: /%ec%b1%85", "/책/1"));
        assert!(!allows("User-agent: *\nDisallow: /%61b", "/ab"));
    }

    #[test]
    fn a_key_that_begins_like_a_known_one_is_another_key() {
        assert!(!allows(
            "User-agent: *\nDisallow: /\nAllowAITraining: /\n",
            "/x"
        ));
        assert!(allows("User-agent: *\nDisallowAITraining: /\n", "/x"));
    }

    #[test]
    fn a_refusal_names_its_rule() {
        let url = PageUrl::parse("https://paper.example/admin/x").unwrap();
        let robots = Robots::parse(b"User-agent: *\nDisallow: /\nDisallow: /admin/\n", "saseo");
        assert_eq!(robots.check(&url).unwrap_err().rule, "disallow: /admin/");
    }

    #[test]
    fn a_missing_file_allows_and_an_unreachable_one_forbids() {
        assert_eq!(Ruling::of_status(404), Ruling::AllowAll);
        assert_eq!(Ruling::of_status(403), Ruling::AllowAll);
        assert_eq!(Ruling::of_status(429), Ruling::ForbidAll);
        assert_eq!(Ruling::of_status(503), Ruling::ForbidAll);
        let url = PageUrl::parse("https://paper.example/").unwrap();
        assert!(Robots::forbid_all().check(&url).is_err());
        assert!(Robots::allow_all().check(&url).is_ok());
    }

    #[test]
    fn a_page_where_a_robots_txt_should_be_forbids_nothing_by_accident() {
        assert!(allows(
            "<!doctype html><html><body>404</body></html>",
            "/news"
        ));
    }
}
