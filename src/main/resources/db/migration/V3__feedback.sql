-- What became of a signal, beside it: written once when the horizon of its model has passed. What is unknown is null, with the reason.
create table signal_outcome (
    signal_id       text             primary key references signal (id),
    outcome_time    bigint           not null,
    realised_return double precision,
    went_up         boolean,
    went_down       boolean,
    stopped         boolean,
    reason          text,
    created_at      timestamptz      not null default clock_timestamp(),
    check ((realised_return is null or went_up is null) = (reason is not null)),
    check ((went_up is null) = (went_down is null) and (went_up is null) = (stopped is null)),
    check (realised_return is not null or went_up is null)
);

create trigger signal_outcome_append_only
    before update or delete on signal_outcome
    for each row execute function refuse_change();

create trigger signal_outcome_no_truncate
    before truncate on signal_outcome
    for each statement execute function refuse_change();

-- Outcomes are written in the order of closes: up to here all signals of a feed and model have theirs.
create table outcome_cursor (
    feed       text   not null,
    model      text   not null,
    close_time bigint not null,
    primary key (feed, model)
);

insert into outcome_cursor (feed, model, close_time)
select feed, model, min(close_time) - 1 from signal group by feed, model;

create index signal_by_close on signal (model, feed, close_time, symbol);
