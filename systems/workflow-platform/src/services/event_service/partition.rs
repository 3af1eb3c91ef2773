//! Which part of the log an event belongs to.

use crate::types::TenantId;

/// Parts of the log.
pub const PARTITIONS: u64 = 8;

/// The partition of a tenant's events: by a hash of its name (FNV-1a), which must stay what it is for good.
#[must_use]
pub fn partition_of(tenant_id: &TenantId) -> i64 {
    let hash = tenant_id
        .as_str()
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
    (hash % PARTITIONS) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_stays_in_its_partition() {
        let check = |tenant, partition| {
            assert_eq!(partition_of(&TenantId::new(tenant)), partition, "{tenant}");
        };
        check("acme", 7);
        check("globex", 6);
        check("northwind", 2);
    }
}
