//! The same code on the wall clock and several threads.

use std::{
    io::{Read as _, Write as _},
    time::Duration,
};

use axum::{Router, routing::get};
use sim::{
    Process, ProcessSpec, Runtime, cpu,
    http::{Client, Network, listen, serve},
    memory, now, sleep, spawn, timeout,
};

const MS: Duration = Duration::from_millis(1);

#[test]
fn time_tasks_and_randomness_work_live() {
    let (slept, value, late) = Runtime::live().run(async {
        let before = now();
        let late = timeout(MS * 5, sleep(Duration::from_secs(60)))
            .await
            .is_err();
        sleep(MS * 10).await;
        let mut tick = sim::interval(MS);
        tick.tick().await;
        tick.tick().await;
        let value = spawn(async { (sim::uuid(), sim::rng("live").f64()) })
            .await
            .unwrap();
        (now() - before, value, late)
    });
    assert!(late && slept >= MS * 15, "{slept:?}");
    assert_eq!(value.0.get_version_num(), 4);
}

#[test]
fn processes_live_and_die_live() {
    Runtime::live().run(async {
        let process = Process::supervise(
            ProcessSpec {
                resident: 0,
                memory_limit: 100,
                ..ProcessSpec::default()
            },
            || async {
                serve("api", Router::new().route("/", get(|| async { "ok" }))).await;
            },
        );
        sleep(MS * 20).await;
        let request = || {
            axum::http::Request::get("http://api/")
                .body(axum::body::Body::empty())
                .unwrap()
        };
        let client = Client::new();
        assert!(
            client
                .send(request(), Duration::from_secs(5))
                .await
                .unwrap()
                .status()
                .is_success()
        );
        let greedy = process.spawn(async {
            let _charge = memory::charge(101);
            sleep(Duration::from_secs(60)).await;
        });
        assert!(greedy.await.is_err());
        assert!(
            client
                .send(request(), Duration::from_secs(5))
                .await
                .is_err()
        );
        sleep(Duration::from_millis(2500)).await;
        assert!(
            client
                .send(request(), Duration::from_secs(5))
                .await
                .unwrap()
                .status()
                .is_success()
        );
    });
}

#[test]
fn work_stalls_for_its_cost() {
    let elapsed = Runtime::live().run(async {
        let before = now();
        let process = Process::new(ProcessSpec::default());
        let value = process
            .spawn(async { cpu::work(MS * 30, || 7).await })
            .await;
        assert_eq!(value, Ok(7));
        now() - before
    });
    assert!(elapsed >= MS * 30, "{elapsed:?}");
}

#[test]
fn a_gateway_lets_real_requests_in() {
    let answer = Runtime::live().run(async {
        let router = Router::new().route(
            "/hello/{name}",
            get(|axum::extract::Path(name): axum::extract::Path<String>| async move { name }),
        );
        Network::current().register("api", router).keep();
        let gateway = listen("127.0.0.1:0".parse().unwrap(), "api").await.unwrap();
        let address = gateway.address();
        let taken = listen(address, "api").await.unwrap_err().to_string();
        assert!(taken.contains("choose another port"), "{taken}");
        spawn(gateway.run());
        spawn(async move {
            let mut stream = std::net::TcpStream::connect(address).unwrap();
            stream
                .write_all(b"GET /hello/world HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
                .unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            answer
        })
        .await
        .unwrap()
    });
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.ends_with("world"),
        "{answer}"
    );
}
