//! Finds the lists of paragraphs in a list of a script's data.

use std::collections::HashMap;

use serde_json::Value;

use crate::extract::generic::rich_text;

/// Names of members with a paragraph's text in lists of paragraphs.
const PARAGRAPHS: [&str; 8] = [
    "content",
    "text",
    "html",
    "value",
    "body",
    "paragraph",
    "children",
    "data",
];

/// Returns the paragraphs that a list has, in each way that it may have some: as its strings, as a
/// document of an editor, or as the members of one name in its objects. One text is no list.
pub(super) fn paragraph_lists(items: &[Value]) -> Vec<Vec<String>> {
    let mut lists = vec![
        items.iter().filter_map(string).collect(),
        rich_text::paragraphs(items),
    ];

    let mut members: HashMap<&str, Vec<String>> = HashMap::new();
    for object in items.iter().filter_map(Value::as_object) {
        for name in PARAGRAPHS {
            if let Some(text) = object.get(name).and_then(string) {
                members.entry(name).or_default().push(text);
            }
        }
    }

    let mut members: Vec<(&str, Vec<String>)> = members.into_iter().collect();
    members.sort();
    lists.extend(members.into_iter().map(|(_, texts)| texts));
    lists.retain(|texts| texts.len() > 1);
    lists
}

fn string(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}
