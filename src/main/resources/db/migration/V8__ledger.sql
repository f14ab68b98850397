-- Until when a signal may be traded (milliseconds since the Unix epoch, UTC), and what it was made of, for its replay. Rows of before have
-- neither: their expiry follows from the timeframe. A close that nobody spoke of in time is recorded as missed.
alter table signal
    add column expires_at bigint,
    add column receipt    jsonb;

alter table signal drop constraint signal_action_check;
alter table signal
    add constraint signal_action_check check (action in ('BUY', 'SELL', 'HOLD', 'ABSTAIN', 'MISSED'));

-- What a feed has been spoken of, newest close first.
create index signal_by_feed on signal (feed, close_time);
