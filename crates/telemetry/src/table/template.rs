//! Patterns of log lines: what stays when numbers, uuids and hexadecimal ids are masked.

/// The pattern of a log line: digits become `<n>`, uuids `<uuid>`, long hexadecimal words `<hex>`.
///
/// Digits inside a word (`utf8`, `http2`) stay, so that names are not torn apart.
#[must_use]
pub fn mask(line: &str) -> String {
    let mut masked = String::new();
    mask_into(line, &mut masked);
    masked
}

/// Longest pattern, in bytes; the rest of a longer line counts as the same.
const PATTERN_BYTES: usize = 512;
/// Hexadecimal words from this length on, with at least one digit, are ids.
const HEX_ID: usize = 8;

/// As [`mask`], into a reused buffer.
pub(super) fn mask_into(line: &str, masked: &mut String) {
    masked.clear();
    let bytes = line.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if masked.len() >= PATTERN_BYTES {
            masked.truncate(masked.floor_char_boundary(PATTERN_BYTES));
            masked.push('…');
            return;
        }
        let start = at;
        if !is_word(bytes[at]) {
            while at < bytes.len() && !is_word(bytes[at]) {
                at += 1;
            }
            masked.push_str(&line[start..at]);
            continue;
        }
        if let Some(end) = uuid_at(bytes, at) {
            masked.push_str("<uuid>");
            at = end;
            continue;
        }
        while at < bytes.len() && is_word(bytes[at]) {
            at += 1;
        }
        mask_word(&line[start..at], masked);
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// Masks one run of letters and digits.
fn mask_word(word: &str, masked: &mut String) {
    let bytes = word.as_bytes();
    let hex = bytes.len() >= HEX_ID && bytes.iter().all(u8::is_ascii_hexdigit);
    if hex && bytes.iter().any(u8::is_ascii_digit) && !bytes.iter().all(u8::is_ascii_digit) {
        masked.push_str("<hex>");
        return;
    }
    // `30000ms`, `12`: a number with an optional unit. `job_12`: a number after an underscore.
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        let counts = at == 0 || bytes[at - 1] == b'_';
        if bytes[at].is_ascii_digit() && counts {
            while at < bytes.len() && bytes[at].is_ascii_digit() {
                at += 1;
            }
            masked.push_str("<n>");
        } else {
            at += 1;
            while at < bytes.len() && !(bytes[at].is_ascii_digit() && bytes[at - 1] == b'_') {
                at += 1;
            }
            masked.push_str(&word[start..at]);
        }
    }
}

/// The end of a uuid (8-4-4-4-12) that starts here, if one does and nothing runs on after it.
fn uuid_at(bytes: &[u8], start: usize) -> Option<usize> {
    let end = start + 36;
    let candidate = bytes.get(start..end)?;
    let fits = candidate
        .iter()
        .enumerate()
        .all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        });
    (fits && bytes.get(end).is_none_or(|byte| !is_word(*byte))).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::mask;

    fn check(line: &str, expect: &str) {
        assert_eq!(mask(line), expect);
    }

    #[test]
    fn what_varies_is_masked_and_what_names_is_kept() {
        check(
            "request timed out after 30000ms",
            "request timed out after <n>ms",
        );
        check(
            "pool: 200/200 active, 41 waiting",
            "pool: <n>/<n> active, <n> waiting",
        );
        check(
            "job 6f1c2a90-33aa-4a6e-9b1f-0242ac120002 failed",
            "job <uuid> failed",
        );
        check(
            "trace 4bf92f3577b34da6a3ce929d0e0e4736 slow",
            "trace <hex> slow",
        );
        check(
            "utf8 over http2 at 10.0.3.17:5432",
            "utf8 over http2 at <n>.<n>.<n>.<n>:<n>",
        );
        check("tenant_42 deadbeef12 facade", "tenant_<n> <hex> facade");
        check("größe 12 März", "größe <n> März");
        check("", "");
    }

    #[test]
    fn long_lines_are_cut() {
        let pattern = mask(&"a b ".repeat(1000));
        assert!(pattern.len() < 600 && pattern.ends_with('…'), "{pattern}");
    }
}
