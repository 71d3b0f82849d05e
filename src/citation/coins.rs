//! COinS: a citation in the attribute `title` of an element, which Zotero and other programs read
//! (Z39.88-2004). Zotero has its own types in the format of Dublin Core.

use url::form_urlencoded::Serializer;

use crate::citation::Citation;

/// Writes a citation as a context object in key and value pairs.
pub(crate) fn coins(citation: &Citation) -> String {
    let mut object = Serializer::new(String::new());
    object
        .append_pair("ctx_ver", "Z39.88-2004")
        .append_pair("rft_val_fmt", "info:ofi/fmt:kev:mtx:dc")
        .append_pair("rft.type", "newspaperArticle");
    if let Some(title) = &citation.title {
        object.append_pair("rft.title", title);
    }
    for author in &citation.authors {
        object.append_pair("rft.creator", author);
    }
    object.append_pair("rft.source", &citation.paper);
    if let Some(day) = citation.published {
        object.append_pair("rft.date", &day.to_string());
    }
    if let Some(language) = &citation.language {
        object.append_pair("rft.language", language);
    }
    object.append_pair("rft.identifier", &citation.url);
    object.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::citation::tests::{awkward, bare};

    #[test]
    fn a_context_object_has_each_value_once_and_marks_are_encoded() {
        let written = coins(&awkward());
        let pairs: Vec<(String, String)> = url::form_urlencoded::parse(written.as_bytes())
            .into_owned()
            .collect();
        let of = |name: &str| -> Vec<&str> {
            let values = pairs.iter().filter(|(known, _)| known == name);
            values.map(|(_, value)| value.as_str()).collect()
        };
        let citation = awkward();
        assert_eq!(of("rft.title"), [citation.title.as_deref().unwrap()]);
        assert_eq!(of("rft.creator"), citation.authors);
        assert_eq!(of("rft.date"), ["2026-11-04"]);
        assert_eq!(of("rft.type"), ["newspaperArticle"]);
        assert!(!written.contains(['"', '<', ' ']), "{written}");
        assert!(!coins(&bare()).contains("rft.title"));
    }
}
