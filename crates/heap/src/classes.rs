//! Which class every node belongs to.
//!
//! As in Chrome DevTools: an object and native memory belong to the class of their name; the others
//! to one class per kind, such as `(string)` or `(array)`. The name of an element of a page is cut
//! to `<div>`.

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use crate::kind::NodeType;
use crate::snapshot::Snapshot;

const NONE: u32 = u32::MAX;

/// The classes of a snapshot and the class of each node.
pub(crate) struct Classes {
    names: Vec<String>,
    by_name: HashMap<String, u32, FixedState>,
    of_node: Vec<u32>,
}

impl Classes {
    pub(crate) fn of(snapshot: &Snapshot) -> Self {
        let mut classes = Self {
            names: Vec::new(),
            by_name: HashMap::default(),
            of_node: Vec::with_capacity(snapshot.kinds.len()),
        };
        let mut by_string = vec![NONE; snapshot.strings.len()];
        let mut by_kind = [NONE; NodeType::ALL.len() + 1];
        for (kind, name) in snapshot.kinds.iter().zip(&snapshot.names) {
            let known = match kind {
                NodeType::Object | NodeType::Native => &mut by_string[*name as usize],
                _ => &mut by_kind[*kind as usize],
            };
            if *known == NONE {
                let class = class_name(*kind, snapshot.strings.get(*name));
                *known = classes.intern(&class);
            }
            classes.of_node.push(*known);
        }
        classes
    }

    pub(crate) fn count(&self) -> usize {
        self.names.len()
    }

    pub(crate) fn name(&self, class: u32) -> &str {
        &self.names[class as usize]
    }

    pub(crate) fn find(&self, name: &str) -> Option<u32> {
        self.by_name.get(name).copied()
    }

    #[inline]
    pub(crate) fn of_node(&self, node: u32) -> u32 {
        self.of_node[node as usize]
    }

    /// The nodes of a class, in the order of the file.
    pub(crate) fn members(&self, class: u32) -> impl Iterator<Item = u32> {
        let nodes = self.of_node.iter().enumerate();
        let members = nodes.filter(move |(_, of)| **of == class);
        members.map(|(node, _)| u32::try_from(node).unwrap_or(NONE))
    }

    fn intern(&mut self, name: &str) -> u32 {
        if let Some(class) = self.find(name) {
            return class;
        }
        let class = u32::try_from(self.names.len()).unwrap_or(NONE);
        self.names.push(name.to_owned());
        self.by_name.insert(name.to_owned(), class);
        class
    }
}

fn class_name(kind: NodeType, name: &str) -> String {
    match kind {
        NodeType::Hidden => "(system)".to_owned(),
        NodeType::Code => "(compiled code)".to_owned(),
        NodeType::Closure => "Function".to_owned(),
        NodeType::RegExp => "RegExp".to_owned(),
        NodeType::Object | NodeType::Native => element_name(name),
        other => format!("({})", other.name()),
    }
}

/// `<div id="a">` as `<div>`, also behind `Detached `.
fn element_name(name: &str) -> String {
    let tag = name.strip_prefix("Detached ").unwrap_or(name);
    let space = tag.starts_with('<').then(|| tag.find(' ')).flatten();
    match space {
        Some(space) => format!("{}>", &name[..name.len() - tag.len() + space]),
        None => name.to_owned(),
    }
}
