//! What a user types, one file a command; the only place that prints.

pub mod extract;
