//! The parts of an answer in HTTP/1.1, by httparse. Each function reads from the start of what has come so far.

use crate::error::coded;
use crate::files::{Bytes, part};
use crate::modules::native_module;
use httparse::{EMPTY_HEADER, Response, Status, parse_chunk_size, parse_headers};
use rquickjs::{Ctx, Result};

native_module! {
    "head": head, "chunkSize": chunk_size, "trailers": trailers,
}

const MOST_HEADERS: usize = 200;

/// A length in bytes, the status, then names and values of the headers in turn. Nothing: more is needed.
fn head(ctx: Ctx<'_>, bytes: Bytes<'_>) -> Result<Option<Vec<String>>> {
    let mut headers = [EMPTY_HEADER; MOST_HEADERS];
    let mut response = Response::new(&mut headers);
    let Some(length) = complete(&ctx, response.parse(part(&bytes, 0, usize::MAX)))? else { return Ok(None) };
    let mut answer = vec![length.to_string(), response.code.unwrap_or_default().to_string()];
    for header in response.headers {
        answer.push(header.name.into());
        // Bytes beyond ASCII have no meaning of their own: https://www.rfc-editor.org/rfc/rfc9110#section-5.5
        answer.push(header.value.iter().map(|byte| char::from(*byte)).collect());
    }
    Ok(Some(answer))
}

/// The length of the line before a chunk, and of the chunk. Nothing: more is needed.
fn chunk_size(ctx: Ctx<'_>, bytes: Bytes<'_>) -> Result<Option<Vec<f64>>> {
    match parse_chunk_size(part(&bytes, 0, usize::MAX)) {
        Ok(Status::Complete((length, size))) => Ok(Some(vec![length as f64, size as f64])),
        Ok(Status::Partial) => Ok(None),
        Err(_) => Err(not_http(&ctx)),
    }
}

/// The length of the lines after the last chunk. Nothing: more is needed.
fn trailers(ctx: Ctx<'_>, bytes: Bytes<'_>) -> Result<Option<usize>> {
    let mut headers = [EMPTY_HEADER; MOST_HEADERS];
    let parsed = complete(&ctx, parse_headers(part(&bytes, 0, usize::MAX), &mut headers))?;
    Ok(parsed.map(|(length, _)| length))
}

fn complete<T>(ctx: &Ctx<'_>, parsed: httparse::Result<T>) -> Result<Option<T>> {
    match parsed {
        Ok(Status::Complete(value)) => Ok(Some(value)),
        Ok(Status::Partial) => Ok(None),
        Err(_) => Err(not_http(ctx)),
    }
}

fn not_http(ctx: &Ctx<'_>) -> rquickjs::Error {
    coded(ctx, "HPE_INVALID", "the answer is not HTTP")
}
