"""What a pipeline costs: time and memory, one value for each replicate."""
