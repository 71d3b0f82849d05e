//! The frontier: pages, and the judgement after each answer. Pure: it is told the time.

mod discovered;
mod history;
mod outcome;
mod page;
mod position;
pub mod recrawl;
mod role;
mod scope;
mod seen_rows;
mod settle;
mod settlement;
mod tally_field;
mod traversal;
mod turns;
mod verdict;
mod visit;

pub use discovered::Discovered;
pub use history::{History, Past, Settled};
pub use outcome::{Outcome, ParsedPage};
pub use page::{KeptArticle, KnownArticle, Page, PageKind};
pub use position::{ListHead, ListPosition, Overlap, Traversal};
pub use role::{PageId, Role};
pub use scope::CrawlScope;
pub use seen_rows::SeenRows;
pub use settle::{
    Facts, Plausibility, SiteRules, disallowed, give_up_missing, origin_revisited, photos, put_off,
    put_off_photo, settle, withheld_photo,
};
pub use settlement::{Judged, ListStep, Settlement, TraversalEnd};
pub use tally_field::{TallyField, counted};
pub use traversal::{Continuation, Coverage, ListEnd, Truncation};
pub use turns::is_articles_turn;
pub use verdict::Verdict;
pub use visit::{Visit, WrongHost};
