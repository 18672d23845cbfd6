"""The judge: two revisions side by side, restart by restart."""
