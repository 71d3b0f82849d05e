//! Configuration files to data: each is parsed, and its values are checked.

use serde::de::DeserializeOwned;

use crate::config::config_error::{ConfigFileError, fault, fault_at, line_at, message_in_words};
use crate::config::settings::{contact, key_directory};
use crate::config::site_check;
use crate::config::{Profile, Settings, Site};

impl Settings {
    /// Reads `saseo.toml`; `file` is its name in errors.
    ///
    /// # Errors
    ///
    /// If the text is no TOML, or a value is impossible.
    pub fn parse(file: &str, text: &str) -> Result<Self, ConfigFileError> {
        let mut settings: Settings = read(file, text)?;

        if !is_product_token(&settings.identity.agent) {
            return Err(fault(
                file,
                text,
                "agent",
                "a robots.txt product token has only letters, `-` and `_`",
            ));
        }
        settings.identity.contact =
            contact(&settings.identity.contact).map_err(|why| fault(file, text, "contact", why))?;
        if let Some(told) = &settings.identity.directory {
            let origin = key_directory(told).map_err(|why| fault(file, text, "directory", why))?;
            settings.identity.directory = Some(origin);
        }
        if let Some(key) = limit_of_nothing(&settings) {
            return Err(fault(
                file,
                text,
                key,
                "with a limit of 0 no answer could ever be read",
            ));
        }

        Ok(settings)
    }
}

/// Tells whether a text is a product token: only letters, `-` and `_` (RFC 9309 §2.2.1).
fn is_product_token(agent: &str) -> bool {
    !agent.is_empty()
        && agent
            .chars()
            .all(|c| c.is_ascii_alphabetic() || "-_".contains(c))
}

/// Returns the key of the first limit that is zero.
fn limit_of_nothing(settings: &Settings) -> Option<&'static str> {
    let limits = &settings.limits;
    if limits.body.0 == 0 {
        Some("body")
    } else if limits.connect.0.is_zero() {
        Some("connect")
    } else if limits.answer.0.is_zero() {
        Some("answer")
    } else {
        None
    }
}

impl Site {
    /// Reads one site file; `file` is its name in errors. Values that are impolite to other people's
    /// servers are refused.
    ///
    /// # Errors
    ///
    /// If the text is no TOML, or a value is impossible or impolite.
    ///
    /// # Examples
    ///
    /// ```
    /// use saseo::Site;
    ///
    /// let text = "name = 'paper'\ntitle = 'The Paper'\nhome = 'https://paper.example/'\n";
    /// assert_eq!(Site::parse("paper.toml", text)?.name, "paper");
    ///
    /// let hasty = format!("{text}[pace]\ngap = '10ms'\n");
    /// assert!(Site::parse("paper.toml", &hasty).is_err());
    /// # Ok::<(), saseo::ConfigFileError>(())
    /// ```
    pub fn parse(file: &str, text: &str) -> Result<Self, ConfigFileError> {
        let site: Site = read(file, text)?;
        site_check::check(&site).map_err(|found| fault(file, text, found.key, &found.why))?;
        Ok(site)
    }
}

/// Reads a file's bytes as text.
///
/// # Errors
///
/// The place of the first byte that is not UTF-8.
pub fn read_text(file: &str, bytes: Vec<u8>) -> Result<String, ConfigFileError> {
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        ConfigFileError {
            file: file.to_owned(),
            line: line_at(error.as_bytes(), at),
            key: None,
            why: format!("byte {} is not UTF-8", at + 1),
        }
    })
}

impl Profile {
    /// Reads one profile, and compiles its selectors and patterns; `file` is its name in errors.
    ///
    /// # Errors
    ///
    /// If the text is no TOML, or a value is impossible.
    ///
    /// # Examples
    ///
    /// ```
    /// use saseo::Profile;
    ///
    /// let profile = Profile::parse("cms.toml", "name = 'cms'\n[article]\nbody = ['.story']\n")?;
    /// assert_eq!(profile.name, "cms");
    /// # Ok::<(), saseo::ConfigFileError>(())
    /// ```
    pub fn parse(file: &str, text: &str) -> Result<Self, ConfigFileError> {
        let profile: Profile = read(file, text)?;
        if let Some((key, why)) = profile.url.fault() {
            return Err(fault(file, text, key, &why));
        }

        match (profile.valid_from, profile.valid_until) {
            (Some(first), Some(last)) if last < first => Err(fault(
                file,
                text,
                "valid_until",
                &format!("the last day comes before the first, {first}"),
            )),
            _ => Ok(profile),
        }
    }
}

/// Parses TOML.
fn read<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, ConfigFileError> {
    toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        fault_at(file, text, at, message_in_words(error.message()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The least that a site file has.
    const SITE: &str = "name = \"paper\"\ntitle = \"신문\"\nhome = \"https://paper.example/\"\n";

    fn site_error(more: &str) -> String {
        Site::parse("sites/paper.toml", &format!("{SITE}{more}"))
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn a_wrong_key_is_named_with_its_line_and_its_neighbour() {
        let said = site_error("[pace]\ngapp = \"2s\"\n");
        assert_eq!(
            said,
            "sites/paper.toml:5: `pace.gapp`: unknown key `gapp`; did you mean `gap`?"
        );
    }

    #[test]
    fn a_wrong_type_is_named_with_its_line_and_key() {
        let said = site_error("[pace]\ngap = 2\n");
        assert_eq!(
            said,
            "sites/paper.toml:5: `pace.gap`: invalid type: integer `2`, expected a time in \
             quotes, like \"2s\""
        );
    }

    #[test]
    fn a_missing_key_is_named() {
        let said = Site::parse("sites/x.toml", "name = \"x\"\n")
            .unwrap_err()
            .to_string();
        assert!(said.contains("missing field `title`"), "{said}");
    }

    #[test]
    fn broken_toml_is_reported_with_its_line() {
        let said = site_error("[pace\n");
        assert!(said.starts_with("sites/paper.toml:4: "), "{said}");
    }

    #[test]
    fn another_persons_server_is_never_hurried() {
        assert!(site_error("[pace]\ngap = \"500ms\"\n").contains("own_site"));
        assert!(site_error("[pace]\nat_once = 2\n").contains("own_site"));
        assert!(
            Site::parse(
                "x",
                &format!("{SITE}own_site = true\n[pace]\ngap = \"0s\"\nat_once = 16\n")
            )
            .is_ok()
        );
    }

    #[test]
    fn an_agent_must_be_a_product_token() {
        let said = Settings::parse("saseo.toml", "[identity]\nagent = \"saseo/1.0\"\n")
            .unwrap_err()
            .to_string();
        assert!(
            said.starts_with("saseo.toml:2: `identity.agent`: "),
            "{said}"
        );
    }

    #[test]
    fn types_are_named_in_words() {
        let said = site_error("[pace]\nat_once = \"two\"\n");
        assert!(
            said.ends_with("invalid type: string \"two\", expected a whole number, 0 or more"),
            "{said}"
        );
        assert!(
            site_error("[pace]\nat_once = -1\n").contains("expected a whole number, 0 or more")
        );
        assert!(site_error("own_site = 1\n").ends_with("expected true or false"));
        assert!(site_error("pace = 1\n").ends_with("expected a table"));
    }

    #[test]
    fn limits_of_nothing_are_refused_with_their_line() {
        let said = |text: &str| Settings::parse("saseo.toml", text).unwrap_err().to_string();

        assert!(
            said("[limits]\nbody = \"0\"\n")
                .starts_with("saseo.toml:2: `limits.body`: with a limit of 0")
        );
        assert!(said("[limits]\n\nanswer = \"0s\"\n").starts_with("saseo.toml:3: `limits.answer`"));
        assert!(said("[limits]\nconnect = \"0ms\"\n").contains("limits.connect"));
        assert!(
            said("[identity]\ncontact = \"me\"\n")
                .starts_with("saseo.toml:2: `identity.contact`: a contact is")
        );
    }

    #[test]
    fn a_site_that_has_nothing_to_read_or_no_language_is_refused() {
        let said = site_error("[discover]\nsections = []\nfeeds = false\n");
        assert!(
            said.starts_with("sites/paper.toml:5: `discover.sections`"),
            "{said}"
        );
        assert!(Site::parse("x", &format!("{SITE}[discover]\nsections = []\n")).is_ok());

        for bad in ["", "Korean language", "k", "ko_KR", "ko-", "1a"] {
            assert!(
                site_error(&format!("language = {bad:?}\n")).contains("BCP 47"),
                "{bad}"
            );
        }
        for good in ["ko", "zh-Hant-TW", "de-1996", "kok"] {
            assert!(
                Site::parse("x", &format!("{SITE}language = {good:?}\n")).is_ok(),
                "{good}"
            );
        }
    }

    #[test]
    fn a_byte_that_is_not_utf8_is_reported_with_its_place() {
        let said = read_text("saseo.toml", b"[pace]\n# caf\xe9\n".to_vec())
            .unwrap_err()
            .to_string();
        assert_eq!(said, "saseo.toml:2: byte 13 is not UTF-8");
    }

    #[test]
    fn an_unknown_time_zone_is_refused() {
        assert!(site_error("timezone = \"Asia/Soul\"\n").contains("no time zone"));
    }
}
