-- A refit after the market has changed learns from closes after this one only; null: from the whole window.
alter table refit_job
    add column data_from timestamptz;
