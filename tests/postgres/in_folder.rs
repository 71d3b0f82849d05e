//! Crawlers whose archives are in folders, beside those in databases.

#[expect(dead_code, reason = "the tests of the folder `it` use the rest")]
#[path = "../it/program.rs"]
pub mod program;
#[expect(dead_code, reason = "the tests of the folder `it` use the rest")]
#[path = "../it/store.rs"]
mod store;
