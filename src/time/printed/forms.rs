//! The forms in which a text is searched for a date, in their order, and what a match must show
//! besides.

use std::sync::LazyLock;

use jiff::civil::Date;
use regex::{Captures, Regex};

use crate::time::printed::calendars::is_thai;
use crate::time::printed::patterns::{
    BASIC, DAY_FIRST, DAY_FIRST_SLASHED, MONTH_FIRST, MONTH_FIRST_SLASHED, OF_ERA, SHORT_DAY_FIRST,
    SHORT_NUMBERS, SHORT_YEAR_FIRST, THAI, YEAR_AND_MONTH,
};
use crate::time::printed::time_of_day::number;
use crate::time::printed::weekdays::english_weekday;

const MONTHS: i8 = 12;

/// The first Buddhist year with slashes. Thai papers print the day first.
const FIRST_BUDDHIST: i16 = 2500;

/// Years of two digits from which no paper is in the web: 1969 to 1994.
const BEFORE_THE_WEB: std::ops::Range<i16> = 69..95;

/// The order of day and month in dates of numbers with slashes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DateOrder {
    /// `3/7/2026` may be two days, and is none.
    #[default]
    Unknown,
    DayFirst,
    MonthFirst,
}

/// A form of dates that do not begin with their year.
#[derive(Clone, Copy)]
pub(super) struct DateForm {
    pub pattern: &'static LazyLock<Regex>,
    check: FormCheck,
}

/// What a match of a form must show besides, to be a date.
#[derive(Clone, Copy)]
enum FormCheck {
    None,
    /// No digits stand directly beside it.
    NotInNumber,
    /// The page has this order, or day and month cannot be told the other way round: `27/3/2026`
    /// and `3/27/2026` are dates everywhere, and `Sat, 03/07/2026` is a Saturday in one order.
    Order(DateOrder),
    /// A time follows. A number of two digits behind a month may be anything.
    HasClock,
    /// A time follows, and the page prints the day first. Elsewhere `07.03.26` may begin with its
    /// year. In a Thai line, and from 1969 to the first papers in the web, the year may be
    /// Buddhist.
    HasClockInDayFirst,
    /// The page does not print the day first.
    NotInDayFirst,
}

/// The forms, best first: years of two digits may be anything, and come last.
const FORMS: [(&LazyLock<Regex>, FormCheck); 11] = [
    (&BASIC, FormCheck::None),
    (&OF_ERA, FormCheck::None),
    (&THAI, FormCheck::NotInNumber),
    (&YEAR_AND_MONTH, FormCheck::NotInNumber),
    (&DAY_FIRST, FormCheck::NotInNumber),
    (&MONTH_FIRST, FormCheck::None),
    (&DAY_FIRST_SLASHED, FormCheck::Order(DateOrder::DayFirst)),
    (
        &MONTH_FIRST_SLASHED,
        FormCheck::Order(DateOrder::MonthFirst),
    ),
    (&SHORT_YEAR_FIRST, FormCheck::NotInDayFirst),
    (&SHORT_NUMBERS, FormCheck::HasClockInDayFirst),
    (&SHORT_DAY_FIRST, FormCheck::HasClock),
];

/// Returns the forms of dates that `text` may have.
pub(super) fn forms(text: &str, order: DateOrder) -> impl Iterator<Item = DateForm> + use<> {
    let is_ascii = text.is_ascii();
    FORMS.into_iter().filter_map(move |(pattern, check)| {
        let is_possible = match check {
            FormCheck::HasClockInDayFirst => order == DateOrder::DayFirst,
            FormCheck::NotInDayFirst => order != DateOrder::DayFirst,
            FormCheck::None
            | FormCheck::NotInNumber
            | FormCheck::Order(_)
            | FormCheck::HasClock => true,
        };
        let is_other_script =
            is_ascii && (std::ptr::eq(pattern, &OF_ERA) || std::ptr::eq(pattern, &THAI));
        (is_possible && !is_other_script).then_some(DateForm { pattern, check })
    })
}

impl DateForm {
    /// Tells whether a match in a page of this order is a date.
    pub(super) fn holds(self, text: &str, found: &Captures<'_>, order: DateOrder) -> bool {
        match self.check {
            FormCheck::None | FormCheck::NotInDayFirst => true,
            FormCheck::NotInNumber => !is_in_number(text, found),
            FormCheck::Order(own) => {
                let (day, month): (Option<i8>, Option<i8>) =
                    (number(found, "day"), number(found, "month"));
                let is_buddhist = number(found, "year") > Some(FIRST_BUDDHIST);
                own == order
                    || day == month
                    || day > Some(MONTHS)
                    || is_buddhist
                    || order == DateOrder::Unknown && is_on_weekday(text, found)
            }
            FormCheck::HasClock => found.name("hour").is_some(),
            FormCheck::HasClockInDayFirst => {
                let may_be_buddhist = text.contains(is_thai)
                    || number(found, "year")
                        .is_some_and(|year: i16| BEFORE_THE_WEB.contains(&year));
                found.name("hour").is_some() && !may_be_buddhist
            }
        }
    }
}

/// Tells whether a date is of the day of the week that stands before it.
fn is_on_weekday(text: &str, found: &Captures<'_>) -> bool {
    let date = || {
        let date = Date::new(
            number(found, "year")?,
            number(found, "month")?,
            number(found, "day")?,
        );
        // A date that is none has no day of the week.
        Some(date.ok()?.weekday())
    };
    let start = found.get(0).map_or(0, |whole| whole.start());
    let before = text[..start].trim_end_matches(|c: char| !c.is_alphabetic());
    let word = before.rsplit(|c: char| !c.is_alphabetic()).next();
    let told = word.and_then(english_weekday);
    told.is_some() && told == date()
}

/// Tells whether digits stand directly before or behind a date, as in `2026-03-123456` and
/// `203.2011.12.1`.
pub(super) fn is_in_number(text: &str, found: &Captures<'_>) -> bool {
    let (Some(year), Some(day)) = (found.name("year"), found.name("day")) else {
        return false;
    };

    let before = text[..year.start().min(day.start())].trim_end_matches('.');
    before.ends_with(|c: char| c.is_ascii_digit())
        || text[year.end().max(day.end())..].starts_with(|c: char| c.is_ascii_digit())
}
