//! The flame graph of many traces: spans merged by their path of services and names.
//!
//! A frame's total is the sum of its spans' durations, wherever and beside whatever they ran, so that children that ran
//! side by side may add up to more than their parent. A span's own time is that part of it in which no child of it ran;
//! a moment that two children share is taken off once. Own times therefore add up to work, totals to waiting.

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use serde::Serialize;

use super::records::text;
use super::rows::RowRef;
use super::search::{failed_rows, matched_starts};
use super::select::{Scope, Selector};
use super::{QueryError, Versus, parallel};
use crate::column::{Bitmap, Parent};
use crate::table::{KeyId, View};

/// Frames below each other; what lies deeper is left out.
const MAX_DEPTH: u32 = 100;
/// Spans that are taken of one trace, the first ones.
const MAX_SPANS_OF_A_TRACE: usize = 20_000;

/// How much is merged and returned.
#[derive(Clone, Copy, Debug)]
pub struct FlameLimits {
    /// Most traces of each scope; of more, as many are taken evenly over their starts.
    pub traces: usize,
    /// Most frames, those with the greatest totals.
    pub frames: usize,
}

/// Merged spans of many traces.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Flame {
    /// Parents before their children, siblings by total, the greatest first.
    pub frames: Vec<FlameFrame>,
    /// Frames that there are.
    pub total_frames: usize,
    /// What was merged.
    pub merged: Versus<Merged>,
}

/// What a flame graph was made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Merged {
    /// Traces that match.
    pub traces: u64,
    /// Traces that were merged.
    pub taken: u64,
    /// Spans that were merged.
    pub spans: u64,
    /// Spans of these traces that lie too deep, or in a trace that is too long.
    pub left_out: u64,
}

/// Spans with one path.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FlameFrame {
    /// Place of the frame above; `None` on top.
    pub parent: Option<usize>,
    /// Service.
    pub service: String,
    /// Name of the spans.
    pub name: String,
    /// Figures.
    pub figures: Versus<FrameFigures>,
}

/// Figures of a frame's spans.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FrameFigures {
    /// Spans.
    pub count: u64,
    /// Failed spans.
    pub errors: u64,
    /// Sum of their durations in nanoseconds.
    pub total_ns: i64,
    /// Sum of their own times in nanoseconds.
    pub self_ns: i64,
}

/// Merges the traces that have a span in the scope, and those of `before`.
///
/// # Errors
/// When the recording cannot be read.
pub fn flame(
    view: &View<'_>,
    scope: &Scope,
    before: Option<&Scope>,
    limits: FlameLimits,
) -> Result<Flame, QueryError> {
    view.table().load_traces()?;
    view.table().load_durations()?;
    view.table().load_identities()?;
    view.load_keys([KeyId::SERVICE, KeyId::NAME, KeyId::STATUS])?;
    let mut tree = merge(view, scope, limits.traces)?;
    let mut merged = Versus {
        now: tree.merged,
        before: None,
    };
    for frame in &mut tree.frames {
        frame.figures.before = before.map(|_| FrameFigures::default());
    }
    if let Some(before) = before {
        let earlier = merge(view, before, limits.traces)?;
        merged.before = Some(earlier.merged);
        tree.add(&earlier, |mine, theirs| {
            mine.before.get_or_insert_default().add(&theirs.now);
        });
    }
    let total_frames = tree.frames.len() - 1;
    Ok(Flame {
        frames: tree.largest(limits.frames),
        total_frames,
        merged,
    })
}

fn merge<'v>(view: &'v View<'_>, scope: &Scope, limit: usize) -> Result<Tree<'v>, QueryError> {
    let selector = Selector::new(view, scope)?;
    let mut matching = matched_starts(&selector);
    let total = matching.len();
    let taken = evenly(&mut matching, limit);
    let traces = rows_of(view, &taken);
    let failed: Vec<Bitmap> = parallel::map(view.segment_count(), |segment| {
        let mut failed = Bitmap::empty(view.segment(segment).rows());
        for row in failed_rows(view, segment) {
            failed.insert(usize::from(row));
        }
        failed
    });
    let trees = parallel::for_each(traces.len(), Tree::new, |tree, index| {
        tree.add_trace(view, &traces[index], &failed);
    });
    let mut tree = Tree::new();
    for part in &trees {
        tree.add(part, |mine, theirs| mine.now.add(&theirs.now));
        tree.merged.spans += part.merged.spans;
        tree.merged.left_out += part.merged.left_out;
    }
    tree.merged.traces = total as u64;
    tree.merged.taken = traces.len() as u64;
    Ok(tree)
}

/// As many as `limit`, evenly over the order of their starts.
fn evenly(traces: &mut [(i64, u128)], limit: usize) -> Vec<u128> {
    traces.sort_unstable();
    let (count, wanted) = (traces.len(), limit.min(traces.len()));
    (0..wanted)
        .map(|index| traces[index * count / wanted].1)
        .collect()
}

/// The rows of each trace, in order of time.
fn rows_of(view: &View<'_>, traces: &[u128]) -> Vec<Vec<RowRef>> {
    let places: HashMap<u128, usize, FixedState> = traces
        .iter()
        .enumerate()
        .map(|(place, id)| (*id, place))
        .collect();
    let parts = parallel::map(view.segment_count(), |segment| {
        let index = view.segment(segment).traces();
        let place_of: Vec<Option<usize>> =
            index.ids.iter().map(|id| places.get(id).copied()).collect();
        if place_of.iter().all(Option::is_none) {
            return Vec::new();
        }
        let rows = index.codes.iter().enumerate();
        rows.filter_map(|(row, code)| {
            Some((place_of[usize::from(*code)]?, RowRef { segment, row }))
        })
        .collect::<Vec<_>>()
    });
    let mut rows: Vec<Vec<RowRef>> = vec![Vec::new(); traces.len()];
    for (place, at) in parts.into_iter().flatten() {
        rows[place].push(at);
    }
    for rows in &mut rows {
        rows.sort_by_key(|at| view.segment(at.segment).times()[at.row]);
    }
    rows
}

/// Frames by path; the first one stands above all others.
struct Tree<'v> {
    frames: Vec<Frame<'v>>,
    places: HashMap<(u32, &'v str, &'v str), u32, FixedState>,
    merged: Merged,
}

struct Frame<'v> {
    parent: u32,
    depth: u32,
    service: &'v str,
    name: &'v str,
    figures: Versus<FrameFigures>,
}

const TOP: u32 = 0;

impl<'v> Tree<'v> {
    fn new() -> Self {
        let top = Frame {
            parent: TOP,
            depth: 0,
            service: "",
            name: "",
            figures: Versus::default(),
        };
        Self {
            frames: vec![top],
            places: HashMap::default(),
            merged: Merged::default(),
        }
    }

    fn frame(&mut self, parent: u32, service: &'v str, name: &'v str) -> u32 {
        let depth = self.frames[parent as usize].depth + 1;
        let next = self.frames.len() as u32;
        *self
            .places
            .entry((parent, service, name))
            .or_insert_with(|| {
                self.frames.push(Frame {
                    parent,
                    depth,
                    service,
                    name,
                    figures: Versus::default(),
                });
                next
            })
    }

    fn add_trace(&mut self, view: &'v View<'_>, rows: &[RowRef], failed: &[Bitmap]) {
        let kept = &rows[..rows.len().min(MAX_SPANS_OF_A_TRACE)];
        let mut seen = 0;
        let (roots, children) = children_of(view, kept);
        let mut pending: Vec<(usize, u32)> = roots.iter().rev().map(|root| (*root, TOP)).collect();
        while let Some((place, above)) = pending.pop() {
            if self.frames[above as usize].depth >= MAX_DEPTH {
                continue;
            }
            let at = kept[place];
            let (service, name) = (text(view, at, KeyId::SERVICE), text(view, at, KeyId::NAME));
            let frame = self.frame(above, service, name);
            let (start, end) = extent(view, at);
            let below = children[place]
                .iter()
                .map(|child| extent(view, kept[*child]));
            let figures = &mut self.frames[frame as usize].figures.now;
            figures.count += 1;
            figures.errors += u64::from(failed[at.segment].contains(at.row));
            figures.total_ns += end - start;
            figures.self_ns += end - start - covered(start, end, below);
            seen += 1;
            pending.extend(children[place].iter().rev().map(|child| (*child, frame)));
        }
        self.merged.spans += seen;
        self.merged.left_out += rows.len() as u64 - seen;
    }

    /// Adds the frames of another tree, path by path.
    fn add(
        &mut self,
        other: &Tree<'v>,
        add: impl Fn(&mut Versus<FrameFigures>, &Versus<FrameFigures>),
    ) {
        let mut place_of = vec![TOP; other.frames.len()];
        // Parents stand before their children.
        for (place, frame) in other.frames.iter().enumerate().skip(1) {
            let parent = place_of[frame.parent as usize];
            let mine = self.frame(parent, frame.service, frame.name);
            place_of[place] = mine;
            add(&mut self.frames[mine as usize].figures, &frame.figures);
        }
    }

    /// The frames with the greatest totals, with all that is above them.
    fn largest(&self, limit: usize) -> Vec<FlameFrame> {
        let weight = |frame: &Frame<'_>| {
            let before = frame.figures.before.map_or(0, |before| before.total_ns);
            frame.figures.now.total_ns.max(before)
        };
        let mut weights: Vec<i64> = self.frames[1..].iter().map(weight).collect();
        weights.sort_unstable_by_key(|weight| std::cmp::Reverse(*weight));
        let least = weights.get(limit).map_or(i64::MIN, |weight| weight + 1);
        let mut children: Vec<Vec<usize>> = vec![Vec::new(); self.frames.len()];
        for (place, frame) in self.frames.iter().enumerate().skip(1) {
            if weight(frame) >= least {
                children[frame.parent as usize].push(place);
            }
        }
        let mut kept = Vec::new();
        let mut pending: Vec<(usize, Option<usize>)> = vec![(TOP as usize, None)];
        while let Some((place, parent)) = pending.pop() {
            let frame = &self.frames[place];
            let mine = (place != TOP as usize).then(|| {
                kept.push(FlameFrame {
                    parent,
                    service: frame.service.to_owned(),
                    name: frame.name.to_owned(),
                    figures: frame.figures,
                });
                kept.len() - 1
            });
            let mut below = std::mem::take(&mut children[place]);
            let order = |place: &usize| {
                let frame = &self.frames[*place];
                (
                    weight(frame),
                    std::cmp::Reverse((frame.service, frame.name)),
                )
            };
            below.sort_by(|a, b| order(a).cmp(&order(b)));
            pending.extend(below.into_iter().map(|child| (child, mine)));
        }
        kept
    }
}

impl FrameFigures {
    fn add(&mut self, other: &Self) {
        self.count += other.count;
        self.errors += other.errors;
        self.total_ns = self.total_ns.saturating_add(other.total_ns);
        self.self_ns = self.self_ns.saturating_add(other.self_ns);
    }
}

fn extent(view: &View<'_>, at: RowRef) -> (i64, i64) {
    let segment = view.segment(at.segment);
    let start = segment.times()[at.row];
    (start, start.saturating_add(segment.durations()[at.row]))
}

/// Places of the roots and, per place, of the children; both by start. A span whose parent is missing is a root.
fn children_of(view: &View<'_>, rows: &[RowRef]) -> (Vec<usize>, Vec<Vec<usize>>) {
    let mut places: HashMap<u64, usize, FixedState> = HashMap::default();
    for (place, at) in rows.iter().enumerate() {
        let id = view.segment(at.segment).identities().span_ids[at.row];
        places.entry(id).or_insert(place);
    }
    let mut roots = Vec::new();
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); rows.len()];
    for (place, at) in rows.iter().enumerate() {
        let identities = view.segment(at.segment).identities();
        let parent = match identities.parents.get(at.row) {
            Parent::Root => None,
            Parent::Row(row) => Some(identities.span_ids[usize::from(row)]),
            Parent::Elsewhere(id) => Some(id),
        };
        match parent.and_then(|parent| places.get(&parent)) {
            Some(parent) if *parent != place => children[*parent].push(place),
            _ => roots.push(place),
        }
    }
    (roots, children)
}

/// How much of `start..end` is covered by stretches that come in order of their starts.
fn covered(start: i64, end: i64, stretches: impl Iterator<Item = (i64, i64)>) -> i64 {
    let (mut covered, mut until) = (0, start);
    for (from, to) in stretches {
        let (from, to) = (from.max(until), to.min(end));
        if to > from {
            covered += to - from;
            until = to;
        }
    }
    covered
}
