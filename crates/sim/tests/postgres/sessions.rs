//! Several sessions against each other: what they see, whom they wait for, who gives up.

use insta::assert_snapshot;

use crate::script::sessions;

const ACCOUNTS: &str =
    "create table accounts (id int primary key, owner text unique, balance int not null)

insert into accounts values (1, 'ann', 100), (2, 'bob', 100), (3, 'cy', 100)";

#[test]
fn read_committed_shows_what_is_committed_and_what_is_own() {
    assert_snapshot!(sessions(
        ACCOUNTS,
        "
        a> begin
        a> update accounts set balance = 0 where id = 1
        a> select balance from accounts where id = 1
        b> select balance from accounts where id = 1
        b> begin
        b> select sum(balance) from accounts
        a> commit
        b> select sum(balance) from accounts
        a> delete from accounts where id = 3
        b> select count(*) from accounts
        "
    ), @r#"
    a> begin
    a> update accounts set balance = 0 where id = 1
      a: (1)
    a> select balance from accounts where id = 1
      a: balance
      0
    b> select balance from accounts where id = 1
      b: balance
      100
    b> begin
    b> select sum(balance) from accounts
      b: sum
      300
    a> commit
    b> select sum(balance) from accounts
      b: sum
      200
    a> delete from accounts where id = 3
      a: (1)
    b> select count(*) from accounts
      b: count
      2
    "#);
}

#[test]
fn writers_of_one_row_queue_in_order_and_see_each_others_work() {
    assert_snapshot!(sessions(
        ACCOUNTS,
        "
        a> begin
        a> update accounts set balance = balance + 1 where id = 1
        b> update accounts set balance = balance + 10 where id = 1 returning balance
        c> update accounts set balance = balance + 100 where id = 1 returning balance
        d> delete from accounts where id = 1 and balance < 150
        activity
        a> commit
        c> select balance from accounts where id = 1
        "
    ), @r#"
    a> begin
    a> update accounts set balance = balance + 1 where id = 1
      a: (1)
    b> update accounts set balance = balance + 10 where id = 1 returning balance
      b waits
    c> update accounts set balance = balance + 100 where id = 1 returning balance
      c waits
    d> delete from accounts where id = 1 and balance < 150
      d waits
    activity
      a [101] idle in transaction for 0.4s, transaction 0.5s, wait Client/ClientRead, blocked by []: update accounts set balance = balance + $1 where id = $2
      b [102] active for 0.3s, transaction 0.3s, wait Lock/transactionid, blocked by [101]: update accounts set balance = balance + $1 where id = $2 returning balance
      c [103] active for 0.2s, transaction 0.2s, wait Lock/tuple, blocked by [102]: update accounts set balance = balance + $1 where id = $2 returning balance
      d [104] active for 0.1s, transaction 0.1s, wait Lock/tuple, blocked by [102, 103]: delete from accounts where id = $1 and balance < $2
    a> commit
      b: balance
      111
      c: balance
      211
    c> select balance from accounts where id = 1
      c: balance
      211
    "#);
}

#[test]
fn a_waiter_checks_the_new_version_and_passes_over_what_is_gone() {
    assert_snapshot!(sessions(
        ACCOUNTS,
        "
        a> begin
        a> update accounts set balance = 5 where id = 1
        a> delete from accounts where id = 2
        b> update accounts set owner = 'poor' where balance >= 100 returning id
        c> select id from accounts where id = 2 for update
        a> commit
        "
    ), @r#"
    a> begin
    a> update accounts set balance = 5 where id = 1
      a: (1)
    a> delete from accounts where id = 2
      a: (1)
    b> update accounts set owner = 'poor' where balance >= 100 returning id
      b waits
    c> select id from accounts where id = 2 for update
      c waits
    a> commit
      b: id
      3
    "#);
}

#[test]
fn a_rollback_hands_the_row_on_as_it_was() {
    assert_snapshot!(sessions(
        ACCOUNTS,
        "
        a> begin
        a> update accounts set balance = 0
        b> update accounts set balance = balance - 1 where id = 2 returning balance
        a> rollback
        "
    ), @r#"
    a> begin
    a> update accounts set balance = 0
      a: (3)
    b> update accounts set balance = balance - 1 where id = 2 returning balance
      b waits
    a> rollback
      b: balance
      99
    "#);
}

#[test]
fn a_deadlock_costs_the_one_who_looks_first() {
    assert_snapshot!(sessions(
        ACCOUNTS,
        "
        a> begin
        b> begin
        a> update accounts set balance = 1 where id = 1
        b> update accounts set balance = 2 where id = 2
        a> update accounts set balance = 1 where id = 2
        b> update accounts set balance = 2 where id = 1
        sleep 1s
        a> select 1
        a> rollback
        b> commit
        b> select id, balance from accounts order by id
        "
    ), @r#"
    a> begin
    b> begin
    a> update accounts set balance = 1 where id = 1
      a: (1)
    b> update accounts set balance = 2 where id = 2
      b: (1)
    a> update accounts set balance = 1 where id = 2
      a waits
    b> update accounts set balance = 2 where id = 1
      b waits
    sleep 1s
      a: ERROR 40P01: deadlock detected
        detail: Process 101 waits for ShareLock on transaction 703; blocked by process 102.
          Process 102 waits for ShareLock on transaction 702; blocked by process 101.
        hint: lock rows in the same order in every transaction
      b: (1)
    a> select 1
      a: ERROR 25P02: current transaction is aborted, commands ignored until end of transaction block
    a> rollback
    b> commit
    b> select id, balance from accounts order by id
      b: id | balance
      1 | 2
      2 | 2
      3 | 100
    "#);
}

#[test]
fn three_can_deadlock_too() {
    assert_snapshot!(sessions(
        ACCOUNTS,
        "
        a> begin
        b> begin
        c> begin
        a> select 1 from accounts where id = 1 for update
        b> select 1 from accounts where id = 2 for update
        c> select 1 from accounts where id = 3 for update
        a> update accounts set balance = 0 where id = 2
        b> update accounts set balance = 0 where id = 3
        sleep 2s
        c> update accounts set balance = 0 where id = 1
        sleep 1s
        activity
        c> rollback
        b> commit
        a> commit
        "
    ), @r#"
    a> begin
    b> begin
    c> begin
    a> select 1 from accounts where id = 1 for update
      a: ?column?
      1
    b> select 1 from accounts where id = 2 for update
      b: ?column?
      1
    c> select 1 from accounts where id = 3 for update
      c: ?column?
      1
    a> update accounts set balance = 0 where id = 2
      a waits
    b> update accounts set balance = 0 where id = 3
      b waits
    sleep 2s
    c> update accounts set balance = 0 where id = 1
      c waits
    sleep 1s
      b: (1)
      c: ERROR 40P01: deadlock detected
        detail: Process 103 waits for ShareLock on transaction 702; blocked by process 101.
          Process 101 waits for ShareLock on transaction 703; blocked by process 102.
          Process 102 waits for ShareLock on transaction 704; blocked by process 103.
        hint: lock rows in the same order in every transaction
    activity
      a [101] active for 3.4s, transaction 4.0s, wait Lock/transactionid, blocked by [102]: update accounts set balance = $1 where id = $2
      b [102] idle in transaction for 0.1s, transaction 3.9s, wait Client/ClientRead, blocked by []: update accounts set balance = $1 where id = $2
      c [103] idle in transaction (aborted) for 0.1s, transaction 3.8s, wait Client/ClientRead, blocked by []: update accounts set balance = $1 where id = $2
    c> rollback
    b> commit
      a: (1)
    a> commit
    "#);
}

#[test]
fn a_plain_wait_is_no_deadlock() {
    assert_snapshot!(sessions(
        ACCOUNTS,
        "
        a> begin
        a> update accounts set balance = 1 where id = 1
        b> update accounts set balance = 2 where id = 1
        sleep 30s
        activity
        a> commit
        "
    ), @r#"
    a> begin
    a> update accounts set balance = 1 where id = 1
      a: (1)
    b> update accounts set balance = 2 where id = 1
      b waits
    sleep 30s
    activity
      a [101] idle in transaction for 30.3s, transaction 30.4s, wait Client/ClientRead, blocked by []: update accounts set balance = $1 where id = $2
      b [102] active for 30.1s, transaction 30.1s, wait Lock/transactionid, blocked by [101]: update accounts set balance = $1 where id = $2
    a> commit
      b: (1)
    "#);
}

#[test]
fn workers_skip_what_others_have_taken() {
    assert_snapshot!(sessions(
        ACCOUNTS,
        "
        a> begin
        a> select id from accounts order by id limit 1 for update skip locked
        b> begin
        b> select id from accounts order by id limit 1 for update skip locked
        c> select id from accounts order by id limit 5 for update skip locked
        c> select id from accounts where id = 1 for update nowait
        c> select id from accounts where id = 1
        drop a
        c> select id from accounts order by id limit 1 for update skip locked
        "
    ), @r#"
    a> begin
    a> select id from accounts order by id limit 1 for update skip locked
      a: id
      1
    b> begin
    b> select id from accounts order by id limit 1 for update skip locked
      b: id
      2
    c> select id from accounts order by id limit 5 for update skip locked
      c: id
      3
    c> select id from accounts where id = 1 for update nowait
      c: ERROR 55P03: could not obtain lock on row in relation "accounts"
    c> select id from accounts where id = 1
      c: id
      1
    drop a
    c> select id from accounts order by id limit 1 for update skip locked
      c: id
      1
    "#);
}

#[test]
fn an_uncommitted_key_decides_when_its_transaction_ends() {
    assert_snapshot!(sessions(
        ACCOUNTS,
        "
        a> begin
        a> insert into accounts values (4, 'dee', 0)
        b> insert into accounts values (5, 'dee', 0)
        c> insert into accounts values (4, 'eve', 0) on conflict (id) do update set owner = 'eve' returning id, owner
        activity
        a> commit
        a> begin
        a> delete from accounts where owner = 'ann'
        b> insert into accounts values (6, 'ann', 0) on conflict do nothing returning id
        a> rollback
        a> begin
        a> update accounts set owner = 'zoe' where owner = 'ann'
        b> insert into accounts values (7, 'ann', 0) returning id
        a> commit
        "
    ), @r#"
    a> begin
    a> insert into accounts values (4, 'dee', 0)
      a: (1)
    b> insert into accounts values (5, 'dee', 0)
      b waits
    c> insert into accounts values (4, 'eve', 0) on conflict (id) do update set owner = 'eve' returning id, owner
      c waits
    activity
      a [101] idle in transaction for 0.3s, transaction 0.4s, wait Client/ClientRead, blocked by []: insert into accounts values ($1, $2, $3)
      b [102] active for 0.2s, transaction 0.2s, wait Lock/transactionid, blocked by [101]: insert into accounts values ($1, $2, $3)
      c [103] active for 0.1s, transaction 0.1s, wait Lock/transactionid, blocked by [101]: insert into accounts values ($1, $2, $3) on conflict (id) do update set owner = $4 returning id, owner
    a> commit
      b: ERROR 23505: duplicate key value violates unique constraint "accounts_owner_key"
        detail: Key (owner)=(dee) already exists.
      c: id | owner
      4 | eve
    a> begin
    a> delete from accounts where owner = 'ann'
      a: (1)
    b> insert into accounts values (6, 'ann', 0) on conflict do nothing returning id
      b waits
    a> rollback
    a> begin
    a> update accounts set owner = 'zoe' where owner = 'ann'
      a: (1)
    b> insert into accounts values (7, 'ann', 0) returning id
      b waits
    a> commit
      b: id
      7
    "#);
}

#[test]
fn statements_and_lock_waits_time_out() {
    assert_snapshot!(sessions(
        ACCOUNTS,
        "
        a> begin
        a> update accounts set balance = 1 where id = 1
        b> set statement_timeout = '300ms'
        b> begin
        b> update accounts set balance = 2 where id = 1
        sleep 1s
        b> select 1
        b> rollback
        b> select pg_sleep(10)
        sleep 1s
        c> set lock_timeout = '200ms'
        c> update accounts set balance = 3 where id = 1
        sleep 1s
        c> select balance from accounts where id = 1
        a> commit
        b> update accounts set balance = 2 where id = 1 returning balance
        "
    ), @r#"
    a> begin
    a> update accounts set balance = 1 where id = 1
      a: (1)
    b> set statement_timeout = '300ms'
    b> begin
    b> update accounts set balance = 2 where id = 1
      b waits
    sleep 1s
      b: ERROR 57014: canceling statement due to statement timeout
    b> select 1
      b: ERROR 25P02: current transaction is aborted, commands ignored until end of transaction block
    b> rollback
    b> select pg_sleep(10)
      b waits
    sleep 1s
      b: ERROR 57014: canceling statement due to statement timeout
    c> set lock_timeout = '200ms'
    c> update accounts set balance = 3 where id = 1
      c waits
    sleep 1s
      c: ERROR 55P03: canceling statement due to lock timeout
    c> select balance from accounts where id = 1
      c: balance
      100
    a> commit
    b> update accounts set balance = 2 where id = 1 returning balance
      b: balance
      2
    "#);
}

#[test]
fn idle_in_transaction_is_shown_with_its_age_and_can_be_limited() {
    assert_snapshot!(sessions(
        ACCOUNTS,
        "
        a> begin
        a> update accounts set balance = 1 where id = 1
        b> set idle_in_transaction_session_timeout = '30s'
        b> begin
        b> select 1
        c> begin
        c> select nonsense
        sleep 20s
        activity
        sleep 20s
        activity
        b> select 1
        b> select 1
        c> commit
        activity
        "
    ), @r#"
    a> begin
    a> update accounts set balance = 1 where id = 1
      a: (1)
    b> set idle_in_transaction_session_timeout = '30s'
    b> begin
    b> select 1
      b: ?column?
      1
    c> begin
    c> select nonsense
      c: ERROR 42703: column "nonsense" does not exist
        position: 8
    sleep 20s
    activity
      a [101] idle in transaction for 20.7s, transaction 20.8s, wait Client/ClientRead, blocked by []: update accounts set balance = $1 where id = $2
      b [102] idle in transaction for 20.4s, transaction 20.5s, wait Client/ClientRead, blocked by []: select $1
      c [103] idle in transaction (aborted) for 20.1s, transaction 20.2s, wait Client/ClientRead, blocked by []: begin
    sleep 20s
    activity
      a [101] idle in transaction for 40.8s, transaction 40.9s, wait Client/ClientRead, blocked by []: update accounts set balance = $1 where id = $2
      c [103] idle in transaction (aborted) for 40.2s, transaction 40.4s, wait Client/ClientRead, blocked by []: begin
    b> select 1
      b: ERROR 25P03: terminating connection due to idle-in-transaction timeout
    b> select 1
      b: ERROR 25P03: terminating connection due to idle-in-transaction timeout
    c> commit
    activity
      a [101] idle in transaction for 41.1s, transaction 41.2s, wait Client/ClientRead, blocked by []: update accounts set balance = $1 where id = $2
      c [103] idle for 0.1s, transaction -, wait Client/ClientRead, blocked by []: commit
    "#);
}

#[test]
fn a_dropped_connection_rolls_back_and_lets_go() {
    assert_snapshot!(sessions(
        ACCOUNTS,
        "
        a> begin
        a> update accounts set balance = 0
        b> update accounts set balance = balance + 5 where id = 3 returning balance
        drop a
        b> select sum(balance) from accounts
        activity
        "
    ), @r#"
    a> begin
    a> update accounts set balance = 0
      a: (3)
    b> update accounts set balance = balance + 5 where id = 3 returning balance
      b waits
    drop a
      b: balance
      105
    b> select sum(balance) from accounts
      b: sum
      305
    activity
      b [102] idle for 0.1s, transaction -, wait Client/ClientRead, blocked by []: select sum(balance) from accounts
    "#);
}

#[test]
fn foreign_keys_wait_for_open_transactions() {
    assert_snapshot!(sessions(
        "create table parents (id int primary key); create table children (id int primary key, parent int references parents)

insert into parents values (1), (2)",
        "
        a> begin
        a> delete from parents where id = 1
        b> insert into children values (10, 1)
        a> rollback
        a> begin
        a> insert into children values (20, 2)
        b> delete from parents where id = 2
        a> commit
        b> select id from children order by id
        "
    ), @r#"
    a> begin
    a> delete from parents where id = 1
      a: (1)
    b> insert into children values (10, 1)
      b waits
    a> rollback
      b: (1)
    a> begin
    a> insert into children values (20, 2)
      a: (1)
    b> delete from parents where id = 2
      b waits
    a> commit
      b: ERROR 23503: update or delete on table "parents" violates foreign key constraint "children_parent_fkey" on table "children"
        detail: Key (id)=(2) is still referenced from table "children".
    b> select id from children order by id
      b: id
      10
      20
    "#);
}
