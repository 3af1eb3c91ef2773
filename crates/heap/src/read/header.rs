//! `snapshot`: what a node and an edge consist of, and how many there are.

use std::io::Read;

use serde::Deserialize;

use super::error::ReadError;
use super::source::Source;
use super::{Limits, skip};
use crate::kind::{EdgeType, NodeType};

const SECTION: &str = "snapshot";

/// What one number of a node means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NodeField {
    Kind,
    Name,
    Id,
    SelfSize,
    EdgeCount,
    Unused,
}

/// What one number of an edge means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EdgeField {
    Kind,
    NameOrIndex,
    ToNode,
    Unused,
}

/// The description of the arrays.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) node_fields: Vec<NodeField>,
    pub(super) node_kinds: Vec<NodeType>,
    pub(super) edge_fields: Vec<EdgeField>,
    pub(super) edge_kinds: Vec<EdgeType>,
    pub(super) node_count: u64,
    pub(super) edge_count: u64,
    pub(super) root: u64,
}

#[derive(Deserialize)]
struct Written {
    meta: Meta,
    node_count: u64,
    edge_count: u64,
    /// In numbers of the array `nodes`, so a multiple of the fields of a node.
    #[serde(default)]
    root_index: u64,
}

#[derive(Deserialize)]
struct Meta {
    node_fields: Vec<String>,
    node_types: Vec<serde_json::Value>,
    edge_fields: Vec<String>,
    edge_types: Vec<serde_json::Value>,
}

impl Header {
    pub(super) fn read(source: &mut Source<impl Read>) -> Result<Self, ReadError> {
        let text = skip::take(source)?;
        let written: Written = serde_json::from_slice(&text)
            .map_err(|error| source.damaged(SECTION, error.to_string()))?;
        Self::understand(written).map_err(|what| source.damaged(SECTION, what))
    }

    /// Refuses by the counts that the file states, before anything is read.
    pub(super) fn check_limits(&self, limits: &Limits) -> Result<(), ReadError> {
        for (what, found, limit) in [
            ("nodes", self.node_count, limits.nodes),
            ("edges", self.edge_count, limits.edges),
        ] {
            let limit = u64::from(limit);
            if found > limit {
                return Err(ReadError::TooLarge { what, found, limit });
            }
        }
        Ok(())
    }

    fn understand(written: Written) -> Result<Self, String> {
        let meta = written.meta;
        let node_fields: Vec<_> = meta.node_fields.iter().map(|f| node_field(f)).collect();
        for (field, name) in [
            (NodeField::Kind, "type"),
            (NodeField::Name, "name"),
            (NodeField::Id, "id"),
            (NodeField::SelfSize, "self_size"),
            (NodeField::EdgeCount, "edge_count"),
        ] {
            once(&node_fields, field, "node_fields", name)?;
        }
        let edge_fields: Vec<_> = meta.edge_fields.iter().map(|f| edge_field(f)).collect();
        for (field, name) in [
            (EdgeField::Kind, "type"),
            (EdgeField::NameOrIndex, "name_or_index"),
            (EdgeField::ToNode, "to_node"),
        ] {
            once(&edge_fields, field, "edge_fields", name)?;
        }
        let node_kinds = kinds(
            &meta.node_types,
            &node_fields,
            NodeField::Kind,
            "node_types",
        )?;
        let edge_kinds = kinds(
            &meta.edge_types,
            &edge_fields,
            EdgeField::Kind,
            "edge_types",
        )?;
        if !written.root_index.is_multiple_of(node_fields.len() as u64) {
            return Err(format!(
                "root_index {} is inside a node",
                written.root_index
            ));
        }
        Ok(Self {
            root: written.root_index / node_fields.len() as u64,
            node_kinds: node_kinds
                .iter()
                .map(|name| NodeType::from_name(name))
                .collect(),
            edge_kinds: edge_kinds
                .iter()
                .map(|name| EdgeType::from_name(name))
                .collect(),
            node_fields,
            edge_fields,
            node_count: written.node_count,
            edge_count: written.edge_count,
        })
    }
}

fn node_field(name: &str) -> NodeField {
    match name {
        "type" => NodeField::Kind,
        "name" => NodeField::Name,
        "id" => NodeField::Id,
        "self_size" => NodeField::SelfSize,
        "edge_count" => NodeField::EdgeCount,
        _ => NodeField::Unused,
    }
}

fn edge_field(name: &str) -> EdgeField {
    match name {
        "type" => EdgeField::Kind,
        "name_or_index" => EdgeField::NameOrIndex,
        "to_node" => EdgeField::ToNode,
        _ => EdgeField::Unused,
    }
}

fn once<F: PartialEq>(fields: &[F], field: F, list: &str, name: &str) -> Result<(), String> {
    match fields.iter().filter(|have| **have == field).count() {
        1 => Ok(()),
        times => Err(format!(
            "meta.{list} has \"{name}\" {times} times, not once"
        )),
    }
}

/// The names that the numbers of a field stand for.
fn kinds<F: PartialEq>(
    types: &[serde_json::Value],
    fields: &[F],
    field: F,
    list: &str,
) -> Result<Vec<String>, String> {
    let at = fields.iter().position(|have| *have == field);
    let names = at
        .and_then(|at| types.get(at))
        .and_then(|names| names.as_array());
    let names = names.ok_or_else(|| format!("meta.{list} does not list the kinds"))?;
    let texts = names.iter().map(|name| name.as_str().map(str::to_owned));
    let texts: Option<Vec<_>> = texts.collect();
    texts.ok_or_else(|| format!("a kind in meta.{list} is not a string"))
}
