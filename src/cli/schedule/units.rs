//! systemd units and a crontab line that run `schedule`: each some minutes with `--once`, or as a
//! service that stays.

use std::path::Path;

use anyhow::Context;

use crate::cli::Common;
use crate::cli::hint::{YOUR_ADDRESS, quoted};

/// Returns the units as text, each file under its name. All paths are absolute: neither systemd nor
/// cron has a folder to start from.
pub(super) fn text(common: &Common, sites: &[String], contact: &str) -> anyhow::Result<String> {
    let data = absolute(common.data())?;
    let command = ScheduledCommand {
        program: program_and_folders(common, &data)?,
        sites,
    };
    if data.contains('\n') || command.program.iter().any(|word| word.contains('\n')) {
        anyhow::bail!(
            "a path with a line end in it cannot stand in a unit: name the folders otherwise"
        );
    }

    let timed = Service {
        mode: TIMED,
        exec: command.of_systemd(Some("--once")),
        data: &data,
        identity: identity(contact),
    };
    let stays = Service {
        mode: STAYS,
        exec: command.of_systemd(None),
        data: &data,
        identity: identity(contact),
    };
    let (timed, stays) = (timed.text(), stays.text());
    let crontab = crontab(&command.of_shell(Some("--once")), contact);
    Ok(format!("{timed}{TIMER}{stays}{crontab}"))
}

/// The command `schedule`, as units call it.
struct ScheduledCommand<'a> {
    /// The program, with its folders and the name of the command.
    program: Vec<String>,
    sites: &'a [String],
}

impl ScheduledCommand<'_> {
    fn words(&self, option: Option<&str>) -> Vec<String> {
        self.program
            .iter()
            .cloned()
            .chain(option.map(str::to_owned))
            .chain(self.sites.iter().cloned())
            .collect()
    }

    fn of_systemd(&self, option: Option<&str>) -> String {
        let words = self.words(option);
        let quoted: Vec<String> = words.iter().map(|word| of_systemd(word)).collect();
        quoted.join(" ")
    }

    fn of_shell(&self, option: Option<&str>) -> String {
        let words = self.words(option);
        let quoted: Vec<String> = words.iter().map(|word| quoted(word)).collect();
        quoted.join(" ")
    }
}

fn program_and_folders(common: &Common, data: &str) -> anyhow::Result<Vec<String>> {
    let program = std::env::current_exe().context("where is this program?")?;
    let mut words = vec![program.to_string_lossy().into_owned()];

    let usual = Path::new("config");
    let config = match &common.config {
        Some(config) => Some(config.as_path()),
        None => Some(usual).filter(|usual| usual.is_dir()),
    };
    if let Some(config) = config {
        words.extend(["--config".to_owned(), absolute(config)?]);
    }
    words.extend(["--data".to_owned(), data.to_owned(), "schedule".to_owned()]);
    Ok(words)
}

fn absolute(path: &Path) -> anyhow::Result<String> {
    let whole = std::path::absolute(path)
        .with_context(|| format!("{} has no whole path", path.display()))?;
    Ok(whole.to_string_lossy().into_owned())
}

/// Quotes a word for systemd, so that nothing in it is expanded.
fn of_systemd(word: &str) -> String {
    let escaped = word
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('%', "%%")
        .replace('$', "$$");
    format!("\"{escaped}\"")
}

/// The comment where the contact is still to be filled in. Without one, no public paper is crawled.
const UNFINISHED: &str = "# UNFINISHED: write an address where the papers can reach you, \
    and take the mark off this line.";

/// Returns the line that sets the contact. Without a contact it is a comment, to be finished.
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

/// The parts of a unit in which the two services differ.
#[derive(Clone, Copy)]
struct ServiceMode {
    head: &'static str,
    kind: &'static str,
    tail: &'static str,
}

/// The service that the timer starts: it crawls what is due, and ends.
const TIMED: ServiceMode = ServiceMode {
    head: "# ---- /etc/systemd/system/saseo.service
[Unit]
Description=saseo: crawl the newspapers that are due",
    kind: "Type=oneshot",
    tail: "",
};

/// The service that stays. Its watchdog is far longer than the 15 s after which the program tells
/// that it is alive.
const STAYS: ServiceMode = ServiceMode {
    head: "# ---- or, instead of these two, a service that stays: \
/etc/systemd/system/saseo-schedule.service
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

/// What systemd takes from a service that needs no more than the network and its archive:
/// `systemd-analyze security` names these settings.
const HARDENING: &str = "NoNewPrivileges=yes
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
UMask=0027";

/// One service, as a unit.
struct Service<'a> {
    mode: ServiceMode,
    /// The command, quoted for systemd.
    exec: String,
    /// The folder of the archive.
    data: &'a str,
    /// The line that sets the contact.
    identity: String,
}

impl Service<'_> {
    fn text(&self) -> String {
        let ServiceMode { head, kind, tail } = self.mode;
        let (exec, identity) = (&self.exec, &self.identity);
        // In a list of paths, unlike in a command, a dollar is a dollar.
        let data = of_systemd(self.data).replace("$$", "$");

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
# 3: finished, and some pages failed; 75: another crawl holds the archive; \
130, 143: stopped by a signal, with all saved.
SuccessExitStatus=3 75 130 143
KillSignal=SIGTERM
TimeoutStopSec=90
# The archive, and the two folders in which crawls of this machine \
may tell one another which hosts they ask.
ReadWritePaths={data} -/run/lock -/tmp
{HARDENING}

{tail}"
        )
    }
}

/// The timer. Five minutes suit the shortest schedules of newspapers; nothing due costs no request.
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

fn crontab(command: &str, contact: &str) -> String {
    // cron takes a bare % for the end of the line.
    let line = format!("*/5 * * * *  {command} --quiet").replace('%', "\\%");
    let identity = match contact {
        YOUR_ADDRESS => format!("{UNFINISHED}\n#SASEO_CONTACT={YOUR_ADDRESS}"),
        contact => format!("SASEO_CONTACT={contact}"),
    };
    format!("# ---- or, with cron: crontab -e\n{identity}\n{line}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What packages install: they know the folders, and have the contact in the configuration.
    fn packaged(mode: ServiceMode, option: Option<&str>) -> String {
        let program = "/usr/bin/saseo --config /etc/saseo --data /var/lib/saseo schedule";
        let command = ScheduledCommand {
            program: program.split(' ').map(str::to_owned).collect(),
            sites: &[],
        };
        let service = Service {
            mode,
            exec: command.of_systemd(option),
            data: "/var/lib/saseo",
            identity: "# The contact is in /etc/saseo/saseo.toml: without one, no public paper \
                is crawled."
                .to_owned(),
        };
        unit_of(&service.text())
    }

    /// Returns a unit without the line that tells its place.
    fn unit_of(text: &str) -> String {
        let (_, unit) = text.split_once('\n').unwrap();
        format!("{}\n", unit.trim_end())
    }

    #[test]
    fn the_units_of_packages_are_those_that_are_printed() {
        let units = [
            ("saseo.service", packaged(TIMED, Some("--once"))),
            ("saseo-schedule.service", packaged(STAYS, None)),
            ("saseo.timer", unit_of(TIMER)),
        ];

        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/systemd");
        for (name, unit) in units {
            let committed = std::fs::read_to_string(folder.join(name)).unwrap_or_default();
            assert_eq!(committed, unit, "packaging/systemd/{name}");
        }
    }

    #[test]
    fn nothing_in_a_word_is_expanded_by_systemd() {
        assert_eq!(of_systemd("/srv/my paper"), "\"/srv/my paper\"");
        assert_eq!(
            of_systemd("/srv/100%$HOME\\\"x"),
            "\"/srv/100%%$$HOME\\\\\\\"x\""
        );
    }
}
