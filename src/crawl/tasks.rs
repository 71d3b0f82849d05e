//! What is under way beside the loop: requests, and lookups of where hosts are.

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::{JoinError, JoinSet};

use crate::archive::AnnouncedId;
use crate::clock::Clock;
use crate::crawl::fetch_task::{Finished, Reads, VisitTarget, visit};
use crate::fetch::{Reach, Web};
use crate::frontier::Visit;
use crate::page_url::Host;

/// So many hosts are looked up at one time. A name's lookup takes a thread and a socket.
const MOST_LOCATED: usize = 50;

/// Requests that are under way at one time, of all hosts together. Each has a connection, and
/// systems let a process open 1,024 files, or 256.
const MOST_UNDER_WAY: usize = 400;

/// The tasks of a crawl.
#[derive(Debug)]
pub(super) struct Tasks<W> {
    web: Arc<W>,
    clock: Clock,
    tasks: JoinSet<Finished>,
    /// Requests among them.
    requests: usize,
    /// Turns to look up where a host is.
    locating: Arc<Semaphore>,
}

impl<W: Web> Tasks<W> {
    pub fn new(web: Arc<W>, clock: Clock) -> Self {
        Self {
            web,
            clock,
            tasks: JoinSet::new(),
            requests: 0,
            locating: Arc::new(Semaphore::new(MOST_LOCATED)),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.tasks.is_empty()
    }

    /// Returns whether there is no room for another request beside so many more.
    pub fn is_full(&self, more: usize) -> bool {
        self.requests + more >= MOST_UNDER_WAY
    }

    /// Looks up where a host is.
    pub fn locate(&mut self, host: Host, reach: Reach) {
        let (web, turns) = (Arc::clone(&self.web), Arc::clone(&self.locating));
        self.tasks.spawn(async move {
            // Never closed: where it were, the host would be located all the same.
            let _turn = turns.acquire().await;
            let server = web.locate(&host, reach).await;
            Finished::Located { host, server }
        });
    }

    /// Sends a request whose announcement was saved.
    pub fn send(
        &mut self,
        it: Visit,
        reach: Reach,
        announced: AnnouncedId,
        asked: VisitTarget,
        reads: Option<Reads>,
    ) {
        self.requests += 1;
        self.tasks.spawn(visit(
            Arc::clone(&self.web),
            self.clock,
            it,
            reach,
            announced,
            asked,
            reads,
        ));
    }

    /// Notes that a request is over, and its answer settled.
    pub fn settled(&mut self) {
        self.requests -= 1;
    }

    /// Waits for the next task that ends; `None` where none is under way.
    pub async fn next(&mut self) -> Option<Result<Finished, JoinError>> {
        self.tasks.join_next().await
    }

    /// Returns a task that has ended, if one has.
    pub fn try_next(&mut self) -> Option<Result<Finished, JoinError>> {
        self.tasks.try_join_next()
    }

    /// Drops all of them. A task that reads a page cannot be stopped within it, and is not waited
    /// for.
    pub fn abort(&mut self) {
        self.tasks.abort_all();
    }
}
