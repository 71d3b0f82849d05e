//! saseo (사서, librarian): a polite newspaper archivist.

pub mod archive;
pub mod clock;
pub mod config;
pub mod discover;
pub mod extract;
pub mod fetch;
pub mod frontier;
pub mod page_url;
pub mod politeness;
pub mod robots;
pub mod text;
pub mod time;
