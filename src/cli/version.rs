//! `saseo --version`: the version, and what the program was built from.

use std::sync::LazyLock;

use crate::archive::sqlite_version;

/// The features that make a difference to those who use the program. `cli` is in each.
const FEATURES: [(&str, bool); 4] = [
    ("archive", cfg!(feature = "archive")),
    ("crawl", cfg!(feature = "crawl")),
    ("parquet", cfg!(feature = "parquet")),
    ("postgres", cfg!(feature = "postgres")),
];

/// The version, commit, features and SQLite's version, a line each. The first line is that of `-V`.
pub(super) static LONG: LazyLock<String> = LazyLock::new(|| {
    let mut lines = vec![env!("CARGO_PKG_VERSION").to_owned()];
    // A build without git knows no commit.
    lines.extend(option_env!("SASEO_BUILT_COMMIT").map(|id| format!("commit    {id}")));
    lines.push(format!("features  {}", features().join(", ")));
    lines.push(format!("SQLite    {}", sqlite_version()));
    lines.join("\n")
});

fn features() -> Vec<&'static str> {
    let built = FEATURES.iter().filter(|(_, is_built)| *is_built);
    built.map(|(name, _)| *name).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::CommandFactory;

    use super::*;
    use crate::cli::Cli;

    #[test]
    fn the_short_version_is_the_first_line_of_the_long_one() {
        let (short, long) = (
            Cli::command().render_version(),
            Cli::command().render_long_version(),
        );

        assert_eq!(short, concat!("saseo ", env!("CARGO_PKG_VERSION"), "\n"));
        assert!(long.starts_with(&short), "{long}");
        assert!(
            long.contains("\nfeatures  archive, crawl, parquet"),
            "{long}"
        );
        assert!(long.contains("\nSQLite    3."), "{long}");
    }

    #[test]
    fn every_feature_of_the_crate_is_told() {
        let manifest: toml::Table = include_str!("../../Cargo.toml").parse().unwrap();
        let declared: BTreeSet<&str> = manifest["features"]
            .as_table()
            .unwrap()
            .keys()
            .map(String::as_str)
            .filter(|name| !matches!(*name, "default" | "cli"))
            .collect();

        assert_eq!(
            FEATURES
                .iter()
                .map(|(name, _)| *name)
                .collect::<BTreeSet<_>>(),
            declared
        );
    }
}
