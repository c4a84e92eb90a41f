//! Files and file descriptors. Descriptors are numbers that JavaScript owns, as in Node.

use crate::error::{OrThrow, coded};
use crate::modules::native_module;
use nix::errno::Errno;
use nix::fcntl::{self, AT_FDCWD, OFlag};
use nix::sys::stat::{self, FileStat, Mode, UtimensatFlags};
use nix::sys::time::TimeSpec;
use nix::unistd::{self, AccessFlags, Gid, Uid};
use rquickjs::{Ctx, FromJs, Object, Result, TypedArray, Value};
use std::fs;
use std::ops::{Deref, Range};
use std::os::fd::{BorrowedFd, IntoRawFd};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::time::Duration;

native_module! {
    "flags": flags, "open": open, "close": close, "read": read, "write": write, "fsync": fsync, "ftruncate": ftruncate,
    "stat": stat, "lstat": lstat, "fstat": fstat, "statfs": statfs, "access": access, "exists": exists, "readFile": read_file,
    "readdir": readdir, "mkdir": mkdir, "rmdir": rmdir, "unlink": unlink, "removeAll": remove_all, "rename": rename,
    "link": link, "symlink": symlink, "readlink": readlink, "realpath": realpath, "chmod": chmod, "fchmod": fchmod,
    "chown": chown, "fchown": fchown, "utimes": utimes,
}

pub type Bytes<'js> = TypedArray<'js, u8>;

/// A path from JavaScript. A NUL byte would end it early for the system.
struct FilePath(String);

impl<'js> FromJs<'js> for FilePath {
    fn from_js(ctx: &Ctx<'js>, value: Value<'js>) -> Result<Self> {
        let path = String::from_js(ctx, value)?;
        match path.contains('\0') {
            true => Err(coded(ctx, "ERR_INVALID_ARG_VALUE", "a path has a NUL byte")),
            false => Ok(FilePath(path)),
        }
    }
}

impl Deref for FilePath {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

/// A file descriptor from JavaScript. If it is not open, the system reports EBADF.
pub fn borrowed(fd: i32) -> BorrowedFd<'static> {
    // SAFETY: only -1 must not be borrowed. The system refuses every other number that is not open.
    unsafe { BorrowedFd::borrow_raw(fd.max(0)) }
}

/// The part of an array that a call uses; empty if the array is detached.
pub fn part<'a>(bytes: &'a Bytes<'_>, offset: usize, length: usize) -> &'a [u8] {
    // SAFETY: no JavaScript runs while the host uses the memory, so nothing moves or frees it.
    let whole = unsafe { bytes.as_raw().map_or(&[][..], |raw| raw.as_ref()) };
    &whole[range(whole.len(), offset, length)]
}

/// The same, for writing.
pub fn room<'a>(bytes: &'a mut Bytes<'_>, offset: usize, length: usize) -> &'a mut [u8] {
    // SAFETY: as above, and a call gets only one array to write to.
    let whole = unsafe { bytes.as_raw().map_or(&mut [][..], |mut raw| raw.as_mut()) };
    let range = range(whole.len(), offset, length);
    &mut whole[range]
}

fn range(whole: usize, offset: usize, length: usize) -> Range<usize> {
    let end = offset.saturating_add(length).min(whole);
    offset.min(end)..end
}

/// The flags for opening a file. Their numbers depend on the platform.
fn flags<'js>(ctx: Ctx<'js>) -> Result<Object<'js>> {
    let flags = Object::new(ctx)?;
    flags.set("O_RDONLY", OFlag::O_RDONLY.bits())?;
    flags.set("O_WRONLY", OFlag::O_WRONLY.bits())?;
    flags.set("O_RDWR", OFlag::O_RDWR.bits())?;
    flags.set("O_CREAT", OFlag::O_CREAT.bits())?;
    flags.set("O_EXCL", OFlag::O_EXCL.bits())?;
    flags.set("O_TRUNC", OFlag::O_TRUNC.bits())?;
    flags.set("O_APPEND", OFlag::O_APPEND.bits())?;
    flags.set("O_NONBLOCK", OFlag::O_NONBLOCK.bits())?;
    flags.set("O_DIRECTORY", OFlag::O_DIRECTORY.bits())?;
    flags.set("O_NOFOLLOW", OFlag::O_NOFOLLOW.bits())?;
    Ok(flags)
}

fn open(ctx: Ctx<'_>, path: FilePath, flags: i32, mode: u32) -> Result<i32> {
    let flags = OFlag::from_bits_retain(flags) | OFlag::O_CLOEXEC;
    let opened = fcntl::open(&*path, flags, Mode::from_bits_truncate(mode));
    Ok(opened.or_throw_at(&ctx, "open", &path)?.into_raw_fd())
}

fn close(ctx: Ctx<'_>, fd: i32) -> Result<()> {
    unistd::close(fd).or_throw(&ctx, "close")
}

/// At the position; if it is negative, at the file descriptor's own.
fn read(ctx: Ctx<'_>, fd: i32, mut into: Bytes<'_>, offset: usize, length: usize, position: f64) -> Result<usize> {
    let into = room(&mut into, offset, length);
    let count = match position < 0.0 {
        true => unistd::read(borrowed(fd), into),
        false => nix::sys::uio::pread(borrowed(fd), into, position as i64),
    };
    count.or_throw(&ctx, "read")
}

/// Unlike on Node, writing to a standard output that was closed fails: an answer that is lost is no answer.
fn write(ctx: Ctx<'_>, fd: i32, from: Bytes<'_>, offset: usize, length: usize, position: f64) -> Result<usize> {
    if fd == 1 && crate::process::has_no_output() {
        return Err(Errno::EBADF).or_throw(&ctx, "write");
    }
    let from = part(&from, offset, length);
    let count = match position < 0.0 {
        true => unistd::write(borrowed(fd), from),
        false => nix::sys::uio::pwrite(borrowed(fd), from, position as i64),
    };
    count.or_throw(&ctx, "write")
}

fn fsync(ctx: Ctx<'_>, fd: i32) -> Result<()> {
    unistd::fsync(borrowed(fd)).or_throw(&ctx, "fsync")
}

fn ftruncate(ctx: Ctx<'_>, fd: i32, length: i64) -> Result<()> {
    unistd::ftruncate(borrowed(fd), length).or_throw(&ctx, "ftruncate")
}

/// Of a file: device, inode, mode, links, user, group, size, and the times of access, modification and change.
type Stats = Vec<f64>;

fn stats(stat: FileStat) -> Stats {
    let milliseconds = |seconds: i64, nanoseconds: i64| seconds as f64 * 1e3 + nanoseconds as f64 / 1e6;
    vec![
        stat.st_dev as f64,
        stat.st_ino as f64,
        stat.st_mode.into(),
        stat.st_nlink as f64,
        stat.st_uid.into(),
        stat.st_gid.into(),
        stat.st_size as f64,
        milliseconds(stat.st_atime, stat.st_atime_nsec),
        milliseconds(stat.st_mtime, stat.st_mtime_nsec),
        milliseconds(stat.st_ctime, stat.st_ctime_nsec),
    ]
}

fn stat(ctx: Ctx<'_>, path: FilePath, required: bool) -> Result<Option<Stats>> {
    seen(stat::stat(&*path), required).or_throw_at(&ctx, "stat", &path)
}

fn lstat(ctx: Ctx<'_>, path: FilePath, required: bool) -> Result<Option<Stats>> {
    seen(stat::lstat(&*path), required).or_throw_at(&ctx, "lstat", &path)
}

/// Nothing is at the path, which is an error only if something is required. An exception costs more than the call.
fn seen(found: nix::Result<FileStat>, required: bool) -> nix::Result<Option<Stats>> {
    match found {
        Err(Errno::ENOENT | Errno::ENOTDIR) if !required => Ok(None),
        other => other.map(stats).map(Some),
    }
}

fn exists(path: FilePath) -> bool {
    unistd::access(&*path, AccessFlags::F_OK).is_ok()
}

fn fstat(ctx: Ctx<'_>, fd: i32) -> Result<Stats> {
    stat::fstat(borrowed(fd)).or_throw(&ctx, "fstat").map(stats)
}

/// The type of the file system of this path, as a number of statfs(2).
fn statfs(ctx: Ctx<'_>, path: FilePath) -> Result<f64> {
    let found = nix::sys::statfs::statfs(&*path).or_throw_at(&ctx, "statfs", &path)?;
    Ok(found.filesystem_type().0 as f64)
}

fn access(ctx: Ctx<'_>, path: FilePath, mode: i32) -> Result<()> {
    unistd::access(&*path, AccessFlags::from_bits_truncate(mode)).or_throw_at(&ctx, "access", &path)
}

fn read_file<'js>(ctx: Ctx<'js>, path: FilePath) -> Result<Bytes<'js>> {
    let content = fs::read(&*path).or_throw_at(&ctx, "open", &path)?;
    TypedArray::new(ctx, content)
}

/// The names in a folder. Bytes that are not UTF-8 become U+FFFD.
fn readdir(ctx: Ctx<'_>, path: FilePath) -> Result<Vec<String>> {
    let entries = fs::read_dir(&*path).or_throw_at(&ctx, "scandir", &path)?;
    let names = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    names.collect::<std::io::Result<_>>().or_throw_at(&ctx, "scandir", &path)
}

fn mkdir(ctx: Ctx<'_>, path: FilePath, mode: u32, recursive: bool) -> Result<()> {
    fs::DirBuilder::new().mode(mode).recursive(recursive).create(&*path).or_throw_at(&ctx, "mkdir", &path)
}

fn rmdir(ctx: Ctx<'_>, path: FilePath) -> Result<()> {
    fs::remove_dir(&*path).or_throw_at(&ctx, "rmdir", &path)
}

fn unlink(ctx: Ctx<'_>, path: FilePath) -> Result<()> {
    fs::remove_file(&*path).or_throw_at(&ctx, "unlink", &path)
}

/// Removes a folder with its content. Symbolic links are removed, not followed.
fn remove_all(ctx: Ctx<'_>, path: FilePath) -> Result<()> {
    fs::remove_dir_all(&*path).or_throw_at(&ctx, "rm", &path)
}

fn rename(ctx: Ctx<'_>, from: FilePath, to: FilePath) -> Result<()> {
    fs::rename(&*from, &*to).or_throw_at(&ctx, "rename", &from)
}

fn link(ctx: Ctx<'_>, from: FilePath, to: FilePath) -> Result<()> {
    fs::hard_link(&*from, &*to).or_throw_at(&ctx, "link", &from)
}

fn symlink(ctx: Ctx<'_>, target: FilePath, path: FilePath) -> Result<()> {
    std::os::unix::fs::symlink(&*target, &*path).or_throw_at(&ctx, "symlink", &path)
}

fn readlink(ctx: Ctx<'_>, path: FilePath) -> Result<String> {
    let target = fs::read_link(&*path).or_throw_at(&ctx, "readlink", &path)?;
    Ok(target.to_string_lossy().into_owned())
}

fn realpath(ctx: Ctx<'_>, path: FilePath) -> Result<String> {
    let real = fs::canonicalize(&*path).or_throw_at(&ctx, "realpath", &path)?;
    Ok(real.to_string_lossy().into_owned())
}

fn chmod(ctx: Ctx<'_>, path: FilePath, mode: u32) -> Result<()> {
    fs::set_permissions(&*path, fs::Permissions::from_mode(mode)).or_throw_at(&ctx, "chmod", &path)
}

fn fchmod(ctx: Ctx<'_>, fd: i32, mode: u32) -> Result<()> {
    stat::fchmod(borrowed(fd), Mode::from_bits_truncate(mode)).or_throw(&ctx, "fchmod")
}

fn chown(ctx: Ctx<'_>, path: FilePath, user: u32, group: u32) -> Result<()> {
    let (user, group) = (Uid::from_raw(user), Gid::from_raw(group));
    unistd::chown(&*path, Some(user), Some(group)).or_throw_at(&ctx, "chown", &path)
}

fn fchown(ctx: Ctx<'_>, fd: i32, user: u32, group: u32) -> Result<()> {
    let (user, group) = (Uid::from_raw(user), Gid::from_raw(group));
    unistd::fchown(borrowed(fd), Some(user), Some(group)).or_throw(&ctx, "fchown")
}

/// Sets the times of access and modification, in seconds.
fn utimes(ctx: Ctx<'_>, path: FilePath, accessed: f64, written: f64) -> Result<()> {
    let time = |seconds: f64| TimeSpec::from_duration(Duration::from_secs_f64(seconds.max(0.0)));
    let (accessed, written) = (time(accessed), time(written));
    stat::utimensat(AT_FDCWD, &*path, &accessed, &written, UtimensatFlags::FollowSymlink)
        .or_throw_at(&ctx, "utime", &path)
}
