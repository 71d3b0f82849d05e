//! saseo (사서, librarian): a polite newspaper archivist.

pub mod config;
pub mod page_url;
pub mod politeness;
pub mod robots;
pub mod text;
pub mod time;
