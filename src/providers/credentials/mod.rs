//! Credentials that expire: the chains of cloud makers, read by a crate that keeps up with them.

mod aws;
mod aws_profiles;
mod context;

pub(super) use aws::{AwsCredentials, SignedHeaders, aws_region};
