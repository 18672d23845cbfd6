"""What happens to the waves after the vocoder: pure functions on mono float32 samples, one concern a file.

A switch that is off means that its function is not called. Each returns new samples and leaves its
input alone.
"""
