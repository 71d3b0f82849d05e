//! Pages and what becomes of them: the judgement after each answer. Pure, told the time.

mod counted;
mod met;
mod outcome;
mod page;
mod reading;
pub mod recrawl;
mod settle;
mod turns;
mod visit;

pub use counted::{Counted, counted};
pub use met::Met;
pub use outcome::{Outcome, Reading};
pub use page::{Found, Kept, List, Page, PageId, PageState, Role, Verdict};
pub use reading::{Continuation, Coverage, Cut, Head, Joint, ListEnd, Pass};
pub use settle::{Belief, Closing, Settlement, Wanted, disallowed, gone_for_good, origin_looked_at, put_off, settle};
pub use turns::is_articles_turn;
pub use visit::{Visit, WrongHost};
