"""ONNX graphs: what they may hold, and running one."""
