//! What chooses articles: the filter of exports.

use jiff::civil::Date;

use crate::archive::reader::condition::Condition;
use crate::extract::Access;
use crate::rights::Purpose;
use crate::time::Timestamp;

/// The articles that are exported. All of its conditions hold for each of them; an empty list asks
/// for nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ArticleFilter {
    /// The names of sites.
    pub sites: Vec<String>,
    /// The first day of publication, in the paper's time zone. Articles without a date are always
    /// exported.
    pub since: Option<Date>,
    /// The last day of publication, in the paper's time zone. Articles without a date are always
    /// exported.
    pub until: Option<Date>,
    /// The moment from which on saseo saw the article for the first time.
    pub seen_since: Option<Timestamp>,
    /// Names of sections or subsections, one of which the article has.
    pub sections: Vec<String>,
    /// Names of authors, one of whom the article has.
    pub authors: Vec<String>,
    /// Who may read the article.
    pub access: Vec<Access>,
    /// A condition on its columns.
    pub condition: Option<Condition>,
    /// The versions of each article.
    pub versions: VersionChoice,
    /// Copies of stories that another paper carried first.
    pub copies: CopyChoice,
    /// The purpose of the export: articles that are reserved against it are left out.
    pub purpose: Option<Purpose>,
}

/// Which versions of an article are exported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum VersionChoice {
    /// The newest one.
    #[default]
    Newest,
    /// Each one, in the order of their numbers.
    All,
}

/// Whether articles are exported that another paper carried first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CopyChoice {
    /// They are exported, and name the first copy.
    #[default]
    Included,
    /// They are left out.
    LeftOut,
}
