"""The subcommands of ``casus``, one module each; :mod:`casus.cli` imports a module when its command is used."""
