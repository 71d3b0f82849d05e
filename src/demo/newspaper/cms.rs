//! The CMSs and skins that a demo newspaper can be made with.

use std::fmt;

/// The generation of the ND Soft CMS's templates. A paper shows its whole archive in one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DemoSkin {
    G2,
    G4,
}

/// The content management system that a paper is made with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DemoCms {
    #[default]
    NdSoft,
    Mediaon,
    /// A CMS that no profile knows: no article numbers, pages in EUC-KR, two names for the host.
    Plain,
}

impl DemoCms {
    /// Every CMS: `saseo demo --cms` offers them, and the tests of all pages crawl them.
    pub const ALL: [Self; 3] = [Self::NdSoft, Self::Mediaon, Self::Plain];

    /// Returns the name of the profile that reads its pages; `None` if no profile does.
    pub fn profile(self) -> Option<&'static str> {
        match self {
            Self::NdSoft | Self::Mediaon => Some(self.name()),
            Self::Plain => None,
        }
    }

    /// Returns its name. A CMS with a profile has the profile's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::NdSoft => "ndsoft",
            Self::Mediaon => "mediaon",
            Self::Plain => "plain",
        }
    }
}

impl fmt::Display for DemoCms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
