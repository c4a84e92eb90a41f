//! Terminals. A terminal in raw mode is restored, however the process ends.

use crate::error::OrThrow;
use crate::files::borrowed;
use crate::modules::native_module;
use nix::libc;
use nix::sys::signal::{self, SaFlags, SigAction, SigHandler, SigSet, Signal};
use nix::sys::termios::{self, ControlFlags, InputFlags, LocalFlags, OutputFlags, SetArg, SpecialCharacterIndices};
use rquickjs::{Ctx, Result};
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

native_module! {
    "isTerminal": is_terminal, "setRaw": set_raw, "size": size,
}

fn is_terminal(fd: i32) -> bool {
    nix::unistd::isatty(borrowed(fd)).unwrap_or(false)
}

/// The terminal in raw mode, and its former settings.
struct Before(i32, libc::termios);

static BEFORE: AtomicPtr<Before> = AtomicPtr::new(ptr::null_mut());

/// The signals that end a process without a handler.
const ENDS: [Signal; 3] = [Signal::SIGHUP, Signal::SIGINT, Signal::SIGTERM];

/// Raw mode, as libuv sets it: keys are read one by one and not echoed. Or the former mode.
fn set_raw(ctx: Ctx<'_>, fd: i32, on: bool) -> Result<()> {
    restore();
    let handler = if on { SigHandler::Handler(restore_and_end) } else { SigHandler::SigDfl };
    for signal in ENDS {
        let action = SigAction::new(handler, SaFlags::empty(), SigSet::empty());
        // SAFETY: the handler is async-signal-safe.
        unsafe { signal::sigaction(signal, &action) }.or_throw(&ctx, "sigaction")?;
    }
    if !on {
        return Ok(());
    }
    let mut terminal = termios::tcgetattr(borrowed(fd)).or_throw(&ctx, "tcgetattr")?;
    BEFORE.store(Box::into_raw(Box::new(Before(fd, terminal.clone().into()))), Ordering::Release);
    let input = [InputFlags::BRKINT, InputFlags::ICRNL, InputFlags::INPCK, InputFlags::ISTRIP, InputFlags::IXON];
    terminal.input_flags.remove(input.into_iter().collect());
    terminal.output_flags.insert(OutputFlags::ONLCR);
    terminal.control_flags.insert(ControlFlags::CS8);
    let local = [LocalFlags::ECHO, LocalFlags::ICANON, LocalFlags::IEXTEN, LocalFlags::ISIG];
    terminal.local_flags.remove(local.into_iter().collect());
    terminal.control_chars[SpecialCharacterIndices::VMIN as usize] = 1;
    terminal.control_chars[SpecialCharacterIndices::VTIME as usize] = 0;
    termios::tcsetattr(borrowed(fd), SetArg::TCSADRAIN, &terminal).or_throw(&ctx, "tcsetattr")
}

/// Restores a terminal in raw mode. Async-signal-safe.
pub fn restore() {
    let before = BEFORE.swap(ptr::null_mut(), Ordering::AcqRel);
    if !before.is_null() {
        // SAFETY: only one caller gets the pointer. It is never freed, because a signal handler must not do that.
        unsafe { libc::tcsetattr((*before).0, libc::TCSANOW, &(*before).1) };
    }
}

extern "C" fn restore_and_end(number: libc::c_int) {
    restore();
    // SAFETY: both are async-signal-safe. The signal is delivered again when this handler returns.
    unsafe {
        libc::signal(number, libc::SIG_DFL);
        libc::raise(number);
    }
}

nix::ioctl_read_bad!(window_size, libc::TIOCGWINSZ, libc::winsize);

/// Columns and rows.
fn size(ctx: Ctx<'_>, fd: i32) -> Result<Vec<u16>> {
    let mut size = libc::winsize { ws_row: 0, ws_col: 0, ws_xpixel: 0, ws_ypixel: 0 };
    // SAFETY: the system fills the structure.
    unsafe { window_size(fd, &mut size) }.or_throw(&ctx, "ioctl")?;
    Ok(vec![size.ws_col, size.ws_row])
}
