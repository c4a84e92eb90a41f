//! Conversion between bytes and text: https://nodejs.org/api/buffer.html#buffers-and-character-encodings.

use crate::files::{Bytes, part, room};
use crate::modules::native_module;
use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use rquickjs::{Ctx, Exception, Result, TypedArray};

native_module! {
    "isUtf8": is_utf8, "encode": encode, "encodeInto": encode_into, "decode": decode,
    "decodeUtf8": decode_utf8,
}

const PADDED: GeneralPurpose = GeneralPurpose::new(&STANDARD, GeneralPurposeConfig::new());
const UNPADDED: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, LENIENT.with_encode_padding(false));
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);

fn is_utf8(bytes: Bytes<'_>) -> bool {
    std::str::from_utf8(part(&bytes, 0, usize::MAX)).is_ok()
}

fn encode<'js>(ctx: Ctx<'js>, text: String, encoding: String) -> Result<Bytes<'js>> {
    let bytes = match encoding.as_str() {
        "utf8" | "utf-8" => text.into_bytes(),
        "latin1" | "binary" | "ascii" => text.encode_utf16().map(|unit| unit as u8).collect(),
        "hex" => from_hex(text.as_bytes()),
        "base64" | "base64url" => from_base64(&text),
        _ => return Err(unknown(&ctx)),
    };
    TypedArray::new(ctx, bytes)
}

/// Writes as many whole characters as fit. Returns the number of bytes.
fn encode_into(text: String, mut into: Bytes<'_>, offset: usize) -> usize {
    let room = room(&mut into, offset, usize::MAX);
    let mut count = text.len().min(room.len());
    while !text.is_char_boundary(count) {
        count -= 1;
    }
    room[..count].copy_from_slice(&text.as_bytes()[..count]);
    count
}

/// Invalid UTF-8 becomes U+FFFD: https://encoding.spec.whatwg.org.
fn decode_utf8(bytes: Bytes<'_>, start: usize, end: usize) -> String {
    String::from_utf8_lossy(part(&bytes, start, end.saturating_sub(start))).into_owned()
}

fn decode(ctx: Ctx<'_>, bytes: Bytes<'_>, start: usize, end: usize, encoding: String) -> Result<String> {
    let bytes = part(&bytes, start, end.saturating_sub(start));
    match encoding.as_str() {
        "latin1" | "binary" => Ok(bytes.iter().map(|byte| char::from(*byte)).collect()),
        "ascii" => Ok(bytes.iter().map(|byte| char::from(byte & 0x7f)).collect()),
        "hex" => Ok(bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()),
        "base64" => Ok(PADDED.encode(bytes)),
        "base64url" => Ok(UNPADDED.encode(bytes)),
        _ => Err(unknown(&ctx)),
    }
}

fn digit(value: u8) -> char {
    char::from_digit(value.into(), 16).unwrap_or_default()
}

/// Decodes up to the first invalid pair of digits.
fn from_hex(text: &[u8]) -> Vec<u8> {
    let value = |digit: u8| char::from(digit).to_digit(16);
    let pairs = text.chunks_exact(2).map_while(|pair| Some(value(pair[0])? << 4 | value(pair[1])?));
    pairs.map(|byte| byte as u8).collect()
}

/// Either alphabet, with or without padding. Other characters are skipped.
fn from_base64(text: &str) -> Vec<u8> {
    let known = text.bytes().take_while(|byte| *byte != b'=').filter_map(|byte| match byte {
        b'+' => Some(b'-'),
        b'/' => Some(b'_'),
        b'-' | b'_' => Some(byte),
        _ => byte.is_ascii_alphanumeric().then_some(byte),
    });
    let mut known: Vec<u8> = known.collect();
    if known.len() % 4 == 1 {
        known.pop();
    }
    UNPADDED.decode(known).unwrap_or_default()
}

fn unknown(ctx: &Ctx<'_>) -> rquickjs::Error {
    Exception::throw_type(ctx, "Unknown encoding")
}
