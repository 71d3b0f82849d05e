//! The names of the months, as papers print them.

/// Shortest name, in characters: `mar.`, `Mai`.
const SHORTEST: usize = 3;

/// The names by month, in small letters: English, German, French, Spanish, Portuguese, Italian,
/// Dutch, Danish, Norwegian, Swedish, Polish, Russian, Turkish, Indonesian, Czech, Ukrainian,
/// Romanian, Hungarian, Greek and Arabic (Unicode CLDR 48).
/// Korean, Japanese and Chinese papers print numbers. A name that means different months in two
/// languages is left out, as `listopada` is November in Polish, and October in Croatian.
#[rustfmt::skip]
const NAMES: [&[&str]; 12] = [
    &["january", "januar", "jänner", "janvier", "enero", "janeiro", "gennaio", "januari",
      "stycznia", "января", "ocak", "ledna", "січня", "ianuarie", "január", "ιανουαρίου", "يناير"],
    &["february", "februar", "feber", "février", "febrero", "fevereiro", "febbraio", "februari",
      "lutego", "февраля", "şubat", "února", "лютого", "februarie", "február", "φεβρουαρίου",
      "فبراير"],
    &["march", "märz", "mars", "marzo", "março", "maart", "marts", "marca", "марта", "mart",
      "maret", "mrz", "března", "березня", "martie", "március", "μαρτίου", "مارس"],
    &["april", "avril", "abril", "aprile", "kwietnia", "апреля", "nisan", "dubna", "квітня",
      "aprilie", "április", "απριλίου", "أبريل"],
    &["may", "mai", "mayo", "maio", "maggio", "mei", "maj", "maja", "мая", "mayis",
      "května", "травня", "május", "μαϊου", "مايو"],
    &["june", "juni", "juin", "junio", "junho", "giugno", "czerwca", "июня", "haziran",
      "června", "червня", "iunie", "június", "ιουνίου", "يونيو"],
    &["july", "juli", "juillet", "julio", "julho", "luglio", "lipca", "июля", "temmuz",
      "července", "липня", "iulie", "július", "ιουλίου", "يوليو"],
    &["august", "août", "agosto", "augustus", "augusti", "sierpnia", "августа", "ağustos",
      "agustus", "srpna", "серпня", "augusztus", "αυγούστου", "أغسطس"],
    &["september", "septembre", "septiembre", "setiembre", "setembro", "settembre", "września",
      "сентября", "eylül", "září", "вересня", "septembrie", "szeptember", "σεπτεμβρίου", "سبتمبر"],
    &["october", "oktober", "octobre", "octubre", "outubro", "ottobre", "października", "октября",
      "ekim", "října", "жовтня", "octombrie", "október", "οκτωβρίου", "أكتوبر"],
    &["november", "novembre", "noviembre", "novembro", "ноября", "kasim", "nopember",
      "listopadu", "noiembrie", "νοεμβρίου", "نوفمبر"],
    &["december", "dezember", "décembre", "diciembre", "dezembro", "dicembre", "desember",
      "grudnia", "декабря", "aralik", "prosince", "грудня", "decembrie", "δεκεμβρίου", "ديسمبر"],
];

/// The Thai names by month, and the two parts of their short forms, which are printed with dots or
/// without (Unicode CLDR 48).
#[rustfmt::skip]
pub(super) const THAI_MONTHS: [(&str, [&str; 2]); 12] = [
    ("มกราคม", ["ม", "ค"]), ("กุมภาพันธ์", ["ก", "พ"]), ("มีนาคม", ["มี", "ค"]),
    ("เมษายน", ["เม", "ย"]), ("พฤษภาคม", ["พ", "ค"]), ("มิถุนายน", ["มิ", "ย"]),
    ("กรกฎาคม", ["ก", "ค"]), ("สิงหาคม", ["ส", "ค"]), ("กันยายน", ["ก", "ย"]),
    ("ตุลาคม", ["ต", "ค"]), ("พฤศจิกายน", ["พ", "ย"]), ("ธันวาคม", ["ธ", "ค"]),
];

/// Returns a month from its Thai name, or from its short form.
pub(super) fn thai_month(text: &str) -> Option<i8> {
    let bare: String = text
        .chars()
        .filter(|c| *c != '.' && !c.is_whitespace())
        .collect();
    let months = (1..).zip(THAI_MONTHS);
    let mut named = months.filter(|(_, (name, short))| bare == *name || bare == short.concat());
    named.next().map(|(month, _)| month)
}

/// Returns a month from its number, or from its name: whole, or its first letters (`Sept`). Letters
/// with which the names of several months begin name none (`jui`).
pub(super) fn month(text: &str) -> Option<i8> {
    if let Ok(number) = text.parse() {
        return Some(number);
    }

    // Turkish has an `ı` without a dot, whose capital is `I`. The Greek `ΐ` has no capital.
    let lower = text.to_lowercase().replace('ı', "i").replace('ΐ', "ϊ");
    if lower.chars().count() < SHORTEST {
        return None;
    }
    let mut named = (1..)
        .zip(NAMES)
        .filter(|(_, names)| names.iter().any(|name| name.starts_with(&lower)));
    let (month, _) = named.next()?;
    named.next().is_none().then_some(month)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_and_each_usual_short_form_means_one_month() {
        for (number, names) in (1..).zip(NAMES) {
            for name in names {
                assert_eq!(month(name), Some(number), "{name}");
                assert_eq!(month(&name.to_uppercase()), Some(number), "{name}");
            }
        }

        for (text, expected) in [
            ("Sept", 9),
            ("Feb", 2),
            ("fév", 2),
            ("déc", 12),
            ("ago", 8),
            ("Okt", 10),
            ("Mai", 5),
            ("janv", 1),
            ("ene", 1),
            ("gen", 1),
            ("сен", 9),
            ("Oca", 1),
            ("Kasım", 11),
            ("03", 3),
            ("12", 12),
        ] {
            assert_eq!(month(text), Some(expected), "{text}");
        }
        for text in [
            "jui",
            "ju",
            "ma",
            "mar7",
            "listopada",
            "people",
            "decemberish",
            "",
        ] {
            assert_eq!(month(text), None, "{text}");
        }
    }

    #[test]
    fn each_thai_month_is_known_by_its_name_and_its_short_form() {
        for (number, (name, [first, second])) in (1..).zip(THAI_MONTHS) {
            for text in [
                name.to_owned(),
                format!("{first}.{second}."),
                format!("{first}. {second}."),
                format!("{first}{second}"),
            ] {
                assert_eq!(thai_month(&text), Some(number), "{text}");
            }
        }
        assert_eq!(thai_month("พ.ศ."), None);
    }
}
