//! Start pages that people leave open: each asks for the benchmarks again and again.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Response};
use workflow_platform::types::benchmark::Benchmarks;

use super::Traffic;
use super::client::Customer;
use super::request::{Prepared, read};
use crate::benchmarks::Followed;
use crate::population::User;
use crate::scenarios::StartPages;

/// A page asks again so long after it was answered.
const EVERY: Duration = Duration::from_secs(10);

/// Opens start pages as the scenario says. Those that were opened before the world begins are open when it does.
pub(crate) fn open_start_pages(traffic: &Traffic, pages: &StartPages, followed: &Followed) {
    for number in 0..pages.early + pages.count {
        let (traffic, pages, followed) = (traffic.clone(), pages.clone(), followed.clone());
        drop(sim::spawn(async move {
            let mut rng = sim::rng_for("customers.start_page", number);
            let tenant = traffic.population.pick(&mut rng);
            let user = rng.pick(&tenant.users);
            let settles = sim::now() + EVERY.mul_f64(rng.f64());
            let opens = pages.from + pages.over.mul_f64(rng.f64());
            let begins = if number < pages.early {
                settles
            } else {
                opens.max(settles)
            };
            sim::sleep_until(begins).await;
            let customer = Customer::new(traffic.account);
            loop {
                if let Some(answer) = customer.attempt(&request(user)).await {
                    note(&traffic, &followed, answer).await;
                }
                sim::sleep(EVERY.mul_f64(rng.range(0.9..1.1))).await;
            }
        }));
    }
}

fn request(user: &User) -> Prepared<'_> {
    Prepared {
        operation: "benchmarks",
        method: Method::GET,
        path: "/v1/benchmarks".to_owned(),
        token: Some(user.token.as_str()),
        body: String::new(),
        creates: None,
    }
}

/// Compares an answer with what is known.
async fn note(traffic: &Traffic, followed: &Followed, answer: Response<Body>) {
    if answer.status().is_success() {
        let benchmarks: Option<Benchmarks> = read(answer).await;
        let judged = followed.judge(benchmarks.map(|it| it.executions));
        traffic.account.benchmarks(judged);
    }
}
