//! The smallest question that a web server answers.

use std::io::{Read, Write};
use std::net::TcpStream;

/// Of the answer only its first line is read: `HTTP/1.1 200 OK`.
const FIRST_LINE: u64 = 64;

/// Whether a GET of this path is answered with a status of 200 to 299.
pub(super) fn answers(mut stream: TcpStream, address: &str, path: &str) -> bool {
    // The older version of the protocol: the server closes the connection, and sends nothing in pieces.
    let request = format!("GET {path} HTTP/1.0\r\nHost: {address}\r\nUser-Agent: align\r\nAccept: */*\r\n\r\n");
    if stream.write_all(request.as_bytes()).is_err() {
        return false;
    }
    let mut head = Vec::new();
    // A connection that is reset after its first line has said enough.
    let _ = stream.take(FIRST_LINE).read_to_end(&mut head);
    succeeded(&head)
}

fn succeeded(head: &[u8]) -> bool {
    let line = head.split(|&byte| byte == b'\r' || byte == b'\n').next().unwrap_or_default();
    let mut words = line.split(|&byte| byte == b' ');
    let protocol = words.next().unwrap_or_default();
    let status = words.next().unwrap_or_default();
    protocol.starts_with(b"HTTP/") && matches!(status, [b'2', b'0'..=b'9', b'0'..=b'9'])
}
