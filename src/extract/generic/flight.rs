//! Renders what React's server sends to the browser ("flight"), as HTML.
//!
//! Next.js writes it into scripts, `self.__next_f.push([1,"…"])`: the pieces of one text, whose
//! rows are `1a:` with JSON, or `1a:T4d2,` with a text of so many bytes. An element is
//! `["$","p",null,{"children":"…"}]`, and `"$1a"` or `"$L1a"` stands for another row.

use std::collections::HashMap;

use serde_json::Value;

use crate::extract::json_ld;

/// What stands before each piece.
const PUSH: &str = "__next_f.push([1,";

/// Most bytes of HTML: as much as a whole page may have.
const LARGEST: usize = 3 << 20;

/// Deepest element. Real pages have some 60 levels.
const DEEPEST: u32 = 120;

/// Renders the page in the scripts' flight, if there is any.
pub(super) fn page(scripts: &[String]) -> Option<String> {
    let flight: String = scripts.iter().flat_map(|script| pieces(script)).collect();
    if flight.is_empty() {
        return None;
    }

    let (ids, rows) = rows(&flight);
    let mut renderer = Renderer {
        rows,
        html: String::new(),
    };
    for id in ids {
        renderer.row(&id, DEEPEST);
    }
    Some(renderer.html).filter(|html| !html.is_empty())
}

/// Returns the pieces that a script adds.
fn pieces(script: &str) -> Vec<String> {
    let calls = script.split(PUSH).skip(1);
    let literals = calls.filter_map(|call| Some(&call[..=call.rfind("\"])")?]));
    literals.filter_map(json_ld::string).collect()
}

/// A row of the flight.
enum FlightRow {
    Json(Value),
    Text(String),
}

/// Returns the rows by their names, and the names in order.
fn rows(flight: &str) -> (Vec<String>, HashMap<String, FlightRow>) {
    let (mut ids, mut rows) = (Vec::new(), HashMap::new());
    let mut rest = flight;

    while let Some((id, after)) = rest.split_once(':') {
        let id = id.rsplit('\n').next().unwrap_or(id);
        let (row, after) = match text_row(after) {
            Some((text, after)) => (Some(FlightRow::Text(text.to_owned())), after),
            None => json_row(after),
        };
        rest = after;
        if let Some(row) = row {
            ids.push(id.to_owned());
            rows.insert(id.to_owned(), row);
        }
    }

    (ids, rows)
}

/// Reads a row with a text, and returns what follows it.
fn text_row(row: &str) -> Option<(&str, &str)> {
    let (length, text) = row.strip_prefix('T')?.split_once(',')?;
    let length = usize::from_str_radix(length, 16).ok()?;
    text.split_at_checked(length)
}

/// Reads a row with JSON, and returns what follows it. Other rows are loaders and errors.
fn json_row(row: &str) -> (Option<FlightRow>, &str) {
    let (line, after) = row.split_once('\n').unwrap_or((row, ""));
    // A row that is no JSON names a program or a style.
    (serde_json::from_str(line).ok().map(FlightRow::Json), after)
}

struct Renderer {
    /// The rows that are not rendered yet.
    rows: HashMap<String, FlightRow>,
    html: String,
}

impl Renderer {
    /// Renders a row, once.
    fn row(&mut self, id: &str, depth: u32) {
        match self.rows.remove(id) {
            Some(FlightRow::Json(value)) => self.value(&value, depth),
            Some(FlightRow::Text(text)) => self.html.push_str(&text),
            None => {}
        }
    }

    fn value(&mut self, value: &Value, depth: u32) {
        let Some(depth) = depth.checked_sub(1) else {
            return;
        };
        if self.html.len() > LARGEST {
            return;
        }

        match value {
            Value::String(text) => self.text(text, depth),
            Value::Array(items) => match element(items) {
                Some((name, props)) => self.element(name, props, depth),
                None => items.iter().for_each(|item| self.value(item, depth)),
            },
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => {}
        }
    }

    fn text(&mut self, text: &str, depth: u32) {
        if let Some(name) = text.strip_prefix('$') {
            self.row(name.trim_start_matches(['L', '@']), depth);
        } else {
            self.html
                .push_str(&text.replace('&', "&amp;").replace('<', "&lt;"));
        }
    }

    /// Renders an element, and a component as a box.
    fn element(&mut self, name: &str, props: &Value, depth: u32) {
        let is_tag = name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        let tag = if is_tag { name } else { "div" };
        if matches!(tag, "script" | "style" | "svg") {
            return;
        }

        self.html.push('<');
        self.html.push_str(tag);
        self.html
            .push_str(if tag == "a" { " href=\"#\">" } else { ">" });
        if matches!(tag, "br" | "hr" | "img" | "input" | "meta" | "link") {
            return;
        }

        if let Some(html) = props.pointer("/dangerouslySetInnerHTML/__html") {
            match html.as_str() {
                Some(html) if !html.starts_with('$') => self.html.push_str(html),
                _ => self.value(html, depth),
            }
        }
        if let Some(children) = props.get("children") {
            self.value(children, depth);
        }
        self.html.push_str("</");
        self.html.push_str(tag);
        self.html.push('>');
    }
}

/// Returns the name and the properties, where a list is an element.
fn element(items: &[Value]) -> Option<(&str, &Value)> {
    let [mark, name, _, props, ..] = items else {
        return None;
    };
    (mark.as_str() == Some("$")).then_some((name.as_str()?, props))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(pieces: &[&str]) -> Option<String> {
        let scripts: Vec<String> = pieces
            .iter()
            .map(|piece| {
                let literal = serde_json::to_string(piece).unwrap();
                format!("self.__next_f.push([1,{literal}])")
            })
            .collect();
        page(&scripts)
    }

    #[test]
    fn elements_are_rendered_with_the_rows_that_they_name() {
        let html = rendered(&[
            "0:[\"$\",\"main\",null,{\"children\":[[\"$\",\"h1\",null,\
             {\"children\":\"책방\"}],\"$L1\"]}]\n",
            "1:[\"$\",\"p\",\"0\",{\"children\":[\"하나 < 둘 \",[\"$\",\"a\",null,{\"chil",
            "dren\":\"셋\"}]]}]\n",
        ]);
        assert_eq!(
            html.as_deref(),
            Some("<main><h1>책방</h1><p>하나 &lt; 둘 <a href=\"#\">셋</a></p></main>")
        );
    }

    #[test]
    fn a_row_of_text_is_html_of_so_many_bytes() {
        let html = rendered(&[
            "0:[\"$\",\"div\",null,{\"dangerouslySetInnerHTML\":{\"__html\":\"$2\"}}]\n\
             2:T10,<p>책\n1:방</p>\n3:null\n",
        ]);
        assert_eq!(html.as_deref(), Some("<div><p>책\n1:방</p></div>"));
    }

    #[test]
    fn hostile_flight_is_rendered_within_limits() {
        assert_eq!(rendered(&["0:\"$0\"\n"]), None, "a row that names itself");
        assert_eq!(rendered(&["0:Tffffffffffff,x"]), None);
        assert_eq!(rendered(&["0:Tffffffffffffffffffff,x\n:::"]), None);
        let deep = "[\"$\",\"b\",null,{\"children\":".repeat(40) + "\"x\"" + &"}]".repeat(40);
        assert!(rendered(&[&format!("0:{deep}\n")]).is_some());
    }
}
