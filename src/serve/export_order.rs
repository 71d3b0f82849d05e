//! What is to be exported, as a form of `/export` says it.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

use crate::archive::{ArticleFilter, ConditionError, CopyChoice, Reader, VersionChoice};
use crate::export::{
    CsvDialect, ExportFormat, ExportOptions, Formulas, JsonSchema, LONGEST_FEED, Mark, NEWEST,
};
use crate::extract::Access;
use crate::rights::Purpose;
use crate::serve::door::Door;
use crate::time::Timestamp;

/// An export that is wanted.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ExportOrder {
    pub filter: ArticleFilter,
    pub options: ExportOptions,
    /// The name of its file.
    pub name: String,
}

/// The ways in which who may read an article is chosen.
pub(super) const ACCESS: [Access; 3] = [Access::Open, Access::Members, Access::Gone];

/// The purposes that the archive's own user may choose.
pub(super) const PURPOSES: [Purpose; 5] = [
    Purpose::AiTraining,
    Purpose::AiInput,
    Purpose::Search,
    Purpose::Archive,
    Purpose::Display,
];

/// The endings of compressed files.
pub(super) const CODINGS: [&str; 2] = ["gz", "zst"];

/// The fields of a form, each with a name and a text.
#[derive(Debug)]
struct FormFields(Vec<(String, String)>);

impl FormFields {
    fn read(body: &[u8]) -> Self {
        let pairs = url::form_urlencoded::parse(body);
        Self(pairs.into_owned().collect())
    }

    /// Returns the texts of a field that has several, those that are empty left out.
    fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let fields = self.0.iter().filter(move |(field, _)| field == name);
        let texts = fields.map(|(_, text)| text.trim());
        texts.filter(|text| !text.is_empty())
    }

    fn one(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    fn has(&self, name: &str) -> bool {
        self.one(name).is_some()
    }

    fn texts(&self, name: &str) -> Vec<String> {
        self.all(name).map(str::to_owned).collect()
    }

    fn day(&self, name: &str) -> Result<Option<Date>, String> {
        let day = self.one(name).map(|text| {
            let day = text.parse::<Date>();
            day.map_err(|_| format!("{text:?} is no day: YYYY-MM-DD"))
        });
        day.transpose()
    }
}

impl ExportOrder {
    /// Reads a form. What belongs to another format is left alone. Readers behind a password are
    /// given what may be shown to them, whatever the form says.
    ///
    /// # Errors
    ///
    /// Fails with what cannot be read of it.
    pub(super) fn read(body: &[u8], door: &Door) -> Result<Self, String> {
        let fields = FormFields::read(body);
        let format = format(&fields)?;
        let filter = filter(&fields, door)?;
        if let Some((since, until)) = filter.since.zip(filter.until)
            && since > until
        {
            return Err(format!("{since} is after {until}"));
        }
        let coding = fields.one("coding");
        let coding = coding.filter(|_| matches!(format, ExportFormat::Jsonl | ExportFormat::Csv));
        let name = match coding {
            Some(coding) if CODINGS.contains(&coding) => {
                format!("{}.{coding}", format.usual_name())
            }
            Some(other) => return Err(format!("{other:?} is no compression")),
            None => format.usual_name().to_owned(),
        };
        Ok(Self {
            filter,
            options: options(&fields, format)?,
            name,
        })
    }

    /// Checks that the archive has the papers.
    ///
    /// # Errors
    ///
    /// Fails where it does not.
    pub(super) fn check(&self, reader: &Reader) -> Result<(), String> {
        for site in &self.filter.sites {
            let known = reader.knows_site(site);
            known.map_err(|error| error.to_string())?;
        }
        Ok(())
    }
}

/// Returns the formats that a reader can download: those that are files.
pub(super) fn formats() -> impl Iterator<Item = ExportFormat> {
    let all = ExportFormat::ALL.into_iter();
    all.filter(|format| !format.is_folder())
}

fn format(fields: &FormFields) -> Result<ExportFormat, String> {
    let name = fields.one("format").unwrap_or_default();
    let format = formats().find(|format| format.name() == name);
    format.ok_or_else(|| format!("{name:?} is no format of a file"))
}

fn filter(fields: &FormFields, door: &Door) -> Result<ArticleFilter, String> {
    let access = fields.all("access").map(|name| {
        let access = ACCESS.into_iter().find(|access| access.name() == name);
        access.ok_or_else(|| format!("{name:?} is none of open, members and gone"))
    });
    let condition = fields.one("where").map(str::parse).transpose();
    let purpose = if door.is_private() {
        fields.one("for").map(Purpose::from_name).transpose()?
    } else {
        Some(Purpose::Display)
    };
    Ok(ArticleFilter {
        sites: fields.texts("site"),
        since: fields.day("since")?,
        until: fields.day("until")?,
        seen_since: fields.day("seen_since")?.map(midnight).transpose()?,
        sections: fields.texts("section"),
        authors: fields.texts("author"),
        access: access.collect::<Result<_, _>>()?,
        condition: condition.map_err(|error: ConditionError| error.to_string())?,
        versions: if fields.has("all_versions") {
            VersionChoice::All
        } else {
            VersionChoice::Newest
        },
        copies: if fields.has("without_copies") {
            CopyChoice::LeftOut
        } else {
            CopyChoice::Included
        },
        purpose,
    })
}

/// Returns the beginning of a day in UTC.
fn midnight(day: Date) -> Result<Timestamp, String> {
    let at = TimeZone::UTC.to_timestamp(day.to_datetime(Time::midnight()));
    at.map(Timestamp::from).map_err(|error| error.to_string())
}

fn options(fields: &FormFields, format: ExportFormat) -> Result<ExportOptions, String> {
    let schema = fields.one("schema").map(|name| {
        let schema = JsonSchema::ALL.into_iter().find(|one| one.name() == name);
        schema.ok_or_else(|| format!("{name:?} is no names of fields"))
    });
    let newest = fields.one("newest").map(|text| {
        let newest = text.parse::<usize>().ok();
        let newest = newest.filter(|count| (1..=LONGEST_FEED).contains(count));
        newest.ok_or_else(|| format!("{text:?} is no number of articles from 1 to {LONGEST_FEED}"))
    });
    Ok(ExportOptions {
        cells: CsvDialect {
            formulas: if fields.has("raw_cells") {
                Formulas::Raw
            } else {
                Formulas::Guarded
            },
            mark: if fields.has("bom") {
                Mark::Utf8
            } else {
                Mark::None
            },
        },
        schema: if format == ExportFormat::Jsonl {
            schema.transpose()?.unwrap_or_default()
        } else {
            JsonSchema::default()
        },
        newest: newest.transpose()?.unwrap_or(NEWEST),
        ..ExportOptions::of(format)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::door::Password;

    fn door(password: Option<&str>) -> Door {
        let password = password.map(|text| Password::of_file(text).unwrap());
        Door::at("127.0.0.1:8780".parse().unwrap(), password)
    }

    #[test]
    fn a_form_is_read_and_other_readers_get_what_may_be_shown_to_them() {
        let form = b"format=csv&site=a&site=b&since=2026-01-02&seen_since=2026-01-03&until=&section=&bom=1&coding=gz\
                     &for=ai-training&schema=cc-news";
        let own = ExportOrder::read(form, &door(None)).unwrap();
        assert_eq!(own.filter.sites, ["a", "b"]);
        assert_eq!(own.filter.since, Some(jiff::civil::date(2026, 1, 2)));
        let seen = Timestamp::from_rfc3339("2026-01-03T00:00:00Z");
        assert_eq!(own.filter.seen_since, seen);
        assert_eq!((own.filter.until, own.filter.sections.len()), (None, 0));
        assert_eq!(own.filter.purpose, Some(Purpose::AiTraining));
        assert_eq!(own.options.cells.mark, Mark::Utf8);
        assert_eq!(own.options.schema, JsonSchema::Saseo);
        assert_eq!(own.name, "articles.csv.gz");

        for form in [&form[..], b"format=sqlite", b"format=warc&for="] {
            let others = ExportOrder::read(form, &door(Some("book-shop-key-12"))).unwrap();
            assert_eq!(others.filter.purpose, Some(Purpose::Display));
        }
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        for (form, why) in [
            ("", "no format"),
            ("format=text", "no format"),
            ("format=csv&since=2026-13-01", "no day"),
            ("format=csv&since=2026-02-01&until=2026-01-01", "is after"),
            ("format=csv&access=x", "none of open"),
            ("format=csv&where=x+%3D", ""),
            ("format=atom&newest=0", "no number of articles"),
            ("format=csv&coding=br", "no compression"),
            ("format=csv&for=reading", "no purpose"),
        ] {
            let told = ExportOrder::read(form.as_bytes(), &door(None)).unwrap_err();
            assert!(told.contains(why), "{form}: {told}");
        }
    }
}
