-- When a model is refitted. Absent, or with null rules: the configured ones.
create table refit_trigger (
    model         text        primary key references model (name),
    rules         jsonb,
    -- When counting began, in the clock of the model's feed: market time or wall time.
    since         timestamptz not null,
    -- Failures of refits up to this one do not count: somebody has looked at them.
    resumed_after bigint      not null default 0,
    updated_at    timestamptz not null default now()
);

-- Every change of decision and every start, with its figures. Of each model the newest 500 waits and 500 starts are kept.
create table refit_decision (
    id       bigint generated always as identity primary key,
    model    text        not null references model (name),
    at       timestamptz not null default now(),
    clock_at timestamptz not null,
    outcome  text        not null check (outcome in ('START', 'WAIT')),
    key      text        not null,
    reason   text        not null,
    figures  jsonb       not null,
    refit    bigint      unique,
    check ((outcome = 'START') = (refit is not null))
);

create index refit_decision_by_model on refit_decision (model, outcome, id);

-- The switch for all models.
create table trainer (
    only_row   boolean     primary key default true check (only_row),
    running    boolean     not null default true,
    changed_at timestamptz not null default now()
);

insert into trainer (only_row) values (true);

-- The last refresh of each feed that can fetch what it has missed.
create table data_refresh (
    feed    text        primary key,
    at      timestamptz not null,
    message text        not null
);

-- When the attempt began, and how long it will take as far as it looks.
alter table refit_job
    add column attempt_started_at timestamptz,
    add column remaining_seconds  bigint;
