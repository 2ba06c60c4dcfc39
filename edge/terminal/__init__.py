"""What a person sees of a daemon in the terminal: the board of latest values, and how it is drawn."""
