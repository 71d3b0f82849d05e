//! The tables of the status page: hosts and runs.

use html_escape::encode_text;

use crate::archive::RunState;
use crate::status::HostStatus;

/// The columns of the table of hosts, as [`of_host`] fills them.
const HOST_COLUMNS: [&str; 5] = ["host", "gap", "why", "asked again", "queued"];

/// The columns of the table of runs, as [`of_run`] fills them.
const RUN_COLUMNS: [&str; 11] = [
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

/// Returns the table of the hosts. Idle hosts are folded.
pub(super) fn hosts(hosts: &[HostStatus]) -> String {
    let (idle, busy): (Vec<_>, Vec<_>) = hosts.iter().partition(|host| host.is_idle());
    let mut part = String::from("<h2 id=\"hosts\">Pace now</h2>");

    if !busy.is_empty() {
        part.push_str(&host_table(&busy));
    }
    if !idle.is_empty() {
        part.push_str(&format!(
            "<details><summary>{} with nothing queued, and in no trouble</summary>{}</details>\n",
            idle.len(),
            host_table(&idle)
        ));
    }
    part
}

fn host_table(hosts: &[&HostStatus]) -> String {
    let rows: String = hosts.iter().copied().map(of_host).collect();
    table(&HOST_COLUMNS, &rows)
}

fn of_host(host: &HostStatus) -> String {
    format!(
        "<tr><td>{}</td><td class=\"number\">{} s</td><td>{}</td><td>{}</td>{}</tr>",
        encode_text(&host.state.host),
        host.state.gap_seconds,
        host.gap_reason,
        encode_text(&host.next_turn()),
        cell(host.state.queued)
    )
}

/// Returns a cell with a count. A count of zero leaves it blank.
fn cell(count: u64) -> String {
    let told = if count > 0 {
        count.to_string()
    } else {
        String::new()
    };
    format!("<td class=\"number\">{told}</td>")
}

/// Returns the table of the newest runs.
pub(super) fn runs(runs: &[RunState]) -> String {
    let rows: String = runs.iter().map(of_run).collect();
    format!("<h2 id=\"runs\">Runs</h2>{}", table(&RUN_COLUMNS, &rows))
}

fn of_run(run: &RunState) -> String {
    let numbers = [
        run.requests,
        run.articles_new,
        run.articles_changed,
        run.articles_gone,
        run.refused,
        run.failed,
        run.skipped,
    ];

    format!(
        "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td>{}</tr>",
        run.run,
        encode_text(&run.command),
        run.started_at,
        run.how.as_deref().unwrap_or("not ended"),
        numbers.map(cell).concat()
    )
}

fn table(columns: &[&str], rows: &str) -> String {
    let head: String = columns
        .iter()
        .map(|name| format!("<th>{name}</th>"))
        .collect();
    format!(
        "<div class=\"table\"><table><thead><tr>{head}</tr></thead>\
         <tbody>{rows}</tbody></table></div>\n"
    )
}
