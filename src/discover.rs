//! Where articles are: addresses, lists, home pages, feeds, and links of pages that no profile knows. Pure.

mod address;
mod feed;
mod home;
mod links;
mod list;
mod next;

pub use address::{Address, Grammar};
pub use feed::{FeedError, read_feed};
pub use home::{Home, SectionLink, read_home};
pub use links::links;
pub use list::{ListReader, Listing, Row};

#[cfg(test)]
mod pages;
