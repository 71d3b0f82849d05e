//! Which files of one room name one another, and the circles among them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::{Code, Name, room};

/// The edges between files of the same room, with the names that make them.
///
/// A name that is imported by way of another file leads to the file that defines it. Modules of
/// tests are left out: they stand above their file, and may set up what it needs with any other.
pub struct Graph {
    edges: BTreeMap<(String, String), BTreeSet<String>>,
}

/// Files each of which leads to all others.
pub struct Circle {
    pub files: BTreeSet<String>,
    edges: Vec<(String, String, BTreeSet<String>)>,
}

impl Graph {
    pub fn of(code: &Code) -> Self {
        let mut edges: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for mention in code
            .mentions()
            .into_iter()
            .filter(|mention| !mention.is_test)
        {
            let Name::Inside(place) = mention.name else {
                continue;
            };
            for file in code.definitions(&place) {
                if file != mention.file && room(file) == room(&mention.file) {
                    let edge = (mention.file.clone(), file.to_owned());
                    edges.entry(edge).or_default().insert(place.join("::"));
                }
            }
        }
        Self { edges }
    }

    /// Returns the edges of one room with the names that make them.
    pub fn edges_of(&self, of: &str) -> impl Iterator<Item = (&str, &str, &BTreeSet<String>)> {
        let edges = self
            .edges
            .iter()
            .filter(move |((from, _), _)| room(from) == of);
        edges.map(|((from, to), names)| (from.as_str(), to.as_str(), names))
    }

    /// Returns the circles among files, but for those of a file and what stands in its own folder.
    ///
    /// `crawl.rs` calls `crawl/ask.rs`, which has methods of `crawl.rs`'s own `Crawl`. Nearly every
    /// room is such a circle, and it tells nothing: the upper file is the room's face. What counts
    /// is whether the files behind it have an order.
    pub fn circles(&self) -> Vec<Circle> {
        let files: BTreeSet<&str> = self
            .edges
            .keys()
            .flat_map(|(from, to)| [from.as_str(), to.as_str()])
            .collect();
        let reached: BTreeMap<&str, BTreeSet<&str>> = files
            .iter()
            .map(|file| (*file, self.reached(file)))
            .collect();
        let mut circles: Vec<Circle> = Vec::new();

        for file in files {
            let is_met = circles.iter().any(|circle| circle.files.contains(file));
            if !is_met && reached[file].contains(file) {
                let back = reached[file]
                    .iter()
                    .filter(|other| reached[*other].contains(file));
                circles.push(self.circle(back.map(|other| (*other).to_owned()).collect()));
            }
        }
        circles
    }

    /// Every file that `file` leads to.
    fn reached(&self, file: &str) -> BTreeSet<&str> {
        let mut reached = BTreeSet::new();
        let mut waiting: Vec<&str> = self.next(file).collect();
        while let Some(file) = waiting.pop() {
            if reached.insert(file) {
                waiting.extend(self.next(file));
            }
        }
        reached
    }

    fn next(&self, file: &str) -> impl Iterator<Item = &str> {
        let edges = self
            .edges
            .keys()
            .filter(move |(from, to)| from == file && !are_kin(from, to));
        edges.map(|(_, to)| to.as_str())
    }

    fn circle(&self, files: BTreeSet<String>) -> Circle {
        let is_inner = |(from, to): &(String, String)| {
            files.contains(from) && files.contains(to) && !are_kin(from, to)
        };
        let edges = self.edges.iter().filter(|(edge, _)| is_inner(edge));
        let edges = edges
            .map(|((from, to), names)| (from.clone(), to.clone(), names.clone()))
            .collect();
        Circle { files, edges }
    }
}

impl fmt::Display for Circle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{}",
            self.files.iter().cloned().collect::<Vec<_>>().join(", ")
        )?;
        for (from, to, names) in &self.edges {
            writeln!(f, "    {from} -> {to}: {}", items(names).join(", "))?;
        }
        Ok(())
    }
}

/// The names but for those that are part of another: `Outcome`, and not `Outcome::Gone` as well.
fn items(names: &BTreeSet<String>) -> Vec<&str> {
    let is_part = |name: &&String| {
        names
            .iter()
            .any(|other| name.starts_with(&format!("{other}::")))
    };
    names
        .iter()
        .filter(|name| !is_part(name))
        .map(String::as_str)
        .collect()
}

/// Whether one file stands in the folder of the other, however deep.
fn are_kin(one: &str, other: &str) -> bool {
    is_above(one, other) || is_above(other, one)
}

fn is_above(upper: &str, lower: &str) -> bool {
    lower
        .strip_prefix(upper.trim_end_matches(".rs"))
        .is_some_and(|rest| rest.starts_with('/'))
}
