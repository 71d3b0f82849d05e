//! Whether a profile was compared with live pages of its CMS.

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, de};

use crate::config::units;

/// When a profile was last compared with live pages, as its author says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LiveCheck {
    /// It was written from descriptions of the mark-up alone.
    Never,
    On(Date),
}

impl<'de> Deserialize<'de> for LiveCheck {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        if text == "never" {
            return Ok(Self::Never);
        }

        units::day(&text).map(Self::On).map_err(|_| {
            de::Error::custom(format!(
                "{text:?} is neither a day, like \"2026-03-07\", nor \"never\""
            ))
        })
    }
}
