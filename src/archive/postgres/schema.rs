//! The tables of an archive in PostgreSQL: made before a copy, and completed behind it.

use std::cmp::Ordering;

use crate::archive::archive_file::LedgerEnd;
use crate::archive::database::PostgresStore;
use crate::archive::error::ArchiveError;
use crate::archive::schema::SCHEMA;
use crate::archive::store_error::StoreError;

/// The tables, with their primary keys.
const TABLES: &str = include_str!("migrations/0027_tables.sql");

/// Their indexes, references and views.
const INDEXES: &str = include_str!("migrations/0027_indexes.sql");

/// What an archive needs to be used there, in the order in which it came to be needed. A database
/// knows how many of these steps were made.
const STEPS: [&str; 3] = [
    include_str!("migrations/step_1.sql"),
    include_str!("migrations/step_2.sql"),
    include_str!("migrations/step_3.sql"),
];

/// The schema that [`TABLES`] and [`INDEXES`] make: that of the SQLite file with the same columns.
/// A database keeps this number; the steps bring it up to the newest schema.
const MADE: i64 = 27;

/// The schema that the steps behind it make.
const STEPPED: i64 = 28;

const _: () = assert!(
    STEPPED == SCHEMA,
    "a step of the schema in SQLite needs one for PostgreSQL, in the next file of a step"
);

/// The number of the lock that a copy holds on its database: "saseo" in ASCII.
const COPY_LOCK: i64 = 0x73_61_73_65_6f;

/// What a database has of an archive.
enum Found {
    Nothing,
    Unfinished { of: String, schema: i64 },
    Whole { schema: i64 },
}

/// What is left to do of a copy into a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyTask {
    All,
    /// The database has this very archive, whole.
    Nothing,
}

#[doc(hidden)]
impl PostgresStore {
    /// Makes the database ready to take the copy of an archive whose ledger has this end, or to go
    /// on with it. No other process copies into it as long as this connection lives.
    ///
    /// # Errors
    ///
    /// Fails where the database has another archive or tables of another program, and where another
    /// process copies into it.
    pub async fn begin_copy(
        &self,
        from: &str,
        end: Option<&LedgerEnd>,
    ) -> Result<CopyTask, ArchiveError> {
        let store = self.name.clone();
        let sql = "SELECT pg_try_advisory_lock($1)";
        let row = self.client.query_one(sql, &[&COPY_LOCK]).await;
        let is_ours: bool = row.map_err(|error| self.fault(&error))?.get(0);
        if !is_ours {
            return Err(StoreError::Busy { store }.into());
        }

        match self.found().await? {
            Found::Nothing => self.make_tables(from).await?,
            Found::Unfinished { schema, .. } => self.check_schema(schema)?,
            Found::Whole { .. } if end.is_some() && self.ends_so(end).await? => {
                return Ok(CopyTask::Nothing);
            }
            Found::Whole { .. } => return Err(StoreError::HasArchive { store }.into()),
        }
        Ok(CopyTask::All)
    }

    /// Tells whether the database has the whole archive whose ledger has this end.
    pub async fn has_archive_with(&self, end: Option<&LedgerEnd>) -> Result<bool, ArchiveError> {
        let is_whole = matches!(self.found().await?, Found::Whole { .. });
        Ok(is_whole && end.is_some() && self.ends_so(end).await?)
    }

    /// Tells whether the ledger of the database has this end.
    pub async fn ends_so(&self, end: Option<&LedgerEnd>) -> Result<bool, ArchiveError> {
        let sql = "SELECT id, hash FROM ledger ORDER BY id DESC LIMIT 1";
        let row = self.client.query_opt(sql, &[]).await;
        let found: Option<(i64, Vec<u8>)> = row
            .map_err(|error| self.fault(&error))?
            .map(|row| (row.get(0), row.get(1)));
        Ok(found == end.map(|end| (end.row, end.hash.clone())))
    }

    /// Completes a copy that has all rows: adds indexes, references and views.
    ///
    /// # Errors
    ///
    /// Fails where a row refers to one that is not there.
    pub async fn finish_copy(&self) -> Result<(), ArchiveError> {
        let script = format!(
            "BEGIN; {INDEXES}; {} UPDATE archive_state SET copied_from = NULL; COMMIT; ANALYZE",
            steps_behind(0)
        );
        let finished = self.client.batch_execute(&script).await;
        finished.map_err(|error| self.fault(&error))
    }

    /// Looks at the archive of the database from now on as it is at this moment.
    ///
    /// # Errors
    ///
    /// Fails where the database has no whole archive of this schema.
    pub async fn begin_reading(&self) -> Result<(), ArchiveError> {
        let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY";
        let begun = self.client.batch_execute(begin).await;
        begun.map_err(|error| self.fault(&error))?;

        self.check_archive().await
    }

    /// Makes the database ready for a writer: makes an archive where it is empty, and brings one of
    /// an older saseo up to date.
    ///
    /// # Errors
    ///
    /// Fails where the database has an unfinished copy, an archive of another schema, or tables of
    /// another program.
    pub async fn begin_writing(&self) -> Result<(), ArchiveError> {
        let store = self.name.clone();
        let ready = self
            .client
            .batch_execute(&format!("BEGIN; SELECT pg_advisory_xact_lock({COPY_LOCK})"))
            .await;
        ready.map_err(|error| self.fault(&error))?;

        let script = match self.found().await? {
            Found::Nothing => format!(
                "{TABLES}; {INDEXES}; INSERT INTO archive_state VALUES (1, {MADE}, NULL); {}",
                steps_behind(0)
            ),
            Found::Unfinished { of: from, .. } => {
                return Err(StoreError::Unfinished { store, from }.into());
            }
            Found::Whole { schema } => {
                self.check_schema(schema)?;
                let made = self.step().await?;
                if made > STEPS.len() {
                    return Err(StoreError::Newer { store }.into());
                }
                steps_behind(made)
            }
        };
        let made = self.client.batch_execute(&format!("{script} COMMIT")).await;
        made.map_err(|error| self.fault(&error))
    }

    /// Looks whether the database has an archive that this saseo can read.
    ///
    /// # Errors
    ///
    /// Fails where it has none, an unfinished copy, or one of another schema.
    pub async fn check_archive(&self) -> Result<(), ArchiveError> {
        let store = self.name.clone();
        match self.found().await? {
            Found::Nothing => Err(StoreError::NoArchive { store }.into()),
            Found::Unfinished { of: from, .. } => {
                Err(StoreError::Unfinished { store, from }.into())
            }
            Found::Whole { schema } => {
                self.check_schema(schema)?;
                match self.step().await?.cmp(&STEPS.len()) {
                    Ordering::Less => Err(StoreError::Older { store }.into()),
                    Ordering::Equal => Ok(()),
                    Ordering::Greater => Err(StoreError::Newer { store }.into()),
                }
            }
        }
    }

    /// Returns how many steps were made. The first copies knew none.
    async fn step(&self) -> Result<usize, ArchiveError> {
        let sql = "SELECT coalesce((to_jsonb(archive_state) ->> 'step')::bigint, 0)
                   FROM archive_state";
        let row = self.client.query_one(sql, &[]).await;
        let step: i64 = row.map_err(|error| self.fault(&error))?.get(0);
        Ok(usize::try_from(step).unwrap_or_default())
    }

    async fn found(&self) -> Result<Found, ArchiveError> {
        let store = self.name.clone();
        // The catalogue has all tables, also those that this role may not read.
        let sql = "SELECT current_schema() IS NULL,
                          EXISTS (SELECT 1 FROM pg_class JOIN pg_namespace
                                    ON pg_namespace.oid = relnamespace
                                  WHERE nspname = current_schema() AND relname = 'archive_state'),
                          EXISTS (SELECT 1 FROM pg_class JOIN pg_namespace
                                    ON pg_namespace.oid = relnamespace
                                  WHERE nspname = current_schema() AND relkind IN ('r', 'p', 'f'))";
        let row = self.client.query_one(sql, &[]).await;
        let row = row.map_err(|error| self.fault(&error))?;
        match (row.get(0), row.get(1), row.get(2)) {
            (true, _, _) => return Err(StoreError::NoSchema { store }.into()),
            (false, false, false) => return Ok(Found::Nothing),
            (false, false, true) => return Err(StoreError::NotEmpty { store }.into()),
            (false, true, _) => {}
        }

        let sql = "SELECT schema, copied_from FROM archive_state";
        let row = self.client.query_one(sql, &[]).await;
        let row = row.map_err(|error| self.fault(&error))?;
        let schema = row.get(0);
        Ok(match row.get(1) {
            Some(of) => Found::Unfinished { of, schema },
            None => Found::Whole { schema },
        })
    }

    async fn make_tables(&self, from: &str) -> Result<(), ArchiveError> {
        let make = async {
            self.client
                .batch_execute(&format!("BEGIN; {TABLES}"))
                .await?;
            let insert = "INSERT INTO archive_state VALUES (1, $1, $2)";
            self.client.execute(insert, &[&MADE, &from]).await?;
            self.client.batch_execute("COMMIT").await
        };
        make.await.map_err(|error| self.fault(&error))
    }

    fn check_schema(&self, found: i64) -> Result<(), ArchiveError> {
        if found == MADE {
            return Ok(());
        }
        let (store, known) = (self.name.clone(), MADE);
        Err(StoreError::OtherSchema {
            store,
            found,
            known,
        }
        .into())
    }
}

/// Returns the script of the steps that are left to make behind some.
fn steps_behind(made: usize) -> String {
    let mut script = String::new();
    for (number, step) in (1..).zip(STEPS).skip(made) {
        script += &format!("{step}; UPDATE archive_state SET step = {number};");
    }
    script
}
