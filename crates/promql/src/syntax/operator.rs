//! Translates the parser's operators and their modifiers.

use promql_parser::parser::token::{self, TokenId};
use promql_parser::parser::{BinModifier, LabelModifier, VectorMatchCardinality};

use crate::syntax::tree::{Aggregator, BinaryOp, Cardinality, Grouping, Matching};

pub(crate) fn aggregator(id: TokenId) -> Option<Aggregator> {
    Some(match id {
        token::T_SUM => Aggregator::Sum,
        token::T_AVG => Aggregator::Avg,
        token::T_MIN => Aggregator::Min,
        token::T_MAX => Aggregator::Max,
        token::T_COUNT => Aggregator::Count,
        token::T_GROUP => Aggregator::Group,
        token::T_STDDEV => Aggregator::Stddev,
        token::T_STDVAR => Aggregator::Stdvar,
        token::T_QUANTILE => Aggregator::Quantile,
        token::T_COUNT_VALUES => Aggregator::CountValues,
        token::T_TOPK => Aggregator::Topk,
        token::T_BOTTOMK => Aggregator::Bottomk,
        token::T_LIMITK => Aggregator::Limitk,
        token::T_LIMIT_RATIO => Aggregator::LimitRatio,
        _ => return None,
    })
}

pub(crate) fn binary_op(id: TokenId) -> Option<BinaryOp> {
    Some(match id {
        token::T_ADD => BinaryOp::Add,
        token::T_SUB => BinaryOp::Sub,
        token::T_MUL => BinaryOp::Mul,
        token::T_DIV => BinaryOp::Div,
        token::T_MOD => BinaryOp::Mod,
        token::T_POW => BinaryOp::Pow,
        token::T_ATAN2 => BinaryOp::Atan2,
        token::T_EQLC => BinaryOp::Equal,
        token::T_NEQ => BinaryOp::NotEqual,
        token::T_LSS => BinaryOp::Less,
        token::T_LTE => BinaryOp::LessOrEqual,
        token::T_GTR => BinaryOp::Greater,
        token::T_GTE => BinaryOp::GreaterOrEqual,
        token::T_LAND => BinaryOp::And,
        token::T_LOR => BinaryOp::Or,
        token::T_LUNLESS => BinaryOp::Unless,
        _ => return None,
    })
}

pub(crate) fn grouping(modifier: Option<&LabelModifier>) -> Grouping {
    Grouping {
        without: matches!(modifier, Some(LabelModifier::Exclude(_))),
        labels: modifier.map_or_else(Vec::new, |modifier| modifier.labels().labels.clone()),
    }
}

pub(crate) fn matching(modifier: Option<&BinModifier>) -> Matching {
    let Some(modifier) = modifier else {
        return Matching {
            cardinality: Cardinality::OneToOne,
            on: false,
            labels: Vec::new(),
            include: Vec::new(),
            fill_left: None,
            fill_right: None,
        };
    };
    let cardinality = match modifier.card {
        VectorMatchCardinality::ManyToOne(_) => Cardinality::ManyToOne,
        VectorMatchCardinality::OneToMany(_) => Cardinality::OneToMany,
        VectorMatchCardinality::OneToOne | VectorMatchCardinality::ManyToMany => {
            Cardinality::OneToOne
        }
    };
    let grouping = grouping(modifier.matching.as_ref());
    let include = modifier.card.labels();
    Matching {
        cardinality,
        on: modifier.is_matching_on(),
        labels: grouping.labels,
        include: include.map_or_else(Vec::new, |labels| labels.labels.clone()),
        fill_left: modifier.fill_values.lhs,
        fill_right: modifier.fill_values.rhs,
    }
}
