//! The file of a saved page, or stdin.

use std::io::Read;
use std::path::Path;

use anyhow::{Context, bail};

/// The most bytes of a saved page. Pages of newspapers are far below it; larger files are typing
/// errors.
const LARGEST: u64 = 64 << 20;

/// Reads a file; "-" is stdin.
pub(super) fn read_bytes(file: &Path) -> anyhow::Result<Vec<u8>> {
    let unreadable = || format!("cannot read {}", file.display());
    let source: Box<dyn Read> = if file == Path::new("-") {
        Box::new(std::io::stdin())
    } else {
        Box::new(std::fs::File::open(file).with_context(unreadable)?)
    };

    let mut bytes = Vec::new();
    source
        .take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .with_context(unreadable)?;
    if bytes.len() as u64 > LARGEST {
        bail!(
            "{} is larger than 64 MiB: no page of a newspaper is",
            file.display()
        );
    }
    Ok(bytes)
}
