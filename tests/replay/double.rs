//! A server on loopback that speaks raw TCP, so that it can do wrong whatever a server can do wrong.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What the server does with one request.
pub enum Act {
    /// Answers with a whole stream of so many output tokens.
    Answer(u64),
    /// The same after a pause.
    Late(Duration, u64),
    /// A status with headers and a body.
    Status(u16, &'static str, &'static str),
    /// Half of a stream, then the end of the connection.
    Cut,
    /// A head, then a byte at each pause for ever.
    Trickle(Duration),
    /// A head of this type, then as many bytes as are taken, up to a gigabyte; a line feed now and then or never.
    Huge(&'static str, Lines),
    /// A body of this type, as it is.
    Raw(&'static str, &'static [u8]),
    /// Nothing at all.
    Silence,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Lines {
    Some,
    None,
}

#[derive(Default)]
struct Seen {
    /// Requests by the first words of their question.
    asked: HashMap<String, usize>,
    /// Answers that were given in full, alike.
    answered: HashMap<String, usize>,
    order: Vec<String>,
    headers: String,
}

/// The server.
#[derive(Clone)]
pub struct Double {
    pub url: String,
    seen: Arc<Mutex<Seen>>,
    requests: Arc<AtomicUsize>,
    in_flight: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
    sent: Arc<AtomicUsize>,
}

impl Double {
    /// Starts one; what it does is told by the number of the request, from 0, and how often this question was asked before.
    pub async fn start(act: impl Fn(usize, usize) -> Act + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let double = Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            seen: Arc::default(),
            requests: Arc::default(),
            in_flight: Arc::default(),
            most: Arc::default(),
            sent: Arc::default(),
        };
        let (own, act) = (double.clone(), Arc::new(act));
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(serve(socket, own.clone(), act.clone()));
            }
        });
        double
    }

    /// How often each question was asked.
    pub fn asked(&self) -> HashMap<String, usize> {
        self.seen.lock().unwrap().asked.clone()
    }

    /// How often each question was answered in full.
    pub fn answered(&self) -> HashMap<String, usize> {
        self.seen.lock().unwrap().answered.clone()
    }

    /// The questions in the order they came.
    pub fn order(&self) -> Vec<String> {
        self.seen.lock().unwrap().order.clone()
    }

    /// Every head of a request that came.
    pub fn headers(&self) -> String {
        self.seen.lock().unwrap().headers.clone()
    }

    /// Requests so far.
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    /// The most requests that were there at once.
    pub fn most_at_once(&self) -> usize {
        self.most.load(Ordering::SeqCst)
    }

    /// Bytes of bodies that were taken from it.
    pub fn sent(&self) -> usize {
        self.sent.load(Ordering::SeqCst)
    }
}

async fn serve(mut socket: TcpStream, double: Double, act: Arc<impl Fn(usize, usize) -> Act>) {
    let _ = socket.set_nodelay(true);
    let mut buffer = Vec::new();
    while let Some((head, body)) = request(&mut socket, &mut buffer).await {
        let question = serde_json::from_slice::<serde_json::Value>(&body)
            .ok()
            .and_then(|body| body["messages"][0]["content"].as_str().map(str::to_owned))
            .unwrap_or_default();
        let number = double.requests.fetch_add(1, Ordering::SeqCst);
        let before = {
            let mut seen = double.seen.lock().unwrap();
            seen.headers.push_str(&head);
            seen.order.push(question.clone());
            let asked = seen.asked.entry(question.clone()).or_default();
            *asked += 1;
            *asked - 1
        };
        let now = double.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
        double.most.fetch_max(now, Ordering::SeqCst);
        let stays = perform(&mut socket, act(number, before), &double, &question).await;
        double.in_flight.fetch_sub(1, Ordering::SeqCst);
        if stays.is_none() {
            return;
        }
    }
}

/// Does it; `None` ends the connection.
async fn perform(socket: &mut TcpStream, act: Act, double: &Double, question: &str) -> Option<()> {
    match act {
        Act::Answer(tokens) => answer(socket, tokens, double, question).await,
        Act::Late(pause, tokens) => {
            tokio::time::sleep(pause).await;
            answer(socket, tokens, double, question).await
        }
        Act::Status(status, headers, body) => {
            let text = format!("HTTP/1.1 {status} X\r\n{headers}content-length: {}\r\n\r\n{body}", body.len());
            socket.write_all(text.as_bytes()).await.ok()
        }
        Act::Cut => {
            let half =
                "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Half\"},\"finish_reason\":null}]}\n\n";
            let _ = socket.write_all(open("text/event-stream").as_bytes()).await;
            let _ = socket.write_all(half.as_bytes()).await;
            None
        }
        Act::Trickle(pause) => {
            socket.write_all(open("text/event-stream").as_bytes()).await.ok()?;
            loop {
                tokio::time::sleep(pause).await;
                socket.write_all(b":").await.ok()?;
            }
        }
        Act::Huge(kind, lines) => {
            socket.write_all(open(kind).as_bytes()).await.ok()?;
            let mut block = vec![b'x'; 1 << 16];
            if lines == Lines::Some {
                block.iter_mut().step_by(1_000).for_each(|byte| *byte = b'\n');
            }
            for _ in 0..(1 << 14) {
                socket.write_all(&block).await.ok()?;
                double.sent.fetch_add(block.len(), Ordering::SeqCst);
            }
            None
        }
        Act::Raw(kind, body) => {
            let head = format!("HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n", body.len());
            socket.write_all(head.as_bytes()).await.ok()?;
            socket.write_all(body).await.ok()
        }
        Act::Silence => {
            tokio::time::sleep(Duration::from_secs(600)).await;
            None
        }
    }
}

fn open(kind: &str) -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\nconnection: close\r\n\r\n")
}

async fn answer(socket: &mut TcpStream, tokens: u64, double: &Double, question: &str) -> Option<()> {
    let body = super::support::stream(&["An ", "answer."])
        .replace("\"completion_tokens\":4", &format!("\"completion_tokens\":{tokens}"));
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: {}\r\n\r\n", body.len());
    socket.write_all((head + &body).as_bytes()).await.ok()?;
    *double.seen.lock().unwrap().answered.entry(question.to_owned()).or_default() += 1;
    Some(())
}

/// Reads one request: its head and its body.
async fn request(socket: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<(String, Vec<u8>)> {
    loop {
        if let Some(end) = buffer.windows(4).position(|part| part == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&buffer[..end]).into_owned();
            let lower = head.to_ascii_lowercase();
            let length = lower.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
            let all = end + 4 + length.unwrap_or(0);
            if buffer.len() >= all {
                let body = buffer[end + 4..all].to_vec();
                buffer.drain(..all);
                return Some((head, body));
            }
        }
        let mut piece = [0; 8_192];
        match socket.read(&mut piece).await {
            Ok(read @ 1..) => buffer.extend_from_slice(&piece[..read]),
            _ => return None,
        }
    }
}
