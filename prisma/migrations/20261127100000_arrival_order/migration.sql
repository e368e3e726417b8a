-- A message that could not be used when it first came keeps the time of that receipt, however often it comes
-- again: it is found by the identity of the message.
create index dead_letters_message on dead_letters (source, event_id);

-- When the message of a look-up was first received. Until now that was when the look-up was added.
alter table source_lookups add column received_at timestamptz;
