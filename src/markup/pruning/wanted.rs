//! What readers look for in a page, as properties of start tags.

use memchr::memmem::Finder;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::markup::Selector;
use crate::markup::index::{alternatives, compounds};
use crate::markup::pruning::compound::{Compound, Test};
use crate::markup::pruning::tags::{PageTag, is_space};

/// The longest name of an element that is compared.
pub(super) const MAX_NAME: usize = 32;

/// Elements that the parser makes without a start tag.
const IMPLIED: [&str; 5] = ["html", "head", "body", "tbody", "colgroup"];

/// The elements that readers of a page look for. All others may be cut from the page before it is
/// parsed.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Sorted by hash: the tests that an element with this id, class, attribute or name may pass.
    tests: Vec<(u64, Passed)>,
    targets: Vec<Target>,
    /// Names of the attributes besides `id` and `class` that are looked at.
    attributes: Vec<String>,
    anchors: u16,
    reads_scripts: bool,
    /// A selector has no property that a start tag shows: nothing may be cut.
    is_everything: bool,
}

/// What an element is wanted for.
#[derive(Clone, Copy, Debug)]
enum Passed {
    /// Elements within this one may be wanted.
    Anchor(u16),
    /// The element may be wanted.
    Target(u16),
}

/// An element that is wanted.
#[derive(Clone, Debug)]
struct Target {
    /// Only within elements of these.
    within: Vec<u16>,
    /// The part of an attribute's value that it must have.
    value: Option<Finder<'static>>,
    /// Its content is wanted, too.
    is_deep: bool,
}

/// What a start tag turned out to be.
#[derive(Clone, Debug, Default)]
pub(super) struct Findings {
    /// The anchors that it is.
    pub anchors: Vec<u16>,
    /// It would be wanted within other elements, or is.
    pub is_candidate: bool,
    pub is_wanted: bool,
    pub is_deep: bool,
}

/// The kind of a hashed word.
#[derive(Clone, Copy)]
enum Word {
    Id,
    Class,
    Attribute,
    Name,
}

impl Wanted {
    /// Returns what these selectors need of a page. All readers also need its base, links and meta
    /// tags, and the data in its scripts. Of what `present` selects, only its presence is needed.
    pub fn of<'s>(
        deep: impl IntoIterator<Item = &'s Selector>,
        present: impl IntoIterator<Item = &'s Selector>,
    ) -> Self {
        let mut wanted = Self::default();
        let mut anchors = Vec::new();
        for name in ["base", "meta", "link"] {
            wanted.add(name, true, &mut anchors);
        }

        for (selectors, is_deep) in [
            (deep.into_iter().collect::<Vec<_>>(), true),
            (present.into_iter().collect(), false),
        ] {
            for one in selectors
                .iter()
                .flat_map(|list| alternatives(list.written()))
            {
                wanted.add(one, is_deep, &mut anchors);
            }
        }

        wanted.anchors = u16::try_from(anchors.len()).unwrap_or(u16::MAX);
        wanted.tests.sort_unstable_by_key(|(hash, _)| *hash);
        wanted
    }

    /// Keeps the texts of all scripts, and not only of those with data.
    pub fn with_scripts(self, reads_scripts: bool) -> Self {
        Self {
            reads_scripts,
            ..self
        }
    }

    /// Tells whether nothing may be cut.
    pub(super) fn is_everything(&self) -> bool {
        self.is_everything
    }

    /// Tells whether texts of scripts without data are read.
    pub(super) fn reads_scripts(&self) -> bool {
        self.reads_scripts
    }

    /// Returns how many anchors there are.
    pub(super) fn anchors(&self) -> usize {
        usize::from(self.anchors)
    }

    /// Adds a single selector.
    fn add(&mut self, selector: &str, is_deep: bool, anchors: &mut Vec<Test>) {
        let parsed: Option<Vec<Compound>> = compounds(selector)
            .map(Compound::parse)
            .collect::<Option<_>>();
        let Some(mut parsed) = parsed.filter(|parsed| !parsed.is_empty()) else {
            self.is_everything = true;
            return;
        };

        // What a compound before the last one says of its content is known of deep ones only.
        let looking = parsed.iter().position(|compound| compound.looks_inside);
        let is_deep = is_deep || looking.is_some();
        parsed.truncate(looking.map_or(parsed.len(), |at| at + 1));

        let Some(test) = parsed.pop().and_then(|target| target.test) else {
            self.is_everything = true;
            return;
        };
        if matches!(&test, Test::Name(name) if IMPLIED.contains(&name.as_str())) {
            self.is_everything = true;
            return;
        }

        let within = parsed
            .into_iter()
            .filter(|compound| !compound.is_sibling)
            .filter_map(|compound| compound.test)
            .filter(|test| matches!(test, Test::Id(_) | Test::Class(_)))
            .map(|test| self.anchor(test, anchors))
            .collect();

        let number =
            u16::try_from(self.targets.len()).expect("profiles have some hundred selectors");
        let hash = self.hash_of(&test);
        self.tests.push((hash, Passed::Target(number)));
        let value = match &test {
            Test::Attribute { value, .. } => value.as_deref(),
            Test::Id(_) | Test::Class(_) | Test::Name(_) => None,
        };
        let value = value.map(|part| Finder::new(part.as_bytes()).into_owned());
        self.targets.push(Target {
            within,
            value,
            is_deep,
        });
    }

    /// Returns the number of an anchor.
    fn anchor(&mut self, test: Test, anchors: &mut Vec<Test>) -> u16 {
        let known = anchors.iter().position(|known| *known == test);
        let number = known.unwrap_or(anchors.len());
        let number = u16::try_from(number).expect("profiles have some hundred selectors");

        if known.is_none() {
            let hash = self.hash_of(&test);
            self.tests.push((hash, Passed::Anchor(number)));
            anchors.push(test);
        }
        number
    }

    /// Returns the hash of what a test looks for, and remembers the attribute that it looks at.
    fn hash_of(&mut self, test: &Test) -> u64 {
        match test {
            Test::Id(id) => hash(Word::Id, id.as_bytes()),
            Test::Class(class) => hash(Word::Class, class.as_bytes()),
            Test::Attribute { name, .. } => {
                if !self.attributes.contains(name) {
                    self.attributes.push(name.clone());
                }
                hash(Word::Attribute, name.as_bytes())
            }
            Test::Name(name) => hash(Word::Name, name.as_bytes()),
        }
    }

    /// Looks at a start tag, whose name is given in lower case. `open` tells how many elements of
    /// each anchor are open. Returns `None` where the tag writes its classes or its id by character
    /// references.
    pub(super) fn look(&self, tag: &PageTag<'_>, name: &[u8], open: &[u32]) -> Option<Findings> {
        let mut found = Findings::default();
        self.test(hash(Word::Name, name), None, open, &mut found);

        for (name, value) in tag.attributes() {
            let is_word = [&b"class"[..], b"id"]
                .iter()
                .any(|word| name.eq_ignore_ascii_case(word));
            if is_word && has_reference(value) {
                return None;
            }

            if name.eq_ignore_ascii_case(b"class") {
                for class in value.split(|byte| is_space(*byte)) {
                    self.test(hash(Word::Class, class), None, open, &mut found);
                }
            } else if name.eq_ignore_ascii_case(b"id") {
                let id = value.trim_ascii();
                self.test(hash(Word::Id, id), None, open, &mut found);
            }

            let known = self
                .attributes
                .iter()
                .find(|known| name.eq_ignore_ascii_case(known.as_bytes()));
            if let Some(known) = known {
                let hash = hash(Word::Attribute, known.as_bytes());
                self.test(hash, Some(value), open, &mut found);
            }
        }

        Some(found)
    }

    /// Notes what an element with this property may be.
    fn test(&self, hash: u64, value: Option<&[u8]>, open: &[u32], found: &mut Findings) {
        let start = self.tests.partition_point(|(known, _)| *known < hash);
        let passed = self.tests[start..]
            .iter()
            .take_while(|(known, _)| *known == hash);

        for (_, passed) in passed {
            match passed {
                Passed::Anchor(number) => found.anchors.push(*number),
                Passed::Target(number) => {
                    let target = &self.targets[usize::from(*number)];
                    let is_within = target.is_within(open);
                    // Many targets look into the address of every link.
                    if !found.lacks(target, is_within) || !target.has_value(value) {
                        continue;
                    }

                    found.is_candidate = true;
                    found.is_wanted |= is_within;
                    found.is_deep |= is_within && target.is_deep;
                }
            }
        }
    }
}

impl Findings {
    /// Tells whether a target would add to the findings.
    fn lacks(&self, target: &Target, is_within: bool) -> bool {
        let adds_within = !self.is_wanted || target.is_deep && !self.is_deep;
        !self.is_candidate || is_within && adds_within
    }
}

impl Target {
    fn has_value(&self, value: Option<&[u8]>) -> bool {
        self.value
            .as_ref()
            .zip(value)
            .is_none_or(|(part, value)| has_reference(value) || part.find(value).is_some())
    }

    /// Tells whether an element of each anchor is open.
    fn is_within(&self, open: &[u32]) -> bool {
        self.within
            .iter()
            .all(|anchor| open[usize::from(*anchor)] > 0)
    }
}

/// Tells whether a raw value may have a character reference other than `&amp;`: its text is then
/// another.
pub(super) fn has_reference(value: &[u8]) -> bool {
    memchr::memchr_iter(b'&', value).any(|at| {
        let name = &value[at + 1..];
        let length = name
            .iter()
            .position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'#')
            .unwrap_or(name.len());
        name.get(length) == Some(&b';') && &name[..length] != b"amp" || name.starts_with(b"#")
    })
}

fn hash(word: Word, text: &[u8]) -> u64 {
    xxh3_64_with_seed(text, word as u64)
}
