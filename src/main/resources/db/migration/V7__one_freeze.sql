-- A model is frozen by its policy alone; drift of features is confirmed by the loss unless rules say otherwise.
update model m set refit_enabled = false
from refit_trigger t where t.model = m.name and (t.rules ->> 'frozen')::boolean;

update refit_trigger
set rules = jsonb_set(rules - 'frozen', '{drift,confirmed}', 'true')
where rules is not null;
