//! Finds the section of an unknown page.

use std::iter::once_with;

use crate::extract::json_ld::BreadcrumbStep;
use crate::extract::measured::breadcrumbs;
use crate::extract::measured::papers::PaperNames;
use crate::extract::measured::titles::{HeadTitles, decoded};
use crate::extract::page_parts::PageParts;
use crate::extract::scan::PageScan;
use crate::extract::vocabulary::{HOMES, LAST_STEPS};
use crate::page_url::PageUrl;
use crate::text::letters;

/// Longest name of a section, in characters: a longer step is the article's title.
const LONGEST: usize = 40;

/// The section of an article, and its section within it.
#[derive(Debug, Default, PartialEq)]
pub(super) struct SectionNames {
    pub section: Option<String>,
    pub subsection: Option<String>,
}

/// Returns the section from the first source that has one: the breadcrumb in the page's JSON-LD, an
/// element that is named as a breadcrumb, one that looks like it, the link above the headline.
pub(super) fn sections(
    page: &PageScan<'_>,
    parts: &PageParts<'_>,
    papers: &PaperNames,
    titles: &HeadTitles,
    url: &PageUrl,
) -> SectionNames {
    let sources = once_with(|| vec![behind_home(page.breadcrumbs(), url)])
        .chain(once_with(|| {
            let named = breadcrumbs::named(page.tree, parts);
            let behind_home = |steps| behind_home(steps, url);
            named.into_iter().map(behind_home).collect()
        }))
        .chain(once_with(|| breadcrumbs::shaped(page.tree, parts, url)))
        .chain(once_with(|| {
            let label = breadcrumbs::above_headline(parts, url);
            label.into_iter().collect()
        }));
    let steps = |names: Vec<String>| -> Vec<String> {
        let names = names.iter().map(|name| decoded(name));
        names
            .filter(|name| is_section(name, papers, titles))
            .collect()
    };

    let mut told = sources.flatten().map(steps).filter(|told| !told.is_empty());
    let mut told = told.next().unwrap_or_default().into_iter();
    SectionNames {
        section: told.next(),
        subsection: told.next(),
    }
}

/// Returns the names of steps without the first one where that leads to the host's home page,
/// whatever it is called. A later one may be the home of a section that has a host of its own.
fn behind_home(steps: Vec<BreadcrumbStep>, url: &PageUrl) -> Vec<String> {
    let is_home = |step: &BreadcrumbStep| {
        let target = step.target.as_deref();
        let target = target.and_then(|target| url.as_url().join(target).ok());
        target.is_some_and(|target| {
            let is_own = target.host() == url.as_url().host();
            is_own && target.path() == "/" && target.query().is_none()
        })
    };
    let skipped = usize::from(steps.first().is_some_and(is_home));
    let steps = steps.into_iter().skip(skipped);
    steps.map(|step| step.name).collect()
}

/// Returns the section that the page's data tells. The number of a section in its CMS, an address
/// and the paper's own name are none, and a path is those of a section and of one within it, behind
/// a date and the language.
pub(super) fn told(section: Option<&str>, papers: &PaperNames) -> SectionNames {
    let is_one = |section: &&str| {
        section.contains(char::is_alphabetic) && !section.contains("://") && !papers.have(section)
    };
    let Some(section) = section.filter(is_one) else {
        return SectionNames::default();
    };
    let path = section.split_once('/').filter(|(first, _)| !is_name(first));
    let mut names = match path {
        Some((_, path)) => path
            .split('/')
            .filter(|part| is_name(part))
            .map(str::to_owned)
            .collect(),
        None => vec![section.to_owned()],
    }
    .into_iter();
    SectionNames {
        section: names.next(),
        subsection: names.next(),
    }
}

/// Tells whether a part of a path names a section: it is no number and no code of a language.
fn is_name(part: &str) -> bool {
    part.contains(char::is_alphabetic) && !is_code(part)
}

/// Tells whether a part of a path is the code of a language: `de`, `de-at`.
fn is_code(part: &str) -> bool {
    part.split(['-', '_'])
        .all(|code| code.len() == 2 && code.chars().all(|c| c.is_ascii_lowercase()))
}

/// Tells whether a step of a breadcrumb is a section: not the home page, the paper or the article.
fn is_section(name: &str, papers: &PaperNames, titles: &HeadTitles) -> bool {
    is_like_a_section(name) && !papers.have(name) && !titles.have(name)
}

/// Tells whether a step is short, and names neither the home page nor just an article.
fn is_like_a_section(name: &str) -> bool {
    let lower = name.to_lowercase();
    letters(name).next().is_some()
        && name.chars().count() <= LONGEST
        && !name.contains("://")
        && !HOMES.contains(&lower.as_str())
        && !LAST_STEPS.contains(&lower.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::Tree;

    #[test]
    fn numbers_addresses_and_the_paper_are_no_sections() {
        let url = PageUrl::parse("https://post.example/ice").unwrap();
        let tree = Tree::parse("<meta property=og:site_name content='Harbour Post'>").unwrap();
        let papers = PaperNames::of(&PageScan::new(&tree), &url);
        let told = |section: &str| told(Some(section), &papers);
        let named = |section: &str| told(section).section.is_some();
        assert!(named("TV/Radio") && named("사회") && named("Harbour 12") && named("3D"));
        assert!(!named("12") && !named("12-4"));
        assert!(!named("https://post.example/ice") && !named("The Harbour Post"));
        let path = told("/news/harbour/");
        assert_eq!(path.section.as_deref(), Some("news"));
        assert_eq!(path.subsection.as_deref(), Some("harbour"));
        for path in [
            "//harbour/ice/",
            "/2026/03/harbour/ice",
            "/de/harbour/ice",
            "de/harbour/ice",
            "/de-at/harbour//ice",
        ] {
            let path = told(path);
            assert_eq!(path.section.as_deref(), Some("harbour"));
            assert_eq!(path.subsection.as_deref(), Some("ice"));
        }
        assert_eq!(told("/de/2026/"), SectionNames::default());
    }

    #[test]
    fn a_first_step_to_the_home_page_is_no_section() {
        let url = PageUrl::parse("https://www.post.example/ice/7").unwrap();
        let step = |name: &str, target: Option<&str>| BreadcrumbStep {
            name: name.to_owned(),
            target: target.map(str::to_owned),
        };
        let harbour = || step("Harbour", Some("/"));
        let ice = || step("Ice", Some("/ice"));

        assert_eq!(behind_home(vec![harbour(), ice()], &url), ["Ice"]);
        assert_eq!(
            behind_home(vec![ice(), harbour()], &url),
            ["Ice", "Harbour"]
        );
        for other in [None, Some("https://ice.post.example/"), Some("/?section=4")] {
            let steps = vec![step("Harbour", other), ice()];
            assert_eq!(behind_home(steps, &url), ["Harbour", "Ice"], "{other:?}");
        }
    }

    #[test]
    fn a_word_for_the_home_page_or_an_article_is_no_section() {
        for name in ["사회", "Local", "Articles of faith"] {
            assert!(is_like_a_section(name), "{name}");
        }
        for name in [
            "홈",
            "기사보기",
            "正文",
            "Article",
            "https://paper.example",
            "…",
        ] {
            assert!(!is_like_a_section(name), "{name}");
        }
    }
}
