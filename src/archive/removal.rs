//! Takedowns: articles are taken out of the archive, and a tombstone stays.
//!
//! What is removed, and what tells of it, is one transaction. What is left of the bytes is cleaned
//! by steps that can be done again: the archive has those that are still to be done.

mod cleaning;
mod hold;
mod recompression;
mod retention;
mod takedown;
mod tombstone;

pub use cleaning::{CleaningEnd, FileRewrite};
pub use recompression::Recompression;
pub(super) use tombstone::{TakedownCheck, bury};
