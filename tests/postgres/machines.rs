//! Machines with a worker each: configuration, data folder and host locks of their own, and one
//! database.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use crate::farm::Farm;
use crate::in_folder::program::{Crawler, Process, lines, said};

/// A machine, and its worker if one runs.
pub struct Machine {
    crawler: Crawler,
    /// The address of the database.
    store: String,
    /// A part of the User-Agent that no other machine has.
    pub contact: String,
    worker: Option<Child>,
}

impl Machine {
    /// Configures a machine for all papers of a farm.
    pub fn new(name: &str, farm: &Farm, store: &str, gap: Duration) -> Self {
        let contact = format!("{name}@tests.saseo");
        let settings = format!(
            "[identity]\ncontact = \"{contact}\"\n\
             [pace]\ntotal_rate = \"10000/s\"\nserver_rate = \"4/s\"\n"
        );
        let crawler = of_farm(farm, gap);
        fs::write(crawler.config().join("saseo.toml"), settings).unwrap();
        Self {
            crawler,
            store: store.to_owned(),
            contact,
            worker: None,
        }
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = self.crawler.command(args);
        command.env("SASEO_STORE", &self.store);
        command
    }

    pub fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// The articles of a JSONL export.
    pub fn articles(&self) -> Vec<Value> {
        let file = self.crawler.folder.path().join("articles.jsonl");
        let out = file.to_string_lossy();
        let done = self.run(&["export", "--format", "jsonl", "--out", &out]);
        assert!(done.status.success(), "{}", said(&done));
        lines(&file)
    }

    /// Changes the file of a site.
    pub fn change_site(&self, name: &str, change: impl Fn(&str) -> String) {
        let file = self.site(name);
        let text = fs::read_to_string(&file).unwrap();
        fs::write(&file, change(&text)).unwrap();
    }

    pub fn remove_site(&self, name: &str) {
        fs::remove_file(self.site(name)).unwrap();
    }

    fn site(&self, name: &str) -> PathBuf {
        self.crawler.config().join(format!("sites/{name}.toml"))
    }

    /// Starts a worker, which goes on until it is told to end.
    pub fn start(&mut self) {
        assert!(self.worker.is_none(), "{} works already", self.contact);
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.log())
            .unwrap();
        let mut command = self.command(&["worker"]);
        let child = command.stdout(Stdio::null()).stderr(log).spawn().unwrap();
        self.worker = Some(child);
    }

    /// SIGKILL, and the end of the worker.
    pub fn kill(&mut self) {
        let mut worker = self.running();
        worker.kill().unwrap();
        worker.wait().unwrap();
    }

    /// SIGTERM, and the end of the worker by itself. Returns its exit code; `None` where no worker
    /// runs.
    pub fn end(&mut self) -> Option<i32> {
        self.worker.as_ref()?;
        let mut worker = self.running();
        signal(&worker, Signal::SIGTERM);
        worker.wait().unwrap().code()
    }

    /// SIGSTOP.
    pub fn stop(&mut self) {
        let worker = self.running();
        signal(&worker, Signal::SIGSTOP);
        self.worker = Some(worker);
    }

    /// SIGCONT.
    pub fn go_on(&self) {
        signal(self.worker.as_ref().unwrap(), Signal::SIGCONT);
    }

    /// What the workers of this machine said.
    pub fn said(&self) -> String {
        fs::read_to_string(self.log()).unwrap_or_default()
    }

    /// Takes the worker, which must run still: whatever happens, it does not end by itself.
    fn running(&mut self) -> Child {
        let mut worker = self.worker.take().unwrap();
        assert!(
            worker.is_running(),
            "the worker of {} ended: {}",
            self.contact,
            self.said()
        );
        worker
    }

    fn log(&self) -> PathBuf {
        self.crawler.folder.path().join("log")
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        if let Some(mut worker) = self.worker.take() {
            // The test has failed. A worker that has ended gets no signal.
            let _ = worker.kill();
            let _ = worker.wait();
        }
    }
}

/// A crawler of all papers of a farm, with an archive in its own folder.
pub fn of_farm(farm: &Farm, gap: Duration) -> Crawler {
    let crawler = Crawler::empty();
    for (name, address, _) in farm.papers() {
        let gap = format!("{}ms", gap.as_millis());
        crawler.write_named_site(&name, &format!("http://{address}"), &gap);
    }
    crawler
}

fn signal(child: &Child, signal: Signal) {
    kill(Pid::from_raw(child.id().cast_signed()), signal).unwrap();
}
