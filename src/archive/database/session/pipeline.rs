//! Statements that were sent and whose answers are not read yet. The server answers in their order,
//! so that one wait reads several answers.

use std::collections::{HashMap, VecDeque};

use rusqlite::types::Value;

use crate::archive::background::BegunWork;

/// A sitemap has 50,000 addresses, and each is a statement that is kept until its answer is read.
const MOST_UNREAD: usize = 1000;

/// What the server answered to a statement.
#[derive(Debug)]
pub(super) enum Reply {
    Rows(Vec<Vec<Value>>),
    /// How many rows were changed.
    Changed(u64),
}

/// What the session does with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AnswerUse {
    /// Only an error counts.
    Later,
    /// Only an error counts: by a division by zero, the process may write no more.
    Fence,
    /// Somebody asks for the answer by its number.
    Wanted,
}

/// A statement that was sent.
#[derive(Debug)]
pub(super) struct SentStatement {
    pub(super) number: u64,
    pub(super) sql: String,
    pub(super) used_as: AnswerUse,
}

/// The answer to a statement, which may not have come.
pub(super) type SentAnswer = BegunWork<Result<Reply, tokio_postgres::Error>>;

/// A statement whose answer is not read yet.
#[derive(Debug)]
pub(super) struct Unread {
    pub(super) sent: SentStatement,
    pub(super) answer: SentAnswer,
}

/// The statements of a session that are under way, in the order in which they were sent.
#[derive(Debug, Default)]
pub(super) struct Pipeline {
    unread: VecDeque<Unread>,
    /// Answers that were read and not asked for yet.
    kept: HashMap<u64, Reply>,
    sent: u64,
}

impl Pipeline {
    /// Adds a statement that was sent, and returns its number.
    pub(super) fn push(&mut self, sql: &str, used_as: AnswerUse, answer: SentAnswer) -> u64 {
        self.sent += 1;
        let sent = SentStatement {
            number: self.sent,
            sql: sql.to_owned(),
            used_as,
        };
        self.unread.push_back(Unread { sent, answer });
        self.sent
    }

    /// Returns the oldest statement whose answer is not read.
    pub(super) fn next(&mut self) -> Option<Unread> {
        self.unread.pop_front()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.unread.is_empty()
    }

    /// Tells whether no more are to be sent before answers are read.
    pub(super) fn is_full(&self) -> bool {
        self.unread.len() >= MOST_UNREAD
    }

    pub(super) fn keep(&mut self, number: u64, reply: Reply) {
        self.kept.insert(number, reply);
    }

    /// Returns an answer that was kept, once.
    pub(super) fn take(&mut self, number: u64) -> Option<Reply> {
        self.kept.remove(&number)
    }

    /// Forgets an answer that nobody asks for any more.
    pub(super) fn forget(&mut self, number: u64) {
        self.kept.remove(&number);
        for Unread { sent, .. } in &mut self.unread {
            if sent.number == number {
                sent.used_as = AnswerUse::Later;
            }
        }
    }

    /// Forgets all answers behind an error: the server refused those statements, too.
    pub(super) fn clear(&mut self) {
        self.unread.clear();
    }
}
