//! The folder of a system's builds: locked, laid out, kept.

use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::error::BuildError;
use super::{BuildEvent, BuildSpec};
use crate::incident::Cancel;
use crate::source::{Files, PROFILE};

/// Time between two attempts at a lock.
const ATTEMPT_EVERY: Duration = Duration::from_millis(100);

/// A build folder that nobody else uses until it is dropped.
pub(super) struct BuildFolder {
    root: PathBuf,
    _lock: File,
}

impl BuildFolder {
    /// Waits for the folder of this system and toolchain.
    pub(super) fn enter(
        spec: &BuildSpec<'_>,
        toolchain: &str,
        on_event: &mut dyn FnMut(BuildEvent),
        cancel: &Cancel,
    ) -> Result<Self, BuildError> {
        let root = spec.builds.join(format!("{}-{toolchain}", spec.system));
        fs::create_dir_all(&root).map_err(BuildError::io("create", &root))?;
        let path = root.join("lock");
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(BuildError::io("open", &path))?;
        let mut told = false;
        loop {
            match lock.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => {
                    return Err(BuildError::io("lock", &path)(error));
                }
            }
            if !std::mem::replace(&mut told, true) {
                on_event(BuildEvent::Waiting);
            }
            if cancel.wait_until(Instant::now() + ATTEMPT_EVERY) {
                return Err(BuildError::Cancelled);
            }
        }
        let folder = Self { root, _lock: lock };
        folder.shrink(spec.limits.disk)?;
        Ok(folder)
    }

    /// The project.
    pub(super) fn project(&self) -> PathBuf {
        self.root.join("project")
    }

    /// Where cargo puts what it builds.
    pub(super) fn target(&self) -> PathBuf {
        self.root.join("target")
    }

    /// Whether cargo has brought the lock file in line with the project, so that it must not change any more.
    pub(super) fn is_locked(&self) -> bool {
        self.root.join("locked").exists()
    }

    /// Notes that cargo has brought the lock file in line.
    pub(super) fn set_locked(&self) -> Result<(), BuildError> {
        let path = self.root.join("locked");
        fs::write(&path, "").map_err(BuildError::io("write", &path))
    }

    /// Makes the project's files these, touching only those that differ. Tells whether nothing was built here yet.
    pub(super) fn lay_out(&self, files: &Files) -> Result<bool, BuildError> {
        let project = self.project();
        let source = self.root.join("Cargo.lock.source");
        let lock = files.get("Cargo.lock").map_or("", String::as_str);
        // Cargo's own version of the lock file stays as long as what it was made from does.
        let keeps_lock = fs::read_to_string(&source).is_ok_and(|known| known == lock);
        if !keeps_lock {
            let marker = self.root.join("locked");
            if marker.exists() {
                fs::remove_file(&marker).map_err(BuildError::io("remove", &marker))?;
            }
        }
        let mut known = BTreeSet::new();
        for (name, text) in files {
            let path = project.join(name);
            known.insert(path.clone());
            let keeps = name == "Cargo.lock" && keeps_lock && path.exists();
            if !keeps && !fs::read_to_string(&path).is_ok_and(|known| known == *text) {
                write(&path, text)?;
            }
        }
        remove_others(&project, &known)?;
        write(&source, lock)?;
        Ok(!self.target().join(PROFILE).exists())
    }

    /// Copies the executable out, so that the folder is free for the next build.
    pub(super) fn take_program(&self, system: &str) -> Result<tempfile::TempPath, BuildError> {
        let built = self.target().join(PROFILE).join(system);
        let programs = self.root.join("programs");
        fs::create_dir_all(&programs).map_err(BuildError::io("create", &programs))?;
        let path = tempfile::Builder::new()
            .prefix("system-")
            .tempfile_in(&programs)
            .map_err(BuildError::io("write into", &programs))?
            .into_temp_path();
        fs::copy(&built, &path).map_err(BuildError::io("copy", &built))?;
        Ok(path)
    }

    /// Begins anew where the folder has grown beyond its limit, and removes what a killed run left.
    fn shrink(&self, limit: u64) -> Result<(), BuildError> {
        let target = self.target();
        if size(&target) > limit {
            fs::remove_dir_all(&target).map_err(BuildError::io("remove", &target))?;
        }
        let programs = fs::read_dir(self.root.join("programs"));
        for entry in programs.into_iter().flatten().flatten() {
            let age = entry
                .metadata()
                .and_then(|it| it.modified())
                .map(|it| it.elapsed());
            if matches!(age, Ok(Ok(age)) if age > Duration::from_hours(24)) {
                // It is tried again with the next build.
                let _ = fs::remove_file(entry.path());
            }
        }
        Ok(())
    }
}

fn write(path: &Path, text: &str) -> Result<(), BuildError> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(BuildError::io("create", parent))?;
    }
    let mut file = File::create(path).map_err(BuildError::io("write", path))?;
    file.write_all(text.as_bytes())
        .map_err(BuildError::io("write", path))
}

/// Removes files of an earlier build that this one does not have.
fn remove_others(folder: &Path, known: &BTreeSet<PathBuf>) -> Result<(), BuildError> {
    for entry in fs::read_dir(folder)
        .map_err(BuildError::io("read", folder))?
        .flatten()
    {
        let path = entry.path();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            remove_others(&path, known)?;
        } else if !known.contains(&path) {
            fs::remove_file(&path).map_err(BuildError::io("remove", &path))?;
        }
    }
    Ok(())
}

/// Bytes of all files under a folder; 0 where there is none.
fn size(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.metadata() {
            Ok(it) if it.is_dir() => size(&entry.path()),
            Ok(it) => it.len(),
            Err(_) => 0,
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::build::BuildLimits;

    fn files(lock: &str, names: &[&str]) -> Files {
        let mut files: Files = names
            .iter()
            .map(|name| ((*name).to_owned(), format!("// {name}\n")))
            .collect();
        files.insert("Cargo.lock".to_owned(), lock.to_owned());
        files
    }

    fn enter(builds: &Path, disk: u64) -> BuildFolder {
        let spec = BuildSpec {
            system: "laundry",
            files: &Files::new(),
            builds,
            limits: BuildLimits {
                disk,
                ..BuildLimits::default()
            },
        };
        BuildFolder::enter(&spec, "t", &mut |_| {}, &Cancel::default()).unwrap()
    }

    #[test]
    fn only_what_differs_is_written_and_what_is_gone_goes() {
        let builds = tempfile::tempdir().unwrap();
        let folder = enter(builds.path(), 1 << 20);
        assert!(
            folder
                .lay_out(&files("1", &["src/a.rs", "src/b.rs"]))
                .unwrap()
        );
        let time = |name: &str| {
            fs::metadata(folder.project().join(name))
                .unwrap()
                .modified()
                .unwrap()
        };
        let before = time("src/a.rs");
        // Cargo's version of the lock file survives as long as its source is the same.
        fs::write(folder.project().join("Cargo.lock"), "cargo's").unwrap();
        folder.set_locked().unwrap();
        folder
            .lay_out(&files("1", &["src/a.rs", "src/c.rs"]))
            .unwrap();
        assert_eq!(time("src/a.rs"), before);
        assert!(!folder.project().join("src/b.rs").exists());
        assert!(folder.project().join("src/c.rs").exists());
        assert!(folder.is_locked());
        let lock = || fs::read_to_string(folder.project().join("Cargo.lock")).unwrap();
        assert_eq!(lock(), "cargo's");
        folder.lay_out(&files("2", &["src/a.rs"])).unwrap();
        assert_eq!((lock().as_str(), folder.is_locked()), ("2", false));
    }

    #[test]
    fn a_folder_is_used_by_one_build_at_a_time() {
        let builds = tempfile::tempdir().unwrap();
        let held = enter(builds.path(), 1 << 20);
        let cancel = Cancel::default();
        let spec = BuildSpec {
            system: "laundry",
            files: &Files::new(),
            builds: builds.path(),
            limits: BuildLimits::default(),
        };
        let mut events = Vec::new();
        let mut on_event = |event| {
            events.push(event);
            cancel.cancel();
        };
        let entered = BuildFolder::enter(&spec, "t", &mut on_event, &cancel);
        assert!(matches!(entered, Err(BuildError::Cancelled)));
        assert_eq!(events, [BuildEvent::Waiting]);
        drop(held);
        enter(builds.path(), 1 << 20);
    }

    #[test]
    fn a_folder_that_grew_too_large_begins_anew() {
        let builds = tempfile::tempdir().unwrap();
        let target = enter(builds.path(), 100).target();
        fs::create_dir_all(target.join(PROFILE)).unwrap();
        fs::write(target.join(PROFILE).join("large"), [0; 101]).unwrap();
        enter(builds.path(), 101);
        assert!(target.exists());
        enter(builds.path(), 100);
        assert!(!target.exists());
    }
}
