//! Sockets: to a Unix socket with a path or, after a NUL, an abstract name; and to an address of the network.

use crate::error::OrThrow;
use crate::files::borrowed;
use crate::modules::native_module;
use nix::errno::Errno;
use nix::sys::socket::{self, AddressFamily, SockFlag, SockType, SockaddrIn, SockaddrIn6, UnixAddr, sockopt};
use rquickjs::{Ctx, Result};
use std::net::{IpAddr, SocketAddr};
use std::os::fd::{AsRawFd, IntoRawFd};

native_module! {
    "connect": connect, "connectTo": connect_to, "checkConnected": check_connected,
}

/// A non-blocking file descriptor. A Unix socket connects at once or fails.
fn connect(ctx: Ctx<'_>, path: String) -> Result<i32> {
    let address = match path.strip_prefix('\0') {
        Some(name) => UnixAddr::new_abstract(name.as_bytes()),
        None => UnixAddr::new(path.as_str()),
    };
    let address = address.or_throw_at(&ctx, "connect", &path)?;
    let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
    let fd = socket::socket(AddressFamily::Unix, SockType::Stream, flags, None).or_throw(&ctx, "socket")?;
    socket::connect(fd.as_raw_fd(), &address).or_throw_at(&ctx, "connect", &path)?;
    Ok(fd.into_raw_fd())
}

/// A non-blocking file descriptor that begins to connect. It can be written when that has succeeded or failed.
fn connect_to(ctx: Ctx<'_>, address: String, port: u16) -> Result<i32> {
    let ip: IpAddr = address.parse().map_err(|_| Errno::EINVAL).or_throw(&ctx, "connect")?;
    let family = if ip.is_ipv4() { AddressFamily::Inet } else { AddressFamily::Inet6 };
    let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
    let fd = socket::socket(family, SockType::Stream, flags, None).or_throw(&ctx, "socket")?;
    let connected = match SocketAddr::new(ip, port) {
        SocketAddr::V4(address) => socket::connect(fd.as_raw_fd(), &SockaddrIn::from(address)),
        SocketAddr::V6(address) => socket::connect(fd.as_raw_fd(), &SockaddrIn6::from(address)),
    };
    match connected {
        Ok(()) | Err(Errno::EINPROGRESS) => Ok(fd.into_raw_fd()),
        Err(errno) => Err(errno).or_throw(&ctx, "connect"),
    }
}

/// Throws the error if it could not connect.
fn check_connected(ctx: Ctx<'_>, fd: i32) -> Result<()> {
    let error = socket::getsockopt(&borrowed(fd), sockopt::SocketError).or_throw(&ctx, "getsockopt")?;
    if error == 0 { Ok(()) } else { Err(Errno::from_raw(error)).or_throw(&ctx, "connect") }
}
