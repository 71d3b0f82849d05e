//! The choice of the site and the profile that read a saved page.

use std::sync::Arc;

use crate::config::{Profile, Site};
use crate::config_folder::{Config, ConfigError};
use crate::discover::{Address, Grammar};
use crate::extract::KnownPaper;
use crate::markup::Tree;
use crate::saved_file::SavedFile;
use crate::saved_file::listing::lists_articles;

/// The site and the profile that read a page.
pub(crate) struct ReaderChoice {
    pub site: Option<Arc<Site>>,
    pub profile: Profile,
}

/// How a profile is recognised, where the page's site names none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Recognition {
    /// By its marks in the page, or by the page's address.
    Article,
    /// As an article, or else by the links of a list. A feed has no marks.
    List,
    /// No profile is used, named or not.
    Never,
}

impl ReaderChoice {
    /// Chooses the site that is named, or else the site of the page's host. Chooses its profile, or
    /// else the profile that recognises the page.
    ///
    /// # Errors
    ///
    /// Fails where the named site is not configured or has no such page, and where no profile of
    /// the site's name is valid today.
    pub(crate) fn make(
        configuration: &Config,
        named: Option<&str>,
        recognition: Recognition,
        page: &SavedFile,
    ) -> Result<Self, ConfigError> {
        let site = match named {
            Some(name) => Some(named_site(configuration, name, page)?),
            None => configuration.sites.iter().find(|site| has(site, page)),
        };

        let profile = match recognition {
            Recognition::Never => None,
            Recognition::Article => recognised(configuration, site, page)?,
            // The links of a feed tell the profile.
            Recognition::List => recognised(configuration, site, page)?.or_else(|| {
                configuration
                    .current_profiles()
                    .find(|profile| lists_articles(page, profile))
            }),
        };
        Ok(Self {
            site: site.cloned(),
            profile: profile.cloned().unwrap_or_else(Profile::generic),
        })
    }

    /// Returns what is known of the paper: by its site, or else by the profile.
    pub(crate) fn paper(&self) -> KnownPaper {
        match &self.site {
            Some(site) => KnownPaper::from(site.as_ref()),
            None => KnownPaper::from(&self.profile),
        }
    }
}

/// Returns whether a page is on one of the site's hosts.
fn has(site: &Site, page: &SavedFile) -> bool {
    Grammar::new(None, site.home.clone()).address(&page.url) != Address::Elsewhere
}

fn named_site<'c>(
    configuration: &'c Config,
    name: &str,
    page: &SavedFile,
) -> Result<&'c Arc<Site>, ConfigError> {
    let site = configuration.site(name)?;
    if has(site, page) {
        return Ok(site);
    }
    Err(ConfigError::Usage(format!(
        "{} is no page of {}, whose home is {}",
        page.url, site.name, site.home
    )))
}

/// Returns the current profile of the site's name. Without one, returns the profile whose marks are
/// in the page, or that knows the page's address.
fn recognised<'c>(
    configuration: &'c Config,
    site: Option<&'c Arc<Site>>,
    page: &SavedFile,
) -> Result<Option<&'c Profile>, ConfigError> {
    if let Some(site) = site {
        configuration.has_its_day(site)?;
        if site.profile.is_some() {
            return Ok(configuration.profile(site));
        }
    }

    let Ok(tree) = Tree::parse(&page.html) else {
        return Ok(None);
    };
    Ok(configuration.current_profiles().find(|profile| {
        profile
            .marks
            .as_ref()
            .is_some_and(|marks| tree.first(marks).is_some() || profile.knows_address(&page.url))
    }))
}
