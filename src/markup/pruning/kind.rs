//! The kinds of elements that the parser treats alike (HTML Standard, 13.2.6.4.7, "in body").

/// How the parser treats an element's tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Has no content and no end tag.
    Void,
    /// Has no content, and ends a paragraph.
    Rule,
    /// Ends a paragraph when it begins.
    Block,
    /// Ends a paragraph, and other items do not see it: `div` and `address`.
    Box,
    /// Ends a paragraph; a heading ends another.
    Heading,
    Paragraph,
    ListItem,
    /// `dt` and `dd`.
    Term,
    /// Is reopened in later elements until it is closed.
    Formatting,
    /// Ends a paragraph; a page has one at a time.
    Form,
    Button,
    Select,
    /// `option` and `optgroup`.
    Choice,
    Table,
    /// Stands in a table.
    TablePart,
    /// `html`, `head` and `body`.
    Root,
    /// Its content is text: `script`, `style`, `textarea`, `title` and `iframe`.
    Text,
    /// A drawing: other rules hold in it.
    Drawing,
    /// `noscript`: scripts are not run, so it nests as others do.
    Scriptless,
    /// Only a parser knows what follows.
    Unknown,
    /// Any other: it nests, and ends with its end tag.
    Ordinary,
}

impl Kind {
    /// Returns the kind of the element with this name, in lower case.
    pub(super) fn of(name: &[u8]) -> Self {
        match name {
            b"area" | b"br" | b"embed" | b"img" | b"input" | b"wbr" | b"base" | b"link"
            | b"meta" | b"param" | b"source" | b"track" | b"basefont" | b"bgsound" => Self::Void,
            b"hr" => Self::Rule,
            b"article" | b"aside" | b"blockquote" | b"center" | b"details" | b"dir" | b"dl"
            | b"fieldset" | b"figcaption" | b"figure" | b"footer" | b"header" | b"hgroup"
            | b"main" | b"menu" | b"nav" | b"ol" | b"section" | b"summary" | b"ul" | b"pre"
            | b"listing" => Self::Block,
            b"address" | b"div" => Self::Box,
            b"h1" | b"h2" | b"h3" | b"h4" | b"h5" | b"h6" => Self::Heading,
            b"p" => Self::Paragraph,
            b"li" => Self::ListItem,
            b"dd" | b"dt" => Self::Term,
            b"a" | b"b" | b"big" | b"code" | b"em" | b"font" | b"i" | b"s" | b"small"
            | b"strike" | b"strong" | b"tt" | b"u" => Self::Formatting,
            b"form" => Self::Form,
            b"button" => Self::Button,
            b"select" => Self::Select,
            b"option" | b"optgroup" => Self::Choice,
            b"table" => Self::Table,
            b"caption" | b"col" | b"colgroup" | b"tbody" | b"td" | b"tfoot" | b"th" | b"thead"
            | b"tr" => Self::TablePart,
            b"html" | b"head" | b"body" => Self::Root,
            b"script" | b"style" | b"textarea" | b"title" | b"iframe" => Self::Text,
            b"svg" => Self::Drawing,
            b"noscript" => Self::Scriptless,
            b"applet" | b"dialog" | b"frame" | b"frameset" | b"image" | b"isindex" | b"keygen"
            | b"marquee" | b"math" | b"menuitem" | b"nobr" | b"noembed" | b"noframes"
            | b"object" | b"plaintext" | b"rb" | b"rp" | b"rt" | b"rtc" | b"search"
            | b"template" | b"xmp" => Self::Unknown,
            _ => Self::Ordinary,
        }
    }

    /// Tells whether the element ends a paragraph that is open when it begins.
    pub(super) fn ends_paragraph(self) -> bool {
        matches!(
            self,
            Self::Rule
                | Self::Block
                | Self::Box
                | Self::Heading
                | Self::Paragraph
                | Self::ListItem
                | Self::Term
                | Self::Form
                | Self::Table
        )
    }

    /// Tells whether a missing end tag of the element is supplied by the end tag around it.
    pub(super) fn has_optional_end(self) -> bool {
        matches!(
            self,
            Self::Paragraph | Self::ListItem | Self::Term | Self::Choice
        )
    }

    /// Tells whether the element hides what is around it from an end tag in it ("in scope").
    pub(super) fn is_scope(self) -> bool {
        matches!(self, Self::Table | Self::TablePart | Self::Drawing)
    }

    /// Tells whether the parser calls the element special: an unmatched end tag ends at it.
    pub(super) fn is_special(self) -> bool {
        !matches!(
            self,
            Self::Ordinary | Self::Formatting | Self::Choice | Self::Drawing
        )
    }

    /// Tells whether the content of the element may be cut. Such an element has ended all
    /// paragraphs around it, so nothing in it can.
    pub(super) fn is_cuttable(self) -> bool {
        matches!(
            self,
            Self::Block | Self::Box | Self::ListItem | Self::Form | Self::Select
        )
    }
}

/// Tells whether an element of this name, in lower case, belongs into drawings: the parser leaves a
/// drawing for any of HTML.
pub(super) fn is_drawn(name: &[u8]) -> bool {
    matches!(
        name,
        b"circle"
            | b"clippath"
            | b"defs"
            | b"ellipse"
            | b"g"
            | b"line"
            | b"lineargradient"
            | b"mask"
            | b"path"
            | b"polygon"
            | b"polyline"
            | b"radialgradient"
            | b"rect"
            | b"stop"
            | b"symbol"
            | b"tspan"
            | b"use"
    )
}
