//! Crawlers whose archives are in folders, beside those in databases.

#[path = "../it/program.rs"]
pub mod program;
#[path = "../it/store.rs"]
mod store;
