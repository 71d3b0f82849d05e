//! A connection to a PostgreSQL database, whatever is in it. No other module opens one.

mod address;
mod password_file;
mod session;
mod tls;
mod values;

use std::error::Error;
use std::sync::{Arc, OnceLock};

use tokio::task::JoinHandle;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{Client, Config, NoTls, Socket};

use crate::archive::store_error::StoreError;

pub use address::PostgresAddress;
pub(super) use session::{AnswerRow, AnswerRows, AskedReply, DatabaseSession, SessionStatement};
pub(super) use values::{Sent, value_of};

/// The oldest server that is supported, as `server_version_num` tells it.
const OLDEST_SERVER: i32 = 150_000;

/// Why the server ended a connection, where it said so.
type LastWords = Arc<OnceLock<String>>;

/// A connection to a database that has an archive, or gets one.
#[derive(Debug)]
pub struct PostgresStore {
    pub(super) client: Client,
    /// Reads and writes the socket.
    connection: JoinHandle<()>,
    last_words: LastWords,
    /// The address without a password.
    pub(super) name: String,
}

#[doc(hidden)]
impl PostgresStore {
    /// Connects to the database. Needs a tokio runtime.
    ///
    /// # Errors
    ///
    /// Fails where the server cannot be reached or refuses, where it is older than PostgreSQL 15,
    /// and where the database has another encoding than UTF-8.
    pub async fn connect(address: &PostgresAddress) -> Result<Self, StoreError> {
        let name = address.to_string();
        let mut connected = None;
        for config in address.configs()? {
            let last_words = LastWords::default();
            let opened = if address.is_encrypted() {
                open(&config, tls::connector()?, &last_words).await
            } else {
                open(&config, NoTls, &last_words).await
            };
            match opened {
                Ok((client, connection)) => {
                    connected = Some(Ok((client, connection, last_words)));
                    break;
                }
                // The next server may be the one that runs.
                Err(error) => connected = Some(Err(fault(&name, &error, None))),
            }
        }
        let connected = connected.unwrap_or_else(|| {
            let why = "the address names no server".to_owned();
            let store = name.clone();
            Err(StoreError::Unreachable { store, why })
        });
        let (client, connection, last_words) = connected?;

        let store = Self {
            client,
            connection,
            last_words,
            name,
        };
        store.check_server().await?;
        Ok(store)
    }

    async fn check_server(&self) -> Result<(), StoreError> {
        // Compiled plans cost more than they bring: each question is for a few rows.
        let sql = "SELECT current_setting('server_version_num')::int,
                          current_setting('server_version'), current_setting('server_encoding'),
                          set_config('jit', 'off', false)";
        let row = self.client.query_one(sql, &[]).await;
        let row = row.map_err(|error| self.store_fault(&error))?;
        let (number, found, encoding): (i32, String, String) = (row.get(0), row.get(1), row.get(2));

        let store = self.name.clone();
        if number < OLDEST_SERVER {
            return Err(StoreError::OldServer { store, found });
        }
        if encoding != "UTF8" {
            return Err(StoreError::OtherEncoding { store, encoding });
        }
        Ok(())
    }

    /// Returns the store's error for one of the server or the way to it.
    pub(super) fn store_fault(&self, error: &tokio_postgres::Error) -> StoreError {
        self.in_last_words(error, None)
    }

    /// Returns the store's error for a statement that failed. It names the statement.
    pub(super) fn statement_fault(&self, error: &tokio_postgres::Error, sql: &str) -> StoreError {
        self.in_last_words(error, Some(sql))
    }

    fn in_last_words(&self, error: &tokio_postgres::Error, sql: Option<&str>) -> StoreError {
        match self.last_words.get().filter(|_| error.is_closed()) {
            Some(why) => {
                let (store, why) = (self.name.clone(), why.clone());
                StoreError::Unreachable { store, why }
            }
            None => fault(&self.name, error, sql),
        }
    }
}

/// Connects, and has a task read and write the socket.
async fn open<T>(
    config: &Config,
    tls: T,
    last_words: &LastWords,
) -> Result<(Client, JoinHandle<()>), tokio_postgres::Error>
where
    T: MakeTlsConnect<Socket, Stream: Send + 'static>,
{
    let (client, connection) = config.connect(tls).await?;
    let last_words = Arc::clone(last_words);
    let connection = tokio::spawn(async move {
        if let Err(error) = connection.await {
            let why = error.as_db_error().map(|told| told.message().to_owned());
            let _ = last_words.set(why.unwrap_or_else(|| in_words(&error)));
        }
    });
    Ok((client, connection))
}

impl Drop for PostgresStore {
    fn drop(&mut self) {
        self.connection.abort();
    }
}

/// Returns what an error that is not the server's own says: its cause, if it has one.
fn in_words(error: &tokio_postgres::Error) -> String {
    let cause = error.source().map(ToString::to_string);
    cause.unwrap_or_else(|| error.to_string())
}

/// The beginning of a statement that a message names: its verb, its table, and some columns.
const NAMED_LETTERS: usize = 80;

/// Returns the beginning of a statement, in one line.
fn beginning(sql: &str) -> String {
    let words: Vec<&str> = sql.split_whitespace().collect();
    words.join(" ").chars().take(NAMED_LETTERS).collect()
}

fn fault(store: &str, error: &tokio_postgres::Error, sql: Option<&str>) -> StoreError {
    let store = store.to_owned();
    let Some(told) = error.as_db_error() else {
        let why = in_words(error);
        return match why.as_str() {
            "password missing" => StoreError::NoPassword { store },
            _ => StoreError::Unreachable { store, why },
        };
    };

    let why = match told.detail() {
        Some(detail) => format!("{} ({detail})", told.message()),
        None => told.message().to_owned(),
    };
    let why = match sql {
        Some(sql) => format!("{why}; the statement is {:?}", beginning(sql)),
        None => why,
    };
    // The first two letters of a code are its class (PostgreSQL, appendix A).
    let code = told.code().code();
    match code.get(..2) {
        _ if code == "42501" => StoreError::NoRight { store, why },
        // No such database or schema, no right, a wrong password.
        Some("3D" | "3F" | "28" | "42") => StoreError::Refused { store, why },
        Some("53") if code == "53100" => StoreError::NoRoom { store },
        // Somebody cancelled the statement.
        Some("57") if code == "57014" => StoreError::Failed { store, why },
        Some("08" | "53" | "57") => StoreError::Unreachable { store, why },
        Some("23") => StoreError::NotWhole { store, why },
        _ => StoreError::Failed { store, why },
    }
}
