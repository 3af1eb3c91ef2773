//! The table of strings.

use std::io::Read;

use super::Limits;
use super::error::ReadError;
use super::source::Source;
use crate::snapshot::Strings;

const SECTION: &str = "strings";

/// Reads the array of strings into one text. A surrogate without its other half becomes U+FFFD.
pub(super) fn read(source: &mut Source<impl Read>, limits: &Limits) -> Result<Strings, ReadError> {
    source.expect(b'[', SECTION)?;
    let mut bytes = Vec::new();
    let mut ends = Vec::new();
    if source.peek_token(SECTION)? == b']' {
        source.consume(1);
        return Ok(Strings::default());
    }
    loop {
        source.expect(b'"', SECTION)?;
        text(source, &mut bytes, limits)?;
        ends.push(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
        let found = source.peek_token(SECTION)?;
        source.consume(1);
        match found {
            b',' => {}
            b']' => break,
            _ => return Err(source.unexpected(SECTION, found, "',' or ']'")),
        }
    }
    join(source, bytes, ends)
}

fn join(source: &Source<impl Read>, bytes: Vec<u8>, ends: Vec<u32>) -> Result<Strings, ReadError> {
    let not_utf8 = || source.damaged(SECTION, "a string is not UTF-8".to_owned());
    let text = String::from_utf8(bytes).map_err(|_| not_utf8())?;
    // Bytes that only together are UTF-8 must not be cut into two strings.
    if ends.iter().any(|end| !text.is_char_boundary(*end as usize)) {
        return Err(not_utf8());
    }
    Ok(Strings { text, ends })
}

/// One string behind its opening quotation mark, with its closing one.
fn text(
    source: &mut Source<impl Read>,
    bytes: &mut Vec<u8>,
    limits: &Limits,
) -> Result<(), ReadError> {
    loop {
        let window = source.window()?;
        if window.is_empty() {
            return Err(source.truncated(SECTION));
        }
        let special = memchr::memchr2(b'"', b'\\', window);
        let plain = special.unwrap_or(window.len());
        bytes.extend_from_slice(&window[..plain]);
        let quotation_mark = special.is_some_and(|at| window[at] == b'"');
        if bytes.len() > limits.string_bytes as usize {
            return Err(ReadError::TooLarge {
                what: "bytes of strings",
                found: bytes.len() as u64,
                limit: u64::from(limits.string_bytes),
            });
        }
        source.consume(plain + usize::from(special.is_some()));
        if quotation_mark {
            return Ok(());
        }
        if special.is_some() {
            escape(source, bytes)?;
        }
    }
}

fn escape(source: &mut Source<impl Read>, bytes: &mut Vec<u8>) -> Result<(), ReadError> {
    let plain = match source.byte(SECTION)? {
        b'n' => b'\n',
        b't' => b'\t',
        b'r' => b'\r',
        b'b' => 8,
        b'f' => 12,
        same @ (b'"' | b'\\' | b'/') => same,
        b'u' => return unicode(source, bytes),
        other => return Err(source.unexpected(SECTION, other, "an escape")),
    };
    bytes.push(plain);
    Ok(())
}

/// `XXXX` of `\uXXXX`, and the second half of a pair if there is one.
fn unicode(source: &mut Source<impl Read>, bytes: &mut Vec<u8>) -> Result<(), ReadError> {
    let mut unit = hexadecimal(source)?;
    loop {
        let is_high = (0xd800..0xdc00).contains(&unit);
        if !is_high || source.peek()? != Some(b'\\') {
            push(bytes, unit);
            return Ok(());
        }
        source.consume(1);
        if source.peek()? != Some(b'u') {
            push(bytes, unit);
            return escape(source, bytes);
        }
        source.consume(1);
        let low = hexadecimal(source)?;
        if (0xdc00..0xe000).contains(&low) {
            push(bytes, 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
            return Ok(());
        }
        push(bytes, unit);
        unit = low;
    }
}

fn hexadecimal(source: &mut Source<impl Read>) -> Result<u32, ReadError> {
    let mut value = 0;
    for _ in 0..4 {
        let byte = source.byte(SECTION)?;
        let digit = (byte as char).to_digit(16);
        let digit = digit.ok_or_else(|| source.unexpected(SECTION, byte, "a hexadecimal digit"))?;
        value = value * 16 + digit;
    }
    Ok(value)
}

fn push(bytes: &mut Vec<u8>, code: u32) {
    let character = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
    bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
}
