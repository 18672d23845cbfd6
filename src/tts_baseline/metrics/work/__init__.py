"""What a call makes torch do: counters without noise, from one call a case."""
