//! The configuration, as plain data: settings, sites and profiles.

mod config_error;
pub mod cron;
pub mod profile;
pub mod profiles;
mod read;
pub mod settings;
pub mod shipped;
pub mod site;
mod site_check;
pub mod units;

pub use config_error::{ConfigFileError, fault};
pub use profile::Profile;
pub use profiles::Profiles;
pub use read::read_text;
pub use settings::Settings;
pub use site::Site;
pub use site_check::{GENTLE_GAP, is_site_name};
