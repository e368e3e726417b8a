-- The migrations before this one have been rewritten as plain SQL, without any change to the schema they make. A store that
-- applied the earlier texts gets the checksums of the new ones, so that Prisma's tools do not report edited migrations.
update _prisma_migrations applied
set checksum = rewritten.checksum
from (values
  ('20261124000000_init', 'f9d819d44f40cbd34954e751122eafeea2f8273487af6639834740c53cc203a6'),
  ('20261124120000_activity_log', 'f0d19c4345d07d51a1d596c940b6842ab41fafef86a08d9269f6bee2b5eac0fb'),
  ('20261124151000_import_checkpoints', '6c920603a60b3f0e13fbe538c01d32e9f9b01b5115ac3910e1a0881c55c1d3be'),
  ('20261124152000_messages', '87ae1de64c7284ee7289815a4a879dc668b188f07f5c0321444ce5013c5ab9ea'),
  ('20261124153000_source_counts', 'f353d108a8d10f5908330d64335ea3106fc38e8905170560390f1497210f901a'),
  ('20261124155000_sessions', '5702b64b9eda9819dadd313fd93887cd480fcd1841bb134091ad9688accd4370'),
  ('20261125130000_snapshot_parts', 'd822d53b2c188cf74d084a6c69cccb00e5531ebd366c1528e40ea7d449ada9df'),
  ('20261125193000_fact_changes', 'e0828ac1786ba5490ba6b17017338e07d4b1fbbc7bc7b27c05af80beb8778ea4'),
  ('20261126180000_note_removed_activity', '34f3a3baba1e9707337f653082bfb0b393e4a93d08820314a2b8c3371cb11869'),
  ('20261127100000_arrival_order', '44a688ea7cb4f42e17cc7fad4b93a6ea364446f7cdd5ab7ee3300fe4f2d0b782'),
  ('20261127100500_store_witness', 'b1f6e62a3c531489bd8d94f68e4e86da6458b1f8e64b3b98d13481a189e8b89c'),
  ('20261127101000_unknown_starts', '17a9b9db0ef3a77fef17c128c7525a578718ad3652b4d7c0f6d2ee5657461d57'),
  ('20261127110000_letter_mentions', '1f12cc26b1ba33984791d5ac68616c2819995b65cf779237c0eb97f8d4b8d3e5'),
  ('20261127120000_withdrawn_runs', '9346bf01faba3dc1a91301e429605ed6188205f11c352a4824963d6438d5a9ed')
) rewritten (name, checksum)
where applied.migration_name = rewritten.name and applied.checksum <> rewritten.checksum;
