//! Builds a tree and weighs it at the same time: no page unfolds further than its reader has room
//! for.
//!
//! Only the parser knows into how many nodes a page unfolds: it reopens elements that were left
//! open, ignores tags in comments, and makes elements of some end tags. So the nodes are counted
//! where they are made, and the parser is stopped there.

use std::borrow::Cow;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use dom_query::{Document, NodeId};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::tree_builder::{ElementFlags, NodeOrText, QuirksMode, TreeBuilderOpts, TreeSink};
use html5ever::{Attribute, ParseOpts, QualName, local_name, parse_document};

use crate::markup::MarkupError;
use crate::markup::weight::{MAX_WEIGHT, Weight, json_weight};

/// The most attributes that later `<html>` and `<body>` tags may add to the first. Each is compared
/// with all existing ones; real pages have a handful.
const MAX_LATE_ATTRIBUTES: usize = 1_000;

/// Builds the tree of a page.
///
/// # Errors
///
/// [`MarkupError::Heavy`] if the estimate is over [`MAX_WEIGHT`]. Nothing of the tree is kept.
pub(super) fn build(html: &str) -> Result<(Document, Weight), MarkupError> {
    let scale = Scale {
        weight: Cell::new(Weight {
            bytes: html.len(),
            ..Weight::default()
        }),
        ..Scale::default()
    };
    if html.len() > MAX_WEIGHT {
        return Err(MarkupError::Heavy(scale.weight.get()));
    }

    let options = ParseOpts {
        tree_builder: TreeBuilderOpts {
            scripting_enabled: false,
            ..TreeBuilderOpts::default()
        },
        ..ParseOpts::default()
    };

    // The parser cannot be stopped between two tags in another way. Unwinding drops it with all
    // nodes.
    match catch_unwind(AssertUnwindSafe(|| {
        parse_document(scale, options).one(html)
    })) {
        Ok(built) => Ok(built),
        Err(why) => match why.downcast::<MarkupError>() {
            Ok(refusal) => Err(*refusal),
            Err(defect) => resume_unwind(defect),
        },
    }
}

/// A document that is weighed at every new node.
#[derive(Default)]
struct Scale {
    document: Document,
    /// All counts but that of the nodes, which the document has itself.
    weight: Cell<Weight>,
    late_attributes: Cell<usize>,
    /// The last script of data. The parser fills one before it makes another.
    data: Cell<Option<NodeId>>,
}

impl Scale {
    fn weight(&self) -> Weight {
        Weight {
            nodes: self.document.tree.len(),
            ..self.weight.get()
        }
    }

    /// Stops the parser if the tree has become too heavy.
    fn check(&self) {
        let weight = self.weight();
        if weight.estimate() > MAX_WEIGHT {
            // Not a panic: nothing is wrong, and no panic hook must run.
            resume_unwind(Box::new(MarkupError::Heavy(weight)));
        }
    }

    fn add(&self, more: impl FnOnce(&mut Weight)) {
        let mut weight = self.weight.get();
        more(&mut weight);
        self.weight.set(weight);
    }

    fn add_attributes(&self, attributes: &[Attribute]) {
        if attributes.is_empty() {
            return;
        }

        let classes: usize = attributes
            .iter()
            .filter(|attribute| attribute.name.local == local_name!("class"))
            .map(|class| words(&class.value))
            .sum();
        self.add(|weight| {
            weight.attributes += attributes.len();
            weight.classes += classes;
        });
    }

    fn add_text(&self, parent: &NodeId, child: &NodeOrText<NodeId>) {
        let NodeOrText::AppendText(text) = child else {
            return;
        };

        if self.data.get() == Some(*parent) {
            let json = text.bytes().map(json_weight).sum::<usize>();
            self.add(|weight| weight.json += json);
        }
        self.check();
    }
}

/// Counts words. Each additional space counts as an empty word.
fn words(text: &str) -> usize {
    1 + text.bytes().filter(u8::is_ascii_whitespace).count()
}

/// Tells whether an element is a script of data, as JSON-LD is.
fn is_data(name: &QualName, attributes: &[Attribute]) -> bool {
    name.local == local_name!("script") && attributes.iter().any(is_json_type)
}

fn is_json_type(attribute: &Attribute) -> bool {
    attribute.name.local == local_name!("type")
        && attribute.value.to_ascii_lowercase().contains("json")
}

impl TreeSink for Scale {
    type Output = (Document, Weight);
    type Handle = NodeId;
    type ElemName<'a> = <Document as TreeSink>::ElemName<'a>;

    fn finish(self) -> Self::Output {
        let weight = self.weight();
        (self.document, weight)
    }

    /// Drops the error: nobody reads errors, and a page may have one for every byte.
    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> NodeId {
        self.document.get_document()
    }

    fn elem_name<'a>(&'a self, target: &'a NodeId) -> Self::ElemName<'a> {
        self.document.elem_name(target)
    }

    fn create_element(
        &self,
        name: QualName,
        attributes: Vec<Attribute>,
        flags: ElementFlags,
    ) -> NodeId {
        self.add_attributes(&attributes);
        let is_data = is_data(&name, &attributes);
        self.check();

        let id = self.document.create_element(name, attributes, flags);
        if is_data {
            self.data.set(Some(id));
        }

        id
    }

    fn create_comment(&self, text: StrTendril) -> NodeId {
        self.check();
        self.document.create_comment(text)
    }

    fn create_pi(&self, target: StrTendril, data: StrTendril) -> NodeId {
        self.check();
        self.document.create_pi(target, data)
    }

    fn append(&self, parent: &NodeId, child: NodeOrText<NodeId>) {
        self.add_text(parent, &child);
        self.document.append(parent, child);
    }

    fn append_before_sibling(&self, sibling: &NodeId, child: NodeOrText<NodeId>) {
        self.check();
        self.document.append_before_sibling(sibling, child);
    }

    fn append_based_on_parent_node(
        &self,
        element: &NodeId,
        previous: &NodeId,
        child: NodeOrText<NodeId>,
    ) {
        self.check();
        self.document
            .append_based_on_parent_node(element, previous, child);
    }

    fn append_doctype_to_document(&self, name: StrTendril, public: StrTendril, system: StrTendril) {
        self.document
            .append_doctype_to_document(name, public, system);
    }

    fn get_template_contents(&self, target: &NodeId) -> NodeId {
        self.document.get_template_contents(target)
    }

    fn same_node(&self, one: &NodeId, other: &NodeId) -> bool {
        self.document.same_node(one, other)
    }

    fn set_quirks_mode(&self, mode: QuirksMode) {
        self.document.set_quirks_mode(mode);
    }

    fn add_attrs_if_missing(&self, target: &NodeId, attributes: Vec<Attribute>) {
        self.late_attributes
            .set(self.late_attributes.get() + attributes.len());
        if self.late_attributes.get() > MAX_LATE_ATTRIBUTES {
            resume_unwind(Box::new(MarkupError::Bomb));
        }

        self.add_attributes(&attributes);
        self.check();
        self.document.add_attrs_if_missing(target, attributes);
    }

    fn remove_from_parent(&self, target: &NodeId) {
        self.document.remove_from_parent(target);
    }

    fn reparent_children(&self, node: &NodeId, new_parent: &NodeId) {
        self.document.reparent_children(node, new_parent);
    }

    fn is_mathml_annotation_xml_integration_point(&self, handle: &NodeId) -> bool {
        self.document
            .is_mathml_annotation_xml_integration_point(handle)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::markup::weight::NODE;

    /// Bytes of a crafted page.
    const LONG: usize = 4_000_000;

    fn is_refused(before: &str, unit: &str) -> bool {
        let page = format!("{before}{}", unit.repeat(LONG / unit.len()));
        matches!(build(&page), Err(MarkupError::Heavy(_)))
    }

    #[test]
    fn a_page_of_nodes_attributes_or_values_without_end_is_refused() {
        for (before, unit) in [
            ("", "<p>"),
            ("", "<i></i>"),
            ("", "<!>"),
            ("", "a<!---->"),
            ("<table>", "a<b>b</b>"),
            ("<select>", "<option>"),
            ("", "<p a b c d e f g h i j>"),
            (
                "",
                "<p class='a b c d e f g h i j k l m n o p q r s t u v w x y z'>",
            ),
            ("<script type=\"application/ld+json\">[", "{},"),
            ("<script type=\"application/LD+JSON\">[", "[[]],"),
        ] {
            assert!(is_refused(before, unit), "{before}{unit}");
        }
    }

    #[test]
    fn texts_and_scripts_of_code_weigh_their_length() {
        for (before, unit) in [
            ("", "책장 사이로 아침이 왔다. "),
            ("<script>", "if(a<b)x(\"<p>\");"),
            ("<img alt=\"", "가"),
        ] {
            assert!(!is_refused(before, unit), "{before}{unit}");
        }
    }

    #[test]
    fn too_many_late_attributes_are_refused() {
        let page: String = (0..2_000).map(|n| format!("<body a{n}>")).collect();

        assert_eq!(build(&page).err(), Some(MarkupError::Bomb));
    }

    #[test]
    fn no_page_weighs_more_than_was_known_before_it_was_decoded() {
        for unit in [
            "<!>",
            "<p>",
            "a<?>",
            "a<!>",
            "<p a b c>",
            "<p class='a b c d'>",
            "글",
        ] {
            for repeated in [1, 100, 10_000] {
                let page = unit.repeat(repeated);

                let weight = build(&page).map(|(_, weight)| weight.estimate()).unwrap();

                // The document itself, html, head and body are in every tree.
                assert!(
                    weight <= Weight::most_of(page.len()) + 5 * NODE,
                    "{unit} {repeated}: {weight}"
                );
            }
        }
    }

    proptest! {
        #[test]
        fn weighing_does_not_change_the_tree(
            parts in prop::collection::vec(
                prop::sample::select(vec![
                    "<p>", "</p>", "<b>", "</b>", "<table>", "<tr>", "<td>", "</table>", "글",
                    "<!--x-->", "<svg>", "</svg>", "<body a>", "<html b>", "<template>",
                    "</template>", "<form>", "<a href=x>", "<select>", "<option>",
                    "<script type=application/json>[1]</script>", "&amp;", "<frameset>",
                    "<math><mi>", "<?x>", "</br>", "<selectedcontent>", "<button>",
                    "<template shadowrootmode=open>",
                ]),
                0..40,
            )
        ) {
            let page = parts.concat();

            let (tree, weight) = build(&page).unwrap();

            prop_assert_eq!(tree.html(), Document::from(page.as_str()).html());
            prop_assert_eq!(weight.nodes, tree.tree.len());
        }
    }
}
