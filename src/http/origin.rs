//! Scheme, host and port of an address, and the proxy that would be used for it.

use std::fmt;
use std::net::IpAddr;

use reqwest::Url;

use super::error::{HttpError, HttpErrorKind};

/// Scheme, host and port: all of an address that may be shown.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    /// `http` or `https`.
    pub scheme: String,
    /// The host, without brackets.
    pub host: String,
    /// The port, the scheme's own where none is written.
    pub port: u16,
}

impl Origin {
    /// The origin of a URL.
    pub fn of(url: &str) -> Result<Self, HttpError> {
        let wrong = || HttpError::new(HttpErrorKind::BadAddress, "the configured base_url");
        let url = Url::parse(url).map_err(|_| wrong())?;
        let host = url.host_str().ok_or_else(wrong)?.trim_matches(['[', ']']).to_owned();
        let port = url.port_or_known_default().ok_or_else(wrong)?;
        Ok(Self { scheme: url.scheme().to_owned(), host, port })
    }

    /// Whether it is this machine.
    pub fn is_loopback(&self) -> bool {
        self.host.eq_ignore_ascii_case("localhost")
            || self.host.parse::<IpAddr>().is_ok_and(|address| match address {
                IpAddr::V4(v4) => v4.is_loopback(),
                IpAddr::V6(v6) => v6.is_loopback() || v6.to_ipv4_mapped().is_some_and(|v4| v4.is_loopback()),
            })
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let brackets = if self.host.contains(':') { ("[", "]") } else { ("", "") };
        write!(f, "{}://{}{}{}", self.scheme, brackets.0, self.host, brackets.1)?;
        let usual = matches!((self.scheme.as_str(), self.port), ("http", 80) | ("https", 443));
        if usual { Ok(()) } else { write!(f, ":{}", self.port) }
    }
}

/// Whether a URL points to this machine.
pub fn is_loopback(url: &str) -> bool {
    Origin::of(url).is_ok_and(|origin| origin.is_loopback())
}

/// The proxy that the environment names for a URL, without user and password; loopback never has one.
///
/// Reads `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` in upper and lower case, as the HTTP library does.
pub fn proxy_for(url: &str, variable: impl Fn(&str) -> Option<String>) -> Option<String> {
    let origin = Origin::of(url).ok()?;
    if origin.is_loopback() {
        return None;
    }
    let either = |name: &str| variable(name).or_else(|| variable(&name.to_ascii_lowercase())).filter(|v| !v.is_empty());
    let excluded = either("NO_PROXY").is_some_and(|list| {
        list.split(',').map(str::trim).any(|entry| {
            let domain = entry.trim_start_matches('.');
            entry == "*"
                || (!domain.is_empty() && (origin.host == domain || origin.host.ends_with(&format!(".{domain}"))))
        })
    });
    if excluded {
        return None;
    }
    let own = if origin.scheme == "https" { "HTTPS_PROXY" } else { "HTTP_PROXY" };
    let proxy = either(own).or_else(|| either("ALL_PROXY"))?;
    let with_scheme = if proxy.contains("://") { proxy } else { format!("http://{proxy}") };
    Origin::of(&with_scheme).ok().map(|origin| origin.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_in_all_its_spellings() {
        for yes in [
            "http://127.0.0.1:8080/v1",
            "http://localhost",
            "http://LOCALHOST:1",
            "http://[::1]:9",
            "http://127.9.9.9",
            "http://[::ffff:127.0.0.1]/",
            "http://2130706433/",
            "http://0x7f.1/",
        ] {
            assert!(is_loopback(yes), "{yes}");
        }
        for no in ["http://10.0.0.1", "https://localhost.example.com", "http://[::2]", "nonsense"] {
            assert!(!is_loopback(no), "{no}");
        }
    }

    #[test]
    fn origins_show_no_user_path_or_query() {
        let origin = Origin::of("https://user:pw@api.example.com:8443/v1?key=abc").unwrap();
        assert_eq!(origin.to_string(), "https://api.example.com:8443");
        assert_eq!(Origin::of("http://[::1]:81/x").unwrap().to_string(), "http://[::1]:81");
    }

    #[test]
    fn the_proxy_is_shown_without_its_password() {
        let environment = |name: &str| match name {
            "https_proxy" => Some("http://me:secret@proxy.corp:3128".to_owned()),
            "NO_PROXY" => Some("internal.example, .corp".to_owned()),
            _ => None,
        };
        assert_eq!(proxy_for("https://api.openai.com/v1", environment), Some("http://proxy.corp:3128".into()));
        assert_eq!(proxy_for("https://a.internal.example", environment), None);
        assert_eq!(proxy_for("https://127.0.0.1:1", environment), None);
    }
}
