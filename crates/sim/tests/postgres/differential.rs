//! The same SQL on a real PostgreSQL (see `real` for which) and on the simulated one.
//!
//! Rows are compared as text, unordered unless the statement orders them; numbers to nine digits, since `numeric` is
//! a double in the simulation; errors by their SQLSTATE.

use sim::postgres::Value;

use crate::{
    model::random_scripts,
    real::{Answer, Real},
    script::{Outcome, outcomes, statements},
};

fn simulated(outcome: &Outcome) -> Answer {
    let cell = |value: &Value| (!value.is_null()).then(|| value.to_string());
    match outcome {
        Ok((rows, _)) => Ok(rows
            .iter()
            .map(|row| row.values().map(cell).collect())
            .collect()),
        Err(error) => Err(error.code.to_string()),
    }
}

fn same_cell(a: &Option<String>, b: &Option<String>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) if a != b => match (a.parse::<f64>(), b.parse::<f64>()) {
            (Ok(a), Ok(b)) => (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1e-9),
            _ => false,
        },
        (a, b) => a == b,
    }
}

fn same_rows(a: &[Vec<Option<String>>], b: &[Vec<Option<String>>]) -> bool {
    a.len() == b.len()
        && a.iter()
            .zip(b)
            .all(|(a, b)| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_cell(a, b)))
}

/// Runs a script on both, after the tables, and fails with the statements that differ.
fn check(name: &str, script: &str) {
    let script = format!("{TABLES}{script}\n");
    let differences = compare(
        &mut Real::new(name),
        statements(&script).map(str::to_owned).collect(),
    );
    assert!(
        differences.is_empty(),
        "differs from PostgreSQL:\n{differences}"
    );
}

/// Runs statements on both and lists those that differ.
fn compare(real: &mut Real, script: Vec<String>) -> String {
    let mut differences = String::new();
    for (sql, outcome) in script.iter().zip(outcomes(script.clone())) {
        let (mut expected, mut found) = (real.run(sql), simulated(&outcome));
        if !sql.to_lowercase().contains("order by") {
            for rows in [&mut expected, &mut found].into_iter().flatten() {
                rows.sort();
            }
        }
        let same = match (&expected, &found) {
            (Ok(expected), Ok(found)) => same_rows(expected, found),
            (Err(expected), Err(found)) => expected == found,
            _ => false,
        };
        if !same {
            differences += &format!(
                "{sql}\n  PostgreSQL: {expected:?}\n  simulated:  {found:?} {:?}\n",
                outcome.err()
            );
        }
    }
    differences
}

#[test]
fn random_statements() {
    let mut real = Real::new("random");
    for script in random_scripts(60) {
        real.run("rollback").unwrap();
        real.run("drop table if exists t").unwrap();
        let differences = compare(&mut real, script.clone());
        assert!(
            differences.is_empty(),
            "differs from PostgreSQL:\n{differences}\nin\n{}",
            script.join(";\n")
        );
    }
}

const TABLES: &str = r#"
    create table people (
        id int primary key, name text not null, born timestamptz, height double precision, points bigint,
        price numeric(10, 2), active boolean, token uuid, doc jsonb, tags text[]
    );
    create table visits (id serial primary key, person int references people on delete cascade, at timestamptz not null, minutes int);
    create index on visits (person, at);
    create index on people (points);
    create index on people (name) where active;
    insert into people values
        (1, 'Ann', '1990-01-31 08:00+00', 1.70, 10, 9.99, true, '6f1c9c1e-58a3-4f0e-9a57-2f1f6f9d0001', '{"a": 1, "list": [1, 2]}', '{x,y}'),
        (2, 'bob', '1985-12-24 23:59:59.5+00', 1.85, 20, 0.01, false, '6f1c9c1e-58a3-4f0e-9a57-2f1f6f9d0002', '{"a": "two"}', '{}'),
        (3, 'Cy', null, null, null, null, null, null, null, null),
        (4, 'Dee_', '2000-02-29 00:00+00', 1.6, 9223372036854775807, 100, true, null, '[1, null, {"k": true}]', '{"a b",null}'),
        (5, 'Éva', '2001-07-15 12:30+02', 1.75, -5, 12.5, true, null, '3', '{y}'),
        (6, '', '1999-12-31 23:59:59.999999+00', 0, 20, 20, false, null, 'null', null);
    insert into visits (person, at, minutes) values
        (1, '2026-03-01 10:00', 30), (1, '2026-03-02 11:15', 45), (2, '2026-03-01 09:00', 10), (2, '2026-03-08 09:00', null),
        (4, '2026-02-28 23:00', 5), (5, '2026-03-01 10:00', 60);
"#;

#[test]
fn expressions() {
    check(
        "expressions",
        r#"
        select 1 + 2 * 3 - 4, 7 / 2, -7 / 2, 7 % 3, -7 % 3, 7.0 / 2, 1e3, 2 * 1.5;
        select 5 between 1 and 5, 5 not between 1 and 5, null between 1 and 2, 3 in (1, 2, null), 3 in (3, null), 3 not in (1, null);
        select null and false, null and true, null or true, null or false, not null::bool, null = null, null is null;
        select true is not false, null::bool is true, null::bool is not true, (1 > 2) is false;
        select 1 is distinct from null, null is distinct from null, 1 is not distinct from 1;
        select 'a' || 'b' || 1, 'x' || null, 1 || 'y', true || 'z';
        select 'abc' like 'a%', 'abc' like '_b_', 'abc' like 'b', 'a%c' like 'a\%c', 'ABC' ilike 'ab%', 'abc' not like '%c', '' like '%', 'aXbXc' like '%X%X_';
        select case when 1 > 2 then 'a' when 2 > 1 then 'b' end, case 3 when 1 then 'one' when 3 then 'three' else 'many' end, case when false then 1 end;
        select coalesce(null, 2, 3), nullif(1, 1), nullif(1, 2), greatest(1, 3, 2), least(2, null, 1), greatest('a', 'b');
        select lower('ABC'), upper('abc'), length('héllo'), left('hello', 2), left('hello', -2), right('hello', 2), right('hello', -2);
        select substring('hello' from 2 for 3), substring('hello', 2), substr('hello', 0, 3), substring('hello', -1, 3);
        select trim('  x '), btrim('xxhixx', 'x'), ltrim('  x'), rtrim('x  '), trim(both 'y' from 'yyay'), replace('banana', 'an', 'o'), position('na' in 'banana'), strpos('abc', 'z');
        select abs(-3), abs(2.5), round(2.5), round(-2.5), round(2.345, 2), floor(-1.5), ceil(1.2), floor(3);
        select concat('a', null, 1, true), concat('x', 1.5);
        select '12'::int + 1, '3.5'::double precision, 12::text || 'x', 't'::bool, 1::bool, 'yes'::boolean, true::int, true::text, cast(2.6 as int), cast(-2.6 as int), cast('5' as bigint);
        select 2147483647::bigint + 1, 9223372036854775807, -9223372036854775808;
        select interval '1 day 2 hours', interval '90 minutes', interval '1 year 2 mons', interval '-1 day', interval '1.5 hours', interval '2 weeks', interval '100 ms', interval '1 day' * 1.5, interval '3 hours' / 2;
        select timestamptz '2026-01-31 10:00+00' + interval '1 month', timestamptz '2026-03-31 00:00+00' - interval '1 month', timestamptz '2026-03-01 00:00+00' - timestamptz '2026-02-27 12:30+00';
        select date_trunc('hour', timestamptz '2026-03-05 07:08:09.5+00'), date_trunc('week', timestamptz '2026-03-05 07:08:09+00'), date_trunc('month', timestamptz '2026-03-05+00'), date_trunc('quarter', timestamptz '2026-05-05+00'), date_trunc('year', timestamptz '2026-05-05+00'), date_trunc('day', timestamptz '2026-05-05 23:00+00');
        select extract(epoch from timestamptz '2026-03-05 07:08:09.5+00'), extract(dow from timestamptz '2026-03-08+00'), extract(isodow from timestamptz '2026-03-08+00'), extract(doy from timestamptz '2026-03-08+00'), extract(hour from timestamptz '2026-03-08 05:00+00'), extract(epoch from interval '1 day 1 hour'), date_part('minute', timestamptz '2026-03-08 05:17+00');
        select to_timestamp(1700000000.25), '2026-03-05T07:08:09Z'::timestamptz, '2026-03-05 07:08:09.123456+01:30'::timestamptz;
        select 1 = any(array[1, 2]), 3 = any(array[1, null]), 3 <> all(array[1, 2]), 'a' = any('{a,b}'), 5 > all('{1,2}'::int[]), 1 = any('{}'::int[]);
        select array[1, 2, null], array['a b', 'c', 'null', ''], cardinality(array[1, 2]), array_length('{}'::int[], 1), array[1] || array[2, 3];
        select '{"b": 1, "a": [1, "x"]}'::jsonb, '{"a": {"b": 2}}'::jsonb -> 'a' ->> 'b', '[1, 2, 3]'::jsonb -> -1, '{"a": 1}'::jsonb @> '{}', '{"a": 1, "b": 2}'::jsonb || '{"b": 3}', '{"a": {"b": [5]}}'::jsonb #>> '{a,b,0}';
        select jsonb_typeof('[]'::jsonb), jsonb_array_length('[1, 2]'::jsonb), jsonb_build_object('a', 1, 'b', null, 'c', array[1, 2]);
        select '6F1C9C1E-58a3-4f0e-9a57-2f1f6f9d0001'::uuid, '\x0aff'::bytea, '  42  '::int, 'Infinity'::float8, 'nan'::float8, 1e20::float8, 1e-7::float8, 123456789012345680::float8;
        select 1 as "Mixed Case", 2 as b;
        "#,
    );
}

#[test]
fn errors() {
    check(
        "errors",
        r#"
        select 1 / 0;
        select 1.5 % 0;
        select 2147483647 + 1;
        select 9223372036854775807 + 1;
        select 300::smallint * 300::smallint;
        select 'abc'::int;
        select '2026-02-30'::timestamptz;
        select 'xyz'::uuid;
        select '99999999999'::int;
        select 'maybe'::bool;
        select '{bad'::jsonb;
        select 'a' + 1;
        select id = 'x' from people;
        select id = true from people;
        select name > 5 from people;
        select nope from people;
        select p.nope from people p;
        select people.id from people p;
        select id from people, visits;
        select * from nowhere;
        select id, count(*) from people;
        select count(count(id)) from people;
        select id from people where count(*) > 1;
        select frob(1);
        select lower(1);
        select case when 1 then 2 end;
        select case when true then 1 else 'x' end;
        select coalesce(1, true);
        select id from people order by 9;
        select id from people limit -1;
        select id from people offset -1;
        select distinct name from people order by id;
        select * from people p join people p on true;
        select (select id, name from people);
        select (select id from people);
        select id from people where id in (select id, name from people);
        insert into people (id, id) values (1, 2);
        insert into people (id) values (1, 2);
        insert into people (id, name) values (1);
        insert into people (id) values (7);
        insert into people (id, name) values (1, 'again');
        insert into people (id, name, height) values (7, 'x', 'tall');
        insert into people (id, name, born) values (7, 'x', 5);
        insert into people (id, name) values (99999999999, 'x');
        insert into visits (person, at) values (99, now());
        update people set id = 2 where id = 1;
        update people set nope = 1;
        update people set name = null where id = 1;
        update people set id = 1, id = 2;
        update people set active = 5;
        delete from people where nope;
        delete from people where 5;
        insert into people (id, name) values (1, 'x') on conflict (name) do nothing;
        insert into people (id, name) values (8, 'x'), (8, 'y') on conflict (id) do update set name = excluded.name;
        create table people (id int);
        create index on nowhere (id);
        drop table nowhere;
        drop index nowhere;
        rollback to nowhere_at_all x;
        select id from people for update of nobody;
        select count(*) from people for update;
        set nonsense = 1;
        select count(*) from people;
        "#,
    );
}

#[test]
fn queries() {
    check(
        "queries",
        r#"
        select * from people order by id;
        select id from people where points > 5 order by points, id desc;
        select id, points from people order by points desc, id;
        select id, points from people order by points nulls first, id;
        select id from people order by born desc nulls last limit 3;
        select name from people order by name;
        select id from people order by id limit 2 offset 3;
        select id from people order by id limit null offset null;
        select id from people where active;
        select id from people where not active;
        select id from people where active is null;
        select id from people where name in ('Ann', 'Cy') and id < 3;
        select id from people where id = any('{1,3,77}');
        select id from people where points in (20, -5) order by id;
        select id from people where points is null or points = 20 order by id;
        select id from people where points between 0 and 20;
        select id from people where points > 10 and points < 20;
        select id from people where name like '%\_';
        select id from people where name ilike 'b%';
        select id from people where height = 1.6 or price = 9.99;
        select id from people where token = '6f1c9c1e-58a3-4f0e-9a57-2f1f6f9d0002';
        select id from people where doc ->> 'a' = '1' or doc @> '[1]';
        select id from people where 'y' = any(tags);
        select id from people where born < '1990-02-01' and born >= timestamptz '1985-01-01';
        select distinct active from people;
        select distinct points / 10 as tens from people order by tens;
        select count(*), count(points), count(distinct points), sum(points), avg(height), min(name), max(born) from people where id <> 4;
        select count(*), sum(points), min(points), max(name), avg(points), bool_and(active), bool_or(active) from people where id > 100;
        select active, count(*), sum(price), avg(id) from people group by active order by active;
        select active as a, count(*) from people group by a having count(*) > 1 order by 1;
        select active, points, count(*) from people group by 1, 2 order by 1, 2;
        select upper(left(name, 1)) as letter, count(*) from people group by upper(left(name, 1)) order by letter;
        select count(*) filter (where active), count(*) filter (where points > 10) from people;
        select string_agg(name, ',') from people where id = 1;
        select sum(minutes) + 1, count(*) * 2 from visits;
        select person, sum(minutes) from visits group by person having sum(minutes) > 20 order by sum(minutes) desc;
        select max(points) - min(points) from people where id in (1, 2);
        select date_trunc('day', at) as day, count(*) from visits group by day order by day;
        select p.name, v.minutes from people p join visits v on v.person = p.id order by v.id;
        select p.name, v.minutes from people p, visits v where v.person = p.id and v.minutes > 20 order by p.name, v.id;
        select p.id, v.id from people p left join visits v on v.person = p.id and v.minutes >= 30 order by p.id, v.id;
        select p.id from people p left join visits v on v.person = p.id where v.id is null order by p.id;
        select p.id, count(v.id), max(v.at) from people p left join visits v on p.id = v.person group by p.id order by p.id;
        select a.id, b.id from people a join people b on a.points = b.points and a.id < b.id;
        select a.id, b.id from people a join visits v on v.person = a.id join people b on b.id = v.person + 1 order by 1, 2, v.id;
        select a.id, b.id from people a cross join people b where a.id = 1 order by b.id;
        select p.* from people p join visits v on v.person = p.id where v.minutes = 5;
        select name from people where id in (select person from visits where minutes > 20) order by name;
        select name from people where id not in (select person from visits) order by name;
        select name from people where points = (select max(points) from people where id <> 4) order by name;
        select exists (select 1 from visits where minutes > 50), exists (select 1 from visits where minutes > 500);
        select id from people where id = any(select person from visits) order by id;
        select id, (select count(*) from visits) as n from people where id = 1;
        select 1 where false;
        select count(*) where false;
        select 'literal', null, 1.50;
        select id from visits where person = 1 and at > '2026-03-01 10:00' order by at desc limit 1;
        select id from visits where person in (1, 2) order by person, at;
        select id from visits where person = 2 order by at desc;
        select id from people where id > 2 and id <= 5 and id >= 3 order by id desc;
        select id from people where name = 'Ann' and active;
        select id from people where 3 < id order by id;
        select id from people where id = null;
        select id from people where points = 20 and points = -5;
        "#,
    );
}

#[test]
fn changes() {
    check(
        "changes",
        r#"
        insert into people (id, name, points) values (7, 'Gus', 1), (8, 'Hal', 2) returning id, name, points + 1;
        insert into people (id, name) select id + 10, upper(name) from people where points > 15 and points < 100 returning *;
        insert into people (id, name) values (1, 'x'), (9, 'Ike') on conflict do nothing returning id;
        insert into people as p (id, name, points) values (1, 'Annie', 5), (10, 'Jo', 5)
          on conflict (id) do update set name = excluded.name, points = p.points + excluded.points returning id, name, points;
        insert into people (id, name) values (2, 'never') on conflict (id) do update set name = excluded.name where people.active returning id;
        insert into visits (person, at) values (1, '2026-04-01') returning id, person, minutes;
        insert into visits values (default, 1, '2026-04-02', default) returning *;
        update people set points = points + 1, name = name || '!' where id in (1, 2) returning id, points, name;
        update people set points = default where id = 7 returning points;
        update people p set price = v.minutes from visits v where v.person = p.id and v.minutes >= 60 returning p.id, p.price, v.id;
        update people set points = id, price = points where id = 8 returning points, price;
        update people set price = 1.006 where id = 8 returning price;
        update people set id = 70 where id = 7 returning id;
        update people set name = 'nobody' where id = -1 returning id;
        delete from visits where minutes is null returning id;
        delete from people where id = 4 returning name;
        select count(*) from visits;
        delete from visits v using people p where p.id = v.person and p.name like 'A%' returning v.minutes, p.id;
        select id, name, points, price from people order by id;
        begin;
        delete from visits;
        update people set name = 'gone';
        insert into people (id, name) values (500, 'temporary');
        select count(*) from people where name = 'gone';
        rollback;
        select id, name from people order by id;
        select * from visits order by id;
        begin;
        insert into people (id, name) values (600, 'kept');
        commit;
        select name from people where id = 600;
        begin;
        select 1 / 0;
        select 1;
        rollback;
        update people set points = 1 where name = 'kept';
        create unique index people_name on people (name);
        insert into people (id, name) values (601, 'kept');
        insert into people (id, name) values (601, 'kept') on conflict (name) do update set points = 99 returning id, points;
        update people set name = 'kept' where id = 1;
        update people set name = 'Cy2', points = 20 where name = 'Cy';
        select id from people where points = 20 order by id;
        select id from people order by points desc nulls last, id limit 4;
        alter table people add column level int not null default 3;
        select id, level from people where id < 3 order by id;
        select id from people where id in (select id from people where level = 3 order by id limit 2 for update) order by id;
        create table short (v varchar(3), n smallint check (n > 0));
        insert into short values ('abcd', 1);
        insert into short values ('abc', 0);
        insert into short values ('äöü', 1);
        insert into short values (12, 1.4);
        insert into short values (null, null);
        select * from short order by v;
        truncate short;
        select count(*) from short;
        drop table short;
        select count(*) from short;
        "#,
    );
}
