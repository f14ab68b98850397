-- Candles as the feed closed them. Times are milliseconds since the Unix epoch, UTC.
create table candle (
    feed       text             not null,
    symbol     text             not null,
    timeframe  text             not null,
    open_time  bigint           not null,
    open       double precision not null,
    high       double precision not null,
    low        double precision not null,
    close      double precision not null,
    volume     double precision not null,
    primary key (feed, timeframe, open_time, symbol)
);

-- A model: its specification and its aliases. Versions are counted per model and never change; aliases move.
create table model (
    name         text        primary key,
    spec         jsonb       not null,
    last_version integer     not null default 0,
    champion     integer,
    challenger   integer,
    previous     integer,
    created_at   timestamptz not null default now(),
    updated_at   timestamptz not null default now()
);

-- The bytes of a model.onnx, by their SHA-256.
create table artefact (
    sha256     text        primary key,
    content    bytea       not null,
    created_at timestamptz not null default now()
);

create table model_version (
    model        text        not null references model (name),
    version      integer     not null,
    state        text        not null check (state in ('CANDIDATE', 'REJECTED', 'PROMOTED')),
    origin       text        not null,
    sha256       text        not null references artefact (sha256),
    schema_hash  text        not null,
    schema_names jsonb       not null,
    report       jsonb       not null,
    reason       text,
    unproven     boolean     not null default false,
    created_at   timestamptz not null default now(),
    decided_at   timestamptz,
    primary key (model, version)
);

alter table model
    add foreign key (name, champion) references model_version (model, version),
    add foreign key (name, challenger) references model_version (model, version),
    add foreign key (name, previous) references model_version (model, version);

-- Every move of an alias, with its reason.
create table promotion (
    id         bigint generated always as identity primary key,
    model      text        not null,
    version    integer     not null,
    previous   integer,
    kind       text        not null check (kind in ('PROMOTION', 'ROLLBACK')),
    reason     text        not null,
    created_at timestamptz not null default now(),
    foreign key (model, version) references model_version (model, version)
);

-- The queue of refits, shared by all processes: claimed with FOR UPDATE SKIP LOCKED under a lease.
create table refit_job (
    id              bigint generated always as identity primary key,
    model           text        not null references model (name),
    state           text        not null check (state in ('QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED')),
    trigger_reason  text        not null,
    seed            bigint      not null,
    phase           text        not null default 'queued',
    percent         integer     not null default 0 check (percent between 0 and 100),
    attempt         integer     not null default 0,
    max_attempts    integer     not null,
    owner           text,
    lease_until     timestamptz,
    not_before      timestamptz not null default now(),
    decision        text check (decision in ('PROMOTED', 'REJECTED')),
    reason          text,
    version         integer,
    last_output     text,
    created_at      timestamptz not null default now(),
    started_at      timestamptz,
    finished_at     timestamptz
);

-- At most one unfinished job a model.
create unique index refit_job_one_open on refit_job (model) where state in ('QUEUED', 'RUNNING');
create index refit_job_claim on refit_job (not_before, id) where state in ('QUEUED', 'RUNNING');

-- The ledger: one epoch, a gap-free sequence, one signal per model, symbol and close; never updated, never deleted.
create table ledger_head (
    only_row boolean primary key default true check (only_row),
    epoch    text   not null,
    seq      bigint not null
);

insert into ledger_head (epoch, seq) values (replace(gen_random_uuid()::text, '-', ''), 0);

create table signal (
    id          text             primary key,
    epoch       text             not null,
    seq         bigint           not null,
    feed        text             not null,
    model       text             not null,
    version     integer          not null,
    schema_hash text             not null,
    symbol      text             not null,
    timeframe   text             not null,
    close_time  bigint           not null,
    close_price double precision not null,
    action      text             not null check (action in ('BUY', 'SELL', 'HOLD', 'ABSTAIN')),
    reason      text             not null,
    confidence  double precision,
    heads       jsonb            not null,
    unproven    boolean          not null,
    created_at  timestamptz      not null,
    unique (epoch, seq),
    unique (feed, model, symbol, close_time)
);

create index signal_by_symbol on signal (symbol, seq);

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'the ledger is append-only: % on % is refused', tg_op, tg_table_name;
end
$$;

create trigger signal_append_only
    before update or delete on signal
    for each row execute function refuse_change();

create trigger signal_no_truncate
    before truncate on signal
    for each statement execute function refuse_change();
