"""Built-in rules: YAML files in the language that users write, one file a rule."""
