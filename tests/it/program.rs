//! What tests of the binary share: the demo newspaper in this process, and `saseo` in others.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use saseo::clock::Clock;
use saseo::demo::{Availability, DemoCms, Edition, Newspaper, OriginThread, SeenRequest};
use serde_json::Value;
use tempfile::TempDir;

use super::store;

/// A contact that looks like one and is nobody's: there is no such top level.
pub const CONTACT: &str = "desk@tests.saseo";

/// A process that asks for nothing in this time hangs: no test has a longer gap or pause, and no
/// machine is so slow.
const SILENCE: Duration = Duration::from_secs(600);

/// The demo newspaper on a free port.
pub struct Paper {
    pub origin: OriginThread,
}

impl Paper {
    pub fn start() -> Self {
        Self::of(&Edition::default())
    }

    pub fn of(edition: &Edition) -> Self {
        Self {
            origin: OriginThread::start(Newspaper::new(edition), ([127, 0, 0, 1], 0).into())
                .unwrap(),
        }
    }

    /// The same paper on another CMS.
    pub fn on(cms: DemoCms, edition: &Edition) -> Self {
        Self {
            origin: OriginThread::start(
                Newspaper::new(edition).on(cms),
                ([127, 0, 0, 1], 0).into(),
            )
            .unwrap(),
        }
    }

    pub fn log(&self) -> Vec<SeenRequest> {
        self.origin.log()
    }

    /// Waits until the paper has answered so many requests of a process.
    ///
    /// # Panics
    ///
    /// If the process ends before, or asks for nothing in [`SILENCE`].
    pub fn wait_for_visits(&self, count: usize, process: &mut impl Process) {
        let clock = Clock::system();
        let (mut seen, mut since) = (self.log().len(), clock.now());
        while seen < count {
            let is_running = process.is_running();
            let now = self.log().len();
            assert!(
                is_running || now >= count,
                "the process ended after {now} of {count} requests"
            );
            assert!(
                clock.now().since(since) < SILENCE,
                "the process asked for nothing more after {now} of {count} requests"
            );

            if now > seen {
                (seen, since) = (now, clock.now());
            }
            std::thread::yield_now();
        }
    }

    /// The numbers of the articles that an archive must hold in the end.
    pub fn to_be_stored(&self) -> Vec<u64> {
        self.origin.newspaper(|paper| numbers_to_be_stored(paper))
    }

    /// The addresses of the photos that a crawl keeps.
    pub fn photos_to_be_stored(&self) -> Vec<String> {
        let base = self.origin.base();
        self.origin.newspaper(|paper| {
            let articles = paper.articles().iter();
            // Only the beginning of a members' article is shown, without its photo.
            let open = articles.filter(|article| article.kind == Availability::Open);
            open.filter_map(|article| paper.photo_url(&base, article))
                .collect()
        })
    }

    /// Fails where two requests overlapped or came closer than the gap, by the server's own clock.
    pub fn assert_gap(&self, gap: Duration) {
        assert_gaps(&self.log(), gap);
    }
}

/// The numbers of a paper's articles that an archive must hold in the end.
pub fn numbers_to_be_stored(paper: &Newspaper) -> Vec<u64> {
    let keeps = |kind: Availability| matches!(kind, Availability::Open | Availability::MembersOnly);
    paper
        .articles()
        .iter()
        .filter(|article| keeps(article.kind))
        .map(|article| article.number)
        .collect()
}

/// Fails where two requests overlapped or came closer than the gap.
pub fn assert_gaps(log: &[SeenRequest], gap: Duration) {
    let mut log = log.to_vec();
    log.sort_by_key(|visit| visit.began);
    for pair in log.windows(2) {
        let rest = pair[1].began.since(pair[0].ended);
        assert!(
            rest >= gap,
            "{rest:?} between {:?} and {:?}",
            pair[0],
            pair[1]
        );
    }
}

/// `saseo` with a configuration and an archive of its own.
pub struct Crawler {
    pub folder: TempDir,
}

/// A process that a test started, and that may end by itself.
pub trait Process {
    fn is_running(&mut self) -> bool;
}

impl Process for Child {
    fn is_running(&mut self) -> bool {
        self.try_wait().unwrap().is_none()
    }
}

impl Process for Running {
    fn is_running(&mut self) -> bool {
        self.child.is_running()
    }
}

/// A crawl under way.
pub struct Running {
    child: Child,
    /// Of its crawler.
    folder: PathBuf,
}

impl Running {
    /// SIGKILL, and the end of the process and of its lease.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        store::end_leases(&self.folder);
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn wait(mut self) -> i32 {
        self.child.wait().unwrap().code().unwrap_or(-1)
    }
}

/// What a command said on stderr.
pub fn said(out: &Output) -> String {
    String::from_utf8_lossy(&out.stderr).into_owned()
}

/// What a command printed on stdout.
pub fn told(out: &Output) -> String {
    String::from_utf8_lossy(&out.stdout).into_owned()
}

impl Crawler {
    /// A crawler of a small paper, after its first crawl. The paper is served as long as it lives.
    pub fn stocked(articles_per_section: u32) -> (Paper, Self) {
        let paper = Paper::of(&Edition {
            articles_per_section,
            crawl_delay: None,
            ..Edition::default()
        });
        let crawler = Self::of(&paper, "0s");
        crawler.run_json("crawl");
        (paper, crawler)
    }

    /// A crawler of a paper of some 120 articles, all of them crawled and indexed.
    pub fn indexed() -> (Paper, Self) {
        let (paper, crawler) = Self::stocked(40);
        assert!(crawler.run(&["search", "도서관"]).status.success());
        (paper, crawler)
    }

    /// A crawler whose configuration folder is there, and empty.
    pub fn empty() -> Self {
        let crawler = Self {
            folder: TempDir::new().unwrap(),
        };
        std::fs::create_dir_all(crawler.config()).unwrap();
        crawler
    }

    /// A crawler of the demo newspaper, its own site, with such a gap.
    pub fn of(paper: &Paper, gap: &str) -> Self {
        let crawler = Self {
            folder: TempDir::new().unwrap(),
        };
        crawler.write_site(&format!(
            "name = \"demo\"\ntitle = \"demo\"\nhome = \"{}/\"\n{}own_site = true\n\
             [discover]\nrevisit = []\n[pace]\ngap = \"{gap}\"\n",
            paper.origin.base(),
            paper
                .origin
                .newspaper(|paper| paper.cms().profile())
                .map(|name| format!("profile = \"{name}\"\n"))
                .unwrap_or_default()
        ));
        crawler
    }

    /// Lets the site of [`Crawler::of`] keep the photos of its articles.
    pub fn keep_photos(&self) {
        let file = self.config().join("sites/demo.toml");
        let text = std::fs::read_to_string(&file).unwrap();
        std::fs::write(&file, format!("{text}[keep]\nphotos = true\n")).unwrap();
    }

    pub fn write_site(&self, text: &str) {
        std::fs::create_dir_all(self.config().join("sites")).unwrap();
        std::fs::write(self.config().join("sites/demo.toml"), text).unwrap();
    }

    /// Adds a site of the user's own, with such a gap.
    pub fn write_named_site(&self, name: &str, base: &str, gap: &str) {
        std::fs::create_dir_all(self.config().join("sites")).unwrap();
        let text = format!(
            "name = \"{name}\"\ntitle = \"{name}\"\nhome = \"{base}/\"\nprofile = \"ndsoft\"\nown_site = true\n[pace]\ngap = \"{gap}\"\n"
        );
        std::fs::write(self.config().join(format!("sites/{name}.toml")), text).unwrap();
    }

    pub fn config(&self) -> PathBuf {
        self.folder.path().join("config")
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_saseo"));
        command
            .env_remove("SASEO_CONTACT")
            .env_remove("SASEO_DATA")
            .env_remove("SASEO_STORE")
            .env_remove("SASEO_BLOBS")
            .env_remove("SASEO_CONFIG");
        if let Some(address) = store::of(self.folder.path()) {
            command.env("SASEO_STORE", address);
        }
        command.env("SASEO_RUNTIME_DIR", self.folder.path().join("locks"));
        command
            .arg("--config")
            .arg(self.config())
            .arg("--data")
            .arg(self.data())
            .args(args);
        command
    }

    pub fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// Runs a command that must succeed, and returns its JSON.
    pub fn run_json(&self, command: &str) -> Value {
        let out = self.run(&["--json", command]);
        assert!(
            out.status.success(),
            "{command}: {}",
            String::from_utf8_lossy(&out.stderr)
        );
        serde_json::from_slice(&out.stdout).unwrap()
    }

    pub fn spawn(&self, command: &str) -> Running {
        let mut command = self.command(&[command]);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        Running {
            child: command.spawn().unwrap(),
            folder: self.folder.path().to_owned(),
        }
    }

    /// The articles of a JSONL export.
    pub fn articles(&self) -> Vec<Value> {
        let out = self.folder.path().join("articles.jsonl");
        let done = self.run(&[
            "export",
            "--format",
            "jsonl",
            "--out",
            &out.to_string_lossy(),
        ]);
        assert!(
            done.status.success(),
            "{}",
            String::from_utf8_lossy(&done.stderr)
        );
        lines(&out)
    }
}

/// The values of a JSON Lines file.
pub fn lines(path: &Path) -> Vec<Value> {
    std::fs::read_to_string(path)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}
