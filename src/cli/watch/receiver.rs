//! The receiver of the lines: stdout, or a command that is run for each.

use std::io::Write;
use std::process::{Command, ExitStatus, Stdio};

use anyhow::Context;

use crate::cli::console;
use crate::signals::{CaughtSignals, StopSignal};

/// Who gets the lines.
pub(super) enum Receiver {
    Stdout,
    /// A command of the shell, and how often it failed.
    Command {
        text: String,
        failed: u64,
    },
}

/// The result of a delivery.
pub(super) enum Delivery {
    Taken,
    /// A stop signal came before or meanwhile.
    Stopped(StopSignal),
    ReaderGone,
}

impl Receiver {
    pub(super) fn of(command: Option<&str>) -> Self {
        match command {
            Some(text) => Self::Command {
                text: text.to_owned(),
                failed: 0,
            },
            None => Self::Stdout,
        }
    }

    /// Returns how many commands failed.
    pub(super) fn failed(&self) -> u64 {
        match self {
            Self::Stdout => 0,
            Self::Command { failed, .. } => *failed,
        }
    }

    /// Tells whether nobody reads any more.
    pub(super) fn is_gone(&self) -> bool {
        match self {
            Self::Stdout => !console::is_read(),
            Self::Command { .. } => false,
        }
    }

    /// Delivers the line of a change.
    pub(super) fn deliver(
        &mut self,
        seq: u64,
        line: Vec<u8>,
        signals: &mut CaughtSignals,
    ) -> anyhow::Result<Delivery> {
        // The signals are looked for once, without waiting.
        if let Err(stop) = signals.unless_stopped(tokio::task::yield_now()) {
            return Ok(Delivery::Stopped(stop));
        }

        match self {
            Self::Stdout => Ok(match console::json_line(&line)? {
                console::Readers::There => Delivery::Taken,
                console::Readers::Gone => Delivery::ReaderGone,
            }),
            Self::Command { text, failed } => {
                let (status, stop) = run(text, line, signals)?;
                if !status.success() {
                    *failed += 1;
                    console::note(&format!("saseo: change {seq}: {text:?} failed ({status})"));
                }
                Ok(stop.map_or(Delivery::Taken, Delivery::Stopped))
            }
        }
    }
}

/// Runs a command with a line on its stdin, and waits for its end, also where a stop signal comes
/// meanwhile. A second one leaves the command behind.
fn run(
    command: &str,
    line: Vec<u8>,
    signals: &mut CaughtSignals,
) -> anyhow::Result<(ExitStatus, Option<StopSignal>)> {
    let mut child = Command::new("sh")
        .args(["-c", command])
        .stdin(Stdio::piped())
        .spawn()
        .context("cannot run `sh`, which --exec needs")?;

    let mut ended = Box::pin(async move {
        let waiting = tokio::task::spawn_blocking(move || {
            if let Some(mut stdin) = child.stdin.take() {
                // A command need not read its stdin.
                let _ = stdin.write_all(&line);
            }
            child.wait()
        });
        waiting.await
    });
    let (status, stop) = match signals.unless_stopped(&mut ended) {
        Ok(status) => (status, None),
        Err(stop) => match signals.unless_stopped(ended) {
            Ok(status) => (status, Some(stop)),
            Err(again) => std::process::exit(again.exit_code().into()),
        },
    };
    Ok((status??, stop))
}
