//! In place of a client for object storage, in a saseo that was built without one.

use std::marker::PhantomData;
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
pub(crate) struct NoAnswer<T>(NoClient, PhantomData<T>);

impl NoClient {
    pub(crate) fn open(_: &ObjectLocation) -> Result<Self, ArchiveError> {
        Err(StoreError::ObjectsNotBuiltIn.into())
    }

    pub(crate) fn make(_: &ObjectLocation) -> Result<Self, ArchiveError> {
        Err(StoreError::ObjectsNotBuiltIn.into())
    }

    pub(crate) fn put(&self, _: Vec<(String, Vec<u8>)>) -> NoAnswer<()> {
        match *self {}
    }

    pub(crate) fn put_beside(
        &self,
        _: (String, Vec<u8>),
        _: Vec<(String, Vec<u8>)>,
    ) -> NoAnswer<()> {
        match *self {}
    }

    pub(crate) fn check(&self, _: (String, Vec<u8>)) -> NoAnswer<()> {
        match *self {}
    }

    pub(crate) fn get(&self, _: &str, _: Option<Range<u64>>) -> NoAnswer<Option<Vec<u8>>> {
        match *self {}
    }

    pub(crate) fn list(&self) -> NoAnswer<Vec<String>> {
        match *self {}
    }

    pub(crate) fn delete(&self, _: &str) -> NoAnswer<()> {
        match *self {}
    }
}

impl<T> NoAnswer<T> {
    pub(crate) fn is_there_within(&mut self, _: Duration) -> bool {
        match self.0 {}
    }

    pub(crate) fn wait(self) -> Result<T, ArchiveError> {
        match self.0 {}
    }
}
