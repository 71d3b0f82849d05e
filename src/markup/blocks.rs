//! Blocks of text: how a story's mark-up falls into paragraphs.

use crate::markup::{Node, is_seen};
use crate::text::clean;

/// Tells whether an element of this name begins and ends a block.
pub fn is_block(name: &str) -> bool {
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
    BLOCKS.contains(&name) || matches!(name, "tbody" | "thead" | "tfoot" | "tr" | "th")
}

/// A block of text, cleaned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    pub text: String,
    /// How many of its characters, white space aside, stand in links.
    pub linked: usize,
}

impl Block {
    /// Tells whether most of it is links.
    pub fn is_linked(&self) -> bool {
        2 * self.linked > self.text.chars().filter(|c| !c.is_whitespace()).count()
    }
}

/// Returns the blocks of text in `node`, cleaned, without empty ones and without the elements that `is_out` names.
///
/// A block ends with its element, or at two or more `<br>` in a row, between which white space does not count. One
/// `<br>` is a space.
pub fn blocks(node: &Node<'_>, is_out: impl Fn(&Node<'_>) -> bool) -> Vec<String> {
    linked_blocks(node, is_out)
        .into_iter()
        .map(|block| block.text)
        .collect()
}

/// Like [`blocks`], and tells how much of each is linked.
pub fn linked_blocks(node: &Node<'_>, is_out: impl Fn(&Node<'_>) -> bool) -> Vec<Block> {
    let mut writer = BlockWriter::default();
    let mut open = vec![TreeStep::Enter(*node)];
    while let Some(step) = open.pop() {
        match step {
            TreeStep::Leave => writer.end(),
            TreeStep::LeaveLink => writer.links -= 1,
            TreeStep::Enter(node) if node.is_text() => writer.add(&node.text()),
            TreeStep::Enter(node) => {
                let Some(name) = node.qual_name_ref() else {
                    // A fragment or the document itself; comments have no children.
                    open.extend(node.children_it(true).map(TreeStep::Enter));
                    continue;
                };
                if !is_seen(&node) || is_out(&node) {
                    continue;
                }
                if &*name.local == "br" {
                    writer.break_line();
                } else if is_block(&name.local) {
                    writer.end();
                    open.push(TreeStep::Leave);
                } else if &*name.local == "a" {
                    writer.links += 1;
                    open.push(TreeStep::LeaveLink);
                }
                open.extend(node.children_it(true).map(TreeStep::Enter));
            }
        }
    }
    writer.end();
    writer.done
}

enum TreeStep<'a> {
    Enter(Node<'a>),
    Leave,
    LeaveLink,
}

#[derive(Default)]
struct BlockWriter {
    done: Vec<Block>,
    block: String,
    linked: usize,
    /// How many links are open.
    links: usize,
    breaks: u32,
}

impl BlockWriter {
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
        self.block.push_str(text);
    }

    fn break_line(&mut self) {
        self.breaks += 1;
        self.block.push(' ');
    }

    fn end(&mut self) {
        self.breaks = 0;
        let text = clean(&self.block);
        self.block.clear();
        let linked = std::mem::take(&mut self.linked);
        if !text.is_empty() {
            self.done.push(Block { text, linked });
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
    fn two_breaks_part_paragraphs_and_one_is_a_space() {
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
    fn inline_elements_do_not_part_words() {
        assert_eq!(
            read("<p>책<b>방</b>에 <a href=x>가</a>다</p>"),
            ["책방에 가다"]
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
