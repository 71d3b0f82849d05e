//! What a user writes in TOML, as plain data: settings, sites and profiles.

pub mod cron;
pub mod profile;
pub mod profiles;
mod read;
pub mod settings;
pub mod shipped;
pub mod site;
pub mod units;

pub use profile::Profile;
pub use profiles::Profiles;
pub use read::{
    ConfigError, GENTLE_GAP, fault, is_site_name, read_profile, read_settings, read_site, read_text,
};
pub use settings::Settings;
pub use site::Site;
