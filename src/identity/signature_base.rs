//! The signature base: the text that is signed for a message (RFC 9421 §2.5).

use std::fmt::Write as _;

use sfv::{DictSerializer, ItemSerializer, KeyRef, ListSerializer, RefBareItem, StringRef};

/// A component of a message that a signature covers, with its value (RFC 9421 §2).
#[derive(Clone, Copy, Debug)]
pub(super) struct Component<'m> {
    /// `@authority`, or the name of a header in lower case.
    pub name: &'static str,
    pub part: ComponentPart<'m>,
    pub value: &'m str,
}

/// What of a component is covered.
#[derive(Clone, Copy, Debug)]
pub(super) enum ComponentPart<'m> {
    Whole,
    /// One member of a dictionary (RFC 9421 §2.1.2).
    Member(&'m str),
    /// The component of the request, in the signature of its answer (RFC 9421 §2.4).
    OfRequest,
}

/// A parameter of a signature: `created`, `keyid` and others (RFC 9421 §2.3).
#[derive(Clone, Debug)]
pub(super) struct Parameter<'m>(&'static KeyRef, RefBareItem<'m>);

impl<'m> Parameter<'m> {
    /// Makes a parameter of a moment or another number.
    pub(super) fn number(name: &'static str, value: i64) -> Self {
        let value =
            sfv::Integer::try_from(value).expect("seconds until the year 9999 are in range");
        Self(KeyRef::constant(name), value.into())
    }

    /// Makes a parameter of a text, which is printable ASCII.
    pub(super) fn text(name: &'static str, value: &'m str) -> Self {
        Self(KeyRef::constant(name), printable(value).into())
    }
}

impl Component<'_> {
    /// Returns the line of the signature base, without its line end.
    fn line(&self) -> String {
        let item = ItemSerializer::new().bare_item(printable(self.name));
        let identifier = match self.part {
            ComponentPart::Whole => item,
            ComponentPart::Member(key) => item.parameter(KeyRef::constant("key"), printable(key)),
            ComponentPart::OfRequest => item.parameter(KeyRef::constant("req"), true),
        };
        format!("{}: {}", identifier.finish(), self.value)
    }
}

/// Returns the value of `@signature-params`, which is also the member of Signature-Input.
pub(super) fn signature_params(
    components: &[Component<'_>],
    parameters: &[Parameter<'_>],
) -> String {
    let mut text = String::new();
    let mut list = ListSerializer::with_buffer(&mut text);
    let mut covered = list.inner_list();
    for component in components {
        let item = covered.bare_item(printable(component.name));
        match component.part {
            ComponentPart::Whole => item,
            ComponentPart::Member(key) => item.parameter(KeyRef::constant("key"), printable(key)),
            ComponentPart::OfRequest => item.parameter(KeyRef::constant("req"), true),
        };
    }

    let mut ends = covered.finish();
    for Parameter(name, value) in parameters {
        ends = ends.parameter(name, *value);
    }
    text
}

/// Returns the text that is signed.
pub(super) fn signature_base(components: &[Component<'_>], params: &str) -> String {
    let mut base = String::new();
    for component in components {
        base.push_str(&component.line());
        base.push('\n');
    }
    write!(base, "\"@signature-params\": {params}").expect("a String takes all");
    base
}

/// Returns a dictionary of one member, a byte sequence.
pub(super) fn bytes_member(name: &str, value: &[u8]) -> String {
    let mut members = DictSerializer::new();
    members.bare_item(member_key(name), value);
    members.finish().expect("it has a member")
}

/// Returns a dictionary of one member, a text.
pub(super) fn text_member(name: &str, value: &str) -> String {
    let mut members = DictSerializer::new();
    members.bare_item(member_key(name), printable(value));
    members.finish().expect("it has a member")
}

/// Returns the text of a bare string, with its quotes.
pub(super) fn quoted(value: &str) -> String {
    ItemSerializer::new().bare_item(printable(value)).finish()
}

fn member_key(name: &str) -> &KeyRef {
    KeyRef::from_str(name).expect("the labels are lower-case words with a number")
}

/// Returns a string of RFC 9651. Names, ids, nonces and serialized origins are printable ASCII.
fn printable(text: &str) -> &StringRef {
    StringRef::from_str(text).expect("the texts of a signature are printable ASCII")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::key::tests::rfc_9421_key;

    /// RFC 9421 appendix B.2.6: a request signed by test-key-ed25519.
    #[test]
    fn the_example_of_the_rfc_is_signed_to_the_letter() {
        let whole = |name, value| Component {
            name,
            part: ComponentPart::Whole,
            value,
        };
        let covered = [
            whole("date", "Tue, 20 Apr 2021 02:07:55 GMT"),
            whole("@method", "POST"),
            whole("@path", "/foo"),
            whole("@authority", "example.com"),
            whole("content-type", "application/json"),
            whole("content-length", "18"),
        ];
        let parameters = [
            Parameter::number("created", 1_618_884_473),
            Parameter::text("keyid", "test-key-ed25519"),
        ];

        let params = signature_params(&covered, &parameters);
        let base = signature_base(&covered, &params);
        let signature = bytes_member("sig-b26", &rfc_9421_key().sign(base.as_bytes()));

        assert_eq!(
            base,
            "\"date\": Tue, 20 Apr 2021 02:07:55 GMT\n\"@method\": POST\n\"@path\": /foo\n\
             \"@authority\": example.com\n\"content-type\": application/json\n\
             \"content-length\": 18\n\"@signature-params\": (\"date\" \"@method\" \"@path\" \
             \"@authority\" \"content-type\" \"content-length\");created=1618884473;\
             keyid=\"test-key-ed25519\""
        );
        assert_eq!(
            signature,
            "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5l\
             Ip5WPpBKRCw==:"
        );
    }
}
