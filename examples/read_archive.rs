//! Reads an archive: its articles, the versions of the first one, its captures and its changes. A
//! crawl may write the archive meanwhile.
//!
//! `cargo run --example read_archive -- data`

use std::error::Error;

use saseo::{Archive, ArticleFilter, Reader};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("name the archive's folder")?;
    let reader = Archive::read(folder)?;

    let first = list_articles(&reader)?;
    if let Some(id) = first {
        list_versions(&reader, &id)?;
    }
    count_captures(&reader)?;
    count_changes(&reader)
}

/// Prints every article in its newest version, and returns the id of the first one.
fn list_articles(reader: &Reader) -> Result<Option<String>, Box<dyn Error>> {
    let mut first = None;

    for version in &mut reader.articles(&ArticleFilter::default())? {
        let version = version?;
        println!(
            "{}\t{}",
            version.id,
            version.article.title.unwrap_or_default()
        );
        first.get_or_insert(version.id);
    }
    Ok(first)
}

fn list_versions(reader: &Reader, id: &str) -> Result<(), Box<dyn Error>> {
    let article = reader.find_article(id)?;

    for version in reader.versions(&article)? {
        println!(
            "version {} of {id} came at {}",
            version.kept.version, version.kept.fetched_at
        );
    }
    Ok(())
}

/// Prints how many answers are kept, with the size of their bodies.
fn count_captures(reader: &Reader) -> Result<(), Box<dyn Error>> {
    let (mut captures, mut bytes) = (0, 0);

    for capture in &mut reader.captures()? {
        let body = reader.body(&capture?)?;
        captures += 1;
        bytes += body.map_or(0, |body| body.len());
    }
    println!("{captures} captures, {bytes} bytes");
    Ok(())
}

/// Prints how many changes there are, and the position after which later ones stand.
fn count_changes(reader: &Reader) -> Result<(), Box<dyn Error>> {
    let (mut changes, mut last) = (0, 0);

    for change in &mut reader.changes_after(0)? {
        last = change?.seq;
        changes += 1;
    }
    println!("{changes} changes; later ones stand after {last}");
    Ok(())
}
