//! Sends one request in its host's turn. It is announced before it leaves, and its end is written.

use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::archive::{AnnouncedId, ArchiveError, Completed, Completion, WriteEffect};
use crate::dispatch::{NextHost, Prepared, Stop, ending};
use crate::fetch::{Answer, RequestTerms, Trouble, Web, classify_response};
use crate::page_url::Host;
use crate::politeness::{Permit, StoredPace};
use crate::survey::ask::{Had, SurveyRequest, Surveyor, Unasked, stopped};
use crate::time::Timestamp;

/// Longest wait for a turn: a person waits for the survey.
const PATIENCE: Duration = Duration::from_secs(10 * 60);

/// A request that was sent, and whose end is not written yet.
pub(super) struct Exchange {
    announced: AnnouncedId,
    pub at: Timestamp,
    host: Host,
    pace: StoredPace,
    pub result: Result<Answer, Trouble>,
}

impl<W: Web, F: FnMut(&SurveyRequest) + Send> Surveyor<'_, W, F> {
    /// Sends one request, after it is announced.
    pub(super) async fn send(
        &mut self,
        prepared: Prepared,
        asking: RequestTerms,
    ) -> Result<Exchange, ArchiveError> {
        let host = prepared.announcement().url.host();
        self.hosts.dequeue(&host);
        let announced = self.announce(&prepared)?;

        let began = self.clock.now();
        let (visit, reach) = self.hosts.release(prepared);
        let url = visit.url().to_string();
        let (turn, result) = self.web.fetch(visit, reach, asking).await;
        let at = self.clock.now_or_just_after();
        let pace = self.hosts.finish(
            turn,
            classify_response(result.as_ref(), at),
            at.since(began),
            at,
        );

        let status = result.as_ref().ok().map(|answer| answer.status);
        let asked = SurveyRequest {
            url,
            status,
            trouble: result.as_ref().err().map(ToString::to_string),
        };
        (self.watch)(&asked);
        self.account.requests.push(asked);

        Ok(Exchange {
            announced,
            at,
            host,
            pace,
            result,
        })
    }

    /// Writes that a request is about to leave. Durable when it returns.
    fn announce(&mut self, prepared: &Prepared) -> Result<AnnouncedId, ArchiveError> {
        let mut archive = self.archive.writer.borrow_mut();
        let announced =
            archive.announce(self.lease, self.run, &[prepared.announcement().clone()])?;
        self.tally.requests += 1;
        archive.note_tally(self.lease, self.run, &self.tally)?;
        archive.save()?;
        Ok(announced[0])
    }

    /// Writes how a request ended. Durable when it returns.
    pub(super) fn settle(
        &mut self,
        exchange: &Exchange,
        done: Completed,
    ) -> Result<WriteEffect, ArchiveError> {
        let Exchange {
            announced,
            at,
            host,
            pace,
            result,
        } = exchange;
        let body = result.as_ref().map_or(&[][..], |answer| &answer.body);
        let (bytes, digest) = (body.len() as u64, Sha256::digest(body).into());
        let ending = ending(result, bytes, digest, *at);
        let (host, pace) = (host.clone(), *pace);
        let answered = Completion {
            announced: *announced,
            ending,
            at: *at,
            host,
            pace,
            done,
        };

        self.tally.bytes += bytes;
        let mut archive = self.archive.writer.borrow_mut();
        let mut effects = archive.settle(self.lease, self.run, &[answered], self.clock.now())?;
        archive.note_tally(self.lease, self.run, &self.tally)?;
        archive.save()?;
        Ok(effects.pop().unwrap_or_default())
    }

    /// Adds a host: its pace, its kept robots.txt, and the server that it is at.
    pub(super) async fn meet(&mut self, host: &Host) -> Had<()> {
        if self.hosts.contains(host) {
            return Ok(Ok(()));
        }

        self.add(host)?;

        Ok(match self.web.locate(host, self.hosts.reach(host)).await {
            Ok(server) => {
                self.hosts.locate(host, server);
                Ok(())
            }
            Err(trouble) => Err(self.trouble(&trouble)),
        })
    }

    /// Adds a host's pace and its kept robots.txt.
    fn add(&mut self, host: &Host) -> Result<(), ArchiveError> {
        let archive = self.archive.writer.borrow();
        let now = self.clock.now();
        self.hosts.add(host, self.home.of(host), &archive, now)?;
        self.robots.install_kept(host, &archive, &mut self.hosts)
    }

    /// Waits for a host's turn. Returns the permit and the moment of the turn.
    pub(super) async fn turn(&mut self, host: &Host) -> Result<(Permit, Timestamp), Unasked> {
        if self.left() == 0 {
            let made = self.account.requests.len();
            return Err(self.end_asking(format!(
                "{made} requests were made, and no more were allowed"
            )));
        }

        self.hosts.enqueue(host, self.clock.now());
        loop {
            if *self.stop.borrow() != Stop::GoOn {
                return Err(self.end_asking("it was stopped".to_owned()));
            }
            let now = self.clock.now();
            match self.hosts.next(now) {
                NextHost::Ask(permit) => return Ok((permit, now)),
                NextHost::Resting(_) => {}
                NextHost::Taken { host, why } => {
                    return Err(self.over(format!("{host} is not asked: {why}")));
                }
                NextHost::Later(moment) if moment <= now + PATIENCE => {
                    self.sleep_until(moment).await
                }
                NextHost::Later(moment) => {
                    return Err(self.over(format!("{host} asks to be left alone until {moment}")));
                }
                NextHost::AwaitAnswers => return Err(self.over(format!("{host} cannot be asked"))),
            }
        }
    }

    /// Sleeps until a moment, or a signal.
    async fn sleep_until(&mut self, moment: Timestamp) {
        tokio::select! {
            () = self.clock.sleep_until(moment) => {}
            () = stopped(&mut self.stop, Stop::Finish) => {}
        }
    }
}
