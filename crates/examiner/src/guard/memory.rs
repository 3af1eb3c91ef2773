//! How much memory a process group holds.

/// Resident bytes of all processes of the group; `None` where the system does not tell.
#[cfg(target_os = "linux")]
pub(super) fn of_group(group: u32) -> Option<u64> {
    let page = rustix::param::page_size() as u64;
    let entries = std::fs::read_dir("/proc").ok()?;
    let processes = entries.flatten().filter(|entry| {
        let name = entry.file_name();
        name.to_string_lossy().bytes().all(|it| it.is_ascii_digit())
    });
    let pages = processes.filter_map(|entry| {
        let stat = std::fs::read_to_string(entry.path().join("stat")).ok()?;
        let (of, pages) = group_and_pages(&stat)?;
        (of == group).then_some(pages)
    });
    Some(pages.sum::<u64>() * page)
}

#[cfg(not(target_os = "linux"))]
pub(super) fn of_group(_: u32) -> Option<u64> {
    None
}

/// Group and resident pages from a line of `/proc/…/stat`. The name of the program, in parentheses, may hold
/// anything; what follows does not.
#[cfg(target_os = "linux")]
fn group_and_pages(stat: &str) -> Option<(u32, u64)> {
    let (_, rest) = stat.rsplit_once(") ")?;
    let fields: Vec<&str> = rest.split(' ').collect();
    // Counted from the state, which is the third field of the line.
    let group = fields.get(2)?.parse().ok()?;
    let pages = fields.get(21)?.parse().ok()?;
    Some((group, pages))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_read_whatever_the_program_is_called() {
        let stat = "42 (a ) (b) S 1 40 42 0 -1 4194560 0 0 0 0 1 2 0 0 20 0 1 0 100 9000000 321 18446744073709551615 1 1";
        assert_eq!(group_and_pages(stat), Some((40, 321)));
    }

    #[test]
    fn this_process_holds_something() {
        let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
        let (group, pages) = group_and_pages(&stat).unwrap();
        assert!(pages > 0);
        assert!(of_group(group).unwrap() > 0);
    }
}
