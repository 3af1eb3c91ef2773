//! Tasks of a virtual world: order, ends of every kind, and those that a library spawns on tokio by itself.

mod common;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use common::{START, run};
use sim::{JoinError, now, sleep, spawn, yield_now};

const MS: Duration = Duration::from_millis(1);

/// Notes what happens in which order.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<&'static str>>>);

impl Notes {
    fn add(&self, note: &'static str) {
        self.0.lock().unwrap().push(note);
    }

    fn all(&self) -> Vec<&'static str> {
        self.0.lock().unwrap().clone()
    }
}

/// Notes its own end.
struct Ends(Notes, &'static str);

impl Drop for Ends {
    fn drop(&mut self) {
        self.0.add(self.1);
    }
}

#[test]
fn tasks_take_turns_in_the_order_of_their_wakes() {
    let notes = run(async {
        let notes = Notes::default();
        let (first, second) = (notes.clone(), notes.clone());
        let one = spawn(async move {
            first.add("first begins");
            yield_now().await;
            first.add("first goes on");
        });
        let two = spawn(async move {
            second.add("second begins");
        });
        notes.add("main waits");
        one.await.unwrap();
        two.await.unwrap();
        notes.all()
    });
    assert_eq!(
        notes,
        [
            "main waits",
            "first begins",
            "second begins",
            "first goes on"
        ]
    );
}

#[test]
fn an_aborted_task_drops_what_it_holds_before_its_end_is_known() {
    let notes = run(async {
        let notes = Notes::default();
        let held = Ends(notes.clone(), "dropped");
        let task = spawn(async move {
            let _held = held;
            std::future::pending::<()>().await;
        });
        sleep(MS).await;
        assert!(!task.is_finished());
        task.abort();
        assert_eq!(task.await, Err(JoinError::Cancelled));
        notes.add("known");
        notes.all()
    });
    assert_eq!(notes, ["dropped", "known"]);
}

#[test]
fn a_task_may_abort_itself() {
    run(async {
        let (send, handle) = tokio::sync::oneshot::channel::<sim::AbortHandle>();
        let task = spawn(async move {
            handle.await.unwrap().abort();
            std::future::pending::<()>().await;
        });
        assert!(send.send(task.abort_handle()).is_ok());
        assert_eq!(task.await, Err(JoinError::Cancelled));
    });
}

#[test]
fn a_panic_stays_with_its_task() {
    run(async {
        let task = spawn(async { panic!("on purpose") });
        let expected = JoinError::Panicked("on purpose".to_owned());
        assert_eq!(task.await, Err::<(), _>(expected));
    });
}

/// Panics at its end.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("at its end");
    }
}

#[test]
fn a_panic_of_a_destructor_stays_with_its_task() {
    run(async {
        let expected = Err(JoinError::Panicked("at its end".to_owned()));
        // Held until the future is dropped, not only until its last line.
        let bomb = Bomb;
        let ending = spawn(std::future::poll_fn(move |_| {
            let _held = &bomb;
            std::task::Poll::Ready(())
        }));
        assert_eq!(ending.await, expected);
        let bomb = Bomb;
        let aborted = spawn(async move {
            let _held = bomb;
            std::future::pending::<()>().await;
        });
        sleep(MS).await;
        aborted.abort();
        assert_eq!(aborted.await, expected);
    });
}

#[test]
#[should_panic(expected = "on purpose")]
fn a_panic_of_the_main_task_is_the_callers() {
    run(async { panic!("on purpose") });
}

#[test]
fn tasks_that_are_left_are_dropped_with_the_world() {
    let notes = Notes::default();
    let held = Ends(notes.clone(), "dropped");
    run(async move {
        drop(spawn(async move {
            let _held = held;
            std::future::pending::<()>().await;
        }));
        sleep(MS).await;
    });
    assert_eq!(notes.all(), ["dropped"]);
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "libraries do it, and it has to work"
)]
fn what_is_spawned_on_tokio_runs_and_lives_in_the_same_time() {
    run(async {
        let (send, mut requests) = tokio::sync::mpsc::channel::<Duration>(1);
        let server = tokio::spawn(async move {
            let mut served = 0;
            while let Some(pause) = requests.recv().await {
                sleep(pause).await;
                served += 1;
            }
            served
        });
        for _ in 0..1_000 {
            send.send(MS).await.unwrap();
        }
        let ours = spawn(async {
            sleep(MS).await;
            now()
        });
        assert!(ours.await.unwrap() > START);
        drop(send);
        assert_eq!(server.await.unwrap(), 1_000);
        assert_eq!(now(), START + 1_000 * MS);
    });
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "libraries do it, and it has to work"
)]
fn who_yields_lets_tokios_tasks_go_first_as_well() {
    run(async {
        let done = Arc::new(Mutex::new(false));
        let other = Arc::clone(&done);
        let task = tokio::spawn(async move {
            yield_now().await;
            *other.lock().unwrap() = true;
        });
        while !*done.lock().unwrap() {
            yield_now().await;
        }
        task.await.unwrap();
        assert_eq!(now(), START);
    });
}
