//! The errors of archives that another engine keeps, and of copies from one engine to another.

use std::path::PathBuf;

/// Why an archive in a database server cannot be used, or copied.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("{text:?} is no address of a database: {why}; write postgres://USER@HOST/DATABASE")]
    BadAddress { text: String, why: String },
    #[error(
        "an address on the command line must not have a password, since others on this machine see \
         it there: put it into the environment as PGPASSWORD, or into ~/.pgpass"
    )]
    PasswordInAddress,
    #[error("cannot reach {store}: {why}; look whether the server runs and the address is right")]
    Unreachable { store: String, why: String },
    #[error(
        "{store} asks for a password: put it into the environment as PGPASSWORD, or into ~/.pgpass"
    )]
    NoPassword { store: String },
    #[error(
        "{store} has no schema that this user may use: name one with ?options=-csearch_path%3DNAME, \
         or let its owner run `GRANT USAGE, CREATE ON SCHEMA public TO USER`"
    )]
    NoSchema { store: String },
    #[error("{store} refuses: {why}")]
    Refused { store: String, why: String },
    #[error(
        "a role lacks a right on {store}: {why}; to read, it needs what `GRANT SELECT ON ALL \
         TABLES IN SCHEMA public TO ROLE` gives, and docs/guide/many-machines.md tells the rest"
    )]
    NoRight { store: String, why: String },
    #[error(transparent)]
    ReadsOnly(Box<LackingRights>),
    #[error("{store} runs PostgreSQL {found}; saseo needs 15 or newer")]
    OldServer { store: String, found: String },
    #[error(
        "{store} keeps texts as {encoding}, which lacks letters: create the database with \
         `createdb --encoding UTF8 --template template0 NAME`"
    )]
    OtherEncoding { store: String, encoding: String },
    #[error(
        "{store} has tables of another program: create a database for the archive alone, with \
         `createdb NAME`"
    )]
    NotEmpty { store: String },
    #[error("{store} has an archive already: copy into an empty database or folder")]
    HasArchive { store: String },
    #[error("{store} has no archive; `saseo archive copy --to` brings one there")]
    NoArchive { store: String },
    #[error("{store} has a copy of {from} that is not finished: run that copy again")]
    Unfinished { store: String, from: String },
    #[error(
        "{store} has an archive of schema {found}, and this saseo knows {known}: use the saseo that \
         made it, or update the older one"
    )]
    OtherSchema {
        store: String,
        found: i64,
        known: i64,
    },
    #[error(
        "{store} has an archive of an older saseo; `saseo crawl`, `saseo resume` or, without a \
         request, `saseo reextract` brings it up to date"
    )]
    Older { store: String },
    #[error("{store} has an archive of a newer saseo; update saseo")]
    Newer { store: String },
    #[error(
        "both archives are folders: `saseo backup FILE` copies an archive, and `saseo restore FILE` \
         puts it into another folder"
    )]
    TwoFolders,
    #[error("both archives are databases: `pg_dump` and `pg_restore` copy these")]
    TwoDatabases,
    #[error(
        "another process copies into {store}, or one that was killed is still ending there: try \
         again in a while"
    )]
    Busy { store: String },
    #[error("the table {table} has other columns in one of the archives than in the other")]
    OtherTables { table: &'static str },
    #[error(
        "{to} has requests that {from} does not have: it is an unfinished copy of another archive; \
         empty it, or copy to another place"
    )]
    OtherArchive { from: String, to: String },
    #[error(
        "{store} has rows that the archive had when the copy was begun and has not any more \
         ({why}): empty it, and copy again"
    )]
    StaleCopy { store: String, why: String },
    #[error("rows of {table} read from {store} are not what was written: do not trust its disk")]
    NotAsWritten { store: String, table: &'static str },
    #[error("what is in {store} does not fit together: {why}; `saseo verify` looks at the archive")]
    NotWhole { store: String, why: String },
    #[error(
        "a takedown has removed pages of {store} that were still to be copied: run the same command \
         again, it goes on without what was removed"
    )]
    RemovedMeanwhile { store: String },
    #[error("the server of {store} has no room on its disk; make room, and run the command again")]
    NoRoom { store: String },
    #[error(
        "this saseo was built without PostgreSQL: build it with `cargo install --locked --path . \
         --features postgres`"
    )]
    NotBuiltIn,
    #[error("{store} is no folder, and only an archive in a folder can do this")]
    OnlyInFolder { store: String },
    #[error("{text:?} is no place for objects: {why}; write a folder or s3://BUCKET/PREFIX")]
    BadObjects { text: String, why: String },
    #[error("{name} cannot be used: {why}; look whether {}", what_to_look_at(name))]
    ObjectStorage { name: String, why: String },
    #[error(
        "{named} does not have the pages of this archive, which are in {kept}: name the place \
         where they are, or move them there"
    )]
    OtherObjects { named: String, kept: String },
    #[error(
        "pages in object storage need a saseo that was built for it: `cargo install --locked \
         --path . --features postgres`"
    )]
    ObjectsNotBuiltIn,
    #[error("{path} cannot be read: {why}")]
    PasswordFile { path: PathBuf, why: String },
    #[error("this machine's TLS cannot be used: {why}")]
    Tls { why: String },
    #[error(
        "{store} is backed up by PostgreSQL's own tools: `pg_dump --format=custom --file FILE \
         {store}`"
    )]
    BackedUpByServer { store: String },
    #[error(
        "{store} is restored by PostgreSQL's own tools: `pg_restore --dbname ADDRESS FILE` puts a \
         file of pg_dump into an empty database; a backup of an archive in a folder is restored \
         into a folder, and `saseo archive copy` brings it into a database"
    )]
    RestoredByServer { store: String },
    #[error("{store} failed: {why}")]
    Failed { store: String, why: String },
    /// The lease of this process has ended.
    #[error("another process has taken over the right to write {store}")]
    Fenced { store: String },
}

/// Tells what may be wrong with a place for objects.
fn what_to_look_at(name: &str) -> &'static str {
    if name.starts_with("s3://") {
        "it is there, and AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION and, for another \
         server than Amazon's, AWS_ENDPOINT_URL are right"
    } else {
        "the folder is there, and name another one with --blobs if it was moved"
    }
}

/// The rights that a role lacks to write an archive in a database.
#[derive(Debug, thiserror::Error)]
#[error(
    "the role {role} may not write the archive in {store}: it lacks {rights} on {table} and maybe \
     other tables; use the role {owner}, which owns them, or let that role run `GRANT SELECT, \
     INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role}`"
)]
pub struct LackingRights {
    pub store: String,
    pub role: String,
    pub rights: String,
    pub table: String,
    pub owner: String,
    pub schema: String,
}

#[cfg(feature = "crawl")]
impl StoreError {
    /// Tells whether the error stays until somebody mends it: no time does.
    pub(crate) fn is_lasting(&self) -> bool {
        matches!(
            self,
            Self::BadAddress { .. }
                | Self::PasswordInAddress
                | Self::NoPassword { .. }
                | Self::NoSchema { .. }
                | Self::NoRight { .. }
                | Self::ReadsOnly(_)
                | Self::OldServer { .. }
                | Self::OtherEncoding { .. }
                | Self::NotEmpty { .. }
                | Self::Unfinished { .. }
                | Self::OtherSchema { .. }
                | Self::Newer { .. }
                | Self::NotBuiltIn
                | Self::BadObjects { .. }
                | Self::OtherObjects { .. }
                | Self::ObjectsNotBuiltIn
                | Self::OnlyInFolder { .. }
                | Self::BackedUpByServer { .. }
                | Self::RestoredByServer { .. }
        )
    }
}

#[cfg(feature = "cli")]
impl StoreError {
    /// Tells whether the error is a wrong command line.
    pub(crate) fn is_usage(&self) -> bool {
        matches!(
            self,
            Self::BadAddress { .. }
                | Self::PasswordInAddress
                | Self::TwoFolders
                | Self::TwoDatabases
                | Self::NotBuiltIn
                | Self::BadObjects { .. }
                | Self::OtherObjects { .. }
                | Self::BackedUpByServer { .. }
                | Self::RestoredByServer { .. }
        )
    }
}
