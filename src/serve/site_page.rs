//! `/sites/NAME`: a paper day by day, what is missing of it, and how it is asked.

use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use maud::{Markup, html};

use crate::archive::{ArticleFilter, ArticleListing, ListCursor, ListOrder, Reader};
use crate::config_folder::OwnSetting;
use crate::page_url::PageUrl;
use crate::serve::Desk;
use crate::serve::article_address::{outside, query, section_path, step};
use crate::serve::failure::NoPage;
use crate::serve::frame::{feed_link, page_with};
use crate::serve::home_page::articles;
use crate::serve::language::Language;
use crate::serve::ledger_page::moments_of;
use crate::serve::moment::moment;
use crate::serve::paper_calendar::{PaperCalendar, WEEKS};
use crate::serve::query::{ListFields, Wish};
use crate::serve::quoted::quoted;
use crate::serve::warning_list::warning_list;
use crate::status::{ArchiveStatus, GapReason, HostStatus, SiteStatus, SiteWarning};

/// Articles of a list's page.
const ARTICLES: usize = 30;

/// Articles of one day that are listed: more than any paper prints.
const MOST_OF_DAY: u32 = 1_000;

/// What the page shows of a paper.
#[derive(Debug)]
pub(super) struct PaperState {
    status: Arc<ArchiveStatus>,
    /// Its place among the papers.
    place: usize,
    calendar: PaperCalendar,
    /// The day whose articles are listed.
    day: Option<Date>,
    listing: ArticleListing,
    /// The sections with their articles in the weeks of the calendar.
    sections: Vec<(String, u64)>,
    own_settings: Vec<OwnSetting>,
}

impl PaperState {
    pub(super) fn read(
        desk: &Desk,
        reader: &Reader,
        name: &str,
        fields: &ListFields,
    ) -> Result<Self, NoPage> {
        let cursor = fields
            .after
            .as_deref()
            .map(str::parse::<ListCursor>)
            .transpose();
        let after = cursor.map_err(|_| NoPage::NotFound)?;
        let day = fields.day.as_deref().map(str::parse::<Date>).transpose();
        let day = day.map_err(|_| NoPage::NotFound)?;
        if after
            .as_ref()
            .is_some_and(|after| after.order != ListOrder::Newest)
        {
            return Err(NoPage::NotFound);
        }

        let now = desk.clock.now();
        let status = desk.board.status(reader, &desk.sites, now)?;
        let place = status.sites.iter().position(|site| site.state.site == name);
        let place = place.ok_or(NoPage::NotFound)?;

        let configured = desk.sites.iter().find(|site| site.name == name);
        let zone = configured.map_or(TimeZone::UTC, |site| site.timezone.clone());
        let since = now - Duration::from_secs(24 * 3600 * 7 * WEEKS.unsigned_abs());
        let published = reader.published_since(name, since)?;
        let sections = reader.sections_since(name, since)?;
        let listing = match day {
            Some(day) => ArticleListing {
                articles: reader.list_published(name, moments_of(day, &zone), MOST_OF_DAY)?,
                next: None,
            },
            None => {
                let filter = ArticleFilter {
                    sites: vec![name.to_owned()],
                    ..ArticleFilter::default()
                };
                reader.list(&filter, ListOrder::Newest, after.as_ref(), ARTICLES)?
            }
        };
        Ok(Self {
            status,
            place,
            calendar: PaperCalendar::of(&published, now, &zone),
            day,
            listing,
            sections,
            own_settings: desk.own_settings.get(name).cloned().unwrap_or_default(),
        })
    }
}

impl PaperState {
    fn site(&self) -> &SiteStatus {
        &self.status.sites[self.place]
    }

    /// The host of its home page.
    fn host(&self) -> Option<&HostStatus> {
        let home = PageUrl::parse(&self.site().state.home).ok()?.host();
        let mut hosts = self.status.hosts.iter();
        hosts.find(|host| host.state.host == home.as_str())
    }
}

pub(super) fn site_page(wish: &Wish, shown: &PaperState) -> Markup {
    let words = wish.words();
    let state = &shown.site().state;
    let path = format!("/sites/{}", step(&state.site));
    let feed = format!("/feeds/{}.atom", step(&state.site));
    let warnings = shown.site().warnings().into_iter();
    let (gaps, warnings): (Vec<_>, Vec<_>) = warnings.partition(SiteWarning::is_gap);
    let content = html! {
        h1 { (quoted(&state.title)) }
        p {
            @if let Some(home) = outside(&state.home) {
                a rel="noopener noreferrer" href=(home) { bdi { (home) } } " · "
            }
            a href=(feed) { (words.feed) }
        }
        @if !warnings.is_empty() {
            section.warnings {
                h2 { (words.look_first) }
                (warning_list(wish, &warnings))
            }
        }
        @if !gaps.is_empty() {
            section.warnings {
                h2 { (words.gaps) }
                (warning_list(wish, &gaps))
            }
        }
        (facts(wish, shown))
        section {
            h2 { (words.by_day) }
            (shown.calendar.draw(wish, shown.day, &path))
        }
        @if !shown.sections.is_empty() {
            section {
                h2 { (words.sections) }
                (sections(shown))
            }
        }
        section #articles {
            h2 {
                (words.articles)
                @if let Some(day) = shown.day { " " time datetime=(day) { (day) } }
            }
            @if shown.day.is_some() { p { a href=(path) { (words.all_days) } } }
            @if shown.listing.articles.is_empty() { p { (words.no_articles) } }
            (articles(wish, &shown.listing.articles))
            @if let Some(next) = &shown.listing.next {
                @let fields = query(&[("after", &next.to_string())]);
                p { a rel="next" href={ (path) "?" (fields) } { (words.further) } }
            }
        }
    };
    page_with(
        wish,
        &state.title,
        &feed_link(&feed, &state.title),
        &content,
    )
}

fn facts(wish: &Wish, shown: &PaperState) -> Markup {
    let words = wish.words();
    let state = &shown.site().state;
    html! {
        dl.facts {
            dt { (words.articles) } dd { (state.articles) }
            dt { (words.last_week) } dd { (state.articles_last_week) }
            dt { (words.more_versions) } dd { (state.changes) }
            dt { (words.queued) } dd { (state.queued) }
            @for (count, told) in [
                (state.members_only, words.members_articles),
                (state.withheld, words.withheld_pages),
                (state.disallowed, words.forbidden_pages),
                (state.refused, words.refused_pages),
                (state.failed, words.failed_pages),
                (state.unextracted, words.pages_without),
                (state.gone, words.gone_articles),
                (state.photos_missing, words.photos_missing),
            ] {
                @if count > 0 { dt { (told) } dd { (count) } }
            }
            @if let Some(at) = &state.last_crawl {
                dt { (words.last_crawl) } dd { (moment(at)) }
            }
            @if let Some(at) = &shown.site().next_crawl {
                dt { (words.next_crawl) } dd { (moment(at)) }
            }
            @if let Some(host) = shown.host() {
                dt { (words.pace) }
                dd { (pace(wish.language, host)) }
            }
            @if !shown.own_settings.is_empty() {
                dt { (words.own_settings) }
                @for own in &shown.own_settings {
                    dd { code lang="en" { (own.key) " = " (own.value) } }
                }
            }
        }
    }
}

/// Returns the sections, each as the search for its articles.
fn sections(shown: &PaperState) -> Markup {
    let site = &shown.site().state.site;
    html! {
        ul.facets {
            @for (name, articles) in &shown.sections {
                li {
                    a href=(section_path(name, site)) { (quoted(name)) }
                    " " span.number { (articles) }
                }
            }
        }
    }
}

/// Returns the pace of a host, its reason, and when it may be asked next.
fn pace(language: Language, host: &HostStatus) -> Markup {
    let seconds = host.state.gap_seconds;
    match language {
        Language::English => html! { (seconds) " s: " (host.gap_reason) "; " (host.next_turn()) },
        Language::Korean => {
            let reason = match host.gap_reason {
                GapReason::SiteFile => "사이트 파일의 설정대로",
                GapReason::SlowAnswers => "응답이 느리거나 실패해서",
                GapReason::Robots => "robots.txt의 요청대로",
            };
            html! {
                (seconds) "초 (" (reason) ") · "
                @match host.rests_until() {
                    Some(until) => { (moment(until)) " UTC까지 쉼" },
                    None => "언제든 요청할 수 있음",
                }
                // The reasons of servers are told in English alone.
                @if let (Some(_), Some(why)) = (host.rests_until(), host.state.rest_in_words) {
                    ": " span lang="en" { (why) }
                }
            }
        }
    }
}
