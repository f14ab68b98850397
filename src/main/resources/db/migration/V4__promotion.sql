-- What people set for a model: frozen or not, the shadow before a promotion, the challenger's share of requests.
alter table model
    add column refit_enabled    boolean          not null default true,
    add column shadow_closes    integer          not null default 0 check (shadow_closes between 0 and 100000),
    add column challenger_share double precision not null default 0 check (challenger_share between 0 and 1);

-- Kept by retention whatever its age.
alter table model_version
    add column pinned boolean not null default false;

-- Retention takes the bytes and leaves the row: a report says for ever which bytes it was about.
alter table artefact
    alter column content drop not null;

-- A refit may end with a challenger, which is decided on later.
alter table refit_job
    drop constraint refit_job_decision_check,
    add constraint refit_job_decision_check check (decision in ('PROMOTED', 'REJECTED', 'CHALLENGER'));

-- A version that runs beside the champion on live closes: a challenger, or the champion before.
create table shadow_trial (
    id         bigint generated always as identity primary key,
    model      text        not null references model (name),
    kind       text        not null check (kind in ('CHALLENGE', 'WATCH')),
    promotion  bigint      unique references promotion (id),
    feed       text        not null,
    champion   integer     not null,
    shadow     integer     not null,
    closes     integer     not null,
    looks      integer     not null,
    looked     integer     not null default 0,
    state      text        not null default 'OPEN'
        check (state in ('OPEN', 'KEPT', 'ROLLED_BACK', 'TOOK_OVER', 'REJECTED', 'CANCELLED')),
    reason     text        not null default '',
    created_at timestamptz not null default now(),
    decided_at timestamptz,
    foreign key (model, champion) references model_version (model, version),
    foreign key (model, shadow) references model_version (model, version)
);

create unique index shadow_trial_one_open on shadow_trial (model) where state = 'OPEN';

-- What both said of a close, in the order of the heads; never part of the ledger.
create table shadow_prediction (
    trial      bigint not null references shadow_trial (id),
    close_time bigint not null,
    symbol     text   not null,
    champion   real[] not null,
    shadow     real[] not null,
    primary key (trial, close_time, symbol)
);
