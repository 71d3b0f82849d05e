//! The names of the days of the week, as papers print them.

/// The names as a regular expression, in small letters, and their short forms: English, German,
/// French, Spanish, Portuguese, Italian, Dutch, Danish, Norwegian, Swedish, Polish, Russian,
/// Turkish, Indonesian, Thai, Korean, Japanese and Chinese (Unicode CLDR 48).
pub const WEEKDAYS: &str = concat!(
    "mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:rs?(?:day)?)?|fri(?:day)?|",
    "sat(?:urday)?|sun(?:day)?|",
    "montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag|",
    "mo|di|mi|do|fr|sa|so|",
    "lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|",
    "lunes|martes|miércoles|jueves|viernes|sábado|domingo|",
    "(?:segunda|terça|quarta|quinta|sexta)(?:-feira)?|",
    "lunedì|martedì|mercoledì|giovedì|venerdì|sabato|domenica|",
    "maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag|",
    "mandag|tirsdag|onsdag|torsdag|fredag|lørdag|søndag|måndag|tisdag|lördag|söndag|",
    "poniedziałek|wtorek|środa|czwartek|piątek|sobota|niedziela|",
    "понедельник|вторник|среда|четверг|пятница|суббота|воскресенье|",
    "pazartesi|salı|çarşamba|perşembe|cuma|cumartesi|pazar|",
    "senin|selasa|rabu|kamis|jumat|sabtu|minggu|",
    "วัน(?:จันทร์|อังคาร|พุธ|พฤหัสบดี|ศุกร์|เสาร์|อาทิตย์)(?:ที่)?|",
    "[월화수목금토일]요일|[月火水木金土日]曜日|(?:星期|周)[一二三四五六日天]",
);
