//! Bar plots in SVG. They need no script and no library, and are readable without colours.

use std::fmt::{self, Write};

use html_escape::encode_text;

/// The height of the largest bar and the width of a plot, in units of the SVG. The page scales a
/// plot to its own width, so that only the shape counts: wide and low, for 30 bars.
const HEIGHT: f64 = 120.0;
/// See [`HEIGHT`].
const WIDTH: f64 = 720.0;

/// The room above the bars for the largest value, and below them for labels: one line of the page's
/// 11-pixel text each.
const ABOVE: f64 = 18.0;
/// See [`ABOVE`].
const BELOW: f64 = 18.0;

/// One bar: its label and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bar {
    pub label: String,
    pub value: u64,
}

/// Draws bars side by side. Each bar shows its label and value to the pointer. The title is the
/// text for screen readers.
pub(super) fn bars(title: &str, bars: &[Bar]) -> String {
    let mut svg = String::new();
    write_plot(&mut svg, title, bars).expect("a String takes everything");
    svg
}

fn write_plot(svg: &mut String, title: &str, bars: &[Bar]) -> fmt::Result {
    let most = bars.iter().map(|bar| bar.value).max().unwrap_or_default();
    let step = WIDTH / bars.len().max(1) as f64;
    let base = ABOVE + HEIGHT;

    write!(
        svg,
        "<figure><figcaption>{0}</figcaption>\
         <svg viewBox=\"0 0 {WIDTH} {1}\" role=\"img\" aria-label=\"{0}\">",
        encode_text(title).replace('"', "&quot;"),
        HEIGHT + ABOVE + BELOW
    )?;
    for (k, bar) in bars.iter().enumerate() {
        write_bar(svg, bar, k as f64 * step, step, most)?;
    }
    write!(
        svg,
        "<line x1=\"0\" y1=\"{base}\" x2=\"{WIDTH}\" y2=\"{base}\"/>\
         <text x=\"0\" y=\"12\">most: {most}</text>"
    )?;
    write_labels(svg, bars, base + 14.0)?;
    svg.write_str("</svg></figure>")
}

/// Writes one bar at `x`. An invisible one over the whole height makes low bars easy to point at.
fn write_bar(svg: &mut String, bar: &Bar, x: f64, step: f64, most: u64) -> fmt::Result {
    let height = if most == 0 {
        0.0
    } else {
        bar.value as f64 / most as f64 * HEIGHT
    };
    let y = ABOVE + HEIGHT - height;
    // Every value above zero is visible, however small it is.
    let height = if bar.value > 0 { height.max(1.0) } else { 0.0 };

    write!(
        svg,
        "<g><title>{}: {}</title>\
         <rect class=\"room\" x=\"{x:.1}\" y=\"{ABOVE}\" width=\"{step:.1}\" height=\"{HEIGHT}\"/>\
         <rect class=\"bar\" x=\"{:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{height:.1}\"/></g>",
        encode_text(&bar.label),
        bar.value,
        x + step * 0.1,
        step * 0.8
    )
}

/// Writes the labels of the first and the last bar.
fn write_labels(svg: &mut String, bars: &[Bar], y: f64) -> fmt::Result {
    let (Some(first), Some(last)) = (bars.first(), bars.last()) else {
        return Ok(());
    };
    write!(
        svg,
        "<text x=\"0\" y=\"{y}\">{}</text>\
         <text x=\"{WIDTH}\" y=\"{y}\" text-anchor=\"end\">{}</text>",
        encode_text(&first.label),
        encode_text(&last.label)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(label: &str, value: u64) -> Bar {
        Bar {
            label: label.to_owned(),
            value,
        }
    }

    #[test]
    fn bars_are_as_high_as_their_values() {
        let svg = bars("책", &[bar("a", 0), bar("c", 5), bar("d", 10)]);

        let heights: Vec<&str> = svg
            .split("class=\"bar\"")
            .skip(1)
            .map(|bar| bar.split('"').nth(7).unwrap())
            .collect();
        assert_eq!(heights, ["0.0", "60.0", "120.0"]);
        assert!(bars("없음", &[]).ends_with("</svg></figure>"));
    }

    #[test]
    fn titles_and_labels_are_escaped() {
        let svg = bars("<책> \"방\"", &[bar("a<b", 0)]);

        assert!(
            svg.contains("&lt;책&gt; &quot;방&quot;")
                && svg.contains("a&lt;b: 0")
                && !svg.contains("a<b")
        );
    }
}
