//! The grammar of queries: words side by side bind closer than `OR`, and brackets closest.

use std::iter::Peekable;

use crate::search::query::named_field::Chooser;
use crate::search::query::node::{QueryNode, SearchField};
use crate::search::query::pieces::QueryPiece;
use crate::search::query::{DEEPEST, QueryError};

/// Reads the pieces of a query: `OR` binds less than words side by side.
pub(super) struct QueryReader<I: Iterator<Item = QueryPiece>> {
    pub pieces: Peekable<I>,
    pub chosen: Vec<(Chooser, String)>,
    pub depth: usize,
}

impl<I: Iterator<Item = QueryPiece>> QueryReader<I> {
    /// Reads parts with `OR` between them; `None` where there is none.
    pub(super) fn any(&mut self) -> Result<Option<QueryNode>, QueryError> {
        let chosen = self.chosen.len();
        let mut parts: Vec<QueryNode> = self.all()?.into_iter().collect();
        let mut is_any = false;
        while self.pieces.next_if_eq(&QueryPiece::Or).is_some() {
            is_any = true;
            match self.all()? {
                Some(part) => parts.push(part),
                None if self.chosen.len() > chosen => {}
                None => return Err(QueryError::Alone("OR")),
            }
        }

        let chooses = self.chosen.get(chosen).map(|(chooser, _)| chooser.name());
        if let Some(field) = chooses.filter(|_| is_any || self.depth > 0) {
            return Err(QueryError::Within { field });
        }
        if is_any && parts.len() < 2 {
            return Err(QueryError::Alone("OR"));
        }
        Ok(if parts.len() > 1 {
            Some(QueryNode::Any(parts))
        } else {
            parts.pop()
        })
    }

    /// Reads parts side by side; `None` where there is none.
    fn all(&mut self) -> Result<Option<QueryNode>, QueryError> {
        let (mut wanted, mut unwanted) = (Vec::new(), Vec::new());
        let chosen = self.chosen.len();
        loop {
            let is_and = self.pieces.next_if_eq(&QueryPiece::And).is_some();
            let is_first = wanted.is_empty() && unwanted.is_empty();
            if is_and && is_first && self.chosen.len() == chosen {
                return Err(QueryError::Alone("AND"));
            }
            if self.pieces.next_if_eq(&QueryPiece::Not).is_some() {
                unwanted.push(self.not()?);
                continue;
            }
            match self.one()? {
                Some(part) => wanted.extend(part),
                None if is_and => return Err(QueryError::Alone("AND")),
                None => break,
            }
        }

        if unwanted.is_empty() && wanted.len() < 2 {
            return Ok(wanted.pop());
        }
        if wanted.is_empty() {
            return Err(QueryError::OnlyNot);
        }
        Ok(Some(QueryNode::All(wanted, unwanted)))
    }

    /// Reads the part behind a `NOT`.
    fn not(&mut self) -> Result<QueryNode, QueryError> {
        let chosen = self.chosen.len();
        let part = self.one()?.flatten().ok_or(QueryError::Alone("NOT"));
        match self.chosen.get(chosen) {
            Some((chooser, _)) => Err(QueryError::Within {
                field: chooser.name(),
            }),
            None => part,
        }
    }

    /// Reads one part; `None` where none follows. A field that chooses articles is a part without
    /// words.
    fn one(&mut self) -> Result<Option<Option<QueryNode>>, QueryError> {
        let is_part = |piece: &QueryPiece| match piece {
            QueryPiece::Open(_) | QueryPiece::Words(_) | QueryPiece::Chosen(..) => true,
            QueryPiece::Close | QueryPiece::And | QueryPiece::Or | QueryPiece::Not => false,
        };
        Ok(match self.pieces.next_if(is_part) {
            Some(QueryPiece::Words(words)) => Some(Some(QueryNode::Words(words))),
            Some(QueryPiece::Chosen(chooser, value)) => {
                self.chosen.push((chooser, value));
                Some(None)
            }
            Some(QueryPiece::Open(field)) => Some(self.bracket(field)?),
            Some(QueryPiece::Close | QueryPiece::And | QueryPiece::Or | QueryPiece::Not) | None => {
                None
            }
        })
    }

    /// Reads what stands in brackets, behind the first one, and has it looked for in a field.
    fn bracket(&mut self, field: SearchField) -> Result<Option<QueryNode>, QueryError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(QueryError::TooDeep);
        }

        let inside = self.any()?;
        self.depth -= 1;
        match self.pieces.next_if_eq(&QueryPiece::Close) {
            Some(_) => Ok(inside.map(|node| node.within(field))),
            None => Err(QueryError::OpenBracket),
        }
    }
}
