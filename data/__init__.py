"""Tables and files: the store of immutable snapshots, imports into it, and the demo bureau."""
