//! What saseo is built from: nothing that the build runs can reach a network, and the lists of
//! deny.toml hold.
//!
//! cargo-deny reads the same lists. These tests need cargo alone, and no network: they ask for the
//! packages of this machine's platform, which are here since the tests were built.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::fs;
use std::iter::Peekable;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::str::SplitWhitespace;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

/// Names of std and libc that open a connection. Addresses alone (`std::net::IpAddr`) open none.
const CONNECTIONS: [&str; 7] = [
    "TcpStream",
    "TcpListener",
    "UdpSocket",
    "ToSocketAddrs",
    "libc::socket(",
    "libc::connect(",
    "libc::getaddrinfo(",
];

/// Programs that download, as a build script would start them.
const DOWNLOADERS: [&str; 5] = [
    "\"curl\"",
    "\"wget\"",
    "\"git\"",
    "\"powershell\"",
    "\"aria2c\"",
];

/// Scripts that name a downloader and download nothing, as they were read, by their SHA-256: a
/// script of other words is read anew.
///
/// rmcp 3.11.0 sets `core.hooksPath` by `git config` where the folder two above its own has both
/// `.git` and `.githooks`: the repository of its authors. Above the registry's copy there is none.
/// A packager who vendors crates within a repository that has `.githooks` would be given those.
const READ_SCRIPTS: [&str; 1] =
    ["31b905abf91292bab290271e993e347e06a1944e6305f742f69dbd01e6b89349"];

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    resolve: Resolve,
}

#[derive(Deserialize)]
struct Package {
    id: String,
    name: String,
    version: String,
    license: Option<String>,
    /// The oldest Rust that it promises to build with.
    rust_version: Option<String>,
    /// None for a package that lies in a folder.
    source: Option<String>,
    manifest_path: PathBuf,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    kind: Vec<String>,
    src_path: PathBuf,
}

#[derive(Deserialize)]
struct Resolve {
    root: String,
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<Edge>,
}

#[derive(Deserialize)]
struct Edge {
    pkg: String,
    dep_kinds: Vec<EdgeKind>,
}

#[derive(Deserialize)]
struct EdgeKind {
    /// None for an ordinary dependency, else `build` or `dev`.
    kind: Option<String>,
}

#[derive(Deserialize)]
struct Deny {
    licenses: AllowedLicenses,
    sources: Sources,
    bans: Bans,
}

#[derive(Deserialize)]
struct AllowedLicenses {
    allow: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Sources {
    allow_registry: Vec<String>,
}

#[derive(Deserialize)]
struct Bans {
    deny: Vec<Ban>,
    build: Build,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Build {
    allow_build_scripts: Vec<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Ban {
    Everywhere(String),
    Wrapped {
        #[serde(rename = "crate")]
        spec: String,
        #[serde(default)]
        wrappers: Vec<String>,
    },
}

#[derive(Deserialize)]
struct Lock {
    package: Vec<Locked>,
}

#[derive(Deserialize)]
struct Locked {
    name: String,
    version: String,
    source: Option<String>,
    #[serde(default)]
    dependencies: Vec<String>,
}

#[derive(Deserialize)]
struct Manifest {
    #[serde(default)]
    patch: HashMap<String, HashMap<String, toml::Value>>,
}

impl Metadata {
    fn of_this_machine() -> Self {
        let printed = cargo(&[
            "metadata",
            "--locked",
            "--offline",
            "--format-version",
            "1",
            "--filter-platform",
            "host-tuple",
        ]);
        serde_json::from_slice(&printed).unwrap()
    }

    fn package(&self, id: &str) -> &Package {
        self.packages
            .iter()
            .find(|package| package.id == id)
            .unwrap()
    }

    fn dependencies(&self, id: &str) -> &[Edge] {
        &self
            .resolve
            .nodes
            .iter()
            .find(|node| node.id == id)
            .unwrap()
            .deps
    }
}

impl Package {
    fn label(&self) -> String {
        format!("{} {}", self.name, self.version)
    }

    fn targets_of(&self, kind: &str) -> impl Iterator<Item = &Target> {
        self.targets
            .iter()
            .filter(move |target| target.kind.iter().any(|known| known == kind))
    }

    fn folder(&self) -> &Path {
        self.manifest_path.parent().unwrap()
    }
}

impl Edge {
    fn is_build(&self) -> bool {
        self.dep_kinds
            .iter()
            .any(|of| of.kind.as_deref() == Some("build"))
    }

    /// A package that is used, and does not test itself, is built with this dependency.
    fn is_built(&self) -> bool {
        self.dep_kinds
            .iter()
            .any(|of| of.kind.as_deref() != Some("dev"))
    }
}

impl Ban {
    fn spec(&self) -> &str {
        match self {
            Self::Everywhere(spec) | Self::Wrapped { spec, .. } => spec,
        }
    }

    fn name(&self) -> &str {
        self.spec().split('@').next().unwrap()
    }

    fn wrappers(&self) -> &[String] {
        match self {
            Self::Everywhere(_) => &[],
            Self::Wrapped { wrappers, .. } => wrappers,
        }
    }

    /// Whether the ban is of this version: `name@0.12` is of 0.12.0 and all that follow it.
    fn names(&self, locked: &Locked) -> bool {
        let Some((name, version)) = self.spec().split_once('@') else {
            return self.spec() == locked.name;
        };

        let is_plain = version.chars().all(|c| c.is_ascii_digit() || c == '.');
        assert!(
            is_plain,
            "write the version in deny.toml as digits and dots: {}",
            self.spec()
        );
        name == locked.name && locked.version.starts_with(&format!("{version}."))
    }
}

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

fn toml_of<T: DeserializeOwned>(path: &str) -> T {
    toml::from_str(&read(path)).unwrap()
}

/// The packages whose code runs during the build, each with the package that brings it: build
/// dependencies, procedural macros, and all below them, with the features that cargo resolved for
/// the program and its tests.
fn run_by_the_build(metadata: &Metadata) -> HashMap<&str, Option<&str>> {
    let mut waiting = VecDeque::new();
    for node in &metadata.resolve.nodes {
        let asked_for = node.deps.iter().filter(|edge| edge.is_build());
        waiting.extend(asked_for.map(|edge| (edge.pkg.as_str(), Some(node.id.as_str()))));
    }

    let is_macro = |package: &&Package| package.targets_of("proc-macro").next().is_some();
    waiting.extend(
        metadata
            .packages
            .iter()
            .filter(is_macro)
            .map(|package| (package.id.as_str(), None)),
    );

    let mut found = HashMap::new();
    while let Some((id, brought_by)) = waiting.pop_front() {
        if found.contains_key(id) {
            continue;
        }

        found.insert(id, brought_by);
        let below = metadata
            .dependencies(id)
            .iter()
            .filter(|edge| edge.is_built());
        waiting.extend(below.map(|edge| (edge.pkg.as_str(), Some(id))));
    }
    found
}

/// Tells whose build script reaches a package: `spider_fingerprint 2.39.0 -> reqwest 0.12.28`.
fn way_to(id: &str, found: &HashMap<&str, Option<&str>>, metadata: &Metadata) -> String {
    let mut way = vec![metadata.package(id).label()];
    let mut seen = vec![id];
    let mut at = id;

    // The way ends at a package that the build does not run: its build script asks.
    // `seen` guards against a ring.
    while let Some(Some(brought_by)) = found.get(at).copied() {
        if seen.contains(&brought_by) {
            break;
        }

        way.insert(0, metadata.package(brought_by).label());
        seen.push(brought_by);
        at = brought_by;
    }
    way.join(" -> ")
}

/// The Rust files below `folder`.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut folders = vec![folder.to_owned()];
    let mut files = Vec::new();

    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files
}

/// The sources that the build runs: build scripts with the files of their folder, and the
/// libraries of `run_by_the_build`.
fn sources_run_by_the_build(metadata: &Metadata) -> Vec<PathBuf> {
    let found = run_by_the_build(metadata);
    let mut files = Vec::new();

    for package in &metadata.packages {
        for script in package.targets_of("custom-build") {
            let folder = script.src_path.parent().unwrap();
            if folder == package.folder() {
                files.push(script.src_path.clone());
            } else {
                files.extend(rust_files(folder));
            }
        }

        if found.contains_key(package.id.as_str()) {
            files.extend(rust_files(&package.folder().join("src")));
        }
    }
    files
}

fn without_comments(text: &str) -> String {
    let is_code = |line: &&str| !line.trim_start().starts_with("//");
    text.lines()
        .filter(is_code)
        .map(|line| format!("{line}\n"))
        .collect()
}

/// The packages that are banned, where a ban has no wrappers; else those that use the crate and
/// are no wrapper of it.
fn misuses(ban: &Ban, lock: &Lock) -> Vec<String> {
    let banned: Vec<_> = lock
        .package
        .iter()
        .filter(|locked| ban.names(locked))
        .collect();
    if ban.wrappers().is_empty() {
        return banned
            .iter()
            .map(|locked| format!("{} {}", locked.name, locked.version))
            .collect();
    }

    // An entry is "name", or "name version" where there are several.
    let uses = |locked: &&Locked| {
        locked
            .dependencies
            .iter()
            .any(|entry| entry.split(' ').next() == Some(ban.name()))
    };
    let strangers = lock.package.iter().filter(uses);
    let strangers = strangers.filter(|locked| !ban.wrappers().contains(&locked.name));
    strangers
        .map(|locked| format!("{} uses {}", locked.name, ban.name()))
        .collect()
}

/// Reads a licence expression of the SPDX form, and of Cargo's older one, in which `/` is "or".
struct Expression<'a> {
    words: Peekable<SplitWhitespace<'a>>,
    allowed: &'a [String],
}

impl Expression<'_> {
    fn is_allowed(text: &str, allowed: &[String]) -> bool {
        let spaced = text
            .replace('/', " OR ")
            .replace('(', " ( ")
            .replace(')', " ) ");
        let mut expression = Expression {
            words: spaced.split_whitespace().peekable(),
            allowed,
        };

        let holds = expression.any();
        holds && expression.words.next().is_none()
    }

    fn any(&mut self) -> bool {
        let mut holds = self.all();
        while self.words.next_if_eq(&"OR").is_some() {
            holds |= self.all();
        }
        holds
    }

    fn all(&mut self) -> bool {
        let mut holds = self.one();
        while self.words.next_if_eq(&"AND").is_some() {
            holds &= self.one();
        }
        holds
    }

    fn one(&mut self) -> bool {
        if self.words.next_if_eq(&"(").is_some() {
            let holds = self.any();
            return self.words.next_if_eq(&")").is_some() && holds;
        }

        let mut licence = self.words.next().unwrap_or_default().to_owned();
        if self.words.next_if_eq(&"WITH").is_some() {
            licence = format!("{licence} WITH {}", self.words.next().unwrap_or_default());
        }
        self.allowed.contains(&licence)
    }
}

/// Runs cargo in this repository, and returns what it printed.
fn cargo(arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();

    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

/// Returns the packages that the library needs with these features and no others.
fn needed_with(features: &str) -> BTreeSet<String> {
    let printed = cargo(&[
        "tree",
        "--locked",
        "--offline",
        "--edges=normal",
        "--prefix=none",
        "--format={p}",
        "--no-default-features",
        "--features",
        features,
    ]);

    String::from_utf8_lossy(&printed)
        .lines()
        .filter_map(|line| Some(line.split_once(' ')?.0.to_owned()))
        .collect()
}

/// A version of Rust, as far as it orders them.
fn rust(version: &str) -> (u32, u32) {
    let mut parts = version.split('.').map(|part| part.parse().unwrap());
    (parts.next().unwrap(), parts.next().unwrap_or(0))
}

#[test]
fn extraction_alone_needs_no_runtime_no_network_and_no_sqlite() {
    let heavy = |needed: &BTreeSet<String>| -> Vec<String> {
        ["tokio", "reqwest", "hyper", "spider", "axum", "rusqlite"]
            .into_iter()
            .filter(|name| needed.contains(*name))
            .map(str::to_owned)
            .collect()
    };

    assert_eq!(heavy(&needed_with("")), Vec::<String>::new());
    assert_eq!(heavy(&needed_with("archive")), ["rusqlite"]);
    // The list is not empty for want of names.
    assert_eq!(heavy(&needed_with("cli")).len(), 6);
}

#[test]
fn no_dependency_needs_a_newer_rust_than_is_promised() {
    let metadata = Metadata::of_this_machine();
    let root = metadata.package(&metadata.resolve.root);
    let promised = rust(root.rust_version.as_ref().expect("Cargo.toml has one"));

    let newer: Vec<String> = metadata
        .packages
        .iter()
        .filter(|package| {
            package
                .rust_version
                .as_ref()
                .is_some_and(|version| rust(version) > promised)
        })
        .map(Package::label)
        .collect();

    assert_eq!(newer, Vec::<String>::new());
}

#[test]
fn no_crate_that_the_build_runs_can_reach_a_network() {
    let metadata = Metadata::of_this_machine();
    let deny: Deny = toml_of("deny.toml");

    let found = run_by_the_build(&metadata);
    let reaches = |id: &&&str| {
        deny.bans
            .deny
            .iter()
            .any(|ban| ban.name() == metadata.package(id).name)
    };
    let mut faults: Vec<_> = found
        .keys()
        .filter(reaches)
        .map(|id| way_to(id, &found, &metadata))
        .collect();
    faults.sort();

    assert!(
        faults.is_empty(),
        "crates of deny.toml's list that the build runs: {faults:#?}"
    );
}

#[test]
fn no_source_that_the_build_runs_opens_a_connection_or_starts_a_downloader() {
    let metadata = Metadata::of_this_machine();
    let mut faults = Vec::new();

    for path in sources_run_by_the_build(&metadata) {
        let bytes = fs::read(&path).unwrap();
        let digest = hex::encode(Sha256::digest(&bytes));
        if READ_SCRIPTS.contains(&digest.as_str()) {
            continue;
        }
        let code = without_comments(&String::from_utf8_lossy(&bytes));
        let named = CONNECTIONS
            .iter()
            .chain(&DOWNLOADERS)
            .filter(|name| code.contains(**name));
        faults.extend(named.map(|name| format!("{} has {name}", path.display())));
    }

    assert!(
        faults.is_empty(),
        "read what these do during the build: {faults:#?}"
    );
}

#[test]
fn every_build_script_is_one_that_was_read() {
    let metadata = Metadata::of_this_machine();
    let deny: Deny = toml_of("deny.toml");

    let is_unread = |package: &&Package| {
        let has_script = package.targets_of("custom-build").next().is_some();
        let is_ours = package.id == metadata.resolve.root;
        has_script && !is_ours && !deny.bans.build.allow_build_scripts.contains(&package.name)
    };
    let faults: Vec<_> = metadata
        .packages
        .iter()
        .filter(is_unread)
        .map(Package::label)
        .collect();

    assert!(
        faults.is_empty(),
        "read their build.rs, then name them in deny.toml: {faults:#?}"
    );
}

#[test]
fn every_package_comes_from_the_registry_or_from_this_repository() {
    let deny: Deny = toml_of("deny.toml");
    let is_known = |source: &str| {
        let index = source.strip_prefix("registry+").unwrap_or_default();
        deny.sources
            .allow_registry
            .iter()
            .any(|allowed| allowed == index)
    };

    // The lock files name packages of every platform.
    let mut faults = Vec::new();
    for path in ["Cargo.lock", "fuzz/Cargo.lock"] {
        let strangers = toml_of::<Lock>(path)
            .package
            .into_iter()
            .filter_map(|locked| {
                let source = locked.source.filter(|source| !is_known(source))?;
                Some(format!(
                    "{path}: {} {} from {source}",
                    locked.name, locked.version
                ))
            });
        faults.extend(strangers);
    }

    let metadata = Metadata::of_this_machine();
    let is_elsewhere = |package: &&Package| {
        package.source.is_none()
            && !package
                .manifest_path
                .starts_with(env!("CARGO_MANIFEST_DIR"))
    };
    let elsewhere = metadata.packages.iter().filter(is_elsewhere);
    faults.extend(elsewhere.map(|package| package.manifest_path.display().to_string()));

    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn every_licence_is_one_that_deny_toml_allows() {
    let metadata = Metadata::of_this_machine();
    let allowed = toml_of::<Deny>("deny.toml").licenses.allow;

    let is_refused = |package: &&Package| {
        let expression = package.license.as_deref().unwrap_or_default();
        !Expression::is_allowed(expression, &allowed)
    };
    let told = |package: &Package| format!("{}: {:?}", package.label(), package.license);
    let faults: Vec<_> = metadata
        .packages
        .iter()
        .filter(is_refused)
        .map(told)
        .collect();

    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn a_licence_expression_is_allowed_where_all_that_it_demands_is() {
    let allowed = ["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"].map(String::from);
    let is_allowed = |text| Expression::is_allowed(text, &allowed);

    assert!(is_allowed("MIT"));
    assert!(is_allowed("GPL-3.0 OR MIT"));
    assert!(is_allowed("GPL-3.0/MIT"));
    assert!(is_allowed("(GPL-3.0 OR MIT) AND ISC"));
    assert!(is_allowed("GPL-3.0 AND BSL-1.0 OR ISC"));
    assert!(is_allowed("Apache-2.0 WITH LLVM-exception"));

    assert!(!is_allowed(""));
    assert!(!is_allowed("GPL-3.0"));
    assert!(!is_allowed("MIT AND GPL-3.0"));
    assert!(!is_allowed("(MIT OR ISC) AND GPL-3.0"));
    assert!(!is_allowed("Apache-2.0"));
    assert!(!is_allowed("MIT WITH LLVM-exception"));
    assert!(!is_allowed("MIT GPL-3.0"));
    assert!(!is_allowed("(MIT"));
}

#[test]
fn the_crates_that_deny_toml_bans_stand_only_below_their_wrappers() {
    let deny: Deny = toml_of("deny.toml");
    let mut faults = Vec::new();

    for path in ["Cargo.lock", "fuzz/Cargo.lock"] {
        let lock: Lock = toml_of(path);
        for ban in &deny.bans.deny {
            faults.extend(
                misuses(ban, &lock)
                    .iter()
                    .map(|fault| format!("{path}: {fault}")),
            );
        }
    }

    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn fuzzing_is_built_with_the_patches_of_the_program() {
    let patches = |path| {
        let manifest: Manifest = toml_of(path);
        let registry = manifest.patch.get("crates-io");
        registry
            .into_iter()
            .flat_map(HashMap::keys)
            .cloned()
            .collect::<BTreeSet<_>>()
    };

    assert_eq!(patches("fuzz/Cargo.toml"), patches("Cargo.toml"));
}
