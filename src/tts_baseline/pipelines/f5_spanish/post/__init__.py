"""What happens to the waves after the vocoder: a list of steps, one a file, on mono float32 samples.

A step that is off is not called. Each returns new samples and leaves its input alone.
"""
