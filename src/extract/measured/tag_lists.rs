//! Divides a text with several tags.

/// Returns the tags in a list with commas or other marks.
pub(super) fn divided(list: &str) -> Vec<String> {
    let mark = [',', ';', '，', '、', '|']
        .into_iter()
        .find(|mark| list.contains(*mark));
    match mark {
        Some(mark) => list.split(mark).map(str::to_owned).collect(),
        None if list.trim_start().starts_with('#') => list.split('#').map(str::to_owned).collect(),
        None => vec![list.to_owned()],
    }
}
