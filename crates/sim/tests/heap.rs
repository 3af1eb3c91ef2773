//! Heap snapshots of simulated processes: what is seen, what it is called, what stays the same.

mod common;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, Weak},
    time::Duration,
};

use common::run;
use heap::{Analysis, Identity, Limits, Snapshot};
use indexmap::IndexMap;
use serde_json::json;
use sim::{
    Process, ProcessSpec,
    heap::{HeapObject, Place, Walk, root, track},
    sleep,
};

/// One line per node: `id class bytes: edge=id, …`, in the order of the snapshot.
fn print(snapshot: &Snapshot) -> String {
    let lines = (0..snapshot.node_count()).map(|index| {
        let node = snapshot.node(index);
        let edges = snapshot.edges(index).map(|edge| {
            let weak = if edge.kind == heap::EdgeType::Weak {
                "~"
            } else {
                ""
            };
            format!("{weak}{}={}", edge.name, snapshot.node(edge.to).id)
        });
        let edges: Vec<_> = edges.collect();
        format!(
            "{} {} {}: {}",
            node.id,
            node.name,
            node.self_bytes,
            edges.join(", ")
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The snapshot of a process in which something was set up.
fn snapshot_of(set_up: impl FnOnce() + Send + 'static) -> Snapshot {
    run(async move {
        let process = Process::new(ProcessSpec::default());
        process.enter(set_up);
        process.heap_snapshot()
    })
}

fn check(set_up: impl FnOnce() + Send + 'static, expected: &str) {
    assert_eq!(print(&snapshot_of(set_up)), expected);
}

struct Leaf {
    #[expect(dead_code, reason = "only its bytes count")]
    bytes: [u64; 4],
}
sim::heap!(Leaf {});

fn leaf() -> Leaf {
    Leaf { bytes: [0; 4] }
}

struct Pair(Arc<Leaf>, Option<Arc<Leaf>>);
sim::heap!(Pair { 0, 1 });

#[test]
fn a_shared_object_is_one_node() {
    check(
        || {
            let shared = Arc::new(leaf());
            root("pair", Arc::new(Pair(Arc::clone(&shared), Some(shared))));
            root("single", Arc::new(Pair(Arc::new(leaf()), None)));
        },
        "1  0: pair=3, single=5\n\
         3 Pair 16: 0=7, 1=7\n\
         5 Pair 16: 0=9\n\
         7 Leaf 32: \n\
         9 Leaf 32: ",
    );
}

struct Owner {
    inner: Inner,
    name: String,
    numbers: Vec<u32>,
    boxed: Box<Inner>,
    none: Option<Box<Inner>>,
    empty: String,
}
sim::heap!(Owner {
    inner,
    name,
    numbers,
    boxed,
    none,
    empty
});

struct Inner {
    text: String,
}
sim::heap!(Inner { text });

fn inner(text: &str) -> Inner {
    Inner {
        text: text.to_owned(),
    }
}

#[test]
fn what_an_object_owns_hangs_under_it() {
    let bytes = size_of::<Owner>();
    check(
        || {
            root(
                "owner",
                Arc::new(Owner {
                    inner: inner("four"),
                    name: "seven".to_owned(),
                    numbers: vec![1, 2, 3],
                    boxed: Box::new(inner("12345678")),
                    none: None,
                    empty: String::new(),
                }),
            );
        },
        &format!(
            "1  0: owner=3\n\
             3 Owner {bytes}: inner.text=5, name=7, numbers=9, boxed=11\n\
             5 String 4: \n\
             7 String 5: \n\
             9 Vec<u32> 12: \n\
             11 Inner 24: text=13\n\
             13 String 8: "
        ),
    );
}

#[derive(Default)]
struct Bus {
    handlers: Mutex<IndexMap<String, Vec<Handler>>>,
}
sim::heap!(Bus { handlers });

/// Captures as a struct beside a plain function, since a closure cannot be walked.
struct Handler {
    captures: Arc<Leaf>,
    #[expect(dead_code, reason = "shows that code is no part of the heap")]
    code: fn(&Leaf),
}
sim::heap!(Handler { captures });

fn handler() -> Handler {
    Handler {
        captures: Arc::new(leaf()),
        code: |_| {},
    }
}

#[test]
fn elements_are_objects_and_their_bytes_are_counted_once() {
    let snapshot = snapshot_of(|| {
        let bus = Arc::new(Bus::default());
        let mut handlers = Vec::with_capacity(4);
        handlers.push(handler());
        handlers.push(handler());
        bus.handlers
            .lock()
            .unwrap()
            .insert("step".to_owned(), handlers);
        root("bus", bus);
    });
    let analysis = Analysis::new(snapshot);
    let row = |class: &str| {
        let row = analysis.summary().iter().find(|row| row.class == class);
        let row = row.unwrap_or_else(|| panic!("no class {class} in {:#?}", analysis.summary()));
        (row.count, row.self_bytes)
    };
    assert_eq!(row("Vec<Handler>"), (1, 2 * 16), "room for two more");
    assert_eq!(row("Handler"), (2, 2 * 16));
    assert_eq!(row("Leaf"), (2, 2 * 32));
    let paths = analysis.paths_of_class("Leaf", 5);
    let way: Vec<_> = paths.groups[0]
        .steps
        .iter()
        .map(|step| step.edge.as_str())
        .collect();
    assert_eq!(way, ["bus", "handlers", "step", "[…]", "captures"]);
    assert_eq!(paths.groups[0].objects, 2);
}

struct Document(serde_json::Value);
sim::heap!(Document { 0 });

#[test]
fn json_is_walked() {
    check(
        || {
            root(
                "json",
                Arc::new(Document(
                    json!({ "a": "text", "b": [1, "x", {}], "c": null }),
                )),
            );
        },
        &format!(
            "1  0: json=3\n\
             3 Document {value}: 0=5\n\
             5 serde_json::Map {map}: key.0=7, a=9, key.1=11, b=13, key.2=17\n\
             7 String 1: \n\
             9 String 4: \n\
             11 String 1: \n\
             13 serde_json::Array {array}: [1]=15\n\
             15 String 1: \n\
             17 String 1: ",
            value = size_of::<serde_json::Value>(),
            map = 3 * (size_of::<(String, serde_json::Value)>() + 16),
            array = 3 * size_of::<serde_json::Value>(),
        ),
    );
}

/// Two that hold one another.
struct Peer {
    other: Mutex<Option<Arc<Peer>>>,
    back: Mutex<Weak<Peer>>,
}
sim::heap!(Peer { other, back });

fn peer() -> Arc<Peer> {
    Arc::new(Peer {
        other: Mutex::new(None),
        back: Mutex::new(Weak::new()),
    })
}

#[test]
fn a_circle_that_no_root_reaches_is_found() {
    let bytes = size_of::<Peer>();
    check(
        || {
            let (a, b) = (track(peer()), track(peer()));
            *a.other.lock().unwrap() = Some(Arc::clone(&b));
            *b.other.lock().unwrap() = Some(Arc::clone(&a));
            *b.back.lock().unwrap() = Arc::downgrade(&a);
            // Gone before the walk, and so not in it.
            drop(track(peer()));
            // Reached by a root, and so not lost.
            root("kept", track(peer()));
        },
        &format!(
            "1  0: kept=3, (unreachable)=5\n\
             3 Peer {bytes}: \n\
             5 (unreachable) 0: [0]=7\n\
             7 Peer {bytes}: other=9\n\
             9 Peer {bytes}: other=7, ~back=7"
        ),
    );
}

#[test]
fn a_lock_that_is_held_is_shown_as_held() {
    let text = run(async {
        let process = Process::new(ProcessSpec::default());
        let bus = Arc::new(Bus::default());
        process.enter(|| root("bus", Arc::clone(&bus)));
        let _held = bus.handlers.lock().unwrap();
        print(&process.heap_snapshot())
    });
    assert!(text.contains("(locked) 0"), "{text}");
}

#[test]
fn an_object_keeps_its_id_and_a_reused_address_gets_another() {
    run(async {
        let process = Process::new(ProcessSpec::default());
        let bus = Arc::new(Bus::default());
        process.enter(|| root("bus", Arc::clone(&bus)));
        let fill = |count: usize| {
            let handlers = (0..count).map(|_| handler()).collect();
            bus.handlers
                .lock()
                .unwrap()
                .insert("step".to_owned(), handlers);
        };
        fill(500);
        let first = Analysis::new(process.heap_snapshot());
        let again = Analysis::new(process.heap_snapshot());
        assert_eq!(
            print(first.snapshot()),
            print(again.snapshot()),
            "nothing happened in between"
        );
        // Other objects of the same size; an allocator likes to hand out the same addresses again.
        fill(0);
        fill(500);
        let other = Analysis::new(process.heap_snapshot());
        let comparison = heap::compare(&[&first, &other], Identity::SameProcess);
        let change = |class: &str| {
            let row = comparison
                .classes
                .iter()
                .find(|row| row.class == class)
                .unwrap();
            (row.new.unwrap().count, row.freed.unwrap().count)
        };
        assert_eq!(change("Leaf"), (500, 500));
        assert_eq!(change("Bus"), (0, 0));
    });
}

#[test]
fn a_process_takes_its_roots_along_when_it_dies() {
    run(async {
        let process = Process::supervise(ProcessSpec::default(), || async {
            root("bus", Arc::new(Bus::default()));
            std::future::pending::<()>().await;
        });
        sleep(Duration::from_secs(1)).await;
        let first = print(&process.heap_snapshot());
        assert!(first.contains("bus=3"), "{first}");
        let dropped = process.enter(|| {
            let leaf = Arc::new(leaf());
            root("leaf", Arc::clone(&leaf));
            Arc::downgrade(&leaf)
        });
        process.kill();
        assert!(dropped.upgrade().is_none(), "a dead process keeps nothing");
        assert_eq!(process.heap_snapshot().node_count(), 1);
        sleep(Duration::from_secs(5)).await;
        assert_eq!(
            print(&process.heap_snapshot()),
            first,
            "the new life begins like the first"
        );
    });
}

/// A list that a careless walk would follow with its stack.
struct Chain {
    next: Option<Arc<Chain>>,
}
sim::heap!(Chain { next });

struct Nested {
    inside: Option<Box<Nested>>,
}
sim::heap!(Nested { inside });

#[test]
fn long_chains_and_deep_nesting_are_no_danger() {
    let snapshot = snapshot_of(|| {
        let mut chain = Arc::new(Chain { next: None });
        for _ in 0..10_000 {
            chain = Arc::new(Chain { next: Some(chain) });
        }
        root("chain", chain);
    });
    assert_eq!(snapshot.node_count(), 10_002);
    let snapshot = snapshot_of(|| {
        let mut nested = Nested { inside: None };
        for _ in 0..2_000 {
            nested = Nested {
                inside: Some(Box::new(nested)),
            };
        }
        root("nested", Arc::new(nested));
    });
    assert!(print(&snapshot).contains("(nested deeper)"));
}

/// By hand: an enum, and a size that is declared.
enum Body {
    Empty,
    Text(String),
}

impl HeapObject for Body {
    fn references(&self, walk: &mut Walk) {
        match self {
            Self::Empty => {}
            Self::Text(text) => text.refer(Place::Field("text"), walk),
        }
    }
}

struct Cache {
    entries: BTreeMap<u32, Body>,
}
sim::heap!(Cache { entries });

#[test]
fn types_that_describe_themselves_by_hand() {
    let snapshot = snapshot_of(|| {
        let entries = BTreeMap::from([(7, Body::Text("abc".to_owned())), (9, Body::Empty)]);
        root("cache", Arc::new(Cache { entries }));
    });
    let body = size_of::<Body>();
    let entry = size_of::<(u32, Body)>();
    assert_eq!(
        print(&snapshot),
        format!(
            "1  0: cache=3\n\
             3 Cache 24: entries=5\n\
             5 BTreeMap<u32, Body> {}: 7=7, 9=11\n\
             7 Body {body}: text=9\n\
             9 String 3: \n\
             11 Body {body}: ",
            2 * (entry - body),
        )
    );
}

/// A process that works for a while, and its snapshot as a file.
fn file(seed: u64) -> Vec<u8> {
    let start = common::START;
    sim::Runtime::virtual_time(seed, start).run(async {
        let process = Process::new(ProcessSpec::default());
        let bus = process.enter(|| {
            let bus = Arc::new(Bus::default());
            root("bus", Arc::clone(&bus));
            bus
        });
        for at in 0..20_u64 {
            let bus = Arc::clone(&bus);
            process.spawn(async move {
                sleep(Duration::from_millis(sim::rng("pause").next_range(at))).await;
                let mut handlers = bus.handlers.lock().unwrap();
                handlers
                    .entry(format!("event-{}", at % 3))
                    .or_default()
                    .push(handler());
                track(peer());
            });
        }
        sleep(Duration::from_secs(1)).await;
        let mut file = Vec::new();
        process.heap_snapshot().write(&mut file).unwrap();
        file
    })
}

trait Draw {
    fn next_range(&mut self, key: u64) -> u64;
}

impl Draw for sim::Rng {
    fn next_range(&mut self, key: u64) -> u64 {
        use rand::RngExt as _;
        self.random_range(0..50) + key % 2
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_they_can_be_read() {
    let first = file(7);
    assert_eq!(first, file(7));
    assert_ne!(first, file(8), "another seed is another order of events");
    let read = Snapshot::read(first.as_slice(), &Limits::default()).unwrap();
    assert!(read.node_count() > 40);
}

#[test]
fn a_recorded_heap_is_filed_under_its_process() {
    #[derive(Clone, Default)]
    struct Files(Arc<Mutex<Vec<emit::Attachment>>>);
    impl emit::Sink for Files {
        fn export(&mut self, _: emit::Signal, _: &[u8]) {}

        fn attach(&mut self, attachment: &emit::Attachment) {
            self.0.lock().unwrap().push(attachment.clone());
        }
    }
    let files = Files::default();
    let handle = emit::install(emit::Config::simulation(sim::clock, 7), files.clone()).unwrap();
    run(async {
        let spec = ProcessSpec {
            service: "api".to_owned(),
            instance: "api-1".to_owned(),
            ..ProcessSpec::default()
        };
        let process = Process::new(spec);
        process.enter(|| root("bus", Arc::new(Bus::default())));
        sleep(Duration::from_secs(3)).await;
        process.record_heap();
        process.kill();
        process.record_heap();
    });
    handle.shutdown().unwrap();
    let files = files.0.lock().unwrap();
    assert_eq!(files.len(), 1, "a dead process has no heap");
    let file = &files[0];
    assert_eq!((&file.service[..], &file.instance[..]), ("api", "api-1"));
    assert_eq!(file.media_type, heap::MEDIA_TYPE);
    assert_eq!(
        file.time_unix_nano,
        (common::START + Duration::from_secs(3)).as_unix_nanos()
    );
    let snapshot = Snapshot::read(file.bytes.as_slice(), &Limits::default()).unwrap();
    assert!(print(&snapshot).contains("Bus"));
}
