"""Letters: where the link of each letter lands once its recipient has signed in."""
