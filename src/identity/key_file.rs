//! The file of a key. Only its owner, and at most its group, may read it.

use std::fs::{File, OpenOptions, remove_file};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::identity::key::SigningKey;
use crate::identity::pem::{NoPkcs8, read_pem, write_pem};

/// The rights that make a key no secret: any of others, and those of the group to change it. A
/// group may read, as that of a service whose configuration belongs to root.
const FORBIDDEN: u32 = 0o037;

/// The rights of a new key.
const OF_OWNER: u32 = 0o600;

/// The most bytes of a key's file. A key of Ed25519 has 119; of another kind, some thousand.
const LARGEST: u64 = 64 << 10;

/// The reason why there is no key. No message has a part of the file.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// There is no file.
    #[error("there is no key {path}; `saseo identity --key {path}` makes one")]
    Missing { path: PathBuf },
    /// The file cannot be read.
    #[error("cannot read the key {path}")]
    Unreadable {
        path: PathBuf,
        #[source]
        why: std::io::Error,
    },
    /// Too many may read the file.
    #[error("others may read or change the key {path} (mode {mode:03o}): chmod 600 {path}")]
    Open { path: PathBuf, mode: u32 },
    /// The file has something else.
    #[error("{path} is no key: {why}")]
    NoKey { path: PathBuf, why: &'static str },
    /// A new key cannot be made.
    #[error("no random number could be drawn for a key")]
    NoRandomness,
    /// A new key cannot be saved.
    #[error("cannot write the key {path}")]
    Unwritable {
        path: PathBuf,
        #[source]
        why: std::io::Error,
    },
}

/// A key, and whether it is new.
#[derive(Debug)]
pub enum MadeKey {
    /// It was made now.
    New(SigningKey),
    /// It stood there, and stays as it is.
    Kept(SigningKey),
}

impl MadeKey {
    /// Makes a key in a file, which its owner alone may read. A file that is there is read instead,
    /// and never overwritten.
    ///
    /// # Errors
    ///
    /// Fails where the file cannot be written, and where the one that is there is no such key.
    pub fn at(path: &Path) -> Result<Self, KeyError> {
        let options = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(OF_OWNER)
            .open(path);
        let file = match options {
            Ok(file) => file,
            Err(why) if why.kind() == ErrorKind::AlreadyExists => {
                return SigningKey::read(path).map(Self::Kept);
            }
            Err(why) => return Err(unwritable(path, why)),
        };

        written(file, path)
            .inspect_err(|_| {
                // The file is ours, and empty or broken. If it stays, the next try tells it.
                let _ = remove_file(path);
            })
            .map(Self::New)
    }

    /// Returns the key.
    pub fn key(&self) -> &SigningKey {
        let (Self::New(key) | Self::Kept(key)) = self;
        key
    }
}

impl SigningKey {
    /// Reads a key from its file: Ed25519, in PKCS#8 and PEM.
    ///
    /// # Errors
    ///
    /// Fails where there is no such file, where others may read it, and where it is another key.
    pub fn read(path: &Path) -> Result<Self, KeyError> {
        let bytes = secret_bytes(path)?;
        let text = String::from_utf8(bytes).map_err(|_| no_key(path, "it is no PEM"))?;
        let der = read_pem(&text).map_err(|why| match why {
            NoPkcs8::NoPem => no_key(path, "it is no PEM"),
            NoPkcs8::OtherLabel => {
                no_key(path, "it is no private key in PKCS#8 (BEGIN PRIVATE KEY)")
            }
        })?;
        Self::from_pkcs8(&der).ok_or_else(|| no_key(path, "it is of another kind than Ed25519"))
    }
}

fn no_key(path: &Path, why: &'static str) -> KeyError {
    let path = path.to_owned();
    KeyError::NoKey { path, why }
}

fn unwritable(path: &Path, why: std::io::Error) -> KeyError {
    KeyError::Unwritable {
        path: path.to_owned(),
        why,
    }
}

fn unreadable(path: &Path, why: std::io::Error) -> KeyError {
    let path = path.to_owned();
    if why.kind() == ErrorKind::NotFound {
        KeyError::Missing { path }
    } else {
        KeyError::Unreadable { path, why }
    }
}

/// Writes a new key, and returns it when it is on the disk.
fn written(mut file: File, path: &Path) -> Result<SigningKey, KeyError> {
    let key = SigningKey::generate().ok_or(KeyError::NoRandomness)?;
    let der = key.to_pkcs8().ok_or(KeyError::NoRandomness)?;
    file.write_all(write_pem(&der).as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(|why| unwritable(path, why))?;
    Ok(key)
}

/// Reads a file that only its owner, and at most its group, may read.
fn secret_bytes(path: &Path) -> Result<Vec<u8>, KeyError> {
    // Opening a pipe would wait for its writer.
    let before = std::fs::metadata(path).map_err(|why| unreadable(path, why))?;
    if !before.is_file() {
        return Err(no_key(path, "it is no regular file"));
    }

    let file = File::open(path).map_err(|why| unreadable(path, why))?;
    let metadata = file.metadata().map_err(|why| unreadable(path, why))?;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & FORBIDDEN != 0 {
        return Err(KeyError::Open {
            path: path.to_owned(),
            mode,
        });
    }

    let mut bytes = Vec::new();
    file.take(LARGEST)
        .read_to_end(&mut bytes)
        .map_err(|why| unreadable(path, why))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::fs::{Permissions, metadata, read, set_permissions, write};

    use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
    use aws_lc_rs::rsa::{KeyPair, KeySize};

    use super::*;

    /// A new RSA key in PKCS#8.
    fn rsa_key() -> String {
        let key = KeyPair::generate(KeySize::Rsa2048).unwrap();
        let der: Pkcs8V1Der<'_> = key.as_der().unwrap();
        write_pem(der.as_ref())
    }

    fn said(error: &KeyError) -> String {
        error.to_string()
    }

    #[test]
    fn a_new_key_is_of_its_owner_alone_and_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("identity.pem");

        let MadeKey::New(made) = MadeKey::at(&path).unwrap() else {
            panic!("there was none");
        };
        let bytes = read(&path).unwrap();
        let MadeKey::Kept(kept) = MadeKey::at(&path).unwrap() else {
            panic!("it was there");
        };

        assert_eq!(metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(kept.id(), made.id());
        assert_eq!(read(&path).unwrap(), bytes);
        assert!(bytes.starts_with(b"-----BEGIN PRIVATE KEY-----\n"));
    }

    #[test]
    fn a_file_that_is_no_key_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes");
        write(&path, "my notes").unwrap();
        set_permissions(&path, Permissions::from_mode(0o600)).unwrap();

        assert!(matches!(MadeKey::at(&path), Err(KeyError::NoKey { .. })));
        assert_eq!(read(&path).unwrap(), b"my notes");
    }

    #[test]
    fn a_key_that_others_may_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("identity.pem");
        MadeKey::at(&path).unwrap();

        for mode in [0o604, 0o644, 0o620, 0o666, 0o601] {
            set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            let error = SigningKey::read(&path).unwrap_err();
            assert!(said(&error).contains("chmod 600"), "{mode:o}: {error}");
        }
        for mode in [0o600, 0o400, 0o640] {
            set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            assert!(SigningKey::read(&path).is_ok(), "{mode:o}");
        }
    }

    #[test]
    fn other_keys_and_other_files_are_refused_without_a_word_of_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("identity.pem");
        let rsa = rsa_key();
        let cases = [
            (rsa.as_str(), "another kind"),
            (&rsa.replace(" PRIVATE", " RSA PRIVATE"), "in PKCS#8"),
            (&rsa.replace("PRIVATE", "PUBLIC"), "in PKCS#8"),
            ("very secret", "no PEM"),
            ("", "no PEM"),
        ];
        for (text, why) in cases {
            write(&path, text).unwrap();
            set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
            let error = SigningKey::read(&path).unwrap_err();
            assert!(said(&error).contains(why), "{error}");
            assert!(!said(&error).contains("secret") && !said(&error).contains("MIIB"));
        }

        let error = SigningKey::read(&folder.path().join("none.pem")).unwrap_err();
        assert!(said(&error).contains("saseo identity --key"), "{error}");
        let error = SigningKey::read(folder.path()).unwrap_err();
        assert!(said(&error).contains("no regular file"), "{error}");
    }
}
