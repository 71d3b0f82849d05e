//! Reads the documents of rich-text editors in the data of a page's scripts.
//!
//! ProseMirror, Slate, Lexical, Contentful and Portable Text name their members differently, and
//! have one shape: a list of nodes, of which each has a list of nodes or of pieces of text. A node
//! with a piece of text is a paragraph, whatever its type.

use serde_json::Value;

/// How deep paragraphs stand in a document: a list, its item, its paragraph, a link in that.
const DEEPEST: u32 = 6;

/// Names of members with the nodes in a node.
const NODES: [&str; 3] = ["content", "children", "nodes"];

/// Names of members with the words of a piece of text.
const WORDS: [&str; 2] = ["text", "value"];

/// Parts of the types of nodes whose text is no paragraph.
const OTHERS: [&str; 11] = [
    "image",
    "caption",
    "figure",
    "media",
    "embed",
    "video",
    "related",
    "newsletter",
    "pullquote",
    "promo",
    "advert",
];

/// Returns the paragraphs of the nodes in a list; none where it is no document.
pub(super) fn paragraphs(nodes: &[Value]) -> Vec<String> {
    let mut found = Vec::new();
    for node in nodes {
        collect(node, &mut found, DEEPEST);
    }
    found
}

fn collect(node: &Value, found: &mut Vec<String>, depth: u32) {
    let Some(depth) = depth.checked_sub(1) else {
        return;
    };
    let Some(inner) = nodes(node).filter(|_| !is_other(node)) else {
        return;
    };

    if inner.iter().any(|piece| words(piece).is_some()) {
        let mut text = String::new();
        inner
            .iter()
            .for_each(|piece| write(piece, &mut text, depth));
        found.push(text);
    } else {
        inner.iter().for_each(|node| collect(node, found, depth));
    }
}

/// Writes the words of a piece of text, or of the pieces in it: a link has some. A line break in a
/// paragraph is a space.
fn write(piece: &Value, text: &mut String, depth: u32) {
    let Some(depth) = depth.checked_sub(1) else {
        return;
    };

    match (words(piece), nodes(piece)) {
        (Some(words), _) => text.push_str(&words.replace('\n', " ")),
        (None, Some(inner)) => inner.iter().for_each(|piece| write(piece, text, depth)),
        (None, None) => text.push(' '),
    }
}

fn nodes(node: &Value) -> Option<&Vec<Value>> {
    NODES.iter().find_map(|name| node.get(name)?.as_array())
}

fn words(piece: &Value) -> Option<&str> {
    WORDS.iter().find_map(|name| piece.get(name)?.as_str())
}

fn is_other(node: &Value) -> bool {
    let types = ["type", "nodeType", "_type"];
    let mut types = types.iter().filter_map(|name| node.get(name)?.as_str());
    types.any(|name| {
        let name = name.to_ascii_lowercase().replace(['-', '_'], "");
        OTHERS.iter().any(|other| name.contains(other))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Vec<String> {
        paragraphs(
            serde_json::from_str::<Value>(json)
                .unwrap()
                .as_array()
                .unwrap(),
        )
    }

    #[test]
    fn the_documents_of_editors_are_paragraphs() {
        for json in [
            r#"[{"type":"paragraph","content":[{"type":"text","text":"The "},
                {"type":"text","marks":[{"type":"bold"}],"text":"ferry."}]},
               {"type":"bulletList","content":[{"type":"listItem","content":[
                {"type":"paragraph","content":[{"type":"text","text":"The fog."}]}]}]}]"#,
            r#"[{"type":"p","children":[{"text":"The "},
                {"type":"a","url":"/x","children":[{"text":"ferry."}]}]},
               {"children":[{"text":"The fog."}]}]"#,
            r#"[{"nodeType":"paragraph","content":[{"nodeType":"text","value":"The"},
                {"nodeType":"hard-break"},{"nodeType":"text","value":"ferry."}]},
               {"_type":"block","children":[{"_type":"span","text":"The fog."}]}]"#,
        ] {
            assert_eq!(read(json), ["The ferry.", "The fog."], "{json}");
        }
    }

    #[test]
    fn photos_lists_of_other_objects_and_deep_nodes_are_no_paragraphs() {
        let mut deep = r#"{"text":"The ferry."}"#.to_owned();
        for _ in 0..20 {
            deep = format!(r#"{{"children":[{deep}]}}"#);
        }
        for json in [
            r#"[{"type":"image","content":[{"type":"text","text":"The pier."}]}]"#,
            r#"[{"type":"imageCaption","children":[{"text":"The pier."}]}]"#,
            r#"[{"type":"pull-quote","children":[{"text":"The pier."}]}]"#,
            r#"[{"type":"newsletterSignup","content":[{"type":"text","text":"Sign up."}]}]"#,
            r#"[{"title":"The ferry","text":"The ferry leaves."},{"children":["a"]}, 7, "text"]"#,
            &format!("[{deep}]"),
        ] {
            assert!(read(json).is_empty(), "{json}");
        }
    }
}
