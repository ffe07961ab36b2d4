//! The authority's promises, read back from the certificates that it makes.

use super::Authority;
use crate::limits::LEAVES_MAX;
use jiff::{SignedDuration, Timestamp};
use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::{ServerName, UnixTime};
use std::sync::Arc;
use x509_parser::prelude::{FromDer, X509Certificate};

fn authority() -> (tempfile::TempDir, Authority) {
    let dir = tempfile::tempdir().unwrap();
    let hosts = [String::from("api.example.test"), String::from("chat.test")];
    let authority = Authority::load_or_create(&dir.path().join("ca"), &hosts).unwrap();
    (dir, authority)
}

fn verifies(authority: &Authority, leaf: &rustls::sign::CertifiedKey, host: &str) -> bool {
    let mut roots = RootCertStore::empty();
    roots.add(authority.root().clone()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
    let name = ServerName::try_from(host.to_owned()).unwrap();
    verifier.verify_server_cert(&leaf.cert[0], &leaf.cert[1..], &name, &[], UnixTime::now()).is_ok()
}

#[test]
fn leaves_verify_for_their_host_and_hosts_outside_the_constraints_get_none() {
    let (_dir, authority) = authority();
    let leaf = authority.leaf("eu.chat.test").unwrap();
    assert!(verifies(&authority, &leaf, "eu.chat.test"));
    assert!(!verifies(&authority, &leaf, "us.chat.test"));
    for outside in ["bank.test", "xchat.test", "127.0.0.1", "::1", ""] {
        assert!(authority.leaf(outside).is_err(), "{outside}");
    }
}

#[test]
fn a_leaf_signed_beyond_the_constraints_is_refused_by_clients() {
    let (_dir, authority) = authority();
    let one = &authority.intermediates[0];
    let leaf = authority.leaves.get("bank.test", &one.issuer, &one.certificate, Timestamp::now()).unwrap();
    assert!(!verifies(&authority, &leaf, "bank.test"));
}

#[test]
fn leaves_have_a_key_of_their_own_and_serials_of_their_own() {
    let (_dir, authority) = authority();
    let one = authority.leaf("a.chat.test").unwrap();
    let two = authority.leaf("b.chat.test").unwrap();
    let (_, one) = X509Certificate::from_der(&one.cert[0]).unwrap();
    let (_, two) = X509Certificate::from_der(&two.cert[0]).unwrap();
    let (_, issuer) = X509Certificate::from_der(&authority.intermediates[0].certificate).unwrap();
    let (_, root) = X509Certificate::from_der(&authority.root).unwrap();
    assert_eq!(one.public_key().raw, authority.leaves.public_key());
    assert_ne!(one.public_key().raw, issuer.public_key().raw);
    assert_ne!(one.public_key().raw, root.public_key().raw);
    assert_ne!(one.raw_serial(), two.raw_serial());
    assert!(!one.is_ca());
    assert!(one.extended_key_usage().unwrap().unwrap().value.server_auth);
    let days = (one.validity().not_after.timestamp() - one.validity().not_before.timestamp()) / 86_400;
    assert_eq!(days, 32);
}

#[test]
fn the_authority_key_identifier_is_the_issuers_own_byte_for_byte() {
    use x509_parser::extensions::ParsedExtension;
    let (_dir, authority) = authority();
    let leaf = authority.leaf("chat.test").unwrap();
    let (_, leaf) = X509Certificate::from_der(&leaf.cert[0]).unwrap();
    let (_, issuer) = X509Certificate::from_der(&authority.intermediates[0].certificate).unwrap();
    let of_leaf = leaf.extensions().iter().find_map(|extension| match extension.parsed_extension() {
        ParsedExtension::AuthorityKeyIdentifier(id) => id.key_identifier.as_ref().map(|id| id.0.to_vec()),
        _ => None,
    });
    let of_issuer = issuer.extensions().iter().find_map(|extension| match extension.parsed_extension() {
        ParsedExtension::SubjectKeyIdentifier(id) => Some(id.0.to_vec()),
        _ => None,
    });
    assert!(of_leaf.is_some());
    assert_eq!(of_leaf, of_issuer);
}

#[test]
fn one_leaf_per_host_under_concurrency_and_never_more_than_the_limit() {
    let (_dir, authority) = authority();
    let leaves: Vec<_> = std::thread::scope(|scope| {
        let asked: Vec<_> = (0..8).map(|_| scope.spawn(|| authority.leaf("chat.test").unwrap())).collect();
        asked.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(leaves.iter().all(|leaf| Arc::ptr_eq(leaf, &leaves[0])));
    for number in 0..LEAVES_MAX + 1 {
        authority.leaf(&format!("h{number}.chat.test")).unwrap();
    }
    assert_eq!(authority.leaves.len(), LEAVES_MAX);
}

#[test]
fn what_was_made_is_loaded_again_and_a_broken_one_is_not_replaced() {
    let (dir, first) = authority();
    let path = dir.path().join("ca");
    let again = Authority::load_or_create(&path, &[]).unwrap();
    assert_eq!(first.root(), again.root());
    let mut names: Vec<&str> = again.constraints().collect();
    names.sort_unstable();
    assert_eq!(names, ["api.example.test", "chat.test"]);
    assert_eq!(again.missing(&[String::from("new.test"), String::from("x.chat.test")]), ["new.test"]);
    std::fs::write(path.join("intermediate.pem"), "nothing").unwrap();
    assert!(Authority::load_or_create(&path, &[String::from("chat.test")]).is_err());
    assert!(Authority::create(&dir.path().join("none"), &[]).is_err());
}

#[test]
fn what_goes_with_a_handshake_is_small_and_holds_for_every_host_of_the_catalogue() {
    let dir = tempfile::tempdir().unwrap();
    let hosts: Vec<String> = crate::tools::Catalogue::shipped().hosts().collect();
    let authority = Authority::create(&dir.path().join("ca"), &hosts).unwrap();
    for host in &hosts {
        let leaf = authority.leaf(&format!("x.{host}")).unwrap();
        let bytes: usize = leaf.cert.iter().map(|certificate| certificate.len()).sum();
        assert!(bytes < 2_048, "{host}: {bytes} bytes");
        assert!(verifies(&authority, &leaf, &format!("x.{host}")), "{host}");
    }
    // Each may sign for its own hosts only.
    let last = authority.intermediates.last().unwrap();
    let foreign = hosts.iter().find(|host| authority.constraints.get(*host) == Some(&0)).unwrap();
    let leaf = authority.leaves.get(foreign, &last.issuer, &last.certificate, Timestamp::now()).unwrap();
    assert!(!verifies(&authority, &leaf, foreign), "made by one that must not");
}

#[test]
fn leaves_are_made_anew_where_the_clock_has_moved_on_or_back() {
    let (_dir, authority) = authority();
    let one = &authority.intermediates[0];
    let now = Timestamp::now();
    let at = |hours| {
        let then = now + SignedDuration::from_hours(hours);
        authority.leaves.get("chat.test", &one.issuer, &one.certificate, then).unwrap()
    };
    let first = at(0);
    assert!(Arc::ptr_eq(&first, &at(23)));
    let later = at(24 * 40);
    assert!(!Arc::ptr_eq(&first, &later), "slept for weeks");
    assert!(!Arc::ptr_eq(&later, &at(0)), "set back");
}
