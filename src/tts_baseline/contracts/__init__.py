"""What every metric and every pipeline promises, as checks that anyone can run on their own."""
