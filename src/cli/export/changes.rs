//! `saseo export --incremental NAME`: what changed since the export ran last.

use serde_json::json;

use crate::archive::ArticleFilter;
use crate::cli::exit::Exit;
use crate::cli::export::{ExportArgs, told, usage};
use crate::cli::{Common, console};
use crate::clock::Clock;
use crate::config_folder::ConfigError;
use crate::counts;
use crate::export::{
    ExportFormat, ExportName, IncrementalSummary, JsonSchema, NamedExportRequest, OpenExport,
    PART_BYTES,
};
use crate::signals::CaughtSignals;

/// Writes the changes, and tells how many.
pub(super) fn run(common: &Common, args: &ExportArgs, name: &ExportName) -> anyhow::Result<Exit> {
    refuse_ignored(args)?;
    let reader = common.reader()?;
    let request = NamedExportRequest {
        name: name.clone(),
        out: args.out.clone(),
        filter: ArticleFilter {
            purpose: args.purpose,
            ..args.selection.filter(&reader)?
        },
        part_bytes: args.part_size.map_or(PART_BYTES, |size| size.0),
        made_at: Some(Clock::system().now()),
    };

    let export = OpenExport::open(&reader, request)?;
    let (folder, purpose) = (export.folder().to_owned(), export.purpose());
    // The part under way goes. Those that the manifest names stay.
    CaughtSignals::new()?.remove_at_stop(export.part());
    let summary = export.write()?;

    let IncrementalSummary {
        lines,
        parts,
        reserved,
        position,
        left_out,
    } = &summary;
    if common.json {
        let left_out: Vec<_> = left_out
            .iter()
            .map(|one| json!({"id": one.id, "why": one.why}))
            .collect();
        console::json(&json!({
            "export": name.as_str(),
            "changes": lines,
            "parts": parts,
            "reserved": reserved,
            "position": position,
            "left_out": left_out,
            "out": folder,
        }))?;
    } else {
        common.voice().note(&format!(
            "{} in {} of {}, up to change {position}",
            counts::count(*lines, "change(s)"),
            counts::count(*parts, "new part(s)"),
            folder.display()
        ));
    }
    if let Some(purpose) = purpose {
        console::note(&format!(
            "saseo: left out the article in {} reserved against {}",
            counts::count(*reserved, "change(s)"),
            purpose.name()
        ));
    }
    Ok(told::name_left_out(common, left_out))
}

/// Fails where options are given that an incremental export would ignore.
fn refuse_ignored(args: &ExportArgs) -> Result<(), ConfigError> {
    let is_other = args
        .format
        .is_some_and(|format| format != ExportFormat::Jsonl);
    if is_other || args.schema != JsonSchema::default() {
        return usage(
            "an incremental export is JSON Lines with all fields: leave out --format and --schema",
        );
    }
    if args.newest.is_some() || args.bom || args.raw_cells {
        return usage(
            "--newest is of feeds, and --bom and --raw-cells are of CSV: leave them out, since an \
             incremental export is JSON Lines",
        );
    }
    args.selection.refuse_for_changes()
}
