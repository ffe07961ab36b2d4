//! Linux only: whose socket is at the other end of a loopback connection, by `sock_diag`, which answers for
//! one socket without walking the table as `/proc/net/tcp` does.

use rustix::net::netlink::{SOCK_DIAG, SocketAddrNetlink};
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, recv, sendto, socket_with};
use std::net::{IpAddr, SocketAddr};
use std::ops::Range;
use std::os::fd::OwnedFd;
use std::sync::{Mutex, PoisonError};

const SOCK_DIAG_BY_FAMILY: u16 = 20;
const NLM_F_REQUEST: u16 = 1;
const AF_INET: u8 = 2;
const AF_INET6: u8 = 10;
const IPPROTO_TCP: u8 = 6;
/// Length of the netlink header and of the request behind it.
const HEADER: usize = 16;
const REQUEST: usize = 56;
/// Where the owner stands in the answer: after family, state, timer, retransmissions, the socket's address
/// (48 bytes), expiry, and both queue lengths.
const OWNER: usize = HEADER + 4 + 48 + 12;

/// Where the number of the question stands, which its answer repeats.
const NUMBER: Range<usize> = 8..12;

/// A way to ask the system, and the number of the question asked last.
struct Asking(OwnedFd, u32);

/// Kept, since to open and close one for each connection takes longer than to ask.
static ASKING: Mutex<Option<Asking>> = Mutex::new(None);

/// The account number that owns the socket bound to `peer` and connected to `local`.
pub(super) fn owner_of_peer(peer: SocketAddr, local: SocketAddr) -> Option<u32> {
    let mut kept = ASKING.lock().unwrap_or_else(PoisonError::into_inner);
    let Asking(socket, number) = kept.take().or_else(open)?;
    let number = number.wrapping_add(1);
    let owner = ask(&socket, number, &request(number, peer, local))?;
    // Only one that answered what it was asked: another one may still hold an answer.
    *kept = Some(Asking(socket, number));
    Some(owner)
}

fn open() -> Option<Asking> {
    let flags = SocketFlags::CLOEXEC;
    let socket = socket_with(AddressFamily::NETLINK, SocketType::DGRAM, flags, Some(SOCK_DIAG)).ok()?;
    Some(Asking(socket, 0))
}

/// The system answers within the call that asks.
fn ask(socket: &OwnedFd, number: u32, request: &[u8]) -> Option<u32> {
    sendto(socket, request, SendFlags::empty(), &SocketAddrNetlink::new(0, 0)).ok()?;
    let mut answer = [0_u8; 512];
    let (length, _) = recv(socket, &mut answer[..], RecvFlags::DONTWAIT).ok()?;
    let answer = answer.get(..length)?;
    if u16::from_ne_bytes(answer.get(4..6)?.try_into().ok()?) != SOCK_DIAG_BY_FAMILY
        || answer.get(NUMBER)? != number.to_ne_bytes()
    {
        return None;
    }
    Some(u32::from_ne_bytes(answer.get(OWNER..OWNER + 4)?.try_into().ok()?))
}

fn request(number: u32, source: SocketAddr, destination: SocketAddr) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEADER + REQUEST);
    bytes.extend(u32::try_from(HEADER + REQUEST).unwrap_or(72).to_ne_bytes());
    bytes.extend(SOCK_DIAG_BY_FAMILY.to_ne_bytes());
    bytes.extend(NLM_F_REQUEST.to_ne_bytes());
    bytes.extend(number.to_ne_bytes());
    bytes.extend([0; 4]);
    bytes.extend([if source.is_ipv4() { AF_INET } else { AF_INET6 }, IPPROTO_TCP, 0, 0]);
    bytes.extend(u32::MAX.to_ne_bytes());
    bytes.extend(source.port().to_be_bytes());
    bytes.extend(destination.port().to_be_bytes());
    bytes.extend(address(source.ip()));
    bytes.extend(address(destination.ip()));
    bytes.extend([0; 4]);
    bytes.extend([0xff; 8]);
    bytes
}

fn address(address: IpAddr) -> [u8; 16] {
    match address {
        IpAddr::V6(address) => address.octets(),
        IpAddr::V4(address) => {
            let mut bytes = [0; 16];
            bytes[..4].copy_from_slice(&address.octets());
            bytes
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_owner_of_a_loopback_socket_is_this_account() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let client = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (server, peer) = listener.accept().unwrap();
        let local = server.local_addr().unwrap();
        let own = Some(rustix::process::geteuid().as_raw());
        assert_eq!(super::owner_of_peer(peer, local), own);
        assert_eq!(super::owner_of_peer(peer, local), own, "asked again by the same way");
        assert_eq!(super::owner_of_peer(local, peer), own, "our own end");
        drop((client, server));
        let nobody = "127.0.0.1:1".parse().unwrap();
        assert_eq!(super::owner_of_peer(nobody, local), None);
        let client = std::net::TcpStream::connect(local).unwrap();
        let (server, peer) = listener.accept().unwrap();
        assert_eq!(
            super::owner_of_peer(peer, server.local_addr().unwrap()),
            own,
            "after one without an answer"
        );
        drop(client);
    }
}
