//! Child processes.

use crate::error::OrThrow;
use crate::files::borrowed;
use crate::modules::native_module;
use command_fds::{CommandFdExt, FdMapping};
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{Pid, pipe2, setsid};
use rquickjs::{Ctx, Result};
use std::collections::BTreeMap;
use std::fs::File;
use std::os::fd::{IntoRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::Command;

native_module! {
    "start": start, "ended": ended,
}

const PIPE: i32 = -1;

/// Its process ID and, for each of its file descriptors, our end of the pipe or -1.
fn start(
    ctx: Ctx<'_>,
    program: String,
    words: Vec<String>,
    env: BTreeMap<String, String>,
    folder: String,
    stdio: Vec<i32>,
    detached: bool,
) -> Result<Vec<i32>> {
    started(&program, words, env, folder, stdio, detached).or_throw_at(&ctx, "spawn", &program)
}

fn started(
    program: &str,
    words: Vec<String>,
    env: BTreeMap<String, String>,
    folder: String,
    stdio: Vec<i32>,
    detached: bool,
) -> std::io::Result<Vec<i32>> {
    let mut command = Command::new(program);
    if let Some((name, rest)) = words.split_first() {
        command.arg0(name).args(rest);
    }
    command.env_clear().envs(env);
    if !folder.is_empty() {
        command.current_dir(folder);
    }
    if detached {
        // SAFETY: setsid is one of the functions that may run between fork and exec.
        unsafe { command.pre_exec(|| Ok(setsid().map(drop)?)) };
    }
    let (mut ours, mut more) = (Vec::new(), Vec::new());
    for (child_fd, wanted) in (0..).zip(stdio) {
        let (parent_fd, end) = match wanted {
            PIPE => piped(child_fd == 0)?,
            0.. => (borrowed(wanted).try_clone_to_owned()?, None),
            _ => (File::options().read(true).write(true).open("/dev/null")?.into(), None),
        };
        ours.push(end);
        match child_fd {
            0 => drop(command.stdin(parent_fd)),
            1 => drop(command.stdout(parent_fd)),
            2 => drop(command.stderr(parent_fd)),
            _ => more.push(FdMapping { parent_fd, child_fd }),
        }
    }
    if !more.is_empty() {
        command.fd_mappings(more).map_err(std::io::Error::other)?;
    }
    let child = command.spawn()?;
    let ends = ours.into_iter().map(|end| end.map_or(-1, IntoRawFd::into_raw_fd));
    Ok([child.id() as i32].into_iter().chain(ends).collect())
}

/// The program's end of a pipe, and our non-blocking end.
fn piped(program_reads: bool) -> nix::Result<(OwnedFd, Option<OwnedFd>)> {
    let (reading, writing) = pipe2(OFlag::O_CLOEXEC)?;
    let (theirs, ours) = if program_reads { (reading, writing) } else { (writing, reading) };
    fcntl(&ours, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
    Ok((theirs, Some(ours)))
}

/// The exit code, and the signal that ended it or 0; nothing while it runs.
fn ended(ctx: Ctx<'_>, process: i32) -> Result<Option<Vec<i32>>> {
    let status = waitpid(Pid::from_raw(process), Some(WaitPidFlag::WNOHANG)).or_throw(&ctx, "waitpid")?;
    Ok(match status {
        WaitStatus::Exited(_, code) => Some(vec![code, 0]),
        WaitStatus::Signaled(_, signal, _) => Some(vec![0, signal as i32]),
        _ => None,
    })
}
