//! Verdicts: the final judgement on a page.

use std::fmt;

use crate::page_url::PageUrl;

/// The final judgement on a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The article or photo is kept.
    Stored,
    /// The list, feed or home page was read.
    Read,
    /// The address moved; the new one is a page of its own.
    Moved { to: PageUrl },
    /// Only the public part of a members' article is kept.
    Members,
    /// The paper opts out of archives: the metadata of the article is kept, and its text is not.
    /// Of a photo, only the digest is kept.
    Withheld { why: String },
    /// Nothing is at the address, or nothing any more.
    Gone { why: String },
    /// The page is kept, but no article was found in it.
    Unextracted { why: String },
    /// robots.txt forbids it.
    Disallowed { rule: String },
    /// The server refuses it.
    Refused { why: String },
    /// All attempts failed.
    Failed { why: String },
}

impl Verdict {
    /// Returns the name that the archive keeps.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Stored => "stored",
            Self::Read => "read",
            Self::Moved { .. } => "moved",
            Self::Members => "members",
            Self::Withheld { .. } => "withheld",
            Self::Gone { .. } => "gone",
            Self::Unextracted { .. } => "unextracted",
            Self::Disallowed { .. } => "disallowed",
            Self::Refused { .. } => "refused",
            Self::Failed { .. } => "failed",
        }
    }

    /// Returns the reason, if the verdict has one.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Stored | Self::Read | Self::Members => None,
            Self::Moved { to } => Some(to.as_str()),
            Self::Disallowed { rule } => Some(rule),
            Self::Withheld { why }
            | Self::Gone { why }
            | Self::Unextracted { why }
            | Self::Refused { why }
            | Self::Failed { why } => Some(why),
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        self.reason()
            .map_or(Ok(()), |reason| write!(f, ": {reason}"))
    }
}
