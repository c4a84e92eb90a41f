//! Sockets that listen on this machine only.

use crate::error::OrThrow;
use crate::files::borrowed;
use crate::modules::native_module;
use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sys::socket::{self, AddressFamily, Backlog, SockFlag, SockType, SockaddrIn, UnixAddr, sockopt};
use rquickjs::{Ctx, Result};
use std::net::Ipv4Addr;
use std::os::fd::{AsRawFd, IntoRawFd};

native_module! {
    "listen": listen, "listenAt": listen_at, "adopt": adopt, "port": port, "accept": accept, "peerPort": peer_port,
    "peer": peer,
}

/// A non-blocking file descriptor that listens on a free port of 127.0.0.1.
fn listen(ctx: Ctx<'_>) -> Result<i32> {
    let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
    let fd = socket::socket(AddressFamily::Inet, SockType::Stream, flags, None).or_throw(&ctx, "socket")?;
    socket::bind(fd.as_raw_fd(), &SockaddrIn::new(127, 0, 0, 1, 0)).or_throw(&ctx, "bind")?;
    socket::listen(&fd, Backlog::MAXCONN).or_throw(&ctx, "listen")?;
    Ok(fd.into_raw_fd())
}

/// A non-blocking file descriptor that listens at a new Unix socket.
fn listen_at(ctx: Ctx<'_>, path: String) -> Result<i32> {
    let address = UnixAddr::new(path.as_str()).or_throw_at(&ctx, "bind", &path)?;
    let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
    let fd = socket::socket(AddressFamily::Unix, SockType::Stream, flags, None).or_throw(&ctx, "socket")?;
    socket::bind(fd.as_raw_fd(), &address).or_throw_at(&ctx, "bind", &path)?;
    socket::listen(&fd, Backlog::MAXCONN).or_throw(&ctx, "listen")?;
    Ok(fd.into_raw_fd())
}

/// Makes a socket that this process was given non-blocking. It must listen.
fn adopt(ctx: Ctx<'_>, fd: i32) -> Result<()> {
    let listens = socket::getsockopt(&borrowed(fd), sockopt::AcceptConn).or_throw(&ctx, "listen")?;
    if !listens {
        return Err(Errno::EINVAL).or_throw(&ctx, "listen");
    }
    fcntl(borrowed(fd), FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).or_throw(&ctx, "fcntl")?;
    Ok(())
}

/// User and process at the other end of a Unix socket, when it connected; nothing for another kind of socket.
fn peer(fd: i32) -> Option<Vec<i64>> {
    let peer = socket::getsockopt(&borrowed(fd), sockopt::PeerCredentials).ok()?;
    (peer.pid() > 0).then(|| vec![peer.uid().into(), peer.pid().into()])
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
