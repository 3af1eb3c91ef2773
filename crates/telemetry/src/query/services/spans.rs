//! Spans as the rules for calls read them: service, role, parent and the named other side, by row.

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::names::{KEYS, Names, NamingId, NodeId, Said};
use crate::column::{Column, Parent};
use crate::query::records::text;
use crate::query::rows::RowRef;
use crate::table::{KeyId, KeyType, SpanKind, View};

/// What a span does for a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Makes it: a client or producer span.
    Calls,
    /// Answers it: a server or consumer span.
    Answers,
    /// Neither.
    Works,
}

impl Role {
    pub(super) fn of(kind: &str) -> Self {
        let is = |wanted: SpanKind| kind == SpanKind::NAMES[wanted as usize];
        if is(SpanKind::Client) || is(SpanKind::Producer) {
            Self::Calls
        } else if is(SpanKind::Server) || is(SpanKind::Consumer) {
            Self::Answers
        } else {
            Self::Works
        }
    }
}

/// What is above a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Above {
    /// Nothing: it is a root.
    Nothing,
    /// The span at this place.
    Span(u32),
    /// A span that is not recorded.
    Missing,
}

impl Above {
    /// The place of the parent.
    pub(super) fn place(self) -> Option<usize> {
        match self {
            Self::Span(place) => Some(place as usize),
            Self::Nothing | Self::Missing => None,
        }
    }
}

/// Some spans, whole traces of them.
#[derive(Debug, Default)]
pub(super) struct Spans {
    pub(super) service: Vec<NodeId>,
    pub(super) role: Vec<Role>,
    pub(super) parent: Vec<Above>,
    /// The other side that the span names.
    pub(super) named: Vec<(Option<NodeId>, NamingId)>,
}

/// Keys of [`KEYS`] that the table has.
pub(super) struct PeerKeys(Vec<(usize, KeyId)>);

impl PeerKeys {
    pub(super) fn of(view: &View<'_>) -> Self {
        let found = KEYS
            .iter()
            .enumerate()
            .filter_map(|(place, name)| Some((place, view.key_of(name, KeyType::Str)?)));
        Self(found.collect())
    }

    pub(super) fn ids(&self) -> impl Iterator<Item = KeyId> + '_ {
        self.0.iter().map(|(_, key)| *key)
    }
}

impl Spans {
    /// All rows of a segment. Parents in other segments count as not recorded: traces that have some are read by
    /// [`Spans::of_rows`].
    pub(super) fn of_segment(
        view: &View<'_>,
        segment: usize,
        keys: &PeerKeys,
        names: &mut Names<'_>,
    ) -> Self {
        let rows = view.segment(segment).rows();
        let nobody = names.id_of(super::Node::service(""));
        let mut spans = Self {
            service: vec![nobody; rows],
            role: vec![Role::Works; rows],
            parent: Vec::with_capacity(rows),
            named: vec![(None, NamingId::NOTHING); rows],
        };
        if let Some(Column::Text(column)) = view.column(segment, KeyId::SERVICE) {
            let dictionary = view.dictionary(KeyId::SERVICE);
            let ids: Vec<NodeId> = (0..column.code_count())
                .map(|code| {
                    let name = column.text(code as u16, dictionary).unwrap_or_default();
                    names.id_of(super::Node::service(name))
                })
                .collect();
            for (row, code) in column.iter() {
                spans.service[usize::from(row)] = ids[usize::from(code)];
            }
        }
        if let Some(Column::Text(column)) = view.column(segment, KeyId::KIND) {
            let dictionary = view.dictionary(KeyId::KIND);
            let roles: Vec<Role> = (0..column.code_count())
                .map(|code| Role::of(column.text(code as u16, dictionary).unwrap_or_default()))
                .collect();
            for (row, code) in column.iter() {
                spans.role[usize::from(row)] = roles[usize::from(code)];
            }
        }
        let parents = &view.segment(segment).identities().parents;
        spans
            .parent
            .extend((0..rows).map(|row| match parents.get(row) {
                Parent::Row(parent) => Above::Span(u32::from(parent)),
                Parent::Root => Above::Nothing,
                Parent::Elsewhere(_) => Above::Missing,
            }));
        spans.name_segment(view, segment, keys, names);
        spans
    }

    /// Reads what calls name, each combination of values once.
    fn name_segment(
        &mut self,
        view: &View<'_>,
        segment: usize,
        keys: &PeerKeys,
        names: &mut Names<'_>,
    ) {
        let mut codes = vec![[0u16; KEYS.len()]; self.role.len()];
        for (place, key) in &keys.0 {
            if let Some(Column::Text(column)) = view.column(segment, *key) {
                for (row, code) in column.iter() {
                    codes[usize::from(row)][*place] = code;
                }
            }
        }
        let mut known: HashMap<[u16; KEYS.len()], (Option<NodeId>, NamingId), FixedState> =
            HashMap::default();
        for (row, codes) in codes.iter().enumerate() {
            if self.role[row] != Role::Calls || *codes == [0; KEYS.len()] {
                continue;
            }
            self.named[row] = *known.entry(*codes).or_insert_with(|| {
                let mut said: Said<'_> = [None; KEYS.len()];
                for (place, key) in &keys.0 {
                    if let Some(Column::Text(column)) = view.column(segment, *key) {
                        said[*place] = column.text(codes[*place], view.dictionary(*key));
                    }
                }
                names.other_side(&said)
            });
        }
    }

    /// Rows of any segments, in order of time; `rows` are whole traces.
    pub(super) fn of_rows(
        view: &View<'_>,
        rows: &[RowRef],
        keys: &PeerKeys,
        names: &mut Names<'_>,
    ) -> Self {
        let id = |at: &RowRef| {
            let segment = view.segment(at.segment);
            let trace = segment.traces().trace_id(at.row);
            (trace, segment.identities().span_ids[at.row])
        };
        let mut places: HashMap<(u128, u64), u32, FixedState> = HashMap::default();
        for (place, at) in rows.iter().enumerate() {
            // A repeated span id keeps its first row, as inside a segment.
            places.entry(id(at)).or_insert(place as u32);
        }
        let mut spans = Self::default();
        for at in rows {
            let segment = view.segment(at.segment);
            let identities = segment.identities();
            let trace = segment.traces().trace_id(at.row);
            let parent = match identities.parents.get(at.row) {
                Parent::Root => None,
                Parent::Row(row) => Some(identities.span_ids[usize::from(row)]),
                Parent::Elsewhere(id) => Some(id),
            };
            let service = super::Node::service(text(view, *at, KeyId::SERVICE));
            let role = Role::of(text(view, *at, KeyId::KIND));
            spans.service.push(names.id_of(service));
            spans.role.push(role);
            let place = |parent| places.get(&(trace, parent)).copied();
            spans.parent.push(match parent {
                None => Above::Nothing,
                Some(parent) => place(parent).map_or(Above::Missing, Above::Span),
            });
            spans.named.push(if role == Role::Calls {
                let mut said: Said<'_> = [None; KEYS.len()];
                for (place, key) in &keys.0 {
                    said[*place] = Some(text(view, *at, *key)).filter(|text| !text.is_empty());
                }
                names.other_side(&said)
            } else {
                (None, NamingId::NOTHING)
            });
        }
        spans
    }
}
