//! The text of a statement with its constants replaced by `$n`, as `pg_stat_statements` keeps it.
//!
//! Constants are numbered after the highest parameter that the statement already has. Runs of white space and
//! comments become one space, so that the same statement formatted in two ways counts as one.

use std::fmt::Write as _;

use sqlparser::{
    dialect::PostgreSqlDialect,
    tokenizer::{Token, Tokenizer},
};

/// The normalised text; a text that does not tokenise stays as it is.
pub(super) fn normalize(sql: &str) -> String {
    let Ok(tokens) = Tokenizer::new(&PostgreSqlDialect {}, sql)
        .with_unescape(false)
        .tokenize()
    else {
        return sql.to_owned();
    };
    let parameter = |token: &Token| match token {
        Token::Placeholder(name) => name.strip_prefix('$')?.parse::<usize>().ok(),
        _ => None,
    };
    let mut next = tokens.iter().filter_map(parameter).max().unwrap_or(0) + 1;
    let mut text = String::with_capacity(sql.len());
    let mut space = false;
    for token in &tokens {
        match token {
            Token::Whitespace(_) => {
                space = !text.is_empty();
                continue;
            }
            Token::SemiColon => continue,
            _ => {}
        }
        if std::mem::take(&mut space) {
            text.push(' ');
        }
        let constant = matches!(
            token,
            Token::Number(..)
                | Token::SingleQuotedString(_)
                | Token::EscapedStringLiteral(_)
                | Token::DollarQuotedString(_)
                | Token::NationalStringLiteral(_)
                | Token::HexStringLiteral(_)
        );
        // Writing to a String cannot fail.
        let _ = if constant {
            next += 1;
            write!(text, "${}", next - 1)
        } else {
            write!(text, "{token}")
        };
    }
    text
}

/// A stable number for a normalised text (64-bit FNV-1a), like `pg_stat_statements.queryid`.
pub(super) fn query_id(normalized: &str) -> i64 {
    let hash = normalized
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
    hash.cast_signed()
}

#[cfg(test)]
mod tests {
    use super::normalize;

    #[test]
    fn constants_become_parameters_after_the_existing_ones() {
        let check = |sql: &str, expect: &str| assert_eq!(normalize(sql), expect);
        check("SELECT 1", "SELECT $1");
        check(
            "select * from t\n  where a = $1 and b = 'x''y' -- why\n and c in (1, 2.5);",
            "select * from t where a = $1 and b = $2 and c in ($3, $4)",
        );
        check(
            "SELECT \"Name\" FROM t WHERE x = E'\\n' AND y IS NULL",
            "SELECT \"Name\" FROM t WHERE x = $1 AND y IS NULL",
        );
        check("not ' sql", "not ' sql");
    }
}
