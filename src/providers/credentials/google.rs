//! Google's application default credentials.
//!
//! In order: the file that `GOOGLE_APPLICATION_CREDENTIALS` names (a service account, a workload identity federation, an
//! impersonation, a user), the file that `gcloud auth application-default login` writes, and the machine's own service
//! account. Source: Google Cloud's documentation, "How Application Default Credentials works".

use ::http::Request;
use ::http::header::AUTHORIZATION;
use reqsign_core::{Context, Error, ProvideCredential, Result, Signer};
use reqsign_google::{Credential, DefaultCredentialProvider, RequestSigner, ServiceAccountTokenCredentialProvider};
use secrecy::SecretString;

use super::super::error::{CallError, CallErrorKind};
use super::super::key::Environment;
use super::context::context;

/// What the chain reads by asking for all variables.
const VARIABLES: &[&str] =
    &["GOOGLE_APPLICATION_CREDENTIALS", "GCE_METADATA_HOST", "HOME", "XDG_CONFIG_HOME", "APPDATA"];
/// The service that requests are signed for; tokens are the same for all.
const SERVICE: &str = "aiplatform";
/// An address to sign for: a token does not depend on it.
const ADDRESS: &str = "https://aiplatform.googleapis.com/";
/// The most characters of a reason that are kept.
const LONGEST: usize = 300;

/// Google's credentials; a token is kept until it is about to expire.
pub(in crate::providers) struct GoogleCredentials {
    signer: Signer<Credential>,
}

impl GoogleCredentials {
    /// Those of the environment. Nothing is read yet.
    pub(in crate::providers) fn new(environment: &Environment) -> Self {
        Self { signer: Signer::new(context(environment, VARIABLES), Chain, RequestSigner::new(SERVICE)) }
    }

    /// A token that lets requests in.
    pub(in crate::providers) async fn token(&self) -> std::result::Result<SecretString, CallError> {
        let request = Request::get(ADDRESS).body(()).map_err(|_| failed(&Error::unexpected("no address")))?;
        let mut head = request.into_parts().0;
        self.signer.sign(&mut head, None).await.map_err(|error| failed(&error))?;
        let header = head.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = header.and_then(|text| text.strip_prefix("Bearer "));
        token.map(SecretString::from).ok_or_else(|| failed(&Error::credential_invalid("none was found")))
    }
}

fn failed(error: &Error) -> CallError {
    let reason: String = error.to_string().chars().take(LONGEST).collect();
    CallError::new(
        CallErrorKind::Unauthorized,
        format!(
            "no Google credentials: {reason}; run `gcloud auth application-default login`, set \
             GOOGLE_APPLICATION_CREDENTIALS, or api_key_cmd = \"gcloud auth print-access-token\" for the provider"
        ),
    )
}

/// The chain, with the key of a service account put to use at once: the crate keeps tokens, and would otherwise ask for one
/// with each request.
#[derive(Debug)]
struct Chain;

impl ProvideCredential for Chain {
    type Credential = Credential;

    async fn provide_credential(&self, context: &Context) -> Result<Option<Credential>> {
        let found = DefaultCredentialProvider::new().provide_credential(context).await?;
        match found {
            Some(Credential { service_account: Some(account), token: None, .. }) => {
                ServiceAccountTokenCredentialProvider::new(account).provide_credential(context).await
            }
            other => Ok(other),
        }
    }
}
