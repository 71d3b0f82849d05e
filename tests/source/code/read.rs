//! One file's modules, with their items, their imports and the paths that they name.

use std::collections::BTreeSet;

use syn::buffer::TokenBuffer;
use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemMod, ItemUse, Macro, Meta, UseTree, VisRestricted};

use super::names::{names_in_text, names_in_tokens};
use super::{Code, Place};

/// A module, be it a file or a part of one.
#[derive(Default)]
pub struct Module {
    pub file: String,
    /// What it defines itself, but for modules.
    pub items: BTreeSet<String>,
    pub imports: Vec<Import>,
    pub named: BTreeSet<Written>,
}

/// One name that a `use` brings, or all of a module.
pub enum Import {
    Named { name: String, written: Written },
    All(Written),
}

/// A path as it stands in the source.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Written {
    /// Begins with `::`.
    pub is_of_a_crate: bool,
    /// Stands in a `use`.
    pub is_import: bool,
    pub segments: Vec<String>,
}

struct Reader<'a> {
    file: &'a str,
    place: Place,
    code: &'a mut Code,
}

/// Adds the modules of a file to `code`.
pub fn read(syntax: &syn::File, file: &str, place: Place, code: &mut Code) {
    let mut reader = Reader { file, place, code };
    // A file without anything in it is a module, too.
    reader.module();
    reader.visit_file(syntax);
}

impl Reader<'_> {
    fn module(&mut self) -> &mut Module {
        let module = self.code.modules.entry(self.place.clone()).or_default();
        module.file = self.file.to_owned();
        module
    }

    fn name(&mut self, written: Written) {
        // `self` alone is a value, and `crate` alone tells who may see an item.
        let is_word = matches!(written.segments.as_slice(), [only] if is_keyword(only));
        if !is_word && !written.segments.is_empty() {
            self.module().named.insert(written);
        }
    }

    fn import(&mut self, import: Import) {
        let (Import::Named { written, .. } | Import::All(written)) = &import;
        let written = written.clone();
        let is_all = matches!(import, Import::All(_));
        self.module().imports.push(import);
        self.module().named.insert(if is_all {
            written.and("*".to_owned())
        } else {
            written
        });
    }

    /// Takes the tree of a `use` apart, down to the names that it brings.
    fn tree(&mut self, tree: &UseTree, before: &Written) {
        match tree {
            UseTree::Path(path) => self.tree(&path.tree, &before.and(path.ident.to_string())),
            UseTree::Name(leaf) => {
                let written = before.and(leaf.ident.to_string());
                let name = written.segments.last().cloned().unwrap_or_default();
                self.import(Import::Named { name, written });
            }
            UseTree::Rename(leaf) => {
                let written = before.and(leaf.ident.to_string());
                self.import(Import::Named {
                    name: leaf.rename.to_string(),
                    written,
                });
            }
            UseTree::Glob(_) => self.import(Import::All(before.clone())),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.tree(tree, before)),
        }
    }

    fn define(&mut self, item: &Item) {
        let name = match item {
            Item::Const(item) => &item.ident,
            Item::Enum(item) => &item.ident,
            Item::Fn(item) => &item.sig.ident,
            Item::Static(item) => &item.ident,
            Item::Struct(item) => &item.ident,
            Item::Trait(item) => &item.ident,
            Item::TraitAlias(item) => &item.ident,
            Item::Type(item) => &item.ident,
            Item::Union(item) => &item.ident,
            Item::Macro(item) => {
                let Some(name) = &item.ident else { return };
                name
            }
            _ => return,
        };
        let name = name.to_string();
        self.module().items.insert(name);
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_file(&mut self, file: &'ast syn::File) {
        file.items.iter().for_each(|item| self.define(item));
        visit::visit_file(self, file);
    }

    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        module
            .attrs
            .iter()
            .for_each(|attribute| self.visit_attribute(attribute));
        self.place.push(module.ident.to_string());
        if module.attrs.iter().any(is_for_tests) {
            self.code.tests.insert(self.place.clone());
        }

        if let Some((_, items)) = &module.content {
            self.module();
            for item in items {
                self.define(item);
                self.visit_item(item);
            }
        }
        self.place.pop();
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        let before = Written {
            is_of_a_crate: item.leading_colon.is_some(),
            is_import: true,
            segments: Vec::new(),
        };
        self.tree(&item.tree, &before);
    }

    fn visit_item_extern_crate(&mut self, item: &'ast syn::ItemExternCrate) {
        let written = Written {
            is_of_a_crate: true,
            is_import: true,
            segments: vec![item.ident.to_string()],
        };
        let name = item
            .rename
            .as_ref()
            .map_or_else(|| item.ident.to_string(), |(_, name)| name.to_string());
        self.import(Import::Named { name, written });
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.name(Written::from(path));
        // Paths within the angle brackets of this one.
        visit::visit_path(self, path);
    }

    /// `pub(in path)` tells who may see an item, and uses nothing.
    fn visit_vis_restricted(&mut self, _: &'ast VisRestricted) {}

    fn visit_macro(&mut self, call: &'ast Macro) {
        self.visit_path(&call.path);
        names_in_tokens(&TokenBuffer::new2(call.tokens.clone()))
            .into_iter()
            .for_each(|written| self.name(written));
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        visit::visit_attribute(self, attribute);
        if let Meta::List(list) = &attribute.meta {
            names_in_tokens(&TokenBuffer::new2(list.tokens.clone()))
                .into_iter()
                .for_each(|written| self.name(written));
        }
        // `#[path = "…"]` is no path of this kind, and is read as none: it has no `::`.
        if let Meta::NameValue(value) = &attribute.meta
            && let syn::Expr::Lit(literal) = &value.value
            && let syn::Lit::Str(text) = &literal.lit
        {
            names_in_text(&text.value())
                .into_iter()
                .for_each(|written| self.name(written));
        }
    }
}

impl Written {
    /// The path with one more segment. `self` behind another segment is that segment.
    fn and(&self, segment: String) -> Self {
        let mut longer = self.clone();
        if segment != "self" || longer.segments.is_empty() {
            longer.segments.push(segment);
        }
        longer
    }

    /// The path of which this is the end.
    pub fn behind(mut self, before: &[String]) -> Self {
        self.segments.splice(0..0, before.iter().cloned());
        self
    }
}

impl From<&syn::Path> for Written {
    fn from(path: &syn::Path) -> Self {
        let segments = path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string())
            .collect();
        Self {
            is_of_a_crate: path.leading_colon.is_some(),
            is_import: false,
            segments,
        }
    }
}

/// `#[cfg(test)]`
pub fn is_for_tests(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg")
        && attribute
            .parse_args::<syn::Ident>()
            .is_ok_and(|what| what == "test")
}

fn is_keyword(segment: &str) -> bool {
    matches!(segment, "crate" | "self" | "super" | "Self")
}
