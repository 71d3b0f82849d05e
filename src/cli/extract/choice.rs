//! The choice of the site and the profile that read a saved page.

use std::sync::Arc;

use crate::cli::extract::ExtractArgs;
use crate::cli::extract::listing::lists_articles;
use crate::cli::extract::saved_file::SavedFile;
use crate::config::{Profile, Site};
use crate::config_folder::{Config, ConfigError};
use crate::discover::{Address, Grammar};
use crate::extract::KnownPaper;
use crate::markup::Tree;

/// The site and the profile that read a page.
pub(crate) struct ReaderChoice {
    pub site: Option<Arc<Site>>,
    pub profile: Profile,
}

impl ReaderChoice {
    /// Chooses the site that is named, or else the site of the page's host. Chooses its profile, or
    /// else the profile that recognises the page.
    pub(crate) fn make(
        configuration: &Config,
        args: &ExtractArgs,
        page: &SavedFile,
    ) -> anyhow::Result<Self> {
        let site = match &args.site {
            Some(name) => Some(named_site(configuration, name, page)?),
            None => configuration.sites.iter().find(|site| has(site, page)),
        };
        let site = site.cloned();
        if args.generic {
            return Ok(Self {
                site,
                profile: Profile::generic(),
            });
        }

        if let Some(site) = &site {
            configuration.has_its_day(site).map_err(ConfigError::from)?;
        }
        let wanted = site.as_ref().and_then(|site| site.profile.as_deref());
        let mut profile = recognising(configuration, wanted, page);
        // A feed has no marks. Its links tell the profile.
        if profile.is_none() && args.list {
            profile = configuration
                .current_profiles()
                .find(|profile| lists_articles(page, profile));
        }
        Ok(Self {
            site,
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

/// Returns the current profile of a name. Without a name, returns the profile whose marks are in
/// the page, or that knows the page's address.
fn recognising<'c>(
    configuration: &'c Config,
    wanted: Option<&str>,
    page: &SavedFile,
) -> Option<&'c Profile> {
    if let Some(name) = wanted {
        return configuration
            .current_profiles()
            .find(|profile| profile.name == name);
    }

    let tree = Tree::parse(&page.html).ok()?;
    configuration.current_profiles().find(|profile| {
        profile.marks.as_ref().is_some_and(|marks| {
            tree.first(marks).is_some() || profile.url.article_number(&page.url).is_some()
        })
    })
}
