//! Sockets that listen on this machine only.

use crate::error::OrThrow;
use crate::files::borrowed;
use crate::modules::native_module;
use nix::errno::Errno;
use nix::sys::socket::{self, AddressFamily, Backlog, SockFlag, SockType, SockaddrIn};
use rquickjs::{Ctx, Result};
use std::net::Ipv4Addr;
use std::os::fd::{AsRawFd, IntoRawFd};

native_module! {
    "listen": listen, "port": port, "accept": accept, "peerPort": peer_port,
}

/// A non-blocking file descriptor that listens on a free port of 127.0.0.1.
fn listen(ctx: Ctx<'_>) -> Result<i32> {
    let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
    let fd = socket::socket(AddressFamily::Inet, SockType::Stream, flags, None).or_throw(&ctx, "socket")?;
    socket::bind(fd.as_raw_fd(), &SockaddrIn::new(127, 0, 0, 1, 0)).or_throw(&ctx, "bind")?;
    socket::listen(&fd, Backlog::MAXCONN).or_throw(&ctx, "listen")?;
    Ok(fd.into_raw_fd())
}

fn port(ctx: Ctx<'_>, fd: i32) -> Result<u16> {
    let address: SockaddrIn = socket::getsockname(borrowed(fd).as_raw_fd()).or_throw(&ctx, "getsockname")?;
    Ok(address.port())
}

/// A non-blocking file descriptor of the next connection; nothing if there is none.
fn accept(ctx: Ctx<'_>, fd: i32) -> Result<Option<i32>> {
    let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
    match socket::accept4(borrowed(fd).as_raw_fd(), flags) {
        Ok(connection) => Ok(Some(connection)),
        Err(Errno::EAGAIN | Errno::EINTR | Errno::ECONNABORTED) => Ok(None),
        Err(errno) => Err(errno).or_throw(&ctx, "accept"),
    }
}

/// The port of 127.0.0.1 at the other end; nothing if that has another address, or the connection has ended.
fn peer_port(fd: i32) -> Option<u16> {
    let address: SockaddrIn = socket::getpeername(borrowed(fd).as_raw_fd()).ok()?;
    (address.ip() == Ipv4Addr::LOCALHOST).then(|| address.port())
}
