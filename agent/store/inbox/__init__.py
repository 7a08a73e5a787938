"""What mail leaves in the database: messages, folders, invitations."""
