//! Addresses of machines, given as they stand. Knows nothing of networks.

use super::Outcome;
use std::net::{Ipv4Addr, Ipv6Addr};

/// An address of either kind.
pub(super) fn ip(written: &[u8]) -> Outcome {
    if written.contains(&b':') { ipv6(written) } else { ipv4(written) }
}

/// IPv4 address: four decimal parts up to 255 without leading zeros (RFC 6943 says why). Private, loopback and
/// documentation addresses say nothing of a person and are weak; four small
/// numbers (`3.6.23.1`) are a version or a section unless a label says otherwise; `0.0.0.0`, broadcast and masks are none.
fn ipv4(value: &[u8]) -> Outcome {
    let Some(address) = std::str::from_utf8(value).ok().and_then(|text| text.parse::<Ipv4Addr>().ok()) else {
        return Outcome::Fail;
    };
    if address.octets()[0] == 0 || address.octets()[0] == 255 {
        Outcome::Fail
    } else if address.is_documentation() || matches!(address.octets(), [2, 5, 4 | 29, _]) {
        // 2.5.4 and 2.5.29 are the arcs of X.500's attributes and certificate extensions.
        Outcome::Specimen
    } else if address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
    {
        Outcome::Weak
    } else if address.octets().iter().all(|part| *part < 32) {
        Outcome::Labelled
    } else {
        Outcome::Pass
    }
}

/// IPv6 address (RFC 4291). `::`, `::1` and short ones that could be times of day are none.
fn ipv6(value: &[u8]) -> Outcome {
    let Some(address) = std::str::from_utf8(value).ok().and_then(|text| text.parse::<Ipv6Addr>().ok()) else {
        return Outcome::Fail;
    };
    let segments = address.segments();
    if segments[..7].iter().all(|part| *part == 0) {
        Outcome::Fail
    } else if (segments[0] == 0x2001 && segments[1] == 0x0db8)
        || segments[0] & 0xffc0 == 0xfe80
        || segments[0] & 0xfe00 == 0xfc00
        || segments[0] & 0xff00 == 0xff00
    {
        Outcome::Specimen
    } else if segments.iter().filter(|part| **part != 0).count() < 2 {
        Outcome::Fail
    } else {
        Outcome::Pass
    }
}

/// Hardware address (IEEE EUI-48) in twelve hexadecimal digits; all the same is none.
pub(super) fn mac(value: &[u8]) -> Outcome {
    let hex: Vec<u8> =
        value.iter().filter(|byte| !b":-.".contains(byte)).map(u8::to_ascii_lowercase).collect();
    let shape = hex.len() == 12 && hex.iter().all(u8::is_ascii_hexdigit);
    Outcome::of(shape && hex.iter().any(|byte| *byte != hex[0]))
}

#[cfg(test)]
mod tests {
    use super::{Outcome, ip, ipv4, ipv6, mac};

    #[test]
    fn addresses() {
        assert_eq!(ip(b"91.183.45.12"), Outcome::Pass);
        assert_eq!(ip(b"10.4.20.7"), Outcome::Weak);
        assert_eq!(ip(b"192.0.2.7"), Outcome::Specimen);
        for wrong in ["256.1.1.1", "1.2.3", "01.2.3.4", "0.0.0.0", "255.255.255.0"] {
            assert_eq!(ipv4(wrong.as_bytes()), Outcome::Fail, "{wrong}");
        }
        assert_eq!(ip(b"2a02:2788:1f4:9b0::17"), Outcome::Pass);
        assert_eq!(ip(b"fe80::1ff:fe23:4567:890a"), Outcome::Specimen);
        assert_eq!(ip(b"2001:db8::1"), Outcome::Specimen);
        for wrong in ["::", "::1", "12:34:56", "1::", "std::vec", "a::b::c"] {
            assert_eq!(ipv6(wrong.as_bytes()), Outcome::Fail, "{wrong}");
        }
        assert_eq!(mac(b"3c:52:82:1f:aa:07"), Outcome::Pass);
        assert_eq!(mac(b"3c52.821f.aa07"), Outcome::Pass);
        assert_eq!(mac(b"00:00:00:00:00:00"), Outcome::Fail);
    }
}
