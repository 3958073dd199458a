//! One exchange with a place that hands out credentials: a token service, or a machine's own metadata service.

use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use ::http::{Request, Response};
use bytes::{Bytes, BytesMut};
use reqwest::redirect::Policy;
use tokio::time::timeout;

use super::error::{HttpError, HttpErrorKind};
use super::origin::Origin;

/// Longest wait for the whole exchange.
const WHOLE: Duration = Duration::from_secs(20);
/// Longest wait for a connection to a metadata service: most machines have none, and say so by silence.
const CONNECT_NEAR: Duration = Duration::from_secs(1);
/// Longest wait for a connection to any other place.
const CONNECT_FAR: Duration = Duration::from_secs(10);
/// The largest answer in bytes.
const LIMIT: usize = 1 << 20;
/// The name of Google's metadata service, which speaks plain http as all metadata services do.
const GOOGLE: &str = "metadata.google.internal";
/// The address of Amazon's metadata service (IPv6).
const AMAZON_V6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x0254);

/// Sends a request and reads its whole answer, whatever its status.
///
/// Plain http goes to this machine and to metadata services only, never through a proxy; redirects are not followed. Errors
/// name the origin and nothing of what was sent.
pub async fn exchange(request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
    let origin = Origin::of(&request.uri().to_string())?;
    let near = is_near(&origin);
    let shown = origin.to_string();
    if origin.scheme != "https" && !near {
        return Err(HttpError::new(HttpErrorKind::NotAllowed, shown));
    }
    let connect = if near { CONNECT_NEAR } else { CONNECT_FAR };
    let builder = reqwest::Client::builder().redirect(Policy::none()).referer(false).connect_timeout(connect);
    let builder = if near { builder.no_proxy() } else { builder };
    let client = builder.build().map_err(|_| HttpError::new(HttpErrorKind::Setup, shown.as_str()))?;
    match timeout(WHOLE, send(&client, request, &shown)).await {
        Ok(done) => done,
        Err(_) => Err(HttpError::new(HttpErrorKind::FirstByteTimeout, shown)),
    }
}

async fn send(client: &reqwest::Client, request: Request<Bytes>, shown: &str) -> Result<Response<Bytes>, HttpError> {
    let fail = |kind| HttpError::new(kind, shown);
    let request = reqwest::Request::try_from(request).map_err(|_| fail(HttpErrorKind::BadAddress))?;
    let mut answer = client.execute(request).await.map_err(|error| {
        fail(if error.is_connect() || error.is_timeout() { HttpErrorKind::Connect } else { HttpErrorKind::Broken })
    })?;
    let mut body = BytesMut::new();
    while let Some(piece) = answer.chunk().await.map_err(|_| fail(HttpErrorKind::Broken))? {
        if body.len() + piece.len() > LIMIT {
            return Err(fail(HttpErrorKind::TooLarge));
        }
        body.extend_from_slice(&piece);
    }
    let mut response = Response::new(body.freeze());
    *response.status_mut() = answer.status();
    *response.headers_mut() = std::mem::take(answer.headers_mut());
    Ok(response)
}

/// Whether it is this machine or a metadata service, which is reached without leaving the machine's own network.
fn is_near(origin: &Origin) -> bool {
    origin.is_loopback()
        || origin.host.eq_ignore_ascii_case(GOOGLE)
        || origin.host.parse::<IpAddr>().is_ok_and(|address| match address {
            IpAddr::V4(v4) => v4.is_link_local(),
            IpAddr::V6(v6) => v6 == AMAZON_V6 || v6.is_unicast_link_local(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn plain_http_goes_to_metadata_services_only() {
        for (url, near) in [
            ("http://169.254.169.254/latest", true),
            ("http://169.254.170.2/creds", true),
            ("http://[fd00:ec2::254]/", true),
            ("http://metadata.google.internal/computeMetadata", true),
            ("http://127.0.0.1:9/", true),
            ("http://sts.example.com/", false),
            ("http://metadata.google.internal.example.com/", false),
        ] {
            assert_eq!(is_near(&Origin::of(url).unwrap()), near, "{url}");
        }
        let request = Request::post("http://sts.example.com/?secret=1").body(Bytes::from_static(b"key")).unwrap();
        let error = exchange(request).await.unwrap_err();
        assert_eq!(error.kind, HttpErrorKind::NotAllowed);
        assert!(!error.to_string().contains("secret"));
    }
}
