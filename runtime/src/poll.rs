//! The only place where the process waits: for timers and file descriptors, on one thread.

use crate::error::{end_uncaught, end_with};
use crate::files::borrowed;
use crate::memory;
use crate::modules::native_module;
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use rquickjs::{Ctx, Function, Persistent, Value};
use std::cell::RefCell;
use std::time::{Duration, Instant};

native_module! {
    "after": after, "watch": watch, "stop": stop, "hold": hold, "atEnd": at_end,
}

/// A timer or a file descriptor that is waited for.
struct Wait {
    id: u32,
    until: Until,
    callback: Persistent<Function<'static>>,
    /// Whether it keeps the process alive.
    held: bool,
}

#[derive(Clone, Copy)]
enum Until {
    Time(Instant),
    Ready(i32, PollFlags),
}

/// A value that outlives the call that passed it.
type Kept = Persistent<Value<'static>>;

#[derive(Default)]
struct Waits {
    last: u32,
    all: Vec<Wait>,
    at_end: Option<Persistent<Function<'static>>>,
    /// Promises that were rejected without a handler, and the reasons.
    rejected: Vec<(Kept, Kept)>,
}

thread_local! {
    static WAITS: RefCell<Waits> = RefCell::default();
}

fn add<'js>(ctx: &Ctx<'js>, until: Until, callback: Function<'js>) -> u32 {
    let callback = Persistent::save(ctx, callback);
    WAITS.with_borrow_mut(|waits| {
        waits.last += 1;
        waits.all.push(Wait { id: waits.last, until, callback, held: true });
        waits.last
    })
}

/// Calls back once, after this many milliseconds.
fn after<'js>(ctx: Ctx<'js>, milliseconds: f64, callback: Function<'js>) -> u32 {
    let wait = Duration::from_secs_f64(milliseconds.clamp(0.0, f64::from(i32::MAX)) / 1e3);
    add(&ctx, Until::Time(Instant::now() + wait), callback)
}

/// Calls back each time that the file descriptor can be read or written, or is at its end.
fn watch<'js>(ctx: Ctx<'js>, fd: i32, writing: bool, callback: Function<'js>) -> u32 {
    let flags = if writing { PollFlags::POLLOUT } else { PollFlags::POLLIN };
    add(&ctx, Until::Ready(fd, flags), callback)
}

fn stop(id: u32) {
    // Dropped only after the list is released, because the drop may call back into this module.
    let stopped = WAITS.with_borrow_mut(|waits| {
        let at = waits.all.iter().position(|wait| wait.id == id)?;
        Some(waits.all.remove(at))
    });
    drop(stopped);
}

fn hold(id: u32, held: bool) {
    WAITS.with_borrow_mut(|waits| waits.all.iter_mut().filter(|wait| wait.id == id).for_each(|wait| wait.held = held));
}

/// Calls back when nothing keeps the process alive any more.
fn at_end<'js>(ctx: Ctx<'js>, callback: Function<'js>) {
    let callback = Persistent::save(&ctx, callback);
    WAITS.with_borrow_mut(|waits| waits.at_end = Some(callback));
}

/// The engine reports each promise that is rejected without a handler, and each that gets a handler later.
pub fn note_rejection<'js>(ctx: Ctx<'js>, promise: Value<'js>, reason: Value<'js>, handled: bool) {
    let (promise, reason) = (Persistent::save(&ctx, promise), Persistent::save(&ctx, reason));
    let settled = WAITS.with_borrow_mut(|waits| {
        if !handled {
            waits.rejected.push((promise, reason));
            return None;
        }
        let at = waits.rejected.iter().position(|(noted, _)| *noted == promise)?;
        Some(waits.rejected.remove(at))
    });
    drop(settled);
}

/// Runs the event loop until nothing keeps the process alive.
pub fn run(ctx: &Ctx<'_>) {
    finish_jobs(ctx);
    while WAITS.with_borrow(|waits| waits.all.iter().any(|wait| wait.held)) {
        for id in ready(ctx) {
            if let Some(callback) = taken(id) {
                call(ctx, callback);
                finish_jobs(ctx);
            }
        }
    }
    if let Some(callback) = WAITS.with_borrow_mut(|waits| waits.at_end.take()) {
        call(ctx, callback);
    }
}

/// Waits until a timer or a file descriptor is ready, and returns those that are.
fn ready(ctx: &Ctx<'_>) -> Vec<u32> {
    let waits: Vec<(u32, Until)> =
        WAITS.with_borrow(|waits| waits.all.iter().map(|wait| (wait.id, wait.until)).collect());
    let (mut due, mut watched, mut polled) = (Vec::new(), Vec::new(), Vec::new());
    for (id, until) in waits {
        match until {
            Until::Time(time) => due.push((time, id)),
            Until::Ready(fd, flags) => {
                watched.push(id);
                polled.push(PollFd::new(borrowed(fd), flags));
            }
        }
    }
    due.sort_unstable();
    let outcome = wait(ctx, &mut polled, due.first().map(|(time, _)| *time));
    let now = Instant::now();
    let overdue = due.into_iter().take_while(|(time, _)| *time <= now).map(|(_, id)| id);
    let open = watched.into_iter().zip(polled).filter(|(_, fd)| fd.any().unwrap_or(true)).map(|(id, _)| id);
    match outcome {
        Ok(_) => overdue.chain(open).collect(),
        Err(Errno::EINTR) => overdue.collect(),
        Err(errno) => panic!("poll: {errno}"),
    }
}

/// Nothing to do for so long: a server that nobody asks. A client's call ends before.
const QUIET: Duration = Duration::from_secs(1);

/// Waits, and collects garbage meanwhile if there is some.
fn wait(ctx: &Ctx<'_>, polled: &mut [PollFd<'_>], until: Option<Instant>) -> nix::Result<i32> {
    let quiet = Instant::now() + QUIET;
    if memory::has_grown() && until.is_none_or(|time| time > quiet) {
        let outcome = poll(polled, timeout(Some(quiet)));
        if outcome != Ok(0) {
            return outcome;
        }
        memory::collect(ctx);
    }
    poll(polled, timeout(until))
}

/// Rounded up, so that no timer is early.
fn timeout(until: Option<Instant>) -> PollTimeout {
    let Some(until) = until else { return PollTimeout::NONE };
    let left = until.saturating_duration_since(Instant::now());
    PollTimeout::try_from(left.as_nanos().div_ceil(1_000_000)).unwrap_or(PollTimeout::MAX)
}

/// The callback to call; nothing if an earlier callback of this round removed it.
fn taken(id: u32) -> Option<Persistent<Function<'static>>> {
    WAITS.with_borrow_mut(|waits| {
        let at = waits.all.iter().position(|wait| wait.id == id)?;
        Some(match waits.all[at].until {
            Until::Time(_) => waits.all.remove(at).callback,
            Until::Ready(..) => waits.all[at].callback.clone(),
        })
    })
}

fn call(ctx: &Ctx<'_>, callback: Persistent<Function<'static>>) {
    let outcome = callback.restore(ctx).and_then(|callback| callback.call::<_, Value>(()));
    if let Err(error) = outcome {
        end_uncaught(ctx, error);
    }
}

fn finish_jobs(ctx: &Ctx<'_>) {
    while ctx.execute_pending_job() {}
    let rejected = WAITS.with_borrow_mut(|waits| waits.rejected.pop());
    if let Some((_, reason)) = rejected {
        match reason.restore(ctx) {
            Ok(reason) => end_with(&reason, "a promise was rejected"),
            Err(error) => end_uncaught(ctx, error),
        }
    }
}
