//! The endpoint that the user or the environment names.
//!
//! Source: the OpenTelemetry specification, "OpenTelemetry Protocol Exporter".

use secrecy::SecretString;

use crate::config::Environment;
use crate::http::PlainHttp;

/// How requests are encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// `http/protobuf`.
    Protobuf,
    /// `http/json`.
    Json,
}

/// Whether requests are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// They are not.
    None,
    /// With gzip.
    Gzip,
}

/// Whether plain http may leave the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlainRule {
    /// It stays here.
    ThisMachineOnly,
    /// It may: the user said so.
    Anywhere,
}

/// An endpoint as it is asked for.
#[derive(Clone, Debug)]
pub struct EndpointOrder {
    /// The address without the path of the signal.
    pub(super) base: String,
    pub(super) headers: Vec<(String, SecretString)>,
    pub(super) encoding: Encoding,
    pub(super) compression: Compression,
    pub(super) plain_http: PlainHttp,
}

/// Why there is no endpoint; values are not repeated, since they may hold keys.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoEndpoint {
    /// None is named.
    #[error("no endpoint is named: say --otlp URL, or set OTEL_EXPORTER_OTLP_ENDPOINT")]
    Unnamed,
    /// The address is none.
    #[error("the endpoint is no address such as http://127.0.0.1:4318 without user, password and query")]
    Address,
    /// A protocol that is not spoken.
    #[error(
        "OTEL_EXPORTER_OTLP_PROTOCOL must be http/protobuf or http/json: gRPC is not spoken; collectors take HTTP at 4318"
    )]
    Protocol,
    /// A compression that is not known.
    #[error("OTEL_EXPORTER_OTLP_COMPRESSION must be gzip or none")]
    Compression,
    /// Headers that cannot be read.
    #[error("OTEL_EXPORTER_OTLP_HEADERS must be name=value pairs, divided by commas")]
    Headers,
}

/// The path that is added to the address, and that an address may already have.
pub(super) const TRACES: &str = "/v1/traces";

impl EndpointOrder {
    /// The endpoint at an address, else the environment's; headers, encoding and compression are the environment's.
    pub fn read(url: Option<&str>, rule: PlainRule, environment: &dyn Environment) -> Result<Self, NoEndpoint> {
        let plain_http = match rule {
            PlainRule::ThisMachineOnly => PlainHttp::LoopbackOnly,
            PlainRule::Anywhere => PlainHttp::Anywhere,
        };
        let variable = |name: &str| {
            let own = environment.text(&format!("OTEL_EXPORTER_OTLP_TRACES_{name}"));
            own.or_else(|| environment.text(&format!("OTEL_EXPORTER_OTLP_{name}")))
        };
        let url = url.map(str::to_owned).or_else(|| variable("ENDPOINT")).ok_or(NoEndpoint::Unnamed)?;
        let encoding = match variable("PROTOCOL").as_deref() {
            None | Some("http/protobuf") => Encoding::Protobuf,
            Some("http/json") => Encoding::Json,
            Some(_) => return Err(NoEndpoint::Protocol),
        };
        let compression = match variable("COMPRESSION").as_deref() {
            None | Some("none") => Compression::None,
            Some("gzip") => Compression::Gzip,
            Some(_) => return Err(NoEndpoint::Compression),
        };
        let headers = variable("HEADERS").map(|text| headers(&text)).transpose()?.unwrap_or_default();
        Ok(Self { base: base(&url)?, headers, encoding, compression, plain_http })
    }
}

fn base(url: &str) -> Result<String, NoEndpoint> {
    let url = url.trim().trim_end_matches('/');
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).ok_or(NoEndpoint::Address)?;
    let authority = rest.split('/').next().unwrap_or_default();
    if authority.is_empty() || authority.contains('@') || url.contains(['?', '#']) || url.contains(char::is_whitespace)
    {
        return Err(NoEndpoint::Address);
    }
    Ok(url.strip_suffix(TRACES).unwrap_or(url).to_owned())
}

fn headers(text: &str) -> Result<Vec<(String, SecretString)>, NoEndpoint> {
    let pairs = text.split(',').map(str::trim).filter(|pair| !pair.is_empty());
    let read = |pair: &str| {
        let (name, value) = pair.split_once('=')?;
        let name = name.trim().to_ascii_lowercase();
        let good =
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        good.then(|| Some((name, SecretString::from(decoded(value.trim())?))))?
    };
    pairs.map(|pair| read(pair).ok_or(NoEndpoint::Headers)).collect()
}

/// A value without its percent encoding, as W3C baggage has it.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let code = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        let code = code.and_then(|two| u8::from_str_radix(two, 16).ok()).filter(|_| first == b'%');
        bytes.push(code.unwrap_or(first));
        rest = if code.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Variables;
    use secrecy::ExposeSecret;

    fn read(url: Option<&str>, variables: &[(&str, &str)]) -> Result<EndpointOrder, NoEndpoint> {
        EndpointOrder::read(url, PlainRule::ThisMachineOnly, &Variables::fixed(variables.iter().copied()))
    }

    #[test]
    fn the_environment_of_opentelemetry_is_read() {
        let order = read(
            None,
            &[
                ("OTEL_EXPORTER_OTLP_ENDPOINT", "https://otlp.example.com/otlp/"),
                ("OTEL_EXPORTER_OTLP_HEADERS", "Authorization=Basic%20abc%3D, x-scope = a=b"),
                ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/json"),
                ("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip"),
            ],
        );
        let order = order.unwrap();
        assert_eq!(order.base, "https://otlp.example.com/otlp");
        let headers: Vec<_> =
            order.headers.iter().map(|(name, value)| (name.as_str(), value.expose_secret())).collect();
        assert_eq!(headers, [("authorization", "Basic abc="), ("x-scope", "a=b")]);
        assert_eq!((order.encoding, order.compression), (Encoding::Json, Compression::Gzip));
        assert!(!format!("{order:?}").contains("abc"));
    }

    #[test]
    fn addresses_with_and_without_the_path() {
        let base = |url: &str| read(Some(url), &[]).map(|order| order.base);
        assert_eq!(base("http://127.0.0.1:4318").as_deref(), Ok("http://127.0.0.1:4318"));
        assert_eq!(base("https://h.example/x/v1/traces").as_deref(), Ok("https://h.example/x"));
        for wrong in
            ["127.0.0.1:4318", "https://u:p@h.example", "https://h.example?key=1", "ftp://h.example", "https://"]
        {
            assert_eq!(base(wrong), Err(NoEndpoint::Address), "{wrong}");
        }
        assert_eq!(read(None, &[]).unwrap_err(), NoEndpoint::Unnamed);
        let grpc = [("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")];
        assert_eq!(read(Some("http://127.0.0.1:4317"), &grpc).unwrap_err(), NoEndpoint::Protocol);
        let odd = [("OTEL_EXPORTER_OTLP_HEADERS", "secret")];
        let error = read(Some("http://127.0.0.1:4317"), &odd).unwrap_err();
        assert!(!error.to_string().contains("secret"));
    }
}
