//! The archive for other programs.

pub mod record;
