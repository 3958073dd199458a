//! AWS's credential chain and signature: version 4 of the signing process.
//!
//! In order: variables, a role of the profile, the profile's own keys, IAM Identity Center, `credential_process`, a web
//! identity, a container's role, and the machine's role. Source: the AWS SDKs and tools reference guide, "Credential
//! providers", and "Signature Version 4 for API requests" of the IAM user guide.

use ::http::{HeaderMap, Method, Request};
use reqsign_aws_v4::{
    AssumeRoleCredentialProvider, AssumeRoleWithWebIdentityCredentialProvider, Credential, DefaultCredentialProvider,
    ECSCredentialProvider, EnvCredentialProvider, IMDSv2CredentialProvider, ProcessCredentialProvider,
    ProfileCredentialProvider, RequestSigner, SSOCredentialProvider,
};
use reqsign_core::hash::hex_sha256;
use reqsign_core::{Context, Error, ProvideCredential, ProvideCredentialChain, ProvideCredentialDyn, Result, Signer};
use secrecy::SecretString;

use super::super::error::{CallError, CallErrorKind};
use super::super::key::Environment;
use super::aws_profiles::{Profiles, Section};
use super::context::context;

/// What a chain reads by asking for all variables.
const VARIABLES: &[&str] = &[
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_PROFILE",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_STS_REGIONAL_ENDPOINTS",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_EC2_METADATA_DISABLED",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT",
];
/// The name under which a role is taken on, as the account's own log shows it.
const SESSION_NAME: &str = "hindcast";
/// The most characters of a reason that are kept.
const LONGEST: usize = 300;

/// The region that the environment or the chosen profile names.
pub(in crate::providers) fn aws_region(environment: &Environment) -> Option<String> {
    let named = environment.text("AWS_REGION").or_else(|| environment.text("AWS_DEFAULT_REGION"));
    named.or_else(|| Profiles::of(environment).chosen()?.get("region").cloned())
}

/// Credentials of AWS that sign requests to one service of one region.
pub(in crate::providers) struct AwsCredentials {
    signer: Signer<Credential>,
}

/// The headers that make a request a signed one.
pub(in crate::providers) struct SignedHeaders {
    /// `authorization`.
    pub authorization: SecretString,
    /// `x-amz-date`.
    pub date: String,
    /// `x-amz-content-sha256`.
    pub content: String,
    /// `x-amz-security-token`, where the credentials are temporary.
    pub token: Option<SecretString>,
}

impl AwsCredentials {
    /// Credentials for a service such as `bedrock`. Nothing is read but the names in the configuration file.
    pub(in crate::providers) fn new(service: &str, region: &str, environment: &Environment) -> Self {
        let context = context(environment, VARIABLES);
        let chain = chain(&Profiles::of(environment), region, &context);
        Self { signer: Signer::new(context, chain, RequestSigner::new(service, region)) }
    }

    /// Signs a request, whose body is JSON where it has one; credentials that are about to expire are fetched anew.
    ///
    /// The canonical path is the encoded path encoded once more, as all services but S3 want it; the crate encodes as S3
    /// does, so that it is given the path with its percent signs encoded.
    pub(in crate::providers) async fn sign(
        &self,
        method: Method,
        url: &str,
        body: &[u8],
    ) -> std::result::Result<SignedHeaders, CallError> {
        let has_body = method == Method::POST;
        let request = Request::builder().method(method).uri(encoded_once_more(url));
        let request = if has_body { request.header("content-type", "application/json") } else { request };
        let request = request
            .header("x-amz-content-sha256", hex_sha256(body))
            .body(())
            .map_err(|_| CallError::new(CallErrorKind::NotAllowed, "the address cannot be signed"))?;
        let mut head = request.into_parts().0;
        self.signer.sign(&mut head, None).await.map_err(|error| failed(&error))?;
        let text = |name: &str| header(&head.headers, name);
        Ok(SignedHeaders {
            authorization: text("authorization").unwrap_or_default().into(),
            date: text("x-amz-date").unwrap_or_default(),
            content: text("x-amz-content-sha256").unwrap_or_default(),
            token: text("x-amz-security-token").map(SecretString::from),
        })
    }
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

fn encoded_once_more(url: &str) -> String {
    let (path, query) = url.split_once('?').map_or((url, None), |(path, query)| (path, Some(query)));
    let path = path.replace('%', "%25");
    query.map_or(path.clone(), |query| format!("{path}?{query}"))
}

fn failed(error: &Error) -> CallError {
    let reason: String = error.to_string().chars().take(LONGEST).collect();
    CallError::new(
        CallErrorKind::Unauthorized,
        format!(
            "no AWS credentials: {reason}; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, choose a profile with \
             AWS_PROFILE, or set AWS_BEARER_TOKEN_BEDROCK"
        ),
    )
}

/// Asks one source after the other, and keeps why those that are configured gave nothing.
#[derive(Debug)]
struct Chain {
    sources: Vec<Box<dyn ProvideCredentialDyn<Credential = Credential>>>,
    /// The machine's own role, asked last: that most machines have none is nothing to tell of.
    last: IMDSv2CredentialProvider,
}

impl ProvideCredential for Chain {
    type Credential = Credential;

    async fn provide_credential(&self, context: &Context) -> Result<Option<Credential>> {
        let mut reason = None;
        for source in &self.sources {
            match source.provide_credential_dyn(context).await {
                Ok(None) => {}
                Ok(found) => return Ok(found),
                Err(error) => reason = reason.or(Some(error)),
            }
        }
        match self.last.provide_credential(context).await {
            Ok(Some(found)) => Ok(Some(found)),
            _ => Err(reason.unwrap_or_else(|| {
                Error::credential_invalid("none in variables, profiles, containers or this machine's role")
            })),
        }
    }
}

fn chain(profiles: &Profiles, region: &str, context: &Context) -> Chain {
    let mut sources: Vec<Box<dyn ProvideCredentialDyn<Credential = Credential>>> =
        vec![Box::new(EnvCredentialProvider::new())];
    if let Some(profile) = profiles.chosen() {
        sources.extend(role(profiles, profile, region, context));
        sources.extend(session(profiles, profile));
    }
    sources.push(Box::new(ProfileCredentialProvider::new()));
    sources.push(Box::new(SSOCredentialProvider::new()));
    sources.push(Box::new(ProcessCredentialProvider::new()));
    sources.push(Box::new(AssumeRoleWithWebIdentityCredentialProvider::new()));
    sources.push(Box::new(Container));
    Chain { sources, last: IMDSv2CredentialProvider::default() }
}

/// A container's role, where one is configured at all.
#[derive(Debug)]
struct Container;

impl ProvideCredential for Container {
    type Credential = Credential;

    async fn provide_credential(&self, context: &Context) -> Result<Option<Credential>> {
        let told = ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"];
        if told.iter().all(|name| context.env_var(name).is_none()) {
            return Ok(None);
        }
        ECSCredentialProvider::new().provide_credential(context).await
    }
}

/// A role that the profile says to take on, with the credentials of another profile or source.
fn role(
    profiles: &Profiles,
    profile: &Section,
    region: &str,
    context: &Context,
) -> Option<Box<dyn ProvideCredentialDyn<Credential = Credential>>> {
    let role = profile.get("role_arn")?.clone();
    if let Some(file) = profile.get("web_identity_token_file") {
        let provider = AssumeRoleWithWebIdentityCredentialProvider::with_config(role, file.into());
        return Some(Box::new(provider));
    }
    if profile.contains_key("mfa_serial") {
        return Some(Box::new(NeedsCode));
    }
    let mut source = ProvideCredentialChain::new();
    if let Some(name) = profile.get("source_profile") {
        if let Some(session) = profiles.profile(name).and_then(|other| session(profiles, other)) {
            source = source.push(Boxed(session));
        }
        let keys = DefaultCredentialProvider::builder().no_env().no_web_identity().no_ecs().no_imds();
        source = source.push(keys.with_profile(name).build());
    } else {
        source = match profile.get("credential_source").map(String::as_str) {
            Some("EcsContainer") => source.push(ECSCredentialProvider::new()),
            Some("Ec2InstanceMetadata") => source.push(IMDSv2CredentialProvider::default()),
            _ => source.push(EnvCredentialProvider::new()),
        };
    }
    let region = profile.get("region").map_or(region, String::as_str);
    let signer = Signer::new(context.clone(), source, RequestSigner::new("sts", region));
    let name = profile.get("role_session_name").map_or(SESSION_NAME, String::as_str);
    let mut provider = AssumeRoleCredentialProvider::new(role, signer)
        .with_region(region.to_owned())
        .with_regional_sts_endpoint()
        .with_role_session_name(name.to_owned());
    if let Some(id) = profile.get("external_id") {
        provider = provider.with_external_id(id.clone());
    }
    if let Some(seconds) = profile.get("duration_seconds").and_then(|text| text.parse().ok()) {
        provider = provider.with_duration_seconds(seconds);
    }
    Some(Box::new(provider))
}

/// A profile of a named session of IAM Identity Center; `aws sso login` keeps its token under the session's name.
fn session(profiles: &Profiles, profile: &Section) -> Option<Box<dyn ProvideCredentialDyn<Credential = Credential>>> {
    let name = profile.get("sso_session")?;
    let region = profiles.session(name)?.get("sso_region")?;
    let provider = SSOCredentialProvider::new()
        .with_account_id(profile.get("sso_account_id")?)
        .with_role_name(profile.get("sso_role_name")?)
        .with_region(region)
        .with_start_url(name);
    Some(Box::new(provider))
}

/// A source behind a pointer.
#[derive(Debug)]
struct Boxed(Box<dyn ProvideCredentialDyn<Credential = Credential>>);

impl ProvideCredential for Boxed {
    type Credential = Credential;

    async fn provide_credential(&self, context: &Context) -> Result<Option<Credential>> {
        self.0.provide_credential_dyn(context).await
    }
}

/// A role that only somebody with a code may take on.
#[derive(Debug)]
struct NeedsCode;

impl ProvideCredential for NeedsCode {
    type Credential = Credential;

    async fn provide_credential(&self, _: &Context) -> Result<Option<Credential>> {
        Err(Error::config_invalid(
            "the profile's role wants an MFA code, which is not asked for here: let `aws configure export-credentials` \
             give the keys, through the environment or as credential_process",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqsign_core::hash::{hex_hmac_sha256, hmac_sha256};
    use secrecy::ExposeSecret;

    #[test]
    fn only_the_path_is_encoded_again() {
        assert_eq!(encoded_once_more("https://h/model/a%3A0/converse?x=%2F"), "https://h/model/a%253A0/converse?x=%2F");
    }

    /// The signature computed by hand, step for step of the signing process.
    #[tokio::test]
    async fn signatures_are_those_of_the_signing_process() {
        let variables = [
            ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
            ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
            ("AWS_SESSION_TOKEN", "token/123"),
        ];
        let credentials = AwsCredentials::new("bedrock", "us-east-1", &Environment::of(variables));
        let url = "https://bedrock-runtime.us-east-1.amazonaws.com/model/us.anthropic.claude-opus-4-5-20251101-v1%3A0/converse";
        let body = br#"{"messages":[]}"#;
        let signed = credentials.sign(Method::POST, url, body).await.unwrap();
        let date = signed.date.as_str();
        let canonical = format!(
            "POST\n/model/us.anthropic.claude-opus-4-5-20251101-v1%253A0/converse\n\ncontent-type:application/json\n\
             host:bedrock-runtime.us-east-1.amazonaws.com\nx-amz-content-sha256:{hash}\nx-amz-date:{date}\n\
             x-amz-security-token:token/123\n\n\
             content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token\n{hash}",
            hash = hex_sha256(body)
        );
        let scope = format!("{}/us-east-1/bedrock/aws4_request", &date[..8]);
        let to_sign = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{}", hex_sha256(canonical.as_bytes()));
        let mut key = b"AWS4wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_vec();
        for step in [&date[..8], "us-east-1", "bedrock", "aws4_request"] {
            key = hmac_sha256(&key, step.as_bytes());
        }
        let signature = hex_hmac_sha256(&key, to_sign.as_bytes());
        let authorization = signed.authorization.expose_secret();
        assert!(authorization.starts_with(&format!("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/{scope}, ")));
        assert!(authorization.ends_with(&format!("Signature={signature}")), "{authorization}");
        assert_eq!(signed.token.unwrap().expose_secret(), "token/123");
    }

    #[tokio::test]
    async fn profiles_processes_and_roles_are_followed_and_their_failures_told() {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("config");
        let print = r#"printf {"Version":1,"AccessKeyId":"AKIDPROCESS","SecretAccessKey":"s"}"#;
        let text =
            format!("[profile own]\ncredential_process = {print}\n[profile code]\nrole_arn = r\nmfa_serial = m\n");
        std::fs::write(&config, text).unwrap();
        let sign = async |profile: &str| {
            let environment = Environment::of([
                ("AWS_CONFIG_FILE", config.to_str().unwrap()),
                ("AWS_PROFILE", profile),
                ("AWS_EC2_METADATA_DISABLED", "true"),
            ]);
            let credentials = AwsCredentials::new("bedrock", "eu-west-1", &environment);
            let signed = credentials.sign(Method::GET, "https://h.example/", b"").await;
            signed.map(|signed| signed.authorization.expose_secret().to_owned()).map_err(|error| error.to_string())
        };
        assert!(sign("own").await.unwrap().contains("Credential=AKIDPROCESS/"));
        assert!(sign("code").await.unwrap_err().contains("MFA code"));
        assert!(sign("none").await.unwrap_err().contains("none in variables"));
    }

    #[test]
    fn the_region_comes_from_the_environment_or_the_profile() {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("config");
        std::fs::write(&config, "[default]\nregion = eu-central-1\n").unwrap();
        let path = config.to_str().unwrap();
        assert_eq!(aws_region(&Environment::of([("AWS_CONFIG_FILE", path)])).as_deref(), Some("eu-central-1"));
        let both = Environment::of([("AWS_CONFIG_FILE", path), ("AWS_REGION", "us-west-2")]);
        assert_eq!(aws_region(&both).as_deref(), Some("us-west-2"));
        assert_eq!(aws_region(&Environment::of([])), None);
    }
}
