"""What is remembered: schema, migrations, one repository a table, encryption at rest."""
