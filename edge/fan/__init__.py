"""Where the scan sector lies in a scanner's frames: found from the pixels, over several frames."""
