//! A server on loopback that answers JSON with JSON, and keeps what it was asked.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use serde_json::Value;

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Request {
    /// The path.
    pub path: String,
    /// The lines of the head, in lower case.
    pub head: String,
    /// The body.
    pub body: Value,
}

/// The server.
pub struct Double {
    /// Its address, without a path.
    pub url: String,
    asked: Arc<Mutex<Vec<Request>>>,
}

impl Double {
    /// A server that answers as a function says.
    pub fn start(answer: impl Fn(&Request) -> Value + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked: Arc<Mutex<Vec<Request>>> = Arc::default();
        let kept = Arc::clone(&asked);
        std::thread::spawn(move || {
            for socket in listener.incoming() {
                let Ok(mut socket) = socket else { return };
                let Some(request) = read(&mut socket) else { continue };
                let body = answer(&request).to_string();
                kept.lock().unwrap().push(request);
                let head = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length:";
                let _ = socket.write_all(format!("{head} {}\r\n\r\n{body}", body.len()).as_bytes());
            }
        });
        Self { url, asked }
    }

    /// What it was asked so far.
    pub fn asked(&self) -> Vec<Request> {
        self.asked.lock().unwrap().clone()
    }
}

fn read(socket: &mut impl Read) -> Option<Request> {
    let mut request = Vec::new();
    let mut piece = [0; 16_384];
    loop {
        let Ok(read @ 1..) = socket.read(&mut piece) else { return None };
        request.extend_from_slice(&piece[..read]);
        let text = String::from_utf8_lossy(&request).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let head = head.to_ascii_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
        if body.len() >= length.unwrap_or(0) {
            let path = text.split_whitespace().nth(1)?.to_owned();
            return Some(Request { path, head, body: serde_json::from_str(body).ok()? });
        }
    }
}
