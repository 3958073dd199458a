//! Credentials that expire: the chains of cloud makers, read by a crate that keeps up with them.

mod aws;
mod aws_profiles;
mod context;
mod google;

pub(super) use aws::{AwsCredentials, SignedHeaders, aws_region};
pub(super) use google::GoogleCredentials;
