//! Asks for the robots.txt files of a survey, and reads them.

use crate::archive::Completed;
use crate::dispatch::{Prepared, RobotsFetch, RobotsStanding, RobotsStep};
use crate::fetch::{RequestTerms, Trouble, Web};
use crate::page_url::PageUrl;
use crate::robots::{Allowed, LARGEST, REDIRECTS};
use crate::survey::ask::send::Exchange;
use crate::survey::ask::{Had, SurveyRequest, Surveyor, Unasked};

/// Most sitemaps of one robots.txt. Papers have a few; a file with more is built to fill a disk.
const MOST_SITEMAPS: usize = 50;

impl<W: Web, F: FnMut(&SurveyRequest) + Send> Surveyor<'_, W, F> {
    /// Returns once a page's robots.txt is known and allows it.
    pub(super) async fn know_robots(&mut self, url: &PageUrl) -> Had<()> {
        loop {
            if let Err(unasked) = self.meet(&url.host()).await? {
                return Ok(Err(unasked));
            }

            let standing = self.standing(url, self.clock.now())?;
            if !matches!(standing, RobotsStanding::Ask(_)) {
                self.read_robots(url);
            }

            return Ok(match standing {
                RobotsStanding::Allowed { .. } => Ok(()),
                RobotsStanding::Forbidden { rule } => {
                    self.account.forbidden.push((url.clone(), rule.clone()));
                    Err(Unasked::Forbidden(rule))
                }
                RobotsStanding::Unknown { why, .. } => Err(self.over(format!(
                    "without its robots.txt nothing may be asked ({why})"
                ))),
                RobotsStanding::Asked => {
                    Err(self.over("its robots.txt is being asked for".to_owned()))
                }
                RobotsStanding::Ask(fetch) => match self.fetch_robots(fetch).await? {
                    Ok(()) => continue,
                    Err(unasked) => Err(unasked),
                },
            });
        }
    }

    /// Takes over the sitemaps and the crawl delay of an origin's robots.txt, once it is known.
    fn read_robots(&mut self, url: &PageUrl) {
        let Some(known) = self.robots.get(&url.origin()) else {
            return;
        };

        if self.read.insert(url.origin()) {
            self.account
                .sitemaps
                .extend(known.robots.sitemaps().iter().take(MOST_SITEMAPS).cloned());
            self.account.delay = self.account.delay.max(known.robots.delay());
        }
    }

    /// Asks for a robots.txt, and follows its redirects within the paper.
    async fn fetch_robots(&mut self, mut fetch: RobotsFetch) -> Had<()> {
        // One request more than redirects, since a server may change the protocol.
        for _ in 0..=REDIRECTS + 1 {
            let exchange = match self.send_robots(&fetch).await? {
                Ok(exchange) => exchange,
                Err(unasked) => return Ok(Err(unasked)),
            };

            match &exchange.result {
                Ok(answer) => match fetch.follow(answer.clone(), exchange.at) {
                    RobotsStep::Copy(copy) => {
                        let effect = self.settle(&exchange, Completed::Robots(copy.clone()))?;
                        self.robots.install(&copy, effect.robots, &mut self.hosts);
                        return Ok(Ok(()));
                    }
                    RobotsStep::Hop(hop) => {
                        self.settle(&exchange, Completed::Unkept)?;
                        fetch = hop;
                    }
                },
                Err(trouble) => {
                    self.settle(&exchange, Completed::Unkept)?;
                    if *trouble != Trouble::WantsHttp1 {
                        let why = self.in_words(trouble);
                        return Ok(Err(self.over(format!("robots.txt cannot be had: {why}"))));
                    }
                }
            }

            if self.is_elsewhere(&fetch.url) {
                return Ok(Err(
                    self.over("its robots.txt leads nowhere within the paper".to_owned())
                ));
            }
        }
        Ok(Err(self.over("its robots.txt cannot be had".to_owned())))
    }

    /// Sends a request for a robots.txt, and reads no more of the answer than the parser takes.
    async fn send_robots(&mut self, fetch: &RobotsFetch) -> Had<Exchange> {
        let prepared = match self.prepare_robots(fetch).await? {
            Ok(prepared) => prepared,
            Err(unasked) => return Ok(Err(unasked)),
        };

        let terms = RequestTerms {
            read_at_most: Some(LARGEST + 1),
            ..RequestTerms::default()
        };
        Ok(Ok(self.send(prepared, terms).await?))
    }

    /// Prepares the request for a robots.txt, once its host's turn comes.
    async fn prepare_robots(&mut self, fetch: &RobotsFetch) -> Had<Prepared> {
        let host = fetch.url.host();
        if let Err(unasked) = self.meet(&host).await? {
            return Ok(Err(unasked));
        }

        loop {
            let (permit, now) = match self.turn(&host).await {
                Ok(turn) => turn,
                Err(unasked) => return Ok(Err(unasked)),
            };
            let right = Allowed::robots_txt(fetch.url.clone());
            if let Ok(prepared) = self.hosts.prepare(permit, right, None, now, |_| None) {
                return Ok(Ok(prepared));
            }
        }
    }
}
