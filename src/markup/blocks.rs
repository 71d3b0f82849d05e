//! Blocks of text: the paragraphs into which mark-up divides a story.

use crate::markup::{Node, is_seen};
use crate::text::clean;

/// Elements that begin and end a block, besides the parts of tables: mostly those that the HTML
/// Standard renders as blocks (§15.3).
const BLOCKS: [&str; 35] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "caption",
    "center",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "main",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "td",
    "ul",
];

/// Tells whether an element of this name begins and ends a block.
pub fn is_block(name: &str) -> bool {
    BLOCKS.contains(&name) || matches!(name, "tbody" | "thead" | "tfoot" | "tr" | "th")
}

/// A block of text, cleaned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    pub text: String,
    /// The number of its characters in links, without white space.
    pub linked: usize,
    pub kind: BlockKind,
}

/// The element that a block of text stands in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BlockKind {
    #[default]
    Text,
    /// One of `h1` to `h6`.
    Heading,
    /// An item of a list or a cell of a table, or an element in one.
    Item,
}

impl Block {
    /// Returns the block that has these lines, with a space between two.
    pub fn of_lines(lines: &[Self]) -> Self {
        let texts: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
        Self {
            text: texts.join(" "),
            linked: lines.iter().map(|line| line.linked).sum(),
            kind: lines.first().map(|line| line.kind).unwrap_or_default(),
        }
    }

    /// Tells whether more than half of it is links.
    pub fn is_linked(&self) -> bool {
        2 * self.linked > self.text.chars().filter(|c| !c.is_whitespace()).count()
    }
}

/// Returns the blocks of text in `node`, cleaned. Empty blocks and the elements that `is_excluded`
/// accepts are left out.
///
/// A block ends with its element, or at two or more `<br>` in a row; white space between them does
/// not count. A single `<br>` is a space here; [`lined_blocks`] keeps it.
pub fn blocks(node: &Node<'_>, is_excluded: impl Fn(&Node<'_>) -> bool) -> Vec<String> {
    linked_blocks(node, is_excluded)
        .into_iter()
        .map(|block| block.text)
        .collect()
}

/// Like [`blocks`], and counts the linked characters of each.
pub fn linked_blocks(node: &Node<'_>, is_excluded: impl Fn(&Node<'_>) -> bool) -> Vec<Block> {
    let blocks = lined_blocks(node, is_excluded).into_iter();
    blocks
        .map(|mut lines| match lines.len() {
            1 => lines.remove(0),
            _ => Block::of_lines(&lines),
        })
        .collect()
}

/// Like [`linked_blocks`], but counts only the links that `is_counted` accepts.
pub fn blocks_with_links(
    node: &Node<'_>,
    is_excluded: impl Fn(&Node<'_>) -> bool,
    is_counted: impl Fn(&Node<'_>) -> bool,
) -> Vec<Block> {
    let lines = lines_of(node, is_excluded, is_counted).into_iter();
    lines.map(|lines| Block::of_lines(&lines)).collect()
}

/// Like [`linked_blocks`], but each block is its lines, which single `<br>` part. None is empty.
pub fn lined_blocks(node: &Node<'_>, is_excluded: impl Fn(&Node<'_>) -> bool) -> Vec<Vec<Block>> {
    lines_of(node, is_excluded, |_| true)
}

fn lines_of(
    node: &Node<'_>,
    is_excluded: impl Fn(&Node<'_>) -> bool,
    is_counted: impl Fn(&Node<'_>) -> bool,
) -> Vec<Vec<Block>> {
    let mut writer = BlockWriter::default();
    let mut open = vec![TreeStep::Enter(*node)];

    while let Some(step) = open.pop() {
        match step {
            TreeStep::Leave => writer.end(),
            TreeStep::LeaveKind(outer) => {
                writer.end();
                writer.kind = outer;
            }
            TreeStep::LeaveLink => writer.links -= 1,
            TreeStep::Enter(node) if node.is_text() => writer.add(&node.text()),
            TreeStep::Enter(node)
                if node.is_element() && (!is_seen(&node) || is_excluded(&node)) => {}
            TreeStep::Enter(node) => {
                let is_other_link = node.has_name("a") && !is_counted(&node);
                if !is_other_link {
                    open.extend(writer.enter(&node));
                }
                open.extend(node.children_it(true).map(TreeStep::Enter));
            }
        }
    }

    writer.end();
    writer.done
}

/// Returns the kind of the blocks in an element, where it is not that of the element around it.
fn kind_of(name: &str) -> Option<BlockKind> {
    match name {
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => Some(BlockKind::Heading),
        "li" | "dt" | "dd" | "td" | "th" => Some(BlockKind::Item),
        _ => None,
    }
}

/// A step of the walk over a tree. Steps to leave an element wait below those into its children.
enum TreeStep<'a> {
    Enter(Node<'a>),
    Leave,
    /// Leaves a heading or an item. What follows is of the kind around it.
    LeaveKind(BlockKind),
    LeaveLink,
}

/// Collects the lines of a block, and ends it.
#[derive(Default)]
struct BlockWriter {
    done: Vec<Vec<Block>>,
    /// The lines of the block that ended.
    lines: Vec<Block>,
    line: String,
    linked: usize,
    kind: BlockKind,
    /// The number of open links.
    links: usize,
    /// Line breaks since the last text.
    breaks: u32,
}

impl BlockWriter {
    /// Enters a node that is no text, and returns the step that leaves it.
    fn enter<'a>(&mut self, node: &Node<'a>) -> Option<TreeStep<'a>> {
        // A fragment and the document itself have no name.
        let name = node.qual_name_ref()?;
        match &*name.local {
            "br" => {
                self.break_line();
                None
            }
            block if is_block(block) => {
                self.end();
                let Some(kind) = kind_of(block) else {
                    return Some(TreeStep::Leave);
                };
                Some(TreeStep::LeaveKind(std::mem::replace(&mut self.kind, kind)))
            }
            "a" => {
                self.links += 1;
                Some(TreeStep::LeaveLink)
            }
            _ => None,
        }
    }

    fn add(&mut self, text: &str) {
        if text.chars().any(|c| !c.is_whitespace()) {
            if self.breaks > 1 {
                self.end();
            }
            self.breaks = 0;
        }

        if self.links > 0 {
            self.linked += text.chars().filter(|c| !c.is_whitespace()).count();
        }
        self.line.push_str(text);
    }

    /// Ends the line. A line without text is dropped.
    fn break_line(&mut self) {
        self.breaks += 1;
        let text = clean(&self.line);
        self.line.clear();
        let linked = std::mem::take(&mut self.linked);

        if !text.is_empty() {
            let kind = self.kind;
            self.lines.push(Block { text, linked, kind });
        }
    }

    /// Ends the block. A block without text is dropped.
    fn end(&mut self) {
        self.break_line();
        self.breaks = 0;
        if !self.lines.is_empty() {
            self.done.push(std::mem::take(&mut self.lines));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::{Selector, Tree};

    fn read(html: &str) -> Vec<String> {
        let tree = Tree::parse(html).unwrap();
        let out = Selector::compile(".out").unwrap();
        blocks(&tree.root(), |node| out.matches(node))
    }

    #[test]
    fn two_breaks_separate_paragraphs_and_one_is_a_space() {
        for html in [
            "하나<br>둘<br><br>셋",
            "하나<br/>둘<br/> \n&nbsp;<br/><br/>셋",
            "<div>하나<br>둘</div>셋",
            "<p>하나<br>둘</p><p>&nbsp;</p><p></p>셋<br><br>",
            "하나<br>둘<!-- x --><br><br><script>넷</script>셋",
            "하나<br><span>둘</span><br><br><div class=out>광고</div><b>셋</b>",
            "<table><tr><td>하나<br>둘</td></tr><tr><td>셋</td></tr></table>",
        ] {
            assert_eq!(read(html), ["하나 둘", "셋"], "{html}");
        }
    }

    #[test]
    fn a_block_is_its_lines_where_they_are_asked_for() {
        let tree = Tree::parse("하나<br> <a href=x>둘</a><br><br>셋<br>").unwrap();
        let found: Vec<Vec<(String, usize)>> = lined_blocks(&tree.root(), |_| false)
            .into_iter()
            .map(|lines| {
                let lines = lines.into_iter();
                lines.map(|line| (line.text, line.linked)).collect()
            })
            .collect();
        let line = |text: &str, linked| (text.to_owned(), linked);
        assert_eq!(
            found,
            [vec![line("하나", 0), line("둘", 1)], vec![line("셋", 0)]]
        );
    }

    #[test]
    fn inline_elements_do_not_separate_words() {
        assert_eq!(
            read("<p>책<b>방</b>에 <a href=x>가</a>다</p>"),
            ["책방에 가다"]
        );
    }

    #[test]
    fn a_block_tells_which_element_it_stands_in() {
        let tree =
            Tree::parse("<h2>하나</h2>둘<ul><li>셋<p>넷</p></li></ul><div>다섯</div>").unwrap();

        let found = linked_blocks(&tree.root(), |_| false);
        use BlockKind::{Heading, Item, Text};
        assert_eq!(
            found.iter().map(|block| block.kind).collect::<Vec<_>>(),
            [Heading, Text, Item, Item, Text]
        );
    }

    #[test]
    fn a_block_tells_whether_it_is_mostly_links() {
        let tree =
            Tree::parse("<p>책방에 <a href=x>가는 길</a>이 멀다</p><li><a href=x>가는 길</a></li>")
                .unwrap();

        let found = linked_blocks(&tree.root(), |_| false);
        assert_eq!(
            found.iter().map(Block::is_linked).collect::<Vec<_>>(),
            [false, true]
        );
    }
}
