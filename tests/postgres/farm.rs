//! Many small papers in this process, each on an address of its own, and a log of every request by
//! the servers' own clock.

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use saseo::clock::Clock;
use saseo::demo::{Edition, Newspaper, SeenRequest, answer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;

/// The shortest and the longest time of an answer, in milliseconds.
const ANSWERING: (u64, u64) = (5, 40);

/// The longest head of a request that is read: no crawler sends a longer one.
const MAX_HEAD: usize = 64 << 10;

/// Requests by the server's address, in the order of their ends.
pub type FarmLog = BTreeMap<SocketAddr, Vec<SeenRequest>>;

/// The running servers. They stop when the value is dropped.
pub struct Farm {
    pub clock: Clock,
    papers: Vec<(SocketAddr, Arc<Newspaper>)>,
    log: Arc<Mutex<FarmLog>>,
    _runtime: Runtime,
}

/// One paper, as the tasks of its connections share it.
struct Served {
    address: SocketAddr,
    paper: Arc<Newspaper>,
    clock: Clock,
    log: Arc<Mutex<FarmLog>>,
}

impl Farm {
    /// Serves so many papers on `127.0.0.2` and the following addresses, all on one port.
    pub fn start(papers: u32, articles_per_section: u32) -> Self {
        let first = Ipv4Addr::new(127, 0, 0, 2).to_bits();
        let listeners = loop {
            let addresses = (0..papers).map(|k| Ipv4Addr::from_bits(first + k));
            // Another program may have the port on one of the addresses.
            if let Ok(listeners) = on_one_port(addresses) {
                break listeners;
            }
        };
        Self::serve(listeners, articles_per_section)
    }

    /// Serves so many papers on ports of one address.
    pub fn on_one_address(address: Ipv4Addr, papers: u32, articles_per_section: u32) -> Self {
        let listeners = (0..papers).map(|_| TcpListener::bind((address, 0)).unwrap());
        Self::serve(listeners.collect(), articles_per_section)
    }

    fn serve(listeners: Vec<TcpListener>, articles_per_section: u32) -> Self {
        let paper = Arc::new(Newspaper::new(&Edition {
            articles_per_section,
            crawl_delay: None,
            ..Edition::default()
        }));
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let (clock, log) = (Clock::system(), Arc::<Mutex<FarmLog>>::default());

        let mut papers = vec![];
        for listener in listeners {
            let address = listener.local_addr().unwrap();
            papers.push((address, Arc::clone(&paper)));
            let served = Served {
                address,
                paper: Arc::clone(&paper),
                clock,
                log: Arc::clone(&log),
            };
            runtime.spawn(listen(listener, Arc::new(served)));
        }
        Self {
            clock,
            papers,
            log,
            _runtime: runtime,
        }
    }

    /// The names, addresses and articles of the papers.
    pub fn papers(&self) -> impl Iterator<Item = (String, SocketAddr, &Newspaper)> {
        let papers = self.papers.iter().enumerate();
        papers.map(|(k, (address, paper))| (format!("p{k}"), *address, &**paper))
    }

    pub fn log(&self) -> FarmLog {
        self.log.lock().unwrap().clone()
    }

    /// The number of requests that were answered.
    pub fn answered(&self) -> usize {
        self.log.lock().unwrap().values().map(Vec::len).sum()
    }
}

/// Listens at all addresses on the same free port.
fn on_one_port(mut addresses: impl Iterator<Item = Ipv4Addr>) -> io::Result<Vec<TcpListener>> {
    let first = addresses.next().expect("a farm has a paper");
    let mut listeners = vec![TcpListener::bind((first, 0))?];
    let port = listeners[0].local_addr()?.port();

    for address in addresses {
        listeners.push(TcpListener::bind((address, port))?);
    }
    Ok(listeners)
}

async fn listen(listener: TcpListener, served: Arc<Served>) {
    listener.set_nonblocking(true).unwrap();
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    while let Ok((stream, _)) = listener.accept().await {
        let served = Arc::clone(&served);
        // An error is the end of one connection: its client was killed.
        tokio::spawn(async move { served.answer_all(stream).await });
    }
}

impl Served {
    /// Answers the requests of one connection.
    async fn answer_all(&self, mut stream: TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        while let Some(head) = read_head(&mut stream).await? {
            let began = self.clock.now();
            let mut words = head.split(' ');
            let path = words.nth(1).unwrap_or("/").to_owned();
            let page = answer(&self.paper, &format!("http://{}", self.address), &path);
            let took = Duration::from_millis(self.milliseconds_for(&path));
            self.clock.sleep_until(began + took).await;

            let mut bytes = format!(
                "HTTP/1.1 {} .\r\ncontent-type: {}\r\ncontent-length: {}\r\n\r\n",
                page.status,
                page.content_type,
                page.bytes().len()
            )
            .into_bytes();
            bytes.extend(page.bytes());
            let (last, others) = bytes.split_last().expect("an answer has a head");
            let sent = stream.write_all(others).await;

            // The end is noted before the last byte leaves: nobody can know of it earlier.
            self.note(SeenRequest {
                path_and_query: path,
                user_agent: header(&head, "user-agent"),
                began,
                ended: self.clock.now(),
                status: page.status,
            });
            sent?;
            stream.write_all(&[*last]).await?;
        }
        Ok(())
    }

    /// The time of an answer: another one for each path and paper, and always the same.
    fn milliseconds_for(&self, path: &str) -> u64 {
        let bytes = path.bytes().chain(self.address.to_string().into_bytes());
        let sum = bytes.fold(7_u64, |sum, byte| {
            sum.wrapping_mul(31).wrapping_add(u64::from(byte))
        });
        let (shortest, longest) = ANSWERING;
        shortest + sum % (longest - shortest + 1)
    }

    fn note(&self, request: SeenRequest) {
        let mut log = self.log.lock().unwrap();
        log.entry(self.address).or_default().push(request);
    }
}

/// Reads the head of the next request; `None` at the end of the connection.
async fn read_head(stream: &mut TcpStream) -> io::Result<Option<String>> {
    let (mut head, mut buffer) = (vec![], [0; 4096]);
    while !head.ends_with(b"\r\n\r\n") {
        let count = stream.read(&mut buffer).await?;
        if count == 0 || head.len() > MAX_HEAD {
            return Ok(None);
        }
        head.extend(&buffer[..count]);
    }
    Ok(Some(String::from_utf8_lossy(&head).into_owned()))
}

/// The value of a header; empty if there is none.
fn header(head: &str, name: &str) -> String {
    let mut fields = head.lines().filter_map(|line| line.split_once(": "));
    let found = fields.find(|(field, _)| field.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.to_owned()).unwrap_or_default()
}
