//! Every format gives back what the archive has, whatever characters stand in it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use atom_syndication::Feed;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use saseo::ArticleKey;
use saseo::archive::ArticleFilter;
use saseo::export::{self, CsvDialect, ExportFormat, ExportOptions, Formulas, Place};
use saseo::extract::{Article, Image};
use saseo::rights::{Claim, DeclaredRights, Statement};
use serde_json::Value;

use crate::archive_desk::{Desk, found_article, links, story};

/// Texts with what breaks formats: ends of lines, quotes, emoji, lone jamo, NUL, formulas.
fn text() -> impl Strategy<Value = String> {
    let hostile = prop::sample::select(vec![
        "\n",
        "\r\n",
        "\r",
        "\"",
        "'",
        "\"\"",
        ",",
        ";",
        "\t",
        "\\",
        "\\n",
        "🙂",
        "👨\u{200d}👩",
        "ㅋㅋ",
        "\u{1100}",
        "\u{11a8}",
        "한글",
        "e\u{301}",
        "\0",
        "=1+1",
        "\u{feff}",
        "\u{1f}",
        "\u{2028}",
        "\u{fffe}",
        "\u{fdd0}",
        "\u{10ffff}",
        "\u{1}",
        "\n\n",
        "\\\n\n",
        "\\n\\n",
        "</p>",
        "{\"a\":1}",
        "NULL",
        " ",
    ]);
    let piece = prop_oneof![
        hostile.prop_map(str::to_owned),
        any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

prop_compose! {
    fn hostile_article()(
        title in text(),
        rights in prop::option::of(text()),
        authors in prop::collection::vec(text(), 0..3),
        tags in prop::collection::vec(text(), 0..3),
        paragraphs in prop::collection::vec(text(), 0..4),
        photos in prop::collection::vec((text(), prop::option::of(text())), 0..3),
        thousandths in prop::option::of(0..=1000_u32),
        statements in prop::collection::vec((text(), text(), text()), 0..3),
    ) -> Article {
        let photos = photos.into_iter().map(|(url, caption)| Image { url, caption, credit: None });
        Article {
            title: Some(title),
            rights,
            authors,
            tags,
            paragraphs,
            images: photos.collect(),
            declared_rights: DeclaredRights::of(statements.into_iter().map(
                |(source, licence, words)| {
                    Statement::new(&source, Claim::Licence(licence), &words)
                },
            )),
            // Few digits: SQLite's JSON, by which the test reads it, rounds.
            confidence: thousandths.map(|count| f64::from(count) / 1000.0),
            extractor: "test".into(),
            ..Article::default()
        }
    }
}

/// Articles of one archive: one archive a case, since making it takes longest.
const ARTICLES: u64 = 6;

fn desk_with(articles: &[Article]) -> Desk {
    let mut desk = Desk::new();
    desk.answer_next(links([1, 2, 3, 4, 5, ARTICLES].map(found_article)));
    for (number, article) in (1..).zip(articles) {
        let numbered = Article {
            key: Some(ArticleKey::Number(number)),
            ..article.clone()
        };
        let path = format!("/news/articleView.html?idxno={number}");
        desk.answer_at(&path, story(numbered));
    }
    desk
}

fn exported(desk: &Desk, format: ExportFormat, name: &str) -> PathBuf {
    let out = desk.folder.path().join(name);
    let options = ExportOptions {
        cells: CsvDialect {
            formulas: Formulas::Raw,
            ..CsvDialect::default()
        },
        ..ExportOptions::of(format)
    };
    let place = Place::at(&out, format).unwrap();
    let filter = ArticleFilter::default();
    let taken = export::write(&desk.reader(), &filter, &options, place);
    assert_eq!(taken.unwrap().unwrap().left_out, []);
    out
}

/// What of an article a format must give back.
const FIELDS: [&str; 8] = [
    "title",
    "rights",
    "text",
    "authors",
    "tags",
    "images",
    "confidence",
    "statements",
];

fn rows_of_json_lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    // Only \n ends a line; U+2028 and others stand within texts.
    let lines = text.split_terminator('\n');
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn rows_of_csv(path: &Path) -> Vec<Value> {
    let mut table = csv::Reader::from_path(path).unwrap();
    let rows = table.deserialize::<std::collections::HashMap<String, String>>();
    rows.map(|row| {
        let row = row.unwrap();
        let cells = FIELDS.map(|name| {
            let cell = &row[name];
            let value = match name {
                "title" | "text" => Value::from(cell.as_str()),
                // A null is an empty cell.
                "rights" if cell.is_empty() => Value::Null,
                "rights" => Value::from(cell.as_str()),
                _ if cell.is_empty() => Value::Null,
                _ => serde_json::from_str(cell).unwrap(),
            };
            (name.to_owned(), value)
        });
        cells.into_iter().collect()
    })
    .collect()
}

fn rows_of_sqlite(path: &Path) -> Vec<Value> {
    let sql = rusqlite::Connection::open(path).unwrap();
    let mut select = sql
        .prepare(
            "SELECT json_object('title', title, 'rights', rights, 'text', text,
                 'authors', json((SELECT json_group_array(author ORDER BY position)
                             FROM article_authors WHERE article_id = id)),
                 'tags', json((SELECT json_group_array(tag ORDER BY position)
                          FROM article_tags WHERE article_id = id)),
                 'images', json((SELECT json_group_array(json_object('url', url, 'caption', caption,
                                'credit', credit) ORDER BY position)
                            FROM article_images WHERE article_id = id)),
                 'confidence', confidence, 'statements', json(statements))
             FROM articles ORDER BY number",
        )
        .unwrap();
    let rows = select.query_map([], |row| row.get::<_, String>(0)).unwrap();
    rows.map(|row| serde_json::from_str(&row.unwrap()).unwrap())
        .collect()
}

fn rows_of_parquet(path: &Path) -> Vec<Value> {
    let reader = SerializedFileReader::new(File::open(path).unwrap()).unwrap();
    let rows = reader.get_row_iter(None).unwrap();
    rows.map(|row| {
        let row = row.unwrap();
        let fields = row.get_column_iter();
        let wanted = fields.filter(|(name, _)| FIELDS.contains(&name.as_str()));
        wanted
            .map(|(name, field)| (name.clone(), plain(field)))
            .collect()
    })
    .collect()
}

fn plain(field: &Field) -> Value {
    match field {
        Field::Null => Value::Null,
        Field::Str(text) => Value::from(text.as_str()),
        Field::Double(number) => Value::from(*number),
        Field::ListInternal(list) => list.elements().iter().map(plain).collect(),
        Field::Group(group) => group
            .get_column_iter()
            .map(|(name, field)| (name.clone(), plain(field)))
            .collect(),
        other => panic!("no such type is written: {other:?}"),
    }
}

/// Returns the paragraphs in the archive's view, without those that are empty.
fn paragraphs_of_view(desk: &Desk) -> Vec<Vec<String>> {
    let sql = desk.sql();
    let select = "SELECT paragraphs FROM articles WHERE instr(CAST(text AS BLOB), x'00') = 0
                  ORDER BY number";
    let mut select = sql.prepare(select).unwrap();
    let rows = select.query_map([], |row| row.get::<_, String>(0)).unwrap();
    rows.map(|row| {
        let told: Vec<String> = serde_json::from_str(&row.unwrap()).unwrap();
        told.into_iter().filter(|text| !text.is_empty()).collect()
    })
    .collect()
}

/// Returns the paragraphs of articles as the archive cuts them again, where they have no NUL: the
/// JSON of SQLite ends there.
fn paragraphs_of(articles: &[Article]) -> Vec<Vec<String>> {
    let texts = articles.iter().map(Article::text);
    texts
        .filter(|text| !text.contains('\0'))
        .map(|text| cut(&text))
        .collect()
}

fn cut(text: &str) -> Vec<String> {
    let paragraphs = text.split("\n\n").filter(|text| !text.is_empty());
    paragraphs.map(str::to_owned).collect()
}

/// Returns a text as exports have it.
fn told(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// Returns titles in order: as a format may have them, or as it gave them back.
fn sorted(titles: &[String], name: &str) -> Vec<String> {
    let is_told = |letter: &char| match name {
        // XML forbids some characters, and knows one kind of line end.
        "atom" => !letter.is_control() && !matches!(letter, '\u{fffe}' | '\u{ffff}'),
        _ => true,
    };
    let mut titles: Vec<String> = titles
        .iter()
        .map(|title| title.chars().filter(is_told).collect())
        .collect();
    titles.sort();
    titles
}

/// The titles as the other formats give them back. None of their files has a NUL.
fn titles_elsewhere(desk: &Desk) -> Vec<(&'static str, Vec<String>)> {
    let text = |format, name| {
        let bytes = fs::read(exported(desk, format, name)).unwrap();
        assert!(!bytes.contains(&0), "{name}");
        String::from_utf8(bytes).unwrap()
    };
    let feed: Value = serde_json::from_str(&text(ExportFormat::JsonFeed, "a.json")).unwrap();
    let items = feed["items"].as_array().unwrap().iter();
    let of_feed: Vec<_> = items
        .map(|item| item["title"].as_str().unwrap().to_owned())
        .collect();

    let atom: Feed = text(ExportFormat::Atom, "a.atom").parse().unwrap();
    let entries = atom.entries().iter();
    let of_atom: Vec<_> = entries.map(|entry| entry.title().value.clone()).collect();

    let folder = exported(desk, ExportFormat::Text, "texts");
    let mut index = csv::Reader::from_path(folder.join("index.csv")).unwrap();
    let rows = index.deserialize::<std::collections::HashMap<String, String>>();
    let (mut of_index, mut of_files) = (Vec::new(), Vec::new());
    for row in rows {
        let row = row.unwrap();
        let file = fs::read_to_string(folder.join(&row["path"])).unwrap();
        let cell = row["title"].as_str();
        // No spreadsheet takes a title for a formula.
        let guarded = cell.strip_prefix('\'').filter(|_| !file.starts_with(cell));
        let title = guarded.unwrap_or(cell);
        assert!(file.starts_with(title) && !file.contains('\0'), "{file:?}");
        of_index.push(title.to_owned());
        of_files.push(file[..title.len()].to_owned());
    }

    let mut told = vec![("json feed", of_feed), ("atom", of_atom)];
    told.extend([("index", of_index), ("text", of_files)]);
    for (name, titles) in &mut told {
        *titles = sorted(titles, name);
    }
    told
}

#[test]
fn every_format_gives_back_every_character_and_only_nul_is_replaced() {
    // Each case makes an archive, and exports it four times.
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 12,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let articles = prop::collection::vec(hostile_article(), ARTICLES as usize);
    let ran = runner.run(&articles, |articles| {
        let desk = desk_with(&articles);
        let lines = rows_of_json_lines(&exported(&desk, ExportFormat::Jsonl, "a.jsonl"));

        for (line, article) in lines.iter().zip(&articles) {
            let title = article.title.as_deref().map(told);
            prop_assert_eq!(line["title"].as_str(), title.as_deref());
            let declared = article.declared_rights.statements().iter();
            let words: Vec<String> = declared.map(|one| told(&one.words)).collect();
            let rows = line["statements"].as_array().unwrap().iter();
            let told_words: Vec<_> = rows.map(|row| row["words"].as_str().unwrap()).collect();
            prop_assert_eq!(told_words, words);
            let tags: Vec<String> = article.tags.iter().map(|tag| told(tag)).collect();
            prop_assert_eq!(&line["tags"], &serde_json::json!(tags));
            // Blank lines within a paragraph are borders, once it is kept.
            let text = told(&cut(&article.text()).join("\n\n"));
            prop_assert_eq!(line["text"].as_str(), Some(text.as_str()));
        }
        prop_assert_eq!(lines.len(), articles.len());
        prop_assert_eq!(paragraphs_of_view(&desk), paragraphs_of(&articles));

        for (name, rows) in [
            (
                "csv",
                rows_of_csv(&exported(&desk, ExportFormat::Csv, "a.csv")),
            ),
            (
                "sqlite",
                rows_of_sqlite(&exported(&desk, ExportFormat::Sqlite, "a.db")),
            ),
            (
                "parquet",
                rows_of_parquet(&exported(&desk, ExportFormat::Parquet, "a.parquet")),
            ),
        ] {
            prop_assert_eq!(rows.len(), lines.len(), "{}", name);
            for (row, line) in rows.iter().zip(&lines) {
                for field in FIELDS {
                    let is_empty = name == "csv" && line[field] == "";
                    let expected = if is_empty && field == "rights" {
                        &Value::Null
                    } else {
                        &line[field]
                    };
                    prop_assert_eq!(&row[field], expected, "{} {}", name, field);
                }
            }
        }
        let titles: Vec<String> = lines
            .iter()
            .map(|line| line["title"].as_str().unwrap().to_owned())
            .collect();
        for (name, told) in titles_elsewhere(&desk) {
            prop_assert_eq!(told, sorted(&titles, name), "{}", name);
        }
        Ok(())
    });
    ran.unwrap();
}
