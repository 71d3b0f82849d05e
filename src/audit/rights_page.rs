//! The part of the audit's page about rights: what papers declare, by which signals, and what
//! changed.

use crate::archive::{DeclaredCounts, RightsChange};
use crate::rights::DeclaredRights;

/// The most changes that the page lists, because people read it.
const TOLD: usize = 30;

/// Writes the part of the page.
pub(super) fn rights(counts: &DeclaredCounts) -> String {
    let parts = [
        uses(counts),
        sources(counts),
        changes(&counts.changes),
        licence_servers(counts),
    ];
    format!(
        "## Declared rights\n\nThis part is from the articles in the archive ({}), not from the \
         ledger. What a paper declares travels with each article into every export.\n\n{}",
        counts.articles,
        parts.join("\n")
    )
}

fn uses(counts: &DeclaredCounts) -> String {
    let rows = counts.uses.iter();
    let rows: String = rows
        .map(|(wanted, [allowed, reserved, unsaid])| {
            format!(
                "| {} | {allowed} | {reserved} | {unsaid} |\n",
                wanted.name()
            )
        })
        .collect();
    format!(
        "| use | articles allowed | reserved | unsaid |\n|---|---|---|---|\n{rows}\n\
         Articles that ask not to be in archives: {}\n",
        counts.not_for_archives
    )
}

fn sources(counts: &DeclaredCounts) -> String {
    if counts.sources.is_empty() {
        return "No signal was heard.\n".to_owned();
    }
    let rows = counts.sources.iter();
    let rows: String = rows
        .map(|((source, says), articles)| {
            format!("| {} | {} | {articles} |\n", in_cell(source), in_cell(says))
        })
        .collect();
    format!("| signal | says | articles |\n|---|---|---|\n{rows}")
}

fn changes(changes: &[RightsChange]) -> String {
    let rows = changes.iter().take(TOLD);
    let rows: String = rows
        .map(|change| {
            let day = change.day.to_string();
            format!(
                "| {} | {} | {} | {} |\n",
                day.get(..10).unwrap_or(&day),
                change.articles,
                told(&change.before),
                told(&change.after)
            )
        })
        .collect();
    let more = changes.len().saturating_sub(TOLD);
    match (rows.is_empty(), more) {
        (true, _) => "No declaration changed.\n".to_owned(),
        (false, 0) => format!("{CHANGES_HEAD}{rows}"),
        (false, more) => format!("{CHANGES_HEAD}{rows}\nand {more} earlier changes\n"),
    }
}

const CHANGES_HEAD: &str = "| changed on (UTC) | articles | from | to |\n|---|---|---|---|\n";

fn licence_servers(counts: &DeclaredCounts) -> String {
    if counts.licence_servers.is_empty() {
        return "No licence server demanded a token.\n".to_owned();
    }
    let rows = counts.licence_servers.iter();
    let rows: String = rows
        .map(|(why, pages)| format!("| {} | {pages} |\n", in_cell(why)))
        .collect();
    format!(
        "| licence server that was not asked for a token | pages left alone |\n|---|---|\n{rows}"
    )
}

/// Returns rights in a cell.
fn told(rights: &DeclaredRights) -> String {
    let told = in_cell(&rights.to_string());
    if told.is_empty() {
        "nothing about uses".to_owned()
    } else {
        told
    }
}

/// Returns a text as it may stand in a cell of a Markdown table.
fn in_cell(text: &str) -> String {
    let is_plain = |letter: &char| !letter.is_control() && !matches!(letter, '|' | '<' | '>' | '`');
    text.chars().filter(is_plain).collect()
}
