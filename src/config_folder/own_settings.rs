//! What a site's file sets otherwise than the defaults do.

use toml::{Table, Value};

use crate::config::Site;
use crate::config_folder::Config;

/// The keys that every site has of its own.
const NAMES: [&str; 3] = ["name", "title", "home"];

/// A key of a site's file with a value that is not the default, as TOML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OwnSetting {
    /// As in `pace.gap`.
    pub key: String,
    pub value: String,
}

impl Config {
    /// Returns the settings of a site that differ from the defaults, in the order of their keys.
    pub(crate) fn own_settings(&self, site: &Site) -> Vec<OwnSetting> {
        let at = self.sites.iter().position(|other| other.name == site.name);
        let file = at.and_then(|at| self.files.get(at));
        let table = file.and_then(|file| file.text.parse().ok());
        own_settings(&table.unwrap_or_default())
    }
}

fn own_settings(file: &Table) -> Vec<OwnSetting> {
    let names = file.iter().filter(|(key, _)| NAMES.contains(&key.as_str()));
    let usual: Table = names
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    let Ok(usual_site) = usual.clone().try_into::<Site>() else {
        return Vec::new();
    };

    let mut own = Vec::new();
    for (key, value) in file
        .iter()
        .filter(|(key, _)| !NAMES.contains(&key.as_str()))
    {
        for (within, value) in parts(value) {
            let mut with_it = usual.clone();
            with_it.insert(key.clone(), value.clone());
            // A site that is the same with this key as without it has the default.
            if with_it
                .try_into::<Site>()
                .is_ok_and(|site| site != usual_site)
            {
                own.push(setting(key, within, value));
            }
        }
    }
    own
}

/// Returns each key of a table as a table of its own; a value as it is.
fn parts(value: &Value) -> Vec<(Option<&String>, Value)> {
    match value {
        Value::Table(table) => table
            .iter()
            .map(|(key, value)| {
                let alone = Table::from_iter([(key.clone(), value.clone())]);
                (Some(key), Value::Table(alone))
            })
            .collect(),
        Value::String(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::Boolean(_)
        | Value::Datetime(_)
        | Value::Array(_) => vec![(None, value.clone())],
    }
}

fn setting(key: &str, within: Option<&String>, value: Value) -> OwnSetting {
    match (within, value) {
        (Some(within), Value::Table(alone)) => OwnSetting {
            key: format!("{key}.{within}"),
            value: alone.get(within).map(Value::to_string).unwrap_or_default(),
        },
        (_, value) => OwnSetting {
            key: key.to_owned(),
            value: value.to_string(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_keys_that_make_a_difference_are_told() {
        let file = "name = 'paper'\ntitle = '신문'\nhome = 'https://paper.example/'\n\
                    timezone = 'Asia/Seoul'\nprofile = 'ndsoft'\n\
                    [pace]\ngap = '5s'\nat_once = 1\n[discover]\nfeeds = false\nsitemaps = true\n";
        let own: Vec<(String, String)> = own_settings(&file.parse().unwrap())
            .into_iter()
            .map(|own| (own.key, own.value))
            .collect();
        let expected = [
            ("discover.feeds", "false"),
            ("pace.gap", "\"5s\""),
            ("profile", "\"ndsoft\""),
        ];
        assert_eq!(own, expected.map(|(key, value)| (key.into(), value.into())));
        assert_eq!(own_settings(&Table::new()), []);
    }
}
