//! Bars in SVG, as they stand in a page: no script, no library, readable without colours.

use std::fmt::Write;

use html_escape::encode_text;

const HEIGHT: f64 = 120.0;
const WIDTH: f64 = 720.0;
/// Room for the largest value above, and for labels below.
const ABOVE: f64 = 18.0;
const BELOW: f64 = 18.0;

/// One bar: what it stands for, and how much.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bar {
    pub label: String,
    pub value: u64,
}

/// Draws bars beside one another; each says what it is when it is pointed at, and the whole has its title for those who listen.
pub(crate) fn bars(title: &str, bars: &[Bar]) -> String {
    let most = bars.iter().map(|bar| bar.value).max().unwrap_or_default();
    let step = WIDTH / bars.len().max(1) as f64;
    let mut svg = format!(
        "<figure><figcaption>{0}</figcaption><svg viewBox=\"0 0 {WIDTH} {1}\" role=\"img\" aria-label=\"{0}\">",
        encode_text(title).replace('"', "&quot;"),
        HEIGHT + ABOVE + BELOW
    );
    for (k, bar) in bars.iter().enumerate() {
        let height = if most == 0 {
            0.0
        } else {
            bar.value as f64 / most as f64 * HEIGHT
        };
        let (x, y) = (k as f64 * step, ABOVE + HEIGHT - height);
        let told = format!("{}: {}", encode_text(&bar.label), bar.value);
        // What is not nothing is seen, however little it is.
        let height = if bar.value > 0 { height.max(1.0) } else { 0.0 };
        write!(
            svg,
            "<g><title>{told}</title><rect class=\"room\" x=\"{x:.1}\" y=\"{ABOVE}\" width=\"{step:.1}\" height=\"{HEIGHT}\"/>\
             <rect class=\"bar\" x=\"{:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{height:.1}\"/></g>",
            x + step * 0.1,
            step * 0.8
        )
        .expect("a String takes everything");
    }
    let base = ABOVE + HEIGHT;
    write!(
        svg,
        "<line x1=\"0\" y1=\"{base}\" x2=\"{WIDTH}\" y2=\"{base}\"/><text x=\"0\" y=\"12\">most: {most}</text>"
    )
    .expect("a String takes everything");
    if let (Some(first), Some(last)) = (bars.first(), bars.last()) {
        let y = base + 14.0;
        write!(
            svg,
            "<text x=\"0\" y=\"{y}\">{}</text><text x=\"{WIDTH}\" y=\"{y}\" text-anchor=\"end\">{}</text>",
            encode_text(&first.label),
            encode_text(&last.label)
        )
        .expect("a String takes everything");
    }
    svg + "</svg></figure>"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_high_as_their_values_and_labels_are_escaped() {
        let bar = |label: &str, value| Bar {
            label: label.to_owned(),
            value,
        };
        let svg = bars("<책> \"방\"", &[bar("a<b", 0), bar("c", 5), bar("d", 10)]);
        assert!(
            svg.contains("&lt;책&gt; &quot;방&quot;")
                && svg.contains("a&lt;b: 0")
                && !svg.contains("a<b")
        );
        let heights: Vec<&str> = svg
            .split("class=\"bar\"")
            .skip(1)
            .map(|bar| bar.split('"').nth(7).unwrap())
            .collect();
        assert_eq!(heights, ["0.0", "60.0", "120.0"]);
        assert!(bars("없음", &[]).ends_with("</svg></figure>"));
    }
}
