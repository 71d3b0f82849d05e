//! In place of a client for object storage, in a saseo that was built without one.

use std::ops::Range;
use std::time::Duration;

use crate::archive::error::ArchiveError;
use crate::archive::objects::location::ObjectLocation;
use crate::archive::store_error::StoreError;

/// There is none.
#[derive(Debug)]
pub(crate) enum NoClient {}

/// There is none.
#[derive(Debug)]
pub(crate) enum NoUpload {}

impl NoClient {
    pub(crate) fn open(_: &ObjectLocation) -> Result<Self, ArchiveError> {
        Err(StoreError::ObjectsNotBuiltIn.into())
    }

    pub(crate) fn make(_: &ObjectLocation) -> Result<Self, ArchiveError> {
        Err(StoreError::ObjectsNotBuiltIn.into())
    }

    pub(crate) fn begin_put(&self, _: Vec<(String, Vec<u8>)>) -> NoUpload {
        match *self {}
    }

    pub(crate) fn get(
        &self,
        _: &str,
        _: Option<Range<u64>>,
    ) -> Result<Option<Vec<u8>>, ArchiveError> {
        match *self {}
    }

    pub(crate) fn has(&self, _: &str) -> Result<bool, ArchiveError> {
        match *self {}
    }

    pub(crate) fn delete(&self, _: &str) -> Result<(), ArchiveError> {
        match *self {}
    }
}

impl NoUpload {
    pub(crate) fn is_done(&mut self) -> bool {
        match *self {}
    }

    pub(crate) fn is_done_within(&mut self, _: Duration) -> bool {
        match *self {}
    }

    pub(crate) fn wait(self) -> Result<(), ArchiveError> {
        match self {}
    }
}
