-- Who may do what, and who did: keys, subjects and their pseudonyms, the audit log, secrets.

-- Keys of the API. Of the key itself only a digest is kept; a key is shown once, when it is made.
create table api_key (
    -- the part of the key that may be known: twelve hexadecimal digits
    id           text        primary key check (id ~ '^[0-9a-f]{12}$'),
    name         text        not null,
    role         text        not null check (role in ('VIEWER', 'TRADER', 'OPERATOR', 'ADMIN')),
    -- on whose behalf it is used: a person or a program
    subject      text        not null,
    -- SHA-256 of the whole key, which holds 256 random bits
    digest       bytea       not null check (octet_length(digest) = 32),
    -- the key that this one takes over from
    replaces     text,
    created_at   timestamptz not null default clock_timestamp(),
    expires_at   timestamptz,
    revoked_at   timestamptz,
    last_used_at timestamptz
);

create index api_key_by_subject on api_key (subject);

-- In which hours of the day (UTC) a key is used: what is usual, so that something can be unusual.
create table api_key_hour (
    key_id   text    not null references api_key (id) on delete cascade,
    hour     integer not null check (hour between 0 and 23),
    days     integer not null,
    last_day date    not null,
    primary key (key_id, hour)
);

-- The one place that knows whose a pseudonym is. Without its row, what bears the pseudonym is nobody's.
create table subject (
    name       text        primary key,
    pseudonym  text        not null unique,
    -- addresses in the audit log are encrypted with it, so that they go when it goes
    secret     bytea       not null check (octet_length(secret) = 32),
    created_at timestamptz not null default clock_timestamp()
);

-- What was done. Each row's hash covers its content and the hash of the row before.
create table audit (
    seq      bigint      primary key check (seq > 0),
    at       timestamptz not null,
    -- pseudonym of a subject, or one of: anonymous, auspex
    actor    text        not null,
    -- id of the key, oidc, or nothing
    via      text        not null,
    role     text        not null,
    origin   text        not null,
    action   text        not null,
    target   text        not null,
    outcome  text        not null,
    detail   text        not null,
    previous text        not null,
    hash     text        not null
);

create index audit_by_time on audit (at desc);

create trigger audit_append_only
    before update or delete on audit
    for each row execute function refuse_change();

create trigger audit_no_truncate
    before truncate on audit
    for each statement execute function refuse_change();

-- Where the chain ends. Its row is what writers take turns by, and what a cut tail is found by.
create table audit_head (
    only_row boolean primary key default true check (only_row),
    seq      bigint  not null,
    hash     text    not null
);

insert into audit_head (seq, hash) values (0, repeat('0', 64));

create function audit_head_moves_forward() returns trigger language plpgsql as $$
begin
    if tg_op <> 'UPDATE' or new.seq <= old.seq then
        raise exception 'the end of the audit log only moves forward: % is refused', tg_op;
    end if;
    return new;
end
$$;

create trigger audit_head_forward
    before update or delete on audit_head
    for each row execute function audit_head_moves_forward();

create trigger audit_head_no_truncate
    before truncate on audit_head
    for each statement execute function refuse_change();

-- Secrets of others that Auspex has to know, encrypted with a key that the database does not have.
create table secret (
    name       text        primary key,
    -- which key of the environment
    key_id     text        not null,
    nonce      bytea       not null,
    ciphertext bytea       not null,
    updated_at timestamptz not null default clock_timestamp()
);

-- Erasure. A trade bears the pseudonym of whoever reported it; trades from before this version bear none.
alter table closed_trade add column reporter text;

create index closed_trade_by_reporter on closed_trade (reporter) where reporter is not null;

-- Every erasure leaves a row, for ever; it says nothing about whose trades they were.
create table erasure (
    pseudonym   text        not null,
    transaction xid8        not null default pg_current_xact_id(),
    trades      bigint      not null,
    at          timestamptz not null default clock_timestamp(),
    primary key (pseudonym, transaction)
);

create trigger erasure_append_only
    before update or delete on erasure
    for each row execute function refuse_change();

create trigger erasure_no_truncate
    before truncate on erasure
    for each statement execute function refuse_change();

-- Closed trades are append-only but for an erasure of the same transaction.
create function refuse_change_of_trade() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' and exists (
        select 1 from erasure where pseudonym = old.reporter and transaction = pg_current_xact_id()) then
        return old;
    end if;
    raise exception 'closed trades are append-only: % is refused', tg_op;
end
$$;

drop trigger closed_trade_append_only on closed_trade;

create trigger closed_trade_append_only
    before update or delete on closed_trade
    for each row execute function refuse_change_of_trade();

-- The only way to remove trades. Runs with the rights of its owner, so that the service's role needs no
-- right to delete them otherwise.
create function erase_trades(erased text) returns bigint
    language plpgsql security definer set search_path from current as $$
declare
    removed bigint;
begin
    insert into erasure (pseudonym, trades)
        select erased, count(*) from closed_trade where reporter = erased;
    delete from closed_trade where reporter = erased;
    get diagnostics removed = row_count;
    return removed;
end
$$;
