//! A systemd service and timer, and a crontab line, that run `schedule --once`; and a service that runs `schedule` and stays.

use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::cli::Common;
use crate::cli::hint::{YOUR_ADDRESS, quoted};

/// Returns the units as text, each file under its name. Paths are whole: neither systemd nor cron has a folder to start from.
pub(crate) fn text(common: &Common, sites: &[String], contact: &str) -> anyhow::Result<String> {
    let program = std::env::current_exe().context("where is this program?")?;
    let data = whole(common.data())?;
    let mut words = vec![program.to_string_lossy().into_owned()];
    let config = common.config.clone().or_else(|| {
        Path::new("config")
            .is_dir()
            .then(|| PathBuf::from("config"))
    });
    if let Some(config) = config {
        words.extend(["--config".to_owned(), whole(&config)?]);
    }
    words.extend(["--data".to_owned(), data.clone(), "schedule".to_owned()]);
    let all = |more: Option<&str>| -> Vec<String> {
        words
            .iter()
            .cloned()
            .chain(more.map(str::to_owned))
            .chain(sites.iter().cloned())
            .collect()
    };
    let exec = |more| {
        all(more)
            .iter()
            .map(|word| of_systemd(word))
            .collect::<Vec<_>>()
            .join(" ")
    };
    let typed = all(Some("--once"))
        .iter()
        .map(|word| quoted(word))
        .collect::<Vec<_>>()
        .join(" ");
    if data.contains('\n') || words.iter().any(|word| word.contains('\n')) {
        anyhow::bail!(
            "a path with a line end in it cannot stand in a unit: name the folders otherwise"
        );
    }
    // In a list of paths, unlike in a command, a dollar is a dollar.
    let folder = of_systemd(&data).replace("$$", "$");
    // cron takes a bare % for the end of the line.
    let cron = format!("*/5 * * * *  {typed} --quiet").replace('%', "\\%");
    let identity = identity(contact);
    let timed = service(TIMED, &exec(Some("--once")), &folder, &identity);
    let stays = service(STAYS, &exec(None), &folder, &identity);
    Ok(format!("{timed}{TIMER}{stays}{}", crontab(&cron, contact)))
}

fn whole(path: &Path) -> anyhow::Result<String> {
    let whole = std::path::absolute(path)
        .with_context(|| format!("{} has no whole path", path.display()))?;
    Ok(whole.to_string_lossy().into_owned())
}

/// A word as systemd takes it for one, with nothing in it expanded.
fn of_systemd(word: &str) -> String {
    let escaped = word
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('%', "%%")
        .replace('$', "$$");
    format!("\"{escaped}\"")
}

/// What is written where the contact is still to be filled in: no public paper is crawled until then.
const UNFINISHED: &str = "# UNFINISHED: write an address where the papers can reach you, and take the mark off this line.";

/// The line that says who asks; one that is to be finished does nothing yet.
fn identity(contact: &str) -> String {
    match contact {
        YOUR_ADDRESS => format!("{UNFINISHED}\n#Environment=SASEO_CONTACT={YOUR_ADDRESS}"),
        contact if contact.contains(['"', '\'', '\\', '%', '$']) => {
            format!(
                "Environment={}",
                of_systemd(&format!("SASEO_CONTACT={contact}")).replace("$$", "$")
            )
        }
        contact => format!("Environment=SASEO_CONTACT={contact}"),
    }
}

/// How a service runs.
struct ServiceMode {
    head: &'static str,
    kind: &'static str,
    tail: &'static str,
}

const TIMED: ServiceMode = ServiceMode {
    head: "# ---- /etc/systemd/system/saseo.service
[Unit]
Description=saseo: crawl the newspapers that are due",
    kind: "Type=oneshot",
    tail: "",
};

const STAYS: ServiceMode = ServiceMode {
    head: "# ---- or, instead of these two, a service that stays: /etc/systemd/system/saseo-schedule.service
[Unit]
Description=saseo: crawl newspapers at their times",
    kind: "Type=notify
# It says that it lives every few seconds.
WatchdogSec=5min
Restart=on-failure
RestartSec=1min
# 2: the configuration is wrong.
RestartPreventExitStatus=2
ExecReload=/bin/kill -HUP $MAINPID",
    tail: "[Install]
WantedBy=multi-user.target

",
};

fn service(
    ServiceMode { head, kind, tail }: ServiceMode,
    exec: &str,
    data: &str,
    identity: &str,
) -> String {
    format!(
        "{head}
Wants=network-online.target
After=network-online.target

[Service]
{kind}
# Whose the archive is. {data} must be there, and be its own.
User=saseo
{identity}
ExecStart={exec}
# 3: finished, and some pages failed; 75: another crawl holds the archive; 130, 143: stopped by a signal, with all saved.
SuccessExitStatus=3 75 130 143
KillSignal=SIGTERM
TimeoutStopSec=90
# The archive, and the two folders in which crawls of this machine may tell one another which hosts they ask.
ReadWritePaths={data} -/run/lock -/tmp
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=read-only
PrivateDevices=yes
ProtectClock=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
CapabilityBoundingSet=
UMask=0027

{tail}"
    )
}

const TIMER: &str = "# ---- /etc/systemd/system/saseo.timer
[Unit]
Description=saseo: look every five minutes which newspapers are due

[Timer]
OnCalendar=*:0/5
# What was missed while the machine was off is made up for.
Persistent=true

[Install]
WantedBy=timers.target

";

fn crontab(line: &str, contact: &str) -> String {
    let identity = match contact {
        YOUR_ADDRESS => format!("{UNFINISHED}\n#SASEO_CONTACT={YOUR_ADDRESS}"),
        contact => format!("SASEO_CONTACT={contact}"),
    };
    format!("# ---- or, with cron: crontab -e\n{identity}\n{line}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_systemd_would_expand_stands_as_it_is() {
        assert_eq!(of_systemd("/srv/my paper"), "\"/srv/my paper\"");
        assert_eq!(
            of_systemd("/srv/100%$HOME\\\"x"),
            "\"/srv/100%%$$HOME\\\\\\\"x\""
        );
    }
}
