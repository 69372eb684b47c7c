//! How one sees from outside that a program is ready.

mod http;

use crate::diag::escape;
use serde::{Serialize, Serializer};
use std::fmt;
use std::net::{TcpStream, ToSocketAddrs};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

/// The longest that one question may take: a program that is starting may accept and not answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// What is waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A page that answers with success.
    Http {
        /// `HOST:PORT`
        address: String,
        path: String,
    },
    /// `HOST:PORT` takes connections.
    Tcp(String),
    /// It exists.
    File(PathBuf),
    /// The program prints it, in one line of either stream.
    Text(String),
}

impl Target {
    /// Asks once. Text is seen elsewhere: where the program's output passes by.
    pub(super) fn is_ready(&self) -> bool {
        match self {
            Self::Http { address, path } => connect(address).is_some_and(|stream| http::answers(stream, address, path)),
            Self::Tcp(address) => connect(address).is_some(),
            Self::File(path) => path.exists(),
            Self::Text(_) => false,
        }
    }
}

/// The first of the host's addresses that takes a connection.
fn connect(address: &str) -> Option<TcpStream> {
    let mut addresses = address.to_socket_addrs().ok()?;
    let stream = addresses.find_map(|address| TcpStream::connect_timeout(&address, PATIENCE).ok())?;
    // Where nobody listens yet, a connection from the very port that is asked for reaches itself.
    if stream.local_addr().ok()? == stream.peer_addr().ok()? {
        return None;
    }
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    stream.set_write_timeout(Some(PATIENCE)).ok()?;
    Some(stream)
}

const FORMS: &str = "one of http://HOST:PORT/PATH, tcp:HOST:PORT, file:PATH, text:WORDS";

impl FromStr for Target {
    type Err = String;

    /// # Errors
    /// What to write instead.
    fn from_str(text: &str) -> Result<Self, String> {
        if text.starts_with("https:") {
            return Err("https is not supported: wait for the port instead, with tcp:HOST:PORT".to_owned());
        }
        if let Some(rest) = text.strip_prefix("http://") {
            let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
            let address = if has_port(host) { host.to_owned() } else { format!("{host}:80") };
            let path = format!("/{path}");
            if !has_port(&address) || !path.chars().all(|c| c.is_ascii_graphic()) || host.contains('@') {
                return Err(format!("`{}` is no address; http://HOST:PORT/PATH", escape(text)));
            }
            return Ok(Self::Http { address, path });
        }
        let (kind, rest) = text.split_once(':').ok_or(FORMS)?;
        match kind {
            _ if rest.is_empty() => Err(FORMS.to_owned()),
            "tcp" if has_port(rest) => Ok(Self::Tcp(rest.to_owned())),
            "tcp" => Err(format!("`{}` has no port; tcp:HOST:PORT", escape(text))),
            "file" => Ok(Self::File(PathBuf::from(rest))),
            "text" => Ok(Self::Text(rest.to_owned())),
            _ => Err(FORMS.to_owned()),
        }
    }
}

/// Whether it is `HOST:PORT`; the host of an IPv6 address stands in brackets.
fn has_port(address: &str) -> bool {
    address.rsplit_once(':').is_some_and(|(host, port)| {
        let host_is_whole = !host.contains(':') || (host.starts_with('[') && host.ends_with(']'));
        let host_is_plain = !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_graphic());
        host_is_plain && host_is_whole && port.parse::<u16>().is_ok_and(|port| port > 0)
    })
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Http { address, path } => write!(f, "http://{address}{path}"),
            Self::Tcp(address) => write!(f, "tcp:{address}"),
            Self::File(path) => write!(f, "file:{}", path.display()),
            Self::Text(text) => write!(f, "text:{text}"),
        }
    }
}

impl Serialize for Target {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test")]

    use super::*;
    use std::io::{Read, Write};
    use std::net::TcpListener;

    fn target(text: &str) -> Result<Target, String> {
        text.parse()
    }

    #[test]
    fn every_form_is_read_and_written() {
        for text in
            ["http://localhost:8000/health", "http://[::1]:80/", "tcp:127.0.0.1:1", "file:/tmp/x:y", "text:a: b"]
        {
            assert_eq!(target(text).unwrap().to_string(), text);
        }
        assert_eq!(target("http://host").unwrap().to_string(), "http://host:80/");
    }

    #[test]
    fn what_cannot_be_waited_for_is_refused_with_what_can() {
        assert!(target("https://host/health").is_err_and(|why| why.contains("tcp:HOST:PORT")));
        for wrong in ["host", "tcp:host", "tcp:host:0", "tcp:host:70000", "file:", "text:", "udp:1:2"] {
            assert!(target(wrong).is_err_and(|why| why.contains("tcp:HOST:PORT")), "{wrong}");
        }
        for wrong in ["http://", "http://a b/", "http://u:p@host:1/", "http://host/\r\nX: y"] {
            assert!(target(wrong).is_err(), "{wrong}");
        }
    }

    /// A server that answers one request after the other with these, and the address to ask.
    fn server(answers: &'static [&'static str]) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            for answer in answers {
                let (mut stream, _) = listener.accept().unwrap();
                let mut request = [0; 1024];
                let length = stream.read(&mut request).unwrap();
                assert!(request[..length].starts_with(b"GET /health HTTP/1.0\r\nHost: 127.0.0.1:"));
                stream.write_all(answer.as_bytes()).unwrap();
            }
        });
        format!("http://{address}/health")
    }

    #[test]
    fn a_page_is_ready_when_it_answers_with_success() {
        let url =
            server(&["HTTP/1.1 503 Busy\r\n\r\n", "", "nonsense", "HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.0 204 \r\n\r\n"]);
        let ready: Vec<bool> = (0..5).map(|_| target(&url).unwrap().is_ready()).collect();
        assert_eq!(ready, [false, false, false, true, true]);
    }

    #[test]
    fn a_port_is_ready_when_it_takes_connections_and_a_file_when_it_is_there() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = target(&format!("tcp:{}", listener.local_addr().unwrap())).unwrap();
        assert!(port.is_ready());
        drop(listener);
        // A process that another test starts at this moment holds the port until it runs its program.
        let closed = |_| {
            std::thread::sleep(Duration::from_millis(20));
            !port.is_ready()
        };
        assert!((0..100).any(closed));
        let folder = tempfile::tempdir().unwrap();
        let file = target(&format!("file:{}", folder.path().join("ready").display())).unwrap();
        assert!(!file.is_ready());
        std::fs::write(folder.path().join("ready"), "").unwrap();
        assert!(file.is_ready());
    }
}
