//! Names: one type name means one thing in the whole crate, and the glossary names what exists.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use syn::Ident;
use syn::visit::{self, Visit};

use crate::code::{File, files_below, is_for_tests, src};

/// The names that a crate defines.
#[derive(Default)]
struct Definitions {
    /// The file that is being read.
    file: String,
    /// Structs, enums, unions, traits and type aliases, with the files that define them.
    types: BTreeMap<String, Vec<String>>,
    /// Functions and constants.
    values: BTreeSet<String>,
}

impl Definitions {
    fn of(files: &[File]) -> Self {
        let mut definitions = Self::default();
        for File { path, text } in files {
            definitions.file.clone_from(path);
            let syntax = syn::parse_file(text).unwrap_or_else(|error| panic!("{path}: {error}"));
            definitions.visit_file(&syntax);
        }

        definitions
    }

    fn add_type(&mut self, name: &Ident) {
        let file = self.file.clone();
        self.types.entry(name.to_string()).or_default().push(file);
    }

    fn twice(&self) -> Vec<String> {
        self.types
            .iter()
            .filter(|(_, files)| files.len() > 1)
            .map(|(name, files)| format!("{name}: {}", files.join(", ")))
            .collect()
    }

    fn has(&self, name: &str) -> bool {
        self.types.contains_key(name) || self.values.contains(name)
    }
}

impl<'a> Visit<'a> for Definitions {
    fn visit_item_mod(&mut self, item: &'a syn::ItemMod) {
        if !item.attrs.iter().any(is_for_tests) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_struct(&mut self, item: &'a syn::ItemStruct) {
        self.add_type(&item.ident);
    }

    fn visit_item_enum(&mut self, item: &'a syn::ItemEnum) {
        self.add_type(&item.ident);
    }

    fn visit_item_union(&mut self, item: &'a syn::ItemUnion) {
        self.add_type(&item.ident);
    }

    fn visit_item_trait(&mut self, item: &'a syn::ItemTrait) {
        self.add_type(&item.ident);
        visit::visit_item_trait(self, item);
    }

    fn visit_item_type(&mut self, item: &'a syn::ItemType) {
        self.add_type(&item.ident);
    }

    fn visit_signature(&mut self, signature: &'a syn::Signature) {
        self.values.insert(signature.ident.to_string());
    }

    fn visit_item_const(&mut self, item: &'a syn::ItemConst) {
        self.values.insert(item.ident.to_string());
    }
}

/// Returns the names in backticks in the last column of the glossary.
fn glossary(text: &str) -> Vec<String> {
    let (_, table) = text
        .split_once("## Glossary")
        .expect("ARCHITECTURE.md has a glossary");
    table
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| word"))
        .filter_map(|line| line.trim_end_matches([' ', '|']).rsplit('|').next())
        .flat_map(|cell| {
            cell.split('`')
                .skip(1)
                .step_by(2)
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn a_type_name_means_one_thing_in_the_whole_crate() {
    let definitions = Definitions::of(&files_below(&src()));

    assert!(definitions.types.len() > 100, "src was not read");
    assert_eq!(definitions.twice(), Vec::<String>::new());
}

#[test]
fn a_type_name_that_is_used_twice_is_found_wherever_it_stands() {
    let file = |path: &str, text: &str| File {
        path: path.to_owned(),
        text: text.to_owned(),
    };
    let definitions = Definitions::of(&[
        file("one.rs", "struct Page; mod inner { enum Page {} }"),
        file("two.rs", "type Row = u8; trait Row {} struct Alone;"),
        file("three.rs", "#[cfg(test)] mod tests { struct Alone; }"),
    ]);

    assert_eq!(
        definitions.twice(),
        ["Page: one.rs, one.rs", "Row: two.rs, two.rs"]
    );
}

#[test]
fn every_name_of_the_glossary_stands_in_the_source() {
    let definitions = Definitions::of(&files_below(&src()));
    let text =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ARCHITECTURE.md"))
            .expect("it is there");

    let names = glossary(&text);
    let missing: Vec<&String> = names.iter().filter(|name| !definitions.has(name)).collect();

    assert!(names.len() > 40, "the glossary was not read: {names:?}");
    assert!(missing.is_empty(), "not in src: {missing:?}");
}
