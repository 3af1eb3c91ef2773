//! Configuration: one typed struct per concern, every value with its default.
//!
//! A process reads it once at start. Durations are in milliseconds in the file.

use std::time::Duration;

use serde::Deserialize;

/// Everything that can be configured.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The public HTTP server.
    pub server: ServerConfig,
    /// The connection pool and transactions.
    pub database: DatabaseConfig,
    /// The cache.
    pub cache: CacheConfig,
    /// The background jobs.
    pub scheduler: SchedulerConfig,
    /// The workflow engine.
    pub engine: EngineConfig,
    /// The delivery of notifications.
    pub notifications: NotificationConfig,
    /// Services outside the platform.
    pub external: ExternalConfig,
    /// Services of the platform that call each other.
    pub internal: InternalConfig,
    /// The handling of events that customers' systems send.
    pub events: EventConfig,
}

/// The public HTTP server.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServerConfig {
    /// A request that takes longer is answered with 504.
    #[serde(with = "milliseconds")]
    pub request_timeout: Duration,
    /// The largest body accepted, in bytes.
    pub body_bytes_max: usize,
    /// Requests that take longer are logged as warnings.
    #[serde(with = "milliseconds")]
    pub slow_request: Duration,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            request_timeout: Duration::from_secs(30),
            body_bytes_max: 1024 * 1024,
            slow_request: Duration::from_secs(2),
        }
    }
}

/// The connection pool and transactions.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DatabaseConfig {
    /// The most connections that the api opens.
    pub pool_size: usize,
    /// The most connections that the workflow service opens.
    pub engine_pool_size: usize,
    /// The most connections that the notification service opens.
    pub notification_pool_size: usize,
    /// How long a caller waits for a connection.
    #[serde(with = "milliseconds")]
    pub acquire_timeout: Duration,
    /// How long a transaction may take, unless it asks for something else.
    #[serde(with = "milliseconds")]
    pub transaction_timeout: Duration,
    /// Transactions that take longer are logged as warnings.
    #[serde(with = "milliseconds")]
    pub long_transaction: Duration,
    /// How long the server works on one statement before it gives up.
    #[serde(with = "milliseconds")]
    pub statement_timeout: Duration,
    /// A connection that nobody used for this long is closed.
    #[serde(with = "milliseconds")]
    pub idle_timeout: Duration,
}

impl Default for DatabaseConfig {
    fn default() -> Self {
        Self {
            pool_size: 200,
            engine_pool_size: 60,
            notification_pool_size: 20,
            acquire_timeout: Duration::from_secs(10),
            transaction_timeout: Duration::from_secs(60),
            long_transaction: Duration::from_secs(5),
            statement_timeout: Duration::from_secs(30),
            idle_timeout: Duration::from_mins(10),
        }
    }
}

/// The cache.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CacheConfig {
    /// How long a bearer token's owner is remembered.
    #[serde(with = "milliseconds")]
    pub principal_ttl: Duration,
    /// How long a tenant's usage figures are remembered.
    #[serde(with = "milliseconds")]
    pub usage_ttl: Duration,
}

impl Default for CacheConfig {
    fn default() -> Self {
        Self {
            principal_ttl: Duration::from_mins(10),
            usage_ttl: Duration::from_mins(5),
        }
    }
}

/// The background jobs.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SchedulerConfig {
    /// How often due jobs are looked for.
    #[serde(with = "milliseconds")]
    pub tick: Duration,
    /// A run that takes longer is given up.
    #[serde(with = "milliseconds")]
    pub job_timeout: Duration,
    /// Failed runs are repeated.
    pub retry: RetryConfig,
}

impl Default for SchedulerConfig {
    fn default() -> Self {
        Self {
            tick: Duration::from_secs(15),
            job_timeout: Duration::from_mins(5),
            retry: RetryConfig {
                attempts: 5,
                base_delay: Duration::from_secs(30),
                max_delay: Duration::from_mins(15),
            },
        }
    }
}

/// The workflow engine.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EngineConfig {
    /// Executions that run at the same time.
    pub concurrency: usize,
    /// Executions accepted but not yet running; a start beyond is refused.
    pub queue_size: usize,
    /// A step that takes longer fails.
    #[serde(with = "milliseconds")]
    pub step_timeout: Duration,
    /// How often executions that no engine holds any more are looked for.
    #[serde(with = "milliseconds")]
    pub recovery_interval: Duration,
    /// An execution that made no progress for this long is taken up again.
    #[serde(with = "milliseconds")]
    pub recovery_age: Duration,
}

impl Default for EngineConfig {
    fn default() -> Self {
        Self {
            concurrency: 128,
            queue_size: 2_000,
            step_timeout: Duration::from_secs(60),
            recovery_interval: Duration::from_mins(1),
            recovery_age: Duration::from_mins(2),
        }
    }
}

/// The delivery of notifications.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NotificationConfig {
    /// Deliveries that run at the same time; most of them wait for an endpoint.
    pub concurrency: usize,
    /// Deliveries accepted but not yet running; more are refused.
    pub queue_size: usize,
    /// How long a customer's webhook endpoint may take to answer.
    #[serde(with = "milliseconds")]
    pub webhook_timeout: Duration,
    /// Failed deliveries are repeated. Endpoints are down for minutes rather than seconds.
    pub retry: RetryConfig,
}

impl Default for NotificationConfig {
    fn default() -> Self {
        Self {
            concurrency: 1_000,
            queue_size: 5_000,
            webhook_timeout: Duration::from_secs(5),
            retry: RetryConfig {
                attempts: 6,
                base_delay: Duration::from_secs(100),
                max_delay: Duration::from_mins(30),
            },
        }
    }
}

/// How a failed operation is repeated: exponential backoff with full jitter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetryConfig {
    /// Attempts in all, the first one included.
    pub attempts: u32,
    /// The longest pause before the second attempt; it doubles with each further one.
    #[serde(with = "milliseconds")]
    pub base_delay: Duration,
    /// No pause is longer.
    #[serde(with = "milliseconds")]
    pub max_delay: Duration,
}

/// Services outside the platform.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ExternalConfig {
    /// Judges definitions and inputs against a tenant's connectors, quotas and policies.
    pub validation: EndpointConfig,
    /// Charges customers.
    pub payment: EndpointConfig,
    /// Sends e-mail.
    pub email: EndpointConfig,
    /// Reaches devices.
    pub push: EndpointConfig,
}

impl Default for ExternalConfig {
    fn default() -> Self {
        Self {
            validation: EndpointConfig::new(
                "http://validation-service",
                Duration::from_secs(20),
                2,
            ),
            payment: EndpointConfig::new("http://payment-gateway", Duration::from_secs(15), 3),
            email: EndpointConfig::new("http://email-provider", Duration::from_secs(10), 3),
            push: EndpointConfig::new("http://push-gateway", Duration::from_secs(5), 2),
        }
    }
}

/// One service outside the platform.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndpointConfig {
    /// Scheme and host.
    pub base_url: String,
    /// How long one attempt may take.
    #[serde(with = "milliseconds")]
    pub timeout: Duration,
    /// Attempts that did not get an answer, or a 502, 503 or 504, are repeated.
    pub retry: RetryConfig,
}

impl EndpointConfig {
    fn new(base_url: &str, timeout: Duration, attempts: u32) -> Self {
        let retry = RetryConfig {
            attempts,
            base_delay: Duration::from_millis(200),
            max_delay: Duration::from_secs(2),
        };
        Self {
            base_url: base_url.to_owned(),
            timeout,
            retry,
        }
    }
}

/// Services of the platform that call each other.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct InternalConfig {
    /// The service that runs workflows.
    pub workflow_service: EndpointConfig,
    /// The service that delivers notifications.
    pub notification_service: EndpointConfig,
}

impl Default for InternalConfig {
    fn default() -> Self {
        Self {
            workflow_service: EndpointConfig::new(
                "http://workflow-service",
                Duration::from_secs(5),
                3,
            ),
            notification_service: EndpointConfig::new(
                "http://notification-service",
                Duration::from_secs(5),
                3,
            ),
        }
    }
}

/// The handling of events that customers' systems send.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EventConfig {
    /// How often new events are looked for.
    #[serde(with = "milliseconds")]
    pub poll_interval: Duration,
    /// Events of a partition that are read at a time.
    pub batch_size: u32,
    /// Handling that fails is repeated. An event waits for those before it, so that there is no last attempt.
    pub retry: RetryConfig,
}

impl Default for EventConfig {
    fn default() -> Self {
        Self {
            poll_interval: Duration::from_secs(1),
            batch_size: 100,
            retry: RetryConfig {
                attempts: u32::MAX,
                base_delay: Duration::from_secs(1),
                max_delay: Duration::from_secs(30),
            },
        }
    }
}

mod milliseconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer};

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_millis)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_leaves_out_keeps_its_default() {
        let config: Config = serde_json::from_str(r#"{ "database": { "acquire_timeout": 2500 } }"#)
            .expect("a configuration");
        assert_eq!(
            config.database.acquire_timeout,
            Duration::from_millis(2_500)
        );
        assert_eq!(config.database.pool_size, 200);
        assert_eq!(config.server.request_timeout, Duration::from_secs(30));
    }

    #[test]
    fn a_misspelt_key_is_refused() {
        let error = serde_json::from_str::<Config>(r#"{ "database": { "poolsize": 10 } }"#)
            .expect_err("unknown key");
        assert!(error.to_string().contains("poolsize"), "{error}");
    }
}
