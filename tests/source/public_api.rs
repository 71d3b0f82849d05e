//! The library's door: the names that `src/lib.rs` exports, and what they have.
//!
//! `docs/public-api.txt` lists them, so that a change of it is seen in every review. After a change
//! that is meant, `SASEO_WRITE_API=1 cargo test --test source` writes the list anew.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use crate::code::{File, files_below, src};
use quote::ToTokens;
use syn::{Attribute, Expr, Fields, ImplItem, Item, Lit, Meta, ReturnType, UseTree, Visibility};

/// The committed list, from the repository's root.
const LIST: &str = "docs/public-api.txt";

/// A public item, field, variant or function.
#[derive(Debug)]
struct PublicItem {
    /// The item as the list shows it: a signature, or a field with its type.
    line: String,
    docs: String,
    /// An error's variant and its fields are told by its message.
    has_message: bool,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Type,
    Part,
    /// A function that one begins with: it needs no value of its type.
    Entrance,
    Method,
}

impl PublicItem {
    fn fails(&self) -> bool {
        self.line.contains("-> Result<")
    }
}

/// Returns the items behind the names that the files' `lib.rs` exports, sorted by name.
fn public_items(files: &[File]) -> Vec<PublicItem> {
    let root = files.iter().find(|file| file.path == "lib.rs").unwrap();
    let names = exported(&syn::parse_file(&root.text).unwrap().items);
    let mut items = Vec::new();

    for file in files {
        let syntax = syn::parse_file(&file.text).unwrap();
        for item in &syntax.items {
            let found = match item {
                Item::Fn(item) => {
                    let module = file.path.trim_end_matches(".rs");
                    let is_named = item.sig.ident == module && names.contains(module);
                    if is_named && is_open(&item.vis, &item.attrs) {
                        vec![function("", &item.sig, &item.attrs)]
                    } else {
                        Vec::new()
                    }
                }
                Item::Struct(item) if names.contains(&item.ident.to_string()) => structure(item),
                Item::Enum(item) if names.contains(&item.ident.to_string()) => enumeration(item),
                Item::Impl(item) if item.trait_.is_none() && !is_hidden(&item.attrs) => {
                    let name = base_name(&item.self_ty);
                    if names.contains(&name) {
                        functions(&name, item)
                    } else {
                        Vec::new()
                    }
                }
                _ => Vec::new(),
            };
            items.extend(found);
        }
    }

    items.sort_by(|one, other| one.line.cmp(&other.line));
    items
}

/// Returns the names that a crate's root re-exports.
fn exported(items: &[Item]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for item in items {
        if let Item::Use(item) = item
            && matches!(item.vis, Visibility::Public(_))
        {
            collect(&item.tree, &mut names);
        }
    }
    names
}

fn collect(tree: &UseTree, names: &mut BTreeSet<String>) {
    match tree {
        UseTree::Path(path) => collect(&path.tree, names),
        UseTree::Name(name) => {
            names.insert(name.ident.to_string());
        }
        UseTree::Group(group) => group.items.iter().for_each(|tree| collect(tree, names)),
        UseTree::Rename(_) | UseTree::Glob(_) => panic!("the door exports plain names only"),
    }
}

fn structure(item: &syn::ItemStruct) -> Vec<PublicItem> {
    let name = item.ident.to_string();
    let mut items = vec![PublicItem {
        line: format!("struct {name}"),
        docs: docs(&item.attrs),
        has_message: false,
        kind: Kind::Type,
    }];

    if let Fields::Named(fields) = &item.fields {
        let open = fields
            .named
            .iter()
            .filter(|field| is_open(&field.vis, &field.attrs));
        items.extend(open.map(|field| part(&name, ".", field)));
    }
    items
}

fn enumeration(item: &syn::ItemEnum) -> Vec<PublicItem> {
    let name = item.ident.to_string();
    let mut items = vec![PublicItem {
        line: format!("enum {name}"),
        docs: docs(&item.attrs),
        has_message: false,
        kind: Kind::Type,
    }];

    for variant in &item.variants {
        items.push(PublicItem {
            line: format!("{name}::{}", tidy(&without_attributes(variant.clone()))),
            docs: docs(&variant.attrs),
            has_message: variant.attrs.iter().any(|one| one.path().is_ident("error")),
            kind: Kind::Part,
        });
    }
    items
}

/// Leaves the attributes of a variant and of its fields out.
fn without_attributes(mut variant: syn::Variant) -> syn::Variant {
    variant.attrs.clear();
    for field in &mut variant.fields {
        field.attrs.clear();
    }
    variant
}

fn part(name: &str, between: &str, field: &syn::Field) -> PublicItem {
    let ident = field.ident.as_ref().unwrap();
    PublicItem {
        line: format!("{name}{between}{ident}: {}", tidy(&field.ty)),
        docs: docs(&field.attrs),
        has_message: false,
        kind: Kind::Part,
    }
}

fn functions(name: &str, item: &syn::ItemImpl) -> Vec<PublicItem> {
    let mut items = Vec::new();
    for item in &item.items {
        if let ImplItem::Fn(item) = item
            && is_open(&item.vis, &item.attrs)
        {
            items.push(function(&format!("{name}::"), &item.sig, &item.attrs));
        }
    }
    items
}

fn function(before: &str, signature: &syn::Signature, attributes: &[Attribute]) -> PublicItem {
    let mut bare = signature.clone();
    let output = std::mem::replace(&mut bare.output, ReturnType::Default);
    let shown = tidy(&bare);
    let (qualifiers, rest) = shown.split_once("fn ").unwrap();
    let output = match &output {
        ReturnType::Default => String::new(),
        ReturnType::Type(_, output) => format!(" -> {}", tidy(output)),
    };

    PublicItem {
        line: format!("{qualifiers}fn {before}{rest}{output}"),
        docs: docs(attributes),
        has_message: false,
        kind: match signature.receiver() {
            Some(_) => Kind::Method,
            None => Kind::Entrance,
        },
    }
}

/// Tells whether an item is public and not hidden.
fn is_open(visibility: &Visibility, attributes: &[Attribute]) -> bool {
    matches!(visibility, Visibility::Public(_)) && !is_hidden(attributes)
}

fn is_hidden(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("doc")
            && attribute
                .meta
                .to_token_stream()
                .to_string()
                .contains("hidden")
    })
}

fn docs(attributes: &[Attribute]) -> String {
    let mut docs = String::new();
    for attribute in attributes {
        if let Meta::NameValue(meta) = &attribute.meta
            && meta.path.is_ident("doc")
            && let Expr::Lit(value) = &meta.value
            && let Lit::Str(line) = &value.lit
        {
            writeln!(docs, "{}", line.value().trim()).unwrap();
        }
    }
    docs
}

/// Returns the name of a type without its parameters.
fn base_name(of: &syn::Type) -> String {
    match of {
        syn::Type::Path(path) => path.path.segments.last().unwrap().ident.to_string(),
        _ => String::new(),
    }
}

/// Returns tokens as a person writes them.
fn tidy(tokens: &impl ToTokens) -> String {
    let mut text = tokens.to_token_stream().to_string();
    for (from, to) in [
        (" :: ", "::"),
        (":: ", "::"),
        (" < ", "<"),
        ("< ", "<"),
        (" > ", "> "),
        (" >", ">"),
        ("> (", ">("),
        ("& ", "&"),
        (" ,", ","),
        (" (", "("),
        ("( ", "("),
        (" )", ")"),
        (" :", ":"),
        (" ;", ";"),
        (",)", ")"),
        ("-> (", "->("),
        (", }", " }"),
        (" =()", " = ()"),
    ] {
        text = text.replace(from, to);
    }
    text
}

/// Returns the list as it is committed.
fn list(items: &[PublicItem]) -> String {
    items.iter().fold(String::new(), |mut list, item| {
        writeln!(list, "{}", item.line).unwrap();
        list
    })
}

/// Returns the lines of items that break a rule.
fn breaking(items: &[PublicItem], rule: impl Fn(&PublicItem) -> bool) -> Vec<&str> {
    let broken = items.iter().filter(|item| !rule(item));
    broken.map(|item| item.line.as_str()).collect()
}

#[test]
fn the_list_of_public_items_is_the_committed_one() {
    let now = list(&public_items(&files_below(&src())));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(LIST);
    if std::env::var_os("SASEO_WRITE_API").is_some() {
        std::fs::write(&path, &now).unwrap();
    }

    let committed = std::fs::read_to_string(&path).unwrap();
    let (now, committed): (BTreeSet<&str>, BTreeSet<&str>) =
        (now.lines().collect(), committed.lines().collect());
    assert_eq!(
        (
            now.difference(&committed).collect::<Vec<_>>(),
            committed.difference(&now).collect::<Vec<_>>()
        ),
        (Vec::new(), Vec::new()),
        "new and missing items; where that is meant: SASEO_WRITE_API=1 cargo test --test source"
    );
}

#[test]
fn every_public_item_is_documented() {
    let items = public_items(&files_below(&src()));

    let silent = breaking(&items, |item| item.has_message || !item.docs.is_empty());
    assert_eq!(silent, Vec::<&str>::new());
}

#[test]
fn every_function_that_fails_says_when() {
    let items = public_items(&files_below(&src()));

    let silent = breaking(&items, |item| {
        !item.fails() || item.docs.contains("# Errors")
    });
    assert_eq!(silent, Vec::<&str>::new());
}

#[test]
fn every_function_that_one_begins_with_has_an_example() {
    let items = public_items(&files_below(&src()));

    let silent = breaking(&items, |item| {
        item.kind != Kind::Entrance || item.docs.contains("```")
    });
    assert_eq!(silent, Vec::<&str>::new());
}

#[test]
fn an_item_is_seen_with_what_it_lacks() {
    let file = |path: &str, text: &str| File {
        path: path.to_owned(),
        text: text.to_owned(),
    };
    let files = [
        file(
            "lib.rs",
            "pub mod door; pub use door::{Door, DoorError, door}; use door::Inner;",
        ),
        file(
            "door.rs",
            "/// A door.\npub struct Door { pub width: u32, depth: u32, #[doc(hidden)] pub inner: Inner }\n\
             pub struct Inner { pub a: u8 }\n\
             pub enum DoorError { #[error(\"it is locked\")] Locked, Stuck { why: String } }\n\
             impl Door { /// Opens.\npub fn open(&mut self, by: &str) -> Result<(), DoorError> {}\n\
             pub fn new() -> Self {} fn private() {} pub(crate) fn close(&self) {} }\n\
             #[doc(hidden)] impl Door { pub fn tested(&self) {} }\n\
             pub fn door() {}\npub fn other() {}",
        ),
    ];
    let items = public_items(&files);

    assert_eq!(
        list(&items).lines().collect::<Vec<_>>(),
        [
            "Door.width: u32",
            "DoorError::Locked",
            "DoorError::Stuck { why: String }",
            "enum DoorError",
            "fn Door::new() -> Self",
            "fn Door::open(&mut self, by: &str) -> Result<(), DoorError>",
            "fn door()",
            "struct Door",
        ]
    );
    let silent = breaking(&items, |item| item.has_message || !item.docs.is_empty());
    assert_eq!(
        silent,
        [
            "Door.width: u32",
            "DoorError::Stuck { why: String }",
            "enum DoorError",
            "fn Door::new() -> Self",
            "fn door()",
        ]
    );
    let failing = breaking(&items, |item| !item.fails());
    assert_eq!(
        failing,
        ["fn Door::open(&mut self, by: &str) -> Result<(), DoorError>"]
    );
}
