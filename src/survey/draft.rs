//! Drafts the files that a survey proposes: a site, and a profile where the CMS is unknown. Pure.

use std::fmt::Write;

use crate::config::units::Span;
use crate::page_url::PageUrl;
use crate::survey::profile::quoted;
use crate::survey::survey_report::{FoundCms, FoundSource, SurveyReport};

/// Second-level domains under which papers register their names, `paper.co.kr`.
const SECOND_LEVEL: [&str; 9] = ["co", "or", "go", "ne", "ac", "re", "com", "net", "org"];

/// The choices that no page shows.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    /// The site's name, and the profile's where one is drafted.
    pub site: String,
    pub gap: Span,
    pub own_site: bool,
}

/// The texts of the proposed files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Draft {
    pub name: String,
    pub site: String,
    pub profile: Option<String>,
}

/// Returns a site's name for the paper at an address: lower-case letters, digits and `-`.
pub(crate) fn name_of(home: &PageUrl) -> String {
    let domain = home.as_url().domain().filter(|name| name.contains('.'));
    let Some(domain) = domain.filter(|_| home.literal_address().is_none()) else {
        return name_without_domain(home);
    };

    let name: String = own_labels(&domain.to_ascii_lowercase())
        .join("-")
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
        .take(60)
        .collect();

    if name.is_empty() {
        "paper".to_owned()
    } else {
        name
    }
}

/// Returns a longer name for the paper at an address: that of its whole domain.
pub(crate) fn long_name_of(home: &PageUrl) -> String {
    let host = home.host();
    let name: String = host
        .as_str()
        .trim_start_matches("www.")
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .take(60)
        .collect();
    let name = name.trim_matches('-').to_ascii_lowercase();
    if name.is_empty() { name_of(home) } else { name }
}

/// Returns a name for a paper at an IP address or a local host: only the port identifies it.
fn name_without_domain(home: &PageUrl) -> String {
    let port = home
        .as_url()
        .port()
        .map(|port| format!("-{port}"))
        .unwrap_or_default();
    format!("paper{port}")
}

/// Returns the labels of a domain that the paper chose: `www`, `m` and the domains above are not
/// among them.
fn own_labels(domain: &str) -> Vec<&str> {
    let mut labels: Vec<&str> = domain
        .split('.')
        .filter(|label| !matches!(*label, "www" | "m"))
        .collect();
    labels.pop();

    let is_second_level = labels
        .last()
        .is_some_and(|label| SECOND_LEVEL.contains(label));
    if labels.len() > 1 && is_second_level {
        labels.pop();
    }
    labels
}

/// Drafts the files.
pub(crate) fn draft(findings: &SurveyReport, names: &Names) -> Draft {
    let profile = match &findings.cms {
        FoundCms::Drafted { rules } => Some(rules.written(&names.site)),
        FoundCms::Known { .. } | FoundCms::Unsupported { .. } => None,
    };
    Draft {
        name: names.site.clone(),
        site: site(findings, names),
        profile,
    }
}

fn site(findings: &SurveyReport, names: &Names) -> String {
    let mut text = identity(findings, names);
    if names.own_site {
        text.push_str(
            "# Your own server: private addresses and short gaps are allowed.\nown_site = true\n",
        );
    }

    text.push_str(&pace(findings, names));
    text.push_str(&discover(findings));
    text.push_str(KEEP);
    text.push_str(
        "\n[schedule]\n# `saseo schedule` crawls it so often; or `cron = \"*/30 * * * *\"`, on the \
         paper's clock.\nevery = \"1h\"\n",
    );
    text
}

/// Writes the names of the paper, its home page, profile, clock and language.
fn identity(findings: &SurveyReport, names: &Names) -> String {
    let title = findings.title.as_deref().unwrap_or(&names.site);

    let (zone, zone_note) = zone(findings.language.as_deref());
    let (language, language_note) = match &findings.language {
        Some(language) => (language.as_str(), ""),
        None => ("und", " # check this: the paper does not tell its language"),
    };

    format!(
        "# Made by `saseo survey`. Look it over before the first crawl.\n\n\
         # The paper's name in commands, exports and article ids.\nname = {}\n\
         # The paper's own name.\ntitle = {}\n\
         # Where reading begins.\nhome = {}\n{}\
         # The clock of the dates that the paper prints without an offset.\n\
         timezone = {}{zone_note}\n\
         # The language of its articles (BCP 47).\nlanguage = {}{language_note}\n",
        quoted(&names.site),
        quoted(title),
        quoted(&findings.home),
        profile_line(findings, names),
        quoted(zone),
        quoted(language),
    )
}

/// Tells of the photos, which no draft switches on.
const KEEP: &str = "\n# Photos are not kept. To keep those of stored articles:\n\
    # [keep]\n# photos = true\n# most_total = \"20GiB\"\n";

/// Writes the gap, and the delay that robots.txt asks for.
fn pace(findings: &SurveyReport, names: &Names) -> String {
    let mut text =
        "\n[pace]\n# The least rest from the end of an answer to the next request.\n".to_owned();

    if findings.robots_delay_seconds > 0.0 {
        let delay = findings.robots_delay_seconds;
        writeln!(
            text,
            "# robots.txt asks for {delay} s, which is kept in any case."
        )
        .expect("a String takes everything");
    }

    writeln!(text, "gap = {}", quoted(&names.gap.to_string())).expect("a String takes everything");
    text
}

fn profile_line(findings: &SurveyReport, names: &Names) -> String {
    match &findings.cms {
        FoundCms::Known { profile, .. } => format!(
            "# Its CMS, which was recognised.\nprofile = {}\n",
            quoted(profile)
        ),
        FoundCms::Drafted { .. } => {
            let name = &names.site;
            format!(
                "# The profile of its CMS is a draft, profiles/{name}.toml.\nprofile = {}\n",
                quoted(name)
            )
        }
        FoundCms::Unsupported { why } => {
            format!("# Without a profile its pages are read generically: {why}.\n")
        }
    }
}

fn zone(language: Option<&str>) -> (&'static str, &'static str) {
    match language.map(|language| language.split('-').next().unwrap_or_default()) {
        Some("ko") => ("Asia/Seoul", ""),
        Some("ja") => ("Asia/Tokyo", ""),
        _ => ("UTC", " # check this: the paper does not tell its clock"),
    }
}

fn discover(findings: &SurveyReport) -> String {
    let mut text = "\n[discover]\n".to_owned();

    if findings.menu_is_read || findings.sections.is_empty() {
        text.push_str("# Sections are read off the home page's menu. It has:\n");
        for section in &findings.sections {
            writeln!(text, "#   {}  {}", section.path, section.title)
                .expect("a String takes everything");
        }
        text.push_str("sections = \"menu\"\n");
    } else {
        text.push_str("# Check these: links of the home page.\nsections = [\n");
        for section in &findings.sections {
            writeln!(text, "    {}, # {}", quoted(&section.path), section.title)
                .expect("a String takes everything");
        }
        text.push_str("]\n");
    }

    text.push_str(&sources("Feeds that the home page names", &findings.feeds));
    text.push_str("feeds = true\n");
    text.push_str(&sources(
        "Sitemaps that robots.txt names",
        &findings.sitemaps,
    ));
    text
}

fn sources(what: &str, found: &[FoundSource]) -> String {
    let lines: String = found.iter().map(source_line).collect();
    if lines.is_empty() {
        format!("# {what}: none.\n")
    } else {
        format!("# {what}:\n{lines}")
    }
}

fn source_line(source: &FoundSource) -> String {
    let entries = source
        .entries
        .map(|count| format!("  ({count} entries)"))
        .unwrap_or_default();
    format!("#   {}{entries}\n", source.url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_named_after_its_host() {
        let of = |home: &str| name_of(&PageUrl::parse(home).unwrap());
        assert_eq!(of("https://www.readersnews.com/"), "readersnews");
        assert_eq!(of("https://m.paper.co.kr/"), "paper");
        assert_eq!(of("https://book.paper.or.kr/"), "book-paper");
        assert_eq!(of("http://127.0.0.1:8750/"), "paper-8750");
        assert_eq!(of("http://localhost/"), "paper");
    }
}
