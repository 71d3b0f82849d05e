//! The file that tells Datasette of an SQLite export: facets, the meaning of columns, rights.

use std::path::Path;

use crate::export::exported_counts::ExportedCounts;
use crate::export::record::COLUMNS;

/// Returns the text of `datasette.yaml` for a database. Datasette calls it by its file's name
/// without the ending. Texts are written as JSON has them, which YAML reads.
pub(super) fn datasette_yaml(database: &Path, counts: &ExportedCounts) -> String {
    let name = database.file_stem().unwrap_or_default().to_string_lossy();
    let sites: Vec<&str> = counts.sites.keys().map(String::as_str).collect();
    let rights = format!(
        "The articles belong to their papers. Of {} articles, {} say something against uses of \
         their page: see the column opt_outs. manifest.json has the counts.",
        counts.articles, counts.rights.articles_with_opt_outs
    );

    let mut yaml = format!(
        "# For Datasette: `datasette FILE --metadata THIS-FILE` (1.0: --config).\n\
         title: {}\nlicense: {}\ndatabases:\n  {}:\n    tables:\n      articles:\n        \
         sort_desc: published_at\n        label_column: title\n        \
         facets: [site, section, access, year]\n        size: 50\n        columns:\n",
        quoted(&format!("Articles of {}", sites.join(", "))),
        quoted(&rights),
        quoted(&name),
    );
    for column in COLUMNS {
        yaml.push_str(&format!(
            "          {}: {}\n",
            column.name,
            quoted(column.about)
        ));
    }
    yaml.push_str("          year: \"the year of published_at\"\n");
    yaml.push_str("      article_authors:\n        facets: [author]\n");
    yaml.push_str("      article_tags:\n        facets: [tag]\n");
    yaml.push_str("      changes:\n        facets: [kind]\n");
    yaml
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
