"""What the figures mean and how they are computed; knows the store, knows nothing of the screen."""
