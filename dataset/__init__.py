"""The records of Casus: authored YAML, registries and the built releases (data, no logic)."""
