//! The store from outside: what is written is there after a restart, and states go one way.

use std::path::Path;

use catalogue::{AskedBy, Diagnosis, Level, Tool, TrailQuery};
use interview::{
    EntryChange, EntryKind, Failure, HypothesisStatus, NewEntry, NewSession, Prepared, Session,
    SessionState, Store, StoreError, TrailRecorder,
};

const PREPARED: Prepared = Prepared {
    virtual_ms: 3_600_000,
    spans: 5,
    logs: 3,
    elapsed_ms: 900,
};

async fn open(folder: &Path) -> Store {
    Store::open(&folder.join("firedrill.sqlite")).await.unwrap()
}

async fn new_session(store: &Store) -> Session {
    let new = NewSession {
        drill_id: "d-000001".to_owned(),
        drill_title: "Pages are slow".to_owned(),
        seed: u64::MAX,
        difficulty: Level::Senior,
    };
    store.create_session(new, 1000).await.unwrap()
}

fn note(kind: EntryKind, text: &str) -> NewEntry {
    NewEntry {
        kind,
        text: text.to_owned(),
        status: None,
        tool: None,
        url: None,
        query: None,
        start_ms: None,
        end_ms: None,
    }
}

fn failure() -> Failure {
    Failure {
        code: "x".to_owned(),
        detail: "It stopped.".to_owned(),
        next_step: "Retry.".to_owned(),
    }
}

fn query(text: &str) -> TrailQuery {
    TrailQuery {
        at_ms: 5,
        tool: Tool::Logs,
        view: "search".to_owned(),
        query: text.to_owned(),
        start_ms: Some(1),
        end_ms: Some(2),
        asked_by: AskedBy::Person,
        spans: Vec::new(),
        services: Vec::new(),
        edges: Vec::new(),
        classes: Vec::new(),
    }
}

#[tokio::test]
async fn a_session_survives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let session = new_session(&store).await;
    let ready = store
        .mark_ready(&session.id, "r1", (10, 20), PREPARED, 2000)
        .await
        .unwrap();
    drop(store);

    let store = open(folder.path()).await;
    assert_eq!(store.session(&session.id).await.unwrap(), ready);
    assert_eq!(ready.seed, u64::MAX);
    assert_eq!(ready.prepared, Some(PREPARED));
    assert_eq!(ready.started_at_ms, Some(2000));
    assert_eq!(store.sessions().await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_was_being_prepared_fails_and_can_be_retried() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let interrupted = new_session(&store).await.id;
    let ready = new_session(&store).await.id;
    store
        .mark_ready(&ready, "r1", (0, 1), PREPARED, 1)
        .await
        .unwrap();

    let playing = new_session(&store).await.id;
    store.mark_playing(&playing, "r2", (0, 1)).await.unwrap();

    assert_eq!(store.fail_interrupted(&failure()).await.unwrap(), 2);
    let session = store.session(&playing).await.unwrap();
    assert_eq!(
        (session.state, session.recording_id, session.start_range_ms),
        (SessionState::Failed, None, None)
    );
    let session = store.session(&interrupted).await.unwrap();
    assert_eq!(session.state, SessionState::Failed);
    assert_eq!(session.failure, Some(failure()));
    assert_eq!(
        store.session(&ready).await.unwrap().state,
        SessionState::Ready
    );

    let session = store.retry(&interrupted).await.unwrap();
    assert_eq!(
        (session.state, session.failure),
        (SessionState::Preparing, None)
    );
}

#[tokio::test]
async fn states_go_one_way() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let id = new_session(&store).await.id;
    let diagnosis = Diagnosis::default();

    let early = store.hand_in(&id, &diagnosis, &1, 3).await.unwrap_err();
    assert_eq!(
        early.to_string(),
        "the session is preparing, it must be ready for this"
    );
    let playing = store.mark_playing(&id, "r1", (0, 1)).await.unwrap();
    assert_eq!(playing.recording_id.as_deref(), Some("r1"));
    assert!(
        store.mark_playing(&id, "r2", (0, 1)).await.is_err(),
        "plays twice"
    );
    let early = store.hand_in(&id, &diagnosis, &1, 3).await.unwrap_err();
    assert_eq!(
        early.to_string(),
        "the session is playing, it must be ready for this"
    );
    store
        .mark_ready(&id, "r1", (0, 1), PREPARED, 1)
        .await
        .unwrap();
    assert!(store.mark_failed(&id, &failure()).await.is_err());
    store.hand_in(&id, &diagnosis, &7, 3).await.unwrap();
    assert!(
        store.hand_in(&id, &diagnosis, &8, 4).await.is_err(),
        "handed in twice"
    );
    assert!(store.save_draft(&id, &diagnosis, 5).await.is_err());
    let handed_in = store.handed_in::<i32>(&id).await.unwrap().unwrap();
    assert_eq!((handed_in.result, handed_in.handed_in_at_ms), (7, 3));
}

#[tokio::test]
async fn the_notebook() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let id = new_session(&store).await.id;
    let first = store
        .add_entry(&id, note(EntryKind::Note, "a"), 1)
        .await
        .unwrap();
    let second = store
        .add_entry(&id, note(EntryKind::Hypothesis, "b"), 2)
        .await
        .unwrap();
    assert_eq!(second.status, Some(HypothesisStatus::Open));

    let ruled_out = EntryChange {
        status: Some(HypothesisStatus::RuledOut),
        ..EntryChange::default()
    };
    let changed = store
        .change_entry(&id, &second.id, ruled_out.clone(), 9)
        .await
        .unwrap();
    assert_eq!(
        (changed.status, changed.text.as_str(), changed.updated_at_ms),
        (Some(HypothesisStatus::RuledOut), "b", 9)
    );
    let refused = store
        .change_entry(&id, &first.id, ruled_out, 9)
        .await
        .unwrap_err();
    assert!(matches!(refused, StoreError::StatusWithoutHypothesis));

    store.remove_entry(&id, &first.id).await.unwrap();
    assert!(store.remove_entry(&id, &first.id).await.is_err());
    let other = new_session(&store).await.id;
    assert!(
        store.remove_entry(&other, &second.id).await.is_err(),
        "another session's entry"
    );
    assert_eq!(store.entries(&id).await.unwrap(), vec![changed]);
    let long = "x".repeat(20_001);
    assert!(
        store
            .add_entry(&id, note(EntryKind::Note, &long), 1)
            .await
            .is_err()
    );
}

#[tokio::test]
async fn hints_are_shown_one_by_one_and_only_while_working() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let id = new_session(&store).await.id;
    assert!(store.show_hint(&id, 2, 1).await.is_err());
    store
        .mark_ready(&id, "r1", (0, 1), PREPARED, 1)
        .await
        .unwrap();
    for expect in [1, 2, 2] {
        assert_eq!(store.show_hint(&id, 2, 7).await.unwrap().len(), expect);
    }
    assert_eq!(store.hints(&id).await.unwrap()[1].number, 2);
}

#[tokio::test]
async fn drafts_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let id = new_session(&store).await.id;
    assert_eq!(store.draft(&id).await.unwrap(), Diagnosis::default());
    for text in ["one", "two"] {
        let draft = Diagnosis {
            text: text.to_owned(),
            ..Diagnosis::default()
        };
        store.save_draft(&id, &draft, 1).await.unwrap();
        assert_eq!(store.draft(&id).await.unwrap(), draft);
    }
}

#[tokio::test]
async fn the_trail_keeps_order_and_forgets_with_its_session() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let id = new_session(&store).await.id;
    let recorder = TrailRecorder::start(store.clone());
    for number in 0..1200 {
        recorder.record(&id, query(&number.to_string()));
    }
    recorder.record("no-such-session", query("x"));
    recorder.flush().await;
    let trail = store.trail(&id).await.unwrap();
    let expect: Vec<TrailQuery> = (0..1200).map(|number| query(&number.to_string())).collect();
    assert_eq!(trail, expect);

    store.delete_session(&id).await.unwrap();
    assert!(matches!(
        store.trail(&id).await,
        Err(StoreError::UnknownSession(_))
    ));
    assert!(matches!(
        store.delete_session(&id).await,
        Err(StoreError::UnknownSession(_))
    ));
}

#[tokio::test]
async fn an_unusable_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("no/such/folder/firedrill.sqlite");
    let error = Store::open(&path).await.unwrap_err();
    assert!(
        error.to_string().starts_with("cannot open the database "),
        "{error}"
    );
}
