//! Reads back what a certificate is constrained to, and describes it. The certificate is the truth, not a list
//! kept beside it.

use super::Description;
use rcgen::{KeyPair, PublicKeyData};
use rustls::pki_types::CertificateDer;
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::prelude::{FromDer, X509Certificate};

/// The DNS names to which an authority is constrained.
pub(super) fn permitted(der: &CertificateDer<'_>) -> Result<Vec<String>, String> {
    let (_, certificate) = X509Certificate::from_der(der).map_err(|_| String::from("is no certificate"))?;
    if !certificate.is_ca() {
        return Err(String::from("may not sign certificates"));
    }
    if !certificate.validity().is_valid() {
        return Err(String::from("has run out, or is not good yet (is the clock right?)"));
    }
    let constraints = certificate
        .extensions()
        .iter()
        .filter(|extension| extension.critical)
        .find_map(|extension| match extension.parsed_extension() {
            ParsedExtension::NameConstraints(constraints) => Some(constraints),
            _ => None,
        })
        .ok_or_else(|| String::from("has no critical name constraints"))?;
    let names: Vec<String> = constraints
        .permitted_subtrees
        .iter()
        .flatten()
        .filter_map(|subtree| match subtree.base {
            GeneralName::DNSName(name) => Some(name.trim_start_matches('.').to_ascii_lowercase()),
            _ => None,
        })
        .filter(|name| !name.is_empty())
        .collect();
    if names.is_empty() {
        return Err(String::from("has name constraints that permit no DNS name"));
    }
    Ok(names)
}

/// Whether `key` is the private half of the certificate's key.
pub(super) fn is_key_of(der: &CertificateDer<'_>, key: &KeyPair) -> bool {
    X509Certificate::from_der(der)
        .is_ok_and(|(_, certificate)| certificate.public_key().raw == key.subject_public_key_info())
}

/// The certificate in words.
pub(super) fn describe(der: &CertificateDer<'_>) -> Option<Description> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    let name = certificate.subject().iter_common_name().next().and_then(|name| name.as_str().ok());
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, der);
    Some(Description {
        name: name.unwrap_or("(no name)").to_owned(),
        not_after: certificate.validity().not_after.to_string(),
        fingerprint: digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect(),
    })
}
