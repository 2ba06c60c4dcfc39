"""Exact rewrites of ONNX graphs: the same function, computed in fewer or better steps."""
