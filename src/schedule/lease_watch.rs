//! Leases that a worker waits for before it ends: their processes may have been killed.

use std::time::Duration;

use crate::archive::{HeldLease, HeldPaper};

/// A lease that has papers which are due, and that was not renewed for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AwaitedLease {
    /// The name of its process.
    pub holder: String,
    /// How many papers it has that are due.
    pub papers: usize,
    /// The time until it ends, unless it is renewed.
    pub left: Duration,
    /// Whether it was returned before.
    pub is_known: bool,
}

/// The leases of others, from one look to the next. A process that lives renews its own within some
/// seconds, and its papers are in good hands.
#[derive(Debug, Default)]
pub(super) struct LeaseWatch {
    /// Each lease as it was at the first look.
    first: Vec<HeldLease>,
    returned: Vec<HeldLease>,
}

impl LeaseWatch {
    /// Returns the lease that ends first of those that have these papers and were not renewed since
    /// the first look.
    pub(super) fn awaited(&mut self, held: &[HeldPaper]) -> Option<AwaitedLease> {
        for HeldPaper { lease, .. } in held {
            if !self
                .first
                .iter()
                .any(|known| known.is_of_one_process(*lease))
            {
                self.first.push(*lease);
            }
        }

        let unchanged = held
            .iter()
            .filter(|paper| self.first.contains(&paper.lease));
        let next = unchanged.min_by_key(|paper| paper.left)?;
        let is_known = self.returned.contains(&next.lease);
        if !is_known {
            self.returned.push(next.lease);
        }
        Some(AwaitedLease {
            holder: next.holder.clone(),
            papers: held
                .iter()
                .filter(|paper| paper.lease == next.lease)
                .count(),
            left: next.left,
            is_known,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(site: &str, worker: i64, until: i64) -> HeldPaper {
        HeldPaper {
            site: site.to_owned(),
            holder: format!("worker {worker}"),
            lease: HeldLease { worker, until },
            left: Duration::from_secs(until.unsigned_abs()),
        }
    }

    #[test]
    fn a_lease_is_awaited_until_it_ends_or_is_renewed() {
        let mut watch = LeaseWatch::default();
        let (lost, living) = (held("one", 1, 25), held("three", 2, 20));
        let first = watch.awaited(&[lost.clone(), held("two", 1, 25), living.clone()]);
        let first = first.unwrap();
        assert_eq!((first.holder.as_str(), first.papers), ("worker 2", 1));
        assert!(!first.is_known);
        let again = watch.awaited(std::slice::from_ref(&living)).unwrap();
        assert!(again.is_known);

        let renewed = held("three", 2, 30);
        let next = watch.awaited(&[lost, held("two", 1, 25), renewed.clone()]);
        let next = next.unwrap();
        assert_eq!((next.holder.as_str(), next.papers), ("worker 1", 2));

        // It ended, and the other one goes on with its paper.
        assert_eq!(watch.awaited(&[renewed]), None);
        assert_eq!(watch.awaited(&[]), None);
    }
}
