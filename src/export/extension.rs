//! The fields of an article that other programs' names have no place for, in one object of ours.

use serde_json::{Value, json};

use crate::export::Record;

/// The name of the object. JSON Feed wants an underscore before names of others.
pub(super) const EXTENSION: &str = "_saseo";

/// Returns the object: how the text is parted and dated, whose copy it is, and what is declared
/// about uses. What is not known is null.
pub(super) fn extension(record: &Record) -> Value {
    json!({
        "about": "what saseo knows of the article beside the names of this format: paragraphs, \
            first copy, and what the paper declares about uses",
        "published_precision": record.published_precision,
        "paragraphs": record.paragraphs,
        "first_copy": record.first_copy,
        "uses": record.uses,
        "use_level": record.use_level,
        "licences": record.licences,
        "opt_outs": record.opt_outs,
        "statements": record.statements,
    })
}
