-- What trading by the signals would have brought. A backtest is claimed like a refit; a dry run is never claimed and has no end.
create table backtest (
    id                bigint generated always as identity primary key,
    kind              text        not null check (kind in ('BACKTEST', 'DRY_RUN')),
    model             text        not null,
    plan              jsonb       not null,
    state             text        not null check (state in ('QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED')),
    phase             text        not null default 'queued',
    percent           integer     not null default 0 check (percent between 0 and 100),
    remaining_seconds bigint,
    attempt           integer     not null default 0,
    owner             text,
    lease_until       timestamptz,
    -- How far it is: the last close that is accounted for, milliseconds since the epoch, and all that is needed to go on.
    position          bigint,
    progress          jsonb,
    report            jsonb,
    reason            text,
    created_at        timestamptz not null default now(),
    started_at        timestamptz,
    finished_at       timestamptz
);

create unique index backtest_one_dry_run on backtest (model) where kind = 'DRY_RUN' and state = 'RUNNING';
create index backtest_claim on backtest (id) where kind = 'BACKTEST' and state in ('QUEUED', 'RUNNING');

create table backtest_trade (
    backtest     bigint           not null references backtest (id) on delete cascade,
    number       bigint           not null,
    symbol       text             not null,
    direction    text             not null check (direction in ('LONG', 'SHORT')),
    version      integer          not null,
    confidence   double precision not null,
    signal_time  bigint           not null,
    entry_time   bigint           not null,
    entry_price  double precision not null,
    exit_time    bigint           not null,
    exit_price   double precision not null,
    units        double precision not null,
    fees         double precision not null,
    pnl          double precision not null,
    pnl_fraction double precision not null,
    exit         text             not null,
    primary key (backtest, number)
);

create table backtest_day (
    backtest bigint           not null references backtest (id) on delete cascade,
    day      date             not null,
    equity   double precision not null,
    held     double precision not null,
    exposure double precision not null,
    drawdown double precision not null,
    primary key (backtest, day)
);

-- What came of the refits inside a backtest. Only promoted ones have a model.
create table backtest_version (
    backtest bigint  not null references backtest (id) on delete cascade,
    number   integer not null,
    due      bigint  not null,
    decision text    not null,
    reason   text    not null,
    unproven boolean not null default false,
    report   jsonb,
    onnx     bytea,
    trees    bytea,
    primary key (backtest, number)
);

-- Every different plan that was ever carried out to its end, whatever became of its backtest: how often a model was tried. The newest 10,000 are kept.
create table backtest_trial (
    digest     text        primary key,
    model      text        not null,
    from_time  bigint      not null,
    to_time    bigint      not null,
    sharpe     double precision,
    created_at timestamptz not null default now()
);

create index backtest_trial_by_model on backtest_trial (model, from_time);
