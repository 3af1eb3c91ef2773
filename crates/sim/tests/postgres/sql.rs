//! SQL by example. What PostgreSQL itself gives is compared in `differential`; here the shape of results, the errors
//! with their positions and hints, and the limits of the subset are kept.

use insta::assert_snapshot;

use crate::script::run;

#[test]
fn a_table_is_filled_read_changed_and_emptied() {
    assert_snapshot!(run(
        "
        create table workflows (
            id uuid primary key default gen_random_uuid(), tenant text not null,
            status text not null default 'new', n int, created_at timestamptz not null default now()
        );
        create index on workflows (tenant, created_at);
        insert into workflows (tenant, n) values ('acme', 1), ('acme', 2), ('globex', 3) returning tenant, n, status;
        select tenant, count(*), sum(n) from workflows group by tenant order by tenant;
        update workflows set status = 'done', n = n + 10 where tenant = 'acme' returning n, status;
        delete from workflows where n = 3;
        select count(*) from workflows;
        "
    ), @r#"
    tenant | n | status
    acme | 1 | new
    acme | 2 | new
    globex | 3 | new
    tenant | count | sum
    acme | 2 | 3
    globex | 1 | 3
    n | status
    11 | done
    12 | done
    (1)
    count
    2
    "#);
}

#[test]
fn defaults_serials_and_now_are_filled_in() {
    assert_snapshot!(run(
        "
        create table t (id bigserial primary key, a int default 2 + 3, b text, at timestamptz default now());
        insert into t (b) values ('x'), ('y') returning *;
        insert into t values (default, 9, 'z', '2026-01-31 12:00+02') returning id, a, at, at + interval '1 month' as next;
        insert into t default values returning id, a, b;
        "
    ), @r#"
    id | a | b | at
    1 | 5 | x | 2026-03-05 09:00:00.004354+00
    2 | 5 | y | 2026-03-05 09:00:00.004354+00
    id | a | at | next
    3 | 9 | 2026-01-31 10:00:00+00 | 2026-02-28 10:00:00+00
    id | a | b
    4 | 5 | ∅
    "#);
}

#[test]
fn joins_find_their_rows() {
    assert_snapshot!(run(
        "
        create table users (id int primary key, name text);
        create table orders (id int primary key, user_id int references users, total numeric(10, 2));
        create index on orders (user_id);
        insert into users values (1, 'ann'), (2, 'bob'), (3, 'cy');
        insert into orders values (10, 1, 5), (11, 1, 7.255), (12, 2, 1);
        select u.name, o.id, o.total from users u join orders o on o.user_id = u.id order by o.id;
        select u.name, count(o.id) as orders, coalesce(sum(o.total), 0) as total
          from users u left join orders o on o.user_id = u.id and o.total > 2 group by u.name order by u.name;
        select u.name from users u left join orders o on o.user_id = u.id where o.id is null;
        select name from users where id in (select user_id from orders where total > 6);
        update orders o set total = 0 from users u where u.id = o.user_id and u.name = 'ann' returning o.id, u.name, o.total;
        delete from orders o using users u where u.id = o.user_id and u.name = 'bob' returning o.id;
        "
    ), @r#"
    (3)
    (3)
    name | id | total
    ann | 10 | 5
    ann | 11 | 7.26
    bob | 12 | 1
    name | orders | total
    ann | 2 | 12.26
    bob | 0 | 0
    cy | 0 | 0
    name
    cy
    name
    ann
    id | name | total
    10 | ann | 0
    11 | ann | 0
    id
    12
    "#);
}

#[test]
fn conflicts_are_ignored_merged_or_refused() {
    assert_snapshot!(run(
        "
        create table k (key text primary key, n int not null check (n < 100), note text unique);
        insert into k values ('a', 1, 'one');
        insert into k values ('a', 2, 'two'), ('b', 2, 'two') on conflict do nothing returning key;
        insert into k values ('a', 5, null), ('c', 5, null)
          on conflict (key) do update set n = k.n + excluded.n where k.n < 50 returning key, n;
        insert into k values ('d', 1, 'two') on conflict (key) do nothing;
        insert into k values ('e', 1, null), ('e', 2, null) on conflict (key) do update set n = excluded.n;
        insert into k values ('a', 1, null);
        insert into k values ('z', 100, null);
        insert into k values ('z', null, null);
        insert into k values ('a', 1, null) on conflict (note, n) do nothing;
        select * from k order by key;
        "
    ), @r#"
    (1)
    key
    b
    key | n
    a | 6
    c | 5
    ERROR 23505: duplicate key value violates unique constraint "k_note_key"
      detail: Key (note)=(two) already exists.
    ERROR 21000: ON CONFLICT DO UPDATE command cannot affect row a second time
      hint: ensure that no rows proposed for insertion within the same command have duplicate constrained values
    ERROR 23505: duplicate key value violates unique constraint "k_pkey"
      detail: Key (key)=(a) already exists.
    ERROR 23514: new row for relation "k" violates check constraint "k_n_check"
    ERROR 23502: null value in column "n" of relation "k" violates not-null constraint
    ERROR 42P10: there is no unique or exclusion constraint matching the ON CONFLICT specification
    key | n | note
    a | 6 | one
    b | 2 | two
    c | 5 | ∅
    "#);
}

#[test]
fn foreign_keys_hold() {
    assert_snapshot!(run(
        "
        create table parents (id int primary key);
        create table children (id int primary key, parent int not null references parents (id) on delete cascade);
        create table notes (id int primary key, child int references children on delete set null, parent int references parents);
        insert into parents values (1), (2), (3);
        insert into children values (10, 1), (11, 1), (20, 2);
        insert into notes values (100, 10, null), (101, 20, 3);
        insert into children values (30, 9);
        update children set parent = 9 where id = 10;
        update parents set id = 5 where id = 1;
        delete from parents where id = 3;
        delete from parents where id = 1 returning id;
        select id from children;
        select * from notes order by id;
        drop table parents;
        "
    ), @r#"
    (3)
    (3)
    (2)
    ERROR 23503: insert or update on table "children" violates foreign key constraint "children_parent_fkey"
      detail: Key (parent)=(9) is not present in table "parents".
    ERROR 23503: insert or update on table "children" violates foreign key constraint "children_parent_fkey"
      detail: Key (parent)=(9) is not present in table "parents".
    ERROR 23503: update or delete on table "parents" violates foreign key constraint "children_parent_fkey" on table "children"
      detail: Key (id)=(1) is still referenced from table "children".
    ERROR 23503: update or delete on table "parents" violates foreign key constraint "notes_parent_fkey" on table "notes"
      detail: Key (id)=(3) is still referenced from table "notes".
    id
    1
    id
    20
    id | child | parent
    100 | ∅ | ∅
    101 | 20 | 3
    ERROR 42710: cannot drop table parents because other objects depend on it
      hint: use DROP … CASCADE to drop the foreign keys too
    "#);
}

#[test]
fn a_failed_transaction_takes_only_rollback() {
    assert_snapshot!(run(
        "
        create table t (id int primary key);
        insert into t values (1);
        begin;
        insert into t values (2);
        insert into t values (1);
        select * from t;
        commit;
        select * from t;
        begin;
        insert into t values (3);
        commit;
        select * from t order by id;
        "
    ), @r#"
    (1)
    (1)
    ERROR 23505: duplicate key value violates unique constraint "t_pkey"
      detail: Key (id)=(1) already exists.
    ERROR 25P02: current transaction is aborted, commands ignored until end of transaction block
    id
    1
    (1)
    id
    1
    3
    "#);
}

#[test]
fn settings_follow_their_transaction() {
    assert_snapshot!(run(
        "
        show statement_timeout;
        set statement_timeout = '1500ms';
        show statement_timeout;
        begin;
        set local statement_timeout = '2min';
        show statement_timeout;
        commit;
        show statement_timeout;
        begin;
        set statement_timeout = 0;
        rollback;
        show statement_timeout;
        reset statement_timeout;
        show statement_timeout;
        set statement_timeout = 'soon';
        set nonsense = 1;
        set time zone 'Europe/Berlin';
        "
    ), @r#"
    statement_timeout
    0
    statement_timeout
    1500ms
    statement_timeout
    2min
    statement_timeout
    1500ms
    statement_timeout
    1500ms
    statement_timeout
    0
    ERROR 22023: invalid value for parameter "statement_timeout": "soon"
      hint: valid units for this parameter are "us", "ms", "s", "min", "h", and "d"
    ERROR 42704: unrecognized configuration parameter "nonsense"
      hint: supported: statement_timeout, lock_timeout, idle_in_transaction_session_timeout, application_name, timezone
    ERROR 0A000: time zone Europe/Berlin is not supported by the simulated server
      hint: supported: UTC
    "#);
}

#[test]
fn mistakes_are_named_with_their_place() {
    assert_snapshot!(run(
        "
        create table t (id int primary key, name text, at timestamptz, tags text[]);
        selec 1;
        select * from nope;
        select nme from t;
        select t.id from t a;
        select id from t where name = 5;
        select id from t where at > 'yesterdayish';
        select name, count(*) from t;
        select id from t where count(*) > 1;
        select id from t group by name;
        select id + name from t;
        select frobnicate(id) from t;
        insert into t (id, nme) values (1, 2);
        insert into t values (1, 2, 3, 4, 5);
        insert into t (id) values (99999999999);
        select id from t order by 3;
        select id from t limit -1;
        select 1 / 0;
        select 2147483647 + 1;
        select 'x'::int;
        select $1 + 1;
        select 1; select 2
        "
    ), @r#"
    ERROR 42601: syntax error: Expected: an SQL statement, found: selec
      position: 1
    ERROR 42P01: relation "nope" does not exist
      position: 15
    ERROR 42703: column "nme" does not exist
      position: 8
    ERROR 42P01: missing FROM-clause entry for table "t"
      position: 8
    ERROR 42883: operator does not exist: text = integer
      hint: you might need to add explicit type casts
      position: 24
    ERROR 22007: invalid input syntax for type timestamp with time zone: "yesterdayish"
      hint: write a time as 2026-03-05 07:08:09+00, between 1970 and 2554
      position: 24
    ERROR 42803: column "t.name" must appear in the GROUP BY clause or be used in an aggregate function
    ERROR 42803: aggregate function count is not allowed here
      position: 24
    ERROR 42803: column "t.id" must appear in the GROUP BY clause or be used in an aggregate function
    ERROR 42883: operator does not exist: integer + text
      hint: you might need to add explicit type casts
      position: 8
    ERROR 42883: function frobnicate(integer) does not exist
      hint: supported: now, clock_timestamp, gen_random_uuid, pg_backend_pid, pg_sleep, version, lower, upper, length, trim, ltrim, rtrim, left, right, substring, replace, concat, position, abs, round, floor, ceil, greatest, least, coalesce, nullif, date_trunc, date_part, extract, to_timestamp, jsonb_build_object, jsonb_typeof, jsonb_array_length, array_length, cardinality, count, sum, avg, min, max, bool_and, bool_or, string_agg, array_agg
      position: 8
    ERROR 42703: column "nme" of relation "t" does not exist
      position: 20
    ERROR 42601: INSERT has more expressions than target columns
    ERROR 22003: integer out of range
    ERROR 42P10: ORDER BY position 3 is not in select list
      position: 27
    ERROR 2201W: LIMIT must not be negative
    ERROR 22012: division by zero
    ERROR 22003: integer out of range
    ERROR 22P02: invalid input syntax for type integer: "x"
      position: 8
    ERROR 42P02: there is no value for parameter $1
    ERROR 42601: cannot insert multiple commands into a prepared statement
      hint: send one statement at a time
    "#);
}

#[test]
fn sql_outside_the_subset_says_what_is_inside() {
    assert_snapshot!(run(
        "
        create table t (id int primary key, at timestamptz);
        select 1 union select 2;
        with x as (select 1) select * from x;
        select * from (select 1) s;
        select row_number() over () from t;
        select id from t a where exists (select 1 from t b where b.id = a.id);
        select id from t for share;
        select distinct on (id) id from t;
        create table d (d date);
        create view v as select 1;
        vacuum t;
        begin isolation level serializable;
        savepoint s;
        alter table t drop column at;
        create index on t (lower(id));
        select * from t full join t b on true;
        "
    ), @r#"
    ERROR 0A000: UNION, VALUES or a nested query is not supported by the simulated server
      hint: supported: SELECT [DISTINCT] … FROM tables [JOIN | LEFT JOIN … ON …] [WHERE] [GROUP BY] [HAVING] [ORDER BY] [LIMIT] [OFFSET] [FOR UPDATE [OF …] [SKIP LOCKED | NOWAIT]]
      position: 1
    ERROR 0A000: WITH is not supported by the simulated server
      hint: supported: SELECT [DISTINCT] … FROM tables [JOIN | LEFT JOIN … ON …] [WHERE] [GROUP BY] [HAVING] [ORDER BY] [LIMIT] [OFFSET] [FOR UPDATE [OF …] [SKIP LOCKED | NOWAIT]]
      position: 1
    ERROR 0A000: a subquery or function in FROM is not supported by the simulated server
      hint: supported: tables in FROM
      position: 16
    ERROR 0A000: a window or ordered-set call of row_number is not supported by the simulated server
      hint: supported: plain calls and aggregates
      position: 8
    ERROR 42P01: missing FROM-clause entry for table "a"
      hint: subqueries may refer only to their own tables; a join can say the same
      position: 65
    ERROR 0A000: FOR SHARE is not supported by the simulated server
      hint: supported: FOR UPDATE [OF table] [SKIP LOCKED | NOWAIT]
      position: 1
    ERROR 0A000: DISTINCT ON is not supported by the simulated server
      hint: supported: SELECT [DISTINCT] … FROM tables [JOIN | LEFT JOIN … ON …] [WHERE] [GROUP BY] [HAVING] [ORDER BY] [LIMIT] [OFFSET] [FOR UPDATE [OF …] [SKIP LOCKED | NOWAIT]]
      position: 1
    ERROR 0A000: type DATE is not supported by the simulated server
      hint: supported: boolean, smallint, integer, bigint, serial, real, double precision, numeric, text, varchar, uuid, timestamp, timestamptz, interval, json, jsonb, bytea and arrays of them
      position: 17
    ERROR 0A000: CREATE VIEW … is not supported by the simulated server
      hint: supported: SELECT, INSERT, UPDATE, DELETE, BEGIN, COMMIT, ROLLBACK, SET, RESET, SHOW, CREATE TABLE, CREATE INDEX, ALTER TABLE … ADD COLUMN, DROP TABLE, DROP INDEX, TRUNCATE
      position: 1
    ERROR 0A000: VACUUM t … is not supported by the simulated server
      hint: supported: SELECT, INSERT, UPDATE, DELETE, BEGIN, COMMIT, ROLLBACK, SET, RESET, SHOW, CREATE TABLE, CREATE INDEX, ALTER TABLE … ADD COLUMN, DROP TABLE, DROP INDEX, TRUNCATE
      position: 1
    ERROR 0A000: this transaction mode is not supported by the simulated server
      hint: supported: READ COMMITTED and READ WRITE
      position: 1
    ERROR 0A000: SAVEPOINT s … is not supported by the simulated server
      hint: supported: SELECT, INSERT, UPDATE, DELETE, BEGIN, COMMIT, ROLLBACK, SET, RESET, SHOW, CREATE TABLE, CREATE INDEX, ALTER TABLE … ADD COLUMN, DROP TABLE, DROP INDEX, TRUNCATE
      position: 1
    ERROR 0A000: this ALTER TABLE is not supported by the simulated server
      hint: supported: ADD COLUMN with NOT NULL and DEFAULT
      position: 1
    ERROR 0A000: an index on lower(id) is not supported by the simulated server
      hint: supported: CREATE [UNIQUE] INDEX [name] ON table (columns) [WHERE condition]
      position: 1
    ERROR 0A000: this kind of join is not supported by the simulated server
      hint: supported: JOIN … ON, LEFT JOIN … ON, CROSS JOIN
      position: 27
    "#);
}

#[test]
fn schema_changes_apply_to_the_rows_that_are_there() {
    assert_snapshot!(run(
        "
        create table t (id int primary key, v text);
        insert into t values (1, 'a'), (2, 'a');
        alter table t add column n int not null default 7;
        select * from t order by id;
        create unique index on t (v);
        create unique index on t (v) where id = 1;
        insert into t values (1, 'b', 0);
        create table if not exists t (x int);
        create table t (x int);
        drop index t_v_idx;
        drop index if exists t_v_idx;
        truncate t;
        select count(*) from t;
        drop table t;
        select count(*) from t;
        "
    ), @r#"
    (2)
    id | v | n
    1 | a | 7
    2 | a | 7
    ERROR 23505: could not create unique index "t_v_idx"
      detail: Key (a) is duplicated.
    ERROR 23505: duplicate key value violates unique constraint "t_pkey"
      detail: Key (id)=(1) already exists.
    ERROR 42P07: relation "t" already exists
    count
    0
    ERROR 42P01: relation "t" does not exist
      position: 22
    "#);
}

#[test]
fn locking_selects_and_queues() {
    assert_snapshot!(run(
        "
        create table jobs (id int primary key, state text, tries int default 0);
        insert into jobs (id, state) values (1, 'new'), (2, 'done'), (3, 'new'), (4, 'new');
        update jobs set state = 'running', tries = tries + 1
          where id in (select id from jobs where state = 'new' order by id limit 2 for update skip locked) returning id, tries;
        select id from jobs where state = 'new' for update nowait;
        select count(*) from jobs for update;
        select id from jobs j order by id desc limit 1 offset 1 for update of j;
        "
    ), @r#"
    (4)
    id | tries
    1 | 1
    3 | 1
    id
    4
    ERROR 0A000: FOR UPDATE is not allowed with GROUP BY, DISTINCT or aggregate functions
      position: 1
    id
    3
    "#);
}

#[test]
fn json_and_arrays() {
    assert_snapshot!(run(
        "
        create table d (id int primary key, doc jsonb not null, tags text[]);
        insert into d values (1, '{\"b\": {\"x\": [1, 2, {\"y\": \"deep\"}]}, \"aa\": null, \"c\": \"text\"}', '{red,\"light blue\"}'),
          (2, '[1, \"two\", true]', array['green']);
        select doc, tags from d order by id;
        select doc->'b'->'x'->2->>'y' as y, doc->>'c' as c, doc#>>'{b,x,0}' as x, doc->>'aa' as aa, doc ? 'aa' as has from d where id = 1;
        select id from d where doc @> '{\"c\": \"text\"}';
        select id from d where 'green' = any(tags);
        select jsonb_build_object('id', id, 'n', 1.5) || '{\"id\": 0}' as o, jsonb_array_length(doc) from d where id = 2;
        select doc->1 from d where id = 2;
        insert into d values (3, '{oops');
        "
    ), @r#"
    (2)
    doc | tags
    {"b": {"x": [1, 2, {"y": "deep"}]}, "c": "text", "aa": null} | {red,"light blue"}
    [1, "two", true] | {green}
    y | c | x | aa | has
    deep | text | 1 | ∅ | t
    id
    1
    id
    2
    o | jsonb_array_length
    {"n": 1.5, "id": 0} | 3
    ?column?
    "two"
    ERROR 22P02: invalid input syntax for type json
      detail: key must be a string at line 1 column 2
      position: 26
    "#);
}
