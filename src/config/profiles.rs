//! All profiles together. Several may share a name, each with its own days, because a CMS or a
//! paper's templates change.

use jiff::civil::Date;

use crate::config::Profile;
use crate::time::Timestamp;

/// Every profile, with its file. Of one name, at most one profile is valid on any day.
#[derive(Clone, Debug, Default)]
pub struct Profiles(Vec<ProfileFile>);

/// A profile and its file's name.
#[derive(Clone, Debug, PartialEq)]
pub struct ProfileFile {
    pub file: String,
    pub profile: Profile,
}

/// The reason why two profiles of one name exclude each other.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ProfilesError {
    #[error("two profiles are named {name:?}{}: {} and {}", on(day), files[0], files[1])]
    Overlap {
        name: String,
        day: Option<Date>,
        files: [String; 2],
    },
    #[error(
        "no profile {name:?} is valid from {from} to {until}, between {} and {}",
        files[0],
        files[1]
    )]
    Gap {
        name: String,
        from: Date,
        until: Date,
        files: [String; 2],
    },
}

/// Returns the words for the first day of an overlap.
fn on(day: &Option<Date>) -> String {
    day.map(|day| format!(" and valid on {day}"))
        .unwrap_or_default()
}

impl Profiles {
    /// Collects profiles. Those of one name must follow one another without a gap.
    ///
    /// # Errors
    ///
    /// If two profiles of one name overlap, or leave days between them.
    pub fn new(mut profiles: Vec<ProfileFile>) -> Result<Self, ProfilesError> {
        profiles.sort_by(|a, b| a.order().cmp(&b.order()));
        profiles
            .windows(2)
            .try_for_each(|pair| pair[0].check_followed_by(&pair[1]))?;

        Ok(Self(profiles))
    }

    /// Returns the profile of that name for a page that was fetched at `moment`.
    pub fn valid_at(&self, name: &str, moment: Timestamp) -> Option<&Profile> {
        self.current(moment).find(|profile| profile.name == name)
    }

    /// Returns the profiles for pages that were fetched at `moment`: at most one of each name.
    pub fn current(&self, moment: Timestamp) -> impl Iterator<Item = &Profile> {
        self.0
            .iter()
            .map(|file| &file.profile)
            .filter(move |profile| profile.is_valid_at(moment))
    }

    /// Returns every profile, valid today or not, sorted by name and first day.
    pub fn files(&self) -> &[ProfileFile] {
        &self.0
    }
}

impl Profile {
    /// Tells whether this profile is valid for pages that were fetched at `moment`.
    pub fn is_valid_at(&self, moment: Timestamp) -> bool {
        let day = self.timezone.to_datetime(moment.into()).date();
        self.valid_from.is_none_or(|first| first <= day)
            && self.valid_until.is_none_or(|last| day <= last)
    }
}

impl ProfileFile {
    /// Returns the sort key: the name, then the first day.
    fn order(&self) -> (&str, Date) {
        (
            &self.profile.name,
            self.profile.valid_from.unwrap_or(Date::MIN),
        )
    }

    /// Refuses two profiles of one name that do not follow each other directly.
    fn check_followed_by(&self, next: &Self) -> Result<(), ProfilesError> {
        if self.profile.name != next.profile.name {
            return Ok(());
        }

        let name = self.profile.name.clone();
        let files = [self.file.clone(), next.file.clone()];
        let (last, first) = match (self.profile.valid_until, next.profile.valid_from) {
            (Some(last), Some(first)) if last < first => (last, first),
            (_, day) => return Err(ProfilesError::Overlap { name, day, files }),
        };

        match last.tomorrow() {
            Ok(from) if from < first => Err(ProfilesError::Gap {
                name,
                from,
                until: first.yesterday().expect("`last` is before `first`"),
                files,
            }),
            Ok(_) | Err(_) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Profile;

    fn file(name: &str, days: &str) -> ProfileFile {
        let file = format!("profiles/{name}.toml");
        let profile = Profile::parse(
            &file,
            &format!("name = \"paper\"\nlanguage = \"{name}\"\n{days}"),
        )
        .unwrap();
        ProfileFile { file, profile }
    }

    fn error(files: [ProfileFile; 2]) -> String {
        Profiles::new(files.into()).unwrap_err().to_string()
    }

    #[test]
    fn the_profile_of_the_day_reads_the_page_in_the_papers_zone() {
        let files = vec![
            file("new", "valid_from = \"2026-03-02\""),
            file("old", "valid_until = \"2026-03-01\""),
        ];
        let profiles = Profiles::new(files).unwrap();
        let read_at = |moment: &str| {
            let profile = profiles.valid_at("paper", Timestamp::from_rfc3339(moment).unwrap());
            profile.map(|profile| profile.language.as_str())
        };

        assert_eq!(read_at("2026-03-01T23:59:59+09:00"), Some("old"));
        assert_eq!(read_at("2026-03-02T00:00:00+09:00"), Some("new"));
        assert_eq!(read_at("2026-03-01T15:00:00Z"), Some("new"));
        assert_eq!(read_at("1999-03-01T15:00:00Z"), Some("old"));
        assert_eq!(profiles.valid_at("other", Timestamp::EPOCH), None);
    }

    #[test]
    fn both_bounds_belong_to_a_profiles_days() {
        let one = file(
            "one",
            "valid_from = \"2026-03-02\"\nvalid_until = \"2026-03-02\"",
        );
        let profiles = Profiles::new(vec![one]).unwrap();
        let is_read = |moment| {
            profiles
                .current(Timestamp::from_rfc3339(moment).unwrap())
                .count()
                == 1
        };

        assert!(is_read("2026-03-02T00:00:00+09:00") && is_read("2026-03-02T23:59:59+09:00"));
        assert!(!is_read("2026-03-01T23:59:59+09:00") && !is_read("2026-03-03T00:00:00+09:00"));
    }

    #[test]
    fn overlaps_and_gaps_of_days_are_reported_with_both_files() {
        let old = || file("old", "valid_until = \"2026-03-01\"");

        assert_eq!(
            error([old(), file("new", "valid_from = \"2026-03-04\"")]),
            "no profile \"paper\" is valid from 2026-03-02 to 2026-03-03, between \
             profiles/old.toml and profiles/new.toml"
        );
        assert_eq!(
            error([file("new", "valid_from = \"2026-03-01\""), old()]),
            "two profiles are named \"paper\" and valid on 2026-03-01: profiles/old.toml and \
             profiles/new.toml"
        );
        assert_eq!(
            error([file("a", ""), file("b", "")]),
            "two profiles are named \"paper\": profiles/a.toml and profiles/b.toml"
        );
        assert!(
            error([file("a", ""), file("b", "valid_from = \"2026-03-01\"")])
                .contains("valid on 2026-03-01")
        );
    }

    #[test]
    fn a_profile_whose_last_day_is_before_its_first_is_refused() {
        let text = "name = \"x\"\nvalid_from = \"2026-03-02\"\nvalid_until = \"2026-03-01\"\n";

        let said = Profile::parse("profiles/x.toml", text)
            .unwrap_err()
            .to_string();

        assert_eq!(
            said,
            "profiles/x.toml:3: `valid_until`: the last day comes before the first, 2026-03-02"
        );
    }
}
