"""The database: engine, schema, migrations, retention."""
