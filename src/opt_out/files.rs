//! The files in which a host speaks for all its pages: `tdmrep.json` and `ai.txt`, and the licence
//! files that a paper names.

use std::collections::BTreeMap;

use crate::opt_out::rsl::{LicenceFile, LicenceServer};
use crate::opt_out::{OptOut, Signal, evidence, tdm};
use crate::page_url::PageUrl;
use crate::rights::{AI_TXT_AGENTS, Statement};
use crate::robots::Robots;

/// Where the TDM Reservation Protocol has its file.
pub const TDMREP: &str = "/.well-known/tdmrep.json";
/// Where Spawning's convention has its file, written like a robots.txt.
pub const AI_TXT: &str = "/ai.txt";

/// What the files of one host say.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reservations {
    tdm: Vec<tdm::TdmRule>,
    ai: Option<Robots>,
    /// RSL licence files, by the addresses that name them.
    licences: BTreeMap<String, LicenceFile>,
}

impl Reservations {
    /// Takes in a file that stood at `url`; other files say nothing.
    pub fn read(&mut self, url: &PageUrl, file: &[u8], agent: &str) {
        match url.as_url().path() {
            TDMREP => self.tdm = tdm::rules(file),
            // A page that says "not found" with status 200 is no ai.txt.
            AI_TXT if !file.trim_ascii_start().starts_with(b"<") => {
                self.ai = Some(Robots::parse(file, agent))
            }
            _ => {}
        }
    }

    /// Takes in the licence file that `address` names. Another file says nothing.
    pub fn read_licence(&mut self, address: &PageUrl, file: &[u8]) {
        let read = LicenceFile::read(file);
        let address = address.to_string();
        self.licences.extend(read.map(|licence| (address, licence)));
    }

    /// Tells whether pages may demand the token of a licence server.
    pub fn has_licence_servers(&self) -> bool {
        self.licences.values().any(LicenceFile::has_servers)
    }

    /// Returns the licence server whose token a page demands, with the address of the licence. The
    /// licences that are named for the page count.
    pub fn licence_server<'n>(
        &self,
        named: impl IntoIterator<Item = &'n str>,
        url: &PageUrl,
    ) -> Option<(&'n str, LicenceServer)> {
        let mut named = named.into_iter();
        named.find_map(|address| {
            let server = self.licences.get(address)?.server(url)?;
            Some((address, server))
        })
    }

    /// Returns the addresses of the licences that could be read.
    pub fn licence_addresses(&self) -> impl Iterator<Item = &str> {
        self.licences.keys().map(String::as_str)
    }

    /// Tells whether all these licences could be read.
    pub(super) fn has_licences<'n>(&self, named: impl IntoIterator<Item = &'n str>) -> bool {
        let mut named = named.into_iter();
        named.all(|address| self.licences.contains_key(address))
    }

    /// Returns what the licences that are named for a page say about uses of it.
    pub fn licensed(&self, named: &[String], url: &PageUrl) -> Vec<Statement> {
        let files = named.iter().filter_map(|one| self.licences.get(one));
        files.flat_map(|file| file.rights(url)).collect()
    }

    /// Returns the reservation of `tdmrep.json` for a page.
    pub(super) fn tdm(&self, url: &PageUrl) -> Option<OptOut> {
        tdm::of_file(&self.tdm, url)
    }

    /// Returns what `ai.txt` says of a page.
    pub(super) fn ai(&self, url: &PageUrl) -> Option<OptOut> {
        let rule = self.ai.as_ref()?.forbids(url)?;
        Some(OptOut {
            signal: Signal::AiTxt,
            evidence: evidence(&rule),
            source: rule,
            from: None,
        })
    }

    /// Returns what `ai.txt` says of the AI agents that it names.
    pub(super) fn refused_agents(&self, url: &PageUrl) -> Vec<Statement> {
        let file = self.ai.as_ref();
        file.map_or_else(Vec::new, |file| file.refused_agents(url, AI_TXT_AGENTS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rights::DeclaredRights;

    fn url(path: &str) -> PageUrl {
        PageUrl::parse(&format!("https://paper.example{path}")).unwrap()
    }

    #[test]
    fn an_ai_txt_forbids_as_a_robots_txt_does() {
        let mut files = Reservations::default();
        files.read(
            &url(AI_TXT),
            b"User-Agent: *\nDisallow: /news/\nAllow: /news/open/\n",
            "saseo",
        );
        assert_eq!(
            files.ai(&url("/news/1")).unwrap().to_string(),
            "ai.txt:disallow: /news/"
        );
        assert_eq!(
            (files.ai(&url("/news/open/1")), files.ai(&url("/"))),
            (None, None)
        );
    }

    #[test]
    fn an_ai_txt_that_names_ai_agents_is_heard_as_a_robots_txt_is() {
        let told = |file: &[u8]| {
            let mut files = Reservations::default();
            files.read(&url(AI_TXT), file, "saseo");
            let said = files.refused_agents(&url("/news/1"));
            (
                files.ai(&url("/news/1")).is_some(),
                DeclaredRights::of(said),
            )
        };
        let (is_ours, said) = told(b"User-Agent: GPTBot\nDisallow: /\n");
        assert!(!is_ours);
        assert_eq!(said.to_string(), "ai_train=reserved");
        assert_eq!(said.statements()[0].source, AI_TXT_AGENTS);
        assert_eq!(
            told(b"User-Agent: GPTBot\nDisallow: /x\n").1.to_string(),
            ""
        );

        let everyone = told(b"User-Agent: *\nDisallow: /\n\nUser-agent: GPTBot\nDisallow: /\n");
        assert!(everyone.0);
    }

    #[test]
    fn a_page_in_place_of_the_file_says_nothing() {
        let mut files = Reservations::default();
        files.read(&url(AI_TXT), b"\n<html>User-Agent: *\nDisallow: /", "saseo");
        assert_eq!(files.ai(&url("/")), None);
    }
}
