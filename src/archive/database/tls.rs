//! TLS to servers on other machines, by the certificates that this machine trusts.

use std::sync::Arc;

use rustls::ClientConfig;
use rustls::crypto::aws_lc_rs;
use rustls_platform_verifier::BuilderVerifierExt;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::archive::store_error::StoreError;

/// Returns what connects over TLS. The server's certificate has to be for the name in the address.
/// `SSL_CERT_FILE` names those that are trusted in place of the system's.
pub(super) fn connector() -> Result<MakeRustlsConnect, StoreError> {
    let unusable = |error: rustls::Error| StoreError::Tls {
        why: error.to_string(),
    };
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(unusable)?
        .with_platform_verifier()
        .map_err(unusable)?
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}
