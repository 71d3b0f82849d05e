//! A TCP proxy that can go mute: it takes bytes, and passes none on. It can be slow, too.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::sync::watch;

/// A running proxy. It stops when the value is dropped.
pub struct Proxy {
    pub address: SocketAddr,
    is_mute: watch::Sender<bool>,
    answered: Arc<AtomicU64>,
    _runtime: Runtime,
}

impl Proxy {
    /// Passes connections on to a port of this machine.
    pub fn to(port: u16) -> Self {
        Self::slow(port, Duration::ZERO)
    }

    /// Passes everything on a while later, in both directions.
    pub fn slow(port: u16, delay: Duration) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let listener = runtime
            .block_on(TcpListener::bind(("127.0.0.1", 0)))
            .unwrap();
        let address = listener.local_addr().unwrap();
        let (is_mute, muted) = watch::channel(false);
        let answered = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&answered);

        runtime.spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let counted = Arc::clone(&counted);
                tokio::spawn(pass_on(client, port, delay, (muted.clone(), counted)));
            }
        });
        Self {
            address,
            is_mute,
            answered,
            _runtime: runtime,
        }
    }

    /// Passes nothing on from now on. What comes meanwhile is kept.
    pub fn mute(&self) {
        self.is_mute.send_replace(true);
    }

    /// Passes everything on again, and first what came meanwhile, as a network does.
    pub fn unmute(&self) {
        self.is_mute.send_replace(false);
    }

    /// The bytes that came from the server so far.
    pub fn answered(&self) -> u64 {
        self.answered.load(Ordering::Relaxed)
    }
}

/// Passes the bytes of one connection on, until one of its ends closes it.
async fn pass_on(
    client: TcpStream,
    port: u16,
    delay: Duration,
    (muted, answered): (watch::Receiver<bool>, Arc<AtomicU64>),
) {
    // Where no server is, the client's connection ends.
    let Ok(server) = TcpStream::connect(("127.0.0.1", port)).await else {
        return;
    };
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let asked = AtomicU64::new(0);
    tokio::select! {
        () = copy(from_client, to_server, delay, (muted.clone(), &asked)) => {}
        () = copy(from_server, to_client, delay, (muted, &answered)) => {}
    }
}

/// Copies until an end or an error, waits before each write while the proxy is mute, and counts the
/// bytes.
async fn copy(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    delay: Duration,
    (mut muted, copied): (watch::Receiver<bool>, &AtomicU64),
) {
    let mut buffer = vec![0; 64 << 10];
    while let Ok(count) = from.read(&mut buffer).await {
        tokio::time::sleep(delay).await;
        copied.fetch_add(count as u64, Ordering::Relaxed);
        let heard = muted.wait_for(|is_mute| !is_mute).await.is_ok();
        if count == 0 || !heard || to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::time::Duration;

    use super::Proxy;

    #[test]
    fn a_mute_proxy_passes_nothing_on_and_all_of_it_later() {
        let server = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let proxy = Proxy::to(server.local_addr().unwrap().port());
        let mut client = std::net::TcpStream::connect(proxy.address).unwrap();
        let (mut accepted, _) = server.accept().unwrap();
        let mut received = [0; 3];

        client.write_all(b"one").unwrap();
        accepted.read_exact(&mut received).unwrap();
        assert_eq!(&received, b"one");

        proxy.mute();
        client.write_all(b"two").unwrap();
        let wait = Some(Duration::from_millis(300));
        accepted.set_read_timeout(wait).unwrap();
        assert!(accepted.read_exact(&mut received).is_err());

        proxy.unmute();
        accepted.set_read_timeout(None).unwrap();
        accepted.read_exact(&mut received).unwrap();
        assert_eq!(&received, b"two");
    }
}
