"""One module for each command: HELP, add_arguments(parser), run(args) -> exit status."""
