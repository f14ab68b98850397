-- What became of the refreshes of a feed, in all processes since this version. Those of refits follow from refit_job.
alter table data_refresh
    add column executions        bigint  not null default 0,
    add column successes         bigint  not null default 0,
    add column failures          bigint  not null default 0,
    -- executions after a failure, before the next success
    add column retries           bigint  not null default 0,
    add column failures_in_a_row integer not null default 0,
    add column last_error        text,
    add column last_error_at     timestamptz;
