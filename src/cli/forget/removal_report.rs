//! What a removal takes, as it is told.

use serde_json::{Value, json};

use crate::archive::{ChosenArticle, Reader, RemovalExtent, RemovalPlan};
use crate::cli::forget::Removal;
use crate::cli::{Common, console};
use crate::counts;
use crate::export::{NamedExportState, list_named};

/// So many articles are named; the others are counted. `--json` names all.
const NAMED: usize = 20;

/// What one removal takes.
struct ToldRemoval {
    plan: RemovalPlan,
    extent: RemovalExtent,
    why: String,
    articles: Vec<ChosenArticle>,
    held: Vec<ChosenArticle>,
}

/// What all removals take, and who may have it already.
pub(super) struct RemovalReport {
    removals: Vec<ToldRemoval>,
    exports: Vec<NamedExportState>,
    is_dry_run: bool,
}

impl RemovalReport {
    /// Counts what removals take.
    pub(super) fn of(
        reader: &Reader,
        removals: &[Removal],
        is_dry_run: bool,
    ) -> anyhow::Result<Self> {
        let removals = removals
            .iter()
            .map(|removal| told(reader, removal))
            .collect::<anyhow::Result<Vec<_>>>()?;
        let articles = removals.iter().flat_map(|told| &told.articles);
        let first = articles.map(|article| article.first_change).min();

        let mut exports = list_named(reader)?;
        exports.retain(|export| has_come_to(export, first));
        Ok(Self {
            removals,
            exports,
            is_dry_run,
        })
    }

    /// Tells whether nothing is removed.
    pub(super) fn is_empty(&self) -> bool {
        self.removals.iter().all(|told| told.articles.is_empty())
    }

    pub(super) fn tell(&self, common: &Common) -> anyhow::Result<()> {
        if common.json {
            return console::json(&self.as_json());
        }
        for told in &self.removals {
            console::data(&in_words(told))?;
        }
        for export in &self.exports {
            console::data(&format!(
                "  the export {} in {} may have handed them out: its next run tells that they \
                 were taken down",
                export.name,
                export.folder.display()
            ))?;
        }
        Ok(())
    }

    fn as_json(&self) -> Value {
        let exports = self.exports.iter();
        json!({
            "dry_run": self.is_dry_run,
            "removals": self.removals.iter().map(removal_as_json).collect::<Vec<_>>(),
            "exports": exports.map(|one| json!({ "name": one.name, "folder": one.folder }))
                .collect::<Vec<_>>(),
        })
    }
}

fn told(reader: &Reader, removal: &Removal) -> anyhow::Result<ToldRemoval> {
    let (held, articles): (Vec<_>, Vec<_>) = removal
        .articles
        .iter()
        .cloned()
        .partition(|article| article.hold.is_some());
    let rows: Vec<i64> = articles.iter().map(|article| article.row).collect();
    Ok(ToldRemoval {
        plan: reader.removal_plan(&rows, removal.extent)?,
        extent: removal.extent,
        why: removal.why.clone(),
        articles,
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
        articles,
        held,
        ..
    } = told;
    let mut lines: Vec<String> = articles.iter().take(NAMED).map(named).collect();
    if articles.len() > NAMED {
        lines.push(format!("… and {} more", articles.len() - NAMED));
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

fn named(article: &ChosenArticle) -> String {
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
        "articles": told.articles.iter().map(named).collect::<Vec<_>>(),
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
