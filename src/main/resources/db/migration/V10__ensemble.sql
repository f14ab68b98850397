-- The weights of the ensemble's members: those in force, and what they follow from. One row.
create table ensemble_weights (
    only_row   boolean     primary key default true check (only_row),
    revision   bigint      not null,
    weights    jsonb       not null,
    -- the weights as somebody last set them, and what closed trades have done to them since: whole numbers of 1e-12
    base       jsonb       not null,
    learning   jsonb       not null,
    updated_at timestamptz not null
);

insert into ensemble_weights (revision, weights, base, learning, updated_at)
values (1, '{"trading_ai": 0.25, "lava_ai": 0.35, "lgbm_ai": 0.4, "mistral_ai": 0.0}',
        '{"trading_ai": 0.25, "lava_ai": 0.35, "lgbm_ai": 0.4, "mistral_ai": 0.0}',
        '{"base_revision": 1, "state": {"scores": {}, "gains": {}, "trades": 0, "moves": 0, "gained": 0, "squares": 0}}', now());

-- Every change of a weight, one row a member. Those of a session on past candles name it, and are not in force.
create table weight_change (
    id         bigint generated always as identity primary key,
    revision   bigint,
    session    text,
    member     text             not null,
    old_weight double precision,
    new_weight double precision not null,
    changed_at timestamptz      not null default clock_timestamp(),
    reason     text             not null,
    context    jsonb
);

create index weight_change_in_force on weight_change (id desc) where session is null;
create index weight_change_of_session on weight_change (session, id desc) where session is not null;

create trigger weight_change_append_only
    before update or delete on weight_change
    for each row execute function refuse_change();

create trigger weight_change_no_truncate
    before truncate on weight_change
    for each statement execute function refuse_change();

-- What a closed trade has done to the weights in force: what was learnt from it, or that it was undone.
create table learning_step (
    trade_id   text        not null,
    kind       text        not null check (kind in ('LEARNT', 'UNDONE', 'PASSED')),
    -- the revision at which the weights were last set by somebody: a step counts on top of those
    base_revision bigint   not null,
    steps      jsonb       not null,
    reason     text        not null,
    created_at timestamptz not null default clock_timestamp(),
    primary key (trade_id, kind)
);

create trigger learning_step_append_only
    before update or delete on learning_step
    for each row execute function refuse_change();

-- What the scores of the indicator rules mean, as it was found on stored candles.
create table rule_calibration (
    feed        text        not null,
    timeframe   text        not null,
    id          bigint generated always as identity primary key,
    calibration jsonb       not null,
    created_at  timestamptz not null default clock_timestamp()
);

create index rule_calibration_newest on rule_calibration (feed, timeframe, id desc);

-- Sessions that replay a period of the past and let its trades move the weights. One runs at a time.
create table reinforcement_session (
    id          text        primary key,
    state       text        not null check (state in ('RUNNING', 'COMPLETED', 'FAILED', 'STOPPED')),
    plan        jsonb       not null,
    closes      bigint      not null default 0,
    progress    integer     not null default 0 check (progress between 0 and 100),
    trades      bigint      not null default 0,
    checkpoint  jsonb,
    result      jsonb,
    reason      text,
    owner       text,
    lease_until timestamptz,
    resumed     integer     not null default 0,
    created_at  timestamptz not null default clock_timestamp(),
    finished_at timestamptz
);

create unique index reinforcement_session_one_runs on reinforcement_session ((true)) where state = 'RUNNING';
create index reinforcement_session_newest on reinforcement_session (created_at desc);

-- The trades of sessions, on paper, of one unit of money each. Times are milliseconds since the Unix epoch, UTC.
create table trade_result (
    id          bigint generated always as identity primary key,
    session     text             not null references reinforcement_session (id),
    number      bigint           not null,
    member      text             not null,
    symbol      text             not null,
    direction   text             not null check (direction in ('LONG', 'SHORT')),
    entry_time  bigint           not null,
    entry_price double precision not null,
    exit_time   bigint           not null,
    exit_price  double precision not null,
    pnl         double precision not null,
    pnl_percent double precision not null,
    confidence  double precision not null,
    metadata    jsonb            not null,
    unique (session, number)
);

create index trade_result_by_member on trade_result (session, member, number);

create trigger trade_result_append_only
    before update or delete on trade_result
    for each row execute function refuse_change();

create trigger trade_result_no_truncate
    before truncate on trade_result
    for each statement execute function refuse_change();
