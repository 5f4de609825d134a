"""Pages: layout and callbacks, nothing else."""
