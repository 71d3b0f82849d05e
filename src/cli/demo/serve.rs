//! `saseo demo --serve`: the newspaper is served until Ctrl-C, for the other commands.

use std::convert::Infallible;
use std::time::Duration;

use serde_json::json;
use tokio::runtime::Builder;

use crate::archive;
use crate::cli::console;
use crate::cli::demo::Demo;
use crate::cli::exit::Exit;
use crate::clock::Clock;
use crate::demo::OriginThread;

impl Demo<'_> {
    /// Serves until Ctrl-C, and publishes an article now and then where that was asked for.
    pub(super) fn serve(&self) -> anyhow::Result<Exit> {
        self.tell_served()?;

        let every = self.args.publish.map(|span| span.0);
        let runtime = Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            tokio::select! {
                stopped = tokio::signal::ctrl_c() => stopped,
                never = publish(&self.origin, every) => match never {},
            }
        })?;
        Ok(Exit::Interrupted)
    }

    fn tell_served(&self) -> anyhow::Result<()> {
        let (base, crawl) = (self.origin.base(), self.command(&["crawl"]));
        self.common.voice().note(&format!(
            "Serving {} articles at {base} until Ctrl-C. In another terminal:",
            self.origin.newspaper(|paper| paper.articles().len()),
        ));

        if self.common.json {
            let archive = self.folder.join(archive::FILE);
            console::json(&json!({ "home": base, "archive": archive, "crawl": crawl }))
        } else {
            console::data(&crawl)
        }
    }
}

/// Publishes an article each time that `every` is over, and never returns. Publishes nothing
/// without it.
async fn publish(origin: &OriginThread, every: Option<Duration>) -> Infallible {
    let Some(every) = every else {
        return std::future::pending().await;
    };

    let clock = Clock::system();
    loop {
        clock.sleep_until(clock.now() + every).await;
        origin.newspaper(|paper| paper.publish_at(clock.now()));
    }
}
