"""What a person sees of a daemon in the terminal: the latest of every view, and how it is drawn."""
