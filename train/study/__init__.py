"""The paper's study in one command: protocol, baselines, calibrated intervals, tables, report."""
