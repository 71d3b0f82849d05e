//! Asks a running server whether it answers, as the health check of a container does, which has no
//! other program.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

/// A server that answers at all does so at once. A health check is repeated, and has a limit of its
/// own.
const PATIENCE: Duration = Duration::from_secs(10);

/// The most of an answer that is read. The answer has some four hundred bytes.
const MOST: u64 = 4096;

/// Asks the server that listens on an address of this machine for `/healthz`, which needs no
/// password.
///
/// # Errors
///
/// Fails where nothing listens, and where something else than `serve` answers.
pub(crate) fn ping(address: SocketAddr) -> Result<(), PingError> {
    let address = reachable(address);
    let answer = ask(address).map_err(|error| PingError::Silent { address, error })?;
    if is_healthy(&answer) {
        Ok(())
    } else {
        Err(PingError::Other { address })
    }
}

/// Returns where a server is reached that listens on all addresses of this machine.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip @ (IpAddr::V4(_) | IpAddr::V6(_)) => ip,
    };
    SocketAddr::new(ip, address.port())
}

fn ask(address: SocketAddr) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(
        stream,
        "GET /healthz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )?;

    let mut answer = Vec::new();
    stream.take(MOST).read_to_end(&mut answer)?;
    Ok(answer)
}

fn is_healthy(answer: &[u8]) -> bool {
    answer.starts_with(b"HTTP/1.1 200 ") && answer.ends_with(b"\r\n\r\nok\n")
}

/// Why a server is not healthy.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PingError {
    #[error("{address} does not answer: {error}")]
    Silent {
        address: SocketAddr,
        error: io::Error,
    },
    #[error("what listens on {address} is no saseo serve")]
    Other { address: SocketAddr },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_on_all_addresses_is_asked_on_this_machine() {
        for (listens, asked) in [
            ("0.0.0.0:8780", "127.0.0.1:8780"),
            ("[::]:80", "[::1]:80"),
            ("127.0.0.2:8780", "127.0.0.2:8780"),
        ] {
            let address = reachable(listens.parse().unwrap());
            assert_eq!(address.to_string(), asked);
        }
    }

    #[test]
    fn only_the_whole_answer_of_serve_is_healthy() {
        assert!(is_healthy(
            b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nok\n"
        ));
        for other in [
            &b"HTTP/1.1 503 Service Unavailable\r\n\r\nok\n"[..],
            b"HTTP/1.1 200 OK\r\n\r\n<html>ok\n",
            b"",
        ] {
            assert!(!is_healthy(other));
        }
    }
}
