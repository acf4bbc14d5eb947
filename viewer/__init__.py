"""What people look through: server, stream protocol and web app."""
