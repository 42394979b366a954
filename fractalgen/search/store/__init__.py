"""The study: every trial and what is known of it, in a file or a database that survives any kill."""
