"""From any result to pages and tables for people to read."""
