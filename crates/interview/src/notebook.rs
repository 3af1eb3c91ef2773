//! The notebook of a session.

use catalogue::Tool;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QueryOrder, Set,
};

use crate::entity::notebook_entry::{ActiveModel, Column, Entity, Model};
use crate::error::StoreError;
use crate::id::random_id;
use crate::store::Store;

/// Entries that a notebook holds.
const MAX_ENTRIES: usize = 1000;
/// Characters that a text, a query or an address may have.
const MAX_TEXT: usize = 20_000;

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its id.
    pub id: String,
    /// What it is.
    pub kind: EntryKind,
    /// The candidate's words.
    pub text: String,
    /// Of a hypothesis.
    pub status: Option<HypothesisStatus>,
    /// The tool that evidence was pinned in.
    pub tool: Option<Tool>,
    /// The page's address of what was pinned.
    pub url: Option<String>,
    /// The query that showed it.
    pub query: Option<String>,
    /// Start of the range shown.
    pub start_ms: Option<i64>,
    /// End of the range shown.
    pub end_ms: Option<i64>,
    /// When it was written.
    pub created_at_ms: i64,
    /// When it was last changed.
    pub updated_at_ms: i64,
}

/// Kinds of entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// Free text.
    Note,
    /// What might be the case.
    Hypothesis,
    /// A pinned result.
    Evidence,
}

/// Where a hypothesis stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HypothesisStatus {
    /// Not decided.
    Open,
    /// It is the case.
    Confirmed,
    /// It is not.
    RuledOut,
}

/// An entry to write.
#[derive(Debug, Clone)]
pub struct NewEntry {
    /// What it is.
    pub kind: EntryKind,
    /// The candidate's words.
    pub text: String,
    /// Of a hypothesis; open when `None`.
    pub status: Option<HypothesisStatus>,
    /// The tool that evidence was pinned in.
    pub tool: Option<Tool>,
    /// The page's address of what was pinned.
    pub url: Option<String>,
    /// The query that showed it.
    pub query: Option<String>,
    /// Start of the range shown.
    pub start_ms: Option<i64>,
    /// End of the range shown.
    pub end_ms: Option<i64>,
}

/// What to change of an entry; `None` leaves it.
#[derive(Debug, Clone, Default)]
pub struct EntryChange {
    /// The candidate's words.
    pub text: Option<String>,
    /// Where the hypothesis stands.
    pub status: Option<HypothesisStatus>,
}

impl Store {
    /// The entries of a session, oldest first.
    ///
    /// # Errors
    ///
    /// [`StoreError::UnknownSession`], or when the database refuses.
    pub async fn entries(&self, session: &str) -> Result<Vec<Entry>, StoreError> {
        self.session(session).await?;
        let rows = Entity::find()
            .filter(Column::SessionId.eq(session))
            .order_by_asc(Column::CreatedAtMs)
            .order_by_asc(Column::Id)
            .all(self.db())
            .await?;
        rows.into_iter().map(Entry::from_row).collect()
    }

    /// Writes an entry.
    ///
    /// # Errors
    ///
    /// [`StoreError::UnknownSession`], [`StoreError::TooMuch`],
    /// [`StoreError::StatusWithoutHypothesis`], or when the database refuses.
    pub async fn add_entry(
        &self,
        session: &str,
        new: NewEntry,
        now_ms: i64,
    ) -> Result<Entry, StoreError> {
        self.session(session).await?;
        for text in [Some(&new.text), new.url.as_ref(), new.query.as_ref()]
            .into_iter()
            .flatten()
        {
            check_text(text)?;
        }
        let status = match (new.kind, new.status) {
            (EntryKind::Hypothesis, status) => Some(status.unwrap_or(HypothesisStatus::Open)),
            (_, None) => None,
            (_, Some(_)) => return Err(StoreError::StatusWithoutHypothesis),
        };
        let entries = Entity::find()
            .filter(Column::SessionId.eq(session))
            .count(self.db())
            .await?;
        if entries >= MAX_ENTRIES as u64 {
            return Err(StoreError::TooMuch {
                what: "a notebook's entries",
                limit: MAX_ENTRIES,
            });
        }
        let row = ActiveModel {
            id: Set(random_id()),
            session_id: Set(session.to_owned()),
            kind: Set(new.kind.as_str().to_owned()),
            text: Set(new.text),
            status: Set(status.map(|status| status.as_str().to_owned())),
            tool: Set(new.tool.map(|tool| tool.as_str().to_owned())),
            url: Set(new.url),
            query: Set(new.query),
            start_ms: Set(new.start_ms),
            end_ms: Set(new.end_ms),
            created_at_ms: Set(now_ms),
            updated_at_ms: Set(now_ms),
        };
        Entry::from_row(row.insert(self.db()).await?)
    }

    /// Changes an entry.
    ///
    /// # Errors
    ///
    /// [`StoreError::UnknownEntry`], [`StoreError::TooMuch`],
    /// [`StoreError::StatusWithoutHypothesis`], or when the database refuses.
    pub async fn change_entry(
        &self,
        session: &str,
        entry: &str,
        change: EntryChange,
        now_ms: i64,
    ) -> Result<Entry, StoreError> {
        let row = Entity::find_by_id(entry)
            .filter(Column::SessionId.eq(session))
            .one(self.db())
            .await?
            .ok_or_else(|| StoreError::UnknownEntry(entry.to_owned()))?;
        if change.status.is_some() && row.kind != EntryKind::Hypothesis.as_str() {
            return Err(StoreError::StatusWithoutHypothesis);
        }
        let mut row = row.into_active_model();
        if let Some(text) = change.text {
            check_text(&text)?;
            row.text = Set(text);
        }
        if let Some(status) = change.status {
            row.status = Set(Some(status.as_str().to_owned()));
        }
        row.updated_at_ms = Set(now_ms);
        Entry::from_row(row.update(self.db()).await?)
    }

    /// Removes an entry.
    ///
    /// # Errors
    ///
    /// [`StoreError::UnknownEntry`], or when the database refuses.
    pub async fn remove_entry(&self, session: &str, entry: &str) -> Result<(), StoreError> {
        let result = Entity::delete_by_id(entry)
            .filter(Column::SessionId.eq(session))
            .exec(self.db())
            .await?;
        match result.rows_affected {
            0 => Err(StoreError::UnknownEntry(entry.to_owned())),
            _ => Ok(()),
        }
    }
}

fn check_text(text: &str) -> Result<(), StoreError> {
    // Bytes first: counting characters of a huge text is work for nothing.
    if text.len() > MAX_TEXT && text.chars().count() > MAX_TEXT {
        return Err(StoreError::TooMuch {
            what: "the length of a text",
            limit: MAX_TEXT,
        });
    }
    Ok(())
}

impl Entry {
    fn from_row(row: Model) -> Result<Self, StoreError> {
        let corrupt = |what: String| StoreError::Corrupt {
            table: "notebook_entries",
            what,
        };
        let status = row.status.map(|word| {
            HypothesisStatus::parse(&word).ok_or_else(|| corrupt(format!("status {word}")))
        });
        let tool = row
            .tool
            .map(|word| Tool::parse(&word).ok_or_else(|| corrupt(format!("tool {word}"))));
        Ok(Self {
            kind: EntryKind::parse(&row.kind)
                .ok_or_else(|| corrupt(format!("kind {}", row.kind)))?,
            status: status.transpose()?,
            tool: tool.transpose()?,
            id: row.id,
            text: row.text,
            url: row.url,
            query: row.query,
            start_ms: row.start_ms,
            end_ms: row.end_ms,
            created_at_ms: row.created_at_ms,
            updated_at_ms: row.updated_at_ms,
        })
    }
}

impl EntryKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Hypothesis => "hypothesis",
            Self::Evidence => "evidence",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Self::Note, Self::Hypothesis, Self::Evidence]
            .into_iter()
            .find(|k| k.as_str() == word)
    }
}

impl HypothesisStatus {
    fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Confirmed => "confirmed",
            Self::RuledOut => "ruled_out",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Self::Open, Self::Confirmed, Self::RuledOut]
            .into_iter()
            .find(|s| s.as_str() == word)
    }
}
