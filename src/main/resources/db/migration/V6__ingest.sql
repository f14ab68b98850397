-- The first version of a candle stays. What a feed says of it later is kept here, each other version once, and is not applied.
create table candle_correction (
    feed      text             not null,
    timeframe text             not null,
    symbol    text             not null,
    open_time bigint           not null,
    open      double precision not null,
    high      double precision not null,
    low       double precision not null,
    close     double precision not null,
    volume    double precision not null,
    seen_at   timestamptz      not null default now(),
    primary key (feed, timeframe, symbol, open_time, open, high, low, close, volume)
);

-- Candles that a close went on without, or that a scan found missing; with the moment at which they came after all.
create table candle_gap (
    feed        text        not null,
    timeframe   text        not null,
    symbol      text        not null,
    open_time   bigint      not null,
    noticed_at  timestamptz not null default now(),
    repaired_at timestamptz,
    primary key (feed, timeframe, symbol, open_time)
);

-- The symbols that a feed follows, or is thinking about. Counts are of rankings in a row.
create table universe_member (
    feed      text        not null,
    symbol    text        not null,
    member    boolean     not null,
    inside    integer     not null check (inside >= 0),
    outside   integer     not null check (outside >= 0),
    since     timestamptz not null,
    primary key (feed, symbol)
);

-- When the symbols of a feed were last ranked.
create table universe_ranking (
    feed      text        primary key,
    ranked_at timestamptz not null
);
