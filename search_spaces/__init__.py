"""Search spaces and networks as YAML that a user can run and copy."""
