//! The profiles of AWS's configuration file, as far as the credential chain does not read them itself.
//!
//! Source: the AWS SDKs and tools reference guide, "Shared config and credentials files".

use std::collections::HashMap;

use super::super::key::Environment;

/// A section's settings.
pub(super) type Section = HashMap<String, String>;

/// The sections of a configuration file.
#[derive(Debug, Default)]
pub(super) struct Profiles {
    sections: HashMap<String, Section>,
    /// The profile that is meant where none is named.
    chosen: String,
}

impl Profiles {
    /// Those of the user; none where there is no file.
    pub(super) fn of(environment: &Environment) -> Self {
        let chosen = environment.text("AWS_PROFILE").unwrap_or_else(|| "default".to_owned());
        let path = environment.text("AWS_CONFIG_FILE").or_else(|| {
            let home = environment.text("HOME").or_else(|| environment.text("USERPROFILE"))?;
            Some(format!("{home}/.aws/config"))
        });
        let text = path.and_then(|path| std::fs::read_to_string(path).ok()).unwrap_or_default();
        Self { sections: sections(&text), chosen }
    }

    /// The chosen profile.
    pub(super) fn chosen(&self) -> Option<&Section> {
        self.profile(&self.chosen)
    }

    /// A profile by name.
    pub(super) fn profile(&self, name: &str) -> Option<&Section> {
        let titled = self.sections.get(&format!("profile {name}"));
        titled.or_else(|| self.sections.get("default").filter(|_| name == "default"))
    }

    /// A session of IAM Identity Center by name.
    pub(super) fn session(&self, name: &str) -> Option<&Section> {
        self.sections.get(&format!("sso-session {name}"))
    }
}

fn sections(text: &str) -> HashMap<String, Section> {
    let mut sections: HashMap<String, Section> = HashMap::new();
    let mut name = None;
    for line in text.lines() {
        // Lines that are set in belong to a setting of another service.
        if line.starts_with([' ', '\t', '#', ';']) {
            continue;
        }
        let line = line.trim_end();
        if let Some(title) = line.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
            name = Some(title.split_whitespace().collect::<Vec<_>>().join(" "));
        } else if let (Some(name), Some((key, value))) = (&name, line.split_once('=')) {
            let value = value.split(" #").next().unwrap_or_default().trim().to_owned();
            sections.entry(name.clone()).or_default().insert(key.trim().to_owned(), value);
        }
    }
    sections
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_and_sessions_as_the_tools_write_them() {
        let text = "# mine\n[default]\nregion=eu-central-1\ns3 =\n  region = nowhere\n\n[profile  work]\nrole_arn = arn:x # c\n\
                    sso_session = corp\n[sso-session corp]\nsso_region = us-east-1\n";
        let profiles = Profiles { sections: sections(text), chosen: "work".into() };
        assert_eq!(profiles.chosen().unwrap()["role_arn"], "arn:x");
        assert_eq!(profiles.profile("default").unwrap()["region"], "eu-central-1");
        assert_eq!(profiles.session("corp").unwrap()["sso_region"], "us-east-1");
        assert!(profiles.profile("other").is_none());
    }
}
