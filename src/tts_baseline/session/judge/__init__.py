"""Two arms side by side: when the judge is called, how the arms are set up, and how they are measured."""
