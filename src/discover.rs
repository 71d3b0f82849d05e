//! Discovery of articles: addresses, lists, home pages, feeds, sitemaps, and the links of pages
//! without a profile. Pure.

mod address;
mod document;
mod feed;
mod home;
#[cfg(feature = "crawl")]
mod links;
mod list;
mod next;
mod sections;
mod sitemap;

pub use address::{Address, Grammar, is_same_paper};
pub use document::{Document, Refresh};
pub use feed::{FeedError, FeedOf, MAX_FEED_ENTRIES, is_feed, read_feed};
pub use home::{Home, SectionLink, feeds, read_home};
#[cfg(feature = "crawl")]
pub use links::links;
pub use list::{ListReader, ListRow, Listing};
pub use sitemap::{Sitemap, SitemapError, read_sitemap};
