//! The monitors of papers. They are told of each run, in order, while the crawl goes on.

use std::cell::RefCell;
use std::collections::HashMap;

use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;

use crate::config::Site;
use crate::fetch::Ping;

/// The messages to monitors under way, by the names of their sites. They are sent on a thread of
/// their own, which outlives the crawl.
pub(super) struct Monitors {
    runtime: Runtime,
    under_way: RefCell<HashMap<String, JoinHandle<()>>>,
    /// Hears of a monitor that could not be told: its site, and why. Called on that thread.
    on_failure: fn(&str, &str),
}

impl Monitors {
    pub(super) fn new(on_failure: fn(&str, &str)) -> std::io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()?;
        Ok(Self {
            runtime,
            under_way: RefCell::default(),
            on_failure,
        })
    }

    /// Tells a site's monitor, if it has one, after the message before was told: the ping, and with
    /// it words, if there are any. A monitor that cannot be told fails no crawl.
    pub(super) fn tell(&self, site: &Site, ping: Ping, words: Option<String>) {
        let Some(url) = site.schedule.ping.clone() else {
            return;
        };

        let name = site.name.clone();
        let on_failure = self.on_failure;
        let before = self.under_way.borrow_mut().remove(&name);
        let telling = async move {
            if let Some(before) = before {
                // It has told its own failure.
                let _ = before.await;
            }
            if let Err(why) = ping.send(&url, words).await {
                on_failure(&name, &why);
            }
        };
        self.under_way
            .borrow_mut()
            .insert(site.name.clone(), self.runtime.spawn(telling));
    }

    /// Removes and returns the messages under way.
    pub(super) fn take_under_way(&self) -> Vec<JoinHandle<()>> {
        self.under_way
            .borrow_mut()
            .drain()
            .map(|(_, telling)| telling)
            .collect()
    }

    /// Drops the messages that are still under way.
    pub(super) fn drop_under_way(self) {
        self.runtime.shutdown_background();
    }
}
