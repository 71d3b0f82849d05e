//! The headers of a signed request.

use reqwest::RequestBuilder;
use reqwest::header::{HeaderName, HeaderValue};

use crate::fetch::Trouble;
use crate::identity::RequestSigner;
use crate::page_url::PageUrl;
use crate::time::Timestamp;

const SIGNATURE: HeaderName = HeaderName::from_static("signature");
const SIGNATURE_AGENT: HeaderName = HeaderName::from_static("signature-agent");
const SIGNATURE_INPUT: HeaderName = HeaderName::from_static("signature-input");

/// Adds the signature of a request that is sent now.
pub(super) fn with_signature(
    request: RequestBuilder,
    signer: &RequestSigner,
    url: &PageUrl,
    now: Timestamp,
) -> Result<RequestBuilder, Trouble> {
    let signed = signer.sign(url, now).map_err(|why| Trouble::Broken {
        why: why.to_string(),
    })?;

    let agent = signed.agent.map(|agent| (SIGNATURE_AGENT, agent));
    let lines = agent.into_iter().chain([
        (SIGNATURE_INPUT, signed.input),
        (SIGNATURE, signed.signature),
    ]);
    lines
        .into_iter()
        .try_fold(request, |request, (name, text)| {
            let mut value = HeaderValue::try_from(text).map_err(|why| Trouble::Broken {
                why: why.to_string(),
            })?;
            // Whoever has it can send it again for a minute: no log has it, and no table of HTTP/2
            // (RFC 7541 §7.1.3).
            value.set_sensitive(name == SIGNATURE);
            Ok(request.header(name, value))
        })
}
