//! The archive in a PostgreSQL database. No other module speaks to PostgreSQL.

mod address;
mod password_file;
mod rows;
mod schema;
mod tls;
mod values;

use tokio::task::JoinHandle;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{Client, Config, NoTls, Socket};

use crate::archive::error::ArchiveError;
use crate::archive::store_error::StoreError;

pub use address::PostgresAddress;

/// The oldest server that is supported, as `server_version_num` tells it.
const OLDEST_SERVER: i32 = 150_000;

/// A connection to a database that has an archive, or gets one.
#[derive(Debug)]
pub struct PostgresStore {
    client: Client,
    /// Reads and writes the socket.
    connection: JoinHandle<()>,
    /// The address without a password.
    name: String,
    columns: rows::KnownColumns,
}

#[doc(hidden)]
impl PostgresStore {
    /// Connects to the database. Needs a tokio runtime.
    ///
    /// # Errors
    ///
    /// Fails where the server cannot be reached or refuses, where it is older than PostgreSQL 15,
    /// and where the database has another encoding than UTF-8.
    pub async fn connect(address: &PostgresAddress) -> Result<Self, ArchiveError> {
        let name = address.to_string();
        let config = address.config()?;
        let connected = if address.is_encrypted() {
            open(&config, tls::connector()?).await
        } else {
            open(&config, NoTls).await
        };
        let (client, connection) = connected.map_err(|error| fault(&name, &error))?;

        let store = Self {
            client,
            connection,
            name,
            columns: rows::KnownColumns::new(),
        };
        store.check_server().await?;
        Ok(store)
    }

    async fn check_server(&self) -> Result<(), ArchiveError> {
        let sql = "SELECT current_setting('server_version_num')::int,
                          current_setting('server_version'), current_setting('server_encoding')";
        let row = self.client.query_one(sql, &[]).await;
        let row = row.map_err(|error| self.fault(&error))?;
        let (number, found, encoding): (i32, String, String) = (row.get(0), row.get(1), row.get(2));

        let store = self.name.clone();
        if number < OLDEST_SERVER {
            return Err(StoreError::OldServer { store, found }.into());
        }
        if encoding != "UTF8" {
            return Err(StoreError::OtherEncoding { store, encoding }.into());
        }
        Ok(())
    }

    /// Returns the archive's error for one of the server or the way to it.
    fn fault(&self, error: &tokio_postgres::Error) -> ArchiveError {
        fault(&self.name, error)
    }
}

/// Connects, and has a task read and write the socket.
async fn open<T>(config: &Config, tls: T) -> Result<(Client, JoinHandle<()>), tokio_postgres::Error>
where
    T: MakeTlsConnect<Socket, Stream: Send + 'static>,
{
    let (client, connection) = config.connect(tls).await?;
    let connection = tokio::spawn(async move {
        // The client's next statement tells what went wrong.
        let _ = connection.await;
    });
    Ok((client, connection))
}

impl Drop for PostgresStore {
    fn drop(&mut self) {
        self.connection.abort();
    }
}

fn fault(store: &str, error: &tokio_postgres::Error) -> ArchiveError {
    use std::error::Error;

    let store = store.to_owned();
    let Some(told) = error.as_db_error() else {
        let cause = error.source().map(ToString::to_string);
        let why = cause.unwrap_or_else(|| error.to_string());
        return StoreError::Unreachable { store, why }.into();
    };

    let why = match told.detail() {
        Some(detail) => format!("{} ({detail})", told.message()),
        None => told.message().to_owned(),
    };
    // The first two letters of a code are its class (PostgreSQL, appendix A).
    match told.code().code().get(..2) {
        // No such database or schema, no right, a wrong password.
        Some("3D" | "3F" | "28" | "42") => StoreError::Refused { store, why },
        Some("53") if told.code().code() == "53100" => StoreError::NoRoom { store },
        Some("08" | "53" | "57") => StoreError::Unreachable { store, why },
        Some("23") => StoreError::NotWhole { store, why },
        _ => StoreError::Failed { store, why },
    }
    .into()
}
