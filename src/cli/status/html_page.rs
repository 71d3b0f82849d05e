//! The state of an archive as one web page that needs nothing else.

use std::collections::BTreeMap;
use std::fmt::Write;

use html_escape::encode_text;
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::archive::{Reader, RunState};
use crate::cli::console;
use crate::cli::counts;
use crate::cli::status::plot::{Bar, bars};
use crate::cli::status::{HostStatus, SiteStatus, State};
use crate::page_url::PageUrl;
use crate::time::Timestamp;

/// So many days are plotted.
const DAYS: i64 = 30;

const HEAD: &str = "<!doctype html>
<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<meta name=\"robots\" content=\"noindex\"><title>saseo: status</title><style>
:root { color-scheme: light dark; --line: #8886; --bar: #3b6ea5; --warn: #b3541e; }
@media (prefers-color-scheme: dark) { :root { --bar: #7db2e8; --warn: #f0a070; } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.2rem; margin-top: 2.5rem; border-bottom: 1px solid var(--line); }
.table { overflow-x: auto; } table { border-collapse: collapse; font-size: .9rem; width: 100%; }
th, td { text-align: left; padding: .25rem .6rem .25rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; } dt { opacity: .7; } dd { margin: 0; }
.warn { color: var(--warn); } figure { margin: 1rem 0; } figcaption { font-size: .9rem; opacity: .8; }
svg { width: 100%; height: auto; } svg .bar { fill: var(--bar); } svg .room { fill: transparent; }
svg line { stroke: var(--line); } svg text { font-size: 11px; fill: currentColor; opacity: .7; }
</style></head><body>
";

/// Returns the page; `zone` tells the clock that a site's days are counted on.
pub(crate) fn page(
    reader: &Reader,
    state: &State,
    zone: impl Fn(&str) -> TimeZone,
    now: Timestamp,
) -> anyhow::Result<String> {
    let archive = reader.path().display().to_string();
    let mut page = format!(
        "{HEAD}<h1>saseo: {}</h1><p>As of {}.</p>\n",
        encode_text(&archive),
        now.to_second()
    );
    page.push_str(&contents(state));
    for site in state.problems_first() {
        page.push_str(&of_site(site));
        let (name, zone) = (&site.state.site, zone(&site.state.site));
        let since = now - std::time::Duration::from_secs(24 * 3600 * (DAYS.unsigned_abs() + 1));
        page.push_str(&plots(
            "articles by their publication",
            &reader.published_since(name, since)?,
            &zone,
            now,
        ));
        if let Ok(home) = PageUrl::parse(&site.state.home) {
            page.push_str(&plots(
                "requests",
                &reader.asked_since(&home.host(), since)?,
                &zone,
                now,
            ));
        }
    }
    page.push_str(&hosts(&state.hosts));
    page.push_str(&runs(&state.runs));
    page.push_str("</body></html>\n");
    // Section names are what servers wrote.
    Ok(console::plain(&page).into_owned())
}

/// Links to each site, with how many things are to be looked at there, and to what follows.
fn contents(state: &State) -> String {
    let of_site = |site: &SiteStatus| {
        let (name, title) = (
            encode_text(&site.state.site),
            encode_text(&site.state.title),
        );
        let warned = match site.warnings().len() {
            0 => String::new(),
            count => format!(" <span class=\"warn\">{count} to look at</span>"),
        };
        format!("<li><a href=\"#site-{name}\">{title}</a>{warned}</li>\n")
    };
    let sites: String = state.problems_first().map(of_site).collect();
    format!(
        "<nav><ul>\n{sites}<li><a href=\"#hosts\">hosts</a></li>\n<li><a href=\"#runs\">runs</a></li>\n</ul></nav>\n"
    )
}

fn of_site(site: &SiteStatus) -> String {
    let state = &site.state;
    let (name, title) = (encode_text(&state.site), encode_text(&state.title));
    let mut html = format!("<h2 id=\"site-{name}\">{title} ({name})</h2><dl>");
    let mut row = |name: &str, told: String| {
        write!(html, "<dt>{name}</dt><dd>{}</dd>", encode_text(&told))
            .expect("a String takes everything");
    };
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
    row("articles", format!("{}{lately}{newest}", state.articles));
    let changes = counts::in_words(&[
        (state.changes, "further version(s)"),
        (state.gone, "page(s) gone"),
    ]);
    if !changes.is_empty() {
        row("changes", changes);
    }
    row(
        "last crawl",
        state
            .last_crawl
            .clone()
            .unwrap_or_else(|| "never".to_owned()),
    );
    row(
        "next crawl",
        site.next_crawl
            .clone()
            .unwrap_or_else(|| "not scheduled".to_owned()),
    );
    if let Some(due) = &state.oldest_due {
        row("queue", format!("{}, the oldest due {due}", state.queued));
    }
    if let Some(next) = &state.next_look {
        row(
            "looks",
            format!(
                "{}, the next from {next} on",
                counts::count(state.looks, "article(s)")
            ),
        );
    }
    html.push_str("</dl>");
    let warnings = site.warnings();
    if !warnings.is_empty() {
        html.push_str("<ul class=\"warn\">");
        for warning in warnings {
            write!(html, "<li>{}</li>", encode_text(&warning)).expect("a String takes everything");
        }
        html.push_str("</ul>");
    }
    html + "\n"
}

/// Plots moments by day and by hour of the day.
fn plots(what: &str, moments: &[Timestamp], zone: &TimeZone, now: Timestamp) -> String {
    let local = |at: Timestamp| zone.to_datetime(jiff::Timestamp::from(at));
    let today = local(now).date();
    let mut days: BTreeMap<Date, u64> = (0..DAYS)
        .filter_map(|back| today.checked_sub(back.days()).ok())
        .map(|day| (day, 0))
        .collect();
    let mut hours = [0; 24];
    for at in moments.iter().map(|at| local(*at)) {
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
    let of_hour = |(hour, value): (usize, &u64)| Bar {
        label: format!("{hour:02}:00"),
        value: *value,
    };
    let by_hour: Vec<Bar> = hours.iter().enumerate().map(of_hour).collect();
    let (by_day, by_hour) = (
        bars(&format!("{what} by day"), &by_day),
        bars(&format!("{what} by hour, in these {DAYS} days"), &by_hour),
    );
    format!("{by_day}\n{by_hour}\n")
}

/// Hosts in no trouble and with nothing queued are folded.
fn hosts(hosts: &[HostStatus]) -> String {
    let (idle, busy): (Vec<_>, Vec<_>) = hosts.iter().partition(|host| host.is_idle());
    let columns = ["host", "gap", "why", "asked again", "queued"];
    let rows = |hosts: Vec<&HostStatus>| hosts.into_iter().map(of_host).collect::<String>();
    let mut part = String::from("<h2 id=\"hosts\">Pace now</h2>");
    if !busy.is_empty() {
        part.push_str(&table(&columns, &rows(busy)));
    }
    if !idle.is_empty() {
        let count = idle.len();
        let folded = table(&columns, &rows(idle));
        writeln!(part, "<details><summary>{count} with nothing queued, and in no trouble</summary>{folded}</details>")
            .expect("a String takes everything");
    }
    part
}

fn of_host(host: &HostStatus) -> String {
    format!(
        "<tr><td>{}</td><td class=\"number\">{} s</td><td>{}</td><td>{}</td>{}</tr>",
        encode_text(&host.state.host),
        host.state.gap_seconds,
        host.gap_reason,
        encode_text(&host.rest()),
        cell(host.state.queued)
    )
}

/// A cell with a count; what there is none of is left blank.
fn cell(count: u64) -> String {
    let told = if count > 0 {
        count.to_string()
    } else {
        String::new()
    };
    format!("<td class=\"number\">{told}</td>")
}

fn runs(runs: &[RunState]) -> String {
    let rows: String = runs
        .iter()
        .map(|run| {
            let numbers = [
                run.requests,
                run.articles_new,
                run.articles_changed,
                run.articles_gone,
                run.refused,
                run.failed,
                run.skipped,
            ];
            let cells: String = numbers.map(cell).concat();
            format!(
                "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td>{cells}</tr>",
                run.run,
                encode_text(&run.command),
                run.started_at,
                run.how.as_deref().unwrap_or("not ended")
            )
        })
        .collect();
    let columns = [
        "run",
        "command",
        "began",
        "how",
        "requests",
        "new",
        "changed",
        "gone",
        "refused",
        "failed",
        "missed starts",
    ];
    format!("<h2 id=\"runs\">Runs</h2>{}", table(&columns, &rows))
}

fn table(columns: &[&str], rows: &str) -> String {
    let head: String = columns
        .iter()
        .map(|name| format!("<th>{name}</th>"))
        .collect();
    format!(
        "<div class=\"table\"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>\n"
    )
}
