//! From text to a prepared statement.

use std::{sync::Arc, time::Duration};

use sqlparser::{
    ast::{self, ContextModifier, Statement as Ast, TransactionIsolationLevel, TransactionMode},
    dialect::PostgreSqlDialect,
    keywords::Keyword,
    parser::{Parser, ParserError},
    tokenizer::{Token, TokenWithSpan, Tokenizer},
};

use super::super::{
    error::{PgError, SqlState},
    normalize,
    plan::{Body, Prepared, Query, Setting, SettingValue, Statement, StoredColumns},
    schema::Catalog,
};
use super::{
    binder::Binder,
    place,
    scope::{identifier, object_name},
};

/// Longer statements are refused; it bounds what parsing can cost.
const MAX_LENGTH: usize = 4 << 20;

/// Longer chains of operators are refused; see [`longest_chain`].
const MAX_CHAIN: usize = 1_500;

const SUPPORTED_STATEMENTS: &str = "SELECT, INSERT, UPDATE, DELETE, BEGIN, COMMIT, ROLLBACK, SET, RESET, SHOW, CREATE TABLE, CREATE INDEX, \
     ALTER TABLE … ADD COLUMN, DROP TABLE, DROP INDEX, TRUNCATE";

/// Parses and binds one statement.
pub(in super::super) fn prepare(catalog: &Catalog, sql: &str) -> Result<Prepared, PgError> {
    let mut statements = parse(sql)?;
    let statement = match statements.len() {
        1 => statements.remove(0),
        0 => {
            return Err(PgError::new(
                SqlState::SYNTAX_ERROR,
                "the statement is empty",
            ));
        }
        _ => {
            return Err(PgError::new(
                SqlState::SYNTAX_ERROR,
                "cannot insert multiple commands into a prepared statement",
            )
            .with_hint("send one statement at a time"));
        }
    };
    let normalized = normalize::normalize(sql);
    Ok(Prepared {
        text: sql.into(),
        query_id: normalize::query_id(&normalized),
        normalized: normalized.into(),
        statement: bind(catalog, sql, statement).map_err(placed)?,
        catalog_version: catalog.version,
    })
}

/// What is not supported always has a place: that of the statement if no better one is known.
pub(in super::super) fn placed(error: PgError) -> PgError {
    if error.code == SqlState::FEATURE_NOT_SUPPORTED {
        error.at(Some(1))
    } else {
        error
    }
}

/// Parses a text into statements.
pub(in super::super) fn parse(sql: &str) -> Result<Vec<Ast>, PgError> {
    if sql.len() > MAX_LENGTH {
        return Err(PgError::new(
            SqlState::STATEMENT_TOO_COMPLEX,
            format!("the statement is longer than {} MiB", MAX_LENGTH >> 20),
        )
        .with_hint("send it in parts"));
    }
    let dialect = PostgreSqlDialect {};
    let tokens = Tokenizer::new(&dialect, sql)
        .tokenize_with_location()
        .map_err(ParserError::from)
        .map_err(|error| syntax_error(sql, error))?;
    if longest_chain(&tokens) > MAX_CHAIN {
        return Err(PgError::new(
            SqlState::STATEMENT_TOO_COMPLEX,
            "stack depth limit exceeded",
        )
        .with_hint(format!(
            "chain at most {MAX_CHAIN} operators, and use = ANY($1) for a long list of values"
        )));
    }
    Parser::new(&dialect)
        .with_tokens_with_locations(tokens)
        .parse_statements()
        .map_err(|error| syntax_error(sql, error))
}

/// An upper bound of how deep an expression of the statement is: a chain of operators is a tree as deep as the chain is
/// long, and a tree too deep cannot be walked, not even to drop it. The parser recurses for prefix operators, so a
/// run of those weighs more.
fn longest_chain(tokens: &[TokenWithSpan]) -> usize {
    const PREFIX_WEIGHT: usize = MAX_CHAIN / 16;
    let mut enclosing: Vec<usize> = Vec::new();
    let (mut current, mut prefixes, mut longest) = (0, 0, 0);
    for token in tokens {
        match &token.token {
            Token::Whitespace(_) => continue,
            Token::LParen => enclosing.push(current),
            Token::RParen => current = enclosing.pop().unwrap_or(0),
            Token::Comma => current = enclosing.last().copied().unwrap_or(0),
            Token::Word(word) if word.keyword == Keyword::NOT => {}
            Token::Word(word) if !matches!(word.keyword, Keyword::AND | Keyword::OR) => {}
            Token::Number(..) | Token::SingleQuotedString(_) | Token::Placeholder(_) => {}
            Token::Period | Token::SemiColon => {}
            _ => current += 1,
        }
        prefixes = if is_prefix(&token.token) {
            prefixes + 1
        } else {
            0
        };
        longest = longest.max(current + prefixes * PREFIX_WEIGHT);
    }
    longest
}

fn is_prefix(token: &Token) -> bool {
    match token {
        Token::Word(word) => word.keyword == Keyword::NOT,
        Token::Plus | Token::Minus | Token::Tilde | Token::ExclamationMark | Token::AtSign => true,
        _ => false,
    }
}

fn syntax_error(sql: &str, error: ParserError) -> PgError {
    match error {
        ParserError::RecursionLimitExceeded => PgError::new(
            SqlState::STATEMENT_TOO_COMPLEX,
            "stack depth limit exceeded",
        ),
        ParserError::TokenizerError(message) | ParserError::ParserError(message) => {
            let position = error_position(sql, &message);
            let text = message.split(" at Line: ").next().unwrap_or(&message);
            PgError::new(SqlState::SYNTAX_ERROR, format!("syntax error: {text}")).at(position)
        }
    }
}

/// The parser reports its place as `Line: 1, Column: 8` at the end of its message.
fn error_position(sql: &str, message: &str) -> Option<usize> {
    let (_, place) = message.rsplit_once("Line: ")?;
    let (line, column) = place.split_once(", Column: ")?;
    let column = column
        .trim()
        .trim_end_matches(|c: char| !c.is_ascii_digit());
    place::character(sql, line.trim().parse().ok()?, column.parse().ok()?)
}

fn bind(catalog: &Catalog, sql: &str, statement: Ast) -> Result<Statement, PgError> {
    let mut binder = Binder::new(catalog, sql);
    let mut body = match &statement {
        Ast::Query(query) => Body::Select(binder.select(query)?),
        Ast::Insert(insert) => Body::Insert(binder.insert(insert)?),
        Ast::Update(update) => Body::Update(binder.update(update)?),
        Ast::Delete(delete) => Body::Delete(binder.delete(delete)?),
        Ast::StartTransaction { modes, .. } => {
            check_modes(modes)?;
            return Ok(Statement::Begin);
        }
        Ast::Commit { chain: false, .. } => return Ok(Statement::Commit),
        Ast::Rollback {
            chain: false,
            savepoint: None,
        } => return Ok(Statement::Rollback),
        Ast::Set(set) => return setting(set).map(Statement::Set),
        Ast::Reset(reset) => {
            let ast::Reset::ConfigurationParameter(name) = &reset.reset else {
                return Err(PgError::unsupported("RESET ALL", "RESET name"));
            };
            let name = object_name(name)?.into();
            return Ok(Statement::Set(Setting {
                name,
                value: SettingValue::Default,
                local: false,
            }));
        }
        Ast::ShowVariable { variable } => {
            let name = variable
                .iter()
                .map(identifier)
                .collect::<Vec<_>>()
                .join(".");
            return Ok(Statement::Show(name.into()));
        }
        Ast::CreateTable(_)
        | Ast::CreateIndex(_)
        | Ast::AlterTable(_)
        | Ast::Drop { .. }
        | Ast::Truncate(_)
        | Ast::CreateExtension(_)
        | Ast::Comment { .. } => return Ok(Statement::Definition(Box::new(statement))),
        other => {
            let words: Vec<String> = other
                .to_string()
                .split_whitespace()
                .take(2)
                .map(str::to_owned)
                .collect();
            return Err(PgError::unsupported(
                format_args!("{} …", words.join(" ")),
                SUPPORTED_STATEMENTS,
            )
            .at(Some(1)));
        }
    };
    if let Body::Select(select) = &mut body {
        select.stored = StoredColumns::of(&select.projection);
    }
    Ok(Statement::Query(Box::new(Query {
        subqueries: binder.subqueries,
        body,
    })))
}

fn check_modes(modes: &[TransactionMode]) -> Result<(), PgError> {
    let level = |level: &TransactionIsolationLevel| {
        matches!(
            level,
            TransactionIsolationLevel::ReadCommitted | TransactionIsolationLevel::ReadUncommitted
        )
    };
    let supported = modes.iter().all(|mode| match mode {
        TransactionMode::IsolationLevel(isolation) => level(isolation),
        TransactionMode::AccessMode(access) => *access == ast::TransactionAccessMode::ReadWrite,
    });
    if supported {
        Ok(())
    } else {
        Err(PgError::unsupported(
            "this transaction mode",
            "READ COMMITTED and READ WRITE",
        ))
    }
}

fn setting(set: &ast::Set) -> Result<Setting, PgError> {
    let (scope, variable, values) = match set {
        ast::Set::SingleAssignment {
            scope,
            variable,
            values,
            ..
        } => (*scope, object_name(variable)?, values.as_slice()),
        ast::Set::SetTimeZone { local, value } => (
            local.then_some(ContextModifier::Local),
            "timezone".to_owned(),
            std::slice::from_ref(value),
        ),
        other => {
            return Err(PgError::unsupported(
                format_args!("{other}"),
                "SET [LOCAL] name = value",
            ));
        }
    };
    let [value] = values else {
        return Err(PgError::unsupported(
            "a list of values",
            "SET [LOCAL] name = value",
        ));
    };
    let text = match value {
        ast::Expr::Value(value) => match &value.value {
            ast::Value::Number(text, _) => text.clone(),
            ast::Value::SingleQuotedString(text) => text.clone(),
            ast::Value::Boolean(value) => value.to_string(),
            other => other.to_string(),
        },
        ast::Expr::Identifier(ident) => identifier(ident),
        other => other.to_string(),
    };
    let value = if text.eq_ignore_ascii_case("default") {
        SettingValue::Default
    } else if variable.ends_with("_timeout") {
        SettingValue::Time(parse_time(&text).ok_or_else(|| {
            PgError::new(
                SqlState::INVALID_PARAMETER_VALUE,
                format!("invalid value for parameter \"{variable}\": \"{text}\""),
            )
            .with_hint("valid units for this parameter are \"us\", \"ms\", \"s\", \"min\", \"h\", and \"d\"")
        })?)
    } else {
        SettingValue::Text(Arc::from(text.as_str()))
    };
    Ok(Setting {
        name: variable.into(),
        value,
        local: scope == Some(ContextModifier::Local),
    })
}

/// A time setting: milliseconds, or a number with a unit.
fn parse_time(text: &str) -> Option<Duration> {
    let text = text.trim();
    let split = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let number: u64 = text[..split].parse().ok()?;
    let micros_each: u64 = match text[split..].trim() {
        "us" => 1,
        "" | "ms" => 1_000,
        "s" => 1_000_000,
        "min" => 60_000_000,
        "h" => 3_600_000_000,
        "d" => 86_400_000_000,
        _ => return None,
    };
    number.checked_mul(micros_each).map(Duration::from_micros)
}
