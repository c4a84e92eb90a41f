//! Unix sockets, with a path or, after a NUL, an abstract name.

use crate::error::OrThrow;
use crate::modules::native_module;
use nix::sys::socket::{self, AddressFamily, SockFlag, SockType, UnixAddr};
use rquickjs::{Ctx, Result};
use std::os::fd::{AsRawFd, IntoRawFd};

native_module! {
    "connect": connect,
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
