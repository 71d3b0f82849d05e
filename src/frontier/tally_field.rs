//! The count of a run's tally in which a settled page is counted.

use crate::frontier::role::Role;
use crate::frontier::verdict::Verdict;

/// A count of a run's tally.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TallyField {
    /// No loss: the page was read, or its absence is the usual case.
    Nothing,
    Gone,
    /// robots.txt forbids it, or the server refuses it.
    Refused,
    /// The request failed, or the page has no article.
    Failed,
}

/// Returns the count for a page of a role. `lists_nothing` says that the paper has no profile, so
/// that any link of it may be an article.
pub fn counted(role: Role, verdict: &Verdict, lists_nothing: bool) -> TallyField {
    match (role, verdict) {
        (
            _,
            Verdict::Stored
            | Verdict::Read
            | Verdict::Moved { .. }
            | Verdict::Members
            | Verdict::Withheld { .. },
        ) => TallyField::Nothing,

        // Most hosts have no such file.
        (Role::Policy, _) => TallyField::Nothing,

        (_, Verdict::Disallowed { .. } | Verdict::Refused { .. }) => TallyField::Refused,
        // A sitemap that cannot be read may have been empty.
        (Role::Sitemap, _) => TallyField::Nothing,
        (Role::Article, Verdict::Gone { .. }) => TallyField::Gone,
        // The article is stored all the same.
        (Role::Photo, Verdict::Gone { .. } | Verdict::Unextracted { .. }) => TallyField::Nothing,

        // Without a profile, most links lead to no article.
        (Role::Article, Verdict::Unextracted { .. }) if lists_nothing => TallyField::Nothing,
        (_, Verdict::Gone { .. } | Verdict::Unextracted { .. } | Verdict::Failed { .. }) => {
            TallyField::Failed
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absence_that_is_the_usual_case_is_no_failure() {
        let why = || "status 404".to_owned();
        let gone = |role| counted(role, &Verdict::Gone { why: why() }, false);
        assert_eq!(
            [Role::Policy, Role::Sitemap].map(gone),
            [TallyField::Nothing; 2]
        );
        assert_eq!(
            [Role::Article, Role::Section].map(gone),
            [TallyField::Gone, TallyField::Failed]
        );

        let no_photo = Verdict::Unextracted { why: why() };
        assert_eq!(gone(Role::Photo), TallyField::Nothing);
        assert_eq!(counted(Role::Photo, &no_photo, false), TallyField::Nothing);

        let unextracted = |lists_nothing| {
            counted(
                Role::Article,
                &Verdict::Unextracted { why: why() },
                lists_nothing,
            )
        };
        assert_eq!(
            [true, false].map(unextracted),
            [TallyField::Nothing, TallyField::Failed]
        );

        let refused = |role| counted(role, &Verdict::Refused { why: why() }, false);
        assert_eq!(
            [Role::Policy, Role::Sitemap].map(refused),
            [TallyField::Nothing, TallyField::Refused]
        );
    }
}
