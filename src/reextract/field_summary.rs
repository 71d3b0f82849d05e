//! How a re-extraction changed one field: counts, and examples of each kind of change.

use serde::Serialize;

use crate::archive::ChangedField;

/// The examples of each kind of change that are kept: enough to recognise one cause, whatever the
/// number of captures.
const EXAMPLES: usize = 3;

/// The changes of one field, in captures.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FieldSummary {
    /// All changes.
    pub changed: u64,
    /// Those of them in which the field had no value before.
    pub added: u64,
    /// Those of them in which the field has no value now.
    pub removed: u64,
    /// The first changes of each kind.
    pub examples: Vec<FieldExample>,
}

/// One change of a field. Long values are shown around their first difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldExample {
    /// The address of the page.
    pub url: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

/// Whether a field had a value before, and has one now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldChangeKind {
    Added,
    Removed,
    Replaced,
}

impl FieldExample {
    /// Returns the kind of the change.
    pub fn kind(&self) -> FieldChangeKind {
        match (&self.before, &self.after) {
            (None, _) => FieldChangeKind::Added,
            (Some(_), None) => FieldChangeKind::Removed,
            (Some(_), Some(_)) => FieldChangeKind::Replaced,
        }
    }
}

impl FieldSummary {
    /// Counts the change of a capture of the page at `url`.
    pub(super) fn count(&mut self, url: &str, change: ChangedField) {
        let example = FieldExample {
            url: url.to_owned(),
            before: change.before,
            after: change.after,
        };
        let kind = example.kind();

        self.changed += 1;
        match kind {
            FieldChangeKind::Added => self.added += 1,
            FieldChangeKind::Removed => self.removed += 1,
            FieldChangeKind::Replaced => {}
        }

        let known = self.examples.iter().filter(|known| known.kind() == kind);
        if known.count() < EXAMPLES {
            self.examples.push(example);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_change_is_counted_and_keeps_examples_of_its_own() {
        let mut tags = FieldSummary::default();
        let mut count = |before: Option<&str>, after: Option<&str>| {
            tags.count(
                "https://p.example/1",
                ChangedField {
                    name: "tags",
                    before: before.map(str::to_owned),
                    after: after.map(str::to_owned),
                },
            );
        };
        for _ in 0..5 {
            count(None, Some("책방"));
        }
        count(Some("책방"), None);
        count(Some("책방"), Some("사서"));

        assert_eq!((tags.changed, tags.added, tags.removed), (7, 5, 1));
        let kinds: Vec<_> = tags.examples.iter().map(FieldExample::kind).collect();
        let added = [FieldChangeKind::Added; EXAMPLES];
        assert_eq!(kinds[..EXAMPLES], added);
        assert_eq!(
            kinds[EXAMPLES..],
            [FieldChangeKind::Removed, FieldChangeKind::Replaced]
        );
    }
}
