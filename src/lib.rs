//! saseo (사서, librarian): a polite newspaper archivist.

pub mod config;
pub mod page_url;
pub mod text;
pub mod time;
