CREATE TABLE tenants (
    id text PRIMARY KEY,
    name text NOT NULL,
    plan text NOT NULL,
    workflows_max bigint NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE users (
    id uuid PRIMARY KEY,
    tenant_id text NOT NULL,
    email text NOT NULL,
    display_name text NOT NULL,
    role text NOT NULL,
    active boolean NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX users_tenant_email ON users (tenant_id, email);

CREATE TABLE user_permissions (
    user_id uuid NOT NULL,
    permission text NOT NULL,
    granted_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, permission)
);

CREATE TABLE api_tokens (
    token_hash text PRIMARY KEY,
    tenant_id text NOT NULL,
    user_id uuid NOT NULL,
    expires_at timestamptz NOT NULL
);

CREATE TABLE workflows (
    id uuid PRIMARY KEY,
    tenant_id text NOT NULL,
    name text NOT NULL,
    description text NOT NULL,
    status text NOT NULL,
    version bigint NOT NULL,
    definition jsonb NOT NULL,
    created_by uuid NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX workflows_tenant_name ON workflows (tenant_id, name);

CREATE TABLE workflow_executions (
    id uuid PRIMARY KEY,
    workflow_id uuid NOT NULL,
    tenant_id text NOT NULL,
    status text NOT NULL,
    definition jsonb NOT NULL,
    input jsonb NOT NULL,
    state jsonb NOT NULL,
    current_step bigint NOT NULL,
    error text,
    started_by uuid NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    finished_at timestamptz
);
CREATE INDEX workflow_executions_workflow ON workflow_executions (workflow_id, created_at);
CREATE INDEX workflow_executions_tenant ON workflow_executions (tenant_id, created_at);
CREATE INDEX workflow_executions_open ON workflow_executions (updated_at) WHERE finished_at IS NULL;

CREATE TABLE workflow_history (
    workflow_id uuid NOT NULL,
    at timestamptz NOT NULL,
    execution_id uuid NOT NULL,
    event text NOT NULL,
    step text NOT NULL DEFAULT '',
    PRIMARY KEY (workflow_id, at, execution_id, event, step)
);

CREATE TABLE event_triggers (
    id uuid PRIMARY KEY,
    tenant_id text NOT NULL,
    event_type text NOT NULL,
    workflow_id uuid NOT NULL,
    input jsonb NOT NULL,
    created_by uuid NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX event_triggers_tenant ON event_triggers (tenant_id, event_type, workflow_id);

CREATE TABLE event_partitions (
    partition_id bigint PRIMARY KEY,
    head bigint NOT NULL,
    committed bigint NOT NULL
);

CREATE TABLE events (
    partition_id bigint NOT NULL,
    sequence bigint NOT NULL,
    id uuid NOT NULL,
    tenant_id text NOT NULL,
    document jsonb NOT NULL,
    traceparent text,
    attempts bigint NOT NULL,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (partition_id, sequence)
);
CREATE UNIQUE INDEX events_tenant ON events (tenant_id, id);
