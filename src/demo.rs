//! The demo newspaper: small, invented, in Korean, served on loopback.
//!
//! `saseo demo` crawls it, and it is the origin server of the tests. Its pages have the mark-up of
//! ND Soft or of another CMS. The same edition is always the same paper, to the letter.

mod demo_answer;
mod mediaon;
mod ndsoft;
mod newspaper;
mod origin;
mod plain;
mod png;
mod prose;
mod routes;
mod vocabulary;

pub use demo_answer::DemoAnswer;
pub use newspaper::{
    Availability, DemoArticle, DemoCms, DemoSkin, Edition, Newspaper, RevisedTitles, SECTIONS,
};
pub use origin::{OriginThread, SeenRequest};
pub use routes::answer;
