//! The demo newspaper: small, invented, in Korean, on the mark-up of the ND Soft CMS or of another, served on loopback.
//!
//! It is what `saseo demo` crawls, and the origin of the tests. The same edition is always the same paper, to the letter.

mod demo_answer;
mod mediaon;
mod ndsoft;
mod newspaper;
mod origin;
mod plain;
mod prose;
mod routes;
mod vocabulary;

pub use demo_answer::DemoAnswer;
pub use newspaper::{
    Availability, DemoArticle, DemoCms, DemoSkin, Edition, Newspaper, RevisedTitles, SECTIONS,
};
pub use origin::{OriginThread, SeenRequest};
pub use routes::answer;
