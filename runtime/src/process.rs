//! This process: its arguments, its user, its end.

use crate::error::OrThrow;
use crate::files::{Bytes, room};
use crate::modules::native_module;
use nix::errno::Errno;
use nix::sys::signal::{self, Signal};
use nix::unistd::{Pid, Uid, User};
use rquickjs::{Ctx, Object, Result};
use std::collections::BTreeMap;
use std::env;
use std::ffi::{CStr, OsStr, c_char};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

native_module! {
    "words": words, "executable": executable, "environment": environment, "folder": folder,
    "processId": std::process::id, "parentId": std::os::unix::process::parent_id, "userId": user_id, "home": home,
    "userName": user_name, "hostName": host_name, "priority": priority, "architecture": architecture, "random": random,
    "kill": kill, "umask": umask, "become": become_program, "exit": exit,
}

static HAS_NO_OUTPUT: AtomicBool = AtomicBool::new(false);

/// Whether standard output was closed when this process began.
pub fn has_no_output() -> bool {
    HAS_NO_OUTPUT.load(Relaxed)
}

/// Opens the standard streams that are closed, and makes writing to a closed pipe an error instead of the end, as Rust's
/// own start and Node do.
pub fn prepare() {
    for stream in 0..3 {
        // SAFETY: none of these calls touches memory of ours. The lowest free descriptor is the one that is closed.
        unsafe {
            let is_closed = nix::libc::fcntl(stream, nix::libc::F_GETFD) == -1;
            // Another file would get its number, and what is meant for the stream.
            if is_closed && nix::libc::open(c"/dev/null".as_ptr(), nix::libc::O_RDWR) != stream {
                nix::libc::abort();
            }
            if is_closed && stream == 1 {
                HAS_NO_OUTPUT.store(true, Relaxed);
            }
        }
    }
    // SAFETY: no handler is installed.
    let _ = unsafe { signal::signal(Signal::SIGPIPE, signal::SigHandler::SigIgn) };
}

/// Keeps other processes from reading our memory, and a crash from writing it to a disk. Programs that we start do not
/// inherit this, and of the files that our caller has open they inherit standard input, output and error only, as on Node.
pub fn harden() {
    // It fails on no Linux: https://man7.org/linux/man-pages/man2/PR_SET_DUMPABLE.2const.html
    let _ = nix::sys::prctl::set_dumpable(false);
    keep_inherited_files();
}

fn keep_inherited_files() {
    use nix::libc::{CLOSE_RANGE_CLOEXEC, SYS_close_range, syscall};
    // SAFETY: it changes one flag of descriptors, and no memory.
    let failed = unsafe { syscall(SYS_close_range, 3u32, u32::MAX, CLOSE_RANGE_CLOEXEC) } != 0;
    if !failed {
        return;
    }
    // Before Linux 5.11.
    for entry in std::fs::read_dir("/proc/self/fd").into_iter().flatten().flatten() {
        let number = entry.file_name().to_str().and_then(|name| name.parse::<i32>().ok());
        if let Some(number) = number.filter(|number| *number > 2) {
            // SAFETY: the same.
            unsafe { nix::libc::fcntl(number, nix::libc::F_SETFD, nix::libc::FD_CLOEXEC) };
        }
    }
}

/// Ends the process at once. There are no buffers to flush.
pub fn end_now(code: i32) -> ! {
    crate::terminal::restore();
    // SAFETY: it does not return, and runs no exit handlers.
    unsafe { nix::libc::_exit(code) }
}

fn exit(code: i32) {
    end_now(code)
}

/// Sets the mask of new files, and returns the former one.
fn umask(mask: u32) -> u32 {
    nix::sys::stat::umask(nix::sys::stat::Mode::from_bits_truncate(mask)).bits()
}

/// argv: the name by which the process was started, and its arguments.
fn words() -> Vec<String> {
    env::args_os().map(|word| word.to_string_lossy().into_owned()).collect()
}

fn executable(ctx: Ctx<'_>) -> Result<String> {
    let path = env::current_exe().or_else(|error| started_as().ok_or(error)).or_throw(&ctx, "readlink")?;
    Ok(path.to_string_lossy().into_owned())
}

/// The path by which this process was started. It is asked where there is no /proc.
fn started_as() -> Option<PathBuf> {
    // SAFETY: the kernel's entry of the auxiliary vector is a text that lasts as long as the process.
    let path = unsafe {
        let text = nix::libc::getauxval(nix::libc::AT_EXECFN) as *const c_char;
        (!text.is_null()).then(|| CStr::from_ptr(text))?
    };
    std::fs::canonicalize(OsStr::from_bytes(path.to_bytes())).ok()
}

fn environment<'js>(ctx: Ctx<'js>) -> Result<Object<'js>> {
    let variables = Object::new(ctx)?;
    for (name, value) in env::vars_os() {
        variables.set(&*name.to_string_lossy(), &*value.to_string_lossy())?;
    }
    Ok(variables)
}

fn folder(ctx: Ctx<'_>) -> Result<String> {
    let path = env::current_dir().or_throw(&ctx, "getcwd")?;
    Ok(path.to_string_lossy().into_owned())
}

fn user_id() -> u32 {
    Uid::current().as_raw()
}

fn home() -> Option<String> {
    current_user().map(|user| user.dir.to_string_lossy().into_owned())
}

fn user_name() -> Option<String> {
    current_user().map(|user| user.name)
}

fn current_user() -> Option<User> {
    User::from_uid(Uid::current()).ok().flatten()
}

fn host_name() -> String {
    nix::unistd::gethostname().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn priority(ctx: Ctx<'_>, process: u32) -> Result<i32> {
    Errno::clear();
    // SAFETY: it uses no memory of ours. -1 may be a valid priority; then errno stays unchanged.
    let priority = unsafe { nix::libc::getpriority(nix::libc::PRIO_PROCESS, process) };
    match Errno::last_raw() {
        0 => Ok(priority),
        errno => Err(Errno::from_raw(errno)).or_throw(&ctx, "getpriority"),
    }
}

/// Node's name for it.
fn architecture() -> &'static str {
    match env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        other => other,
    }
}

fn random(ctx: Ctx<'_>, mut into: Bytes<'_>) -> Result<()> {
    getrandom::fill(room(&mut into, 0, usize::MAX)).or_throw(&ctx, "getrandom")
}

/// Signal 0 sends nothing and only checks whether the process exists.
fn kill(ctx: Ctx<'_>, process: i32, signal: i32) -> Result<()> {
    let signal = match signal {
        0 => None,
        number => Some(Signal::try_from(number).or_throw(&ctx, "kill")?),
    };
    signal::kill(Pid::from_raw(process), signal).or_throw(&ctx, "kill")
}

/// Replaces this process by another program. Returns only on failure.
fn become_program(ctx: Ctx<'_>, program: String, words: Vec<String>, env: BTreeMap<String, String>) -> Result<()> {
    let mut command = Command::new(&program);
    if let Some((name, rest)) = words.split_first() {
        command.arg0(name).args(rest);
    }
    Err(command.env_clear().envs(env).exec()).or_throw_at(&ctx, "execve", &program)
}
