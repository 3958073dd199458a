//! A loopback stand-in for an OpenAI-compatible server with a fixed delay, so that only our own time is measured.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Starts the double on a free port in a thread of its own and returns its address; a streamed answer has so many pieces.
pub fn start(delay: Duration, pieces: usize) -> SocketAddr {
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async move {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
            sender.send(listener.local_addr().expect("an address")).expect("someone who waits");
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, delay, pieces));
            }
        });
    });
    receiver.recv().expect("the double starts")
}

async fn serve(mut stream: TcpStream, delay: Duration, pieces: usize) {
    let _ = stream.set_nodelay(true);
    let streamed = streamed(pieces);
    let mut buffer = Vec::new();
    while let Some(body) = next_request(&mut stream, &mut buffer).await {
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        let whole;
        let answer = if memchr::memmem::find(&body, b"\"stream\":true").is_some() {
            &streamed
        } else {
            whole = plain();
            &whole
        };
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

/// Reads one request and returns its body; `None` at the end of the connection.
async fn next_request(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Vec<u8>> {
    let mut piece = vec![0; 16 * 1024];
    loop {
        if let Some(head) = memchr::memmem::find(buffer, b"\r\n\r\n") {
            let text = String::from_utf8_lossy(&buffer[..head]).to_ascii_lowercase();
            let length = text
                .lines()
                .find_map(|line| line.strip_prefix("content-length:"))
                .and_then(|value| value.trim().parse::<usize>().ok())
                .unwrap_or(0);
            let end = head + 4 + length;
            if buffer.len() >= end {
                let body = buffer[head + 4..end].to_vec();
                buffer.drain(..end);
                return Some(body);
            }
        }
        match stream.read(&mut piece).await {
            Ok(read) if read > 0 => buffer.extend_from_slice(&piece[..read]),
            _ => return None,
        }
    }
}

const USAGE: &str = r#"{"prompt_tokens":300,"completion_tokens":40,"total_tokens":340}"#;

fn plain() -> String {
    let body = format!(
        r#"{{"id":"c","object":"chat.completion","created":1,"model":"double","choices":[{{"index":0,"message":{{"role":"assistant","content":"The API allows 600 requests a minute on Business."}},"finish_reason":"stop"}}],"usage":{USAGE}}}"#
    );
    format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

fn streamed(pieces: usize) -> String {
    let mut body = String::new();
    let mut event = |delta: &str, finish: &str, usage: &str| {
        let _ = write!(
            body,
            "data: {{\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"double\",\"choices\":[{{\"index\":0,\"delta\":{delta},\"finish_reason\":{finish}}}]{usage}}}\n\n"
        );
    };
    for piece in 0..pieces {
        event(&format!(r#"{{"content":"word{piece} "}}"#), "null", "");
    }
    event("{}", "\"stop\"", "");
    let _ = write!(
        body,
        "data: {{\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"double\",\"choices\":[],\"usage\":{USAGE}}}\n\ndata: [DONE]\n\n"
    );
    format!("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}
