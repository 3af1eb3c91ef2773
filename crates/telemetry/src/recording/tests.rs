//! Recordings written and read back.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use super::fixtures::{logs, metrics, traces};
use super::{
    AttachmentInfo, AttachmentReader, Counts, Recording, RecordingError, RecordingInfo,
    RecordingWriter,
};
use crate::column::{Column, Parent, from_ordered};
use crate::metrics::Matcher;
use crate::table::{KeyType, View};

fn info() -> RecordingInfo {
    let private = serde_json::json!({"scenario": "shop-is-slow", "seed": 7});
    let private = private.as_object().cloned().unwrap_or_default();
    RecordingInfo {
        id: "r-1".into(),
        title: "Orders".into(),
        private,
    }
}

fn write(folder: &Path, requests: u64) -> Recording {
    let mut writer = RecordingWriter::new(folder, info()).unwrap();
    for request in 0..requests {
        writer
            .append_traces(&traces(request * 500, (request + 1) * 500))
            .unwrap();
        writer
            .append_logs(&logs(request * 300, (request + 1) * 300))
            .unwrap();
        writer.append_metrics(&metrics(request + 1)).unwrap();
    }
    let counts = writer.growing().counts();
    let recording = writer.seal().unwrap();
    assert_eq!(recording.manifest().counts, counts);
    recording
}

/// Every value of every row, by row; the same however rows are cut into segments.
pub(crate) fn dump(view: &View<'_>) -> Vec<String> {
    let mut rows = Vec::new();
    for index in 0..view.segment_count() {
        let segment = view.segment(index);
        let first = rows.len();
        for row in 0..segment.rows() {
            let identities = segment.identities();
            let parent = match identities.parents.is_empty() {
                true => 0,
                false => match identities.parents.get(row) {
                    Parent::Root => 0,
                    Parent::Row(parent) => identities.span_ids[usize::from(parent)],
                    Parent::Elsewhere(id) => id,
                },
            };
            rows.push(format!(
                "{} {:?} {:x} {:x} {parent:x} {}",
                segment.times()[row],
                segment.durations().get(row),
                segment.traces().trace_id(row),
                identities.span_ids[row],
                if segment.bodies().is_empty() {
                    ""
                } else {
                    segment.bodies().get(row)
                },
            ));
        }
        let mut keys: Vec<_> = view.keys().iter().collect();
        keys.sort_by_key(|key| (key.name.clone(), key.key_type as u8));
        for key in keys {
            // A key that no row has need not be there.
            let Some(data) = key.data() else { continue };
            let column = data.columns.get(index).and_then(Option::as_ref);
            let mut put = |row: u16, value: String| {
                rows[first + usize::from(row)].push_str(&format!(" {}={value}", key.name));
            };
            match column {
                None => {}
                Some(Column::Text(column)) => column.iter().for_each(|(row, code)| {
                    put(row, column.text(code, &data.dictionary).unwrap().to_owned());
                }),
                Some(Column::Number(column)) if key.key_type == KeyType::F64 => {
                    column
                        .iter()
                        .for_each(|(row, value)| put(row, from_ordered(value).to_string()));
                }
                Some(Column::Number(column)) => {
                    column
                        .iter()
                        .for_each(|(row, value)| put(row, value.to_string()));
                }
            }
        }
    }
    rows
}

fn assert_same(left: &Recording, right: &Recording) {
    left.load_all().unwrap();
    right.load_all().unwrap();
    let (a, b) = (left.tables(), right.tables());
    assert_eq!(dump(&a.spans().view()), dump(&b.spans().view()));
    assert_eq!(dump(&a.logs().view()), dump(&b.logs().view()));
    assert_eq!(dump(&a.samples().view()), dump(&b.samples().view()));
    assert_eq!(a.spans().view().resources(), b.spans().view().resources());
    let select = |recording: &Recording| {
        let metrics = recording.metrics().unwrap();
        let all = metrics
            .select(&[], 0, i64::MAX / 2, 1_000, 1_000_000)
            .unwrap();
        let exemplars = metrics.exemplars(&[], 0, i64::MAX);
        (all, exemplars, metrics.all_metadata().clone())
    };
    assert_eq!(select(left), select(right));
}

#[test]
fn what_was_written_is_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("r-1");
    // Three spans a trace: two full segments and an open one.
    let written = write(&path, 100);
    let read = Recording::open(&path).unwrap();
    assert_eq!(written.manifest(), read.manifest());
    assert_same(&written, &read);
    read.verify().unwrap();

    let manifest = read.manifest();
    let counts = manifest.counts;
    // Every fiftieth trace or so fails, and its exception is a log record.
    assert_eq!(
        (counts.spans, counts.samples, counts.series),
        (150_000, 3_000, 6)
    );
    assert!((30_900..31_100).contains(&counts.logs), "{}", counts.logs);
    assert_eq!((counts.metric_samples, counts.exemplars), (600, 100));
    assert_eq!(manifest.services, ["api", "shop"]);
    assert_eq!(manifest.start_unix_nano / 1_000_000_000, 1_767_225_600);
    let spans = &manifest.tables["spans"];
    let columns: Vec<&str> = spans.keys.iter().map(|key| key.column.as_str()).collect();
    assert!(
        columns.contains(&"retry") && columns.contains(&"retry.str"),
        "{columns:?}"
    );
    let bytes = manifest.files["spans.parquet"].bytes / counts.spans;
    assert!(bytes <= 40, "{bytes} bytes a span");
    let entries: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(
        entries.len(),
        1,
        "nothing stays beside the recording: {entries:?}"
    );
}

#[test]
fn the_content_hash_is_that_of_the_telemetry() {
    let folder = tempfile::tempdir().unwrap();
    let hash = |name: &str, requests| {
        write(&folder.path().join(name), requests)
            .manifest()
            .content_hash
            .clone()
    };
    let first = hash("a", 3);
    assert_eq!(first, hash("b", 3));
    assert_ne!(first, hash("c", 2));
    assert!(first.starts_with("xxh3:") && first.len() == 37, "{first}");
}

#[test]
fn an_empty_recording_is_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("empty");
    let written = RecordingWriter::new(&path, info()).unwrap().seal().unwrap();
    let read = Recording::open(&path).unwrap();
    assert_same(&written, &read);
    assert_eq!(
        (
            read.manifest().start_unix_nano,
            read.manifest().counts.spans
        ),
        (0, 0)
    );
}

#[test]
fn a_writer_that_is_dropped_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = RecordingWriter::new(&folder.path().join("r"), info()).unwrap();
    writer.append_traces(&traces(0, 10)).unwrap();
    drop(writer);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_malformed_request_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = RecordingWriter::new(&folder.path().join("r"), info()).unwrap();
    let whole = traces(0, 100);
    let error = writer.append_traces(&whole[..whole.len() - 3]).unwrap_err();
    assert!(matches!(error, RecordingError::Decode(_)), "{error}");
    assert_eq!(writer.growing().counts(), Counts::default());
    let sealed = writer.seal().unwrap();
    assert_eq!(sealed.manifest().counts.spans, 0);
    assert_eq!(
        sealed.manifest().content_hash,
        RecordingWriter::new(&folder.path().join("s"), info())
            .unwrap()
            .seal()
            .unwrap()
            .manifest()
            .content_hash,
    );
}

#[test]
fn metrics_are_there_at_once_and_after_reading() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("r");
    let written = write(&path, 4);
    for recording in [written, Recording::open(&path).unwrap()] {
        let store = recording.metrics().unwrap();
        let name = Matcher::equal("__name__", "http_server_request_duration_seconds_count");
        let selected = store.select(&[name], 0, i64::MAX, 10, 100).unwrap();
        assert_eq!(selected[0].values, [3.0, 6.0, 9.0, 12.0]);
    }
}

/// Damages a recording in one way and compares what opening (or reading all of) it says.
#[test]
fn damage_is_named_with_what_to_do() {
    fn check(damage: impl Fn(&Path), expect: &str) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("r");
        write(&path, 1);
        damage(&path);
        let outcome = Recording::open(&path).and_then(|recording| {
            recording.verify()?;
            recording.load_all()
        });
        let message = outcome.unwrap_err().to_string();
        let message = message.replace(&*folder.path().to_string_lossy(), "");
        assert_eq!(message, expect);
    }
    let edit = |path: &Path, from: &str, to: &str| {
        let manifest = path.join("manifest.json");
        let text = fs::read_to_string(&manifest).unwrap();
        assert!(text.contains(from));
        fs::write(manifest, text.replace(from, to)).unwrap();
    };
    let again = "copy the recording again, or simulate the incident again";
    check(
        |path| fs::remove_dir_all(path).unwrap(),
        "/r does not exist; check the path, or list the recordings",
    );
    check(
        |path| fs::remove_file(path.join("manifest.json")).unwrap(),
        "/r is not a recording: it has no manifest.json; was it copied completely?",
    );
    check(
        |path| edit(path, "firedrill-recording", "mp3"),
        "/r is not a recording: its manifest says format \"mp3\" instead of \"firedrill-recording\"",
    );
    check(
        |path| edit(path, "\"version\": 1", "\"version\": 2"),
        "/r was written in format version 2, and this program reads versions up to 1; use a newer program",
    );
    check(
        |path| fs::write(path.join("manifest.json"), "{").unwrap(),
        &format!(
            "/r/manifest.json is damaged: EOF while parsing an object at line 1 column 1; {again}"
        ),
    );
    check(
        |path| fs::remove_file(path.join("logs.parquet")).unwrap(),
        &format!("/r/logs.parquet is damaged: No such file or directory (os error 2); {again}"),
    );
    check(
        |path| {
            let file = path.join("spans.parquet");
            let mut bytes = fs::read(&file).unwrap();
            bytes[100] ^= 1;
            fs::write(file, bytes).unwrap();
        },
        &format!("/r/spans.parquet is damaged: its bytes are not those that were written; {again}"),
    );
    let folder = tempfile::tempdir().unwrap();
    let bytes = write(&folder.path().join("r"), 1).manifest().files["spans.parquet"].bytes;
    check(
        |path| fs::write(path.join("spans.parquet"), "PAR1").unwrap(),
        &format!("/r/spans.parquet is damaged: it has 4 bytes instead of {bytes}; {again}"),
    );
}

/// Whatever happens to the bytes, reading ends with an error or with rows, never with a panic.
#[test]
fn flipped_bytes_never_panic() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("r");
    write(&path, 2);
    let mut outcomes = [0, 0];
    for file in [
        "spans.parquet",
        "logs.parquet",
        "metrics.parquet",
        "exemplars.parquet",
    ] {
        let file = path.join(file);
        let sound = fs::read(&file).unwrap();
        for round in 0..24 {
            let mut bytes = sound.clone();
            // The end has the footer, where a wrong byte does most.
            let place = match round % 2 {
                0 => bytes.len() - 1 - (round * 37) % 3_000.min(bytes.len()),
                _ => (round * 7_919) % bytes.len(),
            };
            bytes[place] ^= 1 << (round % 8);
            fs::write(&file, &bytes).unwrap();
            let outcome = Recording::open(&path).and_then(|recording| recording.load_all());
            outcomes[usize::from(outcome.is_ok())] += 1;
        }
        fs::write(&file, &sound).unwrap();
    }
    assert!(outcomes[0] > 12, "{outcomes:?}");
    Recording::open(&path).unwrap().load_all().unwrap();
}

#[test]
fn an_existing_folder_is_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("kept"), "text").unwrap();
    let error = RecordingWriter::new(folder.path(), info()).unwrap_err();
    assert!(matches!(error, RecordingError::Exists { .. }), "{error}");
    assert_eq!(fs::read(folder.path().join("kept")).unwrap(), b"text");
}

fn attachment(name: &str) -> AttachmentInfo {
    AttachmentInfo {
        name: name.to_owned(),
        media_type: "application/json".to_owned(),
        time_unix_nano: 17,
        service: "shop".to_owned(),
        instance: "shop-1".to_owned(),
    }
}

fn content(reader: Option<AttachmentReader>) -> Vec<u8> {
    let mut bytes = Vec::new();
    reader.unwrap().read_to_end(&mut bytes).unwrap();
    bytes
}

#[test]
fn attachments_are_there_while_it_grows_and_when_it_is_sealed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("r");
    let mut writer = RecordingWriter::new(&path, info()).unwrap();
    writer.append_traces(&traces(0, 500)).unwrap();
    let growing = writer.growing();
    let large: Vec<u8> = (0..3_000_000_u32).map(|at| (at / 7) as u8).collect();
    writer.attach(attachment("heap"), &large).unwrap();
    writer.attach(attachment("empty"), b"").unwrap();
    assert_eq!(content(growing.open_attachment(0).unwrap()), large);
    // Opened before it is sealed, read afterwards.
    let open = growing.open_attachment(0).unwrap();
    let sealed = writer.seal().unwrap();
    assert_eq!(content(open), large);
    assert_eq!(
        content(growing.open_attachment(0).unwrap()),
        large,
        "whoever still looks at it as growing"
    );

    let opened = Recording::open(&path).unwrap();
    opened.verify().unwrap();
    for recording in [&sealed, &opened] {
        let entries = recording.attachments();
        let found: Vec<_> = entries
            .iter()
            .map(|entry| (&entry.file[..], &entry.info.name[..], entry.bytes))
            .collect();
        assert_eq!(
            found,
            [
                ("attachments/0001.zst", "heap", 3_000_000),
                ("attachments/0002.zst", "empty", 0)
            ]
        );
        assert_eq!(content(recording.open_attachment(0).unwrap()), large);
        assert!(content(recording.open_attachment(1).unwrap()).is_empty());
        assert!(recording.open_attachment(2).unwrap().is_none());
        let files = &recording.manifest().files;
        assert!(
            files["attachments/0001.zst"].bytes < 300_000,
            "compressed, and counted"
        );
    }
    let file = path.join("attachments/0001.zst");
    let mut bytes = fs::read(&file).unwrap();
    bytes[100] ^= 1;
    fs::write(&file, bytes).unwrap();
    assert!(matches!(
        opened.verify(),
        Err(RecordingError::Damaged { .. })
    ));
    let mut reader = opened.open_attachment(0).unwrap().unwrap();
    assert!(
        reader.read_to_end(&mut Vec::new()).is_err(),
        "zstd has a checksum of its own"
    );
    fs::remove_file(&file).unwrap();
    assert!(matches!(
        Recording::open(&path),
        Err(RecordingError::Damaged { .. })
    ));
}

#[test]
fn attachments_count_in_the_content_hash() {
    let folder = tempfile::tempdir().unwrap();
    let hash = |name: &str, bytes: Option<&[u8]>| {
        let mut writer = RecordingWriter::new(&folder.path().join(name), info()).unwrap();
        writer.append_traces(&traces(0, 500)).unwrap();
        if let Some(bytes) = bytes {
            writer.attach(attachment("heap"), bytes).unwrap();
        }
        writer.seal().unwrap().manifest().content_hash.clone()
    };
    let (without, with, other) = (
        hash("a", None),
        hash("b", Some(b"x")),
        hash("c", Some(b"y")),
    );
    assert_ne!(without, with);
    assert_ne!(with, other);
    assert_eq!(with, hash("d", Some(b"x")));
}
