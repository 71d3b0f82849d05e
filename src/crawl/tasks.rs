//! The tasks beside the loop: requests, and lookups of the addresses of hosts.

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::{JoinError, JoinSet};

use crate::clock::Clock;
use crate::crawl::fetch_task::{AnnouncedRequest, Finished, visit};
use crate::fetch::{Reach, Web};
use crate::lease_deadline::LeaseDeadline;
use crate::page_url::Host;

/// The most hosts that are looked up at one time. Each lookup takes a thread and a socket.
const MOST_LOCATED: usize = 50;

/// The most requests under way at one time, to all hosts together. Each has a connection, and most
/// systems let a process open 1,024 files.
const MOST_UNDER_WAY: usize = 400;

/// The tasks of a crawl.
#[derive(Debug)]
pub(super) struct Tasks<W> {
    web: Arc<W>,
    clock: Clock,
    /// The deadline of the lease, before which each request has to end.
    deadline: LeaseDeadline,
    tasks: JoinSet<Finished>,
    /// The requests among the tasks.
    requests: usize,
    /// Permits to look up a host.
    locating: Arc<Semaphore>,
}

impl<W: Web> Tasks<W> {
    /// Begins with no task.
    pub(super) fn new(web: Arc<W>, clock: Clock, deadline: LeaseDeadline) -> Self {
        Self {
            web,
            clock,
            deadline,
            tasks: JoinSet::new(),
            requests: 0,
            locating: Arc::new(Semaphore::new(MOST_LOCATED)),
        }
    }

    /// Returns the network that requests go over.
    pub(super) fn web(&self) -> &W {
        &self.web
    }

    /// Returns whether no task is under way.
    pub(super) fn is_empty(&self) -> bool {
        self.tasks.is_empty()
    }

    /// Returns whether the most requests are under way, with `more` that are about to be sent.
    pub(super) fn is_full(&self, more: usize) -> bool {
        self.requests + more >= MOST_UNDER_WAY
    }

    /// Looks up the address of a host's server.
    pub(super) fn locate(&mut self, host: Host, reach: Reach) {
        let (web, turns) = (Arc::clone(&self.web), Arc::clone(&self.locating));
        self.tasks.spawn(async move {
            // The semaphore is never closed. If it were, the host would be looked up all the same.
            let _turn = turns.acquire().await;
            let server = web.locate(&host, reach).await;
            Finished::Located { host, server }
        });
    }

    /// Sends a request whose announcement was saved.
    pub(super) fn send(&mut self, request: AnnouncedRequest) {
        self.requests += 1;
        let (web, deadline) = (Arc::clone(&self.web), self.deadline.clone());
        self.tasks.spawn(visit(web, self.clock, deadline, request));
    }

    /// Notes that a request has ended, and its answer is settled.
    pub(super) fn settled(&mut self) {
        self.requests -= 1;
    }

    /// Waits for the next task that ends. Returns `None` where none is under way.
    pub(super) async fn next(&mut self) -> Option<Result<Finished, JoinError>> {
        self.tasks.join_next().await
    }

    /// Returns a task that has ended, if one has.
    pub(super) fn try_next(&mut self) -> Option<Result<Finished, JoinError>> {
        self.tasks.try_join_next()
    }

    /// Drops all tasks. A task that is parsing a page cannot be stopped, and is not waited for.
    pub(super) fn abort(&mut self) {
        self.tasks.abort_all();
    }
}
