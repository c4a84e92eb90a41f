//! Signals for JavaScript: each is a byte in a pipe that the poll loop reads.

use crate::error::OrThrow;
use crate::modules::native_module;
use nix::fcntl::OFlag;
use nix::libc::c_int;
use nix::sys::signal::{self, SaFlags, SigAction, SigHandler, SigSet, Signal};
use rquickjs::{Ctx, Result};
use std::os::fd::IntoRawFd;
use std::sync::atomic::{AtomicI32, Ordering};

native_module! {
    "open": open, "listen": listen,
}

/// The file descriptor that the handler writes to.
static PIPE: AtomicI32 = AtomicI32::new(-1);

/// The file descriptor from which signal numbers are read.
fn open(ctx: Ctx<'_>) -> Result<i32> {
    let (reading, writing) = nix::unistd::pipe2(OFlag::O_CLOEXEC | OFlag::O_NONBLOCK).or_throw(&ctx, "pipe")?;
    PIPE.store(writing.into_raw_fd(), Ordering::Relaxed);
    Ok(reading.into_raw_fd())
}

fn listen(ctx: Ctx<'_>, number: i32, on: bool) -> Result<()> {
    let signal = Signal::try_from(number).or_throw(&ctx, "sigaction")?;
    let handler = if on { SigHandler::Handler(note) } else { SigHandler::SigDfl };
    let action = SigAction::new(handler, SaFlags::SA_RESTART, SigSet::empty());
    // SAFETY: the handler is async-signal-safe: it makes one write.
    unsafe { signal::sigaction(signal, &action) }.or_throw(&ctx, "sigaction").map(drop)
}

extern "C" fn note(signal: c_int) {
    let number = [signal as u8];
    // SAFETY: the byte outlives the call. errno of the interrupted code stays unchanged.
    unsafe {
        let errno = *nix::libc::__errno_location();
        nix::libc::write(PIPE.load(Ordering::Relaxed), number.as_ptr().cast(), 1);
        *nix::libc::__errno_location() = errno;
    }
}
