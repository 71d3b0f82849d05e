//! Pages and what becomes of them: the judgement after each answer. Pure, told the time.

mod counted;
mod found;
mod history;
mod list;
mod met;
mod outcome;
mod page;
mod reading;
pub mod recrawl;
mod role;
mod settle;
mod settlement;
mod turns;
mod verdict;
mod visit;
mod wanted;

pub use counted::{Counted, counted};
pub use found::Found;
pub use history::{History, Past, Settled};
pub use list::{Head, Joint, List, Pass};
pub use met::Met;
pub use outcome::{Outcome, Reading};
pub use page::{Kept, KnownArticle, Page, PageKind};
pub use reading::{Continuation, Coverage, Cut, ListEnd};
pub use role::{PageId, Role};
pub use settle::{
    Belief, Facts, SiteRules, disallowed, gone_for_good, origin_looked_at, put_off, settle,
};
pub use settlement::{Closing, Judged, ListStep, Settlement};
pub use turns::is_articles_turn;
pub use verdict::Verdict;
pub use visit::{Visit, WrongHost};
pub use wanted::Wanted;
