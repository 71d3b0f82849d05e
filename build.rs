//! What the program is told when it is built: the shipped configuration changed, and which commit
//! it is.

#[path = "build/commit.rs"]
mod commit;

use std::env;
use std::path::PathBuf;

fn main() {
    // `include_dir!` sees a new file in `config` only when the program is built again.
    println!("cargo:rerun-if-changed=config");
    println!("cargo:rerun-if-changed=build");
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=SASEO_COMMIT");

    if let Some(id) = commit() {
        println!("cargo:rustc-env=SASEO_BUILT_COMMIT={id}");
    }
}

/// Returns the commit for `saseo --version`. `SASEO_COMMIT` names it for a build without git; an
/// empty one leaves it out.
fn commit() -> Option<String> {
    if let Ok(named) = env::var("SASEO_COMMIT") {
        let id = commit::short(&named);
        assert!(
            id.is_some() || named.is_empty(),
            "SASEO_COMMIT is no commit: {named}"
        );
        return id.map(str::to_owned);
    }
    // Those who work on saseo commit often: each commit would build everything again.
    if env::var("PROFILE").as_deref() != Ok("release") {
        return None;
    }

    let folder = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR")?);
    let found = commit::of_folder(&folder)?;
    for file in &found.files {
        println!("cargo:rerun-if-changed={}", file.display());
    }
    Some(found.id)
}
