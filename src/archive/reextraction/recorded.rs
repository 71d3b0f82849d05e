//! What was said against uses of kept pages when they came.

use crate::archive::engine::{Connection, OptionalExtension};
use crate::archive::error::ArchiveError;
use crate::archive::store::Writer;
use crate::frontier::PageId;
use crate::opt_out::{OptOut, RecordedOptOut, Signal, rights_of_opt_out};
use crate::rights::Statement;

#[doc(hidden)]
impl Writer {
    /// Returns what was said against uses of a page of a kept article when its newest answer came;
    /// `None` where the paper no longer shows the article, or does not want it to be kept. Sees
    /// unsaved changes as well.
    pub fn opt_outs_of_kept(
        &self,
        page: PageId,
    ) -> Result<Option<Vec<RecordedOptOut>>, ArchiveError> {
        self.opt_outs_where(page, "verdict IN ('stored', 'members')")
    }

    /// Returns the same as if a re-extraction had found the article.
    pub fn opt_outs_once_found(
        &self,
        page: PageId,
    ) -> Result<Option<Vec<RecordedOptOut>>, ArchiveError> {
        self.opt_outs_where(page, "verdict IN ('stored', 'members', 'unextracted')")
    }

    fn opt_outs_where(
        &self,
        page: PageId,
        is_kept: &str,
    ) -> Result<Option<Vec<RecordedOptOut>>, ArchiveError> {
        let mut newest = self.connection.prepare_cached(&format!(
            "SELECT capture_id FROM page WHERE id = ?1 AND {is_kept} AND capture_id IS NOT NULL"
        ))?;
        let capture = newest.query_row([page.0], |row| row.get::<_, i64>(0));
        let Some(capture) = capture.optional()? else {
            return Ok(None);
        };

        let mut select = self.connection.prepare_cached(
            "SELECT signal, effect FROM opt_out WHERE capture_id = ?1 ORDER BY id",
        )?;
        let rows = select.query_map([capture], |row| {
            Ok(RecordedOptOut {
                signal: Signal::named(row.get_ref(0)?.as_str()?),
                was_obeyed: row.get_ref(1)?.as_str()? == "obeyed",
            })
        })?;
        Ok(Some(rows.collect::<Result<_, _>>()?))
    }
}

/// Returns what the files of the host said, which are not kept with the capture.
pub(super) fn recorded_files(
    tx: &Connection,
    capture: i64,
) -> Result<Vec<Statement>, ArchiveError> {
    let mut select = tx.prepare_cached(
        "SELECT signal, source, evidence FROM opt_out
         WHERE capture_id = ?1 AND effect <> 'ignored'
           AND (signal = 'ai.txt' OR (signal = 'tdm-reservation' AND source = 'tdmrep.json'))
         ORDER BY id",
    )?;
    let rows = select.query_map([capture], |row| {
        let is_ai_txt = row.get_ref(0)?.as_str()? == "ai.txt";
        Ok(OptOut {
            signal: if is_ai_txt {
                Signal::AiTxt
            } else {
                Signal::Tdm
            },
            source: row.get(1)?,
            evidence: row.get(2)?,
            from: None,
        })
    })?;

    let opt_outs: Vec<OptOut> = rows.collect::<Result<_, _>>()?;
    Ok(opt_outs.iter().flat_map(rights_of_opt_out).collect())
}

/// Returns the opt-outs of a capture in the form of exports, and whether `noindex` was obeyed. The
/// recorded words of the page give way to `words`, which today's extractor finds.
pub(crate) fn recorded_opt_outs(
    tx: &Connection,
    capture: i64,
    words: &[String],
) -> Result<(Vec<String>, bool), ArchiveError> {
    let mut select = tx.prepare_cached(
        "SELECT signal, source, effect FROM opt_out WHERE capture_id = ?1 ORDER BY id",
    )?;
    let rows = select.query_map([capture], |row| {
        Ok((
            row.get::<_, String>(0)?,
            row.get::<_, String>(1)?,
            row.get::<_, String>(2)?,
        ))
    })?;

    let (mut opt_outs, mut recorded_words, mut noindex) = (Vec::new(), Vec::new(), false);
    for row in rows {
        let (signal, source, effect) = row?;
        noindex |= effect == "obeyed" && (signal == "noindex" || signal == "unavailable-after");
        let text = format!("{signal}:{source}");
        if effect != "ignored" && !opt_outs.contains(&text) {
            recorded_words.extend((signal == "words").then(|| text.clone()));
            opt_outs.push(text);
        }
    }

    if recorded_words != words {
        opt_outs.retain(|text| !recorded_words.contains(text));
        opt_outs.extend(words.iter().cloned());
    }
    Ok((opt_outs, noindex))
}
