//! The status of an archive as one web page, which needs no other file.

use std::collections::BTreeMap;
use std::path::Path;

use html_escape::encode_text;
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::counts;
use crate::status::activity::DAYS;
use crate::status::plot::{Bar, bars};
use crate::status::tables::{hosts, runs};
use crate::status::{ArchiveStatus, SiteActivity, SiteStatus};
use crate::time::Timestamp;

/// The beginning of the page. Its styles follow the reader's light or dark scheme, and stand in the
/// page itself: it needs no file beside it.
const HEAD: &str = include_str!("page_head.html");

/// Everything that the page shows.
#[derive(Debug)]
pub(crate) struct StatusPage<'a> {
    /// The archive's file.
    pub archive: &'a Path,
    pub status: &'a ArchiveStatus,
    /// The activity of each site, by its name. A site without any has no plots.
    pub activity: &'a BTreeMap<String, SiteActivity>,
    pub now: Timestamp,
}

impl StatusPage<'_> {
    /// Returns the page as HTML. Texts of servers are escaped for HTML, and for nothing else: they
    /// may hold characters that control a terminal.
    pub(crate) fn html(&self) -> String {
        let archive = self.archive.display().to_string();
        let mut page = format!(
            "{HEAD}<h1>saseo: {}</h1><p>As of {}.</p>\n",
            encode_text(&archive),
            self.now.to_second()
        );

        if let Some(warning) = self.status.takedown_warning() {
            page.push_str(&format!(
                "<ul class=\"warn\"><li>{}</li></ul>",
                encode_text(warning)
            ));
        }
        page.push_str(&contents(self.status));
        for site in self.status.problems_first() {
            page.push_str(&of_site(site));
            if let Some(activity) = self.activity.get(&site.state.site) {
                page.push_str(&of_activity(activity, self.now));
            }
        }

        page.push_str(&hosts(&self.status.hosts));
        page.push_str(&runs(&self.status.runs));
        page.push_str("</body></html>\n");
        page
    }
}

/// Links to each site, with the number of its warnings, and to the tables below.
fn contents(status: &ArchiveStatus) -> String {
    let sites: String = status.problems_first().map(link_to).collect();
    format!(
        "<nav><ul>\n{sites}<li><a href=\"#hosts\">hosts</a></li>\n\
         <li><a href=\"#runs\">runs</a></li>\n</ul></nav>\n"
    )
}

fn link_to(site: &SiteStatus) -> String {
    let (name, title) = (
        encode_text(&site.state.site),
        encode_text(&site.state.title),
    );
    let warned = match site.warnings().len() {
        0 => String::new(),
        count => format!(" <span class=\"warn\">{count} to look at</span>"),
    };
    format!("<li><a href=\"#site-{name}\">{title}</a>{warned}</li>\n")
}

fn of_site(site: &SiteStatus) -> String {
    let (name, title) = (
        encode_text(&site.state.site),
        encode_text(&site.state.title),
    );
    let facts: String = facts(site)
        .iter()
        .map(|(name, told)| format!("<dt>{name}</dt><dd>{}</dd>", encode_text(told)))
        .collect();
    format!(
        "<h2 id=\"site-{name}\">{title} ({name})</h2><dl>{facts}</dl>{}\n",
        warnings(site)
    )
}

/// Returns what is known of a site, each fact with its name.
fn facts(site: &SiteStatus) -> Vec<(&'static str, String)> {
    let state = &site.state;
    let mut facts = vec![("articles", articles(site))];

    let changes = counts::in_words(&[
        (state.changes, "further version(s)"),
        (state.gone, "page(s) gone"),
    ]);
    if !changes.is_empty() {
        facts.push(("changes", changes));
    }

    let last = state.last_crawl.as_deref().unwrap_or("never");
    let next = site.next_crawl.as_deref().unwrap_or("not scheduled");
    facts.push(("last crawl", last.to_owned()));
    facts.push(("next crawl", next.to_owned()));

    if let Some(due) = &state.oldest_due {
        facts.push(("queue", format!("{}, the oldest due {due}", state.queued)));
    }
    if let Some(next) = &state.next_look {
        let revisits = counts::count(state.looks, "article(s)");
        facts.push(("revisits", format!("{revisits}, the next from {next} on")));
    }
    facts
}

fn articles(site: &SiteStatus) -> String {
    let state = &site.state;
    let lately = counts::in_words(&[
        (state.articles_last_day, "in the last day"),
        (state.articles_last_week, "in the last seven"),
    ]);
    let lately = if lately.is_empty() {
        lately
    } else {
        format!(" ({lately})")
    };

    let newest = state
        .newest_article
        .as_ref()
        .map(|newest| format!(", newest {newest}"))
        .unwrap_or_default();
    format!("{}{lately}{newest}", state.articles)
}

fn warnings(site: &SiteStatus) -> String {
    let warnings: String = site
        .warnings()
        .iter()
        .map(|warning| format!("<li>{}</li>", encode_text(&warning.to_string())))
        .collect();
    if warnings.is_empty() {
        warnings
    } else {
        format!("<ul class=\"warn\">{warnings}</ul>")
    }
}

fn of_activity(activity: &SiteActivity, now: Timestamp) -> String {
    let zone = &activity.zone;
    let published = plots(
        "articles by their publication",
        &activity.published,
        zone,
        now,
    );
    let requests = activity
        .requests
        .as_ref()
        .map(|requests| plots("requests", requests, zone, now))
        .unwrap_or_default();
    published + &requests
}

/// Plots moments by day, and by hour of the day.
fn plots(what: &str, moments: &[Timestamp], zone: &TimeZone, now: Timestamp) -> String {
    let mut days = last_days(local(zone, now).date());
    let mut hours = [0; 24];
    for at in moments.iter().map(|at| local(zone, *at)) {
        if let Some(day) = days.get_mut(&at.date()) {
            *day += 1;
            hours[usize::from(at.hour().unsigned_abs())] += 1;
        }
    }

    let by_day: Vec<Bar> = days
        .iter()
        .map(|(day, value)| Bar {
            label: day.to_string(),
            value: *value,
        })
        .collect();
    let by_hour: Vec<Bar> = hours
        .iter()
        .enumerate()
        .map(|(hour, value)| Bar {
            label: format!("{hour:02}:00"),
            value: *value,
        })
        .collect();

    let by_day = bars(&format!("{what} by day"), &by_day);
    let by_hour = bars(&format!("{what} by hour, in these {DAYS} days"), &by_hour);
    format!("{by_day}\n{by_hour}\n")
}

fn local(zone: &TimeZone, at: Timestamp) -> jiff::civil::DateTime {
    zone.to_datetime(jiff::Timestamp::from(at))
}

/// Returns the days that are plotted, each with a count of 0.
fn last_days(today: Date) -> BTreeMap<Date, u64> {
    (0..DAYS)
        .filter_map(|back| today.checked_sub(back.days()).ok())
        .map(|day| (day, 0))
        .collect()
}
