//! Discovery of articles: addresses, lists, home pages, feeds, sitemaps, and the links of pages
//! without a profile. Pure.

mod address;
mod document;
mod feed;
mod home;
mod links;
mod list;
mod next;
mod sections;
mod sitemap;

pub(crate) use address::is_same_paper;
pub use address::{Address, Grammar};
pub use document::{Document, Refresh};
pub use feed::{FeedError, FeedOf, is_feed, read_feed};
pub use home::{Home, SectionLink, feeds, read_home};
pub use links::links;
pub use list::{ListReader, ListRow, Listing};
pub use sitemap::{Sitemap, SitemapError, read_sitemap};

#[cfg(test)]
mod pages;
