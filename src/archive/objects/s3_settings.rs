//! How a bucket of S3 is reached, as the environment tells it.

use std::env;
use std::time::Duration;

use object_store::aws::AmazonS3Builder;
use object_store::{ClientOptions, RetryConfig};
use url::{Host, Url};

/// A server that cannot be reached is given up after so long.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The time for one request to write: a bundle of 8 MiB at 1 Mbit/s.
pub(super) const REQUEST_TIMEOUT: Duration = Duration::from_secs(90);

/// Retries of one request end after so long. Bodies wait in the database meanwhile.
const RETRY_TIMEOUT: Duration = Duration::from_secs(30);

/// A request is tried again so often.
const MOST_RETRIES: usize = 3;

/// The variables that name the server of S3, as AWS's own programs and object_store read them.
const ENDPOINTS: [&str; 3] = ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"];

/// Returns the settings of the environment for a bucket of S3.
///
/// # Errors
///
/// Fails where a variable is wrong. Its value is not told: it may be a secret.
pub(super) fn s3_settings(bucket: &str) -> Result<AmazonS3Builder, String> {
    let options = ClientOptions::new()
        .with_connect_timeout(CONNECT_TIMEOUT)
        .with_timeout(REQUEST_TIMEOUT);
    let retries = RetryConfig {
        max_retries: MOST_RETRIES,
        retry_timeout: RETRY_TIMEOUT,
        ..RetryConfig::default()
    };
    for (name, value) in env::vars_os() {
        let (name, value) = (name.to_string_lossy(), value.to_string_lossy());
        let is_wrong = value.contains(char::is_control) || !value.is_ascii();
        if name.starts_with("AWS_") && is_wrong {
            return Err(format!("{name} has a letter that no request may have"));
        }
    }

    let builder = AmazonS3Builder::from_env()
        .with_bucket_name(bucket)
        .with_client_options(options)
        .with_retry(retries);
    let named = ENDPOINTS.map(|name| (name, env::var(name)));
    let named = named
        .into_iter()
        .find_map(|(name, value)| Some((name, value.ok()?)));
    let Some((name, endpoint)) = named else {
        return Ok(builder);
    };
    let url = endpoint_url(&endpoint).map_err(|why| format!("{name} {why}"))?;
    // A server on this machine needs no TLS. For another one AWS_ALLOW_HTTP asks to go without.
    let is_allowed = env::var("AWS_ALLOW_HTTP").is_ok_and(|value| value == "true" || value == "1");
    let builder = match is_allowed || is_here(&url) {
        true => builder.with_allow_http(true),
        false => builder,
    };
    Ok(builder.with_endpoint(url.as_str().trim_end_matches('/')))
}

/// Reads the address of a server.
fn endpoint_url(endpoint: &str) -> Result<Url, &'static str> {
    let url = Url::parse(endpoint).map_err(|_| "is no address: write https://HOST")?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err("is no address: write https://HOST");
    }
    if !url.username().is_empty() || url.password().is_some() || url.query().is_some() {
        return Err("must have no user and no password: AWS_ACCESS_KEY_ID and \
                    AWS_SECRET_ACCESS_KEY have these");
    }
    Ok(url)
}

/// Tells whether a server is on this machine.
fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_servers_of_this_machine_are_on_it() {
        let is_here = |endpoint| is_here(&endpoint_url(endpoint).unwrap());
        assert!(is_here("http://127.0.0.1:9000"));
        assert!(is_here("http://[::1]:9000/"));
        assert!(is_here("http://localhost:9000"));
        assert!(!is_here("http://127.0.0.1.example:9000"));
        assert!(!is_here("http://s3.example"));
    }

    #[test]
    fn endpoints_that_are_none_or_have_secrets_are_refused_and_not_repeated() {
        for endpoint in [
            "nonsense",
            "http://",
            "http://127.0.0.1:x",
            "ftp://server.example",
            "http://user:hidden@server.example",
            "http://server.example/?key=hidden",
        ] {
            let refused = endpoint_url(endpoint).unwrap_err();
            assert!(!refused.contains("hidden"), "{refused}");
        }
    }
}
