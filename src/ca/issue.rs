//! What root, intermediate and leaves look like. Knows no files.

use super::CaError;
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose, NameConstraints, PKCS_ECDSA_P256_SHA256, SanType,
    SerialNumber, date_time_ymd,
};
use rustls::pki_types::CertificateDer;
use std::collections::BTreeSet;
use zeroize::Zeroizing;

/// Days that a leaf is good: short, since nothing revokes it. Public limits do not bind local roots.
const LEAF_DAYS: i64 = 30;
/// Days that root and intermediate are good; Apple's bound for any certificate.
const AUTHORITY_DAYS: i64 = 825;
/// Days that a certificate is dated back, for clients whose clock is behind.
const BACK_DAYS: i64 = 2;
/// The longest common name that X.509 allows, less one.
const COMMON_NAME_MAX: usize = 63;

/// Names to which one intermediate is constrained. It goes with each handshake, so that one for the whole catalogue
/// (12 KB) would cost every new connection nine packets; one for eight names has some 700 bytes.
const NAMES_MAX: usize = 8;

/// A new authority as PEM texts.
pub(super) struct Made {
    pub(super) root: String,
    /// One after the other.
    pub(super) intermediates: String,
    pub(super) intermediate_key: Zeroizing<String>,
}

/// Makes a root for `hosts`, and intermediates for some of them each, which share one key. The root's key lives in
/// this function only.
pub(super) fn authority(hosts: &[String]) -> Result<Made, CaError> {
    if hosts.is_empty() {
        return Err(CaError::NoHosts);
    }
    let suffix = hex(&random::<4>()?);
    let root_key = key()?;
    let hosts = outermost(hosts);
    let root = signer(&format!("guard root {suffix}"), 1, &hosts)?;
    let root_certificate = root.self_signed(&root_key).map_err(failed)?;
    let intermediate_key = key()?;
    let issuer = Issuer::new(root, root_key);
    let mut intermediates = String::new();
    for (number, names) in hosts.chunks(NAMES_MAX).enumerate() {
        // Names of their own: some clients choose among intermediates by name alone.
        let name = format!("guard intermediate {suffix} {}", number + 1);
        let certificate = signer(&name, 0, names)?.signed_by(&intermediate_key, &issuer).map_err(failed)?;
        intermediates.push_str(&certificate.pem());
    }
    Ok(Made {
        root: root_certificate.pem(),
        intermediates,
        intermediate_key: Zeroizing::new(intermediate_key.serialize_pem()),
    })
}

/// The hosts that stand below no other of them, sorted, so that neighbours share an intermediate.
fn outermost(hosts: &[String]) -> Vec<String> {
    let all: BTreeSet<&str> = hosts.iter().map(String::as_str).collect();
    let stands_alone = |host: &&str| {
        let mut above = host.match_indices('.').filter_map(|(dot, _)| host.get(dot + 1..));
        !above.any(|name| all.contains(name))
    };
    all.iter().copied().filter(stands_alone).map(str::to_owned).collect()
}

/// A leaf for one host, signed by `issuer`, with the public half of `leaf_key`.
pub(super) fn leaf(
    host: &str,
    leaf_key: &KeyPair,
    issuer: &Issuer<'_, KeyPair>,
) -> Result<CertificateDer<'static>, CaError> {
    let mut params = CertificateParams::default();
    let name = if host.len() <= COMMON_NAME_MAX { host } else { "guard" };
    params.distinguished_name = named(name);
    let name = host.try_into().map_err(failed)?;
    params.subject_alt_names = vec![SanType::DnsName(name)];
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    validity(&mut params, LEAF_DAYS)?;
    Ok(params.signed_by(leaf_key, issuer).map_err(failed)?.der().clone())
}

/// A new P-256 key.
pub(super) fn key() -> Result<KeyPair, CaError> {
    KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(failed)
}

fn signer(name: &str, path_length: u8, hosts: &[String]) -> Result<CertificateParams, CaError> {
    let mut params = CertificateParams::default();
    params.distinguished_name = named(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(path_length));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.use_authority_key_identifier_extension = true;
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: hosts.iter().map(|host| GeneralSubtree::DnsName(host.clone())).collect(),
        excluded_subtrees: vec![
            GeneralSubtree::IpAddress(CidrSubnet::V4([0; 4], [0; 4])),
            GeneralSubtree::IpAddress(CidrSubnet::V6([0; 16], [0; 16])),
        ],
    });
    validity(&mut params, AUTHORITY_DAYS)?;
    Ok(params)
}

fn named(name: &str) -> DistinguishedName {
    let mut distinguished = DistinguishedName::new();
    distinguished.push(DnType::CommonName, name);
    distinguished
}

/// Dates and a random serial: leaves share a key, and clients refuse two certificates with one serial.
fn validity(params: &mut CertificateParams, days: i64) -> Result<(), CaError> {
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let day = |offset: i64| -> Result<_, CaError> {
        let date = today.checked_add(jiff::Span::new().days(offset)).map_err(failed)?;
        let month = u8::try_from(date.month()).map_err(failed)?;
        let day = u8::try_from(date.day()).map_err(failed)?;
        Ok(date_time_ymd(i32::from(date.year()), month, day))
    };
    params.not_before = day(-BACK_DAYS)?;
    params.not_after = day(days)?;
    let mut serial = random::<16>()?;
    serial[0] = serial[0] & 0x7f | 0x40;
    params.serial_number = Some(SerialNumber::from_slice(&serial));
    Ok(())
}

fn random<const N: usize>() -> Result<[u8; N], CaError> {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes)
        .map_err(|_| CaError::Issue(String::from("the system gives no randomness")))?;
    Ok(bytes)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn failed(error: impl std::fmt::Display) -> CaError {
    CaError::Issue(error.to_string())
}
