-- Trades that traders have closed, as they were reported, with the market at their entry. Never updated, never deleted.
-- Times of the market are milliseconds since the Unix epoch, UTC.
create table closed_trade (
    id                text             primary key,
    -- of what was reported: the same id with another content is a conflict
    content_sha256    text             not null,
    feed              text,
    symbol            text             not null,
    direction         text             not null check (direction in ('LONG', 'SHORT')),
    entry_time        bigint           not null,
    entry_price       double precision not null check (entry_price > 0),
    exit_time         bigint           not null,
    exit_price        double precision not null check (exit_price > 0),
    pnl               double precision not null,
    pnl_percent       double precision not null,
    -- of the ledger: looked up when the trade is taken, no foreign key, which would bind the ledger to trades
    signal_id         text,
    entry_rsi         double precision not null,
    entry_trend       double precision not null,
    entry_volatility  double precision not null,
    volume_ratio      double precision not null,
    signal_confidence double precision,
    -- names of the entry context that were not reported but found
    reconstructed     jsonb            not null,
    -- whatever else was reported of the entry
    other             jsonb            not null,
    stored_at         timestamptz      not null default clock_timestamp(),
    check (exit_time >= entry_time)
);

create index closed_trade_by_entry on closed_trade (entry_time desc);
create index closed_trade_by_exit on closed_trade (exit_time desc);
create index closed_trade_by_symbol on closed_trade (symbol, exit_time desc);
create index closed_trade_by_stored on closed_trade (stored_at desc);

create trigger closed_trade_append_only
    before update or delete on closed_trade
    for each row execute function refuse_change();

create trigger closed_trade_no_truncate
    before truncate on closed_trade
    for each statement execute function refuse_change();

-- What a trade-outcome champion says of the trade that a signal proposes; null without one.
alter table signal
    add column predicted_profit double precision,
    add column p_profit         double precision;

-- The trainer's own text of a version, from which the next can be continued.
create table model_text (
    model   text    not null,
    version integer not null,
    content bytea   not null,
    primary key (model, version),
    foreign key (model, version) references model_version (model, version)
);
