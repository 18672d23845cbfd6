"""The statistics, as pure functions on numbers; docs/method.md explains them."""
