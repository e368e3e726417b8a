-- As of the other facts: we remove no row, and give none another key, but somebody may, by hand.
create trigger note_removed after delete or update of day, block on activity
  for each statement execute function note_removed_rows();
