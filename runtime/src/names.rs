//! The addresses of hosts, by the system's own lookup.

use crate::error::{OrThrow, coded};
use crate::modules::native_module;
use dns_lookup::{AddrInfoHints, LookupErrorKind, SockType, getaddrinfo};
use nix::fcntl::OFlag;
use nix::unistd::pipe2;
use rquickjs::{Ctx, Result};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::os::fd::{AsRawFd, IntoRawFd};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

native_module! {
    "lookUp": look_up, "found": found,
}

type Found = std::result::Result<Vec<String>, LookupErrorKind>;

thread_local! {
    /// The lookups that have not been asked for their result, by file descriptor.
    static LOOKUPS: RefCell<BTreeMap<i32, Receiver<Found>>> = RefCell::default();
}

/// Begins a lookup, on a thread of its own because it blocks. The file descriptor is at its end when there is a result.
fn look_up(ctx: Ctx<'_>, host: String) -> Result<i32> {
    let (reading, writing) = pipe2(OFlag::O_CLOEXEC).or_throw(&ctx, "pipe")?;
    let (sender, receiver) = sync_channel(1);
    let thread = thread::Builder::new().spawn(move || {
        // If nobody waits any more, the result is dropped.
        let _ = sender.send(addresses(&host));
        drop(writing);
    });
    thread.or_throw(&ctx, "clone")?;
    LOOKUPS.with_borrow_mut(|lookups| lookups.insert(reading.as_raw_fd(), receiver));
    Ok(reading.into_raw_fd())
}

fn addresses(host: &str) -> Found {
    let hints = AddrInfoHints { socktype: SockType::Stream.into(), ..AddrInfoHints::default() };
    let found = getaddrinfo(Some(host), None, Some(hints)).map_err(|error| error.kind())?;
    Ok(found.flatten().map(|address| address.sockaddr.ip().to_string()).collect())
}

/// The addresses, in the system's order.
fn found(ctx: Ctx<'_>, fd: i32) -> Result<Vec<String>> {
    let lookup = LOOKUPS.with_borrow_mut(|lookups| lookups.remove(&fd));
    match lookup.and_then(|lookup| lookup.recv().ok()) {
        Some(Ok(addresses)) if !addresses.is_empty() => Ok(addresses),
        Some(Ok(_) | Err(LookupErrorKind::NoName | LookupErrorKind::NoData)) => {
            Err(coded(&ctx, "ENOTFOUND", "getaddrinfo ENOTFOUND"))
        }
        _ => Err(coded(&ctx, "EAI_AGAIN", "getaddrinfo EAI_AGAIN")),
    }
}
