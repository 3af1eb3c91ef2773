CREATE TABLE jobs (
    id uuid PRIMARY KEY,
    tenant_id text NOT NULL,
    kind text NOT NULL,
    schedule text NOT NULL,
    payload jsonb NOT NULL,
    status text NOT NULL,
    due_at timestamptz NOT NULL,
    attempts bigint NOT NULL,
    last_error text,
    updated_at timestamptz NOT NULL
);
CREATE INDEX jobs_status ON jobs (status, due_at);

CREATE TABLE notifications (
    id uuid PRIMARY KEY,
    tenant_id text NOT NULL,
    channel text NOT NULL,
    recipient text NOT NULL,
    body text NOT NULL,
    status text NOT NULL,
    attempts bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX notifications_tenant ON notifications (tenant_id, created_at);
