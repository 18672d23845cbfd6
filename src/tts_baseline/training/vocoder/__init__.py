"""Training of a Vocos by the published losses, with the modules of the package `vocos`."""
