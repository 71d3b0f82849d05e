//! In place of a client for object storage, in a saseo that was built without one.

use std::ops::Range;
use std::time::Duration;

use crate::archive::error::ArchiveError;
use crate::archive::objects::location::ObjectLocation;
use crate::archive::store_error::StoreError;

/// There is none.
#[derive(Debug)]
pub(super) enum ObjectClient {}

/// There is none.
#[derive(Debug)]
pub(super) enum Upload {}

impl ObjectClient {
    pub(super) fn open(_: &ObjectLocation) -> Result<Self, ArchiveError> {
        Err(StoreError::ObjectsNotBuiltIn.into())
    }

    pub(super) fn make(_: &ObjectLocation) -> Result<Self, ArchiveError> {
        Err(StoreError::ObjectsNotBuiltIn.into())
    }

    pub(super) fn begin_put(&self, _: Vec<(String, Vec<u8>)>) -> Upload {
        match *self {}
    }

    pub(super) fn get(
        &self,
        _: &str,
        _: Option<Range<u64>>,
    ) -> Result<Option<Vec<u8>>, ArchiveError> {
        match *self {}
    }

    pub(super) fn has(&self, _: &str) -> Result<bool, ArchiveError> {
        match *self {}
    }

    pub(super) fn delete(&self, _: &str) -> Result<(), ArchiveError> {
        match *self {}
    }
}

impl Upload {
    pub(super) fn is_done(&mut self) -> bool {
        match *self {}
    }

    pub(super) fn is_done_within(&mut self, _: Duration) -> bool {
        match *self {}
    }

    pub(super) fn wait(self) -> Result<(), ArchiveError> {
        match self {}
    }
}
