//! The index of a WACZ: one text file, or compressed blocks with a list of their first lines where
//! it is large.

use std::io::{self, Write};

use flate2::{Compression, GzBuilder};
use sha2::{Digest, Sha256};

use crate::web_archive::Fault;
use crate::web_archive::external_sort::LineSorter;
use crate::web_archive::wacz_entries::{Storage, WaczFile};

/// With more lines, a reader fetches blocks of the index instead of all of it. So many lines take a
/// megabyte as they are.
const MOST_PLAIN: u64 = 5_000;

/// Lines of one block, as many as cdxj-indexer packs.
const BLOCK: usize = 300;

const PLAIN: &str = "indexes/index.cdx";
const PACKED: &str = "indexes/index.cdx.gz";
const BLOCKS: &str = "indexes/index.idx";

/// Writes the index.
pub(super) fn write_index(wacz: &mut WaczFile, lines: LineSorter) -> Result<(), Fault> {
    write_as(wacz, lines, MOST_PLAIN)
}

fn write_as(wacz: &mut WaczFile, lines: LineSorter, most_plain: u64) -> Result<(), Fault> {
    if lines.count <= most_plain {
        return wacz.entry(PLAIN, Storage::Deflated, |to| {
            lines.sorted(|line| Ok(writeln!(to, "{line}")?))
        });
    }

    let mut blocks = String::from("!meta 0 {\"format\": \"cdxj-gzip-1.0\", ");
    blocks.push_str("\"filename\": \"index.cdx.gz\"}\n");
    wacz.entry(PACKED, Storage::Stored, |to| {
        let mut packer = BlockPacker::new(to);
        lines.sorted::<io::Error>(|line| {
            packer.add(line)?;
            Ok(())
        })?;
        blocks.push_str(&packer.end()?);
        Ok::<_, Fault>(())
    })?;
    wacz.entry(BLOCKS, Storage::Deflated, |to| {
        Ok(to.write_all(blocks.as_bytes())?)
    })
}

/// Packs lines in blocks, and lists the blocks. The list takes a hundred bytes for 300 lines.
struct BlockPacker<'a, W: Write> {
    to: &'a mut W,
    block: String,
    lines: usize,
    offset: usize,
    list: String,
}

impl<'a, W: Write> BlockPacker<'a, W> {
    fn new(to: &'a mut W) -> Self {
        Self {
            to,
            block: String::new(),
            lines: 0,
            offset: 0,
            list: String::new(),
        }
    }

    fn add(&mut self, line: &str) -> io::Result<()> {
        self.block.push_str(line);
        self.block.push('\n');
        self.lines += 1;
        if self.lines == BLOCK {
            self.write_block()?;
        }
        Ok(())
    }

    /// Writes the last block, and returns the list.
    fn end(mut self) -> io::Result<String> {
        if self.lines > 0 {
            self.write_block()?;
        }
        Ok(self.list)
    }

    fn write_block(&mut self) -> io::Result<()> {
        let gzip = GzBuilder::new().operating_system(255);
        let mut member = gzip.write(Vec::new(), Compression::default());
        member.write_all(self.block.as_bytes())?;
        let member = member.finish()?;
        self.to.write_all(&member)?;

        let key = self.block.split('{').next().unwrap_or_default().trim_end();
        let (offset, length) = (self.offset, member.len());
        let sha256 = hex::encode(Sha256::digest(&member));
        self.list.push_str(&format!(
            "{key} {{\"offset\": {offset}, \"length\": {length}, \"digest\": \"sha256:{sha256}\", \
             \"filename\": \"index.cdx.gz\"}}\n"
        ));
        self.offset += length;
        self.block.clear();
        self.lines = 0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::io::Read;

    use flate2::read::{DeflateDecoder, GzDecoder};
    use rawzip::ZipArchive;
    use tempfile::TempDir;

    use super::*;

    /// The entries of a zip file that has an index of so many lines.
    fn entries(lines: u64, most_plain: u64) -> Vec<(String, Vec<u8>)> {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("x.part");
        let mut sorter = LineSorter::beside(&path);
        for n in (0..lines).rev() {
            sorter
                .add(format!("example)/{n:05} 2026 {{\"n\": {n}}}"))
                .unwrap();
        }
        let mut wacz = WaczFile::new(File::create(&path).unwrap());
        write_as(&mut wacz, sorter, most_plain).unwrap();
        wacz.finish().unwrap();

        let bytes = fs::read(&path).unwrap();
        let zip = ZipArchive::from_slice(&bytes).unwrap();
        let mut entries = Vec::new();
        let mut headers = zip.entries();
        while let Some(header) = headers.next_entry().unwrap() {
            let name = String::from_utf8(header.file_path().as_ref().to_vec()).unwrap();
            let data = zip.get_entry(header.wayfinder()).unwrap().data().to_vec();
            let data = if name.ends_with(".gz") {
                data
            } else {
                let mut plain = Vec::new();
                DeflateDecoder::new(data.as_slice())
                    .read_to_end(&mut plain)
                    .unwrap();
                plain
            };
            entries.push((name, data));
        }
        entries
    }

    #[test]
    fn a_small_index_is_one_sorted_text() {
        let entries = entries(3, 3);
        assert_eq!(entries.len(), 1);
        assert_eq!(entries[0].0, PLAIN);
        assert!(
            entries[0]
                .1
                .starts_with(b"example)/00000 2026 {\"n\": 0}\nexample)/00001")
        );
    }

    #[test]
    fn each_block_of_a_large_index_is_found_by_its_first_line() {
        let entries = entries(700, 3);
        let [(packed_name, packed), (list_name, list)] = &entries[..] else {
            panic!("{} entries", entries.len());
        };
        assert_eq!((packed_name.as_str(), list_name.as_str()), (PACKED, BLOCKS));

        let list = String::from_utf8(list.clone()).unwrap();
        let (meta, blocks) = list.split_once('\n').unwrap();
        assert!(
            meta.starts_with("!meta 0 {\"format\": \"cdxj-gzip-1.0\""),
            "{meta}"
        );
        let mut first = 0;
        for block in blocks.lines() {
            let (key, told) = block.split_once(" {").unwrap();
            assert_eq!(key, format!("example)/{first:05} 2026"));
            let told: serde_json::Value = serde_json::from_str(&format!("{{{told}")).unwrap();
            let number = |name: &str| usize::try_from(told[name].as_u64().unwrap()).unwrap();
            let (offset, length) = (number("offset"), number("length"));
            let mut plain = String::new();
            GzDecoder::new(&packed[offset..offset + length])
                .read_to_string(&mut plain)
                .unwrap();
            assert!(plain.starts_with(key));
            first += plain.lines().count();
        }
        assert_eq!(first, 700);
    }
}
