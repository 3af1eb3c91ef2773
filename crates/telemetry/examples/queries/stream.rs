//! Six hours of a shop's telemetry: eight services, sixty operations, about forty keys, 6 to 17
//! attributes a span; some values few, some many, one new for every trace.

use telemetry::table::{Level, Signal, SpanKind, Status};
use telemetry::{LogRow, ResourceId, SpanRow, TableBuilder, Value};

use crate::random::Random;

/// Start of the recording, nanoseconds since the epoch.
pub(crate) const START: i64 = 1_772_355_600_000_000_000;
/// Length of the recording.
pub(crate) const LENGTH: i64 = 6 * 3_600 * 1_000_000_000;
/// Services by number.
pub(crate) const SERVICES: [&str; 8] = [
    "gateway",
    "orders",
    "catalogue",
    "payments",
    "stock",
    "mail",
    "search",
    "accounts",
];
/// Spans of an average trace.
const SPANS_PER_TRACE: f64 = 8.2;
/// Traces (or log records) of one batch.
const BATCH: usize = 4_096;
const MESSAGES: [(&str, &str, Level); 9] = [
    ("request served in ", "ms", Level::Info),
    ("cache miss for item ", "", Level::Debug),
    ("SELECT orders returned rows: ", "", Level::Debug),
    ("payment accepted, reference ", "", Level::Info),
    (
        "timeout after ",
        "ms waiting for a connection",
        Level::Error,
    ),
    ("retrying delivery, attempt ", "", Level::Warn),
    ("stock level below ", "", Level::Warn),
    ("session opened for user ", "", Level::Info),
    ("indexed documents: ", "", Level::Info),
];

/// Texts that rows point to.
struct Pools {
    tenants: Vec<String>,
    users: Vec<String>,
    items: Vec<String>,
    addresses: Vec<String>,
    routes: Vec<String>,
    statements: Vec<String>,
    names: Vec<String>,
    pods: Vec<String>,
}

/// Makes rows batch by batch.
pub(crate) struct Stream {
    pools: Pools,
    random: Random,
    made: usize,
    wanted: usize,
}

/// Rows to append, made beforehand.
pub(crate) struct Batch<'a> {
    stream: &'a Pools,
    rows: Vec<Row>,
    attributes: Vec<(&'static str, Field)>,
    request_ids: Vec<String>,
    bodies: Vec<(String, Level)>,
}

struct Row {
    service: usize,
    pod: usize,
    trace: u128,
    span: u64,
    parent: u64,
    start: i64,
    duration: i64,
    name: usize,
    kind: SpanKind,
    status: Status,
    attributes: std::ops::Range<usize>,
}

/// A value that does not borrow yet.
#[derive(Clone, Copy)]
enum Field {
    Fixed(&'static str),
    Tenant(usize),
    User(usize),
    Item(usize),
    Address(usize),
    Route(usize),
    Statement(usize),
    Request(usize),
    Int(i64),
    Float(f64),
    Bool(bool),
}

impl Stream {
    pub(crate) fn new(wanted: usize) -> Self {
        let list = |count: usize, make: &dyn Fn(usize) -> String| (0..count).map(make).collect();
        let pools = Pools {
            tenants: list(400, &|n| format!("tenant-{n:04}")),
            users: list(75_000, &|n| {
                format!("user-{:08x}", n.wrapping_mul(2_654_435_761) as u32)
            }),
            items: list(40_000, &|n| format!("item:{}:{n}", n % 13)),
            addresses: list(2_000, &|n| {
                format!("10.{}.{}.{}", n % 4, n / 7 % 250, n % 250)
            }),
            routes: list(40, &|n| {
                format!("/api/v{}/resource-{}/{{id}}", n % 2 + 1, n / 2)
            }),
            statements: list(48, &|n| {
                format!("SELECT * FROM table_{} WHERE id = $1 AND kind = $2", n % 16)
            }),
            names: list(60, &|n| {
                format!(
                    "{} operation-{n}",
                    ["GET", "POST", "SELECT", "publish"][n % 4]
                )
            }),
            pods: list(24, &|n| format!("{}-{:05x}", SERVICES[n / 3], n * 7_919)),
        };
        Self {
            pools,
            random: Random::new(7),
            made: 0,
            wanted,
        }
    }

    /// The next rows, or `None` when there are as many as wanted.
    pub(crate) fn next_batch(&mut self, signal: Signal) -> Option<Batch<'_>> {
        if self.made >= self.wanted {
            return None;
        }
        let mut maker = Maker {
            random: &mut self.random,
            rows: Vec::new(),
            attributes: Vec::new(),
            request_ids: Vec::new(),
            bodies: Vec::new(),
        };
        let per_row = if signal == Signal::Spans {
            SPANS_PER_TRACE
        } else {
            1.0
        };
        let step = (LENGTH as f64 * per_row / self.wanted as f64) as i64;
        let first = (self.made as f64 / per_row) as i64;
        for number in 0..BATCH as i64 {
            let start = START + (first + number) * step;
            match signal {
                Signal::Spans => maker.trace(start),
                Signal::Logs => maker.log(start),
            }
        }
        self.made += maker.rows.len();
        let Maker {
            rows,
            attributes,
            request_ids,
            bodies,
            ..
        } = maker;
        Some(Batch {
            stream: &self.pools,
            rows,
            attributes,
            request_ids,
            bodies,
        })
    }
}

struct Maker<'a> {
    random: &'a mut Random,
    rows: Vec<Row>,
    attributes: Vec<(&'static str, Field)>,
    request_ids: Vec<String>,
    bodies: Vec<(String, Level)>,
}

/// What the spans of one trace share.
#[derive(Clone, Copy)]
struct Request {
    trace: u128,
    tenant: usize,
    user: usize,
    failed: bool,
}

impl Maker<'_> {
    /// A request: the gateway calls one to four services, and each of them a database, a cache or a queue.
    fn trace(&mut self, start: i64) {
        let request = Request {
            trace: u128::from(self.random.next()) << 64 | u128::from(self.random.next()),
            tenant: self.random.skewed(400),
            user: self.random.skewed(75_000),
            failed: self.random.chance(0.012),
        };
        let id = self.random.next();
        self.request_ids.push(format!("{id:016x}{:08x}", id >> 13));
        let duration = self.random.duration(80e6);
        let root = self.span(request, 0, 0, start, duration, SpanKind::Server);
        let mut at = start + duration / 20;
        for _ in 0..=self.random.below(3) {
            let service = 1 + self.random.below(SERVICES.len() - 1);
            let length = self.random.duration(18e6);
            let client = self.span(request, root, 0, at, length, SpanKind::Client);
            let server = self.span(
                request,
                client,
                service,
                at + 200_000,
                length - length / 20,
                SpanKind::Server,
            );
            for _ in 0..self.random.below(4) {
                let inner = self.random.duration(2.5e6);
                self.span(
                    request,
                    server,
                    service,
                    at + 400_000,
                    inner,
                    SpanKind::Client,
                );
            }
            at += length;
        }
    }

    fn span(
        &mut self,
        request: Request,
        parent: u64,
        service: usize,
        start: i64,
        duration: i64,
        kind: SpanKind,
    ) -> u64 {
        let span = self.random.next() | 1;
        let from = self.attributes.len();
        let leaf = parent != 0 && kind == SpanKind::Client && service != 0;
        let failed = request.failed && (leaf || self.random.chance(0.6));
        self.common(request, kind);
        if leaf {
            self.leaf();
        } else {
            self.http(kind, failed);
        }
        if failed {
            self.attributes.push((
                "error.type",
                Field::Fixed(["timeout", "refused", "conflict"][self.random.below(3)]),
            ));
            self.attributes
                .push(("exception.type", Field::Fixed("PoolTimeout")));
            self.attributes.push((
                "exception.message",
                Field::Fixed("no connection within 10 s"),
            ));
        }
        self.rare(service);
        let name = if leaf {
            40 + self.random.below(20)
        } else {
            self.random.skewed(5) + service * 5
        };
        self.rows.push(Row {
            service,
            pod: service * 3 + self.random.below(3),
            trace: request.trace,
            span,
            parent,
            start,
            duration,
            name,
            kind,
            status: if failed { Status::Error } else { Status::Unset },
            attributes: from..self.attributes.len(),
        });
        span
    }

    fn common(&mut self, request: Request, kind: SpanKind) {
        self.attributes
            .push(("tenant.id", Field::Tenant(request.tenant)));
        self.attributes.push(("user.id", Field::User(request.user)));
        if kind == SpanKind::Server {
            self.attributes
                .push(("request.id", Field::Request(self.request_ids.len() - 1)));
        }
        self.attributes.push((
            "code.function",
            Field::Fixed(["handle", "load", "store", "publish"][self.random.below(4)]),
        ));
        self.attributes.push((
            "code.line.number",
            Field::Int(10 + self.random.skewed(900) as i64),
        ));
        self.attributes.push((
            "thread.name",
            Field::Fixed(["main", "pool-1", "pool-2"][self.random.below(3)]),
        ));
    }

    fn http(&mut self, kind: SpanKind, failed: bool) {
        let status = if failed {
            503
        } else {
            [200, 200, 200, 201, 204, 404][self.random.below(6)]
        };
        let route = self.random.skewed(40);
        self.attributes.push((
            "http.request.method",
            Field::Fixed(["GET", "POST", "PUT"][self.random.below(3)]),
        ));
        self.attributes.push(("http.route", Field::Route(route)));
        self.attributes
            .push(("http.response.status_code", Field::Int(status)));
        if kind == SpanKind::Server {
            self.attributes
                .push(("client.address", Field::Address(self.random.below(2_000))));
            self.attributes
                .push(("request.bytes", Field::Int(self.random.duration(2_000.0))));
            self.attributes.push((
                "user_agent.name",
                Field::Fixed(["browser", "app", "script"][self.random.below(3)]),
            ));
        } else {
            self.attributes.push((
                "server.port",
                Field::Int(8_080 + self.random.below(4) as i64),
            ));
            self.attributes.push((
                "network.peer.address",
                Field::Address(self.random.below(24)),
            ));
        }
    }

    fn leaf(&mut self) {
        match self.random.below(4) {
            0 | 1 => {
                self.attributes
                    .push(("db.system.name", Field::Fixed("postgresql")));
                self.attributes
                    .push(("db.query.text", Field::Statement(self.random.below(48))));
                self.attributes.push((
                    "db.operation.name",
                    Field::Fixed(["SELECT", "INSERT", "UPDATE"][self.random.below(3)]),
                ));
                self.attributes.push((
                    "db.response.returned_rows",
                    Field::Int(self.random.skewed(500) as i64),
                ));
            }
            2 => {
                self.attributes
                    .push(("cache.key", Field::Item(self.random.skewed(40_000))));
                self.attributes
                    .push(("cache.hit", Field::Bool(self.random.chance(0.8))));
            }
            _ => {
                self.attributes
                    .push(("messaging.system", Field::Fixed("queue")));
                self.attributes.push((
                    "messaging.destination.name",
                    Field::Fixed(["orders", "mails", "audit"][self.random.below(3)]),
                ));
                self.attributes.push((
                    "messaging.message.offset",
                    Field::Int(self.random.below(50_000_000) as i64),
                ));
            }
        }
    }

    /// Keys that few spans have, and two whose values are numbers with a fraction.
    fn rare(&mut self, service: usize) {
        const RARE: [&str; 16] = [
            "feature.flag",
            "job.type",
            "step.name",
            "retry.count",
            "region",
            "plan",
            "experiment",
            "partner",
            "device",
            "locale",
            "currency",
            "coupon",
            "warehouse",
            "campaign",
            "queue.depth",
            "cpu.load",
        ];
        if self.random.chance(0.3) {
            let key = self.random.skewed(16);
            let value = match key {
                14 | 15 => Field::Float((self.random.part() * 1e4).round() / 100.0),
                3 => Field::Int(self.random.below(5) as i64),
                _ => Field::Fixed(
                    ["alpha", "beta", "gamma", "delta"][(self.random.below(2) + service) % 4],
                ),
            };
            self.attributes.push((RARE[key], value));
        }
    }

    fn log(&mut self, start: i64) {
        let kind = if self.random.chance(0.013) {
            4
        } else {
            [0, 1, 2, 3, 5, 6, 7, 8][self.random.below(8)]
        };
        let (before, after, level) = MESSAGES[kind];
        self.bodies.push((
            format!(
                "{before}{}{after}, request {:08x}",
                self.random.below(9_000),
                self.random.next() as u32
            ),
            level,
        ));
        let from = self.attributes.len();
        self.attributes
            .push(("tenant.id", Field::Tenant(self.random.skewed(400))));
        self.attributes
            .push(("code.line.number", Field::Int(40 + kind as i64 * 17)));
        let service = self.random.below(SERVICES.len());
        self.rows.push(Row {
            service,
            pod: service * 3 + self.random.below(3),
            trace: u128::from(self.random.next()) << 64 | 1,
            span: self.random.next(),
            parent: 0,
            start,
            duration: 0,
            name: 0,
            kind: SpanKind::Internal,
            status: Status::Unset,
            attributes: from..self.attributes.len(),
        });
    }
}

impl Batch<'_> {
    /// The attributes of all rows, as a decoder hands them over.
    pub(crate) fn values(&self) -> Vec<(&str, Value<'_>)> {
        self.attributes
            .iter()
            .map(|(key, field)| (*key, self.value(*field)))
            .collect()
    }

    /// Appends the rows; this is what ingest is measured by.
    pub(crate) fn append(&self, values: &[(&str, Value<'_>)], builder: &mut TableBuilder) {
        let pools = self.stream;
        let resources: Vec<ResourceId> = (0..pools.pods.len())
            .map(|pod| {
                let attributes = [
                    ("k8s.pod.name", Value::Str(&pools.pods[pod])),
                    ("service.version", Value::Str(["1.4.1", "1.4.2"][pod % 2])),
                    (
                        "cloud.region",
                        Value::Str(["eu-1", "eu-2", "us-1"][pod % 3]),
                    ),
                ];
                builder.resource(SERVICES[pod / 3], &attributes)
            })
            .collect();
        for (index, row) in self.rows.iter().enumerate() {
            debug_assert_eq!(row.service, row.pod / 3);
            let attributes = &values[row.attributes.clone()];
            if self.bodies.is_empty() {
                builder.append_span(&SpanRow {
                    resource: resources[row.pod],
                    trace_id: row.trace,
                    span_id: row.span,
                    parent_span_id: row.parent,
                    start_unix_nano: row.start,
                    duration_ns: row.duration,
                    name: &pools.names[row.name],
                    kind: row.kind,
                    status: row.status,
                    status_message: "",
                    attributes,
                });
            } else {
                let (body, level) = &self.bodies[index];
                builder.append_log(&LogRow {
                    resource: resources[row.pod],
                    time_unix_nano: row.start,
                    level: *level,
                    trace_id: row.trace,
                    span_id: row.span,
                    body,
                    attributes,
                });
            }
        }
    }

    fn value(&self, field: Field) -> Value<'_> {
        let pools = self.stream;
        match field {
            Field::Fixed(text) => Value::Str(text),
            Field::Tenant(number) => Value::Str(&pools.tenants[number]),
            Field::User(number) => Value::Str(&pools.users[number]),
            Field::Item(number) => Value::Str(&pools.items[number]),
            Field::Address(number) => Value::Str(&pools.addresses[number]),
            Field::Route(number) => Value::Str(&pools.routes[number]),
            Field::Statement(number) => Value::Str(&pools.statements[number]),
            Field::Request(number) => Value::Str(&self.request_ids[number]),
            Field::Int(number) => Value::I64(number),
            Field::Float(number) => Value::F64(number),
            Field::Bool(value) => Value::Bool(value),
        }
    }
}
