//! saseo (사서, librarian): a polite newspaper archivist.

pub mod cli;
pub mod config;
pub mod discover;
pub mod export;
pub mod extract;
pub mod markup;
pub mod page_url;
pub mod text;
pub mod time;
