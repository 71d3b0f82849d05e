//! An Atom feed (RFC 4287) of the newest articles.

use std::collections::BTreeMap;
#[cfg(feature = "cli")]
use std::collections::BTreeSet;
use std::io;

use atom_syndication::extension::Extension;
use atom_syndication::{
    Category, Content, Entry, Feed, FixedDateTime, Generator, Link, Person, Text,
};
use serde_json::{Value, json};

use crate::archive::ArticleFilter;
use crate::export::exported_counts::ExportedCounts;
use crate::export::manifest::ToldSelection;
use crate::export::newest::NewestRecords;
use crate::export::output::Output;
use crate::export::{ExportError, FormatWriter, Record, RightsStatement, WrittenFiles};
use crate::rights::Use;
use crate::web_archive::lasting_uuid;

pub(super) struct AtomFeed<'o> {
    output: Output<'o>,
    newest: NewestRecords,
    id: String,
}

impl<'o> AtomFeed<'o> {
    pub(super) fn of(output: Output<'o>, most: usize, filter: &ArticleFilter) -> Self {
        Self {
            output,
            newest: NewestRecords::at_most(most),
            id: feed_id(filter),
        }
    }
}

impl FormatWriter for AtomFeed<'_> {
    fn article(&mut self, record: &Record) -> Result<(), ExportError> {
        self.newest.see(record);
        Ok(())
    }

    fn end(self: Box<Self>, counts: &ExportedCounts) -> Result<WrittenFiles, ExportError> {
        let Self {
            mut output,
            newest,
            id,
        } = *self;
        let records = newest.newest_first();
        let sites: Vec<&str> = counts.sites.keys().map(String::as_str).collect();
        let feed = feed(&records, &sites, id);

        output.put(|to| {
            feed.write_to(&mut *to).map_err(io::Error::other)?;
            to.write_all(b"\n")
        })?;
        output.end()?;
        Ok(WrittenFiles {
            counts: Some(ExportedCounts::of(&records)),
            ..WrittenFiles::default()
        })
    }
}

/// What the articles of a feed have in common.
#[cfg(feature = "cli")]
#[derive(Clone, Copy, Debug)]
pub(crate) enum FeedSubject<'s> {
    Selection(&'s ArticleFilter),
    /// The words that were searched.
    Search(&'s str),
}

#[cfg(feature = "cli")]
impl FeedSubject<'_> {
    fn id(self) -> String {
        match self {
            Self::Selection(filter) => feed_id(filter),
            Self::Search(words) => {
                format!("urn:uuid:{}", lasting_uuid("search", words.as_bytes()))
            }
        }
    }
}

/// Returns the feed of some articles, in their order, in UTF-8. `here` is the path of the feed
/// itself.
///
/// # Errors
///
/// Fails where the feed cannot be written as XML.
#[cfg(feature = "cli")]
pub(crate) fn atom_feed(
    records: &[Record],
    subject: FeedSubject<'_>,
    here: &str,
) -> io::Result<Vec<u8>> {
    let sites: BTreeSet<&str> = records
        .iter()
        .filter_map(|one| one.site.as_deref())
        .collect();
    let sites: Vec<&str> = sites.into_iter().collect();
    let mut feed = feed(records, &sites, subject.id());
    feed.links.push(link(here, "self"));
    if let FeedSubject::Search(words) = subject {
        feed.title = Text::plain(legal(words));
    }
    feed.write_to(Vec::new()).map_err(io::Error::other)
}

fn feed(records: &[Record], sites: &[&str], id: String) -> Feed {
    let entries: Vec<Entry> = records.iter().map(entry).collect();
    let updated = entries.iter().map(|entry| entry.updated).max();
    Feed {
        title: Text::plain(format!("Articles of {}", sites.join(", "))),
        id,
        updated: updated.unwrap_or_default(),
        authors: publishers(sites),
        generator: Some(Generator {
            value: "saseo".to_owned(),
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            uri: None,
        }),
        entries,
        namespaces: BTreeMap::from([(PREFIX.to_owned(), NAMESPACE.to_owned())]),
        ..Feed::default()
    }
}

/// The prefix and the namespace of elements that Atom does not have.
const PREFIX: &str = "saseo";
const NAMESPACE: &str = "urn:saseo:rights";

/// Returns the id of the feed of a selection. It is permanent (RFC 4287 §4.2.6): it follows from
/// the sites and what else chooses the articles, wherever the feed is written, in whatever order
/// the names were typed, and however long it is.
fn feed_id(filter: &ArticleFilter) -> String {
    let mut filter = filter.clone();
    for names in [&mut filter.sites, &mut filter.sections, &mut filter.authors] {
        names.sort();
        names.dedup();
    }
    filter.access.sort_by_key(|access| access.name());
    filter.access.dedup();

    let mut selection = json!(ToldSelection::from(&filter));
    if let Some(choices) = selection.as_object_mut() {
        // An option that is not used leaves the id as it is, also one of a later version.
        choices.retain(|_, told| !is_unchosen(told));
    }
    format!(
        "urn:uuid:{}",
        lasting_uuid("feed", selection.to_string().as_bytes())
    )
}

/// Tells whether an option was not used.
fn is_unchosen(told: &Value) -> bool {
    match told {
        Value::Null => true,
        Value::Bool(is_set) => !is_set,
        Value::Array(names) => names.is_empty(),
        Value::Number(_) | Value::String(_) | Value::Object(_) => false,
    }
}

/// Returns the authors of the feed: an entry whose article names nobody is by its paper (RFC 4287
/// §4.1.1 and §4.2.1).
fn publishers(sites: &[&str]) -> Vec<Person> {
    if sites.is_empty() {
        return vec![person("saseo")];
    }
    sites.iter().map(|site| person(site)).collect()
}

fn entry(record: &Record) -> Entry {
    let published = moment(&record.published_at);
    let updated = moment(&record.modified_at)
        .or(published)
        .or_else(|| moment(&record.first_seen_at));
    // A page may name any address as its own: feed readers open it.
    let addresses = [&record.canonical_url, &record.url].into_iter().flatten();
    let address = addresses.into_iter().find(|address| is_of_web(address));
    let terms = [&record.section, &record.subsection].into_iter().flatten();

    Entry {
        title: Text::plain(legal(record.title.as_deref().unwrap_or_default())),
        id: legal(record.url.as_deref().unwrap_or_default()),
        updated: updated.unwrap_or_default(),
        published,
        authors: record.authors.iter().map(|name| person(name)).collect(),
        categories: terms
            .chain(&record.tags)
            .map(|term| category(term))
            .collect(),
        links: address
            .map(|address| link(address, "alternate"))
            .into_iter()
            // RFC 4946.
            .chain(record.licences.iter().map(|one| link(one, "license")))
            .collect(),
        extensions: BTreeMap::from([(PREFIX.to_owned(), extensions(record))]),
        rights: record
            .rights
            .as_deref()
            .map(|told| Text::plain(legal(told))),
        content: Some(Content {
            value: Some(legal(&html(&record.paragraphs))),
            content_type: Some("html".to_owned()),
            ..Content::default()
        }),
        ..Entry::default()
    }
}

fn person(name: &str) -> Person {
    Person {
        name: legal(name),
        ..Person::default()
    }
}

fn category(term: &str) -> Category {
    Category {
        term: legal(term),
        ..Category::default()
    }
}

/// Returns the elements of an entry that Atom does not have. Its paragraphs are those of its HTML.
///
/// ```xml
/// <saseo:article first_copy="other/7" published_precision="minute"/>
/// <saseo:uses ai_train="reserved" …/>
/// <saseo:statement about="ai_train" says="reserved" source="header">train-ai=n</saseo:statement>
/// ```
fn extensions(record: &Record) -> BTreeMap<String, Vec<Extension>> {
    let known = [
        record.first_copy.as_deref().map(|id| ("first_copy", id)),
        record
            .published_precision
            .map(|how| ("published_precision", how)),
    ];
    let states = Use::ALL.map(|wanted| (wanted.name(), record.uses.of(wanted).name()));
    let level = record.use_level.map(|level| ("use_level", level));
    let statements = record.statements.iter().map(|one| {
        let RightsStatement {
            about,
            says,
            source,
            words,
        } = one;
        let attrs = [("about", *about), ("says", says), ("source", source)];
        element("statement", attrs, Some(words))
    });

    let found = [
        (
            "article",
            vec![element("article", known.into_iter().flatten(), None)],
        ),
        (
            "uses",
            vec![element("uses", states.into_iter().chain(level), None)],
        ),
        ("statement", statements.collect()),
    ];
    found
        .into_iter()
        .map(|(name, elements)| (name.to_owned(), elements))
        .collect()
}

fn element<'t>(
    name: &str,
    attrs: impl IntoIterator<Item = (&'static str, &'t str)>,
    text: Option<&str>,
) -> Extension {
    let attrs = attrs.into_iter();
    Extension {
        name: format!("{PREFIX}:{name}"),
        attrs: attrs
            .map(|(name, told)| (name.to_owned(), quoted(&legal(told))))
            .collect(),
        value: text.map(legal),
        ..Extension::default()
    }
}

fn is_of_web(address: &str) -> bool {
    address.starts_with("https://") || address.starts_with("http://")
}

fn link(address: &str, rel: &str) -> Link {
    Link {
        href: legal(address),
        rel: rel.to_owned(),
        ..Link::default()
    }
}

fn moment(told: &Option<String>) -> Option<FixedDateTime> {
    told.as_deref()?.parse().ok()
}

/// Returns paragraphs as HTML.
fn html(paragraphs: &[String]) -> String {
    let paragraphs = paragraphs.iter();
    paragraphs
        .map(|paragraph| format!("<p>{}</p>", html_escape::encode_text(paragraph)))
        .collect()
}

/// Returns a text as it stands between quotes: atom_syndication writes attributes of extensions as
/// they are.
fn quoted(text: &str) -> String {
    html_escape::encode_double_quoted_attribute(text).into_owned()
}

/// Returns a text without characters that XML 1.0 forbids (§2.2).
fn legal(text: &str) -> String {
    let is_legal = |letter: &char| {
        matches!(
            letter,
            '\t' | '\n' | '\r' | '\u{20}'..='\u{fffd}' | '\u{10000}'..
        )
    };
    text.chars().filter(is_legal).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::export::Provenance;
    use crate::export::output::FileCoding;
    use crate::extract::{Access, Article};
    use crate::rights::{Claim, DeclaredRights, Purpose, Statement, UseState};
    use crate::time::{LocalTime, Precision};

    #[test]
    fn a_feed_with_mark_up_and_forbidden_characters_is_read_again_as_it_was_told() {
        let article = Article {
            title: Some("<책> & \u{1}방".into()),
            authors: vec!["홍\u{ffff}길동".into()],
            published_at: LocalTime::from_rfc3339("1958-07-01T12:00:00+09:30"),
            published_precision: Some(Precision::Minute),
            paragraphs: vec!["1 < 2 ]]> 끝".into()],
            declared_rights: DeclaredRights::of([
                Statement::new(
                    "header",
                    Claim::Use(Use::AiTrain, UseState::Reserved),
                    "<n> & \u{1}so",
                ),
                Statement::new(
                    "link",
                    Claim::Licence("https://paper.example/l?a=\"b\"&c=<d>".into()),
                    "",
                ),
            ]),
            ..Article::default()
        };
        let provenance = Provenance {
            url: Some("https://paper.example/1?a=b&c=d".into()),
            first_copy: Some("other/책&\"방\"".into()),
            ..Provenance::default()
        };
        let mut out = Vec::new();
        let output = Output::new(Path::new("x"), &mut out, FileCoding::Plain).unwrap();
        let mut feed = Box::new(AtomFeed::of(output, 5, &ArticleFilter::default()));
        feed.article(&Record::new(article, provenance)).unwrap();
        feed.end(&ExportedCounts::default()).unwrap();

        let read = Feed::read_from(out.as_slice()).unwrap();

        assert!(!read.authors.is_empty(), "RFC 4287 wants one");
        let entry = &read.entries[0];
        assert_eq!(entry.title.value, "<책> & 방");
        assert_eq!(entry.id, "https://paper.example/1?a=b&c=d");
        assert_eq!(entry.authors[0].name, "홍길동");
        assert_eq!(
            entry.published.unwrap().to_rfc3339(),
            "1958-07-01T12:00:00+09:30"
        );
        let uses = &entry.extensions["saseo"]["uses"][0].attrs;
        assert_eq!((uses["ai_train"].as_str(), uses.len()), ("reserved", 4));
        let of_article = &entry.extensions["saseo"]["article"][0].attrs;
        assert_eq!(of_article["first_copy"], "other/책&\"방\"");
        assert_eq!(of_article["published_precision"], "minute");
        let statements = &entry.extensions["saseo"]["statement"];
        assert_eq!(statements.len(), 2);
        assert_eq!(statements[0].value.as_deref(), Some("<n> & so"));
        assert_eq!(statements[0].attrs["says"], "reserved");
        let licence = "https://paper.example/l?a=\"b\"&c=<d>";
        assert_eq!(statements[1].attrs["says"], licence);
        assert_eq!(entry.links[1].href, licence);
        assert_eq!(entry.links[1].rel, "license");
        let content = entry.content.as_ref().unwrap().value.as_deref();
        assert_eq!(content, Some("<p>1 &lt; 2 ]]&gt; 끝</p>"));
    }

    #[test]
    fn a_feed_has_the_id_of_its_selection_and_no_other() {
        let of = |sites: &[&str], purpose| {
            feed_id(&ArticleFilter {
                sites: sites.iter().map(|site| (*site).to_owned()).collect(),
                purpose,
                ..ArticleFilter::default()
            })
        };
        let both = of(&["a", "b"], None);
        assert_eq!(both, "urn:uuid:cc34e40a-3aab-8591-95a7-96d7ec4aebfd");
        assert_eq!(both, of(&["b", "a", "b"], None));
        assert_ne!(both, of(&["a"], None));
        assert_ne!(both, of(&["a", "b"], Some(Purpose::Search)));

        let named = |sections: &[&str], authors: &[&str], access: &[Access]| {
            let named = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect();
            feed_id(&ArticleFilter {
                sections: named(sections),
                authors: named(authors),
                access: access.to_vec(),
                ..ArticleFilter::default()
            })
        };
        let (open, gone) = (Access::Open, Access::Gone);
        assert_eq!(
            named(&["b", "a", "b"], &["d", "c", "c"], &[open, gone, open]),
            named(&["a", "b"], &["c", "d"], &[gone, open])
        );
        assert_ne!(named(&["a"], &[], &[]), named(&[], &["a"], &[]));
        assert_ne!(named(&[], &[], &[open]), named(&[], &[], &[gone]));
    }
}
