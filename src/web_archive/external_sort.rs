//! Lines sorted by their bytes, however many: runs that fit into memory wait in files, and are
//! merged.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Lines of so many bytes are sorted in memory: those of some 100,000 answers.
const MOST_BYTES: usize = 32 << 20;

/// Lines that are collected, to be read in their order.
#[derive(Debug)]
pub(super) struct LineSorter {
    lines: Vec<String>,
    bytes: usize,
    most_bytes: usize,
    runs: SortedRuns,
    /// All lines so far.
    pub count: u64,
}

/// Files with sorted lines. They are removed with the value.
#[derive(Debug)]
struct SortedRuns {
    /// The beginning of their names.
    beside: PathBuf,
    paths: Vec<PathBuf>,
}

impl LineSorter {
    /// SortedRuns stand beside a file, under its name with `-sort-` and a number.
    pub(super) fn beside(file: &Path) -> Self {
        Self::with_memory(file, MOST_BYTES)
    }

    fn with_memory(file: &Path, most_bytes: usize) -> Self {
        let runs = SortedRuns {
            beside: file.to_owned(),
            paths: Vec::new(),
        };
        Self {
            lines: Vec::new(),
            bytes: 0,
            most_bytes,
            runs,
            count: 0,
        }
    }

    /// Adds a line, which has no line end.
    pub(super) fn add(&mut self, line: String) -> io::Result<()> {
        self.bytes += line.len() + size_of::<String>();
        self.lines.push(line);
        self.count += 1;
        if self.bytes > self.most_bytes {
            self.write_run()?;
        }
        Ok(())
    }

    /// Hands over every line in its order.
    pub(super) fn sorted<E: From<io::Error>>(
        mut self,
        mut take: impl FnMut(&str) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.runs.paths.is_empty() {
            self.lines.sort_unstable();
            return self.lines.iter().try_for_each(|line| take(line));
        }

        self.write_run()?;
        let mut merge = Merge::of(&self.runs.paths)?;
        while let Some(line) = merge.next_line()? {
            take(&line)?;
        }
        Ok(())
    }

    fn write_run(&mut self) -> io::Result<()> {
        self.lines.sort_unstable();
        let mut path = self.runs.beside.clone().into_os_string();
        path.push(format!("-sort-{:05}", self.runs.paths.len()));
        let path = PathBuf::from(path);
        let file = File::create(&path)?;
        self.runs.paths.push(path);

        let mut run = BufWriter::new(file);
        for line in self.lines.drain(..) {
            writeln!(run, "{line}")?;
        }
        self.bytes = 0;
        run.flush()
    }
}

impl Drop for SortedRuns {
    fn drop(&mut self) {
        for path in &self.paths {
            // What stays is removed by the next export to the same place.
            let _ = fs::remove_file(path);
        }
    }
}

/// Sorted files that are read as one.
struct Merge {
    runs: Vec<io::Lines<BufReader<File>>>,
    /// The next line of each run, smallest first.
    heads: BinaryHeap<Reverse<(String, usize)>>,
}

impl Merge {
    fn of(paths: &[PathBuf]) -> io::Result<Self> {
        let runs = paths
            .iter()
            .map(|path| Ok(BufReader::new(File::open(path)?).lines()));
        let mut merge = Self {
            runs: runs.collect::<io::Result<_>>()?,
            heads: BinaryHeap::new(),
        };
        for run in 0..merge.runs.len() {
            merge.advance(run)?;
        }
        Ok(merge)
    }

    fn next_line(&mut self) -> io::Result<Option<String>> {
        let Some(Reverse((line, run))) = self.heads.pop() else {
            return Ok(None);
        };
        self.advance(run)?;
        Ok(Some(line))
    }

    fn advance(&mut self, run: usize) -> io::Result<()> {
        if let Some(line) = self.runs[run].next().transpose()? {
            self.heads.push(Reverse((line, run)));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tempfile::TempDir;

    use super::*;

    fn sorted_with(most_bytes: usize, lines: &[String]) -> (Vec<String>, usize) {
        let folder = TempDir::new().unwrap();
        let mut sorter = LineSorter::with_memory(&folder.path().join("x.part"), most_bytes);
        for line in lines {
            sorter.add(line.clone()).unwrap();
        }
        assert_eq!(sorter.count, lines.len() as u64);
        let runs = sorter.runs.paths.len();

        let mut sorted = Vec::new();
        sorter
            .sorted::<io::Error>(|line| {
                sorted.push(line.to_owned());
                Ok(())
            })
            .unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        (sorted, runs)
    }

    #[test]
    fn runs_are_written_where_memory_ends() {
        let lines: Vec<String> = (0..100).rev().map(|n| format!("{n:03}")).collect();
        let (sorted, runs) = sorted_with(300, &lines);
        assert!(runs > 5, "{runs}");
        assert_eq!((sorted[0].as_str(), sorted[99].as_str()), ("000", "099"));
    }

    proptest! {
        #[test]
        fn lines_come_in_the_order_of_their_bytes(
            lines in proptest::collection::vec("[ -~가-힣]{0,20}", 0..60), most in 0..2000_usize,
        ) {
            let mut expected = lines.clone();
            expected.sort();
            prop_assert_eq!(sorted_with(most, &lines).0, expected);
        }
    }
}
