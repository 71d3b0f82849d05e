//! The filter of an export, as its manifest tells it.

use serde_json::{Value, json};

use crate::archive::{ArticleFilter, Condition, CopyChoice, VersionChoice};
use crate::rights::Purpose;

/// Returns every choice of the filter by the name of its option; null or empty where all was taken.
pub(super) fn as_json(filter: &ArticleFilter) -> Value {
    let ArticleFilter {
        sites,
        since,
        until,
        seen_since,
        sections,
        authors,
        access,
        condition,
        versions,
        copies,
        purpose,
    } = filter;
    let access: Vec<&str> = access.iter().map(|access| access.name()).collect();

    json!({
        "sites": sites,
        "since": since.map(|day| day.to_string()),
        "until": until.map(|day| day.to_string()),
        "seen_since": seen_since.map(|at| at.to_string()),
        "section": sections,
        "author": authors,
        "access": access,
        "where": condition.as_ref().map(Condition::text),
        "all_versions": match versions {
            VersionChoice::Newest => false,
            VersionChoice::All => true,
        },
        "without_copies": match copies {
            CopyChoice::Included => false,
            CopyChoice::LeftOut => true,
        },
        "for": purpose.map(Purpose::name),
    })
}
