//! `saseo schedule`: crawls at their times, until it is stopped.

mod messages;
mod units;

use clap::Args;
use serde_json::json;

use crate::cli::crawl_report;
use crate::cli::exit::Exit;
use crate::cli::schedule::messages::{Messages, tell_monitor_failure};
use crate::cli::{Common, console, hint, service};
use crate::config_folder::Config;
use crate::schedule::{
    Bell, ScheduleEnd, ScheduleMode, ScheduleOptions, Scheduler, scheduled_sites,
};

#[derive(Debug, Args)]
pub(super) struct ScheduleArgs {
    /// Sites by name; all that have a schedule where none is named
    #[arg(value_name = "SITE")]
    sites: Vec<String>,
    /// Crawl what is due now, and end
    #[arg(long)]
    once: bool,
    /// Print systemd units, and a crontab line, that run it
    #[arg(long, conflicts_with = "once")]
    units: bool,
}

/// Crawls each site at its times, on the clock of its zone. Papers are crawled side by side, and
/// all times that were missed are one crawl.
pub(super) fn run(common: &Common, args: &ScheduleArgs) -> anyhow::Result<Exit> {
    let mut bell = Bell::new()?;
    let configuration = Config::find(common.config.as_deref())?;
    let sites = scheduled_sites(&configuration, &args.sites)?;
    if args.units {
        print_units(common, args, &configuration)?;
        return Ok(Exit::Done);
    }
    configuration.have_contact(&sites)?;

    let place = common.place()?;
    let options = ScheduleOptions {
        config: common.config.as_deref(),
        place: &place,
        sites: &args.sites,
        mode: ScheduleMode::of_once(args.once),
        on_monitor_failure: tell_monitor_failure,
    };
    let messages = Messages::new(common);
    let scheduler = Scheduler::new(options, configuration, &messages);
    service::ready();
    let end = scheduler.run(&mut bell)?;

    service::stopping();
    Ok(match end {
        ScheduleEnd::Stopped(signal) => signal.into(),
        ScheduleEnd::NothingDue => Exit::Done,
        ScheduleEnd::Crawled(report) => crawl_report::exit(&report, None, 0),
    })
}

fn print_units(common: &Common, args: &ScheduleArgs, configuration: &Config) -> anyhow::Result<()> {
    let contact = hint::contact(&configuration.settings);
    let units = units::text(common, &args.sites, contact)?;
    if common.json {
        console::json(&json!({ "units": units }))
    } else {
        console::data(units.trim_end())
    }
}
