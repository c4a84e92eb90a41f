//! Errors, as JavaScript gets them.

use nix::errno::Errno;
use rquickjs::{Ctx, Error, Exception, Result, Value};

/// A system error in Node's form: https://nodejs.org/api/errors.html#class-systemerror.
pub fn system_error(ctx: &Ctx<'_>, errno: Errno, call: &str, path: Option<&str>) -> Error {
    let code = format!("{errno:?}");
    let of = path.map(|path| format!(" '{path}'")).unwrap_or_default();
    let message = format!("{code}: {}, {call}{of}", errno.desc().to_lowercase());
    match filled(ctx, &message, &code, errno, call, path) {
        Ok(exception) => ctx.throw(exception.into_value()),
        Err(error) => error,
    }
}

fn filled<'js>(
    ctx: &Ctx<'js>,
    message: &str,
    code: &str,
    errno: Errno,
    call: &str,
    path: Option<&str>,
) -> Result<Exception<'js>> {
    let exception = Exception::from_message(ctx.clone(), message)?;
    exception.set("code", code)?;
    exception.set("errno", -(errno as i32))?;
    exception.set("syscall", call)?;
    if let Some(path) = path {
        exception.set("path", path)?;
    }
    Ok(exception)
}

/// An error with a code, as Node's own have it.
pub fn coded(ctx: &Ctx<'_>, code: &str, message: &str) -> Error {
    let exception = Exception::from_message(ctx.clone(), message).and_then(|exception| {
        exception.set("code", code)?;
        Ok(exception)
    });
    match exception {
        Ok(exception) => ctx.throw(exception.into_value()),
        Err(error) => error,
    }
}

/// The result of a system call.
pub trait OrThrow<T> {
    fn or_throw(self, ctx: &Ctx<'_>, call: &str) -> Result<T>;
    fn or_throw_at(self, ctx: &Ctx<'_>, call: &str, path: &str) -> Result<T>;
}

impl<T, E: Into<std::io::Error>> OrThrow<T> for std::result::Result<T, E> {
    fn or_throw(self, ctx: &Ctx<'_>, call: &str) -> Result<T> {
        self.map_err(|error| system_error(ctx, errno_of(error), call, None))
    }

    fn or_throw_at(self, ctx: &Ctx<'_>, call: &str, path: &str) -> Result<T> {
        self.map_err(|error| system_error(ctx, errno_of(error), call, Some(path)))
    }
}

fn errno_of(error: impl Into<std::io::Error>) -> Errno {
    Errno::from_raw(error.into().raw_os_error().unwrap_or(Errno::EINVAL as i32))
}

/// Ends the process after an uncaught error. Its message may contain a secret, so only the stack frames are printed.
pub fn end_uncaught(ctx: &Ctx<'_>, error: Error) -> ! {
    let value = if error.is_exception() { ctx.catch() } else { Value::new_undefined(ctx.clone()) };
    end_with(&value, &error.to_string())
}

pub fn end_with(value: &Value<'_>, otherwise: &str) -> ! {
    let stack = value.as_exception().and_then(Exception::stack);
    eprintln!("credbridge: something went wrong inside credbridge\n{}", stack.as_deref().unwrap_or(otherwise));
    crate::process::end_now(1)
}
