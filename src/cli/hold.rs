//! `saseo hold`: articles that neither `forget` nor retention removes.

use clap::Args;
use serde_json::{Value, json};

use crate::archive::HeldArticle;
use crate::cli::chosen::{ChosenArgs, chosen};
use crate::cli::exit::Exit;
use crate::cli::writing::open_archive;
use crate::cli::{Common, console};
use crate::clock::Clock;
use crate::config_folder::ConfigError;
use crate::counts;

#[derive(Debug, Args)]
pub(super) struct HoldArgs {
    #[command(flatten)]
    chosen: ChosenArgs,
    /// Why they are held
    #[arg(long, value_name = "TEXT", conflicts_with = "release")]
    why: Option<String>,
    /// Hold them no longer
    #[arg(long)]
    release: bool,
    /// Tell which articles are held, and why
    #[arg(
        long,
        conflicts_with_all =
            ["release", "why", "names", "query", "site", "section", "author", "condition"]
    )]
    list: bool,
}

/// Holds articles, releases them, or lists those that are held.
pub(super) fn run(common: &Common, args: &HoldArgs) -> anyhow::Result<Exit> {
    let reader = common.reader()?;
    if args.list {
        list(common, &reader.held_articles()?)?;
        return Ok(Exit::Done);
    }
    if args.chosen.is_empty() {
        let why = "name articles, choose them by --query or a filter, or ask for --list";
        return Err(ConfigError::Usage(why.to_owned()).into());
    }

    let articles = chosen(&reader, &args.chosen.rows(common, &reader)?)?;
    let rows: Vec<i64> = articles.iter().map(|article| article.row).collect();
    let clock = Clock::system();
    let (mut archive, lease) = open_archive(common, "hold", &clock)?;
    let (count, what) = if args.release {
        (archive.release(lease, &rows)?, "released")
    } else {
        let why = args.why.as_deref();
        (archive.hold(lease, &rows, why, clock.now())?, "held")
    };
    archive.save()?;

    if common.json {
        let ids: Vec<&str> = articles.iter().map(|article| article.id.as_str()).collect();
        console::json(&json!({ what: count, "articles": ids }))?;
    } else {
        let told = counts::count(count as u64, "article(s)");
        console::data(&format!("{what}: {told}"))?;
    }
    Ok(Exit::Done)
}

fn list(common: &Common, held: &[HeldArticle]) -> anyhow::Result<()> {
    if common.json {
        return console::json(&held.iter().map(in_json).collect::<Vec<Value>>());
    }
    if held.is_empty() {
        return console::data("no article is held");
    }
    let lines: Vec<String> = held.iter().map(in_words).collect();
    console::data(&lines.join("\n"))
}

fn in_json(one: &HeldArticle) -> Value {
    json!({
        "id": one.id,
        "title": one.title,
        "held_at": one.at.to_second().to_string(),
        "why": one.why,
    })
}

fn in_words(one: &HeldArticle) -> String {
    let title = one.title.as_deref().unwrap_or("(without a title)");
    let why = one.why.as_deref().unwrap_or("(no reason given)");
    format!("{}  {title}\n  held since {}: {why}", one.id, one.at)
}
