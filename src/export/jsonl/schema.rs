//! The names that other programs give to the fields of an article.

use serde_json::{Value, json};

use crate::export::Record;
use crate::export::extension::{EXTENSION, extension};
use crate::time::{LocalTime, Timestamp};

/// The names of fields in JSON Lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum JsonSchema {
    /// saseo's own, with all fields
    #[default]
    Saseo,
    /// Those of news-please
    NewsPlease,
    /// Those of a NewsArticle of schema.org
    SchemaOrg,
    /// Those of the dataset cc_news
    CcNews,
}

impl JsonSchema {
    /// All schemas, in the order of the help.
    #[cfg(feature = "cli")]
    pub(crate) const ALL: [Self; 4] =
        [Self::Saseo, Self::NewsPlease, Self::SchemaOrg, Self::CcNews];

    /// Returns its name in manifests, as it is typed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Saseo => "saseo",
            Self::NewsPlease => "news-please",
            Self::SchemaOrg => "schema-org",
            Self::CcNews => "cc-news",
        }
    }
}

/// Returns an article with the names of news-please. Its times are in UTC, without an offset.
pub(super) fn news_please(record: &Record) -> Value {
    json!({
        "authors": record.authors,
        "date_download": utc(&record.fetched_at),
        "date_modify": utc(&record.modified_at),
        "date_publish": utc(&record.published_at),
        "description": record.subtitle,
        "filename": Value::Null,
        "image_url": record.images.first().map(|image| &image.url),
        "language": record.language,
        "localpath": Value::Null,
        "maintext": record.text,
        "source_domain": domain(record),
        "text": record.text,
        "title": record.title,
        "title_page": Value::Null,
        "title_rss": Value::Null,
        "url": record.url,
        EXTENSION: extension(record),
    })
}

/// Returns an article as a NewsArticle of schema.org.
pub(super) fn schema_org(record: &Record) -> Value {
    let authors: Vec<Value> = record
        .authors
        .iter()
        .map(|name| json!({ "@type": "Person", "name": name }))
        .collect();
    let images: Vec<&str> = record
        .images
        .iter()
        .map(|image| image.url.as_str())
        .collect();
    let sections: Vec<&String> = [&record.section, &record.subsection]
        .into_iter()
        .flatten()
        .collect();

    json!({
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "identifier": record.id,
        "url": record.canonical_url.as_ref().or(record.url.as_ref()),
        "headline": record.title,
        "alternativeHeadline": record.subtitle,
        "author": authors,
        "datePublished": record.published_at,
        "dateModified": record.modified_at,
        "articleBody": record.text,
        "articleSection": sections,
        "keywords": record.tags,
        "image": images,
        "inLanguage": record.language,
        "copyrightNotice": record.rights,
        "usageInfo": usage(record),
        "license": record.licences,
        "isAccessibleForFree": record.access == "open",
        EXTENSION: extension(record),
    })
}

/// Returns an article with the names of cc_news.
pub(super) fn cc_news(record: &Record) -> Value {
    json!({
        "title": record.title,
        "text": record.text,
        "domain": domain(record),
        "date": utc(&record.published_at),
        "description": record.subtitle,
        "url": record.url,
        "image_url": record.images.first().map(|image| &image.url),
        EXTENSION: extension(record),
    })
}

/// Returns what the paper declares about uses: opt-outs, and the uses of which something is said.
fn usage(record: &Record) -> Vec<String> {
    let uses = record.uses.to_string();
    let uses = uses.split_whitespace().map(str::to_owned);
    let level = record.use_level.map(|level| format!("use={level}"));
    let opt_outs = record.opt_outs.iter().cloned();
    opt_outs.chain(uses).chain(level).collect()
}

fn domain(record: &Record) -> Option<String> {
    let url = url::Url::parse(record.url.as_deref()?).ok()?;
    url.host_str().map(str::to_owned)
}

/// Returns a moment as these programs write it: `2026-03-07 07:50:00`, in UTC.
fn utc(told: &Option<String>) -> Option<String> {
    let at = Timestamp::from_rfc3339(told.as_deref()?)?;
    let mut text = LocalTime { at, offset: 0 }.to_string().replace('T', " ");
    text.truncate("2026-03-07 07:50:00".len());
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::Provenance;
    use crate::extract::Article;
    use crate::rights::{Claim, DeclaredRights, Statement, Use, UseState};
    use crate::time::Precision;

    #[test]
    fn each_schema_has_exactly_the_names_of_its_program_and_one_object_with_the_rest() {
        let article = Article {
            published_at: LocalTime::from_rfc3339("1958-07-01T12:00:00+09:30"),
            published_precision: Some(Precision::Minute),
            title: Some("제목".into()),
            paragraphs: vec!["하나".into(), "둘".into()],
            declared_rights: DeclaredRights::of([Statement::new(
                "header content-usage",
                Claim::Use(Use::AiTrain, UseState::Reserved),
                "train-ai=n",
            )]),
            ..Article::default()
        };
        let provenance = Provenance {
            first_copy: Some("other/7".into()),
            url: Some("https://www.paper.example/1".into()),
            ..Provenance::default()
        };
        let record = Record::new(article, provenance);
        let keys = |told: Value| {
            let keys: Vec<String> = told.as_object().unwrap().keys().cloned().collect();
            keys.join(" ")
        };

        let told = news_please(&record);
        assert_eq!(told["date_publish"], "1958-07-01 02:30:00");
        assert_eq!(told["source_domain"], "www.paper.example");
        assert_eq!(
            keys(told),
            "_saseo authors date_download date_modify date_publish description filename image_url \
             language localpath maintext source_domain text title title_page title_rss url"
        );
        assert_eq!(
            keys(cc_news(&record)),
            "_saseo date description domain image_url text title url"
        );
        let told = schema_org(&record);
        assert_eq!(told["datePublished"], "1958-07-01T12:00:00+09:30");
        assert!(told["articleBody"].is_string() && told.get("text").is_none());

        for told in [news_please(&record), schema_org(&record), cc_news(&record)] {
            let rest = &told["_saseo"];
            assert_eq!(rest["first_copy"], "other/7");
            assert_eq!(rest["published_precision"], "minute");
            assert_eq!(rest["paragraphs"], json!(["하나", "둘"]));
            assert_eq!(rest["statements"][0]["words"], "train-ai=n");
        }
    }
}
