//! Strings as PromQL means them: escapes produce bytes, as in Go.

use crate::syntax::tree::Text;

/// Reads a quoted text, quotes included. The parser has already checked its form; what cannot be
/// read is kept as written.
pub(crate) fn unquote(quoted: &str) -> Text {
    let raw = quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or("");
    let bytes = if quoted.starts_with('`') {
        raw.as_bytes().to_vec()
    } else {
        unescape(raw).unwrap_or_else(|| raw.as_bytes().to_vec())
    };
    let (value, is_utf8) = match String::from_utf8(bytes) {
        Ok(value) => (value, true),
        Err(error) => (
            String::from_utf8_lossy(error.as_bytes()).into_owned(),
            false,
        ),
    };
    Text {
        value,
        raw: raw.to_owned(),
        is_utf8,
    }
}

fn unescape(raw: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        let code = *rest.as_bytes().get(at + 1)?;
        let tail = rest.get(at + 2..)?;
        let used = match code {
            b'x' => push_byte(&mut bytes, tail, 2, 16)?,
            b'u' => push_char(&mut bytes, tail, 4)?,
            b'U' => push_char(&mut bytes, tail, 8)?,
            b'0'..=b'7' => push_byte(&mut bytes, rest.get(at + 1..)?, 3, 8)? - 1,
            _ => {
                bytes.push(simple_escape(code)?);
                0
            }
        };
        rest = tail.get(used..)?;
    }
    bytes.extend_from_slice(rest.as_bytes());
    Some(bytes)
}

fn simple_escape(code: u8) -> Option<u8> {
    Some(match code {
        b'a' => 0x07,
        b'b' => 0x08,
        b'f' => 0x0c,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 0x0b,
        b'\\' | b'\'' | b'"' => code,
        _ => return None,
    })
}

fn push_byte(bytes: &mut Vec<u8>, digits: &str, len: usize, radix: u32) -> Option<usize> {
    let value = u32::from_str_radix(digits.get(..len)?, radix).ok()?;
    bytes.push(u8::try_from(value).ok()?);
    Some(len)
}

fn push_char(bytes: &mut Vec<u8>, digits: &str, len: usize) -> Option<usize> {
    let value = u32::from_str_radix(digits.get(..len)?, 16).ok()?;
    let c = char::from_u32(value)?;
    bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    Some(len)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_bytes() {
        let check = |quoted: &str, value: &str, is_utf8: bool| {
            let text = unquote(quoted);
            assert_eq!(
                (text.value.as_str(), text.is_utf8),
                (value, is_utf8),
                "{quoted}"
            );
        };
        check(r#""plain é""#, "plain é", true);
        check(r#""a\n\"b\\""#, "a\n\"b\\", true);
        check(r#""\xc3\xa9""#, "é", true);
        check(r#""\303\251""#, "é", true);
        check(r#""\u00e9\U000000e9""#, "éé", true);
        check(r"`a\n`", r"a\n", true);
        check(r#""a\xc5z""#, "a\u{fffd}z", false);
    }
}
