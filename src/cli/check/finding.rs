//! One thing that was checked.

use serde_json::{Value, json};

/// The result of a check.
pub(super) struct Finding {
    /// The thing that was checked: `archive`, `disk`, `site`.
    pub about: &'static str,
    /// How it stands, or what is wrong with it.
    pub said: Result<String, String>,
}

impl Finding {
    pub(super) fn well(about: &'static str, said: String) -> Self {
        Self {
            about,
            said: Ok(said),
        }
    }

    pub(super) fn wrong(about: &'static str, said: String) -> Self {
        Self {
            about,
            said: Err(said),
        }
    }

    pub(super) fn is_well(&self) -> bool {
        self.said.is_ok()
    }

    pub(super) fn as_json(&self) -> Value {
        let (Ok(said) | Err(said)) = &self.said;
        json!({"about": self.about, "ok": self.is_well(), "said": said})
    }
}
