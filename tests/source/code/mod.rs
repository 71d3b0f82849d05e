//! The source of a crate as the compiler reads it: its modules, and the paths that each of them
//! names.
//!
//! What methods are called is not seen: a method belongs to a type, and the type was named
//! somewhere.

mod graph;
mod names;
mod read;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use read::{Import, Module, Written};

pub use graph::Graph;
pub use read::is_for_tests;

/// Imports of imports are followed so far: deeper are only those that import themselves.
const DEEPEST_IMPORT: usize = 16;

/// A path from the root of the crate, or a module.
pub type Place = Vec<String>;

/// The modules of a crate, and what they name.
#[derive(Default)]
pub struct Code {
    modules: BTreeMap<Place, Module>,
    /// The modules that only tests are built with: those below them are as well.
    tests: BTreeSet<Place>,
}

/// A file of the crate.
pub struct File {
    /// Relative to `src`, with slashes.
    pub path: String,
    pub text: String,
}

/// What a path in the source leads to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Name {
    /// An item or module of the crate, from its root.
    Inside(Place),
    /// Whatever is no item of the crate: other crates above all, but also type parameters.
    Outside(Place),
}

/// A name, and the file that it stands in.
pub struct Mention {
    pub file: String,
    pub name: Name,
    /// Stands in a module of tests.
    pub is_test: bool,
}

impl File {
    /// The module that the file is.
    fn place(&self) -> Place {
        match self.path.as_str() {
            "lib.rs" | "main.rs" => Place::new(),
            path => path
                .trim_end_matches(".rs")
                .split('/')
                .map(String::from)
                .collect(),
        }
    }
}

impl Code {
    pub fn of(files: &[File]) -> Self {
        let mut code = Self::default();
        // Every path begins at the root, whether its file is among these or not.
        code.modules.insert(Place::new(), Module::default());
        for file in files {
            let syntax =
                syn::parse_file(&file.text).unwrap_or_else(|why| panic!("{}: {why}", file.path));
            read::read(&syntax, &file.path, file.place(), &mut code);
        }
        code
    }

    /// Returns whatever the crate's files name, each in each of its meanings.
    pub fn mentions(&self) -> Vec<Mention> {
        let mut mentions = Vec::new();
        for (place, module) in &self.modules {
            let named = module
                .named
                .iter()
                .flat_map(|written| self.meanings(place, written));
            let named: BTreeSet<Name> = named.collect();
            let is_test = self.is_test(place);
            mentions.extend(named.into_iter().map(|name| Mention {
                file: module.file.clone(),
                name,
                is_test,
            }));
        }
        mentions
    }

    /// Returns the files that define what stands at `place`, wherever it is imported by way of.
    pub fn definitions(&self, place: &[String]) -> BTreeSet<&str> {
        self.defined(&Place::new(), place, DEEPEST_IMPORT)
    }

    fn is_test(&self, place: &Place) -> bool {
        self.tests.iter().any(|tests| place.starts_with(tests))
    }

    /// Returns whatever a path in `place` may mean: a module and a function may have the same name.
    fn meanings(&self, place: &Place, written: &Written) -> Vec<Name> {
        self.meant(place, written, DEEPEST_IMPORT)
    }

    fn meant(&self, place: &Place, written: &Written, depth: usize) -> Vec<Name> {
        let (first, rest) = written
            .segments
            .split_first()
            .expect("a path has a segment");
        if written.is_of_a_crate {
            return vec![Name::Outside(written.segments.clone())];
        }

        match first.as_str() {
            "crate" => vec![Name::Inside(rest.to_vec())],
            "self" | "super" => vec![Name::Inside(from(place, &written.segments))],
            "Self" => vec![],
            _ => self.meant_by_name(place, written, depth),
        }
    }

    /// Looks the first segment up in the module, as the compiler does.
    fn meant_by_name(&self, place: &Place, written: &Written, depth: usize) -> Vec<Name> {
        let (first, rest) = written
            .segments
            .split_first()
            .expect("a path has a segment");
        let mut names = self.found_in(place, first, rest, depth);
        // A variable may have the name of a module, but a module stands alone only where it is
        // imported.
        let may_be_module = written.is_import || !rest.is_empty();
        if may_be_module
            && self
                .modules
                .contains_key(&joined(place, std::slice::from_ref(first)))
        {
            names.push(Name::Inside(joined(place, &written.segments)));
        }

        if names.is_empty() && may_be_module {
            names.push(Name::Outside(written.segments.clone()));
        }
        names
    }

    /// Returns what `first` means by the imports and items of a module, with `rest` behind it.
    fn found_in(&self, place: &Place, first: &str, rest: &[String], depth: usize) -> Vec<Name> {
        let (Some(module), Some(depth)) = (self.modules.get(place), depth.checked_sub(1)) else {
            return vec![];
        };
        let mut names = Vec::new();
        if module.items.contains(first) {
            names.push(Name::Inside(joined(
                &joined(place, &[first.to_owned()]),
                rest,
            )));
        }

        for import in &module.imports {
            match import {
                Import::Named { name, written } if name == first && !is_itself(name, written) => {
                    let meant = self.meant(place, written, depth);
                    names.extend(meant.into_iter().map(|name| name.followed_by(rest)));
                }
                Import::Named { .. } => {}
                Import::All(written) => {
                    names.extend(self.found_by_glob(place, written, first, rest, depth))
                }
            }
        }
        names
    }

    fn found_by_glob(
        &self,
        place: &Place,
        written: &Written,
        first: &str,
        rest: &[String],
        depth: usize,
    ) -> Vec<Name> {
        let mut names = Vec::new();
        for name in self.meant(place, written, depth) {
            let Name::Inside(of) = name else { continue };
            names.extend(self.found_in(&of, first, rest, depth));

            let child = joined(&of, &[first.to_owned()]);
            if self.modules.contains_key(&child) {
                names.push(Name::Inside(joined(&child, rest)));
            }
        }
        names
    }

    /// Walks from module `at` down `path`, and from there on wherever an import leads.
    fn defined(&self, at: &Place, path: &[String], depth: usize) -> BTreeSet<&str> {
        let (Some(module), Some(left)) = (self.modules.get(at), depth.checked_sub(1)) else {
            return BTreeSet::new();
        };
        let Some((first, rest)) = path.split_first() else {
            return BTreeSet::from([module.file.as_str()]);
        };
        let mut files = BTreeSet::new();

        let child = joined(at, std::slice::from_ref(first));
        if self.modules.contains_key(&child) {
            files.extend(self.defined(&child, rest, depth));
        }
        for name in self.found_in(at, first, rest, left) {
            match name {
                Name::Inside(place) if place.starts_with(&child) => {
                    if module.items.contains(first) {
                        files.insert(&module.file);
                    }
                }
                Name::Inside(place) => files.extend(self.defined(&Place::new(), &place, left)),
                Name::Outside(_) => {}
            }
        }

        // A macro made it, or it is of another crate: who names it leans on this file.
        if files.is_empty() {
            files.insert(&module.file);
        }
        files
    }
}

impl Name {
    fn followed_by(self, rest: &[String]) -> Self {
        match self {
            Self::Inside(place) => Self::Inside(joined(&place, rest)),
            Self::Outside(place) => Self::Outside(joined(&place, rest)),
        }
    }
}

/// The module of the crate's root that a file belongs to: `archive` of `archive/reader.rs`.
pub fn room(path: &str) -> &str {
    path.split('/')
        .next()
        .unwrap_or_default()
        .trim_end_matches(".rs")
}

/// Reads the Rust files below `root`.
pub fn files_below(root: &Path) -> Vec<File> {
    let mut folders = vec![root.to_owned()];
    let mut files = Vec::new();

    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(File {
                    path: below(root, &path),
                    text: fs::read_to_string(&path).unwrap(),
                });
            }
        }
    }
    files.sort_by(|one, other| one.path.cmp(&other.path));
    files
}

fn below(root: &Path, path: &Path) -> String {
    let parts = path.strip_prefix(root).unwrap().components();
    let path = parts.map(|part| part.as_os_str().to_string_lossy().into_owned());
    path.collect::<Vec<_>>().join("/")
}

/// The folder of the crate's source.
pub fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Follows `self` and `super` from a module on.
fn from(place: &Place, path: &[String]) -> Place {
    let place_and_rest = match path.split_first() {
        Some((first, rest)) if first == "self" => Some((place.clone(), rest)),
        Some((first, rest)) if first == "super" => {
            Some((place[..place.len().saturating_sub(1)].to_vec(), rest))
        }
        _ => None,
    };
    place_and_rest.map_or_else(|| joined(place, path), |(place, rest)| from(&place, rest))
}

/// `use name;` at the root of a module imports a crate under its own name.
fn is_itself(name: &str, written: &Written) -> bool {
    written.segments.first().is_some_and(|first| first == name) && written.segments.len() == 1
}

fn joined(place: &[String], rest: &[String]) -> Place {
    [place, rest].concat()
}
