CREATE TABLE data_records (
    id uuid PRIMARY KEY,
    tenant_id text NOT NULL,
    dataset text NOT NULL,
    record jsonb NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX data_records_dataset ON data_records (tenant_id, dataset);

CREATE TABLE execution_rollups (
    tenant_id text NOT NULL,
    hour timestamptz NOT NULL,
    status text NOT NULL,
    executions bigint NOT NULL,
    PRIMARY KEY (tenant_id, hour, status)
);

CREATE TABLE reports (
    id uuid PRIMARY KEY,
    tenant_id text NOT NULL,
    kind text NOT NULL,
    result jsonb NOT NULL,
    generated_at timestamptz NOT NULL
);
CREATE INDEX reports_tenant ON reports (tenant_id, generated_at);
