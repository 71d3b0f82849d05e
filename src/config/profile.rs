//! `profiles/NAME.toml`: one content management system (CMS), as plain data.

use serde::Deserialize;

/// One CMS with its skins: URL grammar, list rows and article fields.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    pub name: String,
}
