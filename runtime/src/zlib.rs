//! gzip archives: https://www.rfc-editor.org/rfc/rfc1952.

use crate::files::{Bytes, part};
use crate::modules::native_module;
use flate2::bufread::GzDecoder;
use rquickjs::{Ctx, Exception, Result, TypedArray};
use std::io::Read;

native_module! {
    "gunzip": gunzip,
}

/// Decompresses all members of an archive. As in Node, a NUL after a member ends the archive.
fn gunzip<'js>(ctx: Ctx<'js>, archive: Bytes<'js>, longest: usize) -> Result<Bytes<'js>> {
    let mut rest = part(&archive, 0, usize::MAX);
    let mut out = Vec::new();
    loop {
        let mut member = GzDecoder::new(rest);
        let room = (longest - out.len()) as u64 + 1;
        let unpacked = (&mut member).take(room).read_to_end(&mut out);
        unpacked.map_err(|error| Exception::throw_message(&ctx, &error.to_string()))?;
        if out.len() > longest {
            return Err(Exception::throw_range(&ctx, "Cannot create a Buffer larger than the limit"));
        }
        rest = member.into_inner();
        if matches!(rest, [] | [0, ..]) {
            return TypedArray::new(ctx, out);
        }
    }
}
