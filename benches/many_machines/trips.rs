//! Questions to the server, a page: each costs the time of the network between two machines.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use crate::cluster::Cluster;
use crate::farm::Farm;
use crate::in_folder::program::said;
use crate::machines::Machine;

/// Articles of each of three sections.
const ARTICLES: u32 = 40;

pub fn measure() {
    let (farm, cluster) = (Farm::start(1, ARTICLES), Cluster::start());
    let counter = TripCounter::to(cluster.port());
    let store = format!("postgres://postgres@{}/papers", counter.address);
    let machine = Machine::new("w0", &farm, &store, Duration::ZERO);
    // The tables are made before.
    let first = machine.run(&["crawl", "--max-requests", "1"]);
    assert!(first.status.success(), "{}", said(&first));

    let (pages, trips) = (farm.answered() as u64, counter.count());
    let crawl = machine.run(&["crawl"]);
    assert!(crawl.status.success(), "{}", said(&crawl));
    let (pages, trips) = (farm.answered() as u64 - pages, counter.count() - trips);
    println!(
        "{trips} round trips for {pages} requests of a crawl: {:.1} a page",
        trips as f64 / pages as f64
    );
}

/// A proxy that counts how often a client says something after an answer.
struct TripCounter {
    address: SocketAddr,
    trips: Arc<AtomicU64>,
}

impl TripCounter {
    fn to(port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let trips = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&trips);
        thread::spawn(move || {
            for client in listener.incoming() {
                let server = TcpStream::connect(("127.0.0.1", port));
                let (Ok(client), Ok(server)) = (client, server) else {
                    continue;
                };
                pass_on(&client, &server, &counted);
            }
        });
        Self { address, trips }
    }

    fn count(&self) -> u64 {
        self.trips.load(Ordering::Relaxed)
    }
}

/// Passes the bytes of one connection on in both directions, until it ends.
fn pass_on(client: &TcpStream, server: &TcpStream, trips: &Arc<AtomicU64>) {
    client.set_nodelay(true).unwrap();
    server.set_nodelay(true).unwrap();
    let was_answered = Arc::new(AtomicBool::new(true));

    let (from, to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    let (answered, trips) = (Arc::clone(&was_answered), Arc::clone(trips));
    thread::spawn(move || {
        copy(from, to, || {
            if answered.swap(false, Ordering::Relaxed) {
                trips.fetch_add(1, Ordering::Relaxed);
            }
        });
    });
    let (from, to) = (server.try_clone().unwrap(), client.try_clone().unwrap());
    thread::spawn(move || copy(from, to, || was_answered.store(true, Ordering::Relaxed)));
}

fn copy(mut from: TcpStream, mut to: TcpStream, mut note: impl FnMut()) {
    let mut buffer = vec![0; 64 << 10];
    loop {
        let count = match from.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(_) => break,
        };
        note();
        if to.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    // The other end may have gone already.
    let _ = to.shutdown(std::net::Shutdown::Write);
}
