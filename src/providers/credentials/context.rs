//! What the credential chains may use of this machine: variables, files, commands, and one way to send a request.

use std::collections::HashMap;
use std::path::PathBuf;
use std::process::Stdio;

use bytes::Bytes;
use reqsign_core::{CommandExecute, CommandOutput, Context, Env, Error, FileRead, HttpSend, Result};

use super::super::key::Environment;
use super::super::registry::REGISTRY;
use crate::http::exchange;

/// A context over the environment that the program was given.
pub(super) fn context(environment: &Environment, names: &'static [&'static str]) -> Context {
    Context::new()
        .with_http_send(Sends)
        .with_file_read(Files)
        .with_command_execute(Commands)
        .with_env(Variables { environment: environment.clone(), names })
}

#[derive(Debug)]
struct Sends;

impl HttpSend for Sends {
    async fn http_send(&self, request: ::http::Request<Bytes>) -> Result<::http::Response<Bytes>> {
        exchange(request).await.map_err(|error| Error::unexpected(error.to_string()))
    }
}

#[derive(Debug)]
struct Files;

impl FileRead for Files {
    async fn file_read(&self, path: &str) -> Result<Vec<u8>> {
        let owned = path.to_owned();
        let read = tokio::task::spawn_blocking(move || std::fs::read(owned)).await;
        let read = read.map_err(|_| Error::unexpected("the reading of a file was ended"))?;
        read.map_err(|error| Error::config_invalid(format!("{path} cannot be read ({})", error.kind())))
    }
}

/// Runs `credential_process` of a profile: without input, and without the keys of providers.
#[derive(Debug)]
struct Commands;

impl CommandExecute for Commands {
    async fn command_execute<'a>(&'a self, program: &'a str, args: &'a [&'a str]) -> Result<CommandOutput> {
        let mut command = tokio::process::Command::new(program);
        command.args(args).stdin(Stdio::null()).kill_on_drop(true);
        for variable in REGISTRY.iter().filter_map(|entry| entry.usual_key) {
            command.env_remove(variable);
        }
        let output = command
            .output()
            .await
            .map_err(|error| Error::config_invalid(format!("credential_process: {program} ({})", error.kind())))?;
        // What a failing command says may hold anything, a key too.
        Ok(CommandOutput { status: output.status.code().unwrap_or(-1), stdout: output.stdout, stderr: Vec::new() })
    }
}

/// The variables of the program, of which the chains ask some by name and some all at once.
struct Variables {
    environment: Environment,
    names: &'static [&'static str],
}

impl std::fmt::Debug for Variables {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Variables")
    }
}

impl Env for Variables {
    fn var(&self, key: &str) -> Option<String> {
        self.environment.text(key)
    }

    fn vars(&self) -> HashMap<String, String> {
        self.names.iter().filter_map(|name| Some(((*name).to_owned(), self.environment.text(name)?))).collect()
    }

    fn home_dir(&self) -> Option<PathBuf> {
        self.environment.text("HOME").or_else(|| self.environment.text("USERPROFILE")).map(PathBuf::from)
    }
}
