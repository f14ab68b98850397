-- Several processes on one database. Which of them does what only one may do: an office is held under an advisory lock, and by this row.
-- holder is the application_name of all sessions of the process, so that the database knows who writes.
create table leader (
    office       text        primary key,
    holder       text        not null,
    host         text        not null,
    term         bigint      not null,
    since        timestamptz not null,
    heartbeat_at timestamptz not null
);

-- The feed whose closes come in under the office 'ingest:<feed>': what other processes need to follow it.
create table ingested_feed (
    feed       text        primary key,
    timeframe  text        not null,
    symbols    text[]      not null,
    updated_at timestamptz not null default now()
);

-- How far each channel to the outside has got, so that it goes on from there.
create table sent_to_kafka (
    channel    text        primary key,
    epoch      text        not null,
    seq        bigint      not null,
    updated_at timestamptz not null default now()
);

-- A former leader that wakes up must not write: whoever is not the holder is refused. Waits for a change of holder that is under way,
-- and a change waits for the writes that are under way.
create function require_leader(written text) returns void language plpgsql as $$
declare
    present text;
begin
    select l.holder into present from leader l where l.office = 'ingest:' || written for share;
    if found and present <> current_setting('application_name') then
        raise exception '% is ingested by %, and not by %', written, present, current_setting('application_name')
            using errcode = 'AX001';
    end if;
end
$$;

create function check_candles() returns trigger language plpgsql as $$
declare
    of_feed record;
begin
    for of_feed in
        select feed, timeframe, min(open_time) as first, max(open_time) as last from added group by feed, timeframe
    loop
        perform require_leader(of_feed.feed);
        perform pg_notify('auspex_candles',
            json_build_object('feed', of_feed.feed, 'timeframe', of_feed.timeframe,
                              'first', of_feed.first, 'last', of_feed.last)::text);
    end loop;
    return null;
end
$$;

create trigger candle_by_the_leader
    after insert on candle
    referencing new table as added
    for each statement execute function check_candles();

create function check_signals() returns trigger language plpgsql as $$
declare
    of_feed text;
begin
    for of_feed in select distinct feed from added
    loop
        perform require_leader(of_feed);
    end loop;
    return null;
end
$$;

create trigger signal_by_the_leader
    after insert on signal
    referencing new table as added
    for each statement execute function check_signals();

-- Other processes hear of an append when it is committed.
create function tell_of_signals() returns trigger language plpgsql as $$
begin
    perform pg_notify('auspex_signals',
        json_build_object('process', current_setting('application_name'), 'seq', new.seq)::text);
    return null;
end
$$;

create trigger ledger_head_moved
    after update on ledger_head
    for each row execute function tell_of_signals();

-- ... of refits, where they stand, ...
create function tell_of_refit() returns trigger language plpgsql as $$
begin
    perform pg_notify('auspex_refits',
        json_build_object('process', current_setting('application_name'), 'id', new.id)::text);
    return null;
end
$$;

create trigger refit_job_added
    after insert on refit_job
    for each row execute function tell_of_refit();

create trigger refit_job_moved
    after update on refit_job
    for each row
    when (old.state is distinct from new.state or old.phase is distinct from new.phase
        or old.percent is distinct from new.percent)
    execute function tell_of_refit();

-- ... and of what was decided about them.
create function tell_of_decision() returns trigger language plpgsql as $$
begin
    perform pg_notify('auspex_decisions',
        json_build_object('process', current_setting('application_name'), 'model', new.model)::text);
    return null;
end
$$;

create trigger refit_decision_made
    after insert on refit_decision
    for each row execute function tell_of_decision();
