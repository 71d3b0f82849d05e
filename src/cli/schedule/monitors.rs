//! Monitors: told of the runs of their papers, each in the order in which it went, while the crawl
//! goes on.

use std::cell::RefCell;
use std::collections::HashMap;

use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;

use crate::cli::console;
use crate::config::Site;
use crate::fetch::Ping;

/// What monitors are being told, by the names of their sites. They are told on a thread of its own,
/// which outlives the crawl.
pub(super) struct Monitors {
    runtime: Runtime,
    told: RefCell<HashMap<String, JoinHandle<()>>>,
}

impl Monitors {
    pub fn new() -> std::io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()?;
        Ok(Self {
            runtime,
            told: RefCell::default(),
        })
    }

    /// Tells a site's monitor, if it has one, once it was told what went before. A monitor that
    /// does not hear fails no crawl.
    pub fn tell(&self, site: &Site, ping: Ping) {
        let Some(url) = site.schedule.ping.clone() else {
            return;
        };
        let name = site.name.clone();
        let before = self.told.borrow_mut().remove(&name);
        let told = async move {
            if let Some(before) = before {
                // It has said itself what it failed to do.
                let _ = before.await;
            }
            if let Err(why) = ping.send(&url).await {
                console::note(&format!(
                    "saseo: the monitor of {name} could not be told: {why}"
                ));
            }
        };
        self.told
            .borrow_mut()
            .insert(site.name.clone(), self.runtime.spawn(told));
    }

    /// Returns what is still being told.
    pub fn being_told(&self) -> Vec<JoinHandle<()>> {
        self.told
            .borrow_mut()
            .drain()
            .map(|(_, told)| told)
            .collect()
    }

    /// Leaves alone whoever was not told yet.
    pub fn leave(self) {
        self.runtime.shutdown_background();
    }
}
