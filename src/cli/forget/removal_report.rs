//! What a removal takes, as it is told.

use serde_json::{Value, json};

use crate::archive::{ChosenArticle, Reader, RemovalExtent, RemovalPlan};
use crate::cli::forget::Removal;
use crate::cli::{Common, console};
use crate::counts;
use crate::export::{NamedExportList, NamedExportState, list_named};

/// So many articles are named; the others are counted. `--json` names all.
const NAMED: usize = 20;

/// What one removal takes.
struct ToldRemoval {
    plan: RemovalPlan,
    extent: RemovalExtent,
    why: String,
    /// Those that are named: some of them, or all with `--json`.
    named: Vec<ChosenArticle>,
    /// The first change of one of them.
    first_change: Option<u64>,
    held: Vec<ChosenArticle>,
}

/// What all removals take, and who may have it already.
pub(super) struct RemovalReport {
    removals: Vec<ToldRemoval>,
    exports: NamedExportList,
    is_dry_run: bool,
}

impl RemovalReport {
    /// Counts what removals take.
    pub(super) fn of(
        common: &Common,
        reader: &Reader,
        removals: &[Removal],
        is_dry_run: bool,
    ) -> anyhow::Result<Self> {
        let removals = removals
            .iter()
            .map(|removal| told(common, reader, removal))
            .collect::<anyhow::Result<Vec<_>>>()?;
        let first = removals.iter().filter_map(|told| told.first_change).min();

        let mut exports = list_named(reader)?;
        exports.exports.retain(|export| has_come_to(export, first));
        if first.is_none() {
            exports.unread.clear();
        }
        Ok(Self {
            removals,
            exports,
            is_dry_run,
        })
    }

    /// Tells whether nothing is removed.
    pub(super) fn is_empty(&self) -> bool {
        self.removals.iter().all(|told| told.plan.articles == 0)
    }

    pub(super) fn tell(&self, common: &Common) -> anyhow::Result<()> {
        if common.json {
            return console::json(&self.as_json());
        }
        for told in &self.removals {
            console::data(&in_words(told))?;
        }
        for export in &self.exports.exports {
            console::data(&format!(
                "  the export {} in {} may have handed them out: its next run tells that they \
                 were taken down",
                export.name,
                export.folder.display()
            ))?;
        }
        for trouble in &self.exports.unread {
            console::data(&format!(
                "  {trouble}; if it is a named export, it may have handed them out"
            ))?;
        }
        Ok(())
    }

    fn as_json(&self) -> Value {
        let exports = self.exports.exports.iter();
        json!({
            "dry_run": self.is_dry_run,
            "removals": self.removals.iter().map(removal_as_json).collect::<Vec<_>>(),
            "exports": exports.map(|one| json!({ "name": one.name, "folder": one.folder }))
                .collect::<Vec<_>>(),
            "unread_exports": self.exports.unread,
        })
    }
}

fn told(common: &Common, reader: &Reader, removal: &Removal) -> anyhow::Result<ToldRemoval> {
    let (mut rows, mut named, mut held) = (Vec::new(), Vec::new(), Vec::new());
    let mut first_change = None;
    for row in &removal.articles {
        let Some(article) = reader.chosen_article(*row)? else {
            continue;
        };
        if article.hold.is_some() {
            held.push(article);
            continue;
        }
        rows.push(article.row);
        first_change = first_change.into_iter().chain([article.first_change]).min();
        // Titles of very many articles are not held in memory.
        if common.json || named.len() < NAMED {
            named.push(article);
        }
    }

    Ok(ToldRemoval {
        plan: reader.removal_plan(&rows, removal.extent)?,
        extent: removal.extent,
        why: removal.why.clone(),
        named,
        first_change,
        held,
    })
}

/// Tells whether an export came past the first change of one of the articles. One whose progress
/// cannot be read may have.
fn has_come_to(export: &NamedExportState, first: Option<u64>) -> bool {
    match (&export.progress, first) {
        (_, None) => false,
        (Ok(progress), Some(first)) => progress.position >= first,
        (Err(_), Some(_)) => true,
    }
}

fn in_words(told: &ToldRemoval) -> String {
    let ToldRemoval {
        plan,
        extent,
        named,
        held,
        ..
    } = told;
    let mut lines: Vec<String> = named.iter().map(in_a_line).collect();
    let others = plan.articles.saturating_sub(lines.len() as u64);
    if others > 0 {
        lines.push(format!("… and {others} more"));
    }
    let what = match extent {
        RemovalExtent::Everything | RemovalExtent::EverythingAndLists => format!(
            "{} with {}, {}",
            counts::count(plan.articles, "article(s)"),
            counts::count(plan.versions, "version(s)"),
            counts::count(plan.photos, "photo(s)"),
        ),
        RemovalExtent::Bodies => format!(
            "the pages of {}, whose texts stay",
            counts::count(plan.articles, "article(s)")
        ),
    };
    lines.push(format!(
        "{what}; {} as they came, {}",
        counts::count(plan.bodies, "page(s)"),
        counts::size(plan.bytes)
    ));
    lines.extend(what_stays(plan, *extent));
    for one in held {
        let why = one.hold.iter().flatten().next();
        let why = why.map_or("no reason given", String::as_str);
        lines.push(format!("  left out, since it is held: {} ({why})", one.id));
    }
    lines.join("\n")
}

fn in_a_line(article: &ChosenArticle) -> String {
    let title = article.title.as_deref().unwrap_or("(without a title)");
    format!("{}  {title}", article.id)
}

/// Tells what stays, though it may have words of the articles.
fn what_stays(plan: &RemovalPlan, extent: RemovalExtent) -> Vec<String> {
    let mut lines = Vec::new();
    if plan.shared_bodies > 0 {
        lines.push(format!(
            "  {} stay: other pages have the same bytes",
            counts::count(plan.shared_bodies, "page(s)")
        ));
    }
    if extent == RemovalExtent::Bodies || plan.articles == 0 {
        return lines;
    }
    if plan.copies > 0 {
        lines.push(format!(
            "  {} of other papers tell the same story, and stay",
            counts::count(plan.copies, "article(s)")
        ));
    }
    if plan.lists > 0 {
        lines.push(format!(
            "  {} of lists, home pages, feeds and sitemaps stay, and may show headlines and \
             teasers: --lists removes them, too",
            counts::count(plan.lists, "answer(s)")
        ));
    }
    lines
}

fn removal_as_json(told: &ToldRemoval) -> Value {
    let plan = &told.plan;
    let named = |article: &ChosenArticle| json!({ "id": article.id, "title": article.title });
    json!({
        "why": told.why,
        "bodies_only": told.extent == RemovalExtent::Bodies,
        "articles": told.named.iter().map(named).collect::<Vec<_>>(),
        "held": told.held.iter().map(named).collect::<Vec<_>>(),
        "versions": plan.versions,
        "addresses": plan.addresses,
        "answers": plan.captures,
        "bodies": plan.bodies,
        "bytes": plan.bytes,
        "photos": plan.photos,
        "shared_bodies": plan.shared_bodies,
        "copies": plan.copies,
        "lists_left": plan.lists,
    })
}
