"""From the event loop to the computation and back: what is let in, where it runs, when it is given up."""
