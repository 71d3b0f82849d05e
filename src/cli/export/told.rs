//! What an export tells when it is done.

use std::collections::BTreeMap;

use serde_json::json;

use crate::cli::exit::Exit;
use crate::cli::export::WholeExport;
use crate::cli::{Common, console, hint};
use crate::counts;
use crate::export::{ExportSummary, LeftOut};
use crate::rights::Purpose;
use crate::web_archive::WebArchiveSummary;

/// Tells how many articles an export has.
pub(super) fn tell(
    common: &Common,
    wanted: &WholeExport<'_>,
    taken: Option<&ExportSummary>,
) -> anyhow::Result<()> {
    if common.json {
        let left_out: Vec<_> = taken
            .iter()
            .flat_map(|taken| &taken.left_out)
            .map(|one| json!({"id": one.id, "why": one.why}))
            .collect();
        let mut told = json!({
            "articles": taken.map(|taken| taken.articles),
            "rows": taken.filter(|taken| taken.captures.is_none()).map(|taken| taken.rows),
            "left_out": left_out,
            "for": wanted.args.purpose.map(Purpose::name),
            "reserved": taken.map(|taken| taken.reserved),
            "reserved_by": taken.map(|taken| &taken.reserved_by),
            "out": wanted.out,
        });
        if let Some(captures) = taken.and_then(|taken| taken.captures.as_ref()) {
            told["captures"] = captures_in_json(captures);
        }
        return console::json(&told);
    }

    let out = wanted.out.display();
    let captures = taken.and_then(|taken| taken.captures.as_ref());
    if let Some(captures) = captures {
        let of = captures.chosen.as_ref().map_or(String::new(), |chosen| {
            format!(" of {}", counts::count(chosen.articles, "article(s)"))
        });
        let written = captures_in_words(captures);
        common.voice().note(&format!("{written}{of} in {out}"));
        return Ok(());
    }
    common.voice().note(&match taken {
        Some(taken) => format!("{} in {out}", written_in_words(taken)),
        None => format!("the reader of {out} has gone away"),
    });
    Ok(())
}

fn written_in_words(taken: &ExportSummary) -> String {
    let articles = counts::count(taken.articles, "article(s)");
    if taken.rows == taken.articles {
        articles
    } else {
        format!("{} of {articles}", counts::count(taken.rows, "version(s)"))
    }
}

fn captures_in_json(captures: &WebArchiveSummary) -> serde_json::Value {
    json!({
        "responses": captures.responses,
        "revisits": captures.revisits,
        "robots": captures.robots,
        "files": captures.parts,
        "withheld": captures.withheld,
        "not_kept": captures.not_kept,
        "same_as_before": captures.same_as_before,
    })
}

fn captures_in_words(captures: &WebArchiveSummary) -> String {
    let written = counts::in_words(&[
        (captures.responses, "response(s)"),
        (captures.revisits, "revisit(s)"),
        (captures.robots, "robots.txt"),
    ]);
    let left_out = counts::in_words(&[
        (captures.withheld, "answer(s) whose paper forbids archiving"),
        (captures.not_kept, "answer(s) whose bytes are not kept"),
        (
            captures.same_as_before,
            "revisit(s) of answers before the selection",
        ),
    ]);
    let written = if written.is_empty() {
        "no answers"
    } else {
        &written
    };
    if left_out.is_empty() {
        written.to_owned()
    } else {
        format!("{written} (left out: {left_out})")
    }
}

/// Tells how many articles are reserved, and by which signals, even with `--quiet` and `--json`.
pub(super) fn name_reserved(
    purpose: Option<Purpose>,
    reserved: Option<(u64, &BTreeMap<String, u64>)>,
) {
    let (Some(purpose), Some((articles, by))) = (purpose, reserved) else {
        return;
    };
    let by: Vec<String> = by
        .iter()
        .map(|(source, articles)| format!("{source}: {articles}"))
        .collect();

    let count = counts::count(articles, "article(s)");
    let by = if by.is_empty() {
        String::new()
    } else {
        format!(" ({})", by.join(", "))
    };
    console::note(&format!(
        "saseo: left out {count} reserved against {}{by}",
        purpose.name()
    ));
}

/// Names the articles that were left out, even with `--quiet`, and returns the exit.
pub(super) fn name_left_out(common: &Common, left_out: &[LeftOut]) -> Exit {
    if left_out.is_empty() {
        return Exit::Done;
    }

    for LeftOut { id, why } in left_out {
        console::note(&format!("saseo: left out {id}, which is damaged: {why}"));
    }
    let verify = hint::command(common, &["verify"]);
    console::note(&format!(
        "saseo: exit code 3: left out {} that are damaged; \
         `{verify}` tells more, and `{verify} --repair` reads again what can be",
        left_out.len()
    ));
    Exit::Failures
}
