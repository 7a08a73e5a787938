"""What is remembered: schema, migrations, repositories, encryption at rest."""
