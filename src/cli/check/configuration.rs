//! The check of the configuration: its files, its sites, and the contact.

use std::sync::Arc;

use crate::cli::check::finding::Finding;
use crate::config::Site;
use crate::config_folder::{Config, ConfigError, chain};
use crate::crawl_session::request_signer;
use crate::discover::{Address, Grammar};
use crate::fetch::is_public;
use crate::page_url::PageUrl;

/// Checks a configuration. `faults` are those that keep it from being loaded.
pub(super) fn check(configuration: &Config, faults: &[ConfigError]) -> Vec<Finding> {
    let mut findings: Vec<Finding> = faults
        .iter()
        .map(|fault| Finding::wrong("configuration", chain(fault)))
        .collect();
    if findings.is_empty() {
        findings.push(Finding::well("configuration", in_words(configuration)));
    }

    findings.extend(check_contact(configuration));
    findings.extend(check_key(configuration));
    findings.extend(unchecked_profiles(configuration));
    for site in &configuration.sites {
        // Where a profile could not be read, that is told. That a site lacks it follows.
        let has_profile =
            faults.is_empty() || site.profile.is_none() || configuration.profile(site).is_some();
        if has_profile {
            let faults = faults_of(configuration, site);
            findings.extend(
                faults
                    .into_iter()
                    .map(|fault| Finding::wrong("site", fault)),
            );
        }
    }
    findings
}

fn in_words(configuration: &Config) -> String {
    let from = match &configuration.folder {
        Some(folder) => folder.display().to_string(),
        None => "shipped".to_owned(),
    };
    let names: Vec<&str> = configuration
        .sites
        .iter()
        .map(|site| site.name.as_str())
        .collect();

    let profiles = configuration.profiles.files().len();
    let contact = match configuration.settings.identity.contact.as_str() {
        "" => "no contact yet: a crawl of a public host needs one (SASEO_CONTACT)".to_owned(),
        contact => format!("contact {contact}"),
    };

    format!(
        "{from}; sites: {}; {profiles} profiles; {contact}",
        names.join(", ")
    )
}

/// Names the profiles of sites that were never compared with a live page. That is no fault: the
/// first articles will tell.
fn unchecked_profiles(configuration: &Config) -> Vec<Finding> {
    let used = configuration.sites.iter().filter_map(|site| {
        let profile = configuration.profile(site)?;
        profile
            .is_unchecked()
            .then_some((&profile.name, &site.name))
    });

    used.map(|(profile, site)| {
        Finding::well(
            "profile",
            format!(
                "{profile} of site {site} was never checked on a live page: compare the first \
                 articles with the paper (saseo show)"
            ),
        )
    })
    .collect()
}

/// Checks that somebody can be reached at the contact, where a site needs one. A missing contact is
/// no fault: no site may be public yet.
fn check_contact(configuration: &Config) -> Option<Finding> {
    configuration
        .sites
        .iter()
        .filter_map(|site| configuration.has_contact(&site.name, site.own_site).err())
        .find(|why| matches!(why, ConfigError::Unanswerable { .. }))
        .map(|why| Finding::wrong("contact", why.to_string()))
}

/// Checks the key that signs the requests, where one is to.
fn check_key(configuration: &Config) -> Option<Finding> {
    Some(match request_signer(&configuration.settings) {
        Ok(None) => return None,
        Ok(Some(signer)) => {
            let shown = match signer.directory() {
                Some(site) => format!("which {site} shows"),
                None => "which no site shows (identity.directory)".to_owned(),
            };
            let said = format!(
                "requests are signed by the key {}, {shown}",
                signer.key_id()
            );
            Finding::well("identity", said)
        }
        Err(error) => Finding::wrong("identity", chain(&error)),
    })
}

/// Returns what would keep a crawl of a site from its pages, with file and line.
fn faults_of(configuration: &Config, site: &Arc<Site>) -> Vec<String> {
    let fault = |key: &str, why: &str| configuration.fault(site, key, why).to_string();
    let mut faults = Vec::new();

    if !site.own_site && is_at_home(site) {
        faults.push(fault(
            "home",
            "a private address is only for your own server: own_site = true",
        ));
    }
    for twin in twins(configuration, site) {
        let why = format!("site {} has the same home: one paper, one site", twin.name);
        faults.push(fault("home", &why));
    }

    match configuration.reader(site) {
        Err(ConfigError::Wrong(wrong)) => faults.push(wrong.to_string()),
        Err(error) => faults.push(fault("sections", &chain(&error))),
        Ok(reader) => {
            let wrong = reader
                .sections
                .iter()
                .filter_map(|url| wrong_section(configuration, site, url));
            faults.extend(wrong.map(|why| fault("sections", &why)));
        }
    }
    faults
}

/// Returns the sites before this one that have the same home.
fn twins<'c>(configuration: &'c Config, site: &'c Site) -> impl Iterator<Item = &'c Arc<Site>> {
    configuration
        .sites
        .iter()
        .take_while(|other| other.name != site.name)
        .filter(|other| other.home.host() == site.home.host())
}

/// Returns why a section of a site cannot be read by its profile, where it cannot.
fn wrong_section(configuration: &Config, site: &Site, url: &PageUrl) -> Option<String> {
    let grammar = Grammar::new(Some(configuration.profile(site)?), site.home.clone());
    match grammar.address(url) {
        Address::List { .. } => None,
        Address::Trap { why } => Some(format!("{url} is never asked for: {why}")),
        Address::Elsewhere => Some(format!("{url} is on another paper's host")),
        Address::Article { .. } | Address::Other => {
            Some(format!("{url} is no list to the site's profile"))
        }
    }
}

/// Returns whether a site's home has an address that only this machine or its network reaches.
fn is_at_home(site: &Site) -> bool {
    let name = site.home.as_url().domain().unwrap_or_default();
    name == "localhost"
        || name.ends_with(".localhost")
        || site.home.literal_address().is_some_and(|at| !is_public(at))
}
