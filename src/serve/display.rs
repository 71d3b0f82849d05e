//! How a reader wants pages displayed: the colours, the size of letters, and whether keys lead
//! through lists. Each choice is kept in a cookie of its own.

/// The colours of the pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum ColourScheme {
    /// As the system has them.
    #[default]
    System,
    Light,
    Dark,
}

/// The size of letters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum LetterSize {
    #[default]
    Normal,
    Large,
    Largest,
}

/// Whether single keys lead through pages. Who dictates to a machine turns them off (WCAG 2.2,
/// 2.1.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum SingleKeys {
    #[default]
    On,
    Off,
}

impl ColourScheme {
    pub(super) const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

impl LetterSize {
    pub(super) const ALL: [Self; 3] = [Self::Normal, Self::Large, Self::Largest];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Large => "large",
            Self::Largest => "largest",
        }
    }
}

impl SingleKeys {
    pub(super) const ALL: [Self; 2] = [Self::On, Self::Off];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Off => "off",
        }
    }
}

/// How pages are displayed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Display {
    pub scheme: ColourScheme,
    pub size: LetterSize,
    pub keys: SingleKeys,
}

impl Display {
    /// Reads the choices of a header `Cookie`. Odd ones are none.
    pub(super) fn of_cookies(header: &str) -> Self {
        let chosen = |name: &str| cookie(header, name).unwrap_or_default();
        let (scheme, size, keys) = (chosen("scheme"), chosen("size"), chosen("keys"));
        Self {
            scheme: named(&ColourScheme::ALL, ColourScheme::name, scheme),
            size: named(&LetterSize::ALL, LetterSize::name, size),
            keys: named(&SingleKeys::ALL, SingleKeys::name, keys),
        }
    }
}

/// Returns the value of a name; the usual one where no value has it.
fn named<T: Copy + Default>(all: &[T], name: fn(T) -> &'static str, wanted: &str) -> T {
    let mut all = all.iter().copied();
    all.find(|one| name(*one) == wanted).unwrap_or_default()
}

/// Returns the value of one of this server's cookies: browsers send those of every port of a host,
/// so that their names begin with the program's.
pub(super) fn cookie<'h>(header: &'h str, name: &str) -> Option<&'h str> {
    let cookies = header.split(';').filter_map(|one| {
        let (name, value) = one.trim().split_once('=')?;
        Some((name.strip_prefix(PREFIX)?, value))
    });
    cookies
        .filter(|(known, _)| *known == name)
        .map(|(_, value)| value)
        .next()
}

/// The beginning of the names of cookies.
const PREFIX: &str = "saseo_";

/// Returns the header that keeps a choice for a year. The value is one of a choice's names.
pub(super) fn kept(name: &str, value: &str) -> String {
    format!("{PREFIX}{name}={value}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_choice_has_a_cookie_of_its_own_and_odd_ones_are_none() {
        let display = Display::of_cookies("a=b; saseo_size=large;saseo_keys=off; scheme=dark");
        assert_eq!(
            display,
            Display {
                scheme: ColourScheme::System,
                size: LetterSize::Large,
                keys: SingleKeys::Off
            }
        );
        let odd = Display::of_cookies("saseo_scheme=\"><script>; saseo_size");
        assert_eq!(odd, Display::default());
        assert!(kept("scheme", "dark").starts_with("saseo_scheme=dark; "));
    }
}
