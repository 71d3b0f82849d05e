//! Extracts articles from pages. Pure: the same page gives the same extraction on any machine, at
//! any time.

mod article;
mod body;
mod byline;
mod dates;
mod fields;
mod generic;
mod json_ld;
mod photos;
mod printed_dates;
mod reader;
mod scan;
mod script;
mod simhash;

pub use article::{Access, Article, Extraction, Image};
pub use reader::{ArticleReader, KnownPaper};
pub use simhash::{Nearness, is_one_story, nearness, simhash};

pub use crate::text::decode::{Decoded, decode};
