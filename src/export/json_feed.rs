//! A JSON Feed (version 1.1, jsonfeed.org) of the newest articles.

use serde_json::{Value, json};

use crate::export::exported_counts::ExportedCounts;
use crate::export::extension::{EXTENSION, extension};
use crate::export::newest::NewestRecords;
use crate::export::output::Output;
use crate::export::{ExportError, FormatWriter, Record, WrittenFiles};

pub(super) struct JsonFeed<'o> {
    output: Output<'o>,
    newest: NewestRecords,
}

impl<'o> JsonFeed<'o> {
    pub(super) fn of(output: Output<'o>, most: usize) -> Self {
        Self {
            output,
            newest: NewestRecords::at_most(most),
        }
    }
}

impl FormatWriter for JsonFeed<'_> {
    fn article(&mut self, record: &Record) -> Result<(), ExportError> {
        self.newest.see(record);
        Ok(())
    }

    fn end(self: Box<Self>, counts: &ExportedCounts) -> Result<WrittenFiles, ExportError> {
        let Self { mut output, newest } = *self;
        let records = newest.newest_first();
        let items: Vec<Value> = records.iter().map(item).collect();
        let sites: Vec<&str> = counts.sites.keys().map(String::as_str).collect();
        let feed = json!({
            "version": "https://jsonfeed.org/version/1.1",
            "title": format!("Articles of {}", sites.join(", ")),
            "items": items,
        });

        output.put(|to| writeln!(to, "{feed:#}"))?;
        output.end()?;
        Ok(WrittenFiles {
            counts: Some(ExportedCounts::of(&records)),
            ..WrittenFiles::default()
        })
    }
}

/// Returns an item. What is not known is left out, as the format wants it.
fn item(record: &Record) -> Value {
    let authors: Vec<Value> = record
        .authors
        .iter()
        .map(|name| json!({ "name": name }))
        .collect();
    let photo = record.images.first().map(|image| image.url.as_str());
    let item = json!({
        "id": record.url,
        "url": record.canonical_url.as_ref().or(record.url.as_ref()),
        "title": record.title,
        "content_text": record.text,
        "image": photo,
        "date_published": record.published_at,
        "date_modified": record.modified_at,
        "authors": (!authors.is_empty()).then_some(authors),
        "tags": (!record.tags.is_empty()).then_some(&record.tags),
        "language": record.language,
        EXTENSION: extension(record),
    });

    match item {
        Value::Object(fields) => fields
            .into_iter()
            .filter(|(_, told)| !told.is_null())
            .collect(),
        other @ (Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)) => other,
    }
}
